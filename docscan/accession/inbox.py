"""The watched folder: what waits in it, what is complete, and how a file is claimed.

No event of the file system tells that a file is complete: scanners reopen
files page by page, copy tools preallocate, renames raise no close. So the truth
is a look at the folder. A file is taken when its size, time and inode have not
changed for a quiet time and nobody holds it open for writing, as far as the
kernel can tell; or at once when a marker `NAME.ready` lies beside it. An XML file
beside a document comes and goes with it.
"""

import errno
import fcntl
import json
import os
import stat
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from docscan.accession import companions
from docscan.archive import durable
from docscan.archive.custody import shown
from docscan.archive.event import UUID
from docscan.archive.objects import safe_name
from docscan.frozen import dataclass

# Names under which programs write what is not finished.
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".ready")
RECEIPT = ".receipt.json"
FUTURE_SECONDS = 60  # a time stamp further ahead than this is nobody's clock

Complete = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file in the inbox, as seen at one moment; equal while nobody touches it.

    Attributes:
        path: Where it lies.
        size: In bytes.
        mtime_ns: When it was changed last.
        inode: Of the file system.
        companion: The XML file beside a document, which comes and goes with it.
    """

    path: Path
    size: int
    mtime_ns: int
    inode: int
    companion: "Arrival | None" = None


@dataclass(slots=True)
class Lookout:
    """Remembers since when each file in an inbox has not changed.

    Attributes:
        inbox: The folder.
        quiet: Seconds for which nothing may have changed.
    """

    inbox: Path
    quiet: float
    _since: dict[Arrival, float] = field(default_factory=dict)

    def look(self, *, now: float, moment: float) -> tuple[list[Arrival], list[Arrival]]:
        """What is complete, and what is not yet.

        Args:
            now: Seconds since the epoch.
            moment: Seconds of a clock that never goes back.
        """
        self._since = {arrival: self._since.get(arrival, moment) for arrival in look(self.inbox)}
        ready: list[Arrival] = []
        young: list[Arrival] = []
        for arrival, since in self._since.items():
            complete = settled(arrival, unchanged=moment - since, quiet=self.quiet, now=now)
            (ready if complete else young).append(arrival)
        return ready, young


@dataclass(frozen=True, slots=True)
class Claim:
    """A file taken from the inbox: `work/<accession>/<path in the inbox>`.

    Attributes:
        accession: The UUID it was taken under.
        path: Where it is now.
        name: The path it had in the inbox, made printable.
        companion: Where the XML file is that came beside it and shares its fate.
    """

    accession: str
    path: Path
    name: str
    companion: Path | None = None

    @property
    def source(self) -> str:
        """The name it arrived under, from the archive's folder."""
        return f"inbox/{self.name}"


def look(inbox: Path) -> tuple[Arrival, ...]:
    """Every file that waits, sorted by name, with its companion; unfinished and hidden ones left out."""
    found = []
    for folder, folders, names in os.walk(inbox):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not _passed_over(name))
        for name in [*names, *links]:
            if _passed_over(name):
                continue
            path = Path(folder, name)
            with suppress(FileNotFoundError):  # taken away between the two calls
                status = path.lstat()
                found.append(Arrival(path, status.st_size, status.st_mtime_ns, status.st_ino))
    return tuple(sorted(_accompanied(found), key=lambda arrival: arrival.path))


def _accompanied(found: Sequence[Arrival]) -> Iterator[Arrival]:
    """The arrivals, those of XML files that lie beside a document as its companions."""
    files = {arrival.path: arrival for arrival in found}
    taken = set()
    for arrival in sorted(found, key=lambda arrival: arrival.path):
        beside = next((files[path] for path in companions.names(arrival.path) if path in files), None)
        if beside is not None and beside.path not in taken:
            taken.add(beside.path)
            files[arrival.path] = replace(arrival, companion=beside)
    yield from (arrival for path, arrival in files.items() if path not in taken)


def _passed_over(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(UNFINISHED)


def settled(arrival: Arrival, *, unchanged: float, quiet: float, now: float) -> bool:
    """Whether a file is complete and may be claimed.

    Args:
        arrival: As it was seen last.
        unchanged: Seconds for which the caller has seen it unchanged.
        quiet: Seconds for which nothing may have changed.
        now: Seconds since the epoch.
    """
    if arrival.companion and closed(arrival.companion.path) == "no":
        return False
    if _announced(arrival.path):
        return True
    if arrival.path.is_symlink() or not arrival.path.is_file():
        return True  # never becomes complete: it is put aside with its reason
    writer_gone = closed(arrival.path)
    if writer_gone == "no":
        return False
    age = now - arrival.mtime_ns / 1e9
    return unchanged >= quiet or (writer_gone == "yes" and age >= quiet)


def unchanged_since(arrival: Arrival, path: Path) -> bool:
    """Whether a file, now at `path`, is as it was seen and nobody holds it open for writing."""
    status = path.lstat()
    same = (status.st_size, status.st_mtime_ns, status.st_ino) == (
        arrival.size,
        arrival.mtime_ns,
        arrival.inode,
    )
    return same and (not stat.S_ISREG(status.st_mode) or closed(path) != "no")


def closed(path: Path) -> Complete:
    """Whether nobody has the file open for writing.

    Asks the kernel for a read lease, which it refuses while a writer exists
    (fcntl(2), F_SETLEASE). On network file systems, and for other people's
    files, it cannot be told.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return "unknown"
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as problem:
        return "no" if problem.errno == errno.EAGAIN else "unknown"
    finally:
        os.close(descriptor)
    return "yes"


def outlived(path: Path, *, grace: float, now: float) -> bool:
    """Whether an incomplete file has had its time to become complete.

    A time stamp in the future says nothing, and buys no time.
    """
    age = now - path.lstat().st_mtime
    return age >= grace or age < -FUTURE_SECONDS


def claim(arrival: Arrival, inbox: Path, work: Path) -> Claim | None:
    """Take a file out of the inbox by renaming it.

    Returns:
        The claim; None when somebody else was quicker, or when the file was
        touched since it was seen: then it is back in the inbox.
    """
    name = arrival.path.relative_to(inbox)
    accession = str(uuid.uuid4())
    target = work / accession / name
    target.parent.mkdir(parents=True)
    try:
        arrival.path.rename(target)
    except FileNotFoundError:
        _prune(target.parent, work)
        return None
    taken = _with_companion(Claim(accession, target, shown(str(name))), inbox, work)
    if not unchanged_since(arrival, target) and not _announced(arrival.path):
        give_back(taken, inbox, work)
        return None
    if _announced(arrival.path):
        _marker(arrival.path).unlink()
    return taken


def _with_companion(taken: Claim, inbox: Path, work: Path) -> Claim:
    """The claim with the XML file beside the document, which is taken from the inbox with it."""
    for path in companions.names(taken.path):
        waiting = inbox / path.relative_to(work / taken.accession)
        if not os.path.lexists(path) and companions.is_one(waiting):
            with suppress(FileNotFoundError):  # somebody else was quicker
                waiting.rename(path)
        if companions.is_one(path):
            return replace(taken, companion=path)
    return taken


def claimed(inbox: Path, work: Path) -> Iterator[Claim]:
    """The files that an interrupted run had claimed, oldest name first.

    What lies in `work/` without a claim's UUID is nobody's: it is left alone.
    """
    for folder in sorted(work.iterdir()):
        if not UUID.fullmatch(folder.name) or not folder.is_dir():
            continue
        files = [Path(where, name) for where, _, names in os.walk(folder) for name in names]
        files += [path for path in folder.rglob("*") if path.is_symlink() and path.is_dir()]
        beside = {name for path in files for name in companions.names(path)}
        for path in [path for path in files if path not in beside][:1] or files[:1]:
            claim = Claim(folder.name, path, shown(str(path.relative_to(folder))))
            yield _with_companion(claim, inbox, work)
        if not files:
            _prune_tree(folder)


def give_back(claim: Claim, inbox: Path, work: Path) -> Path:
    """Return a file and its companion to the inbox under their own names, or the nearest free ones."""
    target, *_ = (_linked(path, inbox / path.relative_to(work / claim.accession)) for path in _files(claim))
    drop(claim, work)
    return target


def set_aside(
    claim: Claim, folder: Path, work: Path, *, receipt: Mapping[str, object], now: datetime
) -> Path:
    """Move a file and its companion to `FOLDER/<date>/`, each with `<name>.receipt.json` beside it.

    The names are made safe; both receipts have the one that the document came
    under. The claimed names go last, so that an interruption is made good by
    doing the same again.
    """
    text = json.dumps(receipt, ensure_ascii=False, indent=2) + "\n"
    targets = []
    for path in _files(claim):
        target = _linked(path, folder / f"{now:%Y-%m-%d}" / safe_name(path.name), beside=RECEIPT)
        durable.replace(target.with_name(target.name + RECEIPT), text.encode(), target.parent)
        targets.append(target)
    drop(claim, work)
    return targets[0]


def drop(claim: Claim, work: Path) -> None:
    """Remove a claimed file and its companion, whose bytes are safe elsewhere."""
    for path in reversed(_files(claim)):
        path.unlink(missing_ok=True)
    _prune(claim.path.parent, work)


def _files(claim: Claim) -> tuple[Path, ...]:
    return (claim.path, claim.companion) if claim.companion else (claim.path,)


def _linked(path: Path, wanted: Path, beside: str = "") -> Path:
    """Give the file a second name that no other file has; its only one where links are not to be had.

    Args:
        path: The file.
        wanted: The name, or the nearest free one.
        beside: An ending under which nothing may lie yet either.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    for target in _names(wanted):
        ours = os.path.lexists(target) and os.path.samestat(target.lstat(), path.lstat())
        if beside and not ours and os.path.lexists(target.with_name(target.name + beside)):
            continue  # another file's receipt, or a file that is only called so
        try:
            os.link(path, target, follow_symlinks=False)  # unlike rename, never overwrites
        except FileExistsError:
            if os.path.samestat(target.lstat(), path.lstat()):
                return target  # an interrupted try got this far
        except OSError:
            if not target.exists():
                return path.rename(target)
        else:
            return target
    raise AssertionError("names never end")


def _names(wanted: Path) -> Iterator[Path]:
    yield wanted
    number = 2
    while True:
        yield wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        number += 1


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.ready")


def _announced(path: Path) -> bool:
    try:
        return _marker(path).is_file()
    except OSError:  # a name so long that its companion's would be too long
        return False


def _prune(folder: Path, work: Path) -> None:
    """Remove empty folders from `folder` up to, but not including, `work`."""
    while folder != work and work in folder.parents:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _prune_tree(folder: Path) -> None:
    for where, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(where).rmdir()
