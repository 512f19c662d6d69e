"""One budget of seconds for all that an engine is asked about a page."""

import time
from collections.abc import Callable

from docscan.errors import EngineFailedError
from docscan.frozen import dataclass
from docscan.model import Image, Line
from docscan.ocr.engine import Engine, Layout

Clock = Callable[[], float]


def within(engine: Engine, seconds: float, clock: Clock = time.monotonic) -> Engine:
    """The engine, which from now on reads for so long at most, however often it is asked.

    Args:
        engine: What reads.
        seconds: For all its readings together.
        clock: Seconds that only ever grow.
    """
    return _Limited(engine, engine.name, seconds, clock, clock() + seconds)


@dataclass(frozen=True, slots=True)
class _Limited:
    """An engine whose time ends at a moment of its clock."""

    engine: Engine
    name: str
    seconds: float
    clock: Clock
    end: float

    def version(self) -> str:
        return self.engine.version()

    def languages(self) -> frozenset[str]:
        return self.engine.languages()

    def read(
        self, image: Image, language: str, *, dpi: float, layout: Layout = "page", timeout: float
    ) -> tuple[Line, ...]:
        left = min(timeout, self.end - self.clock())
        if left <= 0:
            raise EngineFailedError(
                f"Reading the page took longer than {self.seconds:g} seconds.",
                hint="Raise [ocr] timeout in the pipeline, or scan the page again.",
            )
        return self.engine.read(image, language, dpi=dpi, layout=layout, timeout=left)
