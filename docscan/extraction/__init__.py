"""What a document says: its kind, language, fields, tables and entries.

Words become rows, rows are searched for the labels of a schema, values of the
right type stand by the labels, and one decision over all of them says which
value is which field. What an e-invoice or a code says of the same fields joins them last.
"""

from collections.abc import Sequence
from dataclasses import replace

from docscan.extraction import (
    classify,
    entries,
    forms,
    joining,
    mending,
    payloads,
    solve,
    tables,
    taxes,
    witnesses,
)
from docscan.extraction.candidates import Sheet
from docscan.extraction.einvoice import Einvoice
from docscan.extraction.labels import headers, hits_in, lexicon
from docscan.extraction.lines import bridged, invoice_lines
from docscan.extraction.rows import Row, rows_of
from docscan.model import Extraction, Page
from docscan.schema import Property, Schema

UNSORTED = "letter"  # the kind of what nothing describes


def extract(
    pages: Sequence[Page],
    schemas: Sequence[Schema],
    einvoices: Sequence[Einvoice] = (),
    said: Schema | None = None,
) -> Extraction:
    """Read what a document says.

    Args:
        pages: As read, in order.
        schemas: The kinds of documents it may be.
        einvoices: That came with it, the most trusted first.
        said: The one of the schemas that a person says describes it.

    Returns:
        Kind, language and what stands in it; a document that no schema
        describes is a letter.
    """
    rows = rows_of(pages)
    language = classify.language_of(rows, schemas)
    looks, sure = classify.kind_of(rows, schemas)
    kinds = [einvoice.kind for einvoice in einvoices]
    stated = said or next((item for item in schemas if item.kind in kinds[:1]), None)
    schema = stated or looks or next((item for item in schemas if item.kind == UNSORTED), None)
    if schema is None:
        return Extraction(UNSORTED, "", sure, language)
    sure = joining.CONFIDENCE["einvoice"] if stated else sure
    found = _described(pages, rows, schema, Extraction(schema.kind, schema.name, sure, language))
    codes = tuple(payloads.statements(pages))
    return joining.joined(found, joining.Sources(rows, einvoices, codes, looks.kind if looks else ""), schema)


def _described(pages: Sequence[Page], rows: tuple[Row, ...], schema: Schema, found: Extraction) -> Extraction:
    lines, breakdown = _table(schema, "lines"), _table(schema, "tax_breakdown")
    sheet = sheet_of(rows, schema)
    told = forms.fields(pages, sheet, schema) if schema.kind == "form" else {}
    decided = {name: item for name, item in solve.decided(sheet, schema).items() if name not in told}
    fields = {name: solve.as_field(item) for name, item in decided.items()}
    fields |= {name: field for name, field in told.items() if field is not None}
    ordered = {name: fields[name] for item in schema.properties for name in forms.names_of(item, fields)}
    listed = invoice_lines(rows, lines, _ends(sheet, breakdown)) if lines else ()
    net = decided["net"].amount if "net" in decided else None
    witnessed = witnesses.witnessed(sheet, ordered, {item.name: item.type for item in schema.properties})
    return replace(
        found,
        fields=ordered,
        lines=listed,
        tax_breakdown=taxes.tax_lines(rows, breakdown, fields) if breakdown else (),
        entries=() if listed else entries.entries(pages, sheet, ordered),
        missing=tuple(p.name for p in schema.properties if p.required and not forms.names_of(p, ordered)),
        witnessed=witnessed | ({"lines"} if bridged(sheet, listed, net) else frozenset()),
        repairs=mending.repairs(decided),
    )


def _ends(sheet: Sheet, breakdown: Property | None) -> frozenset[int]:
    """Where the lines of an invoice end: at a sum, or at the head of its tax breakdown."""
    heads = tables.columns_by_row(sheet.rows, breakdown) if breakdown else {}
    return solve.sum_rows(sheet) | frozenset(heads)


def sheet_of(rows: tuple[Row, ...], schema: Schema) -> Sheet:
    """The rows of a document with the labels of a schema found in them."""
    lines = _table(schema, "lines")
    heads = tables.heads(rows, lines) if lines else frozenset()
    return Sheet(rows, hits_in(rows, lexicon(schema)), heads, headers(schema))


def _table(schema: Schema, name: str) -> Property | None:
    """A table of a bill's schema; a form's own tables are read as the form has them."""
    tables_ = (item for item in schema.properties if item.type == "table" and schema.kind != "form")
    return next((item for item in tables_ if item.name == name), None)
