"""What may stand before a colon in a query, and what each of these fields holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from docscan.search.ranges import AMOUNTS, DATES, Kind

if TYPE_CHECKING:  # a search needs no schema
    from docscan.schema import Schema

KEYWORDS = ("id", "kind", "language", "verdict", "client")
"""What is known of a document besides its fields; searched whole, not word by word."""

FIELDS: Mapping[str, Kind] = {
    **dict.fromkeys(KEYWORDS, "keyword"),
    **dict.fromkeys(DATES, "date"),
    **dict.fromkeys(AMOUNTS, "amount"),
    "pages": "number",
    **dict.fromkeys(
        (
            "invoice_number",
            "currency",
            "supplier_name",
            "supplier_tax_id",
            "supplier_address",
            "customer_name",
            "customer_tax_id",
            "order_reference",
            "preceding_invoice",
            "iban",
            "payment_reference",
        ),
        "text",
    ),
}

TEXT = "text"
"""The name before a word that would mean something else alone; it looks where a word without a name looks."""

VERDICTS = ("accepted", "review", "rejected")

_KINDS: Mapping[str, Kind] = {"date": "date", "amount": "amount", "quantity": "amount", "rate": "amount"}


def fields_of(schemas: Iterable["Schema"]) -> dict[str, Kind]:
    """The fields of every archive and those that its schemas add.

    Args:
        schemas: Of the archive; where two of them mean different things by
            one name, it is searched as text.
    """
    found: dict[str, Kind] = {}
    for schema in schemas:
        for item in schema.properties:
            kind = _KINDS.get(item.type, "text")
            found[item.name] = kind if found.get(item.name, kind) == kind else "text"
    return found | dict(FIELDS)
