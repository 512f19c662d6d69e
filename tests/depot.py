"""A small depot: a site with shelves, boxes, items and people, and its register."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from docscan import archive as archives
from docscan.archive import Archive, ledger, objects
from docscan.archive.catalogue import Catalogue
from docscan.archive.recovery import taken_up
from docscan.archive.revision import Revision, revise
from docscan.holdings import sheets
from docscan.holdings.entities import Box, Entity, Item, Location, Person, Site
from docscan.holdings.register import Register, open_register
from docscan.verification import review
from docscan.verification.review import Signature

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
AGENT = "mlopez"


@dataclass(frozen=True)
class Depot:
    """What `furnish` registered, in the order of its codes."""

    register: Register
    site: Site
    locations: list[Location]
    boxes: list[Box]
    items: list[Item]
    persons: list[Person]

    @property
    def catalogue(self) -> Catalogue:
        return self.register.catalogue

    @property
    def archive(self) -> Archive:
        return self.register.archive


def enter(register: Register, rows: list[Entity], act: str = "register") -> list[Entity]:
    """Register rows, with ids and codes where they have none."""
    numbered = sheets.numbered(register, rows)
    sheets.enter(register, numbered, now=NOW, agent=AGENT, act=act)
    return numbered


def furnish(
    register: Register, *, locations: int = 3, boxes: int = 2, items: int = 6, persons: int = 2
) -> Depot:
    """Register a site, locations, boxes on the first of them, items in the boxes in turn, and persons."""
    (site,) = enter(register, [Site("", "Central", "ES", "MD")])
    places = enter(register, [Location("", "", site.id, "2", "A", "3", str(n)) for n in range(locations)])
    held = enter(register, [Box("", "", type="archive box", location=places[0].id) for _ in range(boxes)])
    files = enter(
        register, [Item("", "", f"Expediente Muñoz {n}", box=held[n % boxes].id) for n in range(items)]
    )
    people = enter(
        register,
        [Person("", "", f"Zoë Kowalska {n}", "Contabilidad", f"zoe{n}@example.org") for n in range(persons)],
    )
    return Depot(register, site, places, held, files, people)  # type: ignore[arg-type]  # as they were entered


def merge(depot: Depot | Register, before: str, into: str) -> None:
    """Mark a record as merged with another one."""
    by = Signature(ledger.pseudonym(depot.archive, AGENT), ledger.stamp(NOW))
    record = review.merged(objects.read_record(depot.archive, before), into, by)
    version = depot.catalogue.row(before).version + 1
    revision = Revision(record, version, detail={"decision": "merge", "other": into})
    revise(depot.archive, depot.catalogue, [revision], now=NOW, agent=AGENT)


@contextmanager
def working(archive: Archive) -> Iterator[Register]:
    """The register of an archive that is held; nothing waits for the disk."""
    with (
        mock.patch.object(os, "fsync"),
        taken_up(archive, now=NOW, agent=AGENT) as catalogue,
        open_register(catalogue) as register,
    ):
        yield register


def founded(folder: Path) -> Archive:
    """A new archive; nothing waits for the disk."""
    with mock.patch.object(os, "fsync"):
        return archives.create(folder, name="Depósito", language="es", now=NOW, agent=AGENT)
