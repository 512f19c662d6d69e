"""Part pdfa: each word of the searchable PDF lies on its ink, and the file keeps the form and stays small."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np
import peers
import pikepdf
from pikepdf import pdfa as pdfa_check
from reading_pages import Run, examined
from reading_speed import delivered
from scoring import Bar

from docscan.model import Page, Word
from docscan.places import mapped

OVERLAP, SIZE = 0.8, 1.1
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """The words of a PDF page as another program sees them.

    Attributes:
        texts: The words.
        edges: Left, top, right, bottom (N, 4) in shares of the page as displayed.
        turn: Degrees clockwise by which the page is displayed turned.
    """

    texts: tuple[str, ...]
    edges: np.ndarray
    turn: int


def pdfa(run: Run) -> Iterator[Bar]:
    """Words where they were read, PDF/A-2b, and the size."""
    pdftotext = peers.found("pdftotext")
    overlaps: list[float] = []
    alike: list[bool] = []
    sizes: dict[str, list[float]] = {"JPEG": [], "bitonal": []}
    problems = 0
    for delivery in delivered(run):
        target = run.folder / f"{delivery.pdf.stem}.proof.pdf"
        record = examined(delivery.pdf, target=target)
        kind = "bitonal" if delivery.sheets[0].bitonal else "JPEG"
        sizes[kind].append(target.stat().st_size / delivery.pdf.stat().st_size)
        problems += _problems(target)
        if pdftotext:
            for page, layer in zip(record.pages, _layers(pdftotext, target), strict=True):
                _compare(page, layer, overlaps, alike)
    _verapdf([run.folder / f"{delivery.pdf.stem}.proof.pdf" for delivery in delivered(run)])
    print(f"\nSearchable PDF: {problems} findings of pikepdf's PDF/A-2b check")
    for kind, ratios in sizes.items():
        if ratios:
            yield Bar(f"size of the searchable PDF to the scan's, {kind}", max(ratios), SIZE)
    if overlaps:
        share = float(np.mean(np.array(overlaps) >= OVERLAP))
        print(f"  {len(overlaps)} words: median overlap {np.median(overlaps):.3f}, same {np.mean(alike):.4f}")
        yield Bar(f"share of words that overlap by {OVERLAP}", share, 0.99, least=True)
        yield Bar("median overlap of words", float(np.median(overlaps)), OVERLAP, least=True)
        yield Bar("share of words with the same text", float(np.mean(alike)), 0.99, least=True)
    yield Bar("findings of the PDF/A check", problems, 0)


def _layers(pdftotext: str, pdf: Path) -> list[Layer]:
    said = peers.run([pdftotext, "-bbox", str(pdf), "-"]).said
    with pikepdf.open(pdf) as document:
        turns = [int(page.obj.get("/Rotate", 0)) % 360 for page in document.pages]
    layers = []
    for (width, height, body), turn in zip(PAGE.findall(said), turns, strict=True):
        words = WORD.findall(body)
        edges = np.array([[float(edge) for edge in word[:4]] for word in words]).reshape(-1, 4)
        sides = (float(width), float(height))  # as stored, though the words are placed as displayed
        size = np.array((sides[::-1] if turn in {90, 270} else sides) * 2)
        layers.append(Layer(tuple(unescape(word[4]) for word in words), edges / size, turn))
    return layers


def _compare(page: Page, layer: Layer, overlaps: list[float], alike: list[bool]) -> None:
    """For each word read, how well the best word of the layer lies on it, and whether it says the same."""
    for word in page.words:
        shares = _overlap(_as_displayed(page, word, layer.turn), layer.edges)
        best = int(shares.argmax()) if len(shares) else -1
        overlaps.append(float(shares[best]) if best >= 0 else 0.0)
        alike.append(best >= 0 and shares[best] > 0 and layer.texts[best] == word.text)


def _as_displayed(page: Page, word: Word, turn: int) -> Edges:
    """The box around a word on the page as displayed, in shares of it."""
    left, top, right, bottom = word.box
    corners = [mapped(page.to_source, x, y) for x in (left, right) for y in (top, bottom)]
    width, height = page.source_size
    shares = [(x / width, y / height) for x, y in corners]
    for _ in range(turn // 90):
        shares = [(1 - y, x) for x, y in shares]
    across, down = [x for x, _ in shares], [y for _, y in shares]
    return min(across), min(down), max(across), max(down)


def _overlap(one: Edges, others: np.ndarray) -> np.ndarray:
    """Intersection over union of a box with each of the others."""
    if not len(others):
        return np.zeros(0)
    low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1)
    return np.asarray(common / (areas + (one[2] - one[0]) * (one[3] - one[1]) - common))


def _problems(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        report = pdfa_check.check(pdf, "2b")
    found = [*report.violations, *report.unsupported]
    for problem in found[:5]:
        print(f"  {path.name}: {problem}")
    return len(found)


def _verapdf(paths: list[Path]) -> None:
    program = peers.found("verapdf")
    if program:
        said = peers.run([program, "--flavour", "2b", "--format", "text", *map(str, paths)]).said
        print(f"  veraPDF: {said.count('PASS')} of {len(paths)} pass")
