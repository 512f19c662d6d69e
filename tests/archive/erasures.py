"""Destroys a record in processes that are killed, each some steps later than the one before.

Run with a folder to work in and a stride; prints one JSON object for each
process: how it ended, and what the next to write made of it.
"""

import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from conftest import AGENT, NOW, file_one, object_id
from crashes import killed_at
from rules import RULES

from docscan import archive as archives
from docscan.archive import Archive, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.fixity import verify
from docscan.archive.keeping import disposal, schedules
from docscan.archive.recovery import taken_up
from docscan.search import feed

LATER = datetime(2033, 1, 1, 8, tzinfo=UTC)
MARK = "Señor Muñoz 1.pdf".encode()


def prepared(root: Path) -> str:
    """An archive with a destruction that was approved; the proposal's id."""
    archive = archives.create(root, name="acme", language="en", now=NOW, agent=AGENT)
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        for number in (1, 5):
            file_one(archive, catalogue, number)
        schedules.adopt(catalogue, RULES, now=NOW, agent=AGENT)
        feed.feed(archive, catalogue)
        chosen = [object_id(1)]
        proposal = disposal.propose(catalogue, chosen, LATER.date(), now=LATER, agent="zoe")
        return disposal.approve(catalogue, proposal.id, now=LATER, agent="max").id


def mended(root: Path) -> dict[str, object]:
    """What the next to write makes of it."""
    archive = archives.open_archive(root)
    with taken_up(archive, now=LATER, agent=AGENT) as catalogue:
        feed.feed(archive, catalogue)
    marked = [
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and (MARK in path.read_bytes() or path.name.encode() == MARK)
    ]
    return {
        "findings": [f"{finding.code} {finding.path}" for finding in verify(archive)],
        "deletions": ["once" for event in ledger.read(archive) if event.type == "deletion"],
        "shelf": objects.folder_of(archive, object_id(1)).exists(),
        "staging": [path.name for path in archive.staging.iterdir()],
        "marked": marked,
    }


def main(folder: Path, stride: int) -> None:
    """Kill at every stride-th step, until one process ends by itself."""
    proposal = prepared(folder / "whole")

    def work(archive: Archive, catalogue: Catalogue) -> None:
        disposal.execute(catalogue, proposal, now=LATER, agent="eva")

    step, ended = 1, 9
    while ended:
        root = Path(shutil.copytree(folder / "whole", folder / "copy"))
        ended = killed_at(root, step, work)
        print(json.dumps({"step": step, "killed": bool(ended)} | mended(root)))  # noqa: T201 - its output
        shutil.rmtree(root)
        step += stride


main(Path(sys.argv[1]), int(sys.argv[2]))
