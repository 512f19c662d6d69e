"""Queries in ready terms: as typed, inflected too, misread too."""

from datetime import date
from itertools import pairwise

import naive_search as naive
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import SearchError
from docscan.search.index import IndexDocument
from docscan.search.plan import Plan, Without
from docscan.search.planning import planned
from docscan.search.prepared import prepared
from docscan.search.query import parse

PAGES = {
    "de": "Rechnungen F-2026/0117 vom 17. Januar 2026 Summe 1.234,56 EUR Müller",
    "pl": "Faktury sprzedawcy zapłacono przelewem na konto PL61 1090 1014 0000 0712 1981 2874",
    "es": "Facturas del proveedor CIF B-12345674 T0TA1 121,00 e-mail a@b.es pagado ayer",
    "en": "Unpaid bills of the firm, surnrne l234567 number 0117 rot",
}
DOCUMENTS = [
    prepared(
        IndexDocument(
            language,
            "invoice",
            language,
            "2026-06-17",
            "accepted",
            {"supplier_name": f"Firma {language}"},
            (page,),
        )
    )
    for language, page in PAGES.items()
]
STATES = {"is:overdue": ("pl", "gone"), "has:hold": ()}


def tiers(query: str) -> tuple[Plan, ...]:
    return planned(parse(query, states=STATES, today=date(2026, 6, 17)), states=STATES)


def found(query: str) -> list[str]:
    """What each tier finds, such as `es pl`."""
    return [" ".join(sorted(naive.ids(tier, DOCUMENTS))) for tier in tiers(query)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("muller", ["de", "de", "de"]),
        ("rechnung", ["", "de", "de"]),
        ("Rechnungen", ["de", "de", "de"]),
        ("faktura", ["", "pl", "pl"]),
        ("fakturami", ["", "pl", "pl"]),
        ("factura", ["", "es", "es"]),
        ("zaplacic", ["", "pl", "pl"]),
        ("total", ["", "", "es"]),
        ("summe", ["de", "de", "de en"]),
        ("rat", ["", ""]),
        ("r0t", [""]),
        ("rat~", ["", "", "en"]),
        ("1234567", ["", "en"]),
        ("1234568", ["", ""]),
        ("1234,57~", ["", "de"]),
        ("1234,56", ["de", "de"]),
        ('"summe 1.234,56"', ["de"]),
        ('"summe 1 234,56 eur"', ["de"]),
        ('"234,56 eur müller"', [""]),
        ('"f-2026/0117 vom 17.01"', [""]),
        ("1.234,5*", ["de"]),
        ("1.234,7*", [""]),
        ("id:de", ["de"]),
        ("id:d", ["de"]),
        ("client:fir", [""]),
        ("1.234,S6", ["", "de"]),
        ("34,56", ["", ""]),
        ("l234568~", ["", "en"]),
        ("O117", ["", "de en"]),
        ('"total"', [""]),
        ('"rechnung"', [""]),
        ("-rechnung", ["de en es pl"]),
        ("-rechnungen", ["en es pl"]),
        ("-rat~", ["de es pl"]),
        ("fakt*", ["pl"]),
        ("email", ["es", "es", "es"]),
        ("e-mail", ["es", "es"]),
        ("F20260117", ["de", "de"]),
        ("f2026*", ["de"]),
        ("1,234.56", ["de", "de"]),
        ("2026-01-17", ["de", "de"]),
        ('"17 de enero de 2026"', ["de"]),
        ("ESB12345674", ["es", "es"]),
        ("61109010140000071219812874", ["pl", "pl"]),
        ("PL61109010140000071219812874", ["pl", "pl"]),
        ('"summe eur"~4', ["de"]),
        ('"eur summe"~4', ["de"]),
        ('"summe eur"~3', [""]),
        ("supplier_name:firma", ["de en es pl", "de en es pl"]),
        ("supplier_name:firrna", ["", "de en es pl"]),
        ("supplier_name:fir*", ["de en es pl"]),
        ("kind:invoice language:pl", ["pl"]),
        ("has:supplier_name", ["de en es pl"]),
        ("has:iban", [""]),
        ("has:kind has:pages has:added", ["de en es pl"]),
        ("is:overdue", ["pl"]),
        ("-is:overdue", ["de en es"]),
        ("has:hold", [""]),
        ("added:today", ["de en es pl"]),
        ("pages:>1", [""]),
        ("rechnung OR faktura", ["", "de pl", "de pl"]),
    ],
)
def test_the_tiers_of_a_query_find(query: str, expected: list[str]) -> None:
    assert found(query) == expected


def test_what_is_left_out_is_the_same_in_every_tier() -> None:
    plans = tiers("summe -total")
    left_out = {part for plan in plans for part in plan.plans if isinstance(part, Without)}  # type: ignore[union-attr]
    assert len(left_out) == 1


def test_without_polish_documents_nothing_polish_is_asked() -> None:
    node = parse("faktury")
    assert "pl=" in str(planned(node))
    assert "pl=" not in str(planned(node, languages=("es", "de")))


PIECES = [
    "summe",
    "-",
    "total~",
    "rechnung",
    " OR ",
    "(",
    ")",
    "F-2026/0117",
    '"summe eur"~4',
    "fakt*",
    "firma",
    " ",
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join))
def test_every_tier_finds_all_that_the_one_before_does(query: str) -> None:
    try:
        answers = [set(naive.ids(tier, DOCUMENTS)) for tier in tiers(query)]
    except SearchError:
        return
    for narrow, wide in pairwise(answers):
        assert narrow <= wide
