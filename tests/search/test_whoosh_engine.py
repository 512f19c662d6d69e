"""The Whoosh index: the guards against what is known to break in Whoosh."""

import contextlib
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.index import TOC

from docscan.errors import ArchiveError
from docscan.search import whoosh_storage
from docscan.search.index import Question
from docscan.search.plan import Term
from docscan.search.prepared import Prepared
from docscan.search.whoosh_engine import WhooshIndex
from docscan.search.whoosh_postings import listed, packed, unpacked
from docscan.search.whoosh_schema import schema


def document(key: str, text: str) -> Prepared:
    return Prepared(key, (text,), "", (), "", "", {}, {})


def ids(index: WhooshIndex, word: str) -> list[str]:
    return [hit.id for hit in index.search(Question((Term("body", word),), 100)).hits]


@given(st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**40))))
def test_numbers_are_read_as_they_were_written(numbers: list[int]) -> None:
    assert unpacked(packed(numbers)).tolist() == listed(packed(numbers)) == numbers


def test_a_commit_is_synced_before_it_is_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = WhooshIndex(tmp_path / "index")
    steps: list[str] = []
    sync, rename = whoosh_storage.sync, os.rename
    monkeypatch.setattr(whoosh_storage, "sync", lambda path: (steps.append(Path(path).suffix), sync(path))[1])
    monkeypatch.setattr(os, "rename", lambda old, new: (steps.append("rename"), rename(old, new))[1])
    opened.update([document("d", "text")], seq=1)
    published = steps.index("rename")
    assert ".seg" in steps[:published]
    assert "" in steps[published:]  # the folder


def test_the_number_is_published_with_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = WhooshIndex(tmp_path / "index")
    opened.update([document("d", "old")], seq=4)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:  # at the last moment: the number lies there already
        patched.setattr(TOC, "write", full)
        with pytest.raises(ArchiveError, match="No space left"):
            opened.update([document("e", "new")], seq=5)
    assert opened.seq() == 4


class FullDisk(whoosh_storage.DurableFileStorage):
    """Fails at the n-th file it is asked to make or rename."""

    left = 10**9

    def _spend(self) -> None:
        type(self).left -= 1
        if type(self).left <= 0:
            raise OSError(28, "No space left on device")

    def create_file(self, name: str, *args: Any, **kwargs: Any) -> Any:
        self._spend()
        return super().create_file(name, *args, **kwargs)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        self._spend()
        super().rename_file(oldname, newname, safe=safe)


def test_a_full_disk_leaves_the_last_commit_and_a_free_lock(tmp_path: Path) -> None:
    FullDisk.left = 10**9
    folder = tmp_path / "index"
    opened = WhooshIndex(folder, storage=FullDisk(str(folder)), patience=0.2)
    opened.update([document("old", "text")], seq=1)
    failed = 0
    for step in range(1, 40):
        FullDisk.left = step
        with contextlib.suppress(ArchiveError):
            opened.update([document("new", "text")], seq=2, removed=["old"])
            break
        failed += 1
        other = WhooshIndex(folder, patience=0.2)
        assert (ids(other, "text"), other.seq()) == (["old"], 1)
        other.close()
    FullDisk.left = 10**9
    assert failed >= 5
    assert (ids(opened, "text"), opened.seq()) == (["new"], 2)
    opened.close()


class Evil:
    """Runs a program when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.marker,)


def test_an_index_from_elsewhere_is_never_unpickled(tmp_path: Path) -> None:
    marker, folder = tmp_path / "marker", tmp_path / "copy"
    opened = WhooshIndex(tmp_path / "index")
    opened.update([document("d", "text")], seq=3)
    opened.close()
    shutil.copytree(tmp_path / "index", folder)
    TOC(schema(()), [Evil(marker)], 9).write(
        whoosh_storage.DurableFileStorage(str(folder)), whoosh_storage.NAME
    )
    copied = WhooshIndex(folder)
    assert (copied.seq(), copied.count()) == (0, 0)
    assert not marker.exists()
    pickle.loads(pickle.dumps(Evil(marker)))  # noqa: S301 - shows that the trap was a trap
    assert marker.exists()
