"""Lists of holdings as sheets of paper have them: headings, what stands above them, and the signatures below.

Colombia's Formato Único de Inventario Documental (AGN, Acuerdo 042 of 2002,
article 7) has the producing entity and the entry of the transfer above, two
rows of headings, and below who made, handed over and received it. A plain list
is the same without what is above and below.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice

from docscan.frozen import dataclass
from docscan.holdings import tabular
from docscan.holdings.columns import fields_of, folded, is_known, named_once
from docscan.holdings.tabular import Form, Record

TOP = 60  # rows among which the headings are looked for: a form has some 10 above them
ENTITY = ("entidad productora", "entidad remitente")
LABELS = (*ENTITY, "unidad administrativa", "oficina productora", "objeto", "registro de entrada", "hoja no")
SIGNERS = ("elaborado", "entregado", "recibido")

TITLE = "FORMATO ÚNICO DE INVENTARIO DOCUMENTAL"
ABOVE = (
    "No. de orden", "Código", "Nombre de las series, subseries o asuntos", "Fechas extremas", "",
    "Unidad de conservación", "", "", "", "No. de folios", "Soporte", "Frecuencia de consulta", "Notas",
)  # fmt: skip
BELOW = ("", "", "", "Inicial", "Final", "Caja", "Carpeta", "Tomo", "Otro", "", "", "", "")
COLUMNS = named_once([below or above for above, below in zip(ABOVE, BELOW, strict=True)])
SIGNED = ("por", "Cargo", "Firma", "Lugar", "Fecha")
BESIDE = ("nombre", *map(folded, SIGNED[1:]))  # what the lines below who signed begin with
BELOW_ONE = (*BESIDE, *(f"{name} por" for name in SIGNERS))


@dataclass(frozen=True, slots=True)
class Parts:
    """A list, taken apart.

    Attributes:
        head: What stands above the rows, with the headings.
        columns: The names of the columns, of which no two are alike.
        rows: The rows; blank ones among them.
        foot: What stands below: who signed.
    """

    head: tuple[Record, ...]
    columns: tuple[str, ...]
    rows: tuple[Record, ...]
    foot: tuple[Record, ...]

    @property
    def fields(self) -> list[str]:
        """The field of an item that each column says; empty for none."""
        return fields_of(self.columns)

    @property
    def entity(self) -> str:
        """Whose paper it is, as the form says above its headings; empty for nothing."""
        for label in ENTITY:
            for record in self.head:
                for name, said in _labelled(record.cells):
                    if folded(name) == label and said:
                        return said
        return ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What is written above a new form; all of it may be empty.

    Attributes:
        entity: Who produced the paper.
        unit: The administrative unit above the office.
        office: The producing office.
        purpose: What the list is for, such as a primary transfer.
        transfer: The number of the transfer.
        day: Of its entry: ISO 8601.
    """

    entity: str = ""
    unit: str = ""
    office: str = ""
    purpose: str = ""
    transfer: str = ""
    day: str = ""


def taken_apart(text: str) -> tuple[Parts, str]:
    """A list and its delimiter: that with which its headings are known best.

    Raises:
        LookupError: There is no heading of what the items are called.
        ValueError: A quotation mark is never closed; the line it opens in.
    """
    known, columns, until, delimiter = max(
        ((*_headings(tuple(_top(text, one))), one) for one in tabular.DELIMITERS), key=lambda found: found[0]
    )
    if not known:
        raise LookupError("title")
    records = tuple(tabular.records(text, delimiter))
    end = until + _signed_from(records[until:], fields_of(columns))
    while end > until and records[end - 1].is_blank:  # what separates the signatures is no row
        end -= 1
    return Parts(records[:until], columns, records[until:end], records[end:]), delimiter


def above(heading: Heading, form: Form, further: Sequence[str] = ()) -> str:
    """What stands above the rows of a new form, with its two rows of headings; further columns last."""
    said = (
        ("ENTIDAD PRODUCTORA", heading.entity),
        ("UNIDAD ADMINISTRATIVA", heading.unit),
        ("OFICINA PRODUCTORA", heading.office),
        ("OBJETO", heading.purpose),
    )
    year, month, day = heading.day.split("-") if heading.day else ("", "", "")
    rows = [(TITLE,), *((f"{name}:", value) for name, value in said)]
    rows += [("REGISTRO DE ENTRADA", "Año", "Mes", "Día", "N.T.")]
    rows += [("", year, month, day, heading.transfer), ()]
    rows += [(*ABOVE, *further), (*BELOW, *[""] * len(further))]
    return _wide(rows, form)


def below(form: Form) -> str:
    """The lines of who made, handed over and received a new form, to be filled in."""
    names = [name.capitalize() for name in SIGNERS]
    first, *others = SIGNED
    rows: list[Sequence[str]] = [(), tuple(f"{name} {first}:" for name in names)]
    rows += [(f"{other}:",) * len(names) for other in others]
    spread = [tuple(part for cell in row for part in (cell, "", "", "")) for row in rows]
    return _wide(spread, form)


def _wide(rows: Sequence[Sequence[str]], form: Form) -> str:
    """Rows as wide as the form."""
    width = len(COLUMNS)
    return "".join(tabular.written([*row, *[""] * (width - len(row))], form) for row in rows)


def _top(text: str, delimiter: str) -> Iterator[Record]:
    """The rows among which the headings are, as far as they can be read."""
    with suppress(ValueError):
        yield from islice(tabular.records(text, delimiter), TOP)


def _headings(records: Sequence[Record]) -> tuple[int, tuple[str, ...], int]:
    """How many of the headings are known, their names, and how many rows they end after; 0 for none."""
    best, columns, until = 0, tuple[str, ...](), 0
    for place, record in enumerate(records):
        for cells, following in _heading(record, records[place + 1 : place + 2]):
            names = named_once(cells)
            known = sum(map(is_known, names))
            if known > best and "title" in fields_of(names):
                best, columns, until = known, names, place + following
    return best, columns, until


def _heading(record: Record, following: Sequence[Record]) -> Iterator[tuple[Sequence[str], int]]:
    """What may be headings: a row, or a row with the one below, which divides some of its cells."""
    yield record.cells, 1
    for lower in following:
        said = [cell for cell in lower.cells if cell.strip()]
        if said and all(map(is_known, said)) and len(lower.cells) == len(record.cells):
            yield [low.strip() or high for high, low in zip(record.cells, lower.cells, strict=True)], 2


def _signed_from(records: Sequence[Record], fields: Sequence[str]) -> int:
    """At which row the signatures begin; their number where there are none.

    A row that begins as they do may be an item: *Recibido por la Secretaría*. It
    is of the form where another signs beside it, or the next line is that of a
    post, a signature, a place, a day or another who signs, and where no row that follows is an item.
    """
    found, below = len(records), ""
    for place, record in reversed([*enumerate(records)]):
        said = [cell for cell in record.cells if cell.strip()]
        if not said:
            continue
        label = _label(said[0])
        signers = {name for cell in said for name in SIGNERS if folded(cell).startswith(f"{name} por")}
        signs = folded(said[0]).startswith(tuple(f"{name} por" for name in SIGNERS))
        if signs and (len(signers) > 1 or below in BELOW_ONE):
            found = place
        elif label not in BESIDE and _is_item(record, fields):
            break
        below = label
    return found


def _label(cell: str) -> str:
    """What may be a label: what stands before the first colon."""
    return folded(cell.partition(":")[0])


def _is_item(record: Record, fields: Sequence[str]) -> bool:
    """Whether a row has a title, and something else of an item."""
    said = {field for field, cell in zip(fields, record.cells, strict=False) if field and cell.strip()}
    return "title" in said and len(said) > 1


def _labelled(cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What may be a label with what it says: behind its colon, or in the next cell that says anything."""
    said = [cell.strip() for cell in cells if cell.strip()]
    for cell, following in zip(said, [*said[1:], ""], strict=False):
        name, _, value = cell.partition(":")
        beside = "" if following.endswith(":") or folded(following) in LABELS else following
        yield name, value.strip() or beside
