"""What reads a page image: the one shape that every engine has, and how an engine is found by its name.

Two engines come with docscan, both of them Tesseract: its library in this
process (`tesserocr`, an optional package) and its program (`tesseract`). A
distribution adds another by an entry point of the group `docscan.engines`
whose value is called without arguments and returns an `Engine`; docs/engines.md
has an example.
"""

import difflib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from subprocess import SubprocessError
from typing import Literal, Protocol, TypeVar

from docscan.errors import EngineFailedError, EngineMissingError, OcrError
from docscan.frozen import dataclass
from docscan.model import Image, Line, Word

T = TypeVar("T")
Layout = Literal["page", "block", "line"]

GROUP = "docscan.engines"
BUILT_IN = tuple(  # the faster first; needs no installed metadata
    EntryPoint(name, value, GROUP)
    for name, value in (
        ("tesserocr", "docscan.ocr.libtesseract:Tesserocr"),
        ("tesseract", "docscan.ocr.tesseract:Tesseract"),
    )
)
# what code that is not ours raises when it fails; stopping the run and running out of memory are not in it
FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    SubprocessError,
    TypeError,
    ValueError,
)


class Engine(Protocol):
    """Reads page images. It may be asked from several threads, and lives as long as its process."""

    @property
    def name(self) -> str:
        """What a pipeline calls it."""

    def version(self) -> str:
        """What is recorded of it with every page, such as `5.3.0`.

        Raises:
            EngineMissingError: It cannot be started.
        """

    def languages(self) -> frozenset[str]:
        """The languages it reads, by Tesseract's names (`spa`).

        Raises:
            EngineMissingError: It cannot be started.
        """

    def read(
        self, image: Image, language: str, *, dpi: float, layout: Layout = "page", timeout: float
    ) -> tuple[Line, ...]:
        """Read one image.

        Args:
            image: Grey (H, W) uint8 or colour (H, W, 3) uint8 BGR; it is not changed.
            language: One of `languages()`, or several joined by `+`.
            dpi: Pixels to the inch of `image`.
            layout: A whole page, one block of text, or one line.
            timeout: Seconds, more than 0.

        Returns:
            The lines in reading order, their blocks numbered from 0. Words are
            not empty and hold no space around them, their boxes lie within the
            image, and their confidence is the engine's own, from 0 to 1. What was
            read before does not matter.

        Raises:
            LanguageMissingError: It has no model for the language.
            EngineFailedError: It stopped or took longer than `timeout`.
        """


@cache
def named(name: str = "") -> Engine:
    """The engine of a name.

    Args:
        name: One of `names()`; empty for the fastest there is.

    Raises:
        EngineMissingError: There is none of that name, or it is not installed.
    """
    if name:
        return _loaded(_point(name))
    *faster, last = BUILT_IN
    for point in faster:
        try:
            return _loaded(point)
        except EngineMissingError:
            continue
    return _loaded(last)


def names() -> tuple[str, ...]:
    """The names a pipeline may use: docscan's own, then those that were added."""
    return tuple(dict.fromkeys(point.name for point in (*BUILT_IN, *_added())))


def way_to(name: str, languages: Iterable[str]) -> str:
    """What a person does so that an engine can read more languages.

    Args:
        name: The engine's own.
        languages: Those it lacks.
    """
    if name in {point.name for point in BUILT_IN}:
        packages = (f"tesseract-ocr-{language.replace('_', '-')}" for language in languages)
        return f"Install: apt-get install {' '.join(packages)}."
    return "Take them out of the pipeline's languages, or choose another engine in [ocr]."


def _added() -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=GROUP)))


def _point(name: str) -> EntryPoint:
    """Where an engine is found; docscan's own cannot be replaced."""
    for points in (BUILT_IN, _added()):
        for point in points:
            if point.name == name:
                return point
    nearest = difflib.get_close_matches(name, names(), 1, cutoff=0.0)
    raise EngineMissingError(
        f"There is no engine called {name}.",
        hint=f"Did you mean {nearest[0]}? There are: {', '.join(names())}.",
    )


def _loaded(point: EntryPoint) -> Engine:
    """The engine behind an entry point, once it was seen to have something to read with."""
    try:
        made: Engine = point.load()()
    except FAILURES as problem:
        raise EngineMissingError(
            f"The engine {point.name} cannot be loaded: {problem}",
            hint=f"Install again what brings it ({point.value}), or choose another engine.",
        ) from problem
    engine = made if point in BUILT_IN else _Added(made, point.name)
    if not engine.languages():
        raise EngineMissingError(
            f"The engine {point.name} has no models.", hint=way_to(engine.name, ("eng",))
        )
    return engine


@dataclass(frozen=True, slots=True)
class _Added:
    """An engine from elsewhere, held to the contract: a failure or nonsense costs a page, not the run."""

    engine: Engine
    name: str

    def version(self) -> str:
        return self._trusted(lambda: str(self.engine.version()))

    def languages(self) -> frozenset[str]:
        return self._trusted(lambda: frozenset(self.engine.languages()))

    def read(
        self, image: Image, language: str, *, dpi: float, layout: Layout = "page", timeout: float
    ) -> tuple[Line, ...]:
        def read() -> tuple[Line, ...]:
            lines = tuple(self.engine.read(image, language, dpi=dpi, layout=layout, timeout=timeout))
            _check(lines, image)
            return lines

        return self._trusted(read)

    def _trusted(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except OcrError:
            raise
        except FAILURES as problem:
            raise EngineFailedError(
                f"The engine {self.name} failed: {type(problem).__name__}: {str(problem)[:200]}",
                hint="Tell those who made it, or choose another engine in [ocr].",
            ) from problem


def _check(lines: tuple[Line, ...], image: Image) -> None:
    """Hold a reading to what `Engine.read` promises.

    Raises:
        ValueError: It does not keep to it.
    """
    for line in lines:
        if not line.words or line.block < 0:
            raise ValueError(f"a line without words, or of block {line.block}")
        for word in line.words:
            _check_word(word, image)


def _check_word(word: Word, image: Image) -> None:
    height, width = image.shape[:2]
    if not word.text or word.text != word.text.strip():
        raise ValueError(f"a word with nothing in it or around it: {word.text!r}")
    if not 0 <= word.confidence <= 1:
        raise ValueError(f"a confidence of {word.confidence}")
    left, top, right, bottom = word.box
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise ValueError(f"a word outside the image of {width} x {height} pixels: {word.box}")
