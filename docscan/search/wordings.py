"""What is typed in a query, in the ways in which it may be indexed."""

from itertools import islice

from docscan.search.amounts import (
    BLANKS,
    amounts,
    day_and_month,
    spaced,
    spaced_end,
    thousands,
    with_currency,
    without_blanks,
)
from docscan.search.analysis import bare, chunks, wholes_of, written_days
from docscan.search.folding import LONGEST
from docscan.search.groups import accounts, grouped
from docscan.search.nodes import GROUP

_LONG = 7
"""Digits of a number that was typed with blanks and is looked for without: fewer may be several numbers."""

_GROUPS = 9
"""Groups of four of the longest IBAN (ISO 13616)."""


def wordings(text: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which a text that is searched for may be indexed.

    Returns:
        Sequences of terms, of which any one will do: the words, at consecutive
        positions, or one that is a whole. Empty when the text has no letter
        and no digit.
    """
    found = list(chunks(text))
    if not found:
        return ()
    parts = tuple(part for chunk in found for part in chunk.parts)
    if len(parts) == 1 and parts[0].isalpha():  # most are, and a word is nothing else
        return (parts,)
    if len(found) > 1:
        if exact := spaced(text.strip()):
            return (
                tuple((term,) for term in exact[:1]) if "." in exact[0] else (parts, *((t,) for t in exact))
            )
        whole = "".join(parts)
        land = len(parts[0]) == 2 or not parts[0].isalpha()  # NIF is none
        wholes = {whole, *(bare(whole) if land else ())} if _in_groups(text, whole) else set()
    elif exact := amounts(found[0].text)[:1]:
        return (exact, parts) if day_and_month(found[0].text) else (exact,)
    elif thousands(found[0].text):
        return ((found[0].joined,),)
    else:
        wholes = wholes_of(found[0].text, found[0].parts) - {*with_currency(found[0].text)}
    dates = [day for day, start, end in written_days(text) if (start, end) == (found[0].start, found[-1].end)]
    return tuple(dict.fromkeys((parts, *((whole,) for whole in (*sorted(wholes), *dates)))))


def amounts_within(text: str) -> tuple[str, ...]:
    """The terms of the amounts among the words of a text; none where it is nothing but an amount.

    What may be a day and its month is none: it may be a part of a date.
    """
    if not any(map(str.isdecimal, text)):
        return ()
    found = [chunk.text for chunk in chunks(without_blanks(text))]
    terms = (term for one in found if not day_and_month(one) for term in amounts(one)[:1])
    return tuple(terms) if len(found) > 1 else ()


def _in_groups(text: str, whole: str) -> bool:
    """Whether several chunks are one number, such as a tax id or an IBAN; `whole` is that without blanks.

    Small letters before a number are a word, but in an IBAN.
    """
    if len(whole) > LONGEST or not whole.isalnum():
        return False
    if text != text.upper():
        return _agrees(text)
    if sum(map(str.isdecimal, whole)) < _LONG:
        return False
    return bool(bare(whole)) or whole in grouped(text) or whole in accounts(text)


def end_of_groups(text: str, at: int) -> int:
    """Where an amount or an IBAN ends that was typed with blanks and can be nothing else; 0 where none is."""
    end = spaced_end(text, at)
    if end and (end == len(text) or text[end] in f" {BLANKS}\t\n)"):
        return end
    if not (text[at : at + 2].isalpha() and text[at + 2 : at + 4].isdecimal()):
        return 0
    ends = [found.end() for found in islice(GROUP.finditer(text, at), _GROUPS)]
    return next((end for end in reversed(ends[1:]) if _agrees(text[at:end])), 0)


def _agrees(account: str) -> bool:
    """Whether the check digits of an IBAN are right."""
    from stdnum import iban  # noqa: PLC0415 - few queries name one

    number = "".join(account.split())
    return number.isalnum() and bool(iban.is_valid(number, check_country=False))
