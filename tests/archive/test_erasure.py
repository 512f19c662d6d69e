import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import fixity, ledger, objects, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import leaf
from docscan.archive.keeping import disposal, schedules, traces
from docscan.archive.proof import merkle
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.model import Decision, Finding, Judgement, Line, Page, Word
from docscan.places import Box
from docscan.search import feed
from tests.archive.conftest import AGENT, NOW, file_one, object_id, read_document
from tests.archive.rules import RULES

LATER = datetime(2033, 1, 1, 8, tzinfo=UTC)
MANY = 100
ONE = 37  # an invoice that waits for nobody
MARK = "zqxseven"  # stands in every place that is told of below, and nowhere else


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A hundred records, one of which is marked wherever words of a record can get to."""
    root = tmp_path_factory.mktemp("hundred") / "archive"
    archive = archives.create(root, name="acme", language="en", now=NOW, agent=AGENT)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: None)
        with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
            schedules.adopt(catalogue, RULES, now=NOW, agent=AGENT)
            for number in range(1, MANY + 1):
                if number == ONE:
                    file_marked(archive, catalogue)
                else:
                    file_one(archive, catalogue, number)
                if number % 20 == 0:
                    feed.feed(archive, catalogue)
            correct_marked(archive, catalogue)
            feed.feed(archive, catalogue)
        leave_traces(archive)
    return root


def file_marked(archive, catalogue):
    original = b"%PDF-1.7 " + MARK.encode()
    record = read_document(ONE, original)
    fields = dict(record.extraction.fields)
    fields["supplier_name"] = replace(fields["invoice_number"], value=f"{MARK} Sons", raw=f"{MARK} Sons")
    fields["invoice_number"] = replace(fields["invoice_number"], value=f"{MARK}-1", raw=f"{MARK}-1")
    words = tuple(Word(f"{MARK}{n}", Box(10 * n, 0, 10 * n + 9, 9), 0.9) for n in range(200))
    record = replace(
        record,
        source=f"{MARK}.pdf",
        extraction=replace(record.extraction, fields=fields),
        pages=(Page(1, 2480, 3508, 300.0, "read", (Line(words),), language="spa", source_size=(2480, 3508)),),
        findings=(Finding("A010", "doubt", "total", {"where": MARK}),),
    )
    files = {}
    for logical, data in (
        (f"original/{MARK}.pdf", original),
        (f"companion/{MARK}.xml", b"<x>%s</x>" % MARK.encode()),
    ):
        path = archive.work / "marked" / Path(logical).name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        files[logical] = path
    derived = archive.staging / "marked.pdf"
    derived.write_bytes(b"%PDF " + MARK.encode())
    deposit(
        archive,
        catalogue,
        record,
        files | {"derived/document.pdf": derived},
        object_id=object_id(ONE),
        now=NOW,
        agent=AGENT,
    )
    shutil.rmtree(archive.work / "marked")


def correct_marked(archive, catalogue):
    """A person's decision: what stood there stays in the version before and in the judgement."""
    record = objects.read_record(archive, object_id(ONE))
    before = record.extraction.fields["supplier_name"]
    after = replace(before, value=f"New {MARK}", origin="person", status="verified")
    judgement = Judgement("supplier_name", before, after.value)
    decision = Decision("correct", "2026-03-02T10:00:00Z", "u:0", "accepted", judgements=(judgement,))
    fields = {**record.extraction.fields, "supplier_name": after}
    changed = replace(record, extraction=replace(record.extraction, fields=fields), decisions=(decision,))
    revise(archive, catalogue, [Revision(changed, 2, detail={"decision": "correct"})], now=NOW, agent=AGENT)


def leave_traces(archive):
    original = b"%PDF-1.7 " + MARK.encode()
    for folder, name in ((archive.duplicates, f"{MARK}.pdf"), (archive.put_aside, "renamed by hand.pdf")):
        place = folder / "2026-03-02" / name
        place.parent.mkdir()
        place.write_bytes(original)
        receipt = {"record": object_id(ONE) if folder == archive.duplicates else None, "source": MARK}
        place.with_name(f"{name}.receipt.json").write_text(json.dumps(receipt))
    companion = archive.duplicates / "2026-03-02" / f"{MARK}.xml"
    companion.write_text(MARK)
    companion.with_name(f"{companion.name}.receipt.json").write_text(json.dumps({"record": object_id(ONE)}))
    other = archive.put_aside / "2026-03-02" / "other.pdf"
    other.write_bytes(b"another")
    other.with_name("other.pdf.receipt.json").write_text(json.dumps({"record": None}))
    quarantined = archive.root / "quarantine" / object_id(500) / "v1" / "content" / "original" / f"{MARK}.pdf"
    quarantined.parent.mkdir(parents=True)
    quarantined.write_bytes(original)
    claimed = archive.work / object_id(ONE) / f"{MARK}.pdf"
    claimed.parent.mkdir()
    claimed.write_bytes(original)
    rows = [
        {"source": f"{MARK}.pdf", "id": object_id(ONE), "result": "archived", "path": None, "reason": ""},
        {
            "source": f"{MARK}.pdf",
            "id": object_id(ONE),
            "result": "duplicate",
            "path": f"d/{MARK}",
            "reason": MARK,
        },
        {"source": f"{MARK}b.pdf", "id": "", "path": "put-aside/2026-03-02/renamed by hand.pdf"},
        {
            "source": "other.pdf",
            "id": "",
            "result": "put_aside",
            "path": "put-aside/other.pdf",
            "reason": "why",
        },
    ]
    (archive.reports / "run.json").write_text(json.dumps({"format": "docscan.run/1", "files": rows}))
    (archive.reports / "run.txt").write_text(f"2 files\n{MARK}.pdf is a duplicate\nother.pdf was put aside\n")
    with closing(traces.sqlite3.connect(archive.catalogue_path)) as source:
        source.execute(f"VACUUM INTO '{archive.root / 'catalogue.db.ahead-1'}'")


@pytest.fixture
def hundred(filled, tmp_path):
    return archives.open_archive(shutil.copytree(filled, tmp_path / "archive"))


def marked(root):
    """Every file that has the mark in its bytes or its name."""
    return sorted(
        str(path.relative_to(root))
        for path in root.rglob("*")
        if MARK in path.name or (path.is_file() and MARK.encode() in path.read_bytes())
    )


def approved(archive, *numbers):
    with taken_up(archive, now=LATER, agent="zoe") as catalogue:
        chosen = [object_id(number) for number in numbers]
        proposal = disposal.propose(catalogue, chosen, LATER.date(), now=LATER, agent="zoe")
        return disposal.approve(catalogue, proposal.id, now=LATER, agent="max").id


def executed(archive, proposal):
    with taken_up(archive, now=LATER, agent="eva") as catalogue:
        done = disposal.execute(catalogue, proposal, now=LATER, agent="eva")
        feed.feed(archive, catalogue)
    return done


def test_of_one_destroyed_record_in_a_hundred_no_word_stays_under_the_archive(hundred):
    before = marked(hundred.root)
    for place in (
        "objects/",
        "catalogue.db",
        "index/",
        "reports/",
        "duplicates/",
        "put-aside/",
        "quarantine/",
        "work/",
    ):
        assert any(path.startswith(place) for path in before), place
    with open_catalogue(hundred) as catalogue:
        size, root = ledger.read_head(hundred).size, merkle_root(catalogue)
    done = executed(hundred, approved(hundred, ONE))
    assert (done.complete, done.unread) == (True, ())
    assert marked(hundred.root) == []
    assert list(fixity.verify(hundred)) == []
    shown = rebuild.dump(hundred)
    rebuild.rebuild(hundred)
    assert rebuild.dump(hundred) == shown
    assert marked(hundred.root) == []
    with open_catalogue(hundred) as catalogue:
        assert catalogue.count() == MANY - 1
        assert catalogue.row(object_id(ONE)).state == "destroyed"
        feed.renew(hundred)
        proofs_hold(hundred, catalogue, size, root)
    assert (hundred.put_aside / "2026-03-02" / "other.pdf").exists()
    report = json.loads((hundred.reports / "run.json").read_text())
    assert [row["source"] for row in report["files"]] == ["", "", "", "other.pdf"]
    assert (hundred.reports / "run.txt").read_text() == "2 files\nother.pdf was put aside\n"


def merkle_root(catalogue):
    frontier = ()
    for size, event in enumerate(ledger.read(catalogue.archive)):
        frontier = merkle.grown(frontier, size, bytes.fromhex(event.hash))
    return merkle.root(frontier)


def proofs_hold(archive, catalogue, before, old_root):
    """Each of the others is still proven to be in the tree, and the tree only grew."""
    size, root = ledger.read_head(archive).size, merkle_root(catalogue)
    proven = 0
    for event in ledger.read(archive):
        if event.type == "ingestion":
            proof = merkle.inclusion_proof(event.seq, size, catalogue.node)
            assert merkle.verify_inclusion(event.seq, size, bytes.fromhex(leaf(event.line)), proof, root)
            proven += objects.folder_of(archive, str(event.object)).is_dir()
    assert proven == MANY - 1
    grew = merkle.consistency_proof(before, size, catalogue.node)
    assert merkle.verify_consistency(before, size, old_root, root, grew)


def test_the_ledger_never_had_a_word_of_it(hundred):
    assert not any(path.startswith("ledger/") for path in marked(hundred.root))


def test_what_cannot_be_read_is_named(hundred):
    (hundred.root / "catalogue.db.ahead-2").write_bytes(b"no database " + b"x" * 5000)
    (hundred.reports / "torn.json").write_text("{")
    (hundred.reports / "odd.json").write_text('{"files": [{"id": [], "path": {}}, 3]}')
    done = executed(hundred, approved(hundred, ONE))
    assert done.unread == ("catalogue.db.ahead-2", "reports/torn.json")


def test_while_somebody_reads_the_catalogue_the_wiping_waits_and_is_finished_later(hundred, monkeypatch):
    proposal = approved(hundred, ONE)
    with closing(traces.sqlite3.connect(hundred.catalogue_path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchone()
        monkeypatch.setattr("docscan.archive.tables.BUSY_SECONDS", 0.1)
        assert not executed(hundred, proposal).complete
        assert list(hundred.staging.glob("*.destruction"))
    with taken_up(hundred, now=LATER, agent="eva") as catalogue:
        feed.feed(hundred, catalogue)
    assert list(hundred.staging.iterdir()) == []
    assert marked(hundred.root) == []


@pytest.mark.parametrize(("module", "step"), [(objects, "take_out"), (shutil, "rmtree")])
def test_a_folder_that_is_protected_is_named_and_removed_once_it_is_not(hundred, monkeypatch, module, step):
    def refused(*_, **__):
        raise PermissionError(1, "protected")

    proposal = approved(hundred, 5)
    with monkeypatch.context() as patched:
        patched.setattr(module, step, refused)
        done = executed(hundred, proposal)
        assert len(done.stuck) == 1
    with taken_up(hundred, now=LATER, agent="eva"):
        assert not objects.folder_of(hundred, object_id(5)).exists()
    assert list(hundred.staging.iterdir()) == []
    assert list(fixity.verify(hundred)) == []


def test_the_same_file_dropped_in_again_is_a_new_record(hundred):
    executed(hundred, approved(hundred, ONE))
    with open_catalogue(hundred) as catalogue:
        assert catalogue.by_sha256(sha256(b"%PDF-1.7 " + MARK.encode()).hexdigest()) is None


def test_killed_at_any_step_the_next_to_write_goes_through_with_it(tmp_path):
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("erasures.py"), tmp_path, "9"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) >= 8
    assert found[-1]["killed"] is False
    for state in found:
        assert (state["findings"], state["staging"]) == ([], []), state
        assert state["deletions"] == ([] if state["shelf"] else ["once"]), state
        assert bool(state["marked"]) == state["shelf"], state
    assert {state["shelf"] for state in found} == {True, False}
