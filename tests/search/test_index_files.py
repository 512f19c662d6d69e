"""An index is whole after everything that can happen to its files, whichever engine keeps it."""

import contextlib
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search.index import Index, Question
from docscan.search.plan import Everything, Plan, Term
from docscan.search.prepared import Prepared
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

Engine = type[TantivyIndex] | type[WhooshIndex]


@pytest.fixture(params=[WhooshIndex, TantivyIndex])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


def prepared(key: str, text: str = "text", **numbers: int) -> Prepared:
    return Prepared(key, (text,), "", (), "", text, numbers, {"kind": "invoice"})


def ids(index: Index, word: str = "text") -> list[str]:
    return [hit.id for hit in index.search(Question((Term("body", word),), 100)).hits]


def held(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- commits and readers -----------------------------------------------------------------------------------


def test_an_open_reader_sees_the_newest_commit_and_nothing_deleted(engine: Engine, tmp_path: Path) -> None:
    writer, reader = engine(tmp_path / "index"), engine(tmp_path / "index")
    for turn in range(12):
        documents = [prepared("always", f"turn{turn}", total=turn), prepared(f"d{turn}", **{f"n{turn}": 1})]
        writer.update(documents, seq=turn, removed=[f"d{turn - 1}"])
        assert ids(reader) == [f"d{turn}"]
        assert ids(reader, f"turn{turn - 1}") == []
        assert ids(reader, f"turn{turn}") == ["always"]
    assert reader.count() == 2
    writer.close()
    reader.close()


def test_commits_leak_no_open_files(engine: Engine, tmp_path: Path) -> None:
    opened = engine(tmp_path / "index")
    counts = []
    for turn in range(12):
        opened.update([prepared(f"d{turn}")], seq=turn)
        assert len(ids(opened)) == turn + 1
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
    # tantivy keeps those of each segment open: up to eight until they are merged, with six files each
    assert max(counts[9:]) <= max(counts[:9]) + 2
    opened.close()


def test_files_that_no_commit_needs_any_more_are_deleted(engine: Engine, tmp_path: Path) -> None:
    opened = engine(tmp_path / "index")
    for turn in range(20):
        opened.update([prepared("d", f"turn{turn}")], seq=turn)
    assert len(list((tmp_path / "index").iterdir())) < 40
    opened.close()


def test_of_what_is_wiped_no_word_stays_or_the_index_says_so(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with contextlib.closing(engine(folder)) as opened:
        for seq in range(1, 8):
            opened.update([prepared(f"d{seq}", f"marker{seq}qz summe")], seq=seq)
        opened.update([prepared("d2", "marker2changed summe")], seq=8)  # leaves its old words behind a mark
        assert not opened.soiled()
        opened.update([], seq=9, removed=["d5"], wiped=True)
        assert opened.soiled() or (b"marker5qz" not in held(folder) and b"marker2qz" not in held(folder))
        assert (opened.count(), opened.seq(), ids(opened, "marker5qz")) == (6, 9, [])
        assert len(ids(opened, "summe")) == 6


def test_a_second_writer_waits_and_then_says_so(engine: Engine, tmp_path: Path) -> None:
    first, second = engine(tmp_path / "index"), engine(tmp_path / "index", patience=0.2)
    with first._locked(), pytest.raises(ArchiveBusyError, match="Another run"):
        second.update([prepared("d")], seq=1)
    second.update([prepared("d")], seq=1)
    assert ids(first) == ["d"]
    first.close()
    second.close()


@pytest.mark.parametrize("on", [True, False])
def test_pythons_collector_is_as_it_was_after_an_update_also_of_one_that_failed(
    engine: Engine, tmp_path: Path, on: bool
) -> None:
    index = engine(tmp_path / "index")
    was = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        index.update([prepared("a")], seq=1)
        assert gc.isenabled() == on
        with pytest.raises(ZeroDivisionError):
            index.update((prepared(str(1 // number)) for number in (1, 0)), seq=2)
        assert gc.isenabled() == on
    finally:
        (gc.enable if was else gc.disable)()


def test_a_failed_update_changes_nothing_and_leaves_the_lock_free(engine: Engine, tmp_path: Path) -> None:
    def documents() -> list[Prepared]:
        yield prepared("d")
        raise OSError(5, "Input/output error")

    opened = engine(tmp_path / "index", patience=0.2)
    opened.update([prepared("old")], seq=1)
    with pytest.raises(OSError, match="Input/output"):
        opened.update(documents(), seq=2)
    assert (ids(opened), opened.seq()) == (["old"], 1)
    opened.update([prepared("new")], seq=2)
    assert ids(opened) == ["new", "old"]
    opened.close()


WRITER = """
import sys
from pathlib import Path
from docscan.search.{module} import {name} as Engine
from docscan.search.prepared import Prepared
index = Engine(Path(sys.argv[1]))
seq = index.seq()
while True:
    seq += 1
    words = " ".join(f"w{{n * seq % 997}}" for n in range(300))
    made = [Prepared(f"d{{seq}}-{{n}}", (words,), "", (), "", "", {{}}, {{}}) for n in range(5)]
    index.update(made, seq=seq)
    print(seq, flush=True)
"""


@pytest.mark.parametrize("delay", [0.001, 0.013, 0.029])
def test_a_killed_writer_loses_no_commit(engine: Engine, tmp_path: Path, delay: float) -> None:
    source = WRITER.format(module=engine.__module__.rpartition(".")[2], name=engine.__name__)
    command = [sys.executable, "-c", source, str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = max(int(process.stdout.readline()) for _ in range(4))
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        last = max([last, *map(int, process.stdout.read().split())])
    opened = engine(tmp_path / "index", patience=0.2)
    assert opened.seq() >= last
    assert opened.count() == 5 * opened.seq()
    opened.update([], seq=opened.seq() + 1)
    assert opened.seq() > last
    opened.close()


def test_what_a_killed_commit_of_tantivy_left_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    def filled(folder: Path) -> TantivyIndex:
        made = TantivyIndex(folder)
        made.update([prepared(f"d{number}") for number in range(9)], seq=1)
        return made

    with contextlib.closing(filled(tmp_path / "other")) as other:
        other.update([], seq=2, removed=["d3"])
    stamps = {path.name.split(".")[1] for path in (tmp_path / "other").glob("*.del")}
    assert stamps
    folder = tmp_path / "index"
    with contextlib.closing(filled(folder)) as opened:
        segments = {path.stem for path in folder.glob("*.idx")}
        left = [f"{segment}.{stamp}.del" for segment in segments for stamp in stamps]
        managed = folder / ".managed.json"
        managed.write_text(json.dumps([*json.loads(managed.read_text()), *left]))
        for name in left:
            (folder / name).write_bytes(b"half a file")
        opened.update([], seq=2, removed=["d3"])
        assert (opened.seq(), opened.count()) == (2, 8)


def test_what_a_killed_maker_of_tantivy_left_is_part_of_the_index(tmp_path: Path) -> None:
    (tmp_path / ".tmpXLv4Rn").write_bytes(b"half a file")
    with contextlib.closing(TantivyIndex(tmp_path)) as opened:
        assert opened.count() == 0
    assert not (tmp_path / ".tmpXLv4Rn").exists()


# --- media that cannot be written --------------------------------------------------------------------------


def test_an_index_is_read_where_nothing_can_be_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "index"
    engine(folder).update([prepared("d", total=1)], seq=3)
    lock = folder / ".tantivy-meta.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()  # which is no file that could be opened for writing, not even by the superuser
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    before = sorted(folder.iterdir())
    reader = engine(folder)
    assert (reader.seq(), reader.count(), ids(reader)) == (3, 1, ["d"])
    assert reader.search(Question((Everything(),), order="total", facets=("kind",))).total == 1
    reader.close()
    assert sorted(folder.iterdir()) == before


# --- what is not ours, or no longer fits -------------------------------------------------------------------


def test_an_index_is_kept_when_opened_again(engine: Engine, tmp_path: Path) -> None:
    engine(tmp_path / "index").update([prepared("d")], seq=3)
    assert engine(tmp_path / "index").seq() == 3


def test_an_index_of_other_terms_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    engine(tmp_path / "index", terms="analysis 1").update([prepared("d")], seq=3)
    anew = engine(tmp_path / "index", terms="analysis 2")
    assert (anew.seq(), anew.count()) == (0, 0)


def test_an_index_that_is_a_link_to_another_archive_s_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    one, other = tmp_path / "one" / "index", tmp_path / "other" / "index"
    (tmp_path / "other").mkdir()
    index = engine(one / "g-1")
    index.update([prepared("d")], seq=3)
    index.close()
    other.symlink_to(one)
    linked = engine(other / "g-1")
    assert (linked.seq(), linked.count()) == (0, 0)
    linked.close()


def test_an_index_from_elsewhere_is_made_anew(engine: Engine, tmp_path: Path) -> None:
    engine(tmp_path / "index").update([prepared("d")], seq=3)
    shutil.copytree(tmp_path / "index", tmp_path / "copy")
    copied = engine(tmp_path / "copy")
    assert (copied.seq(), copied.count(), ids(copied)) == (0, 0, [])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves files open
@pytest.mark.parametrize(
    "pattern", ["*.seg", "*.toc", "*.term", "*.store", "meta.json", "columns.json", "numbers.json"]
)
def test_a_damaged_index_is_made_anew(engine: Engine, tmp_path: Path, pattern: str) -> None:
    engine(tmp_path / "index").update([prepared("d", total=1)], seq=3)
    damaged = list((tmp_path / "index").glob(pattern))
    for path in damaged:
        path.write_bytes(path.read_bytes()[:5])
    anew = engine(tmp_path / "index")
    assert (anew.seq(), anew.count()) == ((0, 0) if damaged else (3, 1))


@pytest.mark.parametrize("harm", ["renamed", "gone"])
def test_an_index_whose_columns_have_other_names_is_made_anew(
    engine: Engine, tmp_path: Path, harm: str
) -> None:
    engine(tmp_path / "index").update([prepared("d", total=1)], seq=3)
    (names,) = (path for path in (tmp_path / "index").glob("*.json") if b"total" in path.read_bytes())
    if harm == "gone":
        names.unlink()
    else:
        names.write_bytes(names.read_bytes().replace(b"total", b"tatol"))
    assert engine(tmp_path / "index").count() == 0


def test_damage_that_no_answer_stumbles_over_is_found_in_every_file_by_reading_all(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    opened = engine(folder)
    assert opened.intact()
    for turn in range(10):
        opened.update([prepared(f"d{turn}", f"text turn{turn}", total=turn), prepared("again")], seq=turn)
        assert opened.intact()
    files = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix not in (".json", ".lock") and path.stat().st_size
    ]
    for path in files:
        content = path.read_bytes()
        if content == b"9":  # the number of the outbox
            continue
        for at in (0, len(content) - 1):
            harmed = bytearray(content)
            harmed[at] ^= 4
            path.write_bytes(harmed)
            assert not opened.intact(), (path, at)
            path.write_bytes(content)
    assert opened.intact()
    opened.close()


def test_other_things_in_its_folder_are_left_alone(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("irreplaceable")
    engine(tmp_path).update([prepared("d")], seq=3)
    (tmp_path / "docscan.json").unlink()
    assert engine(tmp_path).count() == 0  # made anew
    assert (tmp_path / "thesis.txt").read_text() == "irreplaceable"


def test_an_index_that_cannot_be_made_is_said_in_a_sentence(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file")
    with pytest.raises(ArchiveError, match="cannot be made"):
        engine(tmp_path / "index")


def test_what_cannot_be_found_is_nothing(engine: Engine, tmp_path: Path) -> None:
    opened = engine(tmp_path / "index")
    plans: list[Plan] = [Everything(), Term("body", "text")]
    assert [opened.search(Question((plan,))).total for plan in plans] == [0, 0]
    opened.close()
