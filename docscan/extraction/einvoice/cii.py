"""UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD and XRechnung.

Paths after the CII syntax binding of EN 16931-3-3 (D16B). ZUGFeRD 1.0 is an
earlier CII (D13B) with other names for the same places; they are renamed first.
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

_DEAL = "SupplyChainTradeTransaction"
_AGREED = f"{_DEAL}/ApplicableHeaderTradeAgreement"
_DELIVERED = f"{_DEAL}/ApplicableHeaderTradeDelivery"
_SETTLED = f"{_DEAL}/ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLED}/SpecifiedTradeSettlementHeaderMonetarySummation"
_SELLER, _BUYER = f"{_AGREED}/SellerTradeParty", f"{_AGREED}/BuyerTradeParty"
_VAT, _LOCAL = "SpecifiedTaxRegistration/ID[@schemeID='VA']", "SpecifiedTaxRegistration/ID[@schemeID='FC']"
_NO_AMOUNT = ("GROUP", "INFORMATION")  # lines that repeat or explain others (BT-X-8, EXTENDED)

_OLD_NAMES = {
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": _DEAL,
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}
_OLD_SUMS = "SpecifiedTradeSettlementMonetarySummation"

_PATHS = {
    "invoice_number": ["ExchangedDocument/ID"],
    "issue_date": ["ExchangedDocument/IssueDateTime/DateTimeString"],
    "due_date": [f"{_SETTLED}/SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"],
    "delivery_date": [f"{_DELIVERED}/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString"],
    "currency": [f"{_SETTLED}/InvoiceCurrencyCode"],
    "supplier_name": [f"{_SELLER}/Name"],
    "supplier_tax_id": [f"{_SELLER}/{_VAT}", f"{_SELLER}/{_LOCAL}"],
    "customer_name": [f"{_BUYER}/Name"],
    "customer_tax_id": [f"{_BUYER}/{_VAT}"],
    "order_reference": [
        f"{_AGREED}/BuyerOrderReferencedDocument/IssuerAssignedID",
        f"{_AGREED}/BuyerOrderReferencedDocument/ID",
    ],
    "preceding_invoice": [f"{_SETTLED}/InvoiceReferencedDocument/IssuerAssignedID"],
    "iban": [f"{_SETTLED}/SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID"],
    "payment_reference": [f"{_SETTLED}/PaymentReference"],
    "net": [f"{_SUMS}/TaxBasisTotalAmount"],
    "tax": [f"{_SUMS}/TaxTotalAmount"],
    "total": [f"{_SUMS}/GrandTotalAmount"],
    "prepaid": [f"{_SUMS}/TotalPrepaidAmount"],
    "payable": [f"{_SUMS}/DuePayableAmount"],
}


def modern(root: Node) -> Node:
    """An invoice of the first ZUGFeRD under the names of today; it is changed in place."""
    for node in root.iter():
        node.tag = _OLD_NAMES.get(node.tag, node.tag)
    for sums in root.iterfind(f"{_SETTLED}/{_OLD_SUMS}"):
        sums.tag = "SpecifiedTradeSettlementHeaderMonetarySummation"
    return root


def _kind(root: Node) -> str:
    return CREDIT_NOTE if text(root, "ExchangedDocument/TypeCode") in CREDIT_CODES else INVOICE


def _addresses(root: Node) -> Iterator[tuple[str, str]]:
    streets, town = ("LineOne", "LineTwo", "LineThree"), ("PostcodeCode", "CityName")
    yield "supplier_address", address(root, f"{_SELLER}/PostalTradeAddress", streets, town)


def _taxes(root: Node) -> Iterator[TaxLine]:
    for tax in root.iterfind(f"{_SETTLED}/ApplicableTradeTax"):
        named, rate = text(tax, "TypeCode"), text(tax, "RateApplicablePercent")
        yield from tax_line(named, rate, text(tax, "BasisAmount"), text(tax, "CalculatedAmount"))


def _lines(root: Node) -> Iterator[InvoiceLine]:
    for item in root.iterfind(f"{_DEAL}/IncludedSupplyChainTradeLineItem"):
        settled = item.find("SpecifiedLineTradeSettlement")
        if settled is None or text(item, "AssociatedDocumentLineDocument/LineStatusReasonCode") in _NO_AMOUNT:
            continue
        total = text(
            settled,
            "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
            f"{_OLD_SUMS}/LineTotalAmount",
        )
        much = item.find("SpecifiedLineTradeDelivery/BilledQuantity")
        if total:
            yield line(
                text(item, "SpecifiedTradeProduct/Name"),
                ("", "") if much is None else (much.text or "", much.get("unitCode", "")),
                text(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount"),
                text(settled, "ApplicableTradeTax/RateApplicablePercent"),
                total,
            )


CII = Syntax(_kind, _PATHS, _addresses, _taxes, _lines)
