"""Tesseract's program kept running: it reads one image after the other, its model loaded once.

A page is asked about two or three times, and each start of the program with
the loading of a model costs 0.1 to 0.4 seconds of processor. The program takes
the paths of images from a pipe one by one (its parameter `stream_filelist`),
and writes the table of each at once. What it read before does not change what
it reads.
"""

import os
import select
import subprocess
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

CHUNK = 1 << 16  # bytes: what a pipe holds
IMAGES = 500  # after which the program is started anew, should it not give back all its memory
END = 40, 40  # pixels, the height and width of the blank image that marks an end: smaller ones cost more


class Kept:
    """The program, kept running for one language and one way to segment; threads take turns.

    Args:
        command: The program and its arguments, which say neither what is read
            nor where it is written.
    """

    def __init__(self, *command: str) -> None:
        self._command = (command[0], "-", "-", *command[1:], "-c", "stream_filelist=1")
        self._gate = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._finish: Callable[[], object] = bool  # nothing runs yet
        self._images = 0

    def table(self, image: Path, end: Path, timeout: float) -> str | None:
        """The program's table of one image, tab separated.

        Args:
            image: A file that tells its resolution.
            end: A blank image of the size `END`: when the program tells of it,
                it has said all of the one before.
            timeout: Seconds.

        Returns:
            The table; None when the program ended over it. For the next image
            it is started anew.

        Raises:
            TimeoutError: It took longer.
            OSError: It cannot be started.
        """
        table = None
        with self._gate:
            process = self._process or self._started()
            self._images += 1
            try:
                table = _answer(process, f"{image}\n{end}\n", 2 * self._images, time.monotonic() + timeout)
            finally:  # after an interruption, too: the next image would get this one's answer
                if table is None or self._images == IMAGES:
                    self._finish()
                    self._process = None
        return table

    def _started(self) -> subprocess.Popen[bytes]:
        self._images = 0
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._finish = weakref.finalize(self, _ended, self._process)
        return self._process


def _answer(process: subprocess.Popen[bytes], asked: str, page: int, until: float) -> str | None:
    """What the program says to paths of images; None when it ends.

    Args:
        process: Idle.
        asked: Two paths, one a line.
        page: The number that the program gives the second.
        until: When the time is up, on the monotonic clock.

    Raises:
        TimeoutError: It is.
    """
    if process.stdin is None or process.stdout is None:
        return None
    mark = f"\n1\t{page}\t0\t0\t0\t0\t0\t0\t{END[1]}\t{END[0]}\t".encode()
    answers = select.poll()
    answers.register(process.stdout, select.POLLIN)
    said = b""
    try:
        process.stdin.write(asked.encode(errors="surrogateescape"))
    except BrokenPipeError:
        return None
    while mark not in said[-CHUNK:]:  # it comes whole: what is shorter than 4096 bytes is written at once
        if not answers.poll(max(0.0, 1000 * (until - time.monotonic()))):
            raise TimeoutError
        chunk = os.read(process.stdout.fileno(), CHUNK)
        if not chunk:
            return None
        said += chunk
    return said.rpartition(mark)[0].decode(errors="replace")


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End the program; in a process that was forked from its parent nothing happens."""
    process.kill()
    with process:  # closes the pipes, and waits
        pass
