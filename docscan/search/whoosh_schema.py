"""How a document lies in a Whoosh index: ready terms, columns of numbers and facets."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from whoosh import __version__ as whoosh_version
from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.fields import COLUMN, ID, FieldType, Schema
from whoosh.formats import Existence

from docscan.search import durable
from docscan.search.plan import FARTHEST
from docscan.search.prepared import Prepared
from docscan.search.whoosh_postings import Places, packed, steps

LAYOUT = 3
"""Raised with every change of how a document lies in the index."""

ABSENT = -(2**63)
"""In the column of a number: the document has none."""

SIGNS = "signs"
"""The signs of a document's terms besides the usual ones: what else may differ in a similar term."""

USUAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
"""Signs that are always tried in a similar term."""

KEY = "key"
"""The column of identifiers."""

LENGTH = "length"
"""The column of the number of words in the body."""

COLUMNS = "columns.json"
"""The file that says which column holds which number or facet."""

_FACET = "facet:"
Placed = Mapping[str, list[int]]


class PlacedTerms(FieldType):  # type: ignore[misc]  # whoosh has no types
    """Terms with their positions, ready made."""

    def __init__(self) -> None:
        self.format = Places()
        self.scorable = False  # the length has a column of its own

    def index(self, value: Placed, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The terms as Whoosh's writer takes them."""
        for term, positions in value.items():
            yield term.encode(), len(positions), float(len(positions)), packed(steps(positions))


class BareTerms(FieldType):  # type: ignore[misc]  # whoosh has no types
    """Terms without positions or numbers, ready made."""

    def __init__(self) -> None:
        self.format = Existence()
        self.scorable = False

    def index(self, value: Iterable[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The terms as Whoosh's writer takes them."""
        for term in value:
            yield term.encode(), 1, 1.0, b""


def schema(names: Iterable[str]) -> Schema:
    """The fields of an index whose documents have these numbers and facets."""
    columns = {
        column(slot): COLUMN(VarBytesColumn() if _is_facet(name) else NumericColumn("q", default=ABSENT))
        for slot, name in enumerate(names)
    }
    return Schema(
        id=ID(unique=True),
        body=PlacedTerms(),
        fields=PlacedTerms(),
        **{name: BareTerms() for name in ("wholes", "lemmas", "bones", SIGNS)},
        **{KEY: COLUMN(VarBytesColumn()), LENGTH: COLUMN(NumericColumn("i", default=0)), **columns},
    )


def fingerprint(terms: str) -> str:
    """Changes whenever an index made before would answer otherwise."""
    version = ".".join(str(part) for part in whoosh_version)
    return f"whoosh {version}, layout {LAYOUT}, {terms}"


def entry(document: Prepared, slots: Mapping[str, str]) -> dict[str, Any]:
    """A document as the arguments of Whoosh's `add_document`.

    Args:
        document: Its facets are at most some hundred bytes long.
        slots: Of each number and facet its column.
    """
    body, fields = placed(document.body), placed(document.fields)
    parts = {part: frozenset(getattr(document, part).split()) for part in ("wholes", "lemmas", "bones")}
    signs = frozenset().union(*body, *fields, *(sign for terms in parts.values() for sign in terms)) - USUAL
    return {
        "id": document.id,
        KEY: document.id.encode(),
        LENGTH: sum(map(len, body.values())),
        "body": body,
        "fields": fields,
        SIGNS: sorted(signs),
        **parts,
        **{slots[name]: value for name, value in document.numbers.items()},
        **{slots[facet(name)]: value.encode() for name, value in document.facets.items()},
    }


def placed(runs: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each term; those of two runs are too far apart for anything to reach across."""
    found: dict[str, list[int]] = {}
    start = 0
    for run in runs:
        terms = run.split()
        for position, term in enumerate(terms, start):
            found.setdefault(term, []).append(position)
        start += len(terms) + FARTHEST
    return found


def facet(name: str) -> str:
    """A facet's name among those of the columns."""
    return _FACET + name


def column(slot: int) -> str:
    """The name of a column."""
    return f"column{slot}"


def enrolled(folder: Path) -> list[str]:
    """The names of the numbers and facets that any document has, in the order of their columns.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds something else.
    """
    return durable.names(folder / COLUMNS)


def enrol(folder: Path, documents: Iterable[Prepared]) -> list[str]:
    """Give each new number and facet a column, before the commit that needs it.

    Raises:
        OSError: The disk failed.
    """
    known = enrolled(folder)
    needed = {name for document in documents for name in document.numbers}
    needed |= {facet(name) for document in documents for name in document.facets}
    fresh = sorted(needed.difference(known))
    if fresh:
        durable.write_names(folder / COLUMNS, [*known, *fresh])
    return [*known, *fresh]


def _is_facet(name: str) -> bool:
    return name.startswith(_FACET)
