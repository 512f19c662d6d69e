"""A document as every engine takes it: ready terms with their positions, numbers, facets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prepared:
    """What can be found of a record, in ready terms.

    Attributes:
        id: The record's identifier.
        body: The folded words of the pages and values in order, a run for each
            page and value: `body[i][j]` stands j words after the start of run i.
            A sequence never reaches from one run into the next.
        wholes: Folded forms of several words or signs as one term, such as a
            number without its separators or a date as YYYYMMDD.
        fields: The terms of each field, `supplier_name=acme`, in runs like the body's.
        lemmas: What the words are forms of, `es=factura`.
        bones: The skeletons of the words that may be misread.
        numbers: Dates as YYYYMMDD, amounts in hundredths, counts, by name.
        facets: Of each facet its value, such as `kind`: `invoice`; none where there is none.
    """

    id: str
    body: tuple[tuple[str, ...], ...]
    wholes: frozenset[str]
    fields: tuple[tuple[str, ...], ...]
    lemmas: frozenset[str]
    bones: frozenset[str]
    numbers: Mapping[str, int]
    facets: Mapping[str, str]
