"""The Whoosh index: right answers, and whole after everything that can go wrong."""

import contextlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import TOC

from docscan import search
from docscan.errors import ArchiveBusyError, ArchiveError
from docscan.search import IndexDocument, analysis, whoosh_storage
from docscan.search.analysis import fold, terms, wordings
from docscan.search.nodes import And, Leaf, Node, Not, Or, Prefix, Range
from docscan.search.query import KEYWORDS, parse
from docscan.search.ranges import number
from docscan.search.spelling import similar
from docscan.search.whoosh_engine import WhooshIndex
from docscan.search.whoosh_schema import schema


def document(key: str, *pages: str, **fields: str) -> IndexDocument:
    return IndexDocument(key, "invoice", "de", "2026-11-02", "accepted", fields, pages)


def ids(index: search.Index, query: str) -> list[str]:
    return [hit.id for hit in index.search(parse(query), limit=100).hits]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[search.Index]:
    opened = search.open_index(tmp_path / "index")
    yield opened
    opened.close()


# --- the same answers as a naive evaluator -----------------------------------------------------------------


def finds(node: Node, doc: IndexDocument) -> bool:
    """Whether a document is found exactly, without any index."""
    if isinstance(node, And):
        return all(finds(part, doc) for part in node.nodes)
    if isinstance(node, Or):
        return any(finds(part, doc) for part in node.nodes)
    if isinstance(node, Not):
        return not finds(node.node, doc)
    return finds_leaf(node, doc)


def finds_leaf(leaf: Leaf, doc: IndexDocument) -> bool:
    if isinstance(leaf, Range):
        written = doc.added if leaf.field == "added" else doc.fields.get(leaf.field, "")
        value = number(leaf.field, written)
        low = leaf.low if leaf.low is not None else -(10**18)
        high = leaf.high if leaf.high is not None else 10**18
        return value is not None and low <= value <= high
    if leaf.field in KEYWORDS:
        known, wanted = fold(getattr(doc, leaf.field)), fold(leaf.text)
        return known.startswith(wanted) if isinstance(leaf, Prefix) else known == wanted
    texts = (doc.fields.get(leaf.field, ""),) if leaf.field else (*doc.pages, *doc.fields.values())
    placed = terms(texts)
    if isinstance(leaf, Prefix):
        return any(term.startswith(fold(leaf.text)) for term in placed)
    return any(stands(wording, placed) for wording in wordings(leaf.text))


def stands(wording: tuple[str, ...], placed: dict[str, list[int]]) -> bool:
    return any(
        all(at + step in placed.get(term, ()) for step, term in enumerate(wording))
        for at in placed.get(wording[0], ())
    )


WORDS = [
    "summe",
    "sunme",
    "surnme",
    "rechnung",
    "Łódź",
    "a-b",
    "a b",
    "ab",
    "F-1/2",
    "f12",
    "12",
    "l2",
    "1.234,56",
    "-",
]
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
some_fields = st.fixed_dictionaries(
    {},
    optional={
        "supplier_name": texts,
        "invoice_number": st.sampled_from(["F-1/2", "12", "ab"]),
        "total": st.sampled_from(["-5.00", "0.00", "12.00", "1234.56", "unread"]),
        "issue_date": st.sampled_from(["2026-01-31", "2026-02-01", "2025-12-31", ""]),
    },
)
documents = st.builds(
    IndexDocument,
    id=st.sampled_from(["k1", "k2", "k3", "k4", "k5", "k6"]),
    kind=st.sampled_from(["invoice", "credit-note"]),
    language=st.sampled_from(["es", "pl", ""]),
    added=st.sampled_from(["2026-11-02", "2026-10-31"]),
    verdict=st.sampled_from(["accepted", "review"]),
    fields=some_fields,
    pages=st.lists(texts, max_size=2).map(tuple),
)
removals = st.sets(st.sampled_from(["k1", "k2"]))
leaves = st.sampled_from(
    [word for word in WORDS if fold(word)]
    + [
        '"a b"',
        '"b a"',
        '"ab 12"',
        '"summe summe"',
        "su*",
        "f*",
        "1*",
        "kind:credit-note",
        "language:pl",
        "is:review",
        "id:k1",
        "id:k*",
        "supplier_name:summe",
        'supplier_name:"a b"',
        "supplier_name:r*",
        "invoice_number:F12",
        "total:<0",
        "total:0",
        "total:>=12",
        "total:12..1234,56",
        "issue_date:2026",
        "issue_date:..2026-01",
        "added:2026-11",
    ]
)
queries = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map("-({})".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
    ),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(documents, max_size=5), st.sets(st.sampled_from(["k1", "k2"]))),
        min_size=1,
        max_size=4,
    ),
    st.lists(queries, min_size=12, max_size=12),
)
def test_exact_hits_are_those_of_a_naive_evaluator(
    tmp_path_factory: pytest.TempPathFactory,
    commits: list[tuple[list[IndexDocument], set[str]]],
    asked: list[str],
) -> None:
    with contextlib.closing(WhooshIndex(tmp_path_factory.mktemp("naive") / "index")) as opened:
        agree(opened, commits, asked)


def agree(opened: WhooshIndex, commits: list[tuple[list[IndexDocument], set[str]]], asked: list[str]) -> None:
    """Make the commits, ask the queries, and compare each answer."""
    kept: dict[str, IndexDocument] = {}
    for seq, (added, removed) in enumerate(commits, start=1):
        gone = removed - {doc.id for doc in added}
        opened.update(added, seq=seq, removed=gone, wiped=seq % 2 == 0)
        kept = {key: doc for key, doc in kept.items() if key not in gone} | {doc.id: doc for doc in added}
    assert (opened.seq(), opened.count()) == (len(commits), len(kept))
    for query in map(parse, asked):
        hits = opened.search(query, limit=100)
        expected = {key for key, doc in kept.items() if finds(query, doc)}
        assert {hit.id for hit in hits.hits if hit.score >= 1} == expected, str(query)
        assert hits.exact == len(expected)
        assert hits.total == len(hits.hits) == len({hit.id for hit in hits.hits})
        scores = [hit.score for hit in hits.hits]
        assert scores == sorted(scores, reverse=True)


@settings(max_examples=200)
@given(st.text("abcilmnor01", min_size=4, max_size=7), st.text("abcilmnor01", min_size=4, max_size=7))
def test_being_another_spelling_is_mutual(one: str, other: str) -> None:
    if len(one) >= 5 and len(other) >= 5 and (one.isalpha() and other.isalpha()):
        assert similar(one)(other) == similar(other)(one)


def test_the_first_document_is_left_out_as_well(index: search.Index) -> None:
    index.update([document("a", "summe"), document("b", "summe rechnung")], seq=1)
    assert ids(index, "rechnung -summe") == []


def test_of_what_is_wiped_no_word_stays_in_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with contextlib.closing(WhooshIndex(folder)) as opened:
        for seq in range(1, 8):  # several segments, some of them merged
            opened.update([document(f"d{seq}", f"marker{seq}qz summe")], seq=seq)
        opened.update([document("d2", "marker2changed summe")], seq=8)  # leaves its old words behind a mark
        held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"marker2qz" in held
        assert b"marker5qz" in held
        opened.update([], seq=9, removed=["d5"], wiped=True)
        held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"marker5qz" not in held
        assert b"marker2qz" not in held
        assert all(f"marker{seq}qz".encode() in held for seq in (1, 3, 4, 6, 7))
        assert (opened.count(), opened.seq()) == (6, 9)
        assert opened.search(parse("summe"), limit=10).total == 6
        opened.update([], seq=10, removed=[f"d{seq}" for seq in range(1, 8)], wiped=True)
        held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        assert b"marker" not in held
        assert opened.count() == 0


# --- misreadings -------------------------------------------------------------------------------------------


def test_misread_words_are_found_after_those_as_typed_and_named(index: search.Index) -> None:
    index.update(
        [
            document("worse", "T0TAL totai totai totai"),
            document("typed", "total " + "x " * 200),
            document("other", "tonal"),
        ],
        seq=1,
    )
    hits = index.search(parse("total"), limit=10)
    assert hits.hits[0].id == "typed"
    assert (hits.total, hits.exact) == (3, 1)
    assert set(hits.also) == {"t0tal", "totai", "tonal"}


@pytest.mark.parametrize(
    ("printed", "asked", "found"),
    [
        ("Rechnung", "rechnumg", True),
        ("Rechnung", "rehcnung", True),
        ("Rechnung", '"rechnumg"', False),
        ("Rechnung", "rehcnumg", False),
        ("B-l2345674", "B12345674", True),
        ("B-22345674", "B12345674", False),
        ("1.234,56", "1.234,58", False),
        ("rot", "rat", False),
        ("Acrnes GmbH", "acmes", True),
        ("Acmes GmbH", "acrnes", True),
        ("Acrne GmbH", "acme", False),
    ],
)
def test_a_misreading(index: search.Index, printed: str, asked: str, found: bool) -> None:
    index.update([document("d", printed)], seq=1)
    assert bool(ids(index, asked)) == found


def test_nothing_is_left_out_because_of_a_misreading(index: search.Index) -> None:
    index.update([document("d", "T0TAL")], seq=1)
    assert ids(index, "-total") == ["d"]


def test_pages_of_hits_follow_one_another_without_gap(index: search.Index) -> None:
    index.update(
        [document(f"t{n}", "total") for n in range(5)] + [document(f"m{n}", "totai") for n in range(5)], seq=1
    )
    whole = index.search(parse("total"), limit=10)
    parts = [index.search(parse("total"), limit=3, offset=at) for at in (0, 3, 6, 9, 12)]
    assert [hit.id for part in parts for hit in part.hits] == [hit.id for hit in whole.hits]
    assert {part.total for part in parts} == {10}
    assert {hit.id[0] for hit in whole.hits[:5]} == {"t"}


# --- commits, readers, durability --------------------------------------------------------------------------


def test_an_open_reader_sees_the_newest_commit_and_nothing_deleted(tmp_path: Path) -> None:
    writer, reader = WhooshIndex(tmp_path / "index"), WhooshIndex(tmp_path / "index")
    for turn in range(12):
        writer.update(
            [document("always", f"turn{turn}"), document(f"d{turn}", "text")],
            seq=turn,
            removed=[f"d{turn - 1}"],
        )
        assert ids(reader, "text") == [f"d{turn}"]
        assert ids(reader, f"turn{turn - 1}xx OR turn{turn}") == ["always"]
    assert reader.count() == 2
    writer.close()
    reader.close()


def test_commits_leak_no_open_files(tmp_path: Path) -> None:
    opened = WhooshIndex(tmp_path / "index")
    counts = []
    for turn in range(12):
        opened.update([document(f"d{turn}", "text")], seq=turn)
        assert len(ids(opened, "text")) == turn + 1
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
    assert max(counts[6:]) <= max(counts[:6]) + 2
    opened.close()


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


def test_a_second_writer_waits_and_then_says_so(tmp_path: Path) -> None:
    first, second = WhooshIndex(tmp_path / "index"), WhooshIndex(tmp_path / "index", patience=0.2)
    with first._locked(), pytest.raises(ArchiveBusyError, match="Another run"):
        second.update([document("d", "text")], seq=1)
    second.update([document("d", "text")], seq=1)
    assert ids(first, "text") == ["d"]
    first.close()
    second.close()


WRITER = """
import sys
from pathlib import Path
from docscan.search import IndexDocument, open_index
index = open_index(Path(sys.argv[1]))
seq = index.seq()
while True:
    seq += 1
    pages = (" ".join(f"w{n * seq % 997}" for n in range(300)),)
    index.update([IndexDocument(f"d{seq}-{n}", "", "", "", "", {}, pages) for n in range(5)], seq=seq)
    print(seq, flush=True)
"""


def test_a_killed_writer_loses_no_commit(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "index")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = max(int(process.stdout.readline()) for _ in range(5))
        time.sleep(0.013)
        process.send_signal(signal.SIGKILL)
        last = max([last, *map(int, process.stdout.read().split())])
    opened = WhooshIndex(tmp_path / "index", patience=0.2)
    assert opened.seq() >= last
    assert opened.count() == 5 * opened.seq()
    opened.update([], seq=opened.seq() + 1)
    assert opened.seq() > last
    opened.close()


# --- what is not ours --------------------------------------------------------------------------------------


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
    TOC(schema(), [Evil(marker)], 9).write(
        whoosh_storage.DurableFileStorage(str(folder)), whoosh_storage.NAME
    )
    copied = WhooshIndex(folder)
    assert (copied.seq(), copied.count()) == (0, 0)
    assert not marker.exists()
    pickle.loads(pickle.dumps(Evil(marker)))  # noqa: S301 - shows that the trap was a trap
    assert marker.exists()


def test_an_index_is_kept_when_opened_again(tmp_path: Path) -> None:
    WhooshIndex(tmp_path / "index").update([document("d", "text")], seq=3)
    assert WhooshIndex(tmp_path / "index").seq() == 3


def test_an_index_of_another_analysis_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WhooshIndex(tmp_path / "index").update([document("d", "text")], seq=3)
    monkeypatch.setattr(analysis, "VERSION", analysis.VERSION + 1)
    anew = WhooshIndex(tmp_path / "index")
    assert (anew.seq(), anew.count()) == (0, 0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whoosh leaves it open
@pytest.mark.parametrize("pattern", ["*.seg", "*.toc"])
def test_a_damaged_index_is_made_anew(tmp_path: Path, pattern: str) -> None:
    WhooshIndex(tmp_path / "index").update([document("d", "text")], seq=3)
    for path in (tmp_path / "index").glob(pattern):
        path.write_bytes(path.read_bytes()[:20])
    anew = WhooshIndex(tmp_path / "index")
    assert (anew.seq(), anew.count()) == (0, 0)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(ArchiveError, match="no search index"):
        WhooshIndex(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "irreplaceable"
