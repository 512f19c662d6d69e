import re
import re._parser
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.extraction import identifiers, labels, parties, tables, values

MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września "
    "października listopada grudnia",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
CENTS = st.integers(0, 10**11 - 1)


def grouped(cents: int, group: str, point: str) -> str:
    return f"{cents // 100:,}".replace(",", group) + f"{point}{cents % 100:02d}"


@given(
    DAYS, st.sampled_from(["{0:%d.%m.%Y}", "{0:%d/%m/%Y}", "{0:%d-%m-%Y}", "{0:%Y-%m-%d}", "{0:%Y.%m.%d}"])
)
def test_a_date_in_figures_is_read_back(day: date, form: str) -> None:
    found = values.read_date(form.format(day))
    assert found is not None
    assert found.value == day.isoformat()


@given(DAYS, st.sampled_from(["es", "pl", "de", "en"]))
def test_a_date_with_the_name_of_its_month_is_read_back(day: date, language: str) -> None:
    month = MONTHS[language].split()[day.month - 1]
    forms = {
        "es": f"Madrid, a {day.day} de {month} de {day.year}",
        "pl": f"dnia {day.day} {month} {day.year} r.",
        "de": f"Berlin, den {day.day}. {month} {day.year}",
        "en": f"{month} {day.day}, {day.year}",
    }
    found = values.read_date(forms[language])
    assert found is not None
    assert (found.value, found.confidence) == (day.isoformat(), 1.0)


def test_day_and_month_change_places_only_when_nothing_else_fits() -> None:
    day_first, must_be = values.read_date("03/04/2026"), values.read_date("03/25/2026")
    assert day_first is not None
    assert must_be is not None
    assert day_first.value == "2026-04-03"
    assert (must_be.value, must_be.order) == ("2026-03-25", "mdy")


@pytest.mark.parametrize(
    "text", ["31.02.2026", "30 dni", "201/113/40209", "12.03", "1.2.3.4", "00/00/0000", "99.99.9999"]
)
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert values.read_date(text) is None


@given(
    CENTS, st.sampled_from([(".", ","), (" ", ","), (" ", ","), (",", "."), ("'", "."), ("", ","), ("", ".")])
)
def test_an_amount_in_any_writing_is_read_back(cents: int, writing: tuple[str, str]) -> None:
    found = values.read_amount(grouped(cents, *writing))
    assert found is not None
    assert (found.value, found.confidence) == (Decimal(cents) / 100, 1.0)


@given(
    CENTS.filter(bool), st.sampled_from(["-{}", "{}-", "({})", "- {}", "−{}", "-{} €", "€ -{}", "EUR -{}"])
)
def test_a_minus_is_never_lost(cents: int, form: str) -> None:
    found = values.read_amount(form.format(grouped(cents, ".", ",")))
    assert found is not None
    assert found.value == -Decimal(cents) / 100


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,00 €", "EUR"),
        ("12,00 zł", "PLN"),
        ("$12.00", "USD"),
        ("12,00 PLN", "PLN"),
        ("CHF 12.00", "CHF"),
        ("12,00", ""),
    ],
)
def test_the_currency_beside_an_amount_is_told(text: str, code: str) -> None:
    found = values.read_amount(text)
    assert found is not None
    assert found.currency == code


def test_one_dot_before_three_figures_is_a_doubtful_thousand() -> None:
    found = values.read_amount("1.234")
    assert found is not None
    assert found.value == 1234
    assert found.confidence < 0.7


@pytest.mark.parametrize("text", ["21 %", "12/2026", "1.23.4", "12:30", "A12,00", "", "1.234.5,6.7"])
def test_what_is_no_amount_is_not_taken_for_one(text: str) -> None:
    assert values.read_amount(text) is None


def unbounded(tree: Iterable[object], inside: bool = False) -> Iterator[bool]:
    """For each repeat without a limit, whether it stands inside another one."""
    for item in tree:
        if isinstance(item, tuple) and item and str(item[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
            _, (_, most, body) = item
            endless = str(most) == "MAXREPEAT"
            if endless:
                yield inside
            yield from unbounded(body, inside or endless)
        elif isinstance(item, (tuple, list, re._parser.SubPattern)):
            yield from unbounded(item, inside)


@pytest.mark.parametrize("module", [values, identifiers, parties, tables, labels])
def test_no_pattern_repeats_without_limit_inside_a_repeat(module: ModuleType) -> None:
    patterns = [item for item in vars(module).values() if isinstance(item, re.Pattern)]
    assert patterns
    for pattern in patterns:
        assert not any(unbounded(re._parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)))


def test_a_pattern_with_a_repeat_inside_a_repeat_would_be_noticed() -> None:
    assert any(unbounded(re._parser.parse(r"(?:a+b?)+c")))


def test_more_digits_than_any_amount_has_are_none() -> None:
    assert values.read_amount("100000000000000000000000000") is None
    assert values.read_amount("1234567890123,45") is not None


@given(st.text(max_size=200))
def test_no_text_is_too_strange_to_be_read(text: str) -> None:
    amount = values.read_amount(text)
    found = values.read_date(text)
    assert amount is None or re.fullmatch(r"-?\d+\.\d{2}", values.money(amount.value))
    assert found is None or date.fromisoformat(found.value)


@pytest.mark.parametrize("words", ["20 % £178.50 £35.70", "21% 178,50 35,70 €", "178.50 35.70"])
def test_amounts_side_by_side_are_no_tax_id(words):
    assert identifiers.tax_id(words.split()) is None


def test_a_tax_id_in_groups_is_joined():
    found = identifiers.tax_id(["GB", "999", "9652", "14"])
    assert found is not None
    assert found[2] == "GB999965214"


def test_a_comma_read_as_a_point_and_a_currency_in_other_letters_leave_an_amount_one() -> None:
    for text, value in (("1.234.56", "1234.56"), ("1,234,56", "1234.56"), ("1.234.567", "1234567")):
        found = values.read_amount(text)
        assert found is not None
        assert found.value == Decimal(value)
    found = values.AMOUNT.search("825.00ريال")
    assert found is not None
    assert found["number"] == "825.00"
    assert values.AMOUNT.search("825.00x") is None
