"""The objects under examination: every file against what the ledger vouches for.

The ledger names the digests of an object's inventories; the inventory names
those of all other files. Both copies of the inventory are vouched for, so one
of them may be damaged and the contents can still be checked by the other.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from docscan.archive import objects
from docscan.archive.chain import Examined
from docscan.archive.custody import CustodyFinding, Seen, compare, kind_of, misplaced, read_small
from docscan.archive.event import FILE
from docscan.archive.inventory import HEAD
from docscan.archive.layout import Archive

MAX_INVENTORY = 1 << 24  # bytes; an inventory of docscan's has about a thousand
SIDECAR = re.compile(rb"([0-9a-f]{64}) inventory\.json\n")
VERSION = re.compile(rf"{HEAD.pattern}/{re.escape(objects.INVENTORY)}", re.ASCII)
ORIGINAL = re.compile(r"v\d+/content/original")
NAMED = ("custody", "holdings", "ledger/timestamps", "ledger/witnesses")  # an event names each file in them
SETTINGS = ("access.toml", "retention.toml", "loans.toml")  # and files of which the same is so


def root_files(archive: Archive, files: Mapping[str, str] | None, seen: Seen) -> Iterator[CustodyFinding]:
    """Step 3: the files of the storage root.

    Args:
        archive: The archive.
        files: Their digests by path from the archive's root, from the event
            that opened the ledger; None when that cannot be believed.
        seen: Counts what was read.
    """
    if files is None:
        files = {f"objects/{name}": objects.sha256(data) for name, data in objects.ROOT_FILES.items()}
    for path, expected in files.items():
        found = compare(archive.root, path, expected, seen) if path.startswith("objects/") else None
        if found is not None:
            yield found


def named_files(
    archive: Archive, files: Mapping[str, str], seen: Seen, spare: int = 0
) -> Iterator[CustodyFinding]:
    """Step 4: the files beside ledger and objects that events name, and no others in their places.

    Args:
        archive: The archive.
        files: The newest digest of each by its path, as events without an object have it.
        seen: Counts what was read.
        spare: How many events are lost, which is told elsewhere: the files of as many may stand unnamed.
    """
    found = list(_named_files(archive, files, seen))
    unnamed = {one.path for one in found if one.code == "D3" and FILE.fullmatch(one.path)}
    excused = {"", *sorted({_filing(path) for path in unnamed} - {""})[:spare]} if spare else set()
    yield from (one for one in found if one.path not in unnamed or _filing(one.path) not in excused)


def _filing(path: str) -> str:
    """What the files one event names have in common: a folder; a name among the ledger's and the holdings.

    Nothing for a file of the root, which one event names together with its copy under `custody/`.
    """
    return path.rpartition("." if path.startswith(("ledger/", "holdings/")) else "/")[0]


def _named_files(archive: Archive, files: Mapping[str, str], seen: Seen) -> Iterator[CustodyFinding]:
    for path in sorted(files):
        if path in SETTINGS or path.startswith(tuple(f"{top}/" for top in NAMED)):
            found = compare(archive.root, path, files[path], seen)
            if found is not None:
                yield found
    for top in NAMED:
        kind = kind_of(archive.root / top)
        if kind == "folder":
            listed = {path.removeprefix(f"{top}/") for path in files if path.startswith(f"{top}/")}
            yield from _unlisted(archive, top, listed)
        elif kind != "missing":
            code = "D6" if kind == "unreadable" else "D5"
            yield CustodyFinding(code, top, found=kind, facts={"reason": kind})
    for path in SETTINGS:
        kind = kind_of(archive.root / path)
        if path not in files and kind != "missing":
            yield misplaced(path, kind)


def vouched(
    archive: Archive, object_id: str, told: Mapping[str, str], spare: int
) -> tuple[Mapping[str, str], int]:
    """The digests that vouch for the files of an object, and how many of its versions have lost their line.

    Args:
        archive: The archive.
        object_id: The object's UUID.
        told: The digests that the ledger has, by their path in the object.
        spare: How many lines of the ledger are lost: as many versions may stand without one.
    """
    lost = _lost(archive, object_id, told) if spare else []
    if not lost or len(lost) > spare:
        return told, 0
    return _with_own(archive, object_id, told, lost), len(lost)


def strays(archive: Archive, examined: Examined) -> Iterator[str]:
    """The uppermost paths under `objects/` that nothing vouches for.

    Args:
        archive: The archive.
        examined: Its ledger.
    """
    told_of = map(objects.relative_folder, (*examined.objects, *examined.deleted))
    known = {*told_of, *objects.ROOT_FILES}
    ways = _ways(known)
    waiting = [""]
    while waiting:
        above = waiting.pop()
        for name in _names(archive.objects / above) or ():
            path = f"{above}/{name}" if above else name
            if path in known:
                continue
            deeper = above.count("/") + bool(above) < objects.TUPLES
            kind = kind_of(archive.objects / path)
            if kind == "folder" and (path in ways or (deeper and _names(archive.objects / path))):
                waiting.append(path)
            else:
                yield path


def astray(archive: Archive, paths: Iterable[str], since: Examined, spare: int) -> Iterator[CustodyFinding]:
    """What is to be said of strays.

    Args:
        archive: Held by the caller.
        paths: As `strays` has them.
        since: What the ledger says of what was done after they were found.
        spare: How many lines of the ledger are lost: as many objects may stand without one.
    """
    known = set(map(objects.relative_folder, (*since.about, *since.deleted)))
    known |= _ways(known)
    for path in paths:
        object_id, kind = objects.id_of(path), kind_of(archive.objects / path)
        if path in known or kind == "missing":
            continue
        if spare > 0 and kind == "folder" and object_id and objects.relative_folder(object_id) == path:
            spare -= 1
            yield from by_itself(archive, object_id, Seen())
        else:
            yield misplaced(f"objects/{path}", kind, object_id)


def one_object(
    archive: Archive, object_id: str, files: Mapping[str, str], seen: Seen
) -> Iterator[CustodyFinding]:
    """One object against the digests the ledger has of it.

    Args:
        archive: The archive.
        object_id: The object's UUID.
        files: The digests the ledger has of its files, by their path in the object.
        seen: Counts what was read.
    """
    seen.objects += 1
    folder = f"objects/{objects.relative_folder(object_id)}"
    kind = kind_of(archive.root / folder)
    if kind != "folder":
        code = {"missing": "D2", "unreadable": "D6"}.get(kind, "D5")
        yield CustodyFinding(code, folder, object_id, found=kind, facts={"reason": kind})
        return
    control = {name: expected for name, expected in files.items() if not ORIGINAL.fullmatch(name)}
    damaged = set()
    for name, expected in control.items():
        found = compare(archive.root, f"{folder}/{name}", expected, seen, object_id)
        if found is not None:
            damaged.add(name)
            yield found
    newest = max(_versions(control), default=1)
    copies = [(newest, objects.INVENTORY), *((n, f"v{n}/{objects.INVENTORY}") for n in range(newest, 0, -1))]
    sound = [(n, name) for n, name in copies if name in control and name not in damaged]
    manifest = _manifest(archive.root / folder / sound[0][1]) if sound else None
    if manifest is None:
        yield CustodyFinding("O1" if sound else "D7", f"{folder}/{objects.INVENTORY}", object_id)
        yield from _original(archive, object_id, files, seen)
        return
    for path, expected in manifest.items():
        found = compare(archive.root, f"{folder}/{path}", expected, seen, object_id)
        if found is not None:
            yield found
    listed = control.keys() | manifest.keys()
    beyond = tuple(f"v{n}/" for n in range(sound[0][0] + 1, newest + 1))  # what no sound copy speaks of
    if beyond:
        yield CustodyFinding("D7", f"{folder}/{objects.INVENTORY}", object_id)
    yield from _unlisted(archive, folder, listed, object_id, beyond)


def _versions(files: Iterable[str]) -> set[int]:
    """The versions whose inventories are among files of an object."""
    return {int(found[1]) for name in files if (found := VERSION.fullmatch(name))}


def _lost(archive: Archive, object_id: str, told: Mapping[str, str]) -> list[int]:
    """The versions that lie in an object and that no line of the ledger speaks of."""
    names = _names(archive.objects / objects.relative_folder(object_id)) or ()
    there = {int(found[1]) for name in names if (found := HEAD.fullmatch(name))}
    return sorted(there - _versions(told))


def _with_own(
    archive: Archive, object_id: str, told: Mapping[str, str], lost: Iterable[int]
) -> dict[str, str]:
    """What the ledger tells, and what lost versions of an object say of their own inventories."""
    files = dict(told)
    for number in lost:
        if number == 1:  # its line names the object's mark as well
            files[objects.OBJECT_MARK] = objects.sha256(objects.OBJECT_MARK_DATA)
        try:
            data = read_small(
                objects.folder_of(archive, object_id) / f"v{number}" / objects.SIDECAR, objects.NAME_BYTES
            )
        except OSError:
            data = b""
        found = SIDECAR.fullmatch(data)
        said = found[1].decode() if found else ""
        newest = number > max(_versions(files), default=0)
        for above in ("", f"v{number}/") if newest else (f"v{number}/",):
            files |= {above + objects.INVENTORY: said, above + objects.SIDECAR: objects.sha256(data)}
    return files


def by_itself(archive: Archive, object_id: str, seen: Seen) -> Iterator[CustodyFinding]:
    """An object whose line in the ledger is lost, against its own inventory."""
    versions = _lost(archive, object_id, {}) or [1]
    files = {objects.OBJECT_MARK: objects.sha256(objects.OBJECT_MARK_DATA)}
    yield from one_object(archive, object_id, _with_own(archive, object_id, files, versions), seen)


def _original(
    archive: Archive, object_id: str, files: Mapping[str, str], seen: Seen
) -> Iterator[CustodyFinding]:
    """The original alone, which the ledger vouches for without an inventory."""
    folder = f"objects/{objects.relative_folder(object_id)}"
    for name in filter(ORIGINAL.fullmatch, files):
        above = f"{folder}/{name}"
        names = [path for path, kind in _walk(archive.root / above) if kind == "file"]
        if not names:
            yield CustodyFinding("D2", above, object_id, files[name])
        for path in names:
            found = compare(archive.root, f"{above}/{path}", files[name], seen, object_id)
            if found is not None:
                yield found


def _manifest(path: Path) -> dict[str, str] | None:
    """The digest of each file that an inventory lists, by its path in the object; None for another form."""
    try:
        found = json.loads(read_small(path, MAX_INVENTORY))
        return {name: expected for expected, names in found["manifest"].items() for name in names}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _unlisted(
    archive: Archive, top: str, listed: set[str], object_id: str = "", beyond: tuple[str, ...] = ()
) -> Iterator[CustodyFinding]:
    """What lies under a folder and should not.

    Args:
        archive: The archive.
        top: The folder, from the archive's root.
        listed: The files that should be there, from that folder.
        object_id: The object it belongs to.
        beyond: How paths begin that are not to be judged.
    """
    ways = _ways(listed) | {""}  # a folder that lost its file is not told besides the file
    for path, kind in _walk(archive.root / top):
        expected = path in listed or kind == "missing" or (kind == "folder" and path in ways)
        if not (expected or path.startswith(beyond)):
            yield misplaced(f"{top}/{path}".removesuffix("/"), kind, object_id)


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Everything under a folder that is not a folder with something in it: path and kind."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        names = _names(folder / above)
        if not names:
            yield above, "folder" if names is not None else "unreadable"
        for name in names or ():
            path = f"{above}/{name}" if above else name
            kind = kind_of(folder / path)
            if kind == "folder":
                waiting.append(path)
            else:
                yield path, kind


def _ways(paths: Iterable[str]) -> set[str]:
    """Every folder on the way to one of the paths."""
    return {path[:end] for path in paths for end, sign in enumerate(path) if sign == "/"}


def _names(folder: Path) -> list[str] | None:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names, also such as are no text
    except OSError:
        return None
