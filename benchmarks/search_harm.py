"""Killed again and again while it indexes, and on a disk that is full: the index stays whole."""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from search_speed import Bar, Sizes

from docscan.errors import ArchiveError
from docscan.search import Index, Prepared, Question
from docscan.search.plan import Everything, Term
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

ENGINES: tuple[type[WhooshIndex] | type[TantivyIndex], ...] = (WhooshIndex, TantivyIndex)
A_COMMIT = 20  # documents
OPENING_S = 0.05  # longer than an index takes to be opened or made
TMPFS_MB = 24

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from search_harm import made
from docscan.search.{module} import {name} as Engine
print(0, flush=True)
index = Engine(Path(sys.argv[1]))
seq = index.seq()
while True:
    seq += 1
    index.update(made(seq), seq=seq)
    print(seq, flush=True)
"""


def made(seq: int) -> list[Prepared]:
    """The documents of one commit, always the same; every third one changes those of the one before."""
    chance = random.Random(seq)  # noqa: S311 - invented documents
    number = seq if seq % 3 else seq - 1
    return [
        Prepared(
            f"d{number}-{place}",
            (" ".join(f"w{chance.randrange(3000)}" for _ in range(150)), f"seq{seq}"),
            "", (), "", "", {"total": chance.randrange(1000)}, {"kind": str(seq % 4)},
        )
        for place in range(A_COMMIT)
    ]  # fmt: skip


def kills(folder: Path, sizes: Sizes) -> Iterator[Bar]:
    for engine in ENGINES:
        where, wrong, last = folder / f"{engine.__name__}-killed", 0, 0
        chance = random.Random(1)  # noqa: S311 - when to kill
        for turn in range(sizes.killed):
            acknowledged = killed(engine, where, chance)
            index = engine(where)
            kept = index.seq()
            wrong += kept < max(acknowledged, last)
            last = kept
            if turn % 10 == 9 or turn == sizes.killed - 1:
                wrong += not same(engine, folder / "again", index)
                print(
                    f"  {engine.__name__}: {turn + 1} kills, {index.seq()} commits, {wrong} wrong", flush=True
                )
            index.close()
        wrong += made_and_killed(engine, folder, sizes.killed // 5)
        yield f"{engine.__name__} wrong after {sizes.killed} kills", wrong, wrong == 0


def killed(engine: type[WhooshIndex] | type[TantivyIndex], where: Path, chance: random.Random) -> int:
    """Start a writer and kill it; the last commit that it acknowledged.

    One in three is killed while it opens the index or makes it, the others while they write.
    """
    source = WRITER.format(
        here=str(Path(__file__).parent), module=engine.__module__.rpartition(".")[2], name=engine.__name__
    )
    with subprocess.Popen(
        [sys.executable, "-c", source, where], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        last = int(process.stdout.readline())
        opening = chance.random() < 1 / 3
        if not opening:
            last = int(process.stdout.readline())
        time.sleep(chance.random() * (OPENING_S if opening else 0.1))
        process.send_signal(signal.SIGKILL)
        return max([last, *map(int, process.stdout.read().split())])


def made_and_killed(engine: type[WhooshIndex] | type[TantivyIndex], folder: Path, turns: int) -> int:
    """How often an index could not be opened whose maker was killed: of so many, each made anew."""
    chance = random.Random(2)  # noqa: S311 - when to kill
    wrong = 0
    for turn in range(turns):
        where = folder / f"{engine.__name__}-made-{turn}"
        acknowledged = killed(engine, where, chance)
        index = engine(where)
        wrong += index.seq() < acknowledged or not same(engine, folder / "again", index)
        index.update(made(index.seq() + 1), seq=index.seq() + 1)
        wrong += not same(engine, folder / "again", index)
        index.close()
        shutil.rmtree(where)
    return wrong


def same(engine: type[WhooshIndex] | type[TantivyIndex], again: Path, index: Index) -> bool:
    """Whether an index made at once from the same commits answers alike."""
    shutil.rmtree(again, ignore_errors=True)
    other = engine(again)
    documents = {document.id: document for seq in range(1, index.seq() + 1) for document in made(seq)}
    other.update(documents.values(), seq=index.seq())
    questions = [Question((Everything(),), 10**6, facets=("kind",), order="total")]
    questions += [
        Question((Term("body", f"w{number}"),), 10**6, order="total") for number in range(0, 3000, 150)
    ]
    equal = all(index.search(question) == other.search(question) for question in questions)
    other.close()
    return equal


def disk(folder: Path, _: Sizes) -> Iterator[Bar]:
    """Fill a small disk; where none can be mounted, say so."""
    small = folder / "small"
    small.mkdir()
    options = f"size={TMPFS_MB}m"
    mount = ["mount", "-t", "tmpfs", "-o", options, "docscan", str(small)]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        print("no small disk can be mounted here: left out")
        return
    try:
        for engine in ENGINES:
            wrong, failed = filled(engine, small / engine.__name__, small / "ballast")
            print(f"  {engine.__name__}: {failed} updates failed, {wrong} wrong", flush=True)
            yield f"{engine.__name__} wrong on a full disk", wrong, wrong == 0 and failed > 0
    finally:
        subprocess.run(["umount", str(small)], check=False)  # noqa: S607 - the system's


def filled(engine: type[WhooshIndex] | type[TantivyIndex], where: Path, ballast: Path) -> tuple[int, int]:
    """How many answers were wrong, and how many updates failed, while the disk was full by and by."""
    index, wrong, failed, done = engine(where, patience=1), 0, 0, 0
    for seq in range(1, 21):
        index.update(made(seq), seq=seq)
        done = seq
    for left in (4000, 2000, 1000, 600, 300, 150, 80, 40, 20, 8, 0):
        fill_up(ballast, left)
        before = index.search(Question((Everything(),), 10**6, order="total"))
        try:
            index.update(made(done + 1), seq=done + 1)
            done += 1
        except ArchiveError:
            failed += 1
            wrong += index.search(Question((Everything(),), 10**6, order="total")) != before
        wrong += index.seq() != done
        ballast.unlink()
    index.update(made(done + 1), seq=done + 1)
    wrong += index.seq() != done + 1
    index.close()
    return wrong, failed


def fill_up(ballast: Path, left: int) -> None:
    """Leave so many kilobytes of the disk."""
    free = shutil.disk_usage(ballast.parent).free
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        for _ in range(max(0, free // 1024 - left)):
            file.write(b"\0" * 1024)
