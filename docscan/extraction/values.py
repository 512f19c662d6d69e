"""Dates, amounts and currencies as people write them in Spanish, Polish, German and English.

Each reader takes the text of one value and says how sure it is of its reading:
`1.234` may be one thousand or one and a bit. Patterns are linear: no part of
one can match the same characters in two ways.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from docscan.extraction import lookalikes

MOST_DIGITS = 15  # of an amount; more are a bank account or a code
LAST_DAY = 31
FIRST_YEAR, LAST_YEAR = 1950, 2099

_MONTHS = (
    "enero ene styczen stycznia sty januar jan january",
    "febrero feb luty lutego lut februar february",
    "marzo mar marzec marca marz maerz mrz march",
    "abril abr kwiecien kwietnia kwi april apr",
    "mayo may maj maja mai",
    "junio jun czerwiec czerwca cze juni june",
    "julio jul lipiec lipca lip juli july",
    "agosto ago sierpien sierpnia sie august aug",
    "septiembre setiembre sep sept set wrzesien wrzesnia wrz september",
    "octubre oct pazdziernik pazdziernika paz oktober okt october",
    "noviembre nov listopad listopada lis november",
    "diciembre dic grudzien grudnia gru dezember dez december dec",
)
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}

NUMERIC_DATE = re.compile(r"(?<![\d./-])(\d{1,4}) ?([./-]) ?(\d{1,2}) ?\2 ?(\d{2,4})(?![\d]|[./-]\d)")
DAY_FIRST = re.compile(
    r"(?<![\w./-])(\d{1,2})(?:\.|º|°|er|st|nd|rd|th)?[ ./-]{1,2}(?:de )?([^\W\d_]{3,12})[ ./,-]{1,2}"
    r"(?:de |del |of )?(\d{4}|\d{2})(?![\w]|[.,]\d)"
)
MONTH_FIRST = re.compile(
    r"(?<![\w./-])([^\W\d_]{3,12})[. ]{1,2}(\d{1,2})(?:st|nd|rd|th)?,? {1,2}(\d{4})(?![\w]|[.,]\d)"
)

_GROUPED = r"\d{1,3}(?:(?P<sep>[.,'’  ])\d{3})(?:(?P=sep)\d{3})*(?:[.,]\d{1,4})?(?!\d)"
_PLAIN = r"\d+(?:[.,]\d{1,6})?"
_SIGN = "-−–"
CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "zł": "PLN", "złotych": "PLN", "zl": "PLN", "RM": "MYR"}
CURRENCY_CODES = frozenset(
    [
        "EUR",
        "PLN",
        "USD",
        "GBP",
        "CHF",
        "CZK",
        "DKK",
        "SEK",
        "NOK",
        "HUF",
        "RON",
        "BGN",
        "MYR",
        "MXN",
        "COP",
        "ARS",
        "CLP",
        "PEN",
        "BRL",
        "CAD",
        "AUD",
        "JPY",
        "CNY",
        "SAR",
        "AED",
        "INR",
        "TRY",
        "UAH",
        "SGD",
        "NZD",
        "ZAR",
        "ISK",
    ]
)
_MONEY = "|".join(
    [*(re.escape(sign) for sign in CURRENCY_SIGNS), *sorted(CURRENCY_CODES), "RM", "Euro", "euros"]
)
# A currency may follow in other letters than Latin ones, without a space.
AMOUNT = re.compile(
    rf"(?<![\w.,/%])(?P<before>[{_SIGN}(])? ?(?:(?P<money>{_MONEY}) ?)?(?P<inner>[{_SIGN}])?"
    rf"(?P<number>{_GROUPED}|{_PLAIN})(?P<after> ?[{_SIGN})](?![\w]))?"
    rf"(?: ?(?P<unit>{_MONEY})(?!\w))?(?: ?(?P<percent>%))?(?![0-9A-Za-z_\u00c0-\u024f/]|[.,:]\d)"
)
_CURRENCY = re.compile(
    rf"(?<![\w])(?:{'|'.join(sorted(CURRENCY_CODES))}|zł|Euro|euros)(?!\w)|[€£]|\$(?=\d|$)|(?<!\w)RM(?=\d|$|\))"
)


class Date(NamedTuple):
    """A day, and how sure the reading is.

    Attributes:
        value: ISO 8601.
        confidence: 1 when nothing else could be meant.
        order: `ymd`, `dmy` or `mdy` when only that fits; empty when day and
            month could change places.
    """

    value: str
    confidence: float
    order: str


class Amount(NamedTuple):
    """An amount, and how sure the reading is.

    Attributes:
        value: With its sign.
        decimals: Digits printed after the decimal sign.
        currency: ISO 4217, or empty when none stands beside it.
        confidence: 1 when nothing else could be meant.
    """

    value: Decimal
    decimals: int
    currency: str
    confidence: float


def plain(text: str) -> str:
    """Lower case without accents; Polish `ł` and German `ß` become `l` and `ss`."""
    if text.isascii():
        return text.lower()
    folded = text.casefold().replace("ł", "l")
    return "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))


def read_date(text: str, order: str = "dmy") -> Date | None:
    """The first date in a text.

    Args:
        text: Such as `12.03.2026`, `12 marca 2026` or `12 de marzo de 2026`.
        order: How `03/04/2026` is meant: `dmy` or `mdy`.
    """
    found = [
        (match.start(), reading)
        for pattern, reader in ((NUMERIC_DATE, _numeric), (DAY_FIRST, _named), (MONTH_FIRST, _named))
        if (match := pattern.search(text)) and (reading := reader(match, order))
    ]
    return min(found)[1] if found else None


@lru_cache(maxsize=1 << 8)  # a date is asked for by each of its labels
def real_dates(text: str, order: str) -> tuple[str, ...]:
    """The days of these two centuries that a date which is none may be, with one of its figures misread."""
    parts = sorted(int(part) for part in re.findall(r"\d+", text))
    if len(parts) != 3 or parts[0] > LAST_DAY:  # more than one is wrong
        return ()
    others = (NUMERIC_DATE.fullmatch(other) for other in lookalikes.other_figures(text))
    days = (_numeric(match, order) for match in others if match)
    return tuple(dict.fromkeys(day.value for day in days if day))


def _numeric(match: re.Match[str], order: str) -> Date | None:
    first, _, second, third = match.groups()
    if len(first) == 4:
        return _day(first, second, third, "ymd")
    if len(first) > 2 or len(third) == 3:
        return None
    as_dmy, as_mdy = _day(third, second, first, "dmy"), _day(third, first, second, "mdy")
    if as_dmy and as_mdy and as_dmy.value != as_mdy.value:
        chosen = as_mdy if order == "mdy" else as_dmy
        slashed = match.group(2) == "/"
        return chosen._replace(order="", confidence=chosen.confidence * (0.95 if slashed else 1.0))
    return as_dmy or as_mdy


def _named(match: re.Match[str], order: str) -> Date | None:  # noqa: ARG001 - a name settles the order
    first, second, year = match.groups()
    day, name = (first, second) if first.isdigit() else (second, first)
    month = _MONTH.get(plain(name))
    return _day(year, str(month), day, "dmy") if month else None


def _day(year: str, month: str, day: str, order: str) -> Date | None:
    full = int(year) + (2000 if len(year) == 2 and int(year) < 70 else 1900 if len(year) == 2 else 0)
    if not FIRST_YEAR <= full <= LAST_YEAR:
        return None
    try:
        found = date(full, int(month), int(day))
    except ValueError:
        return None
    return Date(found.isoformat(), 1.0 if len(year) == 4 else 0.85, order)


def read_amount(text: str) -> Amount | None:
    """The amount that a text is, wholly; None when it is anything else.

    Args:
        text: Such as `1.234,56 €`, `1 234,56 zł`, `-36,00`, `36,00-`, `(36.00)`.
    """
    match = AMOUNT.fullmatch(text.strip())
    return amount_of(match) if match and not match["percent"] else None


def amount_of(match: re.Match[str]) -> Amount | None:
    """The amount in a match of `AMOUNT`."""
    number = _number(match["number"])
    if number is None:
        return None
    value, decimals, confidence = number
    before, after = match["before"] or "", (match["after"] or "").strip()
    bracketed = before == "(" and after == ")"
    negative = bracketed or before in tuple(_SIGN) or match["inner"] or after in tuple(_SIGN)
    sign = currency(match["unit"] or match["money"] or "")
    return Amount(-value if negative else value, decimals, sign, confidence)


def _number(text: str) -> tuple[Decimal, int, float] | None:
    """Value, decimals and confidence of digits with separators; None of more than any amount has."""
    text = re.sub(r"['’  ]", "", text)
    if sum(map(str.isdigit, text)) > MOST_DIGITS:
        return None
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return Decimal(text), 0, 1.0
    separators = {sign for sign in text if sign in ".,"}
    decimals = len(text) - last - 1
    if len(separators) == 1 and text.count(text[last]) > 1:
        whole = Decimal(re.sub("[.,]", "", text))
        return (
            (whole / 100, 2, 0.85) if decimals == 2 else (whole, 0, 1.0)
        )  # `1.234.56`: a comma read as a point
    digits = re.sub("[.,]", "", text[:last])
    if len(separators) == 1 and decimals == 3 and not digits.startswith("0"):
        return Decimal(digits + text[last + 1 :]), 0, 0.6  # 1.234: a thousand more often than not
    return Decimal(f"{digits}.{text[last + 1 :]}"), decimals, 1.0 if decimals == 2 else 0.8


def money(value: Decimal) -> str:
    """The amount as records hold it: two places, no grouping."""
    rounded = value.quantize(Decimal("0.01"))
    return str(abs(rounded) if rounded == 0 else rounded)


def currency(text: str) -> str:
    """The ISO 4217 code of a sign, code or word; empty when there is none."""
    match = _CURRENCY.search(text)
    if not match:
        return ""
    found = match.group()
    return "EUR" if found.casefold().startswith("euro") else CURRENCY_SIGNS.get(found, found)
