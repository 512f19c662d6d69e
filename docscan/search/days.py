"""Days as people say them: `today`, `letzte Woche`, `últimos 30 días`.

Words of the four languages are taken together, folded; none of them means
two things. Weeks begin on Monday (ISO 8601).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, TypeVar

from docscan.search.folding import fold

Unit = Literal["day", "week", "month", "quarter", "year"]
Days = tuple[date, date]
Meaning = TypeVar("Meaning")

MOST_WORDS = 5
"""Words of the longest expression, `in den letzten 30 Tagen`, or date, `17 de enero de 2026`."""

MOST = 999
"""Days, weeks, months or years that may be counted back or ahead."""


def _each(words: str, meaning: Meaning) -> dict[str, Meaning]:
    return dict.fromkeys(words.split(), meaning)


_SINGLE = {
    **_each("today hoy heute dzis dzisiaj", 0),
    **_each("yesterday ayer gestern wczoraj", -1),
    **_each("anteayer antier vorgestern przedwczoraj", -2),
    **_each("tomorrow manana morgen jutro", 1),
    **_each("ubermorgen pojutrze", 2),
}
_PARTICLES = frozenset(_each("the la el los las die der den dem das in im en of del w we z", 0))
"""Articles, and what stands before: `in der letzten Woche`, `w zeszłym roku`."""

_THIS = (
    "this current este esta actual diese diesem diesen dieser dieses laufende laufenden laufender laufendes "
    "ten tym tego biezacy biezacym biezacego"
)
_LAST = (
    "last past previous pasado pasada ultimo ultima ultimos ultimas anterior anteriores "
    "letzte letzten letztem letzter letztes vorige vorigen vorigem voriger voriges "
    "vergangene vergangenen vergangenem vergangener vergangenes "
    "ostatni ostatnie ostatnich ostatnim ostatniego zeszly zeszlym zeszlego "
    "ubiegly ubieglym ubieglego poprzedni poprzednim poprzedniego"
)
_NEXT = (
    "next coming proximo proxima proximos proximas siguiente siguientes "
    "nachste nachsten nachstem nachster nachstes kommende kommenden kommendem kommender kommendes "
    "nastepny nastepne nastepnych nastepnym nastepnego przyszly przyszlym przyszlego"
)
_STEPS = {**_each(_THIS, 0), **_each(_LAST, -1), **_each(_NEXT, 1)}
_UNITS: Mapping[str, Unit] = {
    **_each("day days dia dias tag tage tagen tages dzien dni dniach", "day"),
    **_each("week weeks semana semanas woche wochen tydzien tygodnie tygodni tygodniu tygodnia", "week"),
    **_each(
        "month months mes meses monat monate monaten monats "
        "miesiac miesiace miesiecy miesiacu miesiaca miesiacach",
        "month",
    ),
    **_each(
        "quarter quarters trimestre trimestres quartal quartale quartalen quartals "
        "kwartal kwartaly kwartale kwartalu kwartalow",
        "quarter",
    ),
    **_each("year years ano anos jahr jahre jahren jahres rok lata lat roku latach", "year"),
}
_MONTHS: Mapping[Unit, int] = {"month": 1, "quarter": 3, "year": 12}

WORDS = (*_SINGLE, *_STEPS, *_UNITS)
"""All words that may stand in an expression, folded: what a mistyped one is compared with."""


EXAMPLES = (
    "today", "yesterday", "this week", "last week", "this month", "last month", "this year", "last year",
    "last 30 days",
    "hoy", "ayer", "esta semana", "semana pasada", "este mes", "mes pasado", "este año", "año pasado",
    "últimos 30 días",
    "dziś", "wczoraj", "ten tydzień", "zeszły tydzień", "ten miesiąc", "zeszły miesiąc", "ten rok",
    "zeszły rok", "ostatnie 30 dni",
    "heute", "gestern", "diese Woche", "letzte Woche", "diesen Monat", "letzten Monat", "dieses Jahr",
    "letztes Jahr", "letzte 30 Tage",
)  # fmt: skip
"""What is proposed to whoever begins to type one."""


def spoken(text: str, today: date) -> Days | None:
    """The days that an expression means.

    Args:
        text: `yesterday`, `this month`, `mes pasado`, `last 30 days` ...
        today: The day on which it is said.

    Returns:
        The first and the last day; `last 30 days` are those up to today. None
        for any other text, and past the ends of the calendar.
    """
    words = [word for word in map(fold, text.split()) if word not in _PARTICLES]
    try:
        if len(words) == 1 and words[0] in _SINGLE:
            day = today + timedelta(days=_SINGLE[words[0]])
            return day, day
        return _stepped(words, today)
    except (ValueError, OverflowError):
        return None


def nearest(text: str, today: date) -> str:
    """The expression that was perhaps meant, folded; empty where none is near.

    Args:
        text: One that means nothing.
        today: As for `spoken`.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only after a typing mistake

    near = [
        get_close_matches(fold(word), WORDS, n=1) for word in text.split() if fold(word) not in _PARTICLES
    ]
    guess = " ".join(found[0] for found in near if found)
    return guess if all(near) and spoken(guess, today) else ""


def _stepped(words: list[str], today: date) -> Days | None:
    """`last week`, `semana pasada`, `last 3 weeks`."""
    steps = [_STEPS[word] for word in words if word in _STEPS]
    units = [_UNITS[word] for word in words if word in _UNITS]
    counts = [int(word) for word in words if word.isascii() and word.isdigit()]
    if len(steps) != 1 or len(units) != 1 or len(steps + units + counts) != len(words):
        return None
    if not counts:
        return _whole(today, units[0], steps[0])
    if len(counts) > 1 or not steps[0] or not 0 < counts[0] <= MOST:
        return None
    one, other = today, _moved(today, units[0], steps[0] * counts[0])
    inside = timedelta(days=-steps[0])  # both ends are counted
    return (other + inside, one) if steps[0] < 0 else (one, other + inside)


def _whole(today: date, unit: Unit, step: int) -> Days:
    """The day, week, month, quarter or year so many after that of today."""
    first = _moved(_start(today, unit), unit, step)
    return first, _moved(first, unit, 1) - timedelta(days=1)


def _start(day: date, unit: Unit) -> date:
    if unit in ("day", "week"):
        return day - timedelta(days=day.weekday() if unit == "week" else 0)
    months = _MONTHS[unit]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _moved(day: date, unit: Unit, steps: int) -> date:
    """The day so many units later; the last of the month where that is shorter."""
    if unit in ("day", "week"):
        return day + timedelta(days=steps * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + steps * _MONTHS[unit]
    year, month = months // 12, months % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))
