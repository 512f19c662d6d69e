"""OASIS UBL 2.1 invoices and credit notes: XRechnung, Peppol.

Paths after the UBL syntax binding of EN 16931-3-2.
"""

from collections.abc import Iterator

from docscan.extraction.einvoice.markup import Node, text
from docscan.extraction.einvoice.terms import (
    CREDIT_CODES,
    CREDIT_NOTE,
    INVOICE,
    Syntax,
    address,
    line,
    tax_line,
)
from docscan.model import InvoiceLine, TaxLine

_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
_NAMES = ("PartyLegalEntity/RegistrationName", "PartyName/Name")

_PATHS = {
    "invoice_number": ["ID"],
    "issue_date": ["IssueDate"],
    "due_date": ["DueDate", "PaymentMeans/PaymentDueDate"],
    "delivery_date": ["Delivery/ActualDeliveryDate"],
    "currency": ["DocumentCurrencyCode"],
    "supplier_name": [f"{_SELLER}/{name}" for name in _NAMES],
    "supplier_tax_id": [f"{_SELLER}/PartyTaxScheme/CompanyID"],
    "customer_name": [f"{_BUYER}/{name}" for name in _NAMES],
    "customer_tax_id": [f"{_BUYER}/PartyTaxScheme/CompanyID"],
    "order_reference": ["OrderReference/ID"],
    "preceding_invoice": ["BillingReference/InvoiceDocumentReference/ID"],
    "iban": ["PaymentMeans/PayeeFinancialAccount/ID"],
    "payment_reference": ["PaymentMeans/PaymentID"],
    "net": ["LegalMonetaryTotal/TaxExclusiveAmount"],
    "tax": ["TaxTotal/TaxAmount"],
    "withheld": ["WithholdingTaxTotal/TaxAmount"],
    "total": ["LegalMonetaryTotal/TaxInclusiveAmount"],
    "prepaid": ["LegalMonetaryTotal/PrepaidAmount"],
    "payable": ["LegalMonetaryTotal/PayableAmount"],
}


def _kind(root: Node) -> str:
    coded = text(root, "InvoiceTypeCode", "CreditNoteTypeCode") in CREDIT_CODES
    return CREDIT_NOTE if coded or root.tag == "CreditNote" else INVOICE


def _addresses(root: Node) -> Iterator[tuple[str, str]]:
    streets, town = ("StreetName", "AdditionalStreetName", "AddressLine/Line"), ("PostalZone", "CityName")
    yield "supplier_address", address(root, f"{_SELLER}/PostalAddress", streets, town)


def _taxes(root: Node) -> Iterator[TaxLine]:
    for part in root.iterfind("TaxTotal/TaxSubtotal"):
        named, rate = text(part, "TaxCategory/TaxScheme/ID"), text(part, "TaxCategory/Percent")
        yield from tax_line(named, rate, text(part, "TaxableAmount"), text(part, "TaxAmount"))


def _lines(root: Node) -> Iterator[InvoiceLine]:
    for tag, amount in (("InvoiceLine", "InvoicedQuantity"), ("CreditNoteLine", "CreditedQuantity")):
        for item in root.iterfind(tag):
            much = item.find(amount)
            yield line(
                text(item, "Item/Name", "Item/Description"),
                ("", "") if much is None else (much.text or "", much.get("unitCode", "")),
                text(item, "Price/PriceAmount"),
                text(item, "Item/ClassifiedTaxCategory/Percent"),
                text(item, "LineExtensionAmount"),
            )


UBL = Syntax(_kind, _PATHS, _addresses, _taxes, _lines)
