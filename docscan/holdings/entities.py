"""What the register knows: sites, locations, boxes, items and persons."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, field, fields, replace
from functools import cache
from typing import Any, Literal, get_args

from docscan.archive.event import UUID
from docscan.frozen import dataclass
from docscan.holdings import codes
from docscan.messages import LANGUAGES

Kind = Literal["site", "location", "box", "item", "person"]
Use = Literal["permanent", "reading_room", "transit", "conservation"]
PlaceKind = Literal["location", "box"]

KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_NAMES: dict[Kind, str] = {  # how a kind is said in a sentence
    "site": "@N330",
    "location": "@N331",
    "box": "@N332",
    "item": "@N333",
    "person": "@N334",
}
USES: tuple[Use, ...] = get_args(Use)
MOST_TEXT = 4_000  # characters of a field: a title is a sentence, a note is a page
MOST_NUMBER = 10_000_000  # folios of an item, millimetres of a shelf: beyond any, and a typing mistake
DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
"""A date as ISO 8601 has it, to the day, the month or the year."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What a terminal obeys (ECMA-48, C0 and C1), but for what parts lines and columns."""


@dataclass(frozen=True, slots=True)
class Site:
    """A building in which paper is kept.

    Attributes:
        id: A UUID.
        name: What people call it; no two sites have the same.
        country: ISO 3166-1, two capital letters: whose holidays are kept there.
        region: The part after the hyphen in ISO 3166-2, such as `MD`; may be empty.
    """

    id: str
    name: str
    country: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """A place on a shelf.

    Attributes:
        id: A UUID.
        code: On its label, `L-000012N`.
        site: The UUID of its site.
        room: As the site calls it.
        c1: The first coordinate, such as the aisle; the other two are finer.
        use: What the place is for.
        capacity_mm: How many millimetres of shelf; 0 where nobody measured.
    """

    id: str
    code: str
    site: str
    room: str = ""
    c1: str = ""
    c2: str = ""
    c3: str = ""
    use: Use = "permanent"
    capacity_mm: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box, a folder, or whatever else holds items and is moved with them.

    Attributes:
        id: A UUID.
        code: On its label, `B-000012P`.
        client: Whose it is.
        type: What it is, such as `archive box`.
        seal: The number of the seal it is closed with; empty while it has none.
        width_mm: How much of a shelf it takes; 0 where nobody measured.
        capacity: How many items it holds; 0 where nobody said.
        location: The UUID of where it stands: its first place in a sheet, its
            present one when the register is asked.
    """

    id: str
    code: str
    client: str = ""
    type: str = ""
    seal: str = ""
    width_mm: int = 0
    capacity: int = 0
    location: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A file or a volume: what is lent as a whole.

    Attributes:
        id: A UUID.
        code: On its label, `F-000012Q`.
        title: What it is called.
        date_from: Of its oldest paper: ISO 8601, to the day, the month or the year; empty for undated.
        date_to: Of its newest.
        folios: How many sheets are counted in it; 0 while nobody counted.
        medium: What it is made of, such as `paper`.
        series_code: Of the series it belongs to.
        series: The name of that series.
        retention_class: For how long it is kept.
        box: The UUID of the box it lies in; or
        location: the UUID of where it stands by itself: its first place in a
            sheet, its present one when the register is asked.
        parent: The UUID of the item it is part of; may be empty.
        record: The UUID of the record that is its scan; empty for none yet.
        client: Whose it is.
        extra: Further columns by their names, as a list of holdings had them.
    """

    id: str
    code: str
    title: str
    date_from: str = ""
    date_to: str = ""
    folios: int = 0
    medium: str = ""
    series_code: str = ""
    series: str = ""
    retention_class: str = ""
    box: str = ""
    location: str = ""
    parent: str = ""
    record: str = ""
    client: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_backwards(self) -> bool:
        """Whether it ends before it begins; a year and a day of it are the same time."""
        exact = min(len(self.date_from), len(self.date_to))
        return self.date_to[:exact] < self.date_from[:exact]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who borrows, or lets others borrow.

    Attributes:
        id: A UUID.
        code: On their card, `P-000012R`.
        name: Empty once they asked to be forgotten.
        unit: The department they borrow for.
        email: Where letters go; may be empty.
        phone: May be empty.
        language: In which they are written to: `en`, `es`, `pl` or `de`; empty for the archive's.
        login: As the machine knows them, so that nobody lends to themselves; may be empty.
    """

    id: str
    code: str
    name: str
    unit: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    login: str = ""


Entity = Site | Location | Box | Item | Person
TYPES: dict[Kind, type[Entity]] = {
    "site": Site,
    "location": Location,
    "box": Box,
    "item": Item,
    "person": Person,
}
KIND_OF = {type_: kind for kind, type_ in TYPES.items()}
PERSONAL: dict[Kind, tuple[str, ...]] = {
    "item": ("title", "extra"),
    "person": ("name", "unit", "email", "phone", "language", "login"),
}
"""The fields that a redaction empties."""


def kind_of(entity: Entity) -> Kind:
    """What an entity is."""
    return KIND_OF[type(entity)]


def called(entity: Entity) -> str:
    """The code of an entity, the name of a site."""
    return entity.name if isinstance(entity, Site) else entity.code


def first_place(entity: Entity) -> tuple[PlaceKind, str] | None:
    """Where a box or an item is said to be: `location` or `box`, and the UUID; None for what has no place."""
    if isinstance(entity, Item) and entity.box:
        return "box", entity.box
    if isinstance(entity, Item | Box) and entity.location:
        return "location", entity.location
    return None


def faults(entity: Entity) -> Iterator[str]:
    """The fields of an entity that are not of the form they should have, by name."""
    for name, default in defaults(kind_of(entity)).items():
        value = getattr(entity, name)
        if value is default:
            continue
        if name == "code":
            fits = _is_code(value, kind_of(entity))
        elif type(default) is int:
            fits = type(value) is int and 0 <= value <= MOST_NUMBER
        else:
            fits = FORMS.get(name, is_text)(value)
        if not fits:
            yield name


def obeyed(entity: Entity) -> Iterator[str]:
    """The fields with control characters, by name: nobody writes them, and a terminal does what they say."""
    for one in fields(entity):
        value = getattr(entity, one.name)
        if isinstance(value, str) and CONTROL.search(value):
            yield one.name


def blanked(entity: Person | Item) -> Person | Item:
    """An entity without what a redaction takes away: `PERSONAL`."""
    if isinstance(entity, Person):
        return Person(entity.id, entity.code, "")
    return replace(entity, title="", extra={})


@cache
def defaults(kind: Kind) -> Mapping[str, Any]:
    """The fields of a kind, each with what it says when nothing is known; `MISSING` where that cannot be."""
    return {
        one.name: one.default_factory() if one.default_factory is not MISSING else one.default
        for one in fields(TYPES[kind])
    }


def _is_code(value: object, kind: Kind) -> bool:
    found = codes.parsed(value) if isinstance(value, str) else None
    return found is not None and found.kind == kind and str(found) == value


def is_text(value: object) -> bool:
    """Whether something is a text that a field may hold."""
    return isinstance(value, str) and len(value) <= MOST_TEXT and (value.isascii() or _is_unicode(value))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _are_texts(value: object) -> bool:
    return isinstance(value, Mapping) and all(is_text(name) and is_text(text) for name, text in value.items())


def _matches(pattern: str) -> Callable[[object], bool]:
    form = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


OPTIONAL = _matches(rf"({UUID.pattern})?")
FORMS: dict[str, Callable[[object], bool]] = {
    "id": _matches(UUID.pattern),
    "site": _matches(UUID.pattern),
    "box": OPTIONAL,
    "location": OPTIONAL,
    "parent": OPTIONAL,
    "record": OPTIONAL,
    "date_from": _matches(rf"({DAY.pattern})?"),
    "date_to": _matches(rf"({DAY.pattern})?"),
    "country": _matches("([A-Z]{2})?"),
    "region": _matches("[A-Z0-9]{0,3}"),
    "email": _matches(r"([^\s@]+@[^\s@]+)?"),
    "use": USES.__contains__,
    "language": ("", *LANGUAGES).__contains__,
    "extra": _are_texts,
}
"""What a field has to be that is neither any text nor a number."""
