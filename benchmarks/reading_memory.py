"""Part memory: what the processes take over long documents and on the largest pages."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import cv2
import img2pdf
import numpy as np
import pages
import peers
from reading_pages import Run, stored
from scoring import Bar
from sheet import Sheet

GROWTH = 1.05  # of the parent, from a document's first third to its last
WORKER = 600.0  # megabytes for an A4 page of 600 dpi in colour


def memory(run: Run) -> Iterator[Bar]:
    """Many documents, one long document, one large page."""
    few = [stored(_sparse(number), run.folder / f"sparse-{number}.tif") for number in range(5)]
    long, documents = (30, 3) if run.quick else (1000, 50)
    many = _joined(few, long, run.folder / "long.pdf")
    small = [_joined(few, 10, run.folder / f"small-{number}.pdf") for number in range(documents)]
    large = run.folder / "large.jpg"
    sheet = pages.sheet("apart", "deu", "clean", 90)
    picture = cv2.resize(sheet.image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    stored(Sheet(np.asarray(picture, np.uint8), 600.0, "deu", "invoice", ()), large)
    print("\nMemory, MB: the parent at first and at last, the most of any other process")
    for title, paths in ((f"{documents} documents of 10 pages", small), (f"one of {long} pages", [many])):
        taken = _taken(paths, run.folder / "memory")
        third = max(1, len(taken.parent) // 3)
        first, last = median(taken.parent[third : 2 * third]), median(taken.parent[-third:])
        print(f"  {title:28} {first:8.0f} {last:8.0f} {taken.children:8.0f}")
        yield Bar(f"growth of the parent, {title}", last / first, GROWTH)
    taken = _taken([large], run.folder / "memory")
    print(f"  {'A4, 600 dpi, colour':28} {'':8} {max(taken.parent):8.0f} {taken.children:8.0f}")
    yield Bar("MB of a worker at 600 dpi in colour", taken.children, WORKER)


def _taken(paths: Sequence[Path], out: Path) -> peers.Memory:
    memory = peers.Memory()
    command = peers.docscan("read", "--json", "--save", "pdf", "--out", str(out), "--workers", "1")
    peers.run([*command, *map(str, paths)], memory)
    return memory


def _sparse(number: int) -> Sheet:
    """A page in black and white with a few lines at its top, quick to read."""
    sheet = pages.sheet("apart", "eng", "fax", 90 + number, kind="letter")
    image = sheet.image.copy()
    image[round(1.3 * sheet.dpi) :] = 255
    return Sheet(image, sheet.dpi, "eng", "letter", ())


def _joined(images: Sequence[Path], count: int, target: Path) -> Path:
    chosen = [str(images[number % len(images)]) for number in range(count)]
    target.write_bytes(img2pdf.convert(chosen))
    return target
