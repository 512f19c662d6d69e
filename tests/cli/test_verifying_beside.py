"""A verification that takes long keeps no run waiting."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from shelf import Shelf

from docscan.archive import report
from docscan.archive.report import Asked

DOCSCAN = Path(sys.executable).with_name("docscan")


def test_a_run_of_one_file_ends_while_a_verification_goes_on(
    shelf: Shelf, slip: Callable[..., bytes]
) -> None:
    for number in range(3):
        shelf.drop(f"{number}.png", slip(f"receipt number {number}", "Thank you"))
    assert shelf.run()["archived"] == 3
    shelf.drop("late.png", slip("receipt number 9", "Thank you"))
    runs: list[subprocess.CompletedProcess[str]] = []

    def progress(done: int, _: int) -> None:
        if done == 1:  # of three; the verification waits until the run has ended
            command = [DOCSCAN, "-A", shelf.root, "run", "--quiet", "0.2", "--json"]
            runs.append(subprocess.run(command, capture_output=True, text=True, check=False))

    found = report.verify(shelf.archive, Asked(), now=datetime.now(UTC), agent="tester", progress=progress)
    (ran,) = runs
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1])["archived"] == 1
    assert (found.findings, len(found.verification.looked_at)) == ((), 3)
