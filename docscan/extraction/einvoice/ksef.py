"""FA, the structured invoice of Poland's KSeF, versions 1 to 3 of its logical structure.

It states amounts by rate alone (`P_13_n` net, `P_14_n` tax) and the total
(`P_15`); net and tax are their sums, which the structure leaves to the reader.
"""

from collections.abc import Iterator
from decimal import Decimal

from docscan.extraction.einvoice.markup import Node, text
from docscan.extraction.einvoice.terms import CREDIT_NOTE, INVOICE, Syntax, decimal, line, tax_line
from docscan.model import InvoiceLine, TaxLine

_SELLER, _BUYER = "Podmiot1", "Podmiot2"
_ID = "DaneIdentyfikacyjne"
# What is sold at which rates, by the number in `P_13_n`: the basic rate was 22 % before 2011 and the reduced
# one 7 %; the flat rate of taxis is 4 %, once 3 %. The fifth is another country's, the rest bear no tax.
_RATES = {"1": ("23", "22"), "2": ("8", "7"), "3": ("5",), "4": ("4", "3")}
_UNTAXED = ("6_1", "6_2", "6_3", "7", "8", "9", "10", "11")
_SOLD = (*_RATES, "5", *_UNTAXED)

_PATHS = {
    "invoice_number": ["Fa/P_2"],
    "issue_date": ["Fa/P_1"],
    "due_date": ["Fa/Platnosc/TerminPlatnosci/Termin"],
    "delivery_date": ["Fa/P_6"],
    "currency": ["Fa/KodWaluty"],
    "supplier_name": [f"{_SELLER}/{_ID}/Nazwa"],
    "supplier_tax_id": [f"{_SELLER}/{_ID}/NIP"],
    "customer_name": [f"{_BUYER}/{_ID}/Nazwa"],
    "customer_tax_id": [f"{_BUYER}/{_ID}/NIP", f"{_BUYER}/{_ID}/NrID"],
    "order_reference": ["Fa/WarunkiTransakcji/Zamowienia/NrZamowienia"],
    "preceding_invoice": ["Fa/DaneFaKorygowanej/NrFaKorygowanej"],
    "iban": ["Fa/Platnosc/RachunekBankowy/NrRB"],
    "total": ["Fa/P_15"],
    "payable": ["Fa/Rozliczenie/DoZaplaty"],
}


def _kind(root: Node) -> str:
    return CREDIT_NOTE if text(root, "Fa/RodzajFaktury").startswith("KOR") else INVOICE


def _more(root: Node) -> Iterator[tuple[str, str]]:
    for subject, name in (("net", "P_13"), ("tax", "P_14")):
        amounts = [value for rate in _SOLD if (value := decimal(text(root, f"Fa/{name}_{rate}"))) is not None]
        if amounts:
            yield subject, str(sum(amounts))
        elif subject == "tax" and text(root, *(f"Fa/P_13_{rate}" for rate in _UNTAXED)):
            yield subject, "0"
    foreign = text(root, f"{_BUYER}/{_ID}/NrVatUE")
    if foreign:
        yield "customer_tax_id", text(root, f"{_BUYER}/{_ID}/KodUE") + foreign
    lines = (text(root, f"{_SELLER}/Adres/{part}") for part in ("AdresL1", "AdresL2"))
    yield "supplier_address", ", ".join(filter(None, lines))


def _taxes(root: Node) -> Iterator[TaxLine]:
    for number, rates in _RATES.items():
        base, due = text(root, f"Fa/P_13_{number}"), text(root, f"Fa/P_14_{number}")
        yield from tax_line("VAT", _nearest(rates, base, due), base, due)
    for number in _UNTAXED:
        yield from tax_line("VAT", "0", text(root, f"Fa/P_13_{number}"), "0")


def _nearest(rates: tuple[str, ...], base: str, due: str) -> str:
    """The rate that comes nearest to a tax, as the structure gives two the same place."""
    net, tax = decimal(base) or Decimal(0), decimal(due) or Decimal(0)
    return min(rates, key=lambda rate: abs(net * Decimal(rate) / 100 - tax))


def _lines(root: Node) -> Iterator[InvoiceLine]:
    for item in root.iterfind("Fa/FaWiersz"):
        yield line(
            text(item, "P_7"),
            (text(item, "P_8B"), text(item, "P_8A")),
            text(item, "P_9A", "P_9B"),
            text(item, "P_12"),
            text(item, "P_11", "P_11A"),
        )


FA = Syntax(_kind, _PATHS, _more, _taxes, _lines)
