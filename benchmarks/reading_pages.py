"""Where the pages of the benchmark come from, and how docscan reads one here."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import wearing
from PIL import Image as Pillow
from sheet import Printed, Sheet
from wearing import Wear

from docscan import equipment, reading
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.equipment import Setup
from docscan.model import Image, Page, Record
from docscan.places import Box

CORPORA = ("zugferd", "ksef", "gobl", "es_facturas")
CORPUS_LANGUAGES = {"es": "spa", "pl": "pol", "de": "deu", "en": "eng"}
FEWEST_WORDS = 80
DPI = 300
CORPUS_WEARS: dict[str, tuple[Wear, ...]] = {
    "good scan": (wearing.scanned,),
    "skew 3": (wearing.scanned, wearing.skewed(3.0)),
    "shadow": (wearing.shaded, wearing.scanned),
    "hard": (wearing.stacked,),
    "150 dpi": (wearing.scanned, wearing.resized(150)),
    "noise": (wearing.scanned, wearing.noisy),
    "photo": (wearing.photographed,),
    "fax": (wearing.scanned, wearing.faxed),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of the benchmark.

    Attributes:
        quick: Few pages of everything.
        corpora: A folder of collected documents with their truth.
        folder: Where files are put that live as long as the run.
    """

    quick: bool
    corpora: Path
    folder: Path


@cache
def setup(engine: str = "") -> Setup:
    """What docscan reads with, by default."""
    return equipment.equip("default", reader=engine)


def stored(sheet: Sheet, path: Path) -> Path:
    """The sheet as a scanner's file: its suffix says which; with its resolution."""
    pixels = sheet.image if sheet.image.ndim == 2 else cv2.cvtColor(sheet.image, cv2.COLOR_BGR2RGB)
    dpi = (round(sheet.dpi), round(sheet.dpi))
    if path.suffix == ".tif":
        Pillow.fromarray(np.asarray(pixels > 127)).save(path, compression="group4", dpi=dpi)
    else:
        Pillow.fromarray(pixels).save(path, quality=85, compress_level=1, dpi=dpi)
    return path


def read(path: Path, engine: str = "") -> Page:
    """One page image, cleaned and read by docscan in this process."""
    return reading.read_page(received(path), 1, setup(engine))


def received(path: Path) -> Received:
    """A file as docscan takes it."""
    return Received("", path, path.name, "", intake.identify(path))


def examined(path: Path, engine: str = "", target: Path | None = None) -> Record:
    """A whole document, read by docscan in this process; its searchable PDF goes to `target`."""
    document, equipped, found = received(path), setup(engine), []
    for number in range(1, reading.count(document, equipped) + 1):
        expected = next((page.language for page in found if page.language), "")
        found.append(reading.read_page(document, number, reading.expecting(expected, equipped)))
    return reading.bind(document, tuple(found), equipped, target)


def collected(run: Run, each: int) -> Iterator[Sheet]:
    """Pages of born-digital documents, so many of each corpus, as drawn; the text layer is the truth."""
    for corpus in CORPORA:
        manifest = run.corpora / corpus / "manifest.json"
        if not manifest.is_file():
            print(f"  (skipped: there is no {corpus} in {run.corpora})")
            continue
        languages = {name: truth.get("_lang") for name, truth in json.loads(manifest.read_text()).items()}
        names = [name for name in languages if name.endswith(".pdf") and languages[name] in CORPUS_LANGUAGES]
        names.sort(key=lambda name: zlib.crc32(name.encode()))
        sheets = (
            _born_digital(manifest.parent / "docs" / name, corpus, CORPUS_LANGUAGES[languages[name]])
            for name in names
        )
        yield from (sheet for sheet, _ in zip(filter(None, sheets), range(each), strict=False))


def worn(sheet: Sheet, name: str, *, turn: int = 0, skew: float = 0.0) -> Sheet:
    """A collected page after one of the wears, askew and turned besides."""
    rng = np.random.default_rng(zlib.crc32(f"{name} {turn} {sheet.text[:200]}".encode()))
    wears = [*CORPUS_WEARS[name], wearing.skewed(abs(skew)), wearing.turned(turn)]
    for wear in wears:
        sheet = wear(sheet, rng)
    return replace(sheet, degradation=name)


def _born_digital(path: Path, corpus: str, language: str) -> Sheet | None:
    """The first page of a PDF as drawn, unless it has few words."""
    with pypdfium2.PdfDocument(path) as pdf:
        page = pdf[0]
        words = page.get_textpage().get_text_range().split()
        if len(words) < FEWEST_WORDS:
            return None
        image = page.render(scale=DPI / 72, rev_byteorder=False).to_numpy()
    bgr: Image = np.ascontiguousarray(image[:, :, :3] if image.ndim == 3 else image)
    whole = Box(0, 0, bgr.shape[1], bgr.shape[0])
    return Sheet(bgr, float(DPI), language, corpus, tuple(Printed(word, whole) for word in words))
