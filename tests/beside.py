"""Writes to an archive beside a run, until it is killed: views, acts of three events, decisions.

Run with the archive's folder; prints the mark of an act once it is done and acknowledged.
"""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from docscan import archive as archives
from docscan.archive import access, ledger, objects
from docscan.archive.catalogue import Catalogue, Row
from docscan.archive.event import Draft
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import continued, taken_up
from docscan.archive.revision import Revision, revise

AGENT = "desk"


def now() -> datetime:
    return datetime.now(UTC)


def viewed(archive: archives.Archive, row: Row) -> None:
    """As `docscan show` does: into the ledger, or into `pending/`."""
    access.disseminated(archive, [row.id], "view", now=now(), agent=AGENT)


def acted(catalogue: Catalogue, mark: str) -> None:
    """As a desk does, which keeps its catalogue open: three events that belong together."""
    drafts = [Draft("request", detail={"mark": mark, "step": step}) for step in range(3)]
    with continued(catalogue, now=now(), agent=AGENT, timeout=PATIENCE):
        catalogue.apply(ledger.append_all(catalogue.archive, drafts, now=now(), agent=AGENT)[-1])


def decided(archive: archives.Archive, row: Row, mark: str) -> None:
    """As a clerk does: a further version of a record."""
    with taken_up(archive, now=now(), agent=AGENT, timeout=PATIENCE) as catalogue:
        newest = catalogue.row(row.id)
        record = objects.read_record(archive, row.id)
        revision = Revision(record, newest.version + 1, detail={"decision": "accept", "mark": mark})
        revise(archive, catalogue, [revision], now=now(), agent=AGENT)


def main(root: Path) -> None:
    archive = archives.open_archive(root)
    with archives.catalogue.open_catalogue(archive) as catalogue:
        while True:
            mark = str(uuid.uuid4())
            acted(catalogue, mark)
            print(mark, flush=True)  # noqa: T201 - what it is for
            row = next(catalogue.listing(limit=1), None)
            if row is not None:
                viewed(archive, row)
                mark = str(uuid.uuid4())
                decided(archive, row, mark)
                print(mark, flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main(Path(sys.argv[1]))
