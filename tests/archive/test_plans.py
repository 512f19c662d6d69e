"""Plans in `staging/`: whoever may write the archive's files may put any there, and none leads out of it."""

import json
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from docscan.archive import Archive, ledger
from docscan.archive.event import Draft
from docscan.archive.recovery import taken_up
from docscan.errors import ArchiveError
from tests.archive.conftest import AGENT, NOW, object_id

NAMES = ("papers.filing", "x.decision", "x.destruction")


def begun(*drafts: Draft, **facts: Any) -> str:
    """A plan as docscan writes it."""
    told = {"agent": "u:0123456789abcdef", "at": NOW.isoformat(), "drafts": [asdict(one) for one in drafts]}
    return json.dumps(told | facts)


def papers(path: str, named: str, data: bytes = b"x") -> str:
    """A plan to file a paper, which the event names under that path."""
    draft = Draft("policy change", files={named: ledger.sha256(data)})
    return begun(draft, after=0, files={path: b64encode(data).decode()})


HOSTILE = {
    "not JSON": "{",
    "nothing": "",
    "a list": "[]",
    "too deep": "[" * 100_000,
    "no events": json.dumps({"agent": "u:0123456789abcdef", "at": NOW.isoformat(), "drafts": 7}),
    "a name": begun(Draft("appraisal", detail={"who": "Ana Ruiz"}), files={}, after=0, copies={}),
    "out of the archive": begun(Draft("deletion", object="../../x"), copies={}),
    "an impossible day": begun(Draft("appraisal")).replace("2026-", "2026-99"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_plan_that_docscan_did_not_write_is_named_and_not_carried_out(
    archive: Archive, name: str, text: str
) -> None:
    path = archive.staging / name
    path.write_text(text)
    before = ledger.read_head(archive)
    with pytest.raises(ArchiveError, match="nothing that docscan began") as caught, _taken_up(archive):
        pass
    assert name in str(caught.value)
    assert "take it away" in caught.value.hint
    assert ledger.read_head(archive) == before
    path.unlink()
    with _taken_up(archive):
        pass


@pytest.mark.parametrize("path", ["{outside}", "../outside.txt", "docscan.toml"])
def test_a_paper_is_put_nowhere_but_where_an_event_may_name_it(
    archive: Archive, tmp_path: Path, path: str
) -> None:
    outside = tmp_path / "outside.txt"
    place = path.format(outside=outside)
    config = (archive.root / "docscan.toml").read_bytes()
    for named in (place, "retention.toml"):
        (archive.staging / "papers.filing").write_text(papers(place, named))
        with pytest.raises(ArchiveError, match="nothing that docscan began"), _taken_up(archive):
            pass
    assert not outside.exists()
    assert not (archive.root.parent / "outside.txt").exists()
    assert (archive.root / "docscan.toml").read_bytes() == config


def test_a_destruction_is_told_as_one(archive: Archive) -> None:
    path = archive.staging / "x.destruction"
    path.write_text(begun(Draft("appraisal", object=object_id(1)), copies={}))
    with pytest.raises(ArchiveError, match="nothing that docscan began"), _taken_up(archive):
        pass


def _taken_up(archive: Archive) -> Any:
    return taken_up(archive, now=NOW, agent=AGENT)
