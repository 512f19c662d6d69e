"""How fast documents are indexed and found, measured against SQLite's FTS5 on the same texts.

    benchmarks/search.py [--quick]

Makes its own documents: four languages, invented words, two misread signs in
a hundred. FTS5 indexes folded text, so that both find the same words.
"""

import argparse
import random
import shutil
import sqlite3
import statistics
import string
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docscan import search
from docscan.search import IndexDocument
from docscan.search.analysis import chunks, fold

LETTERS = {"es": "áéíñó", "pl": "ąęłńóśżź", "de": "äöüß", "en": ""}
CONFUSED = {"o": "0", "l": "1", "i": "l", "s": "5", "b": "8", "e": "c", "u": "n", "m": "rn"}
BATCH = 500

# The bars: what an archive's reader bears, with room for a busy machine.
LEAST_DOCS_A_SECOND = 40.0
MOST_P95_MS = {"term": 150.0, "phrase": 300.0, "prefix": 300.0, "misread": 400.0, "range": 100.0}
LEAST_RECALL = 0.95


@dataclass(frozen=True)
class Question:
    """One query for both engines: docscan's and FTS5's (match or SQL condition)."""

    kind: str
    ours: str
    match: str
    where: str = ""


def vocabulary(chance: random.Random, language: str, size: int = 8000) -> list[str]:
    signs = string.ascii_lowercase + LETTERS[language] * 2
    return ["".join(chance.choices(signs, k=chance.randint(3, 11))) for _ in range(size)]


def misread(chance: random.Random, word: str, rate: float = 0.02) -> str:
    return "".join(
        CONFUSED.get(sign, chance.choice(string.ascii_lowercase)) if chance.random() < rate else sign
        for sign in word
    )


def make(chance: random.Random, count: int) -> tuple[list[IndexDocument], list[str]]:
    """Documents as read, and the words that were printed on each."""
    words = {language: vocabulary(chance, language) for language in LETTERS}
    weights = [1 / (rank + 3) ** 1.07 for rank in range(8000)]
    documents, printed = [], []
    for number in range(count):
        language = chance.choice(list(LETTERS))
        text = chance.choices(words[language], weights, k=200)
        day = f"{chance.randint(2015, 2026)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        fields = {
            "invoice_number": f"F-{chance.randint(2015, 2026)}/{number:05d}",
            "issue_date": day,
            "total": f"{chance.lognormvariate(6, 1.5):.2f}",
        }
        page = " ".join(misread(chance, word) for word in text)
        documents.append(IndexDocument(f"d{number}", "invoice", language, day, "accepted", fields, (page,)))
        printed.append(" ".join(text))
    return documents, printed


def folded(document: IndexDocument) -> str:
    return " ".join(part for page in document.pages for chunk in chunks(page) for part in chunk.parts)


def questions(chance: random.Random, printed: Sequence[str], count: int) -> list[Question]:
    made: list[Question] = []
    for _ in range(count):
        words = chance.choice(printed).split()
        at = chance.randrange(len(words) - 1)
        word = next(found for found in chance.sample(words, len(words)) if len(fold(found)) >= 6)
        one, two = fold(words[at]), fold(words[at + 1])
        year = chance.randint(2015, 2026)
        days = f"day BETWEEN {year}0301 AND {year}0531"
        made += [
            Question("term", f'"{word}"', f'"{fold(word)}"'),
            Question("phrase", f'"{words[at]} {words[at + 1]}"', f'"{one} {two}"'),
            Question("prefix", f"{fold(word)[:3]}*", f"{fold(word)[:3]}*"),
            Question("misread", word, f'"{fold(word)}"'),
            Question("range", f"issue_date:{year}-03..{year}-05", "", days),
        ]
    return made


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    start = time.process_time()
    act()
    return (time.process_time() - start) * 1000


def fill_ours(folder: Path, documents: Sequence[IndexDocument]) -> search.Index:
    index = search.open_index(folder)
    for start in range(0, len(documents), BATCH):
        index.update(documents[start : start + BATCH], seq=start + 1)
    return index


def fill_fts(path: Path, documents: Sequence[IndexDocument]) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.execute("CREATE VIRTUAL TABLE words USING fts5(body, tokenize='unicode61', content='')")
    database.execute("CREATE TABLE facts (id INTEGER PRIMARY KEY, day INTEGER)")
    database.execute("CREATE INDEX days ON facts (day)")
    for start in range(0, len(documents), BATCH):
        with database:
            for number, document in enumerate(documents[start : start + BATCH], start=start):
                database.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (number, folded(document)))
                database.execute("INSERT INTO facts VALUES (?, ?)", (number, document.added.replace("-", "")))
    return database


def ask_fts(database: sqlite3.Connection, question: Question) -> int:
    """Ten ids and the total, as ours."""
    if question.where:
        rows = f"FROM facts WHERE {question.where}"
        values: tuple[str, ...] = ()
    else:
        rows, values = "FROM words WHERE words MATCH ?", (question.match,)
    order = "" if question.where else "ORDER BY rank"
    database.execute(f"SELECT rowid {rows} {order} LIMIT 10", values).fetchall()
    return int(database.execute(f"SELECT count(*) {rows}", values).fetchone()[0])


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def recall(index: search.Index, printed: Sequence[str], asked: Sequence[Question]) -> tuple[float, float]:
    """The share of documents with a printed word that are found: as typed, and with misreadings."""
    exact = wide = all_of_them = 0
    for question in asked:
        expected = {f"d{number}" for number, text in enumerate(printed) if question.ours in text.split()}
        hits = index.search(search.parse(question.ours), limit=len(printed))
        all_of_them += len(expected)
        exact += len(expected & {hit.id for hit in hits.hits if hit.score >= 1})
        wide += len(expected & {hit.id for hit in hits.hits})
    return exact / all_of_them, wide / all_of_them


def latencies(
    index: search.Index, database: sqlite3.Connection, asked: Sequence[Question]
) -> dict[str, tuple[list[float], list[float]]]:
    found: dict[str, tuple[list[float], list[float]]] = {kind: ([], []) for kind in MOST_P95_MS}
    index.search(search.parse(asked[0].ours), limit=10)  # opens the files
    for question in asked:
        node = search.parse(question.ours)
        ours, theirs = found[question.kind]
        ours.append(timed(lambda node=node: index.search(node, limit=10)))  # type: ignore[misc]
        theirs.append(timed(lambda question=question: ask_fts(database, question)))  # type: ignore[misc]
        if question.kind in ("term", "phrase", "range"):
            ours_found, theirs_found = index.search(node, limit=10).exact, ask_fts(database, question)
            if ours_found != theirs_found:
                sys.exit(f"{question.ours}: {ours_found} documents, FTS5 {theirs_found}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 documents instead of 10,000")
    quick = parser.parse_args().quick
    count, each = (1000, 25) if quick else (10000, 60)
    chance = random.Random(20261121)  # noqa: S311 - invented words
    documents, printed = make(chance, count)
    asked = questions(chance, printed, each)
    folder = Path(tempfile.mkdtemp(prefix="docscan-search-"))
    try:
        return report(folder, documents, printed, asked)
    finally:
        shutil.rmtree(folder)


def report(
    folder: Path, documents: Sequence[IndexDocument], printed: Sequence[str], asked: Sequence[Question]
) -> int:
    start = time.process_time()
    index = fill_ours(folder / "index", documents)
    ours_rate = len(documents) / (time.process_time() - start)
    start = time.process_time()
    database = fill_fts(folder / "fts.db", documents)
    fts_rate = len(documents) / (time.process_time() - start)
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    text = sum(len(page.encode()) for document in documents for page in document.pages)
    print(f"{len(documents)} documents; processor time of one core")
    print(f"indexing  {ours_rate:8.0f} docs/s, FTS5 {fts_rate:.0f}; index {size / text:.1f} x the text")
    found = latencies(index, database, asked)
    ratios, failed = [], ours_rate < LEAST_DOCS_A_SECOND
    for kind, (ours, theirs) in found.items():
        p95, ratio = percentile(ours, 0.95), statistics.mean(ours) / max(statistics.mean(theirs), 0.001)
        print(f"{kind:9} p50 {statistics.median(ours):7.2f} ms  p95 {p95:7.2f} ms   FTS5 p95 "
              f"{percentile(theirs, 0.95):6.2f} ms")  # fmt: skip
        ratios.append(f"{kind} {ratio:.1f}")
        failed |= p95 > MOST_P95_MS[kind]
    exact, wide = recall(index, printed, [question for question in asked if question.kind == "misread"])
    print(f"recall    {exact:.1%} as typed, {wide:.1%} with misreadings, at 2 % misread signs")
    index.close()
    database.close()
    failed |= wide < LEAST_RECALL
    print(f"time / FTS5's: indexing {fts_rate / ours_rate:.1f}, {', '.join(ratios)}; "
          f"missed words: 1/{(1 - exact) / max(1 - wide, 1e-9):.1f} of exact search")  # fmt: skip
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
