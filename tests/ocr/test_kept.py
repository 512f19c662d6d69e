import os
import signal
import subprocess

import numpy as np
import pytest

from docscan.ocr import kept, tesseract
from docscan.ocr.tesseract import Tesseract


@pytest.fixture
def started(monkeypatch):
    """Every program that is started to be kept, in their order; none runs before."""
    processes = []

    class Process(subprocess.Popen):
        def __init__(self, *given, **how):
            super().__init__(*given, **how)
            if "stream_filelist=1" in self.args:
                processes.append(self)

    tesseract._kept.cache_clear()
    monkeypatch.setattr(kept.subprocess, "Popen", Process)
    yield processes
    tesseract._kept.cache_clear()
    assert all(process.returncode is not None for process in processes)


def read(scan, language="eng", **options):
    return Tesseract().read(scan.image, language, **{"dpi": scan.dpi, "timeout": 60} | options)


def test_the_program_is_started_once_for_a_language_and_a_layout(started, drawn, letters):
    first, second = drawn(letters["eng"]), drawn(letters["eng"][::-1])
    texts = [[line.text for line in read(scan)] for scan in (first, second, first)]
    assert texts == [[*letters["eng"]], [*letters["eng"][::-1]], [*letters["eng"]]]
    assert len(started) == 1
    read(first, layout="block")
    assert len(started) == 2


def test_what_is_read_is_what_a_start_for_the_image_alone_reads(monkeypatch, started, drawn, letters):
    scan = drawn(letters["pol"])
    read(drawn(letters["pol"][:2]), "pol")
    running = read(scan, "pol")
    monkeypatch.setattr(tesseract, "STREAMS", 99)
    assert read(scan, "pol") == running
    assert len(started) == 1


def test_a_program_that_was_ended_is_started_anew(started, drawn, letters):
    scan = drawn(letters["eng"])
    expected = read(scan)
    os.kill(started[0].pid, signal.SIGKILL)
    started[0].wait()
    assert read(scan) == expected  # by a start for it alone
    assert read(scan) == expected
    assert len(started) == 2


def test_after_so_many_images_the_program_is_started_anew(monkeypatch, started, drawn, letters):
    monkeypatch.setattr(kept, "IMAGES", 2)
    scan = drawn(letters["eng"][:1])
    assert {read(scan)[0].text for _ in range(3)} == {letters["eng"][0]}
    assert len(started) == 2


def test_no_more_programs_run_than_are_kept(started):
    blank = np.full((60, 80), 255, np.uint8)
    for language in ("spa", "pol", "deu", "eng"):
        for layout in ("page", "block"):
            assert Tesseract().read(blank, language, dpi=200.0, layout=layout, timeout=60) == ()
    assert len(started) == 8
    assert sum(process.poll() is None for process in started) == tesseract.RUNNING
