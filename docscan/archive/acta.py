"""An acta: what one side declares to hand over to the other, box by box.

It is written by people, as TOML or as a table (CSV), and is kept in the batch's
folder under `custody/`, because it names the parties, and the ledger names nobody.
"""

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from docscan.errors import ActaError
from docscan.frozen import dataclass

Direction = Literal["in", "out"]
MOST = 1_000_000  # of anything in a box: beyond any pallet, and a typing mistake
MOST_BOXES = 5_000
LONGEST = 120  # characters of a name
KEYS = ("from", "to", "date", "number", "direction", "box")
BOX_KEYS = ("label", "files", "pages", "title", "uncounted")
# the heads of a table's columns, as the four languages have them
COLUMNS = {
    "label": ("label", "box", "caja", "pudło", "karton"),
    "files": ("files", "archivos", "expedientes", "pliki", "teczki", "dateien", "akten"),
    "pages": ("pages", "páginas", "paginas", "folios", "strony", "seiten", "blätter"),
    "title": ("title", "título", "titulo", "contenido", "tytuł", "titel", "inhalt"),
}


@dataclass(frozen=True, slots=True)
class Box:
    """A box, or another unit that is handed over as a whole.

    Attributes:
        label: What stands on it.
        files: How many documents are in it.
        pages: How many pages these have.
        title: What they are about; may be empty.
        uncounted: Of how many of the files nobody counted the pages: `pages` leaves these out.
    """

    label: str
    files: int
    pages: int
    title: str = ""
    uncounted: int = 0


@dataclass(frozen=True, slots=True)
class Acta:
    """What is handed over, by whom and to whom.

    Attributes:
        transmitter: Who hands it over.
        recipient: Who takes it.
        date: The day of the hand-over.
        boxes: At least one, with different labels.
        number: Of the batch, such as `2026-0001`; empty until it has one.
        direction: `in` for what comes to the archive, `out` for what leaves it.
    """

    transmitter: str
    recipient: str
    date: date
    boxes: tuple[Box, ...]
    number: str = ""
    direction: Direction = "in"

    @property
    def files(self) -> int:
        """In all boxes."""
        return sum(box.files for box in self.boxes)

    @property
    def pages(self) -> int:
        """In all boxes."""
        return sum(box.pages for box in self.boxes)

    @property
    def uncounted(self) -> int:
        """In all boxes, the files whose pages nobody counted."""
        return sum(box.uncounted for box in self.boxes)

    @property
    def toml(self) -> str:
        """As it is kept, and as `parsed` reads it."""
        # a JSON string of printable characters is a TOML string too
        head = {
            "number": self.number,
            "direction": self.direction,
            "from": self.transmitter,
            "to": self.recipient,
        }
        lines = [f"{key} = {_quoted(value)}" for key, value in head.items()]
        lines.append(f"date = {self.date.isoformat()}")
        for box in self.boxes:
            lines += ["", "[[box]]", f"label = {_quoted(box.label)}", f"title = {_quoted(box.title)}"]
            lines += [f"files = {box.files}", f"pages = {box.pages}"]
            lines += [f"uncounted = {box.uncounted}"] if box.uncounted else []
        return "\n".join([*lines, ""])


def load(path: Path) -> Acta:
    """Read an acta that somebody wrote as TOML.

    Raises:
        ActaError: It cannot be read, or a key or value is not allowed.
    """
    try:
        return parsed(path.read_text(encoding="utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        raise ActaError(f"{path} cannot be read: {problem}.", hint="Save it as a text in UTF-8.") from problem


def parsed(text: str, name: str) -> Acta:
    """Read an acta from its TOML.

    Args:
        text: As people or `Acta.toml` wrote it.
        name: What an error calls it.

    Raises:
        ActaError: A key is missing or not known, or its value is not allowed.
    """
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:  # no TOML, too deep, or an endless number
        raise ActaError(f"{name} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    _only(name, found, KEYS, ("from", "to", "date", "box"))
    items = found["box"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ActaError(f"{name}: box is not a list of tables.", hint="Write [[box]] above each.")
    for item in items:
        _only(f"{name}: [[box]]", item, BOX_KEYS, ("label", "files", "pages"))
    direction = found.get("direction", "in")
    if direction not in ("in", "out"):
        raise ActaError(f"{name}: direction = {direction!r} is not allowed.", hint='Write "in" or "out".')
    return checked(
        Acta(
            found["from"], found["to"], found["date"],
            tuple(
                Box(
                    item["label"], item["files"], item["pages"], item.get("title", ""),
                    item.get("uncounted", 0),
                )
                for item in items
            ),
            found.get("number", ""), direction,
        ),
        name,
    )  # fmt: skip


def boxes_of(path: Path) -> tuple[Box, ...]:
    """Read the boxes of an acta from a table.

    Args:
        path: CSV with commas or semicolons; its first row names the columns.

    Raises:
        ActaError: It cannot be read, a column is missing, or a count is no whole number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ActaError(f"{path} cannot be read: {problem}.", hint="Save it as CSV in UTF-8.") from problem
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    places = {
        key: next((n for n, cell in enumerate(head) if cell in names), None) for key, names in COLUMNS.items()
    }
    missing = [COLUMNS[key][0] for key in ("label", "files", "pages") if places[key] is None]
    if missing:
        raise ActaError(
            f"{path}: there is no column {missing[0]!r}.",
            hint="Name them in the first row: box, files, pages.",
        )
    known = {key: place for key, place in places.items() if place is not None}
    return tuple(
        _row(f"{path}, row {number}", row, known) for number, row in enumerate(rows[1:], 2) if any(row)
    )


def checked(acta: Acta, name: str) -> Acta:
    """Hold an acta to what can be handed over.

    Raises:
        ActaError: The sentence names what is not allowed.
    """
    for key, value in (("from", acta.transmitter), ("to", acta.recipient)):
        _text(name, key, value)
    if type(acta.date) is not date:
        raise ActaError(f"{name}: date = {acta.date!r} is no day.", hint="Write a day: date = 2026-11-20.")
    if not isinstance(acta.number, str) or len(acta.number) > LONGEST:
        raise ActaError(
            f"{name}: number = {acta.number!r} is no text.", hint="Leave it out; docscan gives one."
        )
    if not 1 <= len(acta.boxes) <= MOST_BOXES:
        raise ActaError(f"{name}: it has {len(acta.boxes)} boxes.", hint=f"Declare 1 to {MOST_BOXES}.")
    seen = set[str]()
    for box in acta.boxes:
        _text(name, "label", box.label)
        if box.title:
            _text(name, "title", box.title)
        if "/" in box.label or box.label.startswith("."):
            raise ActaError(
                f"{name}: label = {box.label!r} cannot name a folder.", hint="Write it without / and dot."
            )
        if box.label.casefold() in seen:
            raise ActaError(
                f"{name}: there are two boxes {box.label!r}.", hint="Give each a label of its own."
            )
        seen.add(box.label.casefold())
        for key, count in (("files", box.files), ("pages", box.pages), ("uncounted", box.uncounted)):
            _counted(f"{name}: {box.label}", key, count, box.files if key == "uncounted" else MOST)
    return acta


def _row(where: str, row: Sequence[str], places: Mapping[str, int]) -> Box:
    cells = {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}
    for key in ("files", "pages"):
        if not (cells[key].isascii() and cells[key].isdigit() and len(cells[key]) <= len(str(MOST))):
            raise ActaError(f"{where}: {key} = {cells[key]!r} is no whole number.", hint="Write digits only.")
    return Box(cells["label"], int(cells["files"]), int(cells["pages"]), cells.get("title", ""))


def _text(name: str, key: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > LONGEST:
        raise ActaError(
            f"{name}: {key} = {value!r} is no name.", hint=f"Write 1 to {LONGEST} letters between quotes."
        )


def _counted(name: str, key: str, value: object, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise ActaError(
            f"{name}: {key} = {value!r} is no count.", hint=f"Write a whole number from 0 to {most}."
        )


def _only(name: str, found: Mapping[str, Any], known: Iterable[str], needed: Iterable[str]) -> None:
    for key in found:
        if key not in known:
            raise ActaError(f"{name}: {key} is not known.", hint=f"Known are: {', '.join(known)}.")
    for key in needed:
        if key not in found:
            raise ActaError(f"{name}: {key} is missing.", hint="docs/batches.md shows a whole one.")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
