"""Where a document has what it was found for: in its text, and on the image of its pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Page, Word
from docscan.places import Box
from docscan.search.marking import boxes_of, places
from docscan.search.query import parse

TEXT = (
    "Rechnungen F-2026/0117 vom 17. Januar 2026\n"
    "Surnrne 1.234,56 EUR, T0TAL 1 234,57; 1 200,00\n"
    "IBAN PL61 1090 1014 0000 0712 1981 2874 Rech-\nnung Müller & Söhne"
)


def marked(query: str, language: str = "de") -> list[tuple[str, int]]:
    return [(TEXT[place.start : place.end], place.tier) for place in places([TEXT], parse(query), language)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("rechnung", [("Rechnungen", 1), ("Rech-\nnung", 0)]),
        ("summe", [("Surnrne", 2)]),
        ("total", [("T0TAL", 2)]),
        ('"total"', []),
        ("1234,56", [("1.234,56", 0)]),
        ("1234,57", [("1 234,57", 0)]),
        ("1 234,56", [("1.234,56", 0)]),
        ('"1 234,57"', [("1 234,57", 0)]),
        ("34,56", []),
        ('"234,56 eur"', []),
        ('"surnrne 1.234,56"', [("Surnrne 1.234,56", 0)]),
        ("1200", [("1 200,00", 0)]),
        ("PL61 1090 1014 0000 0712 1981 2874", [("PL61 1090 1014 0000 0712 1981 2874", 0)]),
        ("F20260117", [("F-2026/0117", 0)]),
        ("F2O260117", [("F-2026/0117", 2)]),
        ("2026-01-17", [("17. Januar 2026", 0)]),
        ("PL61109010140000071219812874", [("PL61 1090 1014 0000 0712 1981 2874", 0)]),
        ("61109010140000071219812874", [("PL61 1090 1014 0000 0712 1981 2874", 0)]),
        ('"müller söhne"', [("Müller & Söhne", 0)]),
        ('"eur vom"~9', [("vom", 0), ("EUR", 0)]),
        ('"eur vom"~2', []),
        ("supplier_name:muller", [("Müller", 0)]),
        ("mull*", [("Müller", 0)]),
        ("eux~", [("EUR", 2)]),
        ("rechnung -eur client:eur total:>5 has:iban", [("Rechnungen", 1), ("Rech-\nnung", 0)]),
    ],
)
def test_what_was_found_is_marked_with_its_tier(query: str, found: list[tuple[str, int]]) -> None:
    assert marked(query) == found


def test_two_words_are_not_marked_as_the_one_that_they_would_make() -> None:
    assert places(["the data base"], parse("database"), "en") == ()


def page(*lines: tuple[int, str]) -> Page:
    """Lines of a block, each word ten pixels a sign wide, each line twenty high."""
    made = []
    for number, (block, text) in enumerate(lines):
        left, words = 0, []
        for word in text.split():
            words.append(Word(word, Box(left, 20 * number, left + 10 * len(word), 20 * number + 20), 0.9))
            left += 10 * len(word) + 10
        made.append(Line(tuple(words), block))
    return Page(3, 1000, 1000, 300, "read", tuple(made))


def test_a_word_has_its_box() -> None:
    found = boxes_of([page((0, "Eine Rechnung"), (1, "Summe 5"), (1, "die Summe"))], parse("summe"))
    assert [(spot.page, spot.box, spot.tier) for spot in found] == [
        (3, Box(0, 20, 50, 40), 0),
        (3, Box(40, 40, 90, 60), 0),
    ]


def test_words_in_a_row_have_a_box_on_each_line() -> None:
    found = boxes_of([page((0, "Von Müller"), (0, "Söhne GmbH"))], parse('"von müller söhne"'))
    assert [spot.box for spot in found] == [Box(0, 0, 100, 20), Box(0, 20, 50, 40)]


def test_a_page_without_words_has_no_boxes() -> None:
    assert boxes_of([page(), page((0, ""))], parse("summe")) == ()


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.sampled_from(["ab", "c", "-", "d-e"]))), max_size=6))
def test_every_marked_word_has_the_box_of_that_word(lines: list[tuple[int, list[str]]]) -> None:
    drawn = page(*((block, " ".join(words)) for block, words in lines))
    expected = [word.box for word in drawn.words if word.text == "ab"]
    assert [spot.box for spot in boxes_of([drawn], parse('"ab"'))] == expected
