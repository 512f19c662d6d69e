"""Files a document in processes that are killed, each one step later than the one before.

Run with a folder to work in, `again` or `lost` (whether the claimed file is still
there afterwards), and a stride; prints one JSON object for each process. With
`decided`, a person splits a record instead; with `acted`, an act of five events
is written; with `signed`, the ledger gets a new key and is signed with it. A
step is whatever the kernel is asked for: opening, renaming, making or removing a
path (Python's audit events), each flush, and half of what is written to a
segment of the ledger.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import ocfl
from conftest import AGENT, NOW, file_one, object_id, read_document

from docscan import archive as archives
from docscan.archive import Archive, healing, ledger, objects, rebuild
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.deposit import deposit
from docscan.archive.event import Draft
from docscan.archive.fixity import verify
from docscan.archive.proof import checkpoint, keys
from docscan.archive.recovery import recover, taken_up
from docscan.archive.revision import Revision, revise

STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "flush", "half a line", "whole line"}


def armed(last: int) -> None:
    """End this process, as a kill would, at the given step."""
    left = [last]

    def step(event: str, _: object = None) -> None:
        if event in STEPS:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)

    flush, write = os.fsync, ledger._write_whole

    def counted(descriptor: int) -> None:
        step("flush")
        flush(descriptor)

    def halved(file: object, data: bytes) -> None:
        half = len(data) * 3 // 5  # of several lines, one is whole and one is not
        os.write(file.fileno(), data[:half])
        step("half a line")
        os.ftruncate(file.fileno(), os.fstat(file.fileno()).st_size - half)
        write(file, data)
        step("whole line")

    os.fsync, ledger._write_whole = counted, halved
    sys.addaudithook(step)


def killed_at(root: Path, step: int, work: Callable[[Archive, Catalogue], None]) -> int:
    """Do something in a process of its own; how that process ended."""
    child = os.fork()
    if child == 0:
        archive = archives.open_archive(root)
        with open_catalogue(archive) as catalogue:
            (archive.staging / "derived.pdf").write_bytes(b"%PDF")
            armed(step)
            work(archive, catalogue)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def split(archive: Archive, catalogue: Catalogue) -> None:
    """The second page of record 1 becomes record 3."""
    record = objects.read_record(archive, object_id(1))
    taken = archive.staging / "words.json"
    taken.write_bytes(objects.path_of(archive, object_id(1), objects.WORDS).read_bytes())
    other = replace(record, id=object_id(3), document=2)
    original = objects.path_of(archive, object_id(1), "original")
    files = {f"original/{original.name}": original, objects.WORDS: taken}
    derived = {objects.SEARCHABLE: archive.staging / "derived.pdf"}
    revisions = (
        Revision(other, 1, files, {"decision": "split", "other": object_id(1)}),
        Revision(replace(record, verdict="review"), 2, derived, {"decision": "split", "other": object_id(3)}),
    )
    revise(archive, catalogue, revisions, now=NOW, agent=AGENT)


def decided(root: Path) -> dict[str, object]:
    """What the next run makes of a decision that was interrupted."""
    archive = archives.open_archive(root)
    before = sorted({finding.code for finding in verify(archive)})
    healing.heal(archive, now=NOW, agent=AGENT)
    with open_catalogue(archive) as catalogue:
        recover(archive, catalogue)
        versions = catalogue.row(object_id(1)).version, catalogue.filed(object_id(3))
        live = rebuild.dump(archive)
    after = sorted({finding.code for finding in verify(archive)})
    root_of_objects = ocfl.StorageRoot(root=str(archive.objects))
    valid = root_of_objects.validate() and root_of_objects.num_objects == root_of_objects.good_objects
    rebuild.rebuild(archive)
    return {
        "before": before,
        "versions": versions,
        "after": after,
        "valid": valid,
        "same": rebuild.dump(archive) == live,
        "staging": len(list(archive.staging.iterdir())),
    }


def act(archive: Archive, catalogue: Catalogue) -> None:
    """Five events that belong together."""
    drafts = [Draft("request", detail={"step": number}) for number in range(5)]
    catalogue.apply(ledger.append_all(archive, drafts, now=NOW, agent=AGENT)[-1])


def acted(root: Path) -> dict[str, object]:
    """What the next command makes of an act that was interrupted."""
    archive = archives.open_archive(root)
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    types = [found.type for found in ledger.read(archive)]
    live = rebuild.dump(archive)
    rebuild.rebuild(archive)
    return {
        "events": types.count("request"),
        "repaired": types.count("repair"),
        "after": sorted({finding.code for finding in verify(archive)}),
        "same": rebuild.dump(archive) == live,
    }


def sign(archive: Archive, catalogue: Catalogue) -> None:
    """An event, a new key, and the signature over both."""
    catalogue.apply(ledger.append(archive, Draft("appraisal"), now=NOW, agent=AGENT))
    checkpoint.rotate(archive, catalogue, now=NOW, agent=AGENT)
    checkpoint.renew(archive, catalogue, now=NOW, agent=AGENT)


def signed(root: Path) -> dict[str, object]:
    """What the next commands make of a signature that was interrupted."""
    archive = archives.open_archive(root)
    before = sorted({finding.code for finding in verify(archive)})
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    known = keys.signer_of(archive) is not None
    waiting = checkpoint.unsigned(archive)
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        checkpoint.rotate(archive, catalogue, now=NOW, agent=AGENT)
    after = [*(finding.code for finding in verify(archive)), *["unsigned"] * checkpoint.unsigned(archive)]
    types = [found.type for found in ledger.read(archive)]
    return {"before": before, "known": known, "waiting": waiting, "after": after, "types": types}


def put(claimed: Path, archive: Archive, catalogue: Catalogue) -> None:
    deposit(
        archive,
        catalogue,
        read_document(2, claimed.read_bytes()),
        {"original/two.pdf": claimed, "derived/document.pdf": archive.staging / "derived.pdf"},
        object_id=object_id(2),
        now=NOW,
        agent=AGENT,
    )


def healed(root: Path, claimed: Path, *, again: bool) -> dict[str, object]:
    """What the next run makes of it."""
    archive = archives.open_archive(root)
    before = sorted({finding.code for finding in verify(archive)})
    repaired = healing.heal(archive, now=NOW, agent=AGENT) is not None
    with open_catalogue(archive) as catalogue:
        recover(archive, catalogue)
        filed = catalogue.filed(object_id(2))
        outcome = catalogue.outcome(object_id(2)) is not None
        if again and not filed:
            (archive.staging / "derived.pdf").write_bytes(b"%PDF")
            put(claimed, archive, catalogue)
        live = rebuild.dump(archive)
        count = catalogue.count()
    after = sorted({finding.code for finding in verify(archive)})
    rebuild.rebuild(archive)
    return {
        "before": before,
        "repaired": repaired,
        "filed": filed,
        "outcome": outcome,
        "count": count,
        "after": after,
        "same": rebuild.dump(archive) == live,
        "staging": len(list(archive.staging.iterdir())),
        "quarantine": len(list(archive.quarantine.iterdir())) if archive.quarantine.exists() else 0,
    }


def main(home: Path, *, how: str, stride: int) -> None:
    os.fsync = lambda _: None  # the machine itself stays up, so what was written is there without
    template = archives.create(home / "template", name="A", language="en", now=NOW, agent=AGENT)
    with open_catalogue(template) as catalogue:
        file_one(template, catalogue, 1)
    first = os.environ["DOCSCAN_KEYS"]
    for step in range(1, 1000, stride):
        root = home / str(step)
        shutil.copytree(template.root, root)
        os.environ["DOCSCAN_KEYS"] = str(shutil.copytree(first, home / f"keys-{step}"))
        if how == "signed":
            ended = killed_at(root, step, sign)
            became = signed(root)
        elif how == "acted":
            ledger.SEGMENT_LINES = 3  # the act goes over several
            ended = killed_at(root, step, act)
            became = acted(root)
        elif how == "decided":
            ended = killed_at(root, step, split)
            became = decided(root)
        else:
            claimed = root / "work" / object_id(2) / "two.pdf"
            claimed.parent.mkdir(parents=True, exist_ok=True)
            claimed.write_bytes(b"%PDF two")
            ended = killed_at(root, step, partial(put, claimed))
            if how == "lost":
                claimed.unlink()
            became = healed(root, claimed, again=how == "again")
        print(json.dumps({"step": step, "ended": ended} | became), flush=True)  # noqa: T201 - what it is for
        shutil.rmtree(root)
        if ended == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), how=sys.argv[2], stride=int(sys.argv[3]))
