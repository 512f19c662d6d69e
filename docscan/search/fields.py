"""What may stand before a colon in a query, and what each of these fields holds."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from docscan.search.folding import fold
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


def _called(**names: str) -> dict[str, str]:
    """By each name of a value, folded, the value."""
    return {fold(name): value for value, said in names.items() for name in said.split("|")}


CALLED: Mapping[str, Mapping[str, str]] = {
    "kind": _called(
        invoice="invoice|invoices|factura|facturas|faktura|faktury|rechnung|rechnungen",
        **{
            "credit-note": "credit-note|credit notes|credit memo|abono|nota de crédito|nota de abono|"
            "factura rectificativa|korekta|nota korygująca|faktura korygująca|gutschrift|gutschriften|"
            "rechnungskorrektur|stornorechnung"
        },
        receipt="receipt|receipts|recibo|recibos|tique|ticket|paragon|paragony|quittung|quittungen|kassenbon|beleg",
        form="form|forms|formulario|formularios|impreso|solicitud|formularz|formularze|wniosek|formular|formulare|"
        "antrag",
        letter="letter|letters|carta|cartas|list|listy|pismo|brief|briefe|schreiben",
        contract="contract|contracts|agreement|contrato|contratos|umowa|umowy|vertrag|verträge",
        slip="slip|slips|loan slip|vale|vales|vale de préstamo|rewers|rewersy|leihschein|leihscheine",
    ),
    "verdict": _called(
        accepted="accepted|aceptado|aceptada|aceptados|przyjęte|przyjęty|przyjęta|angenommen|akzeptiert",
        review="review|revisión|revisar|do sprawdzenia|sprawdzenie|prüfung|prüfen",
        rejected="rejected|rechazado|rechazada|rechazados|odrzucone|odrzucony|odrzucona|abgelehnt",
    ),
    "language": _called(
        es="es|spa|spanish|español|castellano|hiszpański|spanisch",
        pl="pl|pol|polish|polaco|polski|polnisch",
        de="de|deu|ger|german|alemán|niemiecki|deutsch",
        en="en|eng|english|inglés|angielski|englisch",
    ),
}
"""What the values of some fields are called in the four languages, folded.

Kinds are those of `schema.py`, and the papers that docscan issues.
"""

MEANT: Mapping[str, str] = _called(
    invoice_number="number|número|numer|nummer|rechnungsnummer",
    issue_date="date|issued|fecha|emisión|fecha_emisión|data|data_wystawienia|datum|rechnungsdatum",
    due_date="due|vencimiento|fecha_vencimiento|termin|termin_płatności|fälligkeit|fällig",
    delivery_date="delivery|delivered|entrega|dostawa|lieferdatum|lieferung",
    added="filed|añadido|añadida|archivado|dodane|dodano|hinzugefügt|abgelegt",
    currency="moneda|divisa|waluta|währung",
    supplier_name="supplier|vendor|seller|from|proveedor|emisor|sprzedawca|dostawca|lieferant|verkäufer|absender",
    supplier_tax_id="vat|nif|cif|nip|ustid|ust_idnr|steuernummer",
    customer_name="customer|buyer|comprador|destinatario|nabywca|odbiorca|kunde|käufer|empfänger",
    client="cliente|klient|mandant",
    kind="type|tipo|clase|rodzaj|typ|art",
    language="idioma|lengua|język|sprache",
    total="amount|importe|suma|razem|kwota|brutto|betrag|gesamtbetrag|summe",
    net="neto|base|netto",
    tax="iva|impuesto|podatek|steuer|mwst",
    order_reference="order|pedido|zamówienie|bestellung",
    pages="page|páginas|strony|seiten",
    verdict="state|status|estado|stan|zustand",
)
"""The field that was meant by what is none, folded: what people of the four languages call it."""

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
