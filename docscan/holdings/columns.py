"""The columns of a list of holdings: which field of an item each says, and how a cell is read and written.

A list may be Colombia's Formato Único de Inventario Documental (AGN, Acuerdo
042 of 2002, article 7) or any table that names its columns: by the fields of
`entities.Item`, or in Spanish, Polish, German or English. What no field says
stays with the item under the name of its column.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from docscan.holdings import codes
from docscan.holdings.entities import defaults

NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("item code", "signatura", "sygnatura", "signatur"),
    "title": (
        "nombre de las series subseries o asuntos", "nombre de la serie subserie o asuntos",
        "nombre de la serie subserie o asunto", "nombres de las series subseries o asuntos",
        "series subseries o asuntos", "titulo", "tytul", "titel", "bezeichnung",
    ),
    "date_from": ("fecha inicial", "inicial", "data od", "data poczatkowa", "von", "datum von"),
    "date_to": ("fecha final", "final", "data do", "data koncowa", "bis", "datum bis"),
    "folios": (
        "no de folios", "n de folios", "numero de folios", "no folios", "n folios", "num folios",
        "liczba kart", "blatt", "blattzahl",
    ),
    "medium": ("soporte", "nosnik", "trager"),
    "series_code": ("codigo", "codigo de la serie", "codigo de serie"),
    "series": ("serie", "seria"),
    "retention_class": (),
    "box": (),
    "location": (),
    "parent": (),
    "record": (),
    "client": ("cliente", "klient", "kunde"),
}  # fmt: skip
"""What else the column of each field is called, folded; the field's own name is always one."""

CAJA = ("caja", "no de caja", "numero de caja", "pudlo", "karton")
"""What the column is called that has the client's own number of a box."""

ORDER = ("no de orden", "n de orden", "numero de orden", "no orden")
"""What the column is called that numbers the rows of a form."""

OTHERS = (
    *CAJA, *ORDER, "carpeta", "tomo", "otro", "otros",
    "frecuencia de consulta", "notas", "observaciones", "fechas extremas", "unidad de conservacion",
)  # fmt: skip
"""Columns of the form that are no field of an item; they help to tell the row of headings."""

REFERENCES = ("box", "location", "parent")
UNDATED = re.compile(r"s\s?[./]?\s?[fd]\.?", re.IGNORECASE)  # sin fecha, sine dato
YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", re.ASCII)
DAY_FIRST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})", re.ASCII)
FOLIOS = re.compile(
    r"([0-9]{1,8})(?:\s*(?:-|–|—|/|al?|bis|do|to)\s*([0-9]{1,8}))?\s*(?:f|fl|fol|folios?|k|bl)?\.?"
)


@cache
def folded(name: str) -> str:
    """The name of a column without capitals, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    signs = (sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join("".join(signs).casefold().split())


def fields_of(columns: Sequence[str]) -> list[str]:
    """The field that each column says; empty for none, and for one that an earlier column says."""
    found: list[str] = []
    for column in columns:
        field = FIELDS.get(folded(column), "")
        found.append("" if field in found else field)
    return found


def is_known(name: str) -> bool:
    """Whether a cell may well be the heading of a column."""
    return folded(name) in FIELDS or folded(name) in OTHERS


def named_once(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings as names of which no two are alike: spaces as one, a number for those without a name."""
    found: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {place}"
        while name in found:
            name = f"{name} ({place})"
        found.append(name)
    return tuple(found)


def apart(names: Sequence[str], taken: Sequence[str]) -> dict[str, str]:
    """Further columns, each with a name that no other has.

    Args:
        names: Of the further columns, of which no two are alike.
        taken: The names of the columns before them.
    """
    found: dict[str, str] = {}
    for name in names:
        shown_ = name
        while shown_ in taken or shown_ in found.values() or (shown_ != name and shown_ in names):
            shown_ = f"{shown_} (2)"
        found[name] = shown_
    return found


def value(field: str, cell: str) -> str | int:
    """What a cell says of a field that is neither a place nor another item.

    Raises:
        ValueError: It says nothing that the field can hold.
    """
    said = cell.strip()
    if field in ("date_from", "date_to"):
        return _day(said)
    if field == "folios":
        return _folios(said)
    if field == "code" and said:
        code = codes.parsed(said)
        if code is None or code.kind != "item":
            raise ValueError(cell)
        return str(code)
    return said


def shown(field: str, said: str | int) -> str:
    """A value as a cell."""
    return "" if field == "folios" and not said else str(said)


def _day(said: str) -> str:
    """ISO 8601, to the day, the month or the year; day before month."""
    if not said or UNDATED.fullmatch(said):
        return ""
    if found := YEAR_FIRST.fullmatch(said):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(said):
        day, month, year = found.groups()
    else:
        raise ValueError(said)
    date(int(year), int(month or 1), int(day or 1))
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def _folios(said: str) -> int:
    """How many folios: a number, ranges such as `1-204`, or several of either."""
    total = 0
    for part in re.split(r"\s*[;,+]\s*|(?<=\d)\s+y\s+(?=\d)", said.lower()) if said else ():
        found = FOLIOS.fullmatch(part)
        if found is None:
            raise ValueError(said)
        first, last = int(found[1]), int(found[2] or 0)
        if found[2] and last < first:
            raise ValueError(said)
        total += last - first + 1 if found[2] else first
    return total


FIELDS: dict[str, str] = {name: field for field, names in NAMES.items() for name in (folded(field), *names)}
PLAIN = tuple(name for name in defaults("item") if name in NAMES)
"""The columns of a plain list, in order."""
