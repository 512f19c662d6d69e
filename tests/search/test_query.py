"""Queries: what they mean, their normal form, and errors with the caret in the right place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import SearchError
from docscan.search.nodes import And, Not, Or, Phrase, Prefix, Range, Word
from docscan.search.query import DEEPEST, LONGEST, WORDS, parse

PIECES = [
    "rechnung",
    "F-2026/0117",
    "OR",
    "AND",
    "NOT",
    "(",
    ")",
    "-",
    '"',
    "„",
    "*",
    "kind:",
    "total:",
    ">",
    "<=",
    "..",
    "2026-01",
    "9999-12-31",
    "1.234,56",
    "issue_date:",
    "is:",
    "review",
    " ",
    "Łódź",
    "&",
    "iban:",
]
typed = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("factura", Word("factura")),
        ("uno dos", And((Word("uno"), Word("dos")))),
        ("uno AND dos", And((Word("uno"), Word("dos")))),
        ("uno OR dos tres", Or((Word("uno"), And((Word("dos"), Word("tres")))))),
        ("(uno OR dos) tres", And((Or((Word("uno"), Word("dos"))), Word("tres")))),
        ("-uno", Not(Word("uno"))),
        ("NOT uno", Not(Word("uno"))),
        ("Müller & Söhne", And((Word("Müller"), Word("Söhne")))),
        ("e-mail", Word("e-mail")),
        ('"uno dos"', Phrase("uno dos")),
        ("„uno dos“", Phrase("uno dos")),
        ("fact*", Prefix("fact")),
        ("12:30", Word("12:30")),
        ("supplier_name:acme", Word("acme", "supplier_name")),
        ("Supplier-Name:acme", Word("acme", "supplier_name")),
        ("is:review", Word("review", "verdict")),
        ("total:1000", Range("total", 100000, 100000)),
        ("total:>1.234,56", Range("total", 123457, None)),
        ("total:<-5", Range("total", None, -501)),
        ("total:10..", Range("total", 1000, None)),
        ("total:..10,5", Range("total", None, 1050)),
        ("issue_date:2026-01..2026-03", Range("issue_date", 20260101, 20260331)),
        ("issue_date:>2026-02", Range("issue_date", 20260301, None)),
        ("issue_date:<=2024-02", Range("issue_date", None, 20240229)),
        ("added:2026", Range("added", 20260101, 20261231)),
        ("added:2026-12", Range("added", 20261201, 20261231)),
    ],
)
def test_a_query_means(text: str, node: object) -> None:
    assert parse(text) == node


@given(typed)
def test_any_text_is_understood_or_answered_with_a_place_in_it(text: str) -> None:
    try:
        node = parse(text)
    except SearchError as refused:
        error = refused
    else:
        assert parse(str(node)) == node
        assert str(parse(str(node))) == str(node)
        return
    assert 0 <= error.position <= len(text)
    assert error.hint
    assert error.query == text


@pytest.mark.parametrize(
    ("text", "caret", "word"),
    [
        ("", 0, "nothing"),
        ("   ", 0, "nothing"),
        ("& -", 0, "nothing"),
        ('a "b', 2, "not closed"),
        ('a ""', 2, "quotes"),
        ("a (b", 2, "not closed"),
        ("a b)", 3, "closes nothing"),
        ("a ()", 2, "brackets"),
        ("OR a", 0, "OR"),
        ("a OR ", 5, "OR"),
        ("a (b OR) c", 7, "OR"),
        ("a -", 0, ""),
        ("a NOT", 2, "left out"),
        ("a -(", 3, "not closed"),
        ("a fo*o", 4, "star"),
        ("a suplier_name:x", 2, "no field"),
        ("a total:", 8, "needs a value"),
        ("total:>many", 7, "amount"),
        ("total:1..x", 9, "amount"),
        ("total:0.123", 6, "amount"),
        ("added:2026-13", 6, "date"),
        ("added:2026*", 10, "star"),
        ("added:>9999", 6, "lie there"),
        ("is:late", 3, "verdict"),
        ("total:..", 6, "needs a value"),
        ("total:９", 6, "amount"),
    ],
)
def test_the_caret_stands_where_it_stops_making_sense(text: str, caret: int, word: str) -> None:
    if not word:  # a lone sign finds nothing and is left out
        assert parse(text) == Word("a")
        return
    with pytest.raises(SearchError, match=word) as caught:
        parse(text)
    assert caught.value.position == caret
    assert caught.value.shown() == f"{text}\n{' ' * caret}^"


def test_an_unknown_field_is_answered_with_the_nearest() -> None:
    with pytest.raises(SearchError) as caught:
        parse("suplier_name:x")
    assert "supplier_name" in caught.value.hint


def test_a_form_may_add_its_own_fields() -> None:
    assert parse("birth_place:madrid", fields=("birth_place",)) == Word("madrid", "birth_place")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("(" * (DEEPEST + 2) + "a" + ")" * (DEEPEST + 2), "too deep"),
        ("-" * (DEEPEST + 2) + "a", "too deep"),
        ("a" * (LONGEST + 1), "too long"),
        ("a " * (WORDS + 1), "too many words"),
    ],
)
def test_limits_are_sentences(text: str, word: str) -> None:
    with pytest.raises(SearchError, match=word):
        parse(text)


def test_the_deepest_query_is_printed_and_read_again() -> None:
    node = parse("-(" * (DEEPEST // 2) + "a b" + ")" * (DEEPEST // 2))
    assert parse(str(node)) == node
