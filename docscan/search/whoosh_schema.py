"""How a document lies in a Whoosh index: four fields, their terms made by `analysis`."""

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh import __version__ as whoosh_version
from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, ID, FieldType, Schema
from whoosh.formats import Existence, Positions

from docscan.search import analysis
from docscan.search.analysis import fold, skeleton, terms
from docscan.search.index import IndexDocument
from docscan.search.query import KEYWORDS
from docscan.search.ranges import NUMBERS, number
from docscan.search.spelling import CONFUSED_FROM

BODY = "body"
"""Every word of the pages and of the fields' values."""

FIELDS = "fields"
"""The words of the fields, each after its field's name: `supplier_name=acme`."""

SPELLINGS = "spellings"
"""Each word of the body after its skeleton: the dictionary of what may be misread."""

ABSENT = -(2**63)
"""In the column of a date or an amount: the document has none."""

Postings = Mapping[str, list[int]]


class PlacedTerms(FieldType):  # type: ignore[misc]  # whoosh has no types
    """Terms with their positions, ready made."""

    def __init__(self) -> None:
        self.format = Positions()
        self.scorable = True

    def index(self, value: Postings, **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The terms as Whoosh's writer takes them."""
        encode = self.format.encode
        for term, positions in value.items():
            yield term.encode(), len(positions), float(len(positions)), encode(positions)


class BareTerms(FieldType):  # type: ignore[misc]  # whoosh has no types
    """Terms without positions or numbers, ready made."""

    def __init__(self) -> None:
        self.format = Existence()
        self.scorable = False

    def index(self, value: list[str], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """The terms as Whoosh's writer takes them."""
        for term in value:
            yield term.encode(), 1, 1.0, b""


def schema() -> Schema:
    """The fields of the index. Pages are not stored: the archive has them."""
    columns = {name: COLUMN(NumericColumn("q", default=ABSENT)) for name in NUMBERS}
    return Schema(
        id=ID(stored=True, unique=True),
        **{BODY: PlacedTerms(), FIELDS: PlacedTerms(), SPELLINGS: BareTerms()},
        **columns,
    )


def fingerprint() -> str:
    """Changes whenever an index made before would answer otherwise."""
    version = ".".join(str(part) for part in whoosh_version)
    return f"whoosh {version}, analysis {analysis.VERSION}, layout 1, {' '.join(schema().names())}"


def entry(document: IndexDocument) -> dict[str, Any]:
    """A document as the arguments of Whoosh's `add_document`."""
    body = terms((*document.pages, *document.fields.values()))
    numbers = {name: number(name, value) for name, value in _numeric(document)}
    return {
        "id": document.id,
        BODY: body,
        FIELDS: _fields(document),
        SPELLINGS: [spelled(word) for word in body if len(word) >= CONFUSED_FROM],
        **{name: value for name, value in numbers.items() if value is not None},
    }


def spelled(word: str) -> str:
    """A word in the dictionary of spellings, behind its skeleton."""
    return f"{skeleton(word)}={word}"


def named(field: str, term: str) -> str:
    """A term of a field; the body's when the field is empty."""
    return f"{field}={term}" if field else term


def _numeric(document: IndexDocument) -> Iterator[tuple[str, str]]:
    yield "added", document.added
    for name, value in document.fields.items():
        if name in NUMBERS:
            yield name, value.strip()


def _fields(document: IndexDocument) -> dict[str, list[int]]:
    known = {name: fold(getattr(document, name)) for name in KEYWORDS}
    found = {named(name, value): [0] for name, value in known.items() if value}
    for name, value in document.fields.items():
        for term, positions in terms((value,)).items():
            if name not in KEYWORDS:
                found[named(name, term)] = positions
    return found
