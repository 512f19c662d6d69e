"""Where everything lies in an archive, and who may write to it."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from docscan.archive import config, locks
from docscan.archive.config import Config
from docscan.errors import ArchiveBusyError, ArchiveError, NotFoundError
from docscan.frozen import dataclass

if TYPE_CHECKING:
    from docscan.archive.catalogue import Catalogue

FOLDERS = (
    "inbox",
    "work",
    "staging",
    "put-aside",
    "duplicates",
    "pending",
    "reports",
    "pipelines",
    "schemas",
    "objects",
    "ledger",
    "index",
)

SERVICE = (
    "work",
    "staging",
    "put-aside",
    "duplicates",
    "pending",
    "reports",
)  # a missing one means an empty one

PATIENCE = 5.0  # seconds to wait for somebody who writes


class Sight(Protocol):
    """Which records somebody may see: for them, there are no others."""

    def shows(self, catalogue: "Catalogue", record: str) -> bool:
        """Whether they may see a record."""

    def ids(self, catalogue: "Catalogue") -> frozenset[str]:
        """All that they may see.

        Raises:
            ArchiveError: It cannot be told at the moment.
        """


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive on disk.

    Attributes:
        root: The folder that holds all of it.
        config: What its `docscan.toml` says.
        sight: What whoever looks at it may see; None for all of it.
    """

    root: Path
    config: Config
    sight: Sight | None = None

    @property
    def inbox(self) -> Path:
        """Where scanners drop files."""
        return self.root / "inbox"

    @property
    def work(self) -> Path:
        """Files a run has claimed, as `<uuid>/<name>`."""
        return self.root / "work"

    @property
    def staging(self) -> Path:
        """Objects and files until they are whole; emptied at the start of a run."""
        return self.root / "staging"

    @property
    def put_aside(self) -> Path:
        """Files that could not be taken in, each with its reason."""
        return self.root / "put-aside"

    @property
    def duplicates(self) -> Path:
        """Files that were in the archive already."""
        return self.root / "duplicates"

    @property
    def pending(self) -> Path:
        """What is to be written to the ledger once the archive can be held."""
        return self.root / "pending"

    @property
    def quarantine(self) -> Path:
        """Objects that a crash left without a line in the ledger."""
        return self.root / "quarantine"

    @property
    def reports(self) -> Path:
        """What each run did."""
        return self.root / "reports"

    @property
    def objects(self) -> Path:
        """The OCFL storage root."""
        return self.root / "objects"

    @property
    def ledger(self) -> Path:
        """What happened, one line an event."""
        return self.root / "ledger"

    @property
    def catalogue_path(self) -> Path:
        """The SQLite projection of ledger and objects."""
        return self.root / "catalogue.db"

    @property
    def index(self) -> Path:
        """The search index, another projection."""
        return self.root / "index"


def open_archive(root: Path) -> Archive:
    """The archive in a folder.

    Raises:
        NotFoundError: There is none.
        ConfigError: Its `docscan.toml` is wrong.
    """
    if not is_archive(root):
        raise NotFoundError(f"There is no archive at {root}.", hint=f"Make one with: docscan init {root}")
    return Archive(root.resolve(), config.load(root / config.FILE))


def find(start: Path) -> Path | None:
    """The archive one stands in: the folder itself or the nearest one above it."""
    here = start.resolve()
    return next((folder for folder in (here, *here.parents) if is_archive(folder)), None)


def is_archive(folder: Path) -> bool:
    """Whether a folder has what makes an archive: its configuration and a ledger."""
    return (folder / config.FILE).is_file() and (folder / "ledger").is_dir()


def complete(archive: Archive) -> None:
    """Put back the working folders that a copy left out because they were empty.

    A missing `inbox/`, `objects/` or `ledger/` is never made: there, missing is not empty.

    Raises:
        ArchiveError: One cannot be made.
    """
    for name in SERVICE:
        try:
            (archive.root / name).mkdir(exist_ok=True)
        except OSError as problem:
            raise ArchiveError(
                f"The folder {archive.root / name} cannot be made: {problem.strerror}.",
                hint="See what stands in its place, and whether the disk can be written.",
            ) from problem


@contextmanager
def hold(archive: Archive, timeout: float = 0, *, reading: bool = False) -> Iterator[None]:
    """Hold the archive alone, for writing or so that nobody else writes.

    Args:
        archive: The archive to hold.
        timeout: Seconds to wait for whoever holds it; 0 to give up at once.
        reading: Nothing will be written, so no lock is needed on a read-only medium.

    Raises:
        ArchiveBusyError: Another command holds it.
        ArchiveError: It cannot be written to.
    """
    with _locked(archive, ".lock", "Another command holds", timeout, reading=reading):
        yield


@contextmanager
def without_run(archive: Archive, *, reading: bool = False) -> Iterator[None]:
    """See to it that no run goes on, or no other one, and that none begins.

    A run does this for its whole time, and holds the archive only around each
    write; so does whatever must not have a run beside it.

    Args:
        archive: Held by the caller at this moment, so that nobody is kept out
            by somebody who only looks whether a run goes on.
        reading: As `hold` takes it.

    Raises:
        ArchiveBusyError: A run goes on.
        ArchiveError: The archive cannot be written to.
    """
    with _locked(archive, ".run.lock", "Another run goes on in", reading=reading):
        yield


@contextmanager
def feeding(archive: Archive, timeout: float = 0) -> Iterator[None]:
    """Be the only one to feed the search index, whoever holds the archive.

    Args:
        archive: It need not be held.
        timeout: Seconds to wait for another who feeds it.

    Raises:
        ArchiveBusyError: Another command feeds it.
        ArchiveError: The archive cannot be written to.
    """
    with _locked(archive, ".index.lock", "Another command feeds the search index of", timeout):
        yield


@contextmanager
def replacing(archive: Archive, timeout: float = 0) -> Iterator[None]:
    """Be the only one to make another search index beside the one that answers, and is fed meanwhile.

    Args:
        archive: It need not be held.
        timeout: Seconds to wait for another who makes one.

    Raises:
        ArchiveBusyError: Another command makes one.
        ArchiveError: The archive cannot be written to.
    """
    with _locked(archive, ".index.next.lock", "Another command makes a search index of", timeout):
        yield


@contextmanager
def _locked(
    archive: Archive, name: str, busy: str, timeout: float = 0, *, reading: bool = False
) -> Iterator[None]:
    """Have one of the archive's locks; it is the kernel's (`flock`), so it ends with the process."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locks.locked(archive.root / name, timeout))
        except BlockingIOError as problem:
            raise ArchiveBusyError(
                f"{busy} the archive at {archive.root}.", hint="Wait until it has finished, then try again."
            ) from problem
        except OSError as problem:
            if not reading or problem.errno != errno.EROFS:
                raise ArchiveError(
                    f"The archive at {archive.root} cannot be held: {problem.strerror}.",
                    hint="Ask whoever keeps it for permission to write, or work on a copy.",
                ) from problem
        yield
