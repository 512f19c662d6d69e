"""Shows how a page was read: its image before and after each step, and every word with its box.

What cannot be read is best understood by looking at what the engine saw.
"""

import html
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from docscan import reading
from docscan.accession import scans
from docscan.accession.intake import Received
from docscan.equipment import Setup
from docscan.frozen import dataclass
from docscan.model import Image, Page, Scan, Word

SURE, FAIR = 0.9, 0.7  # confidences from which a word is drawn in green, in amber; below, in red
GREEN, AMBER, RED, BLUE = (60, 140, 40), (0, 150, 230), (50, 40, 210), (200, 100, 20)  # BGR
FADED = 0.45  # of the page's own darkness shows behind the boxes
NOT_LOOKED_AT = (0, 0)  # the size of an image that no worker could hold
LETTER = cv2.FONT_HERSHEY_SIMPLEX
CAPTION = "the words: green from 90 %, amber from 70 %, red below; boxes to tick in blue"
PAGE_HEAD = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
figure {{ margin: 2rem 0 }} img {{ max-width: 100%; border: 1px solid #999 }}
table {{ border-collapse: collapse }} td, th {{ padding: .2rem 1rem .2rem 0; text-align: left }}
</style>
<h1>{title}</h1>
"""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture in the folder and what it shows."""

    name: str
    caption: str


def explain(received: Received, pages: Sequence[Page], setup: Setup, folder: Path) -> Path:
    """Write what happened to each page of a document on its way to text.

    Args:
        received: The file.
        pages: As read, all of them in order.
        setup: What they were read with.
        folder: Where the pictures go, and `index.html`, which shows them in
            order; it is made. Pictures of pages that it holds already give way.

    Returns:
        The path of `index.html`.

    Raises:
        AccessionError: The file cannot be opened.
        OSError: The folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("page-*.png"):
        old.unlink()
    index = folder / "index.html"
    with index.open("w", encoding="utf-8") as file:
        file.write(PAGE_HEAD.format(title=html.escape(received.source)))
        for page in pages:
            file.writelines(_explained(received, page, setup, folder))
    return index


def _explained(received: Received, page: Page, setup: Setup, folder: Path) -> Iterator[str]:
    """One page as HTML, its pictures written on the way."""
    stem = f"page-{page.number:03d}"
    shown = list(_shown(received, page, setup))
    pictures = list(_steps(shown, folder, stem))
    if shown:
        name = f"{stem}-{len(pictures)}-words.png"
        _save(folder / name, _words_drawn(page, shown[0][1]))
        pictures.append(_Picture(name, CAPTION))
    yield f"<h2>{page.number}</h2>\n<table>\n"
    yield from (f"<tr><th>{label}</th><td>{html.escape(text)}</td></tr>\n" for label, text in _facts(page))
    yield "</table>\n"
    for picture in pictures:
        caption = html.escape(picture.caption)
        image = f'<img src="{picture.name}" alt="{caption}">'
        yield f"<figure><figcaption>{caption}</figcaption>{image}</figure>\n"


def _shown(received: Received, page: Page, setup: Setup) -> Sequence[tuple[str, Scan]]:
    """The page's image as it came and after each step; nothing of one that could not even be looked at."""
    if page.state == "textlayer":
        limits, dpi = setup.pipeline.accession, setup.pipeline.ocr.dpi
        scan = scans.scan(received.path, received.media_type, page.number, dpi=dpi, limits=limits)
        return [("original", scan)]
    shown: list[tuple[str, Scan]] = []
    if page.source_size != NOT_LOOKED_AT:
        smaller = "half" in page.treatments  # as `halving` records it
        reading.cleaned(
            received, page.number, setup, smaller=smaller, watch=lambda step, scan: shown.append((step, scan))
        )
    return shown


def _facts(page: Page) -> Iterator[tuple[str, str]]:
    yield "state", page.state
    yield "language", page.language or "-"
    yield "treatments", ", ".join(page.treatments) or "none"
    yield "size", f"{page.width} x {page.height} pixels at {page.dpi:.0f} dpi"
    yield "words", str(len(page.words))
    yield "confidence", f"{page.confidence:.0%}"
    yield "print that was read", f"{page.coverage:.0%}"
    yield "quality", f"{page.quality:.0%}"


def _steps(shown: Sequence[tuple[str, Scan]], folder: Path, stem: str) -> Iterator[_Picture]:
    """The scan as it came and after each step that changed it."""
    before: tuple[str, ...] | None = None
    count = 0
    for step, scan in shown:
        if before is not None and scan.treatments == before:
            continue
        told = ", ".join(scan.treatments[len(before or ()) :])
        name = f"{stem}-{count}-{step}.png"
        _save(folder / name, scan.image)
        yield _Picture(name, f"{step}: {told}" if told else step)
        before, count = scan.treatments, count + 1


def _words_drawn(page: Page, original: Scan) -> Image:
    """The original, seen the way it was read, with each word's box and its confidence in percent."""
    straight = np.linalg.inv(np.array(original.to_source)) @ np.array(page.to_source)
    if page.state == "textlayer":
        straight = np.diag((original.width / page.width, original.height / page.height, 1.0))
    seen = cv2.warpPerspective(
        _coloured(original.image),
        straight,
        (page.width, page.height),
        flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(255, 255, 255),
    )
    drawn = np.asarray(255 - (255 - seen) * FADED, dtype=np.uint8)
    for word in page.words:
        _draw(drawn, word, page.dpi)
    for mark in page.marks:
        cv2.rectangle(drawn, mark.box[:2], mark.box[2:], BLUE, 5 if mark.ticked else 2)
    return drawn


def _draw(image: Image, word: Word, dpi: float) -> None:
    colour = GREEN if word.confidence >= SURE else AMBER if word.confidence >= FAIR else RED
    cv2.rectangle(image, word.box[:2], word.box[2:], colour, max(1, round(dpi / 150)))
    place = word.box.left, max(8, word.box.top - 3)
    cv2.putText(image, f"{word.confidence:.0%}"[:-1], place, LETTER, dpi / 600, colour, 1, cv2.LINE_AA)


def _coloured(image: Image) -> Image:
    return image if image.ndim == 3 else np.dstack([image] * 3)


def _save(path: Path, image: Image) -> None:
    encoded = cv2.imencode(".png", image)[1]
    path.write_bytes(encoded.tobytes())
