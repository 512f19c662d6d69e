"""The engine `tesserocr`: Tesseract's library inside this process, its models kept loaded.

It saves the start of a program and the loading of a model on every page, and
its package brings a newer library than most systems do. A deadline ends it
between two words; what it does before the first, the layout of the page,
cannot be interrupted.
"""

import importlib
import os
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

from docscan.errors import EngineFailedError, EngineMissingError
from docscan.frozen import dataclass
from docscan.model import Image, Line, Word
from docscan.ocr import tessdata
from docscan.ocr.engine import Layout
from docscan.ocr.tesseract import MODES, Place, gathered, resolution, too_slow
from docscan.places import Box

KEPT = 6  # languages, or joins of them, that stay loaded: about 14 MB each
THINNEST = 200  # times as wide as high, or high as wide: no print, and from about 500 on the library crashes

_ONE_AT_A_TIME = threading.Lock()  # a loaded model holds one page


@dataclass(frozen=True, slots=True)
class Tesserocr:
    """Reads with the library libtesseract, through the package tesserocr."""

    name: str = "tesserocr"

    def version(self) -> str:
        """The library's version, such as `5.5.4`.

        Raises:
            EngineMissingError: tesserocr is not installed.
        """
        heading = str(_library().tesseract_version()).splitlines()[0]
        return heading.removeprefix("tesseract").strip()

    def languages(self) -> frozenset[str]:
        """The languages there are models for.

        Raises:
            EngineMissingError: tesserocr is not installed, or there are no models.
        """
        return _languages()

    def read(
        self, image: Image, language: str, *, dpi: float, layout: Layout = "page", timeout: float
    ) -> tuple[Line, ...]:
        """Read one image, as `engine.Engine.read` says.

        Raises:
            EngineMissingError: tesserocr is not installed.
            LanguageMissingError: There is no model for the language.
            EngineFailedError: It stopped or took longer than `timeout`.
        """
        tessdata.require(language, _languages())
        if max(image.shape[:2]) > THINNEST * min(image.shape[:2]):
            return ()
        with _ONE_AT_A_TIME:
            model = _model(language, os.getpid())
            try:
                return _read(model, image, MODES[layout], resolution(dpi), timeout)
            except RuntimeError as problem:  # tesserocr's only error
                raise EngineFailedError(
                    f"Tesseract failed: {problem}", hint="The other pages are read; scan this one again."
                ) from problem
            finally:
                model.Clear()


@cache
def _library() -> ModuleType:
    """The package tesserocr.

    Raises:
        EngineMissingError: It is not installed, or does not run on this machine.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # is read once, when the library is loaded
    try:
        library = importlib.import_module("tesserocr")
    except ImportError as problem:
        raise EngineMissingError(
            "The package tesserocr is not installed.", hint="Add docscan's extra 'fast'."
        ) from problem
    library.set_leptonica_log_level(library.LeptLogLevel.NONE)
    return library


@cache
def _languages() -> frozenset[str]:
    _, names = _library().get_languages(str(tessdata.folder()))
    return frozenset(names) - tessdata.NOT_READ


@lru_cache(maxsize=KEPT)
def _model(language: str, process: int) -> Any:
    """A loaded model; one that was loaded before a fork is never used after it.

    Raises:
        EngineFailedError: The model cannot be loaded.
    """
    del process  # it is part of the key alone
    library = _library()
    try:
        model = library.PyTessBaseAPI(path=str(tessdata.folder()), lang=language)
    except RuntimeError as problem:
        raise EngineFailedError(
            f"Tesseract cannot load its model for {language}.", hint="Install that model again."
        ) from problem
    model.SetVariable("debug_file", os.devnull)  # it says on the terminal that a line is too short to read
    return model


def _read(model: Any, image: Image, mode: int, dpi: int, timeout: float) -> tuple[Line, ...]:
    """The lines of an image.

    Raises:
        EngineFailedError: It took longer than `timeout`.
        RuntimeError: It failed.
    """
    height, width = image.shape[:2]
    depth = 1 if image.ndim == 2 else 3
    pixels = (image if depth == 1 else image[:, :, ::-1]).tobytes()
    model.ClearAdaptiveClassifier()  # and the words learnt: what was read before must not matter
    model.SetPageSegMode(mode)
    model.SetImageBytes(pixels, width, height, depth, depth * width)
    model.SetSourceResolution(dpi)
    if not model.Recognize(max(1, round(1000 * timeout))):
        raise too_slow(timeout)
    return gathered(_words(model.GetIterator()))


def _words(found: Any) -> Iterator[tuple[Place, Word]]:
    """The words in reading order, each with the numbers of its block and line."""
    library = _library()
    level = library.RIL
    block = line = 0
    for word in library.iterate_level(found, level.WORD):
        block += word.IsAtBeginningOf(level.BLOCK)
        line += word.IsAtBeginningOf(level.TEXTLINE)
        text = "" if word.Empty(level.WORD) else word.GetUTF8Text(level.WORD).strip()
        if text:
            confidence = min(1.0, max(0.0, word.Confidence(level.WORD) / 100))
            yield (block, line), Word(text, Box(*word.BoundingBox(level.WORD)), confidence)
