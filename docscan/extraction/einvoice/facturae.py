"""Facturae 3.2.x, the e-invoice of Spain's public offices (Orden HAP/1650/2015).

Its `InvoiceTotal` has the tax in it and what was withheld taken off.
"""

from collections.abc import Iterator

from docscan.extraction import surcharge
from docscan.extraction.einvoice.markup import Node, text
from docscan.extraction.einvoice.terms import CREDIT_NOTE, INVOICE, Syntax, address, line, tax_line
from docscan.model import InvoiceLine, TaxLine

_INVOICE = "Invoices/Invoice"
_HEAD, _ISSUED = f"{_INVOICE}/InvoiceHeader", f"{_INVOICE}/InvoiceIssueData"
_SUMS, _PAID = f"{_INVOICE}/InvoiceTotals", f"{_INVOICE}/PaymentDetails/Installment"
_SELLER, _BUYER = "Parties/SellerParty", "Parties/BuyerParty"
_TAX_ID = "TaxIdentification/TaxIdentificationNumber"
_TAXES = {"01": "IVA", "02": "IPSI", "03": "IGIC", "04": "IRPF"}  # its list of tax codes
_CORRECTIONS = ("OR", "CR")  # class of a correcting invoice, original or copy

_PATHS = {
    "issue_date": [f"{_ISSUED}/IssueDate"],
    "due_date": [f"{_PAID}/InstallmentDueDate"],
    "delivery_date": [f"{_ISSUED}/OperationDate"],
    "currency": [f"{_ISSUED}/InvoiceCurrencyCode"],
    "supplier_tax_id": [f"{_SELLER}/{_TAX_ID}"],
    "customer_tax_id": [f"{_BUYER}/{_TAX_ID}"],
    "order_reference": [f"{_INVOICE}/Items/InvoiceLine/ReceiverTransactionReference"],
    "iban": [f"{_PAID}/AccountToBeCredited/IBAN"],
    "payment_reference": [f"{_PAID}/PaymentReconciliationReference"],
    "net": [f"{_SUMS}/TotalGrossAmountBeforeTaxes"],
    "tax": [f"{_SUMS}/TotalTaxOutputs"],
    "withheld": [f"{_SUMS}/TotalTaxesWithheld"],
    "disbursed": [f"{_SUMS}/TotalReimbursableExpenses"],
    "total": [f"{_SUMS}/InvoiceTotal"],
    "prepaid": [f"{_SUMS}/TotalPaymentsOnAccount"],
    "payable": [f"{_SUMS}/TotalExecutableAmount", f"{_SUMS}/TotalOutstandingAmount"],
}


def _kind(root: Node) -> str:
    return CREDIT_NOTE if text(root, f"{_HEAD}/InvoiceClass") in _CORRECTIONS else INVOICE


def _more(root: Node) -> Iterator[tuple[str, str]]:
    yield "invoice_number", _numbered(root, _HEAD)
    yield "preceding_invoice", _numbered(root, f"{_HEAD}/Corrective")
    yield "supplier_name", _name(root, _SELLER)
    yield "customer_name", _name(root, _BUYER)
    for kind in ("LegalEntity", "Individual"):
        base = f"{_SELLER}/{kind}/AddressInSpain"
        yield "supplier_address", address(root, base, ("Address",), ("PostCode", "Town"))


def _numbered(root: Node, base: str) -> str:
    """Series and number as one; most print them together."""
    series, number = text(root, f"{base}/InvoiceSeriesCode"), text(root, f"{base}/InvoiceNumber")
    return number if number.startswith(series) else f"{series}{number}"


def _name(root: Node, party: str) -> str:
    parts = (text(root, f"{party}/Individual/{part}") for part in ("Name", "FirstSurname", "SecondSurname"))
    return text(root, f"{party}/LegalEntity/CorporateName") or " ".join(filter(None, parts))


def _taxes(root: Node) -> Iterator[TaxLine]:
    for tax in root.iterfind(f"{_INVOICE}/TaxesOutputs/Tax"):
        code = text(tax, "TaxTypeCode")
        base, due = text(tax, "TaxableBase/TotalAmount"), text(tax, "TaxAmount/TotalAmount")
        yield from tax_line(_TAXES.get(code, ""), text(tax, "TaxRate"), base, due)
        added = text(tax, "EquivalenceSurchargeAmount/TotalAmount")
        yield from tax_line(surcharge.NAME, text(tax, "EquivalenceSurcharge"), base, added)


def _lines(root: Node) -> Iterator[InvoiceLine]:
    for item in root.iterfind(f"{_INVOICE}/Items/InvoiceLine"):
        yield line(
            text(item, "ItemDescription"),
            (text(item, "Quantity"), ""),
            text(item, "UnitPriceWithoutTax"),
            text(item, "TaxesOutputs/Tax/TaxRate"),
            text(item, "GrossAmount", "TotalCost"),
        )


FACTURAE = Syntax(_kind, _PATHS, _more, _taxes, _lines)
