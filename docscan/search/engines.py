"""Which engine keeps an archive's index, and how another takes over while the old one still answers.

The index's folder holds one folder for each generation, `whoosh-1` or
`tantivy-2`, and a file that names the one that answers. Another is made beside
it, and becomes the one that answers by a change of that file.
"""

import contextlib
import functools
import os
import re
import stat
import sys
import time
from pathlib import Path
from typing import Literal, get_args

from docscan.errors import ArchiveError
from docscan.frozen import dataclass
from docscan.patterns import pattern
from docscan.search import analysis, durable
from docscan.search.index import Index

Engine = Literal["whoosh", "tantivy"]

ENGINES: tuple[Engine, ...] = get_args(Engine)

LIVE = "live"
"""The file that names the generation that answers."""

MOST_WHOOSH = 20_000
"""Documents up to which it was measured that Whoosh answers each kind of question of `benchmarks/search.py`
within 200 ms of processor time in 19 of 20 cases; the slowest, three words one edit off, took 16 ms."""

_TURNS = 20
_PAUSE = 0.1  # seconds

_FORMER = pattern(r"_?MAIN[_.]|seq\.|docscan\.json$")
"""What lay in the index's folder itself before there were generations."""

_GENERATION = pattern(r"(whoosh|tantivy)-([1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Generation:
    """An index of its own in the index's folder.

    Attributes:
        folder: Where it lies.
        engine: Who keeps it.
        number: Counted up with every one that is made.
    """

    folder: Path
    engine: Engine
    number: int


def wanted(setting: str, documents: int, now: Engine | None = None) -> Engine:
    """The engine that is to keep an index.

    Args:
        setting: `[search] engine` of `docscan.toml`: an engine's name, or `auto`.
        documents: How many there are.
        now: Who keeps it now. One that was outgrown does not come back.
    """
    for engine in ENGINES:
        if setting == engine:
            return engine
    return "tantivy" if now == "tantivy" or documents > MOST_WHOOSH else "whoosh"


def live(folder: Path) -> Generation | None:
    """The generation that answers; None where none was ever made."""
    try:
        named = durable.content(folder / LIVE).decode("ascii")
    except (OSError, ValueError):
        return None
    return _generation(folder / named) if _GENERATION.fullmatch(named) else None


def begun(folder: Path, engine: Engine) -> Generation:
    """A new generation, empty, beside the one that answers; what an earlier attempt left is deleted.

    Raises:
        ArchiveError: The folder cannot be written.
    """
    answering = live(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    swept(folder, keep=answering)
    number = answering.number + 1 if answering else 1
    return Generation(folder / f"{engine}-{number}", engine, number)


def publish(folder: Path, generation: Generation) -> None:
    """Let a generation answer from now on, and delete the others.

    Raises:
        ArchiveError: The disk failed; the one before goes on answering.
    """
    try:
        durable.write(folder / LIVE, generation.folder.name)
    except OSError as error:
        raise _unwritable(folder, error) from error
    swept(folder, keep=generation)


def discard(folder: Path, generation: Generation) -> None:
    """Delete a generation that was never finished, which may have taken the last room of the disk.

    Threads of an engine that failed end a little later, and may still write there: what cannot be deleted
    then is deleted by the next one that is begun.
    """
    if live(folder) == generation:
        return
    import shutil  # noqa: PLC0415 - who only asks deletes nothing

    for _ in range(_TURNS):
        shutil.rmtree(generation.folder, ignore_errors=True)
        if not generation.folder.exists():
            break
        time.sleep(_PAUSE)
    with contextlib.suppress(OSError):
        for path in folder.glob(f"{generation.folder.name}.*"):
            path.unlink()


def opened(generation: Generation) -> Index:
    """Open a generation's index, or make it.

    Raises:
        ArchiveError: Its folder cannot be written.
        ArchiveBusyError: Another process has been writing for too long.
    """
    terms = f"analysis {analysis.VERSION}"
    if generation.engine == "tantivy":
        from docscan.search.tantivy_engine import TantivyIndex  # noqa: PLC0415 - loaded only where it is used

        return TantivyIndex(generation.folder, terms=terms)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # is read once, when numpy is loaded
    # Whoosh wants of that package what Python has by now; it loads asyncio, for 10 ms of every search.
    sys.modules.setdefault("cached_property", functools)
    from docscan.search.whoosh_engine import WhooshIndex  # noqa: PLC0415 - loaded only where it is used

    return WhooshIndex(generation.folder, terms=terms)


def open_index(folder: Path, setting: str = "auto", documents: int = 0) -> Index:
    """Open the index that answers, or make the first one.

    Args:
        folder: The index's, of its own; what is in it from elsewhere, of an
            older form or damaged is emptied, and `seq()` is 0 again.
        setting: `[search] engine` of `docscan.toml`.
        documents: How many there are to be put in, where none answers yet.

    Raises:
        ArchiveError: The folder cannot be written.
        ArchiveBusyError: Another process has been writing for too long.
    """
    answering = live(folder)
    if answering is None:
        answering = begun(folder, wanted(setting, documents))
        index = opened(answering)
        publish(folder, answering)
        return index
    index = opened(answering)
    if live(folder) != answering:  # another took over, and this one's files were deleted
        index.close()
        discard(folder, answering)  # or what was made anew in its place would stay
        return open_index(folder, setting, documents)
    return index


def size(folder: Path) -> int:
    """Bytes of all files of the index; of those that others replace meanwhile some may be left out."""
    found = 0
    for at, _, names in os.walk(folder):
        for path in (Path(at, name) for name in names):
            with contextlib.suppress(OSError):  # it was replaced since
                facts = path.lstat()
                if stat.S_ISREG(facts.st_mode) and _ours(path.relative_to(folder).parts[0]):
                    found += facts.st_size
    return found


def swept(folder: Path, *, keep: Generation | None) -> None:
    """Delete all of the index but one generation; what else lies there is in nobody's way.

    Raises:
        ArchiveError: It cannot be deleted.
    """
    ours = [entry for entry in sorted(folder.iterdir()) if _ours(entry.name)]
    entries = [entry for entry in ours if keep is None or not _belongs(entry, keep)]
    try:
        for entry in entries:
            if entry.is_dir() and not entry.is_symlink():
                import shutil  # noqa: PLC0415 - who only asks deletes nothing

                shutil.rmtree(entry)
            else:
                entry.unlink()
    except OSError as error:
        raise _unwritable(folder, error) from error


def _generation(folder: Path) -> Generation:
    named = _GENERATION.fullmatch(folder.name)
    assert named is not None  # noqa: S101 - the caller has looked
    engine: Engine = "tantivy" if named[1] == "tantivy" else "whoosh"
    return Generation(folder, engine, int(named[2]))


def _belongs(entry: Path, generation: Generation) -> bool:
    return entry.name in (LIVE, generation.folder.name) or entry.stem == generation.folder.name


def _ours(name: str) -> bool:
    """Whether a file or folder of that name may be part of an index."""
    generation, _, _ = name.partition(".")
    return (
        name in (LIVE, f"{LIVE}.new") or bool(_GENERATION.fullmatch(generation)) or bool(_FORMER.match(name))
    )


def _unwritable(folder: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"The search index {folder} cannot be made: {error.strerror or error}.",
        hint="See to the disk, and make it anew with: docscan index rebuild",
    )
