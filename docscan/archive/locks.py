"""Locks that end with whoever has them: the kernel's (`flock`), each on a file of its own that stays."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL = 0.005  # seconds between two looks at a lock: a run holds the archive some 20 ms for each document
TAKEN = frozenset({errno.EAGAIN, errno.EACCES})  # which of them a file system says is its own choice


@contextmanager
def locked(path: Path, timeout: float = 0) -> Iterator[None]:
    """Be the only one, of all processes and threads, who has a file's lock.

    Args:
        path: Of the file, made where there is none; a link is not followed.
        timeout: Seconds to wait for another who has it.

    Raises:
        BlockingIOError: Another has it.
        OSError: The file cannot be opened for writing, or made.
    """
    until = time.monotonic() + timeout
    while (descriptor := _taken(path)) is None:
        if time.monotonic() >= until:
            raise BlockingIOError(errno.EAGAIN, "Somebody else has its lock", str(path))
        time.sleep(POLL)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # before it is closed: a fork may have it open, too
        os.close(descriptor)


def _taken(path: Path) -> int | None:
    """The open file, its lock taken; None where another has it."""
    descriptor = _opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:  # or else it was deleted meanwhile, and is nobody's to come
            return descriptor
    except OSError as problem:
        if problem.errno not in TAKEN:
            os.close(descriptor)
            raise
    os.close(descriptor)
    return None


def _opened(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o666)  # as `open` does; who may write to it, `umask` says
