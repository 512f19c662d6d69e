"""What invoice2data makes of the same text with the templates it comes with; it may be missing."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import peers

from docscan.model import Page

NAMES = {
    "invoice_number": "invoice_number", "date": "issue_date", "date_due": "due_date", "amount": "total",
    "amount_untaxed": "net", "amount_tax": "tax", "issuer": "supplier_name", "vat": "supplier_tax_id",
    "partner_name": "customer_name", "partner_vat": "customer_tax_id", "currency": "currency", "iban": "iban",
}  # fmt: skip

Fields = Mapping[str, Mapping[str, str]]


def invoice2data(texts: Mapping[str, Sequence[Page]], folder: Path) -> tuple[dict[str, Fields], float] | None:
    """What it says of documents, by their names, and the seconds of processor; None where it is missing.

    Args:
        texts: The pages of each document, as docscan read them.
        folder: Is used for the texts and the answer.
    """
    program = peers.found("invoice2data")
    if program is None:
        return None
    answer = folder / "invoice2data.json"
    answer.unlink(missing_ok=True)
    paths = {}
    for name, pages in texts.items():
        path = folder / f"{len(paths):04}.txt"
        path.write_text("\n\f".join(_laid_out(page) for page in pages), encoding="utf-8")
        paths[path.name] = name
    command = [program, "--input-reader", "text", "--output-format", "json", "--output-name", str(answer)]
    spent = peers.run([*command, *(str(folder / path) for path in paths)])
    found = json.loads(answer.read_text(encoding="utf-8")) if answer.is_file() else []
    said = {}
    for record in found:
        name = paths.get(Path(str(record.get("filename", ""))).name)
        if name:
            said[name] = {
                ours: {"value": str(record[theirs])} for theirs, ours in NAMES.items() if record.get(theirs)
            }
    return said, spent.cpu


def _laid_out(page: Page) -> str:
    """Words at the columns they stand in, as its usual reader gives them."""
    width = max(1.0, page.width / 130)
    rows: list[str] = []
    for line in page.lines:
        text = ""
        for word in line.words:
            text = text.ljust(int(word.box.left / width)) if text else " " * int(word.box.left / width)
            text += (" " if text.strip() and not text.endswith(" ") else "") + word.text
        rows.append(text)
    return "\n".join(rows)
