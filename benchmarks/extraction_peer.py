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

# its program does not say which file an answer is of
EACH = """
import json, sys
from invoice2data import extract_data
from invoice2data.extract.loader import read_templates
templates = read_templates()
for path in sys.argv[1:]:
    found = extract_data(path, templates=templates, input_module="text") or {}
    said = {key: str(value)[:10] if "date" in key else str(value) for key, value in found.items()}
    print(json.dumps([path, said]))
"""

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
    paths = {}
    for name, pages in texts.items():
        path = folder / f"{len(paths):04}.txt"
        path.write_text("\n\f".join(_laid_out(page) for page in pages), encoding="utf-8")
        paths[str(path)] = name
    spent = peers.run([str(Path(program).resolve().with_name("python")), "-c", EACH, *paths])
    said = {}
    for line in spent.said.splitlines():
        path, record = json.loads(line)
        said[paths[path]] = {
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
