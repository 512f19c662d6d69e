"""Random documents and plans: both engines and a naive evaluator find the same."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))  # the naive evaluator is the tests' own

import naive_search as naive
from search_speed import Bar, Sizes

from docscan.search import Prepared, Question
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

ROUNDS = 20  # each an index of its own, with several commits


def differential(folder: Path, sizes: Sizes) -> Iterator[Bar]:
    each = max(1, sizes.random // ROUNDS)
    differing = asked = documents = 0
    for seed in range(ROUNDS):
        chance = random.Random(seed)  # noqa: S311 - invented documents
        known = [naive.word(chance) for _ in range(60)]
        engines = WhooshIndex(folder / f"w{seed}"), TantivyIndex(folder / f"t{seed}")
        kept: dict[str, Prepared] = {}
        for seq in range(1, 6):
            fresh = [naive.document(chance, f"d{chance.randrange(10**6)}", known) for _ in range(each // 5)]
            fresh = list({document.id: document for document in fresh}.values())
            again = [naive.document(chance, key, known) for key in list(kept)[: each // 50]]
            gone = set(list(kept)[-(each // 50) :]) - {document.id for document in (*fresh, *again)}
            for engine in engines:
                engine.update([*fresh, *again], seq=seq, removed=gone)
            kept = {key: doc for key, doc in kept.items() if key not in gone}
            kept |= {document.id: document for document in (*fresh, *again)}
            documents += len(fresh) + len(again)
        for _ in range(each):
            plan = naive.plan(chance, known)
            expected = naive.ids(plan, kept.values())
            for engine in engines:
                hits = engine.search(Question((plan,), len(kept) + 1))
                asked += 1
                if {hit.id for hit in hits.hits} != expected or hits.total != len(expected):
                    differing += 1
                    print(type(engine).__name__, plan, flush=True)
        for engine in engines:
            engine.close()
        print(f"  {documents} documents, {asked} answers, {differing} differ", flush=True)
    yield "answers that differ", differing, differing == 0
