"""The commands that `docs/archive.md` gives an auditor do what it says."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from docscan.archive import Archive, ledger, objects
from docscan.model import Record
from tests.archive.conftest import object_id

PAGE = Path(__file__).parents[2] / "docs/archive.md"
COMMANDS = re.findall(r"```bash\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("jq", "sha256sum")), reason="needs jq and sha256sum"
)


@pytest.fixture
def filed(archive: Archive, file_document: Callable[[int], Record]) -> Archive:
    for number in (1, 2, 3):
        file_document(number)
    return archive


def run(archive: Archive, commands: str) -> str:
    ran = subprocess.run(["/bin/sh", "-c", commands], cwd=archive.root, capture_output=True, text=True)  # noqa: PLW1510 - failures are told in the output
    return ran.stdout + ran.stderr


def test_digests_of_an_object_agree(filed: Archive) -> None:
    said = run(filed, COMMANDS[0])
    assert said.count(": OK") == 6
    *_, there, named = said.splitlines()
    assert there == f"{named}  inventory.json"


def test_a_changed_record_is_seen(filed: Archive) -> None:
    objects.path_of(filed, object_id(1), "record.json").write_text("{}")
    assert "record.json: FAILED" in run(filed, COMMANDS[0])


def test_the_chain_of_the_ledger_holds(filed: Archive) -> None:
    script = COMMANDS[1].replace("\ndone\n", "\necho $prev\ndone | tail -n 1\n")
    hashed, tail = run(filed, script).splitlines()
    assert hashed == tail == ledger.read_head(filed).tail
    assert "broken" not in run(filed, COMMANDS[1])


def test_a_changed_line_breaks_the_chain(filed: Archive) -> None:
    path = ledger.segment(filed, 0)
    path.write_bytes(path.read_bytes().replace(b'"pages":2', b'"pages":9', 1))
    assert "broken" in run(filed, COMMANDS[1])


def test_the_history_of_a_document_is_shown(filed: Archive) -> None:
    assert run(filed, COMMANDS[2]).startswith('["2026-03-01T09:31:00Z","ingestion","pass","u:')
