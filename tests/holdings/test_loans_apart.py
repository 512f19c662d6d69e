"""Loans and other processes: two desks at once, and one that is killed."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from depot import furnish, working
from shelf import Shelf

from docscan.archive import ledger

CRASHES = Path(__file__).with_name("loan_crashes.py")
TESTS = Path(__file__).parent.parent


def test_of_two_desks_that_lend_an_item_at_once_one_wins_and_the_other_is_told_who_has_it(shelf: Shelf):
    with working(shelf.archive) as register:
        made = furnish(register, items=1, persons=2)
    file, people = made.items[0].code, [one.code for one in made.persons]
    with ThreadPoolExecutor(2) as desks:
        ended = list(desks.map(lambda who: shelf.call("loan", "out", file, "--for", who, code=None), people))
    won, lost = sorted(ended, key=lambda one: one.returncode)
    assert (won.returncode, lost.returncode) == (0, 6), (won.stderr, lost.stderr)
    holder = people[ended.index(won)]
    assert f"{file} is on loan: {holder}" in lost.stderr
    told = [one.detail["act"] for one in ledger.read(shelf.archive) if one.type == "loan"]
    assert told == ["request", "approve", "prepare", "out"]


def test_a_kill_at_any_step_leaves_a_loan_done_or_not_begun(tmp_path: Path):
    path = os.pathsep.join((str(TESTS / "archive"), str(TESTS)))
    ran = subprocess.run(
        [sys.executable, "-P", CRASHES, str(tmp_path), "5"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ran.returncode == 0, ran.stderr
    runs = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(runs) > 12
    assert runs[-1]["ended"] == 0
    for run in runs:
        assert run["state"] in ("shelved", "on loan"), run  # done, or not begun
        assert run["told"] == ["request", "approve", "prepare", "out"], run  # once, now or by trying again
        assert run["same"], run
        assert run["after"] == [], run
    states = [run["state"] for run in runs]
    assert states == sorted(states, reverse=True), "what was lent stays lent"
    assert set(states) == {"shelved", "on loan"}
