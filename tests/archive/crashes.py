"""Files a document in processes that are killed, each one step later than the one before.

Run with a folder to work in, `again` or `lost` (whether the claimed file is still
there afterwards), and a stride; prints one JSON object for each process. A step is
whatever the kernel is asked for: opening, renaming, making or removing a path
(Python's audit events), each flush, and half a line written to the ledger.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from conftest import AGENT, NOW, file_one, object_id, read_document

from docscan import archive as archives
from docscan.archive import Archive, ledger, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.deposit import deposit, recover
from docscan.archive.fixity import verify

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

    def halved(file: object, line: bytes) -> None:
        os.write(file.fileno(), line[:40])
        step("half a line")
        os.ftruncate(file.fileno(), os.fstat(file.fileno()).st_size - 40)
        write(file, line)
        step("whole line")

    os.fsync, ledger._write_whole = counted, halved
    sys.addaudithook(step)


def killed_at(root: Path, step: int, claimed: Path) -> int:
    """File one document in a process of its own; how that process ended."""
    child = os.fork()
    if child == 0:
        archive = archives.open_archive(root)
        with open_catalogue(archive) as catalogue:
            derived = archive.staging / "derived.pdf"
            derived.write_bytes(b"%PDF")
            armed(step)
            put(archive, catalogue, claimed, derived)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def put(archive: Archive, catalogue: object, claimed: Path, derived: Path) -> None:
    deposit(
        archive,
        catalogue,
        read_document(2, claimed.read_bytes()),
        {"original/two.pdf": claimed, "derived/document.pdf": derived},
        object_id=object_id(2),
        now=NOW,
        agent=AGENT,
    )


def healed(root: Path, claimed: Path, *, again: bool) -> dict[str, object]:
    """What the next run makes of it."""
    archive = archives.open_archive(root)
    before = sorted({finding.code for finding in verify(archive)})
    repaired = ledger.heal(archive, now=NOW, agent=AGENT) is not None
    with open_catalogue(archive) as catalogue:
        recover(archive, catalogue)
        filed = catalogue.filed(object_id(2))
        outcome = catalogue.outcome(object_id(2)) is not None
        if again and not filed:
            derived = archive.staging / "derived.pdf"
            derived.write_bytes(b"%PDF")
            put(archive, catalogue, claimed, derived)
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


def main(home: Path, *, again: bool, stride: int) -> None:
    os.fsync = lambda _: None  # the machine itself stays up, so what was written is there without
    template = archives.create(home / "template", name="A", language="en", now=NOW, agent=AGENT)
    with open_catalogue(template) as catalogue:
        file_one(template, catalogue, 1)
    for step in range(1, 1000, stride):
        root = home / str(step)
        shutil.copytree(template.root, root)
        claimed = root / "work" / object_id(2) / "two.pdf"
        claimed.parent.mkdir(parents=True, exist_ok=True)
        claimed.write_bytes(b"%PDF two")
        ended = killed_at(root, step, claimed)
        if not again:
            claimed.unlink()
        print(json.dumps({"step": step, "ended": ended} | healed(root, claimed, again=again)), flush=True)  # noqa: T201 - what it is for
        shutil.rmtree(root)
        if ended == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), again=sys.argv[2] == "again", stride=int(sys.argv[3]))
