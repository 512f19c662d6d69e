"""What is left out of a page before it is looked through could not have been found."""

from unittest import mock

from hypothesis import example, given, reject
from hypothesis import strategies as st

from docscan.errors import SearchError
from docscan.search import marking
from docscan.search.marking import in_values, places
from docscan.search.nodes import Node
from docscan.search.query import parse

SIGNS = "aAeEnNoOrmtuł1l0ßÄİﬁ"
WORDS = ["Rechnung", "rechnungen", "Faktury", "fakturami", "años", "invoice", "T0tal", "modem", "B12345674"]
word = st.one_of(st.text(SIGNS, min_size=1, max_size=6), st.sampled_from(WORDS))


@st.composite
def pages(draw: st.DrawFn) -> tuple[str, str]:
    """A query of a word or two, and a text in which they may stand, or others like them."""
    asked = draw(st.lists(word, min_size=1, max_size=2))
    near = st.sampled_from(asked).flatmap(
        lambda one: st.sampled_from([one, one.upper(), one[1:], f"{one}s", f"{one[:2]}{one[1::-1]}{one[2:]}"])
    )
    written = draw(
        st.lists(st.one_of(near, word, st.sampled_from(["1.234,56", "2026-01-17", "ﷺ"])), max_size=8)
    )
    ends = draw(st.lists(st.sampled_from(["", "~", "*"]), min_size=2, max_size=2))
    gap = st.sampled_from([" ", "-", "-\n", "\u00ad", "."])
    query = " OR ".join(one + end for one, end in zip(asked, ends, strict=False))
    return query, "".join(one + draw(gap) for one in written)


def parsed(query: str) -> Node:
    try:
        return parse(query)
    except SearchError:
        reject()


@given(pages(), st.sampled_from(["es", "pl", "de", "en", ""]))
@example(("İstanbul OR faktura", "İSTANBUL istanbulu Fakturę"), "pl")
@example(("12*", "12.345 A12 Rechnung"), "de")
@example(("1234*", "ES12345678"), "es")
@example(("total", "T0TA1"), "es")
@example(("aerger OR ärger", "Ärgern aergern"), "de")
def test_what_is_not_looked_at_would_not_be_found(asked: tuple[str, str], language: str) -> None:
    query, text = asked
    node = parsed(query)
    with mock.patch.object(marking, "_sieve", return_value=None):
        everything = places([text], node, language)
    assert places([text], node, language) == everything
    assert places([text, text], node, language)[: len(everything)] == everything


@given(pages(), st.sampled_from(["es", "pl", "de", "en", ""]))
def test_of_values_neither(asked: tuple[str, str], language: str) -> None:
    node = parsed(asked[0])
    values = {"supplier_name": asked[1], "note": asked[1][:9], "kind": "invoice"}
    with mock.patch.object(marking, "_sieve", return_value=None):
        everything = in_values(values, node, language)
    assert in_values(values, node, language) == everything
