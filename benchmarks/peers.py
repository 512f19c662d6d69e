"""Runs programs: what they said, their processor time and memory, with all their children's.

A child that outlives its parent is given to this process, which waits for it:
so the time of every process counts, whoever started it.
"""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
HOW = {
    "tesseract": "apt-get install tesseract-ocr",
    "ocrmypdf": "pip install ocrmypdf, with ghostscript or without, in an environment on the PATH",
    "unpaper": "apt-get install unpaper",
    "pdftotext": "apt-get install poppler-utils",
    "verapdf": "see the project's own page",
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run of a program came to: seconds of processor and of the clock, what it said, how it ended."""

    cpu: float
    wall: float
    said: str
    code: int


@dataclass(slots=True)
class Memory:
    """Resident megabytes of a process and of those it started, look by look.

    Attributes:
        parent: Of the process itself.
        children: The most any other process ever had.
    """

    parent: list[float] = field(default_factory=list)
    children: float = 0.0


def found(name: str) -> str | None:
    """Where a program is: on the PATH or beside this Python; else a sentence says how to get it."""
    beside = Path(sys.executable).with_name(name)
    path = shutil.which(name) or (str(beside) if beside.is_file() else None)
    if path is None:
        print(f"  (skipped: there is no {name} here; {HOW.get(name, 'install it')})")
    return path


def docscan(*arguments: str) -> list[str]:
    """A command of docscan."""
    return [str(Path(sys.executable).with_name("docscan")), *arguments]


def run(command: Sequence[str], memory: Memory | None = None, longest: int = 0) -> Spent:
    """Run a program to its end, and whatever it started.

    Args:
        command: The program and its arguments.
        memory: Is filled with what the processes take, a look every 0.2 seconds.
        longest: Seconds of processor after which it is ended; 0 for never.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    before, began = children(), time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, env=environment)
        if longest:
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (longest, longest))
        watch = _watched(process.pid, memory) if memory is not None else None
        code = process.wait()
        wall = time.monotonic() - began
        if watch is not None:
            watch()
        _wait_for_orphans()
        said.seek(0)
        return Spent(children() - before, wall, said.read(), code)


def children() -> float:
    """Seconds of processor that ended children took, and theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def processor() -> float:
    """Seconds of processor so far, of this process and of ended children."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime + children()


def _wait_for_orphans() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _watched(root: int, memory: Memory) -> Callable[[], None]:
    """Look at a tree of processes until the returned function is called."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for pid in _tree(root):
                resident, peak = _resident(pid)
                if pid == root and resident:
                    memory.parent.append(resident)
                elif pid != root:
                    memory.children = max(memory.children, peak)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()

    def stop() -> None:
        over.set()
        watcher.join()

    return stop


def _tree(root: int) -> list[int]:
    """A process and its descendants."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has just ended
                continue
    tree = [root]
    for pid in tree:
        tree += [child for child, parent in parents.items() if parent == pid]
    return tree


def _resident(pid: int) -> tuple[float, float]:
    """Megabytes of a process now, and the most it ever had; (0, 0) when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0, 0.0
    sizes = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    now, peak = (int(sizes.get(name, "0 kB").split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, peak
