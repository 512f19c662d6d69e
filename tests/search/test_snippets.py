"""Snippets: the right page, the right piece, marks on the right words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.query import parse
from docscan.search.snippets import also_found_as, snippet, valued

FILLER = "lorem ipsum dolor sit amet " * 20
PAGES = [FILLER, f"{FILLER}\nRechnung F-2026/0117\nSumme 1.234,56 EUR {FILLER}"]


def marked(query: str, pages: list[str] = PAGES, width: int = 80) -> list[str]:
    found = snippet(pages, parse(query), width=width)
    return [found.text[start:end] for start, end in found.marks]


@pytest.mark.parametrize(
    ("query", "marks"),
    [
        ("rechnung", ["Rechnung"]),
        ("summe rechnung", ["Rechnung", "Summe"]),
        ("F20260117", ["F-2026/0117"]),
        ("1234,56", ["1.234,56"]),
        ('"0117 summe"', ["F-2026/0117\nSumme".replace("\n", " ")]),
        ("rech*", ["Rechnung"]),
        ("rechnumg", ["Rechnung"]),
        ("total:>5 summe -lorem", ["Summe"]),
    ],
)
def test_the_words_of_the_query_are_marked(query: str, marks: list[str]) -> None:
    assert marked(query) == marks
    assert snippet(PAGES, parse(query)).page == 2


def test_without_a_match_the_first_text_is_shown() -> None:
    found = snippet(["", "  Ein Brief "], parse("total:>5"))
    assert (found.page, found.text, found.marks) == (2, "Ein Brief", ())


def test_a_document_without_text_has_an_empty_snippet() -> None:
    assert snippet(["", " "], parse("brief")).page == 0


@given(st.lists(st.text(st.sampled_from("ab c\n-1."), max_size=60), max_size=3), st.integers(10, 50))
def test_marks_lie_within_a_piece_no_wider_than_asked(pages: list[str], width: int) -> None:
    found = snippet(pages, parse("a* OR ab OR 1.1 OR c"), width=width)
    assert len(found.text) <= width
    end = 0
    for start, stop in found.marks:
        assert end <= start < stop <= len(found.text)
        end = stop
    if found.page:
        assert found.text in pages[found.page - 1].replace("\n", " ")


def test_other_forms_and_spellings_are_named_once() -> None:
    pages = ["Rechnungen, Rechnung", "Rechnumg rechnumg"]
    pieces = [snippet([page], parse("rechnung"), language="de") for page in (*pages, *pages)]
    assert [piece.tiers for piece in pieces[:2]] == [(1, 0), (2, 2)]
    assert also_found_as(pieces) == ("rechnungen", "rechnumg")
    assert also_found_as(pieces, most=1) == ("rechnungen",)


def test_a_long_value_is_cut_around_what_was_found_and_stays_on_one_line() -> None:
    values = {"remarks": f"{FILLER}\nTornillos {FILLER}", "total": "5.00"}
    (found,) = valued(values, parse("tornillos"), width=40).items()
    assert (found[0], found[1].page, len(found[1].text) <= 40) == ("remarks", 0, True)
    assert [found[1].text[start:end] for start, end in found[1].marks] == ["Tornillos"]
    assert "\n" not in found[1].text


def test_a_piece_names_each_part_of_the_query_with_the_best_way_it_was_found() -> None:
    assert snippet(["T0TAL total rechnumg"], parse("total rechnung nothing")).leaves == ((1, 2), (0, 0))
