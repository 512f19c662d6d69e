"""Every engine finds what a naive evaluator finds, in the order and the numbers that were asked for."""

import contextlib
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import naive_search as naive
import pytest

from docscan.search.index import MOST_VALUES, SCORED, Hits, Index, Question
from docscan.search.plan import (
    All,
    Among,
    Any,
    Between,
    Everything,
    Near,
    Plan,
    Sequence,
    Similar,
    Starts,
    Term,
    Without,
)
from docscan.search.prepared import Prepared
from docscan.search.tantivy_engine import TantivyIndex
from docscan.search.whoosh_engine import WhooshIndex

Opener = Callable[[Path], Index]
ENGINES: dict[str, Opener] = {"whoosh": WhooshIndex, "tantivy": TantivyIndex}


@pytest.fixture(params=ENGINES)
def opener(request: pytest.FixtureRequest) -> Opener:
    return ENGINES[request.param]


@pytest.fixture
def index(opener: Opener, tmp_path: Path) -> Iterator[Index]:
    with contextlib.closing(opener(tmp_path / "index")) as opened:
        yield opened


def prepared(key: str, *runs: str, **numbers: int) -> Prepared:
    return Prepared(key, runs, "", (), "", "", numbers, {"kind": "invoice"})


def found(index: Index, *tiers: Plan, limit: int = 1000) -> list[str]:
    return [hit.id for hit in index.search(Question(tiers, limit)).hits]


# --- the same documents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_what_is_found_is_what_a_naive_evaluator_finds(index: Index, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(40)]
    kept: dict[str, Prepared] = {}
    for seq in range(1, 6):  # commits, each with documents changed and taken out
        added = {f"d{chance.randint(0, 99)}" for _ in range(20)}
        fresh = [naive.document(chance, key, known) for key in sorted(added)]
        gone = {f"d{chance.randint(0, 99)}" for _ in range(6)} - added
        index.update(fresh, seq=seq, removed=gone)
        kept = {key: doc for key, doc in kept.items() if key not in gone} | {doc.id: doc for doc in fresh}
        assert (index.seq(), index.count()) == (seq, len(kept))
        for _ in range(40):
            plan = naive.plan(chance, known)
            expected = naive.ids(plan, kept.values())
            hits = index.search(Question((plan,), 1000))
            assert {hit.id for hit in hits.hits} == expected, plan
            assert (hits.total, hits.typed, hits.next) == (len(expected), len(expected), None), plan


def test_a_sequence_or_what_is_near_does_not_reach_into_the_next_run(index: Index) -> None:
    index.update([prepared("a", "one two", "three four")], seq=1)
    assert found(index, Sequence("body", ("one", "two"))) == ["a"]
    assert found(index, Sequence("body", ("two", "three"))) == []
    assert found(index, Near("two", "three", 64)) == []
    assert found(index, Near("four", "three", 1)) == ["a"]


def test_a_term_is_near_itself_only_where_it_stands_twice(index: Index) -> None:
    index.update([prepared("once", "one two"), prepared("twice", "one two three one")], seq=1)
    assert found(index, Near("one", "one", 3)) == ["twice"]
    assert found(index, Near("one", "one", 2)) == []


@pytest.mark.parametrize("seed", range(3))
def test_words_of_one_or_two_signs_are_found_alike_in_an_index_of_several_commits(
    index: Index, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - invented documents
    known = ["".join(chance.choice("abł1ß.") for _ in range(chance.choice((1, 2, 3)))) for _ in range(40)]
    kept: dict[str, Prepared] = {}
    for seq in range(1, 6):
        fresh = [prepared(f"d{chance.randrange(50)}", *chance.sample(known, 3)) for _ in range(8)]
        latest = {document.id: document for document in fresh}
        index.update(latest.values(), seq=seq)
        kept |= latest
        for asked in (*"abłzß.1", "ab", "zz", "a.", "łß", "b1"):
            plan = Similar("body", asked)
            assert set(found(index, plan)) == naive.ids(plan, kept.values()), plan


@pytest.mark.parametrize(
    ("stands", "asked", "similar"),
    [
        ("ab", "ba", True),
        ("abcd", "badc", False),
        ("łódź", "łóź", True),
        ("a", "aß", True),
        ("日本", "日木", True),
        ("ca", "abc", False),
        ("a.b", "axb", True),
        ("axb", "a.b", True),
        ("aab", "a*b", True),
    ],
)
def test_any_sign_may_differ_in_a_similar_term(index: Index, stands: str, asked: str, similar: bool) -> None:
    index.update([prepared("a", stands)], seq=1)
    assert bool(found(index, Similar("body", asked))) == similar


def test_signs_that_mean_something_elsewhere_mean_themselves_in_a_beginning(index: Index) -> None:
    index.update([prepared("a", "a.b=c[1]*", "-x"), prepared("b", "axb")], seq=1)
    assert found(index, Starts("body", "a.b=c[")) == ["a"]
    assert found(index, Starts("body", "a")) == ["a", "b"]
    assert found(index, Starts("body", "-")) == ["a"]


# --- in order ----------------------------------------------------------------------------------------------


def parts(index: Index, tiers: tuple[Plan, ...], order: str, limit: int) -> list[Hits]:
    """All parts of an answer, one after the other."""
    answers = [index.search(Question(tiers, limit, order=order))]
    while answers[-1].next is not None:
        answers.append(index.search(Question(tiers, limit, answers[-1].next, order)))
    return answers


@pytest.mark.parametrize("order", ["score", "shared", "total", "-total", "never"])
@pytest.mark.parametrize("seed", range(2))
def test_the_parts_of_an_answer_follow_one_another_without_gap(index: Index, order: str, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(12)]
    documents = [naive.document(chance, f"d{number}", known) for number in range(60)]
    for start in range(0, 60, 20):
        index.update(documents[start : start + 20], seq=start + 1)
    one = Term("body", known[0])
    tiers: tuple[Plan, ...] = (one, Any((one, Similar("body", known[0]))), Any((Everything(), one)))
    whole = index.search(Question(tiers, 100, order=order))
    assert (whole.total, whole.typed) == (60, len(naive.ids(one, documents)))
    assert [hit.tier for hit in whole.hits] == [
        next(tier for tier, plan in enumerate(tiers) if hit.id in naive.ids(plan, documents))
        for hit in whole.hits
    ]
    for limit in (1, 7, 60):
        answers = parts(index, tiers, order, limit)
        assert [hit for answer in answers for hit in answer.hits] == list(whole.hits)
        assert {(answer.total, answer.typed) for answer in answers} == {(60, whole.typed)}
        assert len(answers) == -(-60 // limit)
    assert [hit.id for hit in whole.hits] == expected_order(documents, list(whole.hits), order)


def expected_order(documents: list[Prepared], hits: list, order: str) -> list[str]:
    if order in SCORED:
        filed = {document.id: document.numbers.get("added", -math.inf) for document in documents}
        placed = sorted(hits, key=lambda hit: (hit.tier, -hit.score, -filed[hit.id], hit.id))
        return [hit.id for hit in placed]
    sign = -1 if order.startswith("-") else 1
    numbers = {document.id: document.numbers.get(order.removeprefix("-")) for document in documents}
    return sorted(
        numbers,
        key=lambda key: (numbers[key] is None, sign * (numbers[key] or 0), key),
    )


def test_a_document_added_between_two_parts_moves_no_other(index: Index) -> None:
    index.update([prepared(f"d{n}", "x", added=n // 2) for n in range(6)], seq=1)
    everything = (Everything(),)
    first = index.search(Question(everything, 3, order="-added"))
    index.update([prepared("new", "x", added=9), prepared("d9", "x", added=1)], seq=2)
    rest = index.search(Question(everything, 9, first.next, "-added"))
    assert [hit.id for hit in first.hits] == ["d4", "d5", "d2"]
    assert [hit.id for hit in rest.hits] == ["d3", "d9", "d0", "d1"]


def test_the_best_comes_first_within_a_tier(index: Index) -> None:
    index.update(
        [prepared("long", "one " + "other " * 50), prepared("short", "one other"), prepared("none", "x")],
        seq=1,
    )
    one = Term("body", "one")
    hits = index.search(Question((one, Everything()), 10)).hits
    assert [hit.id for hit in hits] == ["short", "long", "none"]
    assert hits[0].score > hits[1].score


def test_of_those_that_fit_alike_the_newest_comes_first_also_on_the_next_page(index: Index) -> None:
    filed = {"a": 5, "b": 9, "c": 5, "d": 7, "e": None, "f": 9, "g": 1}
    for seq, (key, added) in enumerate(filed.items(), 1):
        index.update([prepared(key, "word", **({} if added is None else {"added": added}))], seq=seq)
    for plan in (Term("body", "word"), Similar("body", "wort"), Everything()):
        for limit in (1, 3, 7):
            answers = parts(index, (plan,), "score", limit)
            assert [hit.id for answer in answers for hit in answer.hits] == list("bfdacge"), (plan, limit)


def test_where_very_many_fit_alike_each_comes_once_the_newest_first(opener: Opener, tmp_path: Path) -> None:
    """Best, many alike, worst: every page of an answer goes on where the one before ended."""
    days = random.Random(1)  # noqa: S311 - any days
    best = [prepared(f"best{at}", "two two two") for at in range(3)]
    alike = [
        prepared(f"alike{at:04d}", "one two", **({"added": 20260100 + days.randint(1, 90)} if at % 9 else {}))
        for at in range(1300)
    ]
    worst = [prepared(f"worst{at}", "one " * 40 + "two", added=20270101) for at in range(3)]
    with contextlib.closing(opener(tmp_path / "many")) as index:
        index.update([*worst, *alike, *best], seq=1)
        whole = [hit.id for hit in index.search(Question((Term("body", "two"),), 2000)).hits]
        newest = sorted(alike, key=lambda one: (-one.numbers.get("added", -math.inf), one.id))
        assert whole == [one.id for one in (*best, *newest, *worst)]
        for limit in (7, 450):
            pages: list[str] = []
            after = None
            while True:
                hits = index.search(Question((Term("body", "two"),), limit, after))
                pages += [hit.id for hit in hits.hits]
                after = hits.next
                if after is None or len(pages) > 2000:
                    break
            assert pages == whole


def test_what_may_not_be_seen_changes_no_order_and_no_score(opener: Opener, tmp_path: Path) -> None:
    seen = [
        prepared("one", "rare rare common", "=seen", added=1),
        prepared("two", "rare common common", "=seen", added=2),
        prepared("three", "common other", "=seen", added=3),
    ]
    hidden = [prepared(f"h{number}", "rare " * number, added=number) for number in range(1, 30)]
    only = Term("body", "=seen")
    common, rare = Term("body", "common"), Term("body", "rare")
    answers = []
    for name, documents in (("alone", seen), ("beside", [*hidden, *seen])):
        with contextlib.closing(opener(tmp_path / name)) as index:
            index.update(documents, seq=1)
            asked: list[tuple[tuple[Plan, ...], str]] = [((Any((common, rare)),), order) for order in SCORED]
            asked.append(((All((common, rare)), Everything()), "score"))
            answers.append([index.search(Question(tiers, 10, order=o, only=only)) for tiers, o in asked])
    assert answers[0] == answers[1]
    by_age, by_parts, in_tiers = answers[0]
    assert [(hit.id, hit.score) for hit in by_age.hits] == [("three", 0), ("two", 0), ("one", 0)]
    assert [(hit.id, hit.score) for hit in by_parts.hits] == [("two", 2), ("one", 2), ("three", 1)]
    assert [(hit.id, hit.tier) for hit in in_tiers.hits] == [("two", 0), ("one", 0), ("three", 1)]


@pytest.mark.parametrize("seed", range(3))
def test_what_fits_by_shared_parts_scores_the_same_in_both_engines(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(12)]
    documents = [naive.document(chance, f"d{number}", known) for number in range(60)]
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(contextlib.closing(make(tmp_path / name))) for name, make in ENGINES.items()
        ]
        for index in opened:
            index.update(documents[:40], seq=1)
            index.update(documents[40:], seq=2)
        for _ in range(60):
            question = Question((naive.plan(chance, known), Everything()), 100, order="shared")
            first, second = (index.search(question) for index in opened)
            assert first == second, question


# --- counted -----------------------------------------------------------------------------------------------


def test_of_equally_frequent_values_the_first_by_name_are_named_however_many_there_are(index: Index) -> None:
    often = [f"often {number:02d}" for number in range(MOST_VALUES - 5)]
    once = [f"once {number:03d}" for number in range(3 * MOST_VALUES)]
    values = random.Random(4).sample([*often, *once, *often], 2 * len(often) + len(once))  # noqa: S311 - as above
    known = [replace(prepared(f"d{at}", "word"), facets={"supplier": name}) for at, name in enumerate(values)]
    for seq, half in enumerate((known[::2], known[1::2]), start=1):
        index.update(half, seq=seq)
    hits = index.search(Question((Term("body", "word"),), 0, facets=("supplier",)))
    assert hits.facets["supplier"] == (*((name, 2) for name in often), *((name, 1) for name in once[:5]))


def test_the_last_of_documents_with_one_id_counts_also_when_it_is_to_be_taken_out(index: Index) -> None:
    for seq in (1, 2):  # into an empty index, and into one that has it
        index.update(
            [prepared("a", "old"), prepared("b", "old"), prepared("a", "new")], seq=seq, removed=["a"]
        )
        assert (index.count(), found(index, Term("body", "old"))) == (2, ["b"])
        assert found(index, Term("body", "new")) == ["a"]


def test_a_document_that_cannot_be_made_leaves_the_index_as_it_was_and_is_not_the_disks_fault(
    index: Index,
) -> None:
    def broken() -> Iterator[Prepared]:
        yield prepared("a", "new")
        raise ValueError("of whoever makes documents")

    index.update([prepared("a", "old")], seq=1)
    with pytest.raises(ValueError, match="whoever"):
        index.update(broken(), seq=2)
    assert (index.seq(), found(index, Term("body", "old"))) == (1, ["a"])
    index.update([prepared("a", "new")], seq=2)
    assert (index.seq(), found(index, Term("body", "new"))) == (2, ["a"])


def test_facets_count_all_that_was_found_and_may_be_seen(index: Index) -> None:
    chance = random.Random(5)  # noqa: S311 - invented documents
    known = [naive.word(chance) for _ in range(8)]
    documents = [naive.document(chance, f"d{number}", known) for number in range(50)]
    index.update(documents[:25], seq=1)
    index.update(documents[25:], seq=2, removed=["d1"])
    kept = [document for document in documents if document.id != "d1"]
    wide, only = Any((Term("body", known[0]), Term("body", known[1]))), Without(Term("bones", known[2]))
    hits = index.search(
        Question((Term("body", known[0]), wide), 3, facets=("kind", "by.hand", "none"), only=only)
    )
    seen = [document for document in kept if naive.finds(All((wide, only)), document)]
    assert hits.total == len(seen) > 5
    for name in ("kind", "by.hand", "none"):
        counted = Counter(doc.facets[name] for doc in seen if name in doc.facets)
        assert hits.facets[name] == tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    assert index.search(Question((wide,), 0, only=only)).hits == ()


def test_words_are_suggested_by_frequency_and_only_from_what_may_be_seen(index: Index) -> None:
    index.update(
        [prepared("a", "total total tot"), prepared("b", "total other"), prepared("c", "totem tot")], seq=1
    )
    suggested = [(word.term, word.count) for word in index.words("tot", 10)]
    assert suggested == [("tot", 2), ("total", 2), ("totem", 1)]
    assert [word.term for word in index.words("tot", 2)] == ["tot", "total"]
    hidden = Without(Among(frozenset({"c"})))
    assert [(word.term, word.count) for word in index.words("tot", 9, only=hidden)] == [
        ("total", 2),
        ("tot", 1),
    ]
    assert (index.frequency("total"), index.frequency("never")) == (2, 0)
    assert index.frequency("tot", only=hidden) == 1


def test_what_is_not_in_the_index_is_named(index: Index) -> None:
    index.update([prepared("a"), prepared("b")], seq=1)
    index.update([], seq=2, removed=["b"])
    assert index.missing(["b", "a", "c"]) == ("b", "c")


def test_an_empty_index_answers(index: Index) -> None:
    for order in ("score", "-total"):
        hits = index.search(Question((Without(Between("total", 1, None)),), 5, order=order, facets=("kind",)))
        assert (hits.total, hits.hits, hits.next, hits.facets) == (0, (), None, {"kind": ()})
    assert (index.count(), index.seq(), index.words("a", 3)) == (0, 0, ())
