"""How a document lies in a tantivy index: ready terms between spaces, columns of numbers and facets."""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import tantivy

from docscan.errors import ArchiveError
from docscan.search import durable
from docscan.search.plan import FARTHEST, Where
from docscan.search.prepared import Prepared

ID = "id"
"""The record's identifier; the only thing that is stored."""

SEQ = "seq"
"""The one entry that is no document: how far the index has got, published with the commit it belongs to."""

FACETS = "facets"

POSITIONED: tuple[Where, ...] = ("body", "fields")
"""The parts with positions, for sequences; the others say only which documents have a term."""

SLOTS = 64
"""Columns of numbers. tantivy's columns are fixed when an index is made, but
an archive may get fields later; one that is empty takes next to no room."""

NUMBERS = "numbers.json"
"""The file that says which column holds which number."""

# Positions that no term stands at, between two runs. tantivy itself leaves one free, which is
# enough for sequences but not for what is near. The sign is in no term, nor one edit away from any.
_GAP = tantivy.PreTokenizedString("", [tantivy.Token("\0\0\0", FARTHEST, 0, 0)])


def schema() -> tantivy.Schema:
    """The fields of an index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    for where in get_args(Where):
        option = "position" if where in POSITIONED else "basic"
        builder.add_text_field(where, tokenizer_name="whitespace", index_option=option)
    builder.add_json_field(FACETS, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SEQ, stored=True, tokenizer_name="raw", index_option="basic")
    for slot in range(SLOTS):
        builder.add_integer_field(column(slot), fast=True)
    return builder.build()


def column(slot: int) -> str:
    """The name of a column of numbers."""
    return f"number{slot}"


def entry(document: Prepared, columns: dict[str, str]) -> tantivy.Document:
    """A document as tantivy takes it.

    Args:
        document: Its terms hold no spaces.
        columns: Of each number's name its column.
    """
    made = tantivy.Document()
    made.add_text(ID, document.id)
    for number, run in enumerate(document.body):
        if number:
            made.add_pre_tokenized_text("body", _GAP)
        made.add_text("body", run)
    for run in document.fields:
        made.add_text("fields", run)
    made.add_text("wholes", document.wholes)
    made.add_text("lemmas", document.lemmas)
    made.add_text("bones", document.bones)
    for name, value in document.numbers.items():
        made.add_integer(columns[name], value)
    made.add_json(FACETS, dict(document.facets))
    return made


def mark(seq: int) -> tantivy.Document:
    """The entry that says how far the index has got."""
    made = tantivy.Document()
    made.add_text(SEQ, SEQ)
    made.add_text(SEQ, str(seq))
    return made


def columns(folder: Path) -> dict[str, str]:
    """Which column holds which number, as far as any document has it.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds something else.
    """
    return {name: column(slot) for slot, name in enumerate(durable.names(folder / NUMBERS))}


def enrol(folder: Path, known: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """Give each new number a column, before the commit that needs it.

    Args:
        folder: The index's.
        known: The columns that there are.
        names: The numbers that are needed.

    Raises:
        OSError: The disk failed.
        ArchiveError: There are too many numbers.
    """
    fresh = sorted(set(names) - set(known))
    if not fresh:
        return known
    every = [*known, *fresh]
    if len(every) > SLOTS:
        raise ArchiveError(
            f"The schemas of this archive have more than {SLOTS} dates and amounts.",
            hint="Take fields that are no longer used out of the schemas.",
        )
    durable.write_names(folder / NUMBERS, every)
    return {name: column(slot) for slot, name in enumerate(every)}
