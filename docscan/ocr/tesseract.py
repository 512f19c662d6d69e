"""The engine `tesseract`: Tesseract's program, kept running where it can be, else one start an image.

The image travels as a bare TIFF file, in memory where the system has such a
place: packing it as PNG costs half as much as reading it. The engine keeps to
one thread: its own threads on one page cost several times the processor for no
gain in time.
"""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image as Pillow

from docscan.errors import EngineFailedError, EngineMissingError
from docscan.frozen import dataclass
from docscan.model import Image, Line, Word
from docscan.ocr import tessdata
from docscan.ocr.engine import Layout
from docscan.ocr.kept import END, Kept
from docscan.places import Box

MODES: dict[Layout, int] = {"page": 3, "block": 6, "line": 7}  # of segmentation, without script detection
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a file of a random name, readable by its owner alone
WORD_LEVEL = "5"  # of the engine's table; the levels above are page, block, paragraph and line
RUNNING = 4  # programs that are kept: pages, and parts of them, in a language and in English; some 80 MB each
STREAMS = 5  # the version from which the program tells of an image before it gets the next
RESOLUTIONS = 70, 2400  # dpi; what lies outside Tesseract takes for a mistake and estimates itself

Place = tuple[int, ...]  # the number of a block, then what tells its lines apart


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Reads with the program `tesseract`."""

    name: str = "tesseract"

    def version(self) -> str:
        """The program's version, such as `5.3.0`.

        Raises:
            EngineMissingError: There is no Tesseract, or none that can be started.
        """
        return _version()

    def languages(self) -> frozenset[str]:
        """The languages it has models for, by its own names.

        Raises:
            EngineMissingError: There is no Tesseract, or none that can be started.
        """
        return tessdata.languages()

    def read(
        self, image: Image, language: str, *, dpi: float, layout: Layout = "page", timeout: float
    ) -> tuple[Line, ...]:
        """Read one image, as `engine.Engine.read` says.

        Raises:
            EngineMissingError: There is no Tesseract.
            LanguageMissingError: It has no model for the language.
            EngineFailedError: It stopped or took longer than `timeout`.
        """
        tessdata.require(language, tessdata.languages())
        until = time.monotonic() + timeout
        with _as_file(image, dpi) as path:
            table = _streamed(path, language, MODES[layout], timeout)
            if table is None:  # it ended: one that is started for this image alone says why
                left = max(1e-3, until - time.monotonic())
                table = _table(path, language, f"--psm {MODES[layout]}", left)
        return gathered(_words(table))


@cache
def _version() -> str:
    """The program's version, such as `5.3.0`.

    Raises:
        EngineMissingError: There is no Tesseract, or none that can be started.
    """
    _point_to_program()
    try:
        return str(pytesseract.get_tesseract_version())
    except (pytesseract.TesseractNotFoundError, SystemExit) as problem:
        raise EngineMissingError("Tesseract cannot be started.", hint=tessdata.INSTALL) from problem


def resolution(dpi: float) -> int:
    """The dpi as Tesseract takes it."""
    least, most = RESOLUTIONS
    return min(most, max(least, round(dpi)))


def too_slow(timeout: float) -> EngineFailedError:
    """The error of a run whose time was up.

    Args:
        timeout: Seconds it had.
    """
    return EngineFailedError(
        f"Tesseract took longer than {timeout:g} seconds.",
        hint="Raise [ocr] timeout in the pipeline, or scan the page again.",
    )


def _point_to_program() -> None:
    pytesseract.pytesseract.tesseract_cmd = tessdata.program()


@contextmanager
def _as_file(image: Image, dpi: float) -> Iterator[Path]:
    """The image as a TIFF file that lives as long as the block; in memory, unless TMPDIR says where."""
    folder = IN_MEMORY if "TMPDIR" not in os.environ and os.access(IN_MEMORY, os.W_OK) else None
    picture = Pillow.fromarray(image if image.ndim == 2 else image[:, :, ::-1])
    with tempfile.NamedTemporaryFile(dir=folder, prefix="docscan-", suffix=".tif") as file:
        picture.save(file, "TIFF", dpi=(resolution(dpi), resolution(dpi)))
        file.flush()
        yield Path(file.name)


def _streamed(path: Path, language: str, mode: int, timeout: float) -> str | None:
    """The table of one image from a program that is kept running; None where none can be, or it ended.

    Raises:
        EngineMissingError: There is no Tesseract, or none that can be started.
        EngineFailedError: It took longer.
    """
    if int(_version().partition(".")[0]) < STREAMS:
        return None
    with _as_file(np.full(END, 255, np.uint8), RESOLUTIONS[0]) as end:
        try:
            return _kept(tessdata.program(), language, mode, os.getpid()).table(path, end, timeout)
        except TimeoutError as problem:
            raise too_slow(timeout) from problem
        except OSError as problem:
            raise EngineMissingError("Tesseract cannot be started.", hint=tessdata.INSTALL) from problem


@lru_cache(maxsize=RUNNING)
def _kept(program: str, language: str, mode: int, process: int) -> Kept:
    """The program that reads in a language and a mode; a forked process keeps its own."""
    del process  # it is part of the key alone
    return Kept(program, "-l", language, "--psm", f"{mode}", "-c", "tessedit_create_tsv=1")


def _table(path: Path, language: str, options: str, timeout: float) -> str:
    """The program's table of one image, tab separated."""
    _point_to_program()
    try:
        table = pytesseract.image_to_data(str(path), lang=language, config=options, timeout=timeout)
    except (pytesseract.TesseractNotFoundError, SystemExit) as problem:  # it asks for the version first
        raise EngineMissingError("Tesseract cannot be started.", hint=tessdata.INSTALL) from problem
    except pytesseract.TesseractError as problem:
        raise EngineFailedError(
            f"Tesseract failed: {problem.message.strip()[:200]}",
            hint="The other pages are read; scan this one again.",
        ) from problem
    except RuntimeError as problem:  # pytesseract's way of saying that time is up
        raise too_slow(timeout) from problem
    return str(table)


def gathered(placed: Iterable[tuple[Place, Word]]) -> tuple[Line, ...]:
    """Words as lines.

    Args:
        placed: Words in reading order, each with the numbers of its block and line.

    Returns:
        Lines whose blocks are numbered anew, from 0.
    """
    blocks: dict[int, int] = {}
    return tuple(
        Line(tuple(word for _, word in group), blocks.setdefault(block, len(blocks)))
        for (block, *_), group in groupby(placed, key=lambda item: item[0])
    )


def _words(table: str) -> Iterator[tuple[Place, Word]]:
    """The words of the program's table; its columns are level, page, block, paragraph, line, word, ..."""
    for row in table.split("\n"):
        level, *cells = row.split("\t", 11)
        if level == WORD_LEVEL and (text := cells[-1].strip()):
            _, block, paragraph, line, _, left, top, width, height = map(int, cells[:9])
            box = Box(left, top, left + width, top + height)
            confidence = min(1.0, max(0.0, float(cells[9]) / 100))
            yield (block, paragraph, line), Word(text, box, confidence)
