"""The page on threats and the checks that are made speak of the same things."""

import re
import tomllib
from pathlib import Path

import pytest

from docscan.archive import fixity

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
CODES = tomllib.loads((ROOT / "docscan/messages/custody.toml").read_text(encoding="utf-8")).keys()
ACTORS, CHECKS = (PAGE.split(head)[1].split("\n## ")[0] for head in ("tells of it\n", "each check is made\n"))
ROWS = set(re.findall(r"^\| \*\*(A\d+)\*\*", ACTORS, re.MULTILINE))


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_finding_cites_a_row(code: str) -> None:
    rows = [line.split("|") for line in CHECKS.splitlines() if line.startswith("|")]
    (row,) = [row for row in rows if code in row[1].split()]
    cited = set(re.findall(r"A\d+", row[3]))
    assert cited
    assert cited <= ROWS


def test_every_row_is_told_of_by_something_or_said_not_to_be() -> None:
    assert {f"A{number}" for number in range(1, 11)} == ROWS
    for line in ACTORS.splitlines():
        if line.startswith("| **A"):
            assert line.split("|")[4].strip()


def test_every_step_of_verification_cites_a_row() -> None:
    steps = re.findall(r"^\d+\. .*(?:\n   .*)*", fixity.__doc__ or "", re.MULTILINE)
    assert steps
    for step in steps:
        assert set(re.findall(r"A\d+", step)) & ROWS, step
