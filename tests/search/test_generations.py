"""Another engine takes over while the one before answers, and status says what an index lacks."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner

from docscan import cli
from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue
from docscan.errors import ArchiveError
from docscan.search import engines, feed, inspection
from docscan.search.index import Question
from docscan.search.plan import Everything, Term
from docscan.search.prepared import Prepared
from tests.archive.conftest import file_one, object_id

FOUND = [object_id(1), object_id(2)]


def ids(archive: Archive) -> list[str]:
    index = feed.open_index(archive)
    try:
        return sorted(hit.id for hit in index.search(Question((Everything(),))).hits)
    finally:
        index.close()


def run(archive: Archive, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.cli, ["-A", str(archive.root), *words])
    return done.exit_code, done.output


def test_another_engine_finds_the_same_and_replaces_the_one_before(
    archive: Archive, catalogue: Catalogue
) -> None:
    assert ids(archive) == FOUND
    for engine in ("tantivy", "whoosh", "whoosh"):
        assert feed.remade(archive, catalogue, engine) == engine
        live = engines.live(archive.index)
        assert live is not None
        assert live.engine == engine
        assert ids(archive) == FOUND
        assert {path.stem for path in archive.index.iterdir()} == {"live", live.folder.name}


def test_until_it_takes_over_the_one_before_answers(archive: Archive, catalogue: Catalogue) -> None:
    begun = engines.begun(archive.index, "tantivy")
    engines.opened(begun).close()
    assert ids(archive) == FOUND  # as after a crash in between
    assert engines.begun(archive.index, "tantivy") == begun
    assert not begun.folder.exists()


def _asks(archive: Archive, catalogue: Catalogue) -> None:
    feed.open_index(archive).close()


def _finds_it_damaged(archive: Archive, catalogue: Catalogue) -> None:
    assert feed.brought_up(archive, catalogue, anew=True)


@pytest.mark.parametrize("else_", [_asks, _finds_it_damaged])
@pytest.mark.parametrize("engine", engines.ENGINES)
def test_one_that_is_made_where_none_answers_is_not_deleted_by_who_asks_meanwhile(
    archive: Archive,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    else_: Callable[[Archive, Catalogue], None],
    engine: engines.Engine,
) -> None:
    shutil.rmtree(archive.index)
    ready, met = feed._ready, []

    def interrupted(found: Catalogue, records: Iterable[str]) -> Iterator[Prepared]:
        if not met:
            met.append(engine)
            else_(archive, found)
        yield from ready(found, records)

    monkeypatch.setattr(feed, "_ready", interrupted)
    assert feed.remade(archive, catalogue, engine) == engine
    live = engines.live(archive.index)
    assert live is not None
    assert (live.engine, ids(archive)) == (engine, FOUND)
    assert {path.stem for path in archive.index.iterdir()} == {"live", live.folder.name}


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_of_one_that_fails_nothing_stays_that_takes_room(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, engine: engines.Engine
) -> None:
    ready = feed._ready

    def failing(found: Catalogue, records: Iterable[str]) -> Iterator[Prepared]:
        yield from islice(ready(found, records), 1)
        raise ArchiveError("No space left on device.")

    before = {path.name for path in archive.index.iterdir()}
    monkeypatch.setattr(feed, "_ready", failing)
    for _ in range(5):
        with pytest.raises(ArchiveError, match="No space"):
            feed.remade(archive, catalogue, engine)
        assert {path.name for path in archive.index.iterdir()} == before
    monkeypatch.undo()
    assert ids(archive) == FOUND
    assert feed.remade(archive, catalogue, engine) == engine


def test_an_index_that_cannot_be_wiped_is_made_anew(archive: Archive, catalogue: Catalogue) -> None:
    feed.remade(archive, catalogue, "tantivy")
    index = feed.open_index(archive)
    index.update(
        [Prepared("x", ("secretword",), "", (), "", "", {}, {})],
        seq=index.seq(),
    )
    index.update([], seq=index.seq(), removed=["x"], wiped=True)
    assert index.soiled()
    index.close()
    assert feed.succeed(archive)
    assert not feed.succeed(archive)
    assert ids(archive) == FOUND
    assert b"secretword" not in b"".join(p.read_bytes() for p in archive.index.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("setting", "documents", "now", "engine"),
    [
        ("auto", 0, None, "whoosh"),
        ("auto", engines.MOST_WHOOSH, "whoosh", "whoosh"),
        ("auto", engines.MOST_WHOOSH + 1, "whoosh", "tantivy"),
        ("auto", 5, "tantivy", "tantivy"),
        ("whoosh", 10**6, "tantivy", "whoosh"),
        ("tantivy", 0, None, "tantivy"),
    ],
)
def test_the_engine_fits_the_size(
    setting: str, documents: int, now: engines.Engine | None, engine: str
) -> None:
    assert engines.wanted(setting, documents, now) == engine


def test_an_archive_that_outgrew_whoosh_is_given_to_tantivy(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "MOST_WHOOSH", 2)
    assert not feed.succeed(archive)
    file_one(archive, catalogue, 3)
    feed.feed(archive, catalogue)
    assert engines.live(archive.index) == engines.Generation(archive.index / "whoosh-1", "whoosh", 1)
    assert feed.succeed(archive)
    assert engines.live(archive.index) == engines.Generation(archive.index / "tantivy-2", "tantivy", 2)
    assert ids(archive) == [*FOUND, object_id(3)]


def test_one_that_is_made_anew_fits_the_size_at_once(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "MOST_WHOOSH", 1)
    shutil.rmtree(archive.index)
    feed.feed(archive, catalogue)
    assert engines.live(archive.index) == engines.Generation(archive.index / "tantivy-1", "tantivy", 1)


def test_while_another_is_made_the_one_before_is_fed_and_asked(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, seen = feed._follow, []

    def while_others_work(source: Catalogue, generation: engines.Generation) -> None:
        follow(source, generation)
        if not seen:
            file_one(archive, catalogue, 3)
            assert feed.feed(archive, catalogue)
            assert not feed.succeed(archive)
            seen.extend(ids(archive))

    monkeypatch.setattr(feed, "_follow", while_others_work)
    assert feed.remade(archive, catalogue, "tantivy") == "tantivy"
    assert seen == [*FOUND, object_id(3)] == ids(archive)
    assert inspection.inspect(archive, catalogue).sound


def test_one_whose_folder_was_cleared_meanwhile_takes_over_whole(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, calls = feed._follow, []

    def cleared(source: Catalogue, generation: engines.Generation) -> None:
        follow(source, generation)
        if not calls:
            shutil.rmtree(archive.index)
        calls.append(generation)

    monkeypatch.setattr(feed, "_follow", cleared)
    feed.remade(archive, catalogue, "tantivy")
    assert (ids(archive), len(calls)) == (FOUND, 2)


KILLED = """
import os, signal, sys
from pathlib import Path
from docscan.archive import open_archive
from docscan.archive.catalogue import open_catalogue
from docscan.search import feed
archive, left = open_archive(Path(sys.argv[1])), int(sys.argv[2])
def count(event, arguments):
    global left
    named = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir")
    changes = named or event == "open" and arguments[1] != "r"
    if changes and str(archive.index) in str(arguments[0]):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
with open_catalogue(archive) as catalogue:
    sys.addaudithook(count)
    feed.remade(archive, catalogue, "tantivy")
"""


@pytest.mark.parametrize("left", [1, 3, 6, 9, 12, 16, 20, 24, 28])
def test_whenever_it_is_killed_one_of_both_answers(archive: Archive, catalogue: Catalogue, left: int) -> None:
    command = [sys.executable, "-c", KILLED, archive.root, str(left)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert engines.live(archive.index) is not None
    assert ids(archive) == FOUND
    feed.succeed(archive)
    live = engines.live(archive.index)
    assert live is not None
    assert {path.stem for path in archive.index.iterdir()} == {"live", live.folder.name}
    assert inspection.inspect(archive, catalogue).sound


def test_a_name_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    for named in ("../elsewhere", "whoosh-0", "whoosh-1/../..", "lucene-1", ""):
        (tmp_path / "index" / "live").write_text(named)
        assert engines.live(tmp_path / "index") is None


def test_other_things_in_the_folder_are_left_alone_and_in_nobodys_way(
    archive: Archive, catalogue: Catalogue
) -> None:
    stranger = archive.index / ".DS_Store"
    stranger.write_text("irreplaceable")
    size = engines.size(archive.index)
    feed.succeed(archive)
    feed.remade(archive, catalogue)
    assert (stranger.read_text(), engines.size(archive.index)) == ("irreplaceable", pytest.approx(size, 0.1))
    assert ids(archive) == FOUND


@pytest.mark.parametrize("leads", ["", "nowhere"])
def test_a_file_or_a_link_to_nowhere_in_its_place_gives_way(
    archive: Archive, catalogue: Catalogue, leads: str
) -> None:
    shutil.rmtree(archive.index)
    archive.index.symlink_to(leads) if leads else archive.index.write_text("x")
    assert feed.brought_up(archive, catalogue)
    assert ids(archive) == FOUND


def test_what_lay_there_before_there_were_generations_is_deleted(tmp_path: Path) -> None:
    for name in ("MAIN_WRITELOCK", "_MAIN_7.toc", "MAIN_abc.seg", "seq.7", "docscan.json"):
        (tmp_path / name).write_text("x")
    engines.open_index(tmp_path).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["live", "whoosh-1", "whoosh-1.seal"]


def test_status_names_what_an_index_lacks(archive: Archive, catalogue: Catalogue) -> None:
    found = inspection.inspect(archive, catalogue)
    assert (found.engine, found.documents, found.expected, found.behind, found.missing) == (
        "whoosh",
        2,
        2,
        0,
        (),
    )
    assert found.sound
    assert found.size > 0
    index = feed.open_index(archive)
    index.update([], seq=index.seq(), removed=[FOUND[0]])
    index.close()
    found = inspection.inspect(archive, catalogue)
    assert (found.documents, found.missing, found.sound) == (1, (FOUND[0],), False)


def test_the_commands_say_rebuild_and_switch(archive: Archive, catalogue: Catalogue) -> None:
    catalogue.close()
    code, said = run(archive, "index", "status", "--json")
    assert (code, json.loads(said)["engine"], json.loads(said)["sound"]) == (0, "whoosh", True)
    code, said = run(archive, "index", "switch", "tantivy")
    assert (code, "tantivy" in said) == (0, True)
    assert run(archive, "index", "rebuild")[0] == 0
    index = feed.open_index(archive)
    assert index.search(Question((Term("body", "factura"),))).total == 2
    index.update([], seq=index.seq(), removed=FOUND)
    index.close()
    code, said = run(archive, "index", "status")
    assert (code, "docscan index rebuild" in said) == (8, True)
    code, said = run(archive, "index", "status", "--mend")
    assert (code, "se ha vuelto a crear con tantivy" in said) == (0, True)
    code, said = run(archive, "index", "status", "--mend", "--json")
    assert (code, json.loads(said)["mended"], json.loads(said)["documents"]) == (0, False, 2)


def test_an_index_that_is_only_behind_is_brought_up_and_not_made_again(
    archive: Archive, catalogue: Catalogue
) -> None:
    file_one(archive, catalogue, 3)
    found, anew = inspection.mended(archive, catalogue)
    assert (anew, found.documents, found.sound) == (False, 3, True)


@pytest.mark.parametrize("engine", engines.ENGINES)
def test_an_index_with_a_damaged_file_is_made_again(
    archive: Archive, catalogue: Catalogue, engine: engines.Engine
) -> None:
    feed.remade(archive, catalogue, engine)
    live = engines.live(archive.index)
    assert live is not None
    for pattern in ("*.seg", "*.store", "*.term", "*.pos"):
        for path in list(live.folder.glob(pattern)):
            before = path.stat()
            with path.open("r+b") as file:
                file.seek(before.st_size // 2)
                sign = file.read(1)
                file.seek(before.st_size // 2)
                file.write(bytes([sign[0] ^ 1]))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            found, anew = inspection.mended(archive, catalogue)
            # what opening it noticed was made anew by that
            assert (anew or not path.exists(), found.intact, found.sound) == (True, True, True)
            live = engines.live(archive.index)
            assert live is not None
            assert ids(archive) == FOUND
            break


def test_an_index_that_still_does_not_fit_after_it_was_made_again_is_said_to_be_made_again(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "LEAST_ROOM", 0)
    monkeypatch.setattr(inspection, "MOST_ROOM", 0)
    found, anew = inspection.mended(archive, catalogue)
    assert (anew, found.sound) == (True, False)


def test_files_that_no_index_needs_are_noticed_and_gone_once_it_is_made_again(
    archive: Archive, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "LEAST_ROOM", 2 * engines.size(archive.index))
    live = engines.live(archive.index)
    assert live is not None
    with (live.folder / "MAIN_orphan.seg").open("wb") as orphan:
        orphan.truncate(10 * engines.size(archive.index))
    assert inspection.inspect(archive, catalogue).bloated
    found, anew = inspection.mended(archive, catalogue)
    assert (anew, found.bloated, found.sound) == (True, False, True)


def test_to_open_whoosh_loads_no_loop_of_events(tmp_path: Path) -> None:
    asked = (
        "import sys; from pathlib import Path; from docscan.search import open_index;"
        "index = open_index(Path(sys.argv[1]), 'whoosh'); print(index.count(), 'asyncio' in sys.modules)"
    )
    command = [sys.executable, "-c", asked, str(tmp_path / "index")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == [
        "0",
        "False",
    ]
