"""Documents like another, and the same paper scanned twice."""

from collections import Counter

import naive_search as naive
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.index import IndexDocument
from docscan.search.likeness import TELLING, more_like, near_duplicates, resemblance
from docscan.search.plan import All, Any
from docscan.search.prepared import Prepared, prepared

LETTER = (
    "Bauvorhaben Lindenhof, dritter Abschlag: Beton, Schalung und Bewehrung der Bodenplatte, "
    "zahlbar bis zum Monatsende ohne Abzug auf unser Konto."
)
PAGES = {
    "a1": LETTER,
    "a2": LETTER.replace("Beton", "Bet0n").replace("Konto", "Kont0").replace("ohne", "ohnc"),
    "b1": "Bauvorhaben Lindenhof, Protokoll der Besprechung mit den Nachbarn",
    "c1": "Druckerpatronen und Papier, zahlbar ohne Abzug",
    "d1": "Papier",
}


def filed() -> list[Prepared]:
    return [
        prepared(IndexDocument(key, "letter", "de", "2026-01-02", "accepted", {}, (text,)))
        for key, text in PAGES.items()
    ]


def frequencies() -> Counter[str]:
    return Counter(
        term for document in filed() for term in {term for run in document.body for term in run.split()}
    )


def like(key: str) -> set[str]:
    documents = {document.id: document for document in filed()}
    plan = more_like(documents[key], frequencies().__getitem__, len(documents))
    return set() if plan is None else naive.ids(plan, documents.values())


def test_documents_with_telling_terms_are_found_and_never_the_one_itself() -> None:
    assert like("b1") == {"a1", "a2"}
    assert like("d1") == {"c1"}


def test_a_document_without_a_common_term_is_like_none() -> None:
    alone = prepared(IndexDocument("x", "letter", "de", "2026-01-02", "accepted", {}, ("einzig",)))
    assert more_like(alone, frequencies().__getitem__, 5) is None


def test_the_rare_and_the_repeated_terms_tell_most() -> None:
    text = " ".join(f"wort{number:02d}" for number in range(60)) + " oft oft oft"
    document = prepared(IndexDocument("x", "letter", "de", "2026-01-02", "accepted", {}, (text,)))
    plan = more_like(document, lambda term: 40 if term < "wort30" else 3, 50)
    assert isinstance(plan, All)
    assert isinstance(plan.plans[0], Any)
    told = [getattr(part, "term", "") for part in plan.plans[0].plans]
    assert len(told) == TELLING
    assert min(told) >= "wort30"


def test_the_same_paper_scanned_twice_is_a_near_duplicate() -> None:
    others = {key: [text] for key, text in PAGES.items() if key != "a1"}
    ((found, share),) = near_duplicates([LETTER], others)
    assert found == "a2"
    assert 0.5 < share < 1


@given(st.lists(st.text(max_size=20), max_size=3), st.lists(st.text(max_size=20), max_size=3))
def test_resemblance_is_mutual_and_a_share(one: list[str], other: list[str]) -> None:
    assert resemblance(one, other) == resemblance(other, one)
    assert 0 <= resemblance(one, other) <= 1
    assert resemblance(one, one) in (0, 1)
