"""Keeps the search index up to the archive's catalogue.

Whoever has something to feed has the lock of feeding until the index has all.
Another index is made beside the one that answers under a lock of its own, as
that takes minutes: the one before is fed and asked meanwhile. Only for what
came in the end, and to take over, is feeding held up.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from itertools import islice

from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.layout import feeding, replacing
from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import durable, engines
from docscan.search.documents import count, documents
from docscan.search.engines import Engine, Generation
from docscan.search.index import DamagedIndexError, Index
from docscan.search.prepared import Prepared, prepared_each

PATIENCE = 3.0  # seconds to wait for another command that feeds the index
AT_ONCE = 500  # records that are read from the catalogue together
MANY = 2000  # records whose index takes seconds to make
LONGEST = 3600.0  # seconds for which another index waits to take over: what one night filed is fed by then


def open_index(archive: Archive) -> Index:
    """The archive's index, made where there is none."""
    return engines.open_index(archive.index, archive.config.search.engine)


def feed(archive: Archive, catalogue: Catalogue, timeout: float = 0) -> bool:
    """Bring the index up to what the catalogue holds, unless somebody else is at it.

    A record that the catalogue does not have is left out; `verify` names it. One that was
    merged is found by the record that has its pages now. Of one that was
    destroyed no word stays in any file of the index.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        timeout: Seconds to wait for another command that feeds the index; it
            takes in what is filed meanwhile, too.

    Returns:
        Whether it was done here.

    Raises:
        ArchiveError: The index cannot be written.
    """
    try:
        with feeding(archive, timeout):
            try:
                catch_up(archive, catalogue)
            except DamagedIndexError:  # found as its files were merged
                _clear(archive)
                catch_up(archive, catalogue)
    except ArchiveBusyError:
        return False
    return True


def catch_up(archive: Archive, catalogue: Catalogue) -> None:
    """Bring the index up, as whoever has the lock of feeding; one that is made is of the engine that fits.

    Raises:
        DamagedIndexError: Its files are not as they were written; only a new one can be brought up.
        ArchiveError: It cannot be written.
    """
    _make_way(archive)
    many = 0 if engines.live(archive.index) else count(catalogue)
    with closing(engines.open_index(archive.index, archive.config.search.engine, many)) as index:
        _caught_up(catalogue, index)


def succeed(archive: Archive, timeout: float = 0) -> bool:
    """Make another index where the one that answers was outgrown, or may hold words of what is gone.

    It goes on answering, and being fed, until the other one takes over. Also
    what is left of one that was begun and never finished is deleted.

    Args:
        archive: It need not be held.
        timeout: Seconds to wait for another command that is making one.

    Returns:
        Whether another took over.

    Raises:
        ArchiveError: It cannot be written; the one before goes on answering.
    """
    try:
        with replacing(archive, timeout):
            now = engines.live(archive.index)
            if now is None:
                return False
            engines.swept(archive.index, keep=now)
            with closing(engines.opened(now)) as index:
                wanted = engines.wanted(archive.config.search.engine, index.count(), now.engine)
                needed = wanted != now.engine or index.soiled()
            if needed:
                with open_catalogue(archive) as catalogue:
                    _beside(archive, catalogue, wanted)
    except ArchiveBusyError:
        return False
    return needed


def _beside(archive: Archive, catalogue: Catalogue, engine: Engine) -> None:
    """Make another index, while the one before answers and is fed, and let it take over."""
    if engines.live(archive.index) is None:  # or whoever asks would begin one, and delete this one
        with feeding(archive, LONGEST):
            open_index(archive).close()
    generation = engines.begun(archive.index, engine)
    try:
        with suppress(ArchiveError):  # somebody found the other one damaged, and cleared the folder
            _follow(catalogue, generation)
        with feeding(archive, LONGEST):
            _follow(catalogue, generation)  # what came meanwhile; all, where somebody cleared the folder
            engines.publish(archive.index, generation)
    except BaseException:
        engines.discard(archive.index, generation)
        raise


def _follow(catalogue: Catalogue, generation: Generation) -> None:
    with closing(engines.opened(generation)) as index:
        _caught_up(catalogue, index)


def _caught_up(catalogue: Catalogue, index: Index) -> None:
    """Put in what the catalogue's outbox names, up to its end; what is not found any more is taken out."""
    while errands := tuple(islice(catalogue.outbox_after(index.seq()), index.batch)):
        records = dict.fromkeys(errand.record for errand in errands)
        destroyed = any(errand.op == "remove" for errand in errands)
        # into an empty index nothing came that would have to be wiped
        wiped = destroyed and index.count() > 0
        index.update(_ready(catalogue, records), seq=errands[-1].seq, removed=records, wiped=wiped)


def _ready(catalogue: Catalogue, records: Iterable[str]) -> Iterator[Prepared]:
    """Those of some records that can be found, as they are now."""
    left = iter(records)
    while some := tuple(islice(left, AT_ONCE)):
        yield from prepared_each(documents(catalogue, some))


def remade(archive: Archive, catalogue: Catalogue, engine: Engine | None = None) -> Engine:
    """Make the index anew beside the one that answers, and let it take over.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        engine: Who is to keep it; as `docscan.toml` says where it is left out.

    Returns:
        Who keeps it now.

    Raises:
        ArchiveBusyError: Another command is making one.
        ArchiveError: It cannot be written.
    """
    with replacing(archive, PATIENCE):
        now = engines.live(archive.index)
        setting = archive.config.search.engine
        chosen = engine or engines.wanted(setting, count(catalogue), now.engine if now else None)
        _beside(archive, catalogue, chosen)
    return chosen


def renew(archive: Archive) -> None:
    """Make the index anew from the catalogue, beside the one that answers meanwhile.

    Raises:
        ArchiveBusyError: Another command is making one.
        ArchiveError: It cannot be written.
    """
    if archive.index.is_symlink():
        archive.index.unlink(missing_ok=True)
    _make_way(archive)
    with open_catalogue(archive) as catalogue:
        remade(archive, catalogue)


def current(archive: Archive, catalogue: Catalogue) -> Index | None:
    """The index, open, where it has all that the catalogue has; None where it has to be brought up.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
    """
    try:
        if engines.live(archive.index) is None:
            return None
        newest = catalogue.newest_errand()
        index = open_index(archive)
        if index.seq() == newest:
            return index
        index.close()
    except ArchiveError:  # whoever brings it up tells what is wrong
        pass
    return None


def brought_up(
    archive: Archive, catalogue: Catalogue, *, anew: bool = False, told: Callable[[int], object] | None = None
) -> bool:
    """Whether the index has all that the catalogue has, or could be given it.

    Args:
        archive: It need not be held.
        catalogue: Open on that archive.
        anew: It was found damaged.
        told: Is called with the number of records before an index of `MANY` or more is made anew.
    """
    try:
        known, newest = (-1, 0) if anew else (_known(archive), catalogue.newest_errand())
        if known == newest:
            return True
        with feeding(archive, PATIENCE):
            if anew or known > newest:
                _clear(archive)
            if 0 < known <= newest:
                with suppress(DamagedIndexError):  # found as its files were merged
                    catch_up(archive, catalogue)
                    return True
                _clear(archive)
            if told and (many := count(catalogue)) >= MANY:
                told(many)
            catch_up(archive, catalogue)
    except ArchiveError:
        return False
    return True


def _known(archive: Archive) -> int:
    """How far the index that answers has come; -1 where there is none."""
    if engines.live(archive.index) is None:
        return -1
    with closing(open_index(archive)) as index:
        return index.seq()


def _make_way(archive: Archive) -> None:
    """Delete what lies in the index's place and is no folder: a file, or a link to nowhere.

    Raises:
        ArchiveError: It cannot be deleted.
    """
    try:
        if not archive.index.is_dir():
            archive.index.unlink(missing_ok=True)
    except OSError as error:
        raise durable.unmade(archive.index, error) from error


def _clear(archive: Archive) -> None:
    if archive.index.is_dir() and not archive.index.is_symlink():
        import shutil  # noqa: PLC0415 - who only asks deletes nothing

        shutil.rmtree(archive.index, ignore_errors=True)
    else:
        archive.index.unlink(missing_ok=True)
