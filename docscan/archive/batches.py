"""The batches of an archive: opened, counted and closed in its ledger, each with its folder under `custody/`.

What may be counted and closed is said in `reconciliation`; here it is looked
up and filed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from docscan.archive import acta as actas
from docscan.archive import durable, event, ledger, papers, reconciliation, tables
from docscan.archive.acta import Acta
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import read_small
from docscan.archive.event import UUID, Draft, Event
from docscan.archive.layout import Archive
from docscan.archive.reconciliation import Batch, Intake
from docscan.errors import ActaError, BatchError, FixityError

ACTA = "acta.toml"
MARK = "batch"  # the file in `work/` that says which batch the claimed files belong to
MAX_ACTA = 4_000_000  # bytes: 5,000 boxes with the longest names
MAX_MARK = 64  # bytes
OF_BATCH = "json_extract(line, '$.detail.batch')"  # the expression of the index `events_batch`


def listing(catalogue: Catalogue, *, everything: bool = False) -> list[Batch]:
    """The batches by number, with their counts: those that are open, or all.

    What became of each file is read of those that are open; one event has the
    counts of a closed one.
    """
    shown = [batch for batch in _outlines(catalogue) if everything or batch.closing is None]
    return [batch if batch.closing else _whole(catalogue, batch.id) or batch for batch in shown]


def named(catalogue: Catalogue, number: str) -> Batch:
    """The batch of that number.

    Raises:
        BatchError: There is none.
    """
    outline = _outline(catalogue, number)
    return _whole(catalogue, outline.id) or outline


def number_of(catalogue: Catalogue, batch: str) -> str:
    """The number of the batch of a UUID; empty where there is none."""
    return next((one.number for one in _outlines(catalogue) if one.id == batch), "")


def open_batch(catalogue: Catalogue, acta: Acta, batch: str, *, now: datetime, agent: str) -> Batch:
    """Begin a batch: its acta is kept, and the ledger counts what it declares.

    Args:
        catalogue: Open on an archive that the caller holds.
        acta: What is declared.
        batch: A new UUID.
        now: When, with its time zone.
        agent: Who: a login name.
    """
    taken = [one.opening.detail for one in _outlines(catalogue)]
    number = max((int(one["number"]) for one in taken if one["year"] == acta.date.year), default=0) + 1
    text = replace(acta, number=reconciliation.number_of(acta.date.year, number)).toml
    draft = reconciliation.opened(acta, batch, number)
    return Batch(file(catalogue, draft, {ACTA: text.encode()}, now=now, agent=agent))


def file(
    catalogue: Catalogue, draft: Draft, files: Mapping[str, bytes], *, now: datetime, agent: str
) -> Event:
    """Keep files in a batch's folder, and write the event that names their digests.

    Args:
        catalogue: Open on an archive that the caller holds.
        draft: What happened, its detail with the `batch`.
        files: All of their bytes by name; one that is there already is replaced.
        now: When, with its time zone.
        agent: Who: a login name.
    """
    named = {f"custody/{draft.detail['batch']}/{name}": data for name, data in files.items()}
    return papers.file(catalogue, draft, named, now=now, agent=agent)


def note(catalogue: Catalogue, draft: Draft, *, now: datetime, agent: str) -> Event:
    """Write an event about a batch that names no file."""
    written = ledger.append(catalogue.archive, draft, now=now, agent=agent)
    catalogue.apply(written)
    return written


def acta_of(catalogue: Catalogue, batch: Batch) -> Acta:
    """What a batch's acta declares, once its bytes are seen to be those the ledger names.

    Raises:
        FixityError: It was altered, or cannot be read.
    """
    path = f"custody/{batch.id}/{ACTA}"
    try:
        data = read_small(catalogue.archive.root / path, MAX_ACTA)
        if ledger.sha256(data) == papers.vouched(catalogue, path, ("custody_transfer",)):
            return actas.parsed(data.decode(), path)
    except (OSError, UnicodeDecodeError, ActaError):
        pass
    raise FixityError(
        f"The acta {path} is not as it was filed.",
        hint="`docscan verify` names what was altered; restore it from a copy.",
    )


def waiting(catalogue: Catalogue) -> list[Batch]:
    """The open batches that a run may file into, by number and without their counts."""
    return [one for one in _outlines(catalogue) if one.closing is None and one.direction == "in"]


def delivered(catalogue: Catalogue) -> list[Batch]:
    """The open batches with which paper leaves, by number and without their counts."""
    return [one for one in _outlines(catalogue) if one.closing is None and one.direction == "out"]


def intake(catalogue: Catalogue, number: str = "") -> Intake | None:
    """The open batch that a run files into.

    Args:
        catalogue: Open.
        number: Of the batch; empty for the one that is open, if there is just one.

    Raises:
        BatchError: There is no batch of that number, it is closed, or nothing is taken in with it.
        FixityError: Its acta was altered.
    """
    if number:
        batch = _outline(catalogue, number)
        if batch.closing is not None:
            raise BatchError("E020", catalogue.archive.config.language, number=number, at=batch.closing.at)
        if batch.direction == "out":
            raise BatchError("E070", catalogue.archive.config.language, number=number)
        return _intake(catalogue, batch)
    found = waiting(catalogue)
    return _intake(catalogue, found[0]) if len(found) == 1 else None


def begin(archive: Archive, intake: Intake | None) -> None:
    """Say in `work/` which batch, if any, is filed into from now on, so that a crash does not lose it."""
    if intake is None:
        (archive.work / MARK).unlink(missing_ok=True)
    else:
        durable.replace(archive.work / MARK, intake.id.encode(), archive.staging)


def interrupted(catalogue: Catalogue) -> Intake | None:
    """The batch of the files that an interrupted run had claimed; None for none.

    Raises:
        FixityError: Its acta was altered.
    """
    try:
        text = read_small(catalogue.archive.work / MARK, MAX_MARK).decode("ascii", "replace")
    except OSError:
        return None
    found = (batch for batch in _outlines(catalogue) if batch.id == text and batch.closing is None)
    return next((_intake(catalogue, batch) for batch in found), None)


def on_their_way(archive: Archive) -> int:
    """How many files are claimed and not yet decided on."""
    claims = (folder for folder in archive.work.iterdir() if UUID.fullmatch(folder.name))
    return sum(any(not path.is_dir() for path in folder.rglob("*")) for folder in claims)


def _outlines(catalogue: Catalogue) -> list[Batch]:
    """The batches by number, without their counts: a run need not read what came of each file."""
    found: dict[str, list[Event]] = defaultdict(list)
    for one in _events(catalogue, "type = ?", "custody_transfer"):
        if "batch" in one.detail:  # other hand-overs are of no batch
            found[str(one.detail["batch"])].append(one)
    batches = map(reconciliation.told, found.values())
    return sorted((batch for batch in batches if batch), key=lambda batch: batch.number)


def _outline(catalogue: Catalogue, number: str) -> Batch:
    asked = number.strip()
    for batch in _outlines(catalogue):
        if batch.number == asked:
            return batch
    raise BatchError("E010", catalogue.archive.config.language, number=asked)


def _whole(catalogue: Catalogue, batch: str) -> Batch | None:
    return reconciliation.told(_events(catalogue, f"{OF_BATCH} = ?", batch))


def _intake(catalogue: Catalogue, batch: Batch) -> Intake:
    boxes = acta_of(catalogue, batch).boxes
    return Intake(batch.id, batch.number, {box.label.casefold(): n for n, box in enumerate(boxes, 1)})


def _events(catalogue: Catalogue, where: str, *values: str) -> Iterable[Event]:
    catalogue.catch_up()
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = catalogue.db.execute(f"SELECT line FROM events WHERE {where} ORDER BY seq", values).fetchall()  # noqa: S608 - own conditions
    return (event.parsed(line.encode()) for (line,) in rows)
