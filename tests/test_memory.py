"""Memory that is reserved is there in large pages, and a program works on in it as before."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from docscan.search import inflection

STARTED = """
import resource, sys
import morfeusz2  # loading it takes memory too, the same with and without
from docscan import memory
from docscan.search import inflection
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
if sys.argv[1] == "reserved":
    memory.reserve(inflection.DICTIONARY)
forms = inflection.asked("faktury", "pl")
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, *forms)
"""
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")

large_pages = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" or not LARGE_PAGES.exists() or "[never]" in LARGE_PAGES.read_text(),
    reason="no large pages here",
)


def started(how: str) -> tuple[int, list[str]]:
    """The pages that the kernel gave while the dictionary started, and what it answered."""
    asked = subprocess.run(
        [sys.executable, "-c", STARTED, how], check=True, capture_output=True, text=True
    ).stdout.split()
    return int(asked[0]), asked[1:]


@large_pages
def test_a_dictionary_starts_in_few_pages_and_answers_the_same():
    plain, forms = started("plain")
    reserved, same = started("reserved")
    assert forms == same
    assert "faktura" in forms
    assert plain > 8000
    assert reserved < plain / 2


@large_pages
def test_what_is_reserved_covers_the_dictionary():
    pages, _ = started("plain")
    assert pages * 4096 < inflection.DICTIONARY + (4 << 20)
