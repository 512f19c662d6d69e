"""Tax ids, bank accounts and document numbers among words.

Check digits raise the certainty of a reading and never decide alone: many
printed ids have none, and some are printed wrong.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from string import digits
from types import ModuleType
from typing import cast

from stdnum import get_cc_module
from stdnum import iban as _iban
from stdnum.de import vat as _de_vat
from stdnum.es import nif as _es_nif
from stdnum.eu import vat as _eu_vat
from stdnum.exceptions import ValidationError
from stdnum.pl import nip as _pl_nip

from docscan.extraction import lookalikes, values

Found = tuple[int, int, str, float]

_IBAN = re.compile(
    r"(?<![A-Z0-9])([A-Z]{2}\d{2}(?: {0,2}[A-Z0-9]{4}){2,7}(?: {0,2}[A-Z0-9]{1,3})?)(?![A-Za-z0-9])"
)
_POLISH = re.compile(r"(?<![\dA-Z])(\d{2}(?: {0,2}\d{4}){6})(?!\d)")
# An account number, or what an engine makes of one: four signs and more groups of four, mostly figures.
_MISREAD_IBAN = re.compile(
    r"(?<![A-Za-z0-9])([A-Z0-9]{2}[0-9A-Zlob|]{2}(?: {0,2}[0-9A-Zlob|]{4}){3,7}(?: {0,2}[0-9A-Zlob|]{1,3})?)"
    r"(?![A-Za-z0-9])"
)
# Country and check digits, as every account number begins; in these countries figures alone follow.
_WHOLE_IBAN = re.compile(
    r"(?:ES|PL|DE|AT|PT|BE|DK|FI|SE|NO|HU|CZ|SK|EE|LT|HR|SI)\d+|(?!ES|PL|DE)[A-Z]{2}\d{2}\w*"
)
LEAST_FIGURES = 12  # of an account number: the shortest of the four countries has eighteen
# What an id of Spain, Poland or Germany looks like; one of nine to eleven figures may be another country's.
_WHOLE_ID = re.compile(
    r"(?:ES)?(?:[ABEH]\d{8}|[KPQRSNW]\d{7}[A-J]|[CDFGJUV]\d{7}[0-9A-J]|[0-9XYZ]\d{7}[A-Z])|"
    r"PL\d{10}|DE\d{9}|\d{9,11}|(?!ES|PL|DE)[A-Z]{2}\w+"
)
_SPANISH = re.compile(r"(?<!\w)(?:N\.?I\.?F|C\.?I\.?F|D\.?N\.?I|N\.?I\.?E)(?!\w)")
_TAX_SIGNS = re.compile(r"[^0-9A-Z]")
_SKIPPED = re.compile(
    r"[:#\-–.|]*|\([A-Za-z0-9]{1,4}\)|(?:nr|no|num|numer|nº|n°|n\.º|número|nummer|number)[.:]*", re.I
)
_MONEY = re.compile(r"[£€$]|[.,]\d{2}$")
_NUMBER = re.compile(r"[0-9A-Za-zÀ-ž][0-9A-Za-zÀ-ž/._\-–\\#|+]{0,39}")
SHORTEST_TAX_ID, LONGEST_TAX_ID = 7, 16
MOST_GROUPS, LONGEST_GROUP = 6, 4  # of an id printed in groups
LETTERED = 9  # signs of a Spanish id, one of which at least is a letter
_LOWER = str.maketrans("lob", "LOB")  # letters that stand for figures, however they are written


def compact(text: str) -> str:
    """Upper case, letters and digits only."""
    return _TAX_SIGNS.sub("", text.upper())


def ibans(text: str) -> Iterator[Found]:
    """Start, end, value and certainty of each account number in a text."""
    for match in _IBAN.finditer(text):
        value = compact(match.group())
        valid = iban_valid(value)
        if valid or len(value) >= 15:
            yield match.start(), match.end(), value, 1.0 if valid else 0.6
    for match in _POLISH.finditer(text):
        value = compact(match.group())
        if match.start() < 2 or not text[: match.start()].rstrip().endswith("PL"):
            yield match.start(), match.end(), value, 1.0 if iban_valid("PL" + value) else 0.6


def misread_ibans(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Start, end and what it may say, of each account number with one confusion of letters and figures."""
    for match in _MISREAD_IBAN.finditer(text):
        raw = re.sub(r"\s", "", match.group())
        whole = _WHOLE_IBAN.fullmatch(raw) or sum(map(str.isdigit, raw)) < LEAST_FIGURES
        if not whole and (readings := lookalikes.proven(raw, _whole_and_valid)):
            yield match.start(), match.end(), readings


def _whole_and_valid(value: str) -> bool:
    return bool(_WHOLE_IBAN.fullmatch(value)) and iban_valid(value)


def tax_id_readings(value: str, beside: str) -> tuple[str, ...]:
    """What a tax id may say whose form is broken by a letter for a figure, or a figure for a letter.

    An id that has the form of one is left alone, whatever its check digits say:
    one in ten of other readings would satisfy them by chance.

    Args:
        value: The id, as read.
        beside: What stands in its row: the name of a Spanish id tells that a letter is missing.
    """
    lettered = value.isdigit() and len(value) == LETTERED and _SPANISH.search(beside)
    if _WHOLE_ID.fullmatch(value) and not lettered:
        return ()
    return lookalikes.proven(value, _es_valid if lettered else tax_id_valid)


def _es_valid(value: str) -> bool:
    return not value.isdigit() and _agrees(_es_nif, value)


@lru_cache(maxsize=1 << 12)  # an id is asked for again and again
def iban_valid(value: str) -> bool:
    """Whether the check digits of an account number agree."""
    try:
        _iban.validate(value, check_country=False)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=1 << 12)  # an id is asked for again and again
def tax_id_valid(value: str) -> bool:
    """Whether the check digits of a tax id agree, in some country it could be from."""
    return any(_agrees(check, value) for check in (_es_nif, _pl_nip, _eu_vat, _de_vat))


def valid_in(country: str, value: str) -> bool:
    """Whether the check digits of a tax id agree in a country, where most others in their place would not.

    Args:
        country: Its two letters, or Greece's as tax ids have them.
        value: The id, as read.
    """
    check = cast("ModuleType | None", get_cc_module("GR" if country == "EL" else country, "vat"))
    if check is None or not _agrees(check, value):
        return False
    others = (value[:-1] + figure for figure in digits if figure != value[-1])
    return sum(_agrees(check, other) for other in others) <= 1


def _agrees(check: ModuleType, value: str) -> bool:
    try:
        check.validate(value)
    except ValidationError:
        return False
    return True


def tax_id(words: Sequence[str]) -> Found | None:
    """The first tax id among words, which may print it in groups.

    Returns:
        First word, one past the last, the value without signs, and certainty.
    """
    for begin in range(min(len(words), 6)):
        if _SKIPPED.fullmatch(words[begin]) or not _tax_piece(words[begin]):
            continue
        if found := _joined_id(words, begin):
            return found
    return None


def _joined_id(words: Sequence[str], begin: int) -> Found | None:
    """The tax id that begins at a word; printed in groups of up to four it goes on."""
    joined, best = "", None
    for end in range(begin, min(len(words), begin + MOST_GROUPS)):
        piece = compact(words[end])
        if not _tax_piece(words[end]) or len(joined + piece) > LONGEST_TAX_ID:
            break
        if best and len(piece) > LONGEST_GROUP:
            break
        joined += piece
        if tax_id_valid(joined):
            return begin, end + 1, joined, 1.0
        if len(joined) >= SHORTEST_TAX_ID and sum(sign.isdigit() for sign in joined) >= 5:
            best = (begin, end + 1, joined, 0.8)
            if len(piece) > LONGEST_GROUP:
                break
    return best


def _tax_piece(word: str) -> bool:
    """Digits with their prefix and signs, or a prefix alone; no amount of money."""
    letters = word.strip(":;,.()")
    if sum(map(str.isdigit, letters)) > len(letters) // 2:
        letters = letters.translate(_LOWER)
    return (
        bool(letters)
        and not _MONEY.search(letters)
        and letters == letters.upper()
        and (any(map(str.isdigit, letters)) or (letters.isalpha() and len(letters) <= 3))
    )


def document_number(words: Sequence[str]) -> Found | None:
    """The first document number among words: `F-2026/0117`, `FV 12/2026`, `471102`."""
    begin = 0
    while begin < len(words) and _SKIPPED.fullmatch(words[begin]):
        begin += 1
    if begin == len(words):
        return None
    end, value = begin + 1, words[begin].strip(":;,.()")
    series = value.isalpha() and len(value) <= 5 and value == value.upper()
    if end < len(words) and (series or value[-1:] in ("/", "-")) and any(map(str.isdigit, words[end])):
        value, end = f"{value} {words[end].strip(':;,.()')}", end + 1
    if not any(map(str.isdigit, value)) or not _NUMBER.fullmatch(value.replace(" ", "")):
        return None
    doubtful = values.NUMERIC_DATE.fullmatch(value) or re.fullmatch(r"\d{1,2}", value) or "," in value
    return begin, end, value, 0.5 if doubtful else 0.95
