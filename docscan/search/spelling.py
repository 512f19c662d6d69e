"""Other spellings of a word: what print is misread as, and what is mistyped.

Measured on noise of 2 % of the characters, exact search finds 83 % of the
words, one edit 98 %; words with digits are numbers, of which one edit makes
another number, so these are only found by their skeleton.
"""

from collections.abc import Callable, Iterator

from docscan.search.analysis import skeleton

EDITED_FROM = 5
"""Letters of the shortest word that is searched with one edit; shorter ones become other words."""

CONFUSED_FROM = 4
"""Signs of the shortest number that is searched by its skeleton, such as a year."""

_SIGNS = "abcdefghijklmnopqrstuvwxyz"  # a digit read for a letter is found by its skeleton


def tolerant(term: str) -> bool:
    """Whether a folded term is searched under other spellings at all."""
    return len(term) >= (EDITED_FROM if _lettered(term) else CONFUSED_FROM)


def edits(term: str) -> Iterator[str]:
    """Every term one edit away: a letter more, less or other, or two neighbours swapped.

    Nothing for a short term and for one with digits.
    """
    if not _lettered(term) or len(term) < EDITED_FROM:
        return
    for at in range(len(term) + 1):
        head, tail = term[:at], term[at:]
        for sign in _SIGNS:
            yield head + sign + tail
        if not tail:
            continue
        yield head + tail[1:]
        yield from (head + sign + tail[1:] for sign in _SIGNS if sign != tail[0])
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]


def similar(term: str) -> Callable[[str], bool]:
    """The test whether a term is another spelling of the given one."""
    if not tolerant(term):
        return lambda _: False
    bones, edited = skeleton(term), frozenset(edits(term))
    return lambda other: other != term and (skeleton(other) == bones or other in edited)


def _lettered(term: str) -> bool:
    return not any(sign.isdigit() for sign in term)
