"""How far the reading of many files is, in pages."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Tally(Generic[T]):
    """Counts pages, told by several threads.

    Args:
        progress: Called after each page and each file, by one thread at a
            time, with what became of the file (or None), how many pages are
            done and how many are known; a file not yet opened counts as one.

    Attributes:
        read: Pages that a reader had done, or a text layer.
    """

    def __init__(self, progress: Callable[[T | None, int, int], None]) -> None:
        self.read = 0
        self._progress = progress
        self._done = self._known = 0
        self._under_way: dict[Hashable, tuple[int, int]] = {}
        self._gate = threading.Lock()

    def found(self, files: int) -> None:
        """More files are known of, each of one page at least; fewer, when some were gone."""
        with self._gate:
            self._known += files
            self._progress(None, self._done, self._known)

    def page(self, file: Hashable, done: int, known: int) -> None:
        """So many pages of a file are done."""
        with self._gate:
            before, expected = self._under_way.get(file, (0, 1))
            self._under_way[file] = done, known
            self.read += done - before
            self._done += done - before
            self._known += known - expected
            self._progress(None, self._done, self._known)

    def over(self, file: Hashable, became: T) -> None:
        """A file is done, whether its pages were read or not."""
        with self._gate:
            done, known = self._under_way.pop(file, (0, 1))
            self._done += known - done
            self._progress(became, self._done, self._known)
