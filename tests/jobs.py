"""Jobs for workers, good and bad; a module of its own, as workers import what they do."""

import os
import resource
import signal
import time
from pathlib import Path

import numpy as np

from docscan import readers
from docscan.errors import DefinitionError


def answer(value: int) -> int:
    return value


def note(path: Path, name: str) -> None:
    """Write a name to the end of a file that several workers share."""
    time.sleep(0.02)
    with path.open("a") as file:
        file.write(f"{name}\n")


def linger(seconds: float) -> None:
    time.sleep(seconds)


def die(_: object = None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def eat() -> None:
    np.ones(64 << 30, np.uint8)


def refuse() -> None:
    raise DefinitionError("a definition is wrong", hint="mend it")


def fail() -> None:
    raise ZeroDivisionError("a bug")


def dies_on_two_the_first_time(document: readers._Document, attempt: readers._Attempt) -> str:
    if attempt.number == 2 and not attempt.again:
        die()
    return readers._read(document, attempt)


def dies_on_two_until_smaller(document: readers._Document, attempt: readers._Attempt) -> str:
    if attempt.number == 2 and not attempt.smaller:
        os.abort()  # as C++ does when it finds no memory
    return readers._read(document, attempt)


def dies_on_two(document: readers._Document, attempt: readers._Attempt) -> str:
    if attempt.number == 2:
        die()
    return readers._read(document, attempt)


def hangs_on_two(document: readers._Document, attempt: readers._Attempt) -> str:
    if attempt.number == 2:
        linger(600)
    return readers._read(document, attempt)


def too_large_until_smaller(document: readers._Document, attempt: readers._Attempt) -> str:
    if not attempt.smaller:
        eat()
    return readers._read(document, attempt)


def has_a_bug_on_two(document: readers._Document, attempt: readers._Attempt) -> str:
    if attempt.number == 2:
        fail()
    return readers._read(document, attempt)


def dies_while_counting(_: readers._Document) -> int:
    die()
    return 0


def hangs_while_counting(_: readers._Document) -> int:
    linger(600)
    return 0


def faults_of_freed_memory() -> int:
    """How many pages of 16 megabytes are had from the system, when as many were used and freed before."""
    before = 0
    for _ in range(2):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        len(b"x" * (16 << 20))
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
