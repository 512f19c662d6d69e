"""How many printed fields are said rightly, from text layers and from office scans.

Usage: `.venv/bin/python benchmarks/extraction.py [--corpora DIR] [--quick]`.
A corpus is a folder with `docs/` and `manifest.json` (file name to expected
fields). Scans are made here: 300 dpi, up to 1.5 degrees of skew, noise, grey
JPEG. Leaves with 0 when F1 is at least 0.75 on born-digital PDFs and 0.70 on
scans, with 1 otherwise; what is not there is skipped with a sentence.
"""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import cv2
import img2pdf
import numpy as np
import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ("es_facturas", "zugferd", "ksef", "gobl")
AMOUNTS = ("net", "tax", "total")
NAMES = ("supplier_name", "customer_name")
IDS = {"supplier_tax_id": "supplier_vat", "customer_tax_id": "customer_vat"}
FIELDS = ("invoice_number", "issue_date", "due_date", *IDS, *NAMES, *AMOUNTS, "currency", "iban")
BARS = {"born-digital": 0.75, "office scan": 0.70}
SCANS, QUICK = 12, 3  # documents of a corpus; scans are slow to read
Tally = dict[str, int]


def scanned(path: Path, folder: Path) -> Path:
    """The document as an office scanner would send it: images only."""
    chance = np.random.default_rng(zlib.crc32(path.name.encode()))
    sheets = []
    for image in _images(path):
        height, width = image.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), chance.uniform(-1.5, 1.5), 1)
        tilted = cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
        grey = np.clip(tilted * 0.94 + 8 + chance.normal(0, 5, tilted.shape), 0, 255).astype(np.uint8)
        sheet = io.BytesIO()
        Image.fromarray(grey).save(sheet, "JPEG", quality=75, dpi=(300, 300))
        sheets.append(sheet.getvalue())
    target = folder / f"{path.name}.scan.pdf"
    target.write_bytes(img2pdf.convert(sheets))
    return target


def _images(path: Path) -> list[np.ndarray]:
    if path.suffix.lower() != ".pdf":
        return [np.asarray(Image.open(path).convert("L"))]
    with pypdfium2.PdfDocument(path) as pdf:
        return [np.asarray(page.render(scale=300 / 72).to_pil().convert("L")) for page in pdf]


def read(paths: Sequence[Path]) -> dict[str, Mapping[str, Any]]:
    """What docscan says of each file, by the file's name."""
    command = [str(Path(sys.executable).with_name("docscan")), "read", "--json", *map(str, paths)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "OMP_THREAD_LIMIT": "1"}
    )
    found: dict[str, Mapping[str, Any]] = {}
    for line in answer.stdout.splitlines():
        record = json.loads(line)
        found.setdefault(Path(record["source"]).name.removesuffix(".scan.pdf"), record)
    return found


def score(truths: Mapping[str, Mapping[str, Any]], said: Mapping[str, Mapping[str, Any]]) -> Tally:
    """Fields asked for, answered and right; and those `verified`, and wrong all the same."""
    tally = dict.fromkeys(("asked", "said", "right", "verified", "wrong"), 0)
    for name, truth in truths.items():
        fields = said.get(name, {}).get("fields", {})
        for field in FIELDS:
            key = IDS.get(field, field)
            if not truth.get(key) or truth.get("_visible", {}).get(key) is False:
                continue
            answer = fields.get(field, {})
            good = bool(answer.get("value")) and right(field, answer["value"], truth)
            verified = answer.get("status") == "verified"
            tally["asked"] += 1
            tally["said"] += bool(answer.get("value"))
            tally["right"] += good
            tally["verified"] += verified
            tally["wrong"] += verified and not good
    return tally


def right(field: str, said: str, truth: Mapping[str, Any]) -> bool:
    """Whether a value says what is true; a total may be what is left to pay."""
    expected = str(truth[IDS.get(field, field)])
    if field in AMOUNTS:
        others = [str(truth["payable"])] if field == "total" and truth.get("payable") else []
        return any(_same_amount(said, value) for value in (expected, *others))
    if field in IDS:
        return _bare(said) == _bare(expected)
    one, other = _letters(said), _letters(expected)
    if field in NAMES:
        return one == other or (min(len(one), len(other)) >= 6 and (one in other or other in one))
    return one == other


def _same_amount(said: str, expected: str) -> bool:
    try:
        one, other = Decimal(said), Decimal(expected)
    except InvalidOperation:
        return False
    return one == other or (other < 0 and one == -other)  # a credit note may print its amounts without sign


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper().replace("Ł", "L"))
    return re.sub(r"[^0-9A-Z]", "", plain)


def _bare(text: str) -> str:
    return re.sub(r"^[A-Z]{2}(?=[A-Z0-9]*\d{4})", "", _letters(text))


def f1(tallies: Iterable[Tally]) -> float:
    """Of all the fields together."""
    good, given = zip(*((tally["right"], tally["said"] + tally["asked"]) for tally in tallies), strict=True)
    return 2 * sum(good) / max(1, sum(given))


def measure(folder: Path, kind: str, most: int | None) -> Tally | None:
    """One corpus, from its text layers or from scans; None when it is not there."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        print(f"{folder.name} is not in {folder.parent}: skipped.")
        return None
    truths = json.loads(manifest.read_text(encoding="utf-8"))
    names = sorted(name for name in truths if kind != "born-digital" or name.lower().endswith(".pdf"))
    if most is not None:
        names = names[:: max(1, len(names) // most)][:most]
    with tempfile.TemporaryDirectory() as made:
        paths = [folder / "docs" / name for name in names]
        if kind != "born-digital":
            paths = [scanned(path, Path(made)) for path in paths]
        said = read(paths)
    tally = score({name: truths[name] for name in names}, said)
    print(
        f"{folder.name:14}{kind:14}{len(names):6}"
        + "".join(f"{value:10}" for value in tally.values())
        + f"{f1([tally]):8.3f}"
    )
    return tally


def main() -> int:
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    cli.add_argument("--quick", action="store_true")
    options = cli.parse_args()
    print(
        f"{'corpus':14}{'input':14}{'docs':>6}{'asked':>10}{'said':>10}{'right':>10}{'verified':>10}{'wrong':>10}{'F1':>8}"
    )
    figures: dict[str, float] = {}
    for kind in BARS:
        most = QUICK if options.quick else SCANS if kind == "office scan" else None
        found = [tally for name in CORPORA if (tally := measure(options.corpora / name, kind, most))]
        if found:
            figures[kind] = f1(found)
    print(
        ", ".join(f"{kind} F1 {value:.3f} (bar {BARS[kind]:.2f})" for kind, value in figures.items())
        or "nothing to measure"
    )
    return 0 if all(value >= BARS[kind] for kind, value in figures.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
