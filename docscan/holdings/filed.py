"""What the ledger tells of the paper: its events, and the sheets of the register that they name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
    """Reads what the sheets of an event hold: as they are now, where a redaction changed them since.

    Attributes:
        catalogue: Open.
        changed: By the path of each sheet that was redacted or given up, its digest; None until
            that was looked up.
        unread: Those that are not as they were filed, each with the number of its event.
    """

    catalogue: Catalogue
    changed: Mapping[str, str] | None = None
    unread: dict[str, int] = field(default_factory=dict)

    def __call__(self, happened: Event) -> Iterator[Entity]:
        """The entities; none of a sheet that is not as it was filed."""
        if self.changed is None:
            self.changed = _newest(events(self.catalogue, (REGISTERED, REDACTED), happened.seq - 1))
        for path, digest in sorted(happened.files.items()):
            if rows.SHEET.fullmatch(path):
                now = self.changed.get(path, digest)
                data = rows.read(self.catalogue.archive.root, path, now)
                if not data:
                    self.unread[path] = happened.seq
                yield from rows.entities(data)


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
