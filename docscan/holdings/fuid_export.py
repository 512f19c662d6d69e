"""Colombia's form, filled in with items: as a list wrote them, and as they are where that was changed.

The form has its thirteen columns; what a list had beside them follows to the right.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import cache
from itertools import count

from docscan.frozen import dataclass
from docscan.holdings import codes, counts, exports, fuid, tabular
from docscan.holdings.columns import CAJA, ORDER, PLAIN, apart, fields_of, folded
from docscan.holdings.entities import Item
from docscan.holdings.exports import Origin
from docscan.holdings.fuid import COLUMNS, Heading
from docscan.holdings.inventory import Cells, client_box
from docscan.holdings.register import Register
from docscan.holdings.tabular import Form

FORM = Form("utf-8-sig", ";", "needed", "\r\n")  # as spreadsheets in Spanish open it by themselves
FIELDS = ("", "series_code", "title", "date_from", "date_to", "box", "", "", "", "folios", "medium", "", "")
NUMBERED, TITLED, DATED, BOXED = 0, 2, 3, 5  # places of columns of the form


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of a list stand in the form.

    Attributes:
        form: For each column of the form, that of the list; None where it has none.
        fields: The further columns of the list that are fields of an item, by field.
        others: Its further columns that are none.
    """

    form: tuple[str | None, ...]
    fields: Mapping[str, str]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Further:
    """The columns of a filled form beside its own.

    Attributes:
        fields: The fields that some list has, each with the name of its column.
        others: The names of other columns as the lists have them, each with that in the form.
    """

    fields: Mapping[str, str]
    others: Mapping[str, str]


def filled(register: Register, items: Sequence[Item], heading: Heading) -> bytes:
    """Items as Colombia's form, to be signed by who hands them over.

    Args:
        register: Open.
        items: In order; those of lists come in the order of their rows, after the others.
        heading: What stands above them; without an entity, whose all of them are. What is
            another's has its client in a column beside the form.
    """
    clients = {item.client for item in items}
    heading = replace(heading, entity=heading.entity or (clients.pop() if len(clients) == 1 else ""))
    came = exports.origins(register, items)
    shared = all(item.client in ("", heading.entity) for item in items)
    further = _further(came.values(), () if shared else ("client",))
    headings = ["" for _ in COLUMNS] + [*further.fields.values(), *further.others.values()]
    rows = list(_rows(register, exports.listed_order(items, came), came, further))
    said = [at for at, name in enumerate(headings) if not name or any(row[at] for row in rows)]
    above = fuid.above(heading, FORM, [headings[at] for at in said[len(COLUMNS) :]])
    lines = (tabular.written([row[at] for at in said], FORM) for row in rows)
    return "".join([above, *lines, fuid.below(FORM)]).encode(FORM.encoding)


def _rows(
    register: Register, items: Sequence[Item], came: Mapping[str, Origin], further: Further
) -> Iterator[list[str]]:
    """The rows of the form, as wide as all that lists had."""
    cells = Cells.of_items(register, items)
    names = _names(cells)
    numbers = _numbers(items, came)
    for item in counts.counted(register, items):
        own = _layout(came[item.id].columns if item.id in came else ())
        row = [cells.of(item, *pair) for pair in zip(FIELDS, own.form, strict=True)]
        if own.form[NUMBERED] is None:
            row[NUMBERED] = str(next(numbers))
        row[TITLED] = row[TITLED] or item.code  # what was forgotten is known by its label
        if own.form[DATED] is None and own.form[DATED + 1] is None and not (item.date_from or item.date_to):
            row[DATED] = "s.f."
        row[BOXED] = _box(cells, item, names.get(item.box, set()), own)
        row += [cells.of(item, field, own.fields.get(field)) for field in further.fields]
        row += [cells.of(item, "", name) if name in own.others else "" for name in further.others]
        yield row


def _box(cells: Cells, item: Item, names: Set[str], own: Layout) -> str:
    """What the form calls the box of an item: as its list did, as those of others in it, or by its code."""
    said, stays = client_box(item), item.id not in cells.moved
    if not item.box:
        return (said or item.extra.get(own.form[BOXED] or "", "")) if stays else ""
    if stays and said:
        return said if said.strip() in names else cells.code(item.box)
    if names:
        return cells.box(item, names)
    column = own.fields.get("box") or own.form[BOXED] or ""
    return cells.of(item, "box", column if item.extra.get(column, "").strip() else None)


def _names(cells: Cells) -> dict[str, set[str]]:
    """What lists call each box, but for names that two boxes have, or that are the code of another."""
    counted = Counter(name for names in cells.names.values() for name in names)
    return {
        box: {name for name in names if counted[name] == 1 and not _another(cells, name, box)}
        for box, names in cells.names.items()
    }


def _another(cells: Cells, name: str, box: str) -> bool:
    """Whether the name of a box is the code of another that is registered."""
    code = codes.parsed(name)
    if code is None or cells.code(box) == str(code):
        return False
    query = "SELECT 1 FROM box WHERE number = ?"
    return code.kind == "box" and any(cells.register.rows(query, code.number))


def _numbers(items: Iterable[Item], came: Mapping[str, Origin]) -> Iterator[int]:
    """Numbers for the rows that have none, after those that lists gave."""
    highest = 0
    for item in items:
        name = _layout(came[item.id].columns).form[NUMBERED] if item.id in came else None
        said = item.extra.get(name or "", "").strip()
        if said.isascii() and said.isdigit() and int(said) < codes.MOST:
            highest = max(highest, int(said))
    return count(highest + 1)


@cache
def _layout(columns: tuple[str, ...]) -> Layout:
    pairs = list(zip(fields_of(columns), columns, strict=True))
    form: list[str | None] = []
    for place, (field, name) in enumerate(zip(FIELDS, COLUMNS, strict=True)):
        named = {BOXED: CAJA, NUMBERED: ORDER}.get(place, () if field else (folded(name),))
        found = [column for said, column in pairs if not said and folded(column) in named]
        found += [column for said, column in pairs if field and said == field]
        form.append(found[0] if found else None)
    rest = [(field, name) for field, name in pairs if name not in form]
    return Layout(
        tuple(form),
        {field: name for field, name in rest if field},
        tuple(name for field, name in rest if not field),
    )


def _further(origins: Iterable[Origin], needed: Iterable[str]) -> Further:
    """The columns beside the form: those of lists, and fields that are needed all the same."""
    in_order = sorted(origins, key=lambda one: one.place)
    found = [_layout(columns) for columns in dict.fromkeys(one.columns for one in in_order)]
    fields = {field: name for one in reversed(found) for field, name in one.fields.items()}
    fields = {field: field for field in needed} | fields
    fields = {field: fields[field] for field in PLAIN if field in fields}
    others = list(dict.fromkeys(name for one in found for name in one.others))
    return Further(fields, apart(others, (*COLUMNS, *fields.values())))
