"""What `docscan search WORD` takes of the processor, from start to end, and what its answers alone take."""

import compileall
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from search_corpus import Paper, papers
from search_speed import MOST_WIDER, Bar, Sizes

import docscan
from docscan import archive as archives
from docscan.archive import Archive, ledger, tables
from docscan.archive.catalogue import Catalogue, Row, open_catalogue
from docscan.archive.event import Draft
from docscan.archive.recovery import taken_up
from docscan.cli.answering import Wanted, answered
from docscan.cli.querying import understood
from docscan.search import feed
from docscan.search.engines import Engine

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AGENT = "clerk"
ACT = 5000  # documents that are put in together
MOST = 100_000  # documents for which the bar is meant
WORDS = 12  # asked for, of all four languages
TURNS = 4  # of each of them

# The bar: twice what any command takes that is made with click, and what a person takes for at once.
TIMES = 2.0
MORE_MS = 100.0
CLICK = (sys.executable, "-c", "import click")
SEARCH = (sys.executable, "-c", "from docscan.cli import main; main()", "search")  # as the installed script


def command(folder: Path, sizes: Sizes) -> Iterator[Bar]:
    """Both engines, each in an archive of the size up to which it is to answer, or of 100,000 documents.

    The bar is for 100,000: so large an archive has tantivy. What Whoosh takes is printed beside it.
    """
    compileall.compile_dir(Path(docscan.__file__).parent, quiet=1)  # as an installation does
    os.environ["DOCSCAN_KEYS"] = str(folder / "keys")
    kept: dict[Engine, int] = {"tantivy": min(sizes.tantivy, MOST), "whoosh": sizes.whoosh}
    for engine, count in kept.items():
        root = folder / f"{engine}-command"
        filled(root, engine, count)
        times = _times_allowed(root)
        if engine == "tantivy":
            yield f"command at {count}, times allowed", times, times <= 1
        yield from _answers(root, f"{engine} answers at {count}", sizes)


def _times_allowed(root: Path) -> float:
    """The median of what a search takes, times what it is allowed to."""
    words = [paper.printed[0] for paper in papers(WORDS, rate=0)]
    click, search = [], []
    _spent(root, *SEARCH, words[0])  # what the disk keeps in memory
    for word in words * TURNS:
        click.append(_spent(root, *CLICK))
        search.append(_spent(root, *SEARCH, word))
    allowed = TIMES * statistics.median(click) + MORE_MS
    half, p95 = statistics.median(search), sorted(search)[int(len(search) * 0.95)]
    print(f"  import click {statistics.median(click):.0f} ms, so allowed {allowed:.0f} ms;", end=" ")
    print(f"search p50 {half:.0f} ms, {half / allowed:.2f} x that, p95 {p95:.0f} ms")
    return half / allowed


def _answers(root: Path, name: str, sizes: Sizes) -> Iterator[Bar]:
    """How much longer an answer with its passages takes where a word may be misread, too."""
    chance = random.Random(7)  # noqa: S311 - which words are asked
    sample = list(islice(papers(400, rate=0), 400))
    words = [
        next(filter(_long, chance.sample(one.printed, len(one.printed))))
        for one in chance.choices(sample, k=sizes.each)
    ]
    spent: dict[str, list[float]] = {"exactly": [], "misread too": []}
    with open_catalogue(archives.open_archive(root)) as catalogue:
        for turn in range(2):  # the first opens the files
            for word in words:
                for kind, typed in (("exactly", f'"{word}"'), ("misread too", word)):
                    start = time.process_time()
                    answered(catalogue, understood(catalogue, typed, NOW.date()), Wanted(limit=10))
                    spent[kind] += [1000 * (time.process_time() - start)] * turn
    p95 = {kind: sorted(times)[int(len(times) * 0.95)] for kind, times in spent.items()}
    for kind, times in spent.items():
        print(f"  a word {kind}: p50 {statistics.median(times):.1f} ms, p95 {p95[kind]:.1f} ms")
    wider = p95["misread too"] / p95["exactly"]
    yield f"{name}, misread too, times exactly", wider, wider <= MOST_WIDER


def _long(word: str) -> bool:
    return len(word) >= 5


def _spent(root: Path, *words: str) -> float:
    """Milliseconds of the processor that a command takes that is called in an archive's folder."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, cwd=root, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def filled(root: Path, engine: Engine, count: int) -> Archive:
    """An archive of invented documents: ledger, catalogue and index as of any other, only without objects."""
    made = archives.create(root, name="acme", language="en", now=NOW, agent=AGENT)
    waiting = iter(papers(count))
    with taken_up(made, now=NOW, agent=AGENT) as catalogue:
        while some := list(islice(waiting, ACT)):
            _put_in(catalogue, some)
    with open_catalogue(made) as catalogue:
        feed.remade(made, catalogue, engine)
    return made


def _put_in(catalogue: Catalogue, some: Sequence[Paper]) -> None:
    """Documents as the ledger tells them, and as the catalogue has them once it has read their objects."""
    named = {_id(paper): paper.document for paper in some}
    detail = {"document": 1, "pages": 1}
    drafts = [
        Draft("ingestion", object=one, object_version=1, detail={**detail, "accession": one}) for one in named
    ]
    events = ledger.append_all(catalogue.archive, drafts, now=NOW, agent=AGENT)
    catalogue.catch_up()
    rows, fields, pages, errands = [], [], [], []
    for happened, (one, found) in zip(events, named.items(), strict=True):
        said = found.fields
        row = Row(
            one, f"{happened.seq:064x}", 1, 1, found.kind, found.language, found.verdict, found.verdict,
            f"{found.id}.pdf", f"{found.added}T08:00:00Z", "application/pdf", 1, said["supplier_name"],
            said["supplier_tax_id"], "", said["invoice_number"], said["issue_date"], said["total"],
            said["currency"],
        )  # fmt: skip
        rows.append((*astuple(row), happened.seq))
        fields += [
            (one, at, name, value, value, 1.0, "valid", "page", 1, "null")
            for at, (name, value) in enumerate(said.items())
        ]
        pages += [(one, at, "text", 0.9, text) for at, text in enumerate(found.pages, 1)]
        errands.append((happened.seq, one, "add"))
    with tables.immediate(catalogue.db):
        _insert(catalogue, "record", rows, (*Row.__slots__, "seq"))
        _insert(catalogue, "field", fields)
        _insert(catalogue, "page", pages)
        _insert(catalogue, "outbox", errands)


def _insert(
    catalogue: Catalogue, table: str, rows: Sequence[tuple[object, ...]], columns: Iterable[str] = ()
) -> None:
    into = f"{table} ({', '.join(columns)})" if columns else table
    places = ", ".join("?" * len(rows[0]))
    catalogue.db.conn.executemany(f"INSERT INTO {into} VALUES ({places})", rows)  # noqa: S608 - own names


def _id(paper: Paper) -> str:
    return str(UUID(int=random.Random(paper.document.id).getrandbits(128), version=4))  # noqa: S311 - a name
