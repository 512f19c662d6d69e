"""What the codes on a page state: fiscal QR codes of Spain and Poland, and QR codes to pay with.

A code is words that a machine can read; its address is taken apart and never
followed. What has another form states nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from urllib.parse import SplitResult, parse_qs, urlsplit

from docscan.extraction import identifiers, values
from docscan.model import Code, Page, Statement

Said = dict[str, str]  # field -> as the code has it

# The verification addresses of the tax offices, real and for tests: Orden HAC/1177/2024, art. 21; the
# TicketBAI specifications of the three provinces; the Ministry of Finance's page on QR codes of KSeF.
_AEAT_HOSTS = (".agenciatributaria.gob.es", ".aeat.es")
_BASQUE_HOST = ".eus"
_TBAI = re.compile(
    r"TBAI-(?P<nif>[A-Z0-9]{9})-(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{2})-.{13}-\d{3}", re.ASCII
)
_KSEF_HOST = re.compile(r"(?:qr|ksef)(?:-test|-demo)?\.(?:ksef\.)?mf\.gov\.pl")
_KSEF_PATH = re.compile(r"(?:/client-app)?/invoice/(\d{10})/(\d{2}-\d{2}-\d{4})/[\w-]{43}=?", re.ASCII)
_NUMERIC_DAY = re.compile(r"\d{2}-\d{2}-\d{4}", re.ASCII)
_PLAIN_AMOUNT = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,2})?", re.ASCII)
_EPC_AMOUNT = re.compile(r"EUR(\d{1,9}(?:\.\d{1,2})?)", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
# Lines of a Swiss QR code, from 0 (SIX, Implementation Guidelines QR-bill, 4.2.2): account, creditor's and
# ultimate debtor's name; amount, currency, kind of reference, after which the reference stands
_SWISS_IBAN, _SWISS_CREDITOR, _SWISS_DEBTOR = 3, 5, 21
_SWISS_AMOUNT, _SWISS_CURRENCY, _SWISS_KIND = 18, 19, 27
_SWISS_LINES, _SWISS_CURRENCIES = 31, ("CHF", "EUR")
_EPC_LINES, _EPC_LEAST = 12, 7  # EPC069-12: what ends empty may be left out after the account


def statements(pages: Sequence[Page]) -> Iterator[Statement]:
    """What the codes of a document state of its fields.

    Args:
        pages: With their codes.
    """
    for page in pages:
        for code in page.codes:
            source, said = understood(code)
            yield from (
                Statement(subject, value, raw, "code", source, page.number, code.box)
                for subject, raw in said.items()
                if (value := _normalised(subject, raw))
            )


def understood(code: Code) -> tuple[str, Said]:
    """The kind of a code, and what it says by field; nothing of a kind that is not known."""
    if code.format == "QR":
        for source, reader in _KINDS.items():
            if said := reader(code.text):
                return source, said
    return code.format, {}


def _verifactu(text: str) -> Said:
    """Spain's QR of an invoicing system: `…/ValidarQR?nif=&numserie=&fecha=DD-MM-YYYY&importe=`."""
    address, asked = _address(text)
    if not (address.hostname or "").endswith(_AEAT_HOSTS) or "/ValidarQR" not in address.path:
        return {}
    return {
        "supplier_tax_id": asked.get("nif", ""),
        "invoice_number": asked.get("numserie", ""),
        "issue_date": asked.get("fecha", ""),
        "total": asked.get("importe", ""),
    }


def _ticketbai(text: str) -> Said:
    """The Basque provinces' QR: `…?id=TBAI-NIF-DDMMYY-…-CRC&s=series&nf=number&i=total&cr=CRC`."""
    address, asked = _address(text)
    match = _TBAI.fullmatch(asked.get("id", ""))
    if match is None or not (address.hostname or "").endswith(_BASQUE_HOST):
        return {}
    return {
        "supplier_tax_id": match["nif"],
        "invoice_number": asked.get("s", "") + asked.get("nf", ""),
        "issue_date": f"{match['day']}-{match['month']}-20{match['year']}",
        "total": asked.get("i", ""),
    }


def _ksef(text: str) -> Said:
    """Poland's QR of an invoice in KSeF: `…/invoice/NIP/DD-MM-YYYY/digest`."""
    address, _ = _address(text)
    match = _KSEF_PATH.fullmatch(address.path)
    if match is None or not _KSEF_HOST.fullmatch(address.hostname or ""):
        return {}
    return {"supplier_tax_id": match[1], "issue_date": match[2]}


def _epc(text: str) -> Said:
    """The European Payments Council's QR for a credit transfer (EPC069-12)."""
    lines = [line.strip() for line in text.splitlines()]
    if not _EPC_LEAST <= len(lines) <= _EPC_LINES or lines[0] != "BCD" or lines[3] != "SCT":
        return {}
    lines += [""] * (_EPC_LINES - len(lines))
    amount = _EPC_AMOUNT.fullmatch(lines[7])
    said = {"iban": lines[6], "supplier_name": lines[5], "payment_reference": lines[9] or lines[10]}
    return said | ({"payable": amount[1], "currency": "EUR"} if amount else {})


def _swiss(text: str) -> Said:
    """The QR code of a Swiss QR-bill."""
    lines = [line.strip() for line in text.splitlines()]
    if len(lines) < _SWISS_LINES or lines[0] != "SPC" or lines[_SWISS_CURRENCY] not in _SWISS_CURRENCIES:
        return {}
    return {
        "iban": lines[_SWISS_IBAN],
        "supplier_name": lines[_SWISS_CREDITOR],
        "customer_name": lines[_SWISS_DEBTOR],
        "payable": lines[_SWISS_AMOUNT],
        "currency": lines[_SWISS_CURRENCY],
        "payment_reference": "" if lines[_SWISS_KIND] == "NON" else lines[_SWISS_KIND + 1],
    }


_KINDS: dict[str, Callable[[str], Said]] = {
    "VeriFactu QR": _verifactu,
    "TicketBAI QR": _ticketbai,
    "KSeF QR": _ksef,
    "EPC QR": _epc,
    "Swiss QR": _swiss,
}


def _address(text: str) -> tuple[SplitResult, dict[str, str]]:
    """An address and what is asked in it; an empty one when the text is none."""
    try:
        address = urlsplit(text.strip())
        asked = parse_qs(address.query, max_num_fields=20)
    except ValueError:
        return urlsplit(""), {}
    if address.scheme not in ("http", "https"):
        return urlsplit(""), {}
    return address, {name: said[0].strip() for name, said in asked.items()}


def _normalised(subject: str, raw: str) -> str:
    """A value in the form in which records hold that field; empty when it is none."""
    if subject in ("total", "payable"):
        return values.money(Decimal(raw.replace(",", "."))) if _PLAIN_AMOUNT.fullmatch(raw) else ""
    if subject == "issue_date":
        found = values.read_date(raw) if _NUMERIC_DAY.fullmatch(raw) else None
        return found.value if found else ""
    if subject == "iban":
        account = identifiers.compact(raw)
        return account if _IBAN.fullmatch(account) else ""
    return identifiers.compact(raw) if subject == "supplier_tax_id" else " ".join(raw.split())
