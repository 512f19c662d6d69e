"""Another reader for a page that was read badly: PP-OCR reads it anew.

Receipts on worn thermal paper and photographs are most of such pages. A page
that the engine read well stays as it is, and costs nothing more.
"""

from collections.abc import Iterator, Sequence

from docscan.model import Line, Scan, Word
from docscan.ocr import glance, ppocr

BADLY = 0.8  # of all signs are sure: fewer on three receipts in four, and on one office page in twelve
CREDIBLE = 0.5  # mean confidence of a line's words: what is less sure is dirt, or a picture
MOST = 300  # lines of a page: only dirt has more


def reread(scan: Scan, lines: Sequence[Line]) -> tuple[Line, ...]:
    """A page's lines, as PP-OCR reads them when they were read badly and it is surer of them.

    Args:
        scan: Grey (H, W), as it was read.
        lines: What the engine made of it, with calibrated confidences.

    Returns:
        The lines as they were when they are sure, or PP-OCR is not installed.
    """
    before = _sure([word for line in lines for word in line.words])
    reader = ppocr.reader() if lines and before < BADLY else None
    if reader is None:
        return tuple(lines)
    found = list(_pieces(reader, scan))
    return _joined(found) if _sure([word for words in found for word in words]) > before else tuple(lines)


def _sure(words: Sequence[Word]) -> float:
    """Of all signs, those that were surely read."""
    return glance.sure_signs(words) / max(1, sum(len(word.text) for word in words))


def _pieces(reader: ppocr.Reader, scan: Scan) -> Iterator[tuple[Word, ...]]:
    """The words of each line that is found, or of each part of one."""
    for box in reader.lines(scan.image, scan.dpi)[:MOST]:
        words = reader.words(scan.image, box)
        if words and sum(word.confidence for word in words) >= CREDIBLE * len(words):
            yield words


def _joined(found: Sequence[tuple[Word, ...]]) -> tuple[Line, ...]:
    """Pieces at one height as one line, from left to right; the pieces come from the top down."""
    rows: list[tuple[Word, ...]] = []
    for words in found:
        last = rows[-1][0].box if rows else None
        if last and last.top <= words[0].box.middle[1] < last.bottom:
            rows[-1] += words
        else:
            rows.append(words)
    return tuple(Line(tuple(sorted(row, key=lambda word: word.box.left))) for row in rows)
