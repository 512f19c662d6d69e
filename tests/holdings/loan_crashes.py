"""Lends an item in processes that are killed, each one step later than the one before.

Run with a folder to work in and a stride; prints one JSON object for each
process. `crashes` of the archive's tests says what a step is.
"""

import json
import os
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import depot as depots
from crashes import armed
from depot import AGENT, NOW

from docscan import archive as archives
from docscan.archive import ledger
from docscan.archive.fixity import verify
from docscan.archive.rebuild import dump
from docscan.archive.recovery import taken_up
from docscan.holdings import loans, register, tables
from docscan.holdings.calendars import Calendar
from docscan.holdings.loans import Asked
from docscan.holdings.register import open_register

WHO = {"now": NOW + timedelta(hours=1), "agent": AGENT}
FILE, PERSON = "F-000001D", "P-000001E"


def lend(root: Path, step: int) -> int:
    """Lend the first item in a process of its own, as the command line does; how that process ended."""
    child = os.fork()
    if child == 0:
        archive = archives.open_archive(root)
        armed(step)
        with taken_up(archive, **WHO) as catalogue, open_register(catalogue) as found:
            loans.act(found, Asked("out", FILE, PERSON), **WHO)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def became(root: Path) -> dict[str, object]:
    """What the next command makes of it."""
    archive = archives.open_archive(root)
    with taken_up(archive, **WHO) as catalogue, open_register(catalogue) as found:
        state = found.state(found.item(FILE).id)
        before = dump(tables.path_of(archive), tables.TABLES)
        register.rebuild(archive)
        same = dump(tables.path_of(archive), tables.TABLES) == before
        if state == "shelved":
            loans.act(found, Asked("out", FILE, PERSON), **WHO)
    told = [one.detail["act"] for one in ledger.read(archive) if one.type == "loan"]
    return {"state": state, "told": told, "same": same, "after": [str(one.code) for one in verify(archive)]}


def main(home: Path, stride: int) -> None:
    os.fsync = lambda _: None  # the machine itself stays up, so what was written is there without
    template = depots.founded(home / "template")
    with depots.working(template) as found:
        depots.furnish(found, items=1, persons=1)
    Calendar("ES", "MD").is_closed(NOW.date())  # read once, not in every process
    for step in range(1, 1000, stride):
        root = shutil.copytree(template.root, home / str(step))
        ended = lend(root, step)
        print(json.dumps({"step": step, "ended": ended} | became(root)), flush=True)  # noqa: T201 - what it is for
        shutil.rmtree(root)
        if ended == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
