"""E-invoices that come with a document: CII (Factur-X, ZUGFeRD, XRechnung), UBL, Facturae and KSeF FA.

Each syntax is a module of its own. What the XML states becomes statements; whether
the page says the same is for others to see.
"""

from collections.abc import Iterable

from docscan.extraction.einvoice.cii import CII, modern
from docscan.extraction.einvoice.facturae import FACTURAE
from docscan.extraction.einvoice.ksef import FA
from docscan.extraction.einvoice.markup import Node, parsed
from docscan.extraction.einvoice.terms import CREDIT_NOTE, INVOICE, Einvoice, Syntax, stated
from docscan.extraction.einvoice.ubl import UBL
from docscan.model import Finding

__all__ = ["CREDIT_NOTE", "INVOICE", "Einvoice", "einvoices", "read"]

SYNTAXES: dict[str, Syntax] = {
    "CrossIndustryInvoice": CII,
    "CrossIndustryDocument": CII,
    "Invoice": UBL,
    "CreditNote": UBL,
    "Facturae": FACTURAE,
    "Faktura": FA,
}


def einvoices(attached: Iterable[tuple[str, bytes]]) -> tuple[tuple[Einvoice, ...], tuple[Finding, ...]]:
    """The e-invoices among attachments, and a finding for each that is no XML that is safe to read.

    Args:
        attached: The name of each XML file and its bytes.
    """
    found: list[Einvoice] = []
    findings: list[Finding] = []
    for name, data in attached:
        try:
            root = parsed(data)
        except ValueError:
            findings.append(Finding("V101", "doubt", facts={"source": name}))
        else:
            found += filter(None, [read(name, root)])
    return tuple(found), tuple(findings)


def read(name: str, root: Node) -> Einvoice | None:
    """What an XML file states.

    Args:
        name: Of the file, by which its statements are known.
        root: Of its elements.

    Returns:
        The e-invoice; None when the XML is something else, such as an order,
        or several invoices in one.
    """
    syntax = SYNTAXES.get(root.tag)
    if syntax is None or _is_batch(root):
        return None
    found = stated(modern(root) if syntax is CII else root, syntax, name)
    return found if found.statements else None


def _is_batch(root: Node) -> bool:
    """Whether a Facturae holds several invoices: which of them the page shows cannot be told."""
    return len(root.findall("Invoices/Invoice")) > 1
