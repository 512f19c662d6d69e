"""`docscan verify` as people and nightly jobs meet it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import target
from target import folder, object_id

from docscan.archive import Archive, chain, create
from docscan.cli import proving

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """Filed long ago, and never witnessed."""
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    return target.made(tmp_path / "archive", 3)


def test_a_fresh_archive_is_clean_and_says_that_nobody_saw_it(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCSCAN_KEYS", str(tmp_path / "keys"))
    create(tmp_path / "new", name="new", language="en", now=datetime.now(UTC), agent="tester")
    code, given, said = call("-A", tmp_path / "new", "verify")
    assert (code, given) == (0, "")
    assert "Not witnessed yet" in said


def test_an_archive_that_nobody_saw_for_a_month_leaves_with_three(call: Call, archive: Archive) -> None:
    code, given, said = call("-A", archive.root, "verify")
    assert (code, given) == (3, "")
    assert "Never witnessed" in said


def test_a_finding_leaves_with_eight_and_names_the_file(call: Call, archive: Archive) -> None:
    (archive.root / folder(2) / "v1/content/salt").unlink()
    code, given, said = call("-A", archive.root, "verify")
    assert (code, given) == (8, f"D2  {folder(2)}/v1/content/salt: This is missing.\n")
    assert "Findings: 1." in said
    code, given, said = call("-A", archive.root, "verify", "--object", object_id(3))
    assert (code, given) == (3, "")
    assert "Not looked at" in said


def test_nothing_is_written_unless_it_is_asked_for(call: Call, archive: Archive) -> None:
    before = target.lines_of(archive)
    call("-A", archive.root, "verify")
    call("-A", archive.root, "verify", "--json", "--max-age", "1d")
    assert target.lines_of(archive) == before
    call("-A", archive.root, "verify", "--budget", "1h")
    call("-A", archive.root, "verify", "--record")
    events = [line for line in target.events_of(archive) if line["type"] == "fixity check"]
    assert [event["detail"]["objects"] for event in events] == [3, 3]
    assert chain.examine(archive).findings == []


def test_a_witness_s_copy_tells_of_a_ledger_that_was_cut(call: Call, archive: Archive) -> None:
    witness = target.witnessed(archive)
    target.removed(archive, 3)
    events = target.events_of(archive)
    target.rewritten(
        archive, [one for one in events if one.get("object") != object_id(3)], target.own_key(archive)
    )
    assert call("-A", archive.root, "verify")[0] == 3
    code, given, _ = call("-A", archive.root, "verify", "--witness", witness)
    assert code == 8
    assert given.startswith(f"W1  {witness}: ")


@pytest.mark.parametrize("ending", ["json", "pdf"])
def test_a_report_is_written_as_its_name_ends(
    call: Call, archive: Archive, tmp_path: Path, ending: str
) -> None:
    target_ = tmp_path / f"report.{ending}"
    code, given, _ = call("-A", archive.root, "verify", "--report", target_, "--json")
    assert code == 3
    assert json.loads(given)["result"] == "not met"
    if ending == "json":
        assert json.loads(target_.read_bytes())["format"] == "docscan.verification/1"
    else:
        assert target_.read_bytes().startswith(b"%PDF")


def test_a_report_that_cannot_be_written_hides_no_finding(call: Call, archive: Archive) -> None:
    (archive.root / "retention.toml").touch()
    code, given, said = call("-A", archive.root, "verify", "--report", "/proc/report.json")
    assert (code, given.partition(" ")[0]) == (6, "D3")
    assert "/proc/report.json cannot be written" in said


def test_a_spoiled_trust_policy_keeps_nobody_from_looking(call: Call, archive: Archive) -> None:
    (archive.root / "trust.toml").write_bytes(b"[[witness]\xff")
    code, given, said = call("-A", archive.root, "verify")
    assert (code, given) == (3, "")
    assert "trust.toml cannot be used" in said
    (archive.root / folder(2) / "v1/content/salt").unlink()
    assert call("-A", archive.root, "verify")[0] == 8


def test_a_trust_policy_that_was_named_and_is_none_is_a_wrong_call(call: Call, archive: Archive) -> None:
    for name in ("own.toml", "trust.toml"):
        (archive.root / name).write_bytes(b"[[witness]\xff")
        code, _, said = call("-A", archive.root, "verify", "--trust", archive.root / name)
        assert code == 2
        assert f"{name} cannot be read" in said


def test_what_is_typed_wrongly_is_said_before_anything_is_read(call: Call, archive: Archive) -> None:
    for words in (
        ("--report", "report.txt"),
        ("--budget", "2 weeks"),
        ("--max-age", "0d"),
        ("--trust", "none"),
    ):
        code, _, said = call("-A", archive.root, "verify", *words)
        assert code == 2, words
        assert words[1] in said


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("90d", timedelta(days=90)),
        ("2h", timedelta(hours=2)),
        ("30m", timedelta(minutes=30)),
        ("5s", timedelta(seconds=5)),
    ],
)
def test_a_span_of_time_is_read(typed: str, span: timedelta) -> None:
    assert proving.Span().convert(typed, None, None) == span
