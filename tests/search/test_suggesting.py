"""Did you mean: words of the archive, never others."""

from collections import Counter

import pytest

from docscan.search.index import Suggestion
from docscan.search.query import parse
from docscan.search.suggesting import did_you_mean

KNOWN = Counter(
    {"rechnung": 40, "rechnumg": 1, "summe": 30, "sunme": 4, "korygujaca": 12, "factura": 25, "t0tal": 50}
)


def words(start: str, limit: int) -> list[Suggestion]:
    found = [Suggestion(term, count) for term, count in KNOWN.most_common() if term.startswith(start)]
    return found[:limit]


def proposed(query: str) -> str | None:
    meant = did_you_mean(parse(query), KNOWN.__getitem__, words)
    return None if meant is None else str(meant)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rechnumg", "rechnung"),
        ("erchnung", "rechnung"),
        ("korigujoca", "korygujaca"),
        ("rechnug OR (summe -fctura)", "rechnung OR summe -fctura"),
        ("facutra summe", "factura summe"),
        ("rechnung", None),
        ("sunme", None),
        ("total", None),
        ('"rechnumg"', None),
        ("rechnumg*", None),
        ("rechnumg~", None),
        ("supplier_name:rechnumg", None),
        ("sume", "summe"),
        ("sum", None),
        ("1234", None),
    ],
)
def test_a_rare_word_is_put_as_a_frequent_one(typed: str, meant: str | None) -> None:
    assert proposed(typed) == meant


def test_nothing_is_proposed_that_is_not_counted() -> None:
    assert did_you_mean(parse("rechnumg"), lambda _: 0, lambda _start, _limit: ()) is None
