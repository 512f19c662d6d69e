"""Queries: what they mean, their normal form, and errors with the caret in the right place."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import SearchError
from docscan.schema import KINDS, Property, Schema
from docscan.search.fields import CALLED, VERDICTS, fields_of
from docscan.search.nodes import And, Has, Near, Node, Not, Or, Phrase, Prefix, Range, State, Word
from docscan.search.query import DEEPEST, LONGEST, MOST_WORDS_OF_QUERY, parse, remarked

TODAY = date(2026, 6, 17)
STATES = ("is:overdue", "is:on-loan", "has:hold")


def read(text: str) -> Node:
    return parse(text, states=STATES, today=TODAY)


PIECES = [
    "~",
    "~5",
    "has:",
    "hold",
    "overdue",
    "text:",
    "added:",
    "last week",
    "today",
    "pages:",
    "client:",
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
        ("«uno dos»", Phrase("uno dos")),
        ("»uno dos«", Phrase("uno dos")),
        ("uno \u2013dos", And((Word("uno"), Not(Word("dos"))))),
        ("(uno \u2212dos)", And((Word("uno"), Not(Word("dos"))))),
        ("uno\u2013dos", Word("uno\u2013dos")),
        ('"uno «dos» tres"', Phrase("uno «dos» tres")),
        ('«uno "dos" tres»', Phrase("uno  dos  tres")),
        ("total:≥100", Range("total", 10000, None, "amount")),
        ("issue_date:≤2026-01", Range("issue_date", None, 20260131, "date")),
        ("fact*", Prefix("fact")),
        ("12:30", Word("12:30")),
        ("fact~", Word("fact", loose=True)),
        ("supplier_name:acme~", Word("acme", "supplier_name", loose=True)),
        ('"uno dos"~5', Near("uno", "dos", 5)),
        ("text:uno", Word("uno")),
        ("text:-uno", Word("-uno")),
        ("1 000 000,00 uno", And((Word("1 000 000,00"), Word("uno")))),
        ("-1\u202f000,50", Not(Word("1\u202f000,50"))),
        ("1 000 000", And((Word("1"), Word("000"), Word("000")))),
        ("ES91 2100 0418 4502 0005 1332 pago", And((Word("ES91 2100 0418 4502 0005 1332"), Word("pago")))),
        ("iban:gb29 nwbk 6016 1331 9268 19", Word("gb29 nwbk 6016 1331 9268 19", "iban")),
        ("ES92 2100 0418", And((Word("ES92"), Word("2100"), Word("0418")))),
        ("added:last month..today", Range("added", 20260501, 20260617, "date")),
        ("issue_date:marzo 2026..abril 2026", Range("issue_date", 20260301, 20260430, "date")),
        (
            "issue_date:1 de enero de 2026 .. 31 de enero de 2026 uno",
            And((Range("issue_date", 20260101, 20260131, "date"), Word("uno"))),
        ),
        ('issue_date:"1 March 2026".."31 March 2026"', Range("issue_date", 20260301, 20260331, "date")),
        ('total:"1210"..2000', Range("total", 121000, 200000, "amount")),
        ('total:12.."2 000"', Range("total", 1200, 200000, "amount")),
        ("total:1 000 .. 2 000,50 uno", And((Range("total", 100000, 200050, "amount"), Word("uno")))),
        ("total:100.. 200", And((Range("total", 10000, None, "amount"), Word("200")))),
        ("pages:1 .. 3", Range("pages", 1, 3, "number")),
        ("text:is:late", Word("is:late")),
        ('text:"uno dos"', Phrase("uno dos")),
        ("has:iban", Has("iban")),
        ("has:due-date", Has("due_date")),
        ("has:hold", State("has:hold")),
        ("-is:on_loan", Not(State("is:on-loan"))),
        ("client:acme", Word("acme", "client")),
        ("pages:>3", Range("pages", 4, None, "number")),
        ("pages:<=2", Range("pages", None, 2, "number")),
        ("added:today", Range("added", 20260617, 20260617, "date")),
        ("added:last week uno", And((Range("added", 20260608, 20260614, "date"), Word("uno")))),
        ("due_date:<today", Range("due_date", None, 20260616, "date")),
        ("due_date:today..", Range("due_date", 20260617, None, "date")),
        ('added:"last 30 days"', Range("added", 20260519, 20260617, "date")),
        ("supplier_name:acme", Word("acme", "supplier_name")),
        ("Supplier-Name:acme", Word("acme", "supplier_name")),
        ("is:review", Word("review", "verdict")),
        ("total:1000", Range("total", 100000, 100000, "amount")),
        ("total:>1.234,56", Range("total", 123457, None, "amount")),
        ("total:<-5", Range("total", None, -501, "amount")),
        ("total:10..", Range("total", 1000, None, "amount")),
        ("total:..10,5", Range("total", None, 1050, "amount")),
        ("issue_date:2026-01..2026-03", Range("issue_date", 20260101, 20260331, "date")),
        ("issue_date:>2026-02", Range("issue_date", 20260301, None, "date")),
        ("issue_date:<=2024-02", Range("issue_date", None, 20240229, "date")),
        ("added:2026", Range("added", 20260101, 20261231, "date")),
        ("added:2026-12", Range("added", 20261201, 20261231, "date")),
        ("total:>1 000,50", Range("total", 100051, None, "amount")),
        ('total:>"1 000,50"', Range("total", 100051, None, "amount")),
        ("total:1\u202f000..2 000,50 uno", And((Range("total", 100000, 200050, "amount"), Word("uno")))),
        ("total:1234 567", And((Range("total", 123400, 123400, "amount"), Word("567")))),
        ("total:\u22121’234.50", Range("total", -123450, -123450, "amount")),
        ("issue_date:31.12.2025", Range("issue_date", 20251231, 20251231, "date")),
        ("issue_date:31/12/25", Range("issue_date", 20251231, 20251231, "date")),
        ("issue_date:12/31/2025", Range("issue_date", 20251231, 20251231, "date")),
        ("issue_date:03/04/2026", Range("issue_date", 20260403, 20260403, "date")),
        ("issue_date:2025/12/31", Range("issue_date", 20251231, 20251231, "date")),
        ("issue_date:20251231", Range("issue_date", 20251231, 20251231, "date")),
        ("issue_date:1.1.2026..31.3.2026", Range("issue_date", 20260101, 20260331, "date")),
        ("issue_date:>12/2025", Range("issue_date", 20260101, None, "date")),
        (
            "issue_date:febrero de 2024 uno",
            And((Range("issue_date", 20240201, 20240229, "date"), Word("uno"))),
        ),
        ("issue_date:17 de enero de 2026", Range("issue_date", 20260117, 20260117, "date")),
        ("added:w zeszłym tygodniu", Range("added", 20260608, 20260614, "date")),
        ("kind:factura", Word("invoice", "kind")),
        ('kind:"nota de crédito"', Word("credit-note", "kind")),
        ("kind:gut*", Prefix("gut", "kind")),
        ("language:Polnisch", Word("pl", "language")),
        ("language:fr", Word("fr", "language")),
        ("is:aceptado", Word("accepted", "verdict")),
    ],
)
def test_a_query_means(text: str, node: object) -> None:
    assert read(text) == node
    assert read(str(node)) == node


@given(typed)
def test_any_text_is_understood_or_answered_with_a_place_in_it(text: str) -> None:
    try:
        node = read(text)
    except SearchError as refused:
        error = refused
    else:
        assert read(str(node)) == node
        assert str(read(str(node))) == str(node)
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
        ("is:late", 3, "known as is:late"),
        ("has:", 4, "known as has:"),
        ("verdict:late", 8, "verdict"),
        ("total:..", 6, "needs a value"),
        ("total:10*", 8, "star"),
        ("pages:2.5", 6, "number"),
        ("pages:<0", 6, "lie there"),
        ("a b~2", 3, "one edit"),
        ('"a b c"~5', 0, "two words"),
        ('"a-b c"~5', 0, "two words"),
        ('"a b"~', 5, "distance"),
        ('"a b"~999', 5, "distance"),
        ('iban:"a b"~5', 5, "whole text"),
        ("added:last weak", 6, "date"),
        ("total:９", 6, "amount"),
        ("total:200..100", 6, "before it begins"),
        ("a - b", 2, "blank follows"),
        ("kind:-invoice", 5, "leaves nothing out"),
        ("is:-review", 3, "leaves nothing out"),
        ('supplier_name:-"a b"', 14, "leaves nothing out"),
        ('a "b"*', 5, "star"),
        ('total:"12"*', 10, "star"),
        ('total:"x".."2"', 7, "amount"),
        ('"total 5,00"~3', 0, "two words"),
        ("a or -  (b)", 5, "blank follows"),
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


@pytest.mark.parametrize("field", ["kind", "language", "verdict", "total", "added", "pages", "client"])
def test_a_field_without_a_value_is_answered_with_one_that_it_may_have(field: str) -> None:
    with pytest.raises(SearchError, match="needs a value") as caught:
        parse(f"{field}:")
    example = caught.value.hint.rpartition(" ")[2]
    assert example.startswith(f"{field}:")
    parse(example)


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("suplier_name:x", "Did you mean supplier_name:?"),
        ("iss:review", "Did you mean is:?"),
        ("is:overdu", "Did you mean is:overdue?"),
        ("is:acepted", "Did you mean is:accepted?"),
        ("has:ibam", "Did you mean has:iban?"),
        ("verdict:reviw", "Did you mean verdict:review?"),
        ("added:yesterdy", "Did you mean added:yesterday?"),
        ("fa*ct", "Did you mean fa*?"),
        ("fact~3", "Did you mean fact~?"),
        ("issue_date:2026-03..2026-01", "Did you mean issue_date:2026-01..2026-03?"),
        ("total:>many", "For example total:>1000"),
        ("total:>1000€", "Did you mean total:>1000?"),
        ("added:vorgestrn", "Did you mean added:vorgestern?"),
        ("date:2026", "Did you mean issue_date:?"),
        ("supplier:x", "Did you mean supplier_name:?"),
        ("kind:invoce", "Did you mean kind:invoice?"),
        ("kind:-invoice", "Did you mean -kind:invoice?"),
        ("-kind:-invoice", "Did you mean kind:invoice?"),
        ("is:-review", "Did you mean -is:review?"),
        ('supplier_name:-"a b"', 'Did you mean -supplier_name:"a b"?'),
        ("number:5", "Did you mean invoice_number:?"),
        ("importe:>1000", "Did you mean total:?"),
        ("añadido:hoy", "Did you mean added:?"),
        ("data_wystawienia:2026", "Did you mean issue_date:?"),
        ("FÄLLIGKEIT:heute", "Did you mean due_date:?"),
        ("Straße:5", "use quotes"),
        ('"fact"*', "Did you mean fact*?"),
        ("kind:Rechnng", "Did you mean kind:invoice?"),
        ("supplier_name:fa*ct", "Did you mean supplier_name:fa*?"),
        ("supplier_name:fact~3", "Did you mean supplier_name:fact~?"),
        ("*fact", "Write how the word begins."),
        ("pages:few", "For example pages:>3"),
    ],
)
def test_a_mistake_is_answered_with_a_proposal(text: str, proposal: str) -> None:
    with pytest.raises(SearchError) as caught:
        read(text)
    assert proposal in caught.value.hint


def test_nothing_is_proposed_that_is_no_nearer_than_anything_else() -> None:
    with pytest.raises(SearchError) as caught:
        read("is:foo")
    assert "Did you mean" not in caught.value.hint


@pytest.mark.parametrize("text", ["total:1.234.56", "total:1,234,56", "total:1.234,567", "added:30/02/2026"])
def test_a_number_or_date_that_nobody_writes_so_is_refused(text: str) -> None:
    with pytest.raises(SearchError, match="This is not"):
        read(text)


@pytest.mark.parametrize(
    ("text", "remarks"),
    [
        ("uno or dos", [("F026", {"word": "or", "operator": "OR"})]),
        ("uno Oder dos", [("F026", {"word": "Oder", "operator": "OR"})]),
        ("(uno y dos) OR tres", [("F026", {"word": "y", "operator": "AND"})]),
        ("not uno", [("F026", {"word": "not", "operator": "NOT"})]),
        ("uno or dos or tres", [("F026", {"word": "or", "operator": "OR"})]),
        ("uno OR dos", []),
        ('"uno or dos"', []),
        ("or", []),
        ("uno or", []),
        ("issue_date:>03/04/2026", [("F027", {"typed": "03/04/2026", "day": "2026-04-03"})]),
        ("issue_date:13/04/2026..04/13/2026", []),
        ("issue_date:3.4.2026", []),
        ("issue_date:04/04/2026", []),
        ("uno 17 de enero de 2026 dos", [("F033", {"typed": "17 de enero de 2026"})]),
        (
            "17 stycznia 2026 OR 18. Januar 2026",
            [
                ("F033", {"typed": "17 stycznia 2026"}),
                ("F033", {"typed": "18. Januar 2026"}),
            ],
        ),
        ("17 enero 18 enero 2026", [("F033", {"typed": "18 enero 2026"})]),
        ("17 de enero -de 2026", []),
        ("17 supplier_name:enero 2026", []),
        ('"17 de enero de 2026"', []),
        ("enero 2026", []),
        ("17 enero~ 2026", []),
    ],
)
def test_what_could_be_meant_otherwise_is_remarked(
    text: str, remarks: list[tuple[str, dict[str, str]]]
) -> None:
    found = remarked(text, today=TODAY)[1]
    assert [(remark.code, dict(remark.facts)) for remark in found] == remarks


def test_the_kinds_are_those_of_the_schemas_and_what_is_issued() -> None:
    assert set(CALLED["kind"].values()) == {*KINDS, "slip"}
    assert set(CALLED["verdict"].values()) == set(VERDICTS)


def test_a_schema_may_add_its_own_fields() -> None:
    born = Property("birth_day", "date")
    named = Property("birth_place", "text")
    fee = Property("fee", "amount")
    known = fields_of([Schema("form", "Form", "form", properties=(born, named, fee))])
    assert parse("birth_place:madrid", fields=known) == Word("madrid", "birth_place")
    assert parse("birth_day:<1990", fields=known) == Range("birth_day", None, 19891231, "date")
    assert parse("fee:>=5 iban:x", fields=known) == And(
        (Range("fee", 500, None, "amount"), Word("x", "iban"))
    )


def test_a_name_with_two_meanings_is_searched_as_text() -> None:
    schemas = [Schema(kind, kind, kind, properties=(Property("due", kind),)) for kind in ("date", "amount")]
    assert fields_of(schemas)["due"] == "text"


def test_relative_days_need_a_day_to_start_from() -> None:
    with pytest.raises(SearchError, match="not a date"):
        parse("added:today")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("(" * (DEEPEST + 2) + "a" + ")" * (DEEPEST + 2), "too deep"),
        ("-" * (DEEPEST + 2) + "a", "too deep"),
        ("a" * (LONGEST + 1), "too long"),
        ("a " * (MOST_WORDS_OF_QUERY + 1), "too many words"),
    ],
)
def test_limits_are_sentences(text: str, word: str) -> None:
    with pytest.raises(SearchError, match=word):
        parse(text)


def test_the_deepest_query_is_printed_and_read_again() -> None:
    node = parse("-(" * (DEEPEST // 2) + "a b" + ")" * (DEEPEST // 2))
    assert parse(str(node)) == node
