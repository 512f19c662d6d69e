"""What the ledger tells of the paper: its events, and the sheets of the register that they name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from docscan.archive import event
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Event
from docscan.archive.tables import guarded
from docscan.holdings import rows
from docscan.holdings.entities import Entity
from docscan.holdings.projection import REDACTED, REGISTERED

LAST = 1 << 53  # beyond the number of any event


@dataclass(slots=True)
class Sheets:
    """Reads what the sheets of an event hold: as they are now, where a redaction changed them since."""

    catalogue: Catalogue
    redacted: Mapping[str, str] | None = None

    def __call__(self, happened: Event) -> Iterator[Entity]:
        """The entities; none of a sheet that is not as it was filed."""
        if self.redacted is None:
            self.redacted = _newest(events(self.catalogue, (REDACTED,), happened.seq))
        for path, digest in sorted(happened.files.items()):
            if rows.SHEET.fullmatch(path):
                now = self.redacted.get(path, digest)
                yield from rows.entities(rows.read(self.catalogue.archive.root, path, now))


def events(catalogue: Catalogue, types: Sequence[str], after: int = -1, until: int = LAST) -> Iterator[Event]:
    """The events of these types that are about no record, after one number and up to another, in order."""
    each = "SELECT seq, line FROM events WHERE type = ? AND object IS NULL AND seq > ? AND seq <= ?"
    query = f"{' UNION ALL '.join([each] * len(types))} ORDER BY seq"
    values = [value for type_ in types for value in (type_, after, until)]
    with guarded(catalogue.archive.catalogue_path):
        for _, line in catalogue.db.execute(query, values):
            yield event.parsed(line.encode())


def sheets(catalogue: Catalogue) -> Mapping[str, str]:
    """The sheets of the register, by path, each with the newest digest that the ledger has of it."""
    return _newest(events(catalogue, (REGISTERED, REDACTED)))


def _newest(told: Iterator[Event]) -> Mapping[str, str]:
    return {path: digest for one in told for path, digest in one.files.items() if rows.SHEET.fullmatch(path)}
