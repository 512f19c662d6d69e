"""A document as every engine takes it: ready terms with their positions, numbers, facets."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby, islice, zip_longest
from operator import attrgetter
from typing import TYPE_CHECKING

from docscan.frozen import dataclass
from docscan.patterns import pattern
from docscan.search.fields import FIELDS, KEYWORDS
from docscan.search.folding import fold
from docscan.search.ranges import AMOUNTS, Kind, span
from docscan.search.terms import Terms, terms, terms_each

if TYPE_CHECKING:
    from docscan.search.index import IndexDocument

RECURRING = 16_384
"""Values that are remembered, in some 10 MB: suppliers and days recur, and so do their terms."""

AT_ONCE = 500
"""Documents that are put in order together."""

_NEW = frozenset({*AMOUNTS, "invoice_number"})
"""Fields of which each document has another value."""

_DAY = pattern(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT = pattern(r"-?\d{1,13}\.\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What can be found of a record, in ready terms.

    Terms have a blank between each two. Those of `wholes`, `lemmas` and `bones` are in no order,
    and may be there more than once.

    Attributes:
        id: The record's identifier.
        body: The folded words of the pages and values in order, a run for each page and value.
            A sequence never reaches from one run into the next.
        wholes: Folded forms of several words or signs as one term, such as a
            number without its separators or a date as YYYYMMDD.
        fields: The terms of the fields, `supplier_name=acme`: in the first run what is known of any
            document, which fields have a value (`=supplier_name`), and their words; in each further
            run another whole of them. So in no run does a term follow one of its field that it should not.
        lemmas: What the words are forms of, `es=factura`.
        bones: The skeletons of the words that may be misread.
        numbers: Dates as YYYYMMDD, amounts in hundredths, counts, by name.
        facets: Of each facet its value, such as `kind`: `invoice`; none where there is none.
    """

    id: str
    body: tuple[str, ...]
    wholes: str
    fields: tuple[str, ...]
    lemmas: str
    bones: str
    numbers: Mapping[str, int]
    facets: Mapping[str, str]


def prepared(document: "IndexDocument") -> Prepared:
    """A document as engines take it.

    The values follow the pages in the body, unless a page has the same words
    in the same order.
    """
    return next(_together((document,), document.language))


def prepared_each(documents: Iterable["IndexDocument"]) -> Iterator[Prepared]:
    """Documents as engines take them; of some at a time those of a language together, and step by step.

    So what is known of its words stays at hand in the processor, which takes a sixth less time.
    """
    left = iter(documents)
    while some := sorted(islice(left, AT_ONCE), key=attrgetter("language")):
        for language, alike in groupby(some, attrgetter("language")):
            yield from _together(tuple(alike), language)


def _together(documents: Sequence["IndexDocument"], language: str) -> Iterator[Prepared]:
    """Documents of one language."""
    pages = iter(terms_each([text for document in documents for text in document.pages], language))
    each = [[*islice(pages, len(document.pages))] for document in documents]
    return map(_finished, documents, each, [_values(document) for document in documents])


def _values(document: "IndexDocument") -> dict[str, Terms]:
    return {
        name: terms(value) if name in _NEW else _value(value)
        for name, value in document.fields.items()
        if name not in KEYWORDS
    }


def _finished(document: "IndexDocument", pages: Sequence[Terms], values: Mapping[str, Terms]) -> Prepared:
    texts = (*pages, *values.values())
    bones = [f"{name}={term}" for name, value in values.items() for term in value.bones.split()]
    return Prepared(
        id=document.id,
        body=(*[page.run for page in pages if page.run], *_besides(values.values(), pages)),
        wholes=_joined([text.wholes for text in texts]),
        fields=(_joined((*_keywords(document), *_named(values))), *_wholes(values)),
        lemmas=_joined([page.lemmas for page in pages]),
        bones=_joined((*bones, *[text.bones for text in texts])),
        numbers=dict(_numbers(document)),
        facets={name: value for name, value in _facets(document) if value},
    )


def _joined(terms: Iterable[str]) -> str:
    return " ".join(filter(None, terms))


def named(field: str, term: str) -> str:
    """A term of a field; the body's when the field is empty."""
    return f"{field}={term}" if field else term


def unnamed(term: str) -> str:
    """A term without the name of its field."""
    return term.rpartition("=")[2]


@lru_cache(maxsize=RECURRING)
def _value(text: str) -> Terms:
    return terms(text)


def _besides(values: Iterable[Terms], pages: Iterable[Terms]) -> Iterator[str]:
    """The words of the values that no page has in this order."""
    printed = "\n".join([f" {page.run} " for page in pages])
    for value in values:
        if value.run and f" {value.run} " not in printed:
            yield value.run


def _keywords(document: "IndexDocument") -> Iterator[str]:
    yield named("id", fold(document.id))
    for name in KEYWORDS[1:]:
        yield _keyword(name, getattr(document, name))


@lru_cache(maxsize=RECURRING)
def _keyword(name: str, value: str) -> str:
    plain = fold(value)
    return named(name, plain) if plain else ""


def _named(values: Mapping[str, Terms]) -> Iterator[str]:
    """Of each field that has a value, that it is there, and its words."""
    for name, value in values.items():
        if value.run:
            yield f"={name} {name}={value.run.replace(' ', f' {name}=')}"


def _wholes(values: Mapping[str, Terms]) -> Iterator[str]:
    """A whole of each field, then another one of those that have more."""
    each = [map(f"{name}=".__add__, value.wholes.split()) for name, value in values.items() if value.wholes]
    return map(_joined, zip_longest(*each))


def _numbers(document: "IndexDocument") -> Iterator[tuple[str, int]]:
    yield "pages", len(document.pages)
    for name, value in (("added", document.added), *document.fields.items()):
        if (number := number_of(name, value)) is not None:
            yield name, number


def number_of(name: str, value: str) -> int | None:
    """A value as ranges are asked of it: a date as YYYYMMDD, an amount in hundredths; None for others."""
    kind = _kind(name, value.strip())
    found = span(kind, value.strip()) if kind in ("date", "amount") else None
    return found[0] if found and (kind == "amount" or found[0] == found[1]) else None


def _kind(name: str, value: str) -> Kind:
    """What a value is; of a field that only a schema knows, by its form: records are normalised."""
    if name in FIELDS:
        return FIELDS[name]
    if _DAY.fullmatch(value):
        return "date"
    return "amount" if _AMOUNT.fullmatch(value) else "text"


def _facets(document: "IndexDocument") -> Iterator[tuple[str, str]]:
    yield "kind", document.kind
    yield "client", document.client
    yield "supplier", document.fields.get("supplier_name", "")
    yield "year", document.fields.get("issue_date", "")[:4]
    yield "language", document.language
    yield "state", document.verdict
