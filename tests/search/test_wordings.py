"""What is typed finds what is printed: words, and numbers however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.search.terms import taken
from docscan.search.wordings import wordings


def found(text: str, query: str) -> bool:
    """Whether a page with the text has what is asked for, as the engines understand it."""
    page = taken(text)
    return any(
        wording[0] in page.wholes
        if len(wording) == 1 and wording[0] not in page.run
        else any(page.run[at : at + len(wording)] == wording for at in range(len(page.run)))
        for wording in wordings(query)
    )


@given(st.text(max_size=60))
def test_a_text_finds_itself(text: str) -> None:
    assert not wordings(text) or found(text, text)


@pytest.mark.parametrize("written", ["F-2026/0117", "F20260117", "f 2026 0117", "F-2026-0117", "F.2026.0117"])
@pytest.mark.parametrize("asked", ["F-2026/0117", "F20260117", "F-2026-0117", "F2026/0117"])
def test_a_number_is_found_however_it_is_written(written: str, asked: str) -> None:
    assert found(f"Nr. {written.upper()} vom", asked)


@pytest.mark.parametrize(
    "written", ["1.234,56", "1,234.56", "1 234,56", "1\u00a0234,56", "1\u2009234,56", "1'234.56"]
)
@pytest.mark.parametrize("asked", ["1.234,56", "1234.56", "1 234,56", "1'234,56"])
def test_an_amount_is_found_however_it_is_written(written: str, asked: str) -> None:
    assert found(f"Razem: {written} EUR", asked)


@pytest.mark.parametrize(
    "written", ["1.500,00", "1,500.00", "1 500,00", "1500,00", "1 500", "1.500", "1500", "1500,00zł"]
)
@pytest.mark.parametrize("asked", ["1500", "1.500"])
def test_a_round_amount_is_found_without_its_hundredths(written: str, asked: str) -> None:
    assert found(f"Razem: {written} zł", asked)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("25.50", "50,00"),
        ("50", "50,00"),
        ("2550", "25,50"),
        ("10,00", "1000"),
        ("1 000,00", "100000"),
        ("1 000 000,00", "100000000"),
        ("1.000,00", "100.000,00"),
        ("5,00", "1.500,00"),
        ("1.500,75", "1.500"),
        ("1.234,56", "234,56"),
        ("1.234,56", "123456"),
        ("123456", "1.234,56"),
        ("1 000 500,00", "1 000 000,00"),
    ],
)
def test_another_amount_is_not_found(written: str, asked: str) -> None:
    assert not found(f"Razem: {written} EUR", asked)


def test_a_day_with_its_month_is_found_in_a_date_though_it_looks_like_an_amount() -> None:
    assert found("vom 17.01.2026", "17.01")
    assert not found("vom 17.01.2026", "17,01")


@given(
    st.integers(0, 10**11),
    st.sampled_from(["", ".", ",", " ", "'"]),
    st.sampled_from(".,"),
    st.integers(0, 10**11),
)
def test_an_amount_finds_itself_alone(cents: int, between: str, point: str, other: int) -> None:
    written = f"{cents // 100:,}".replace(",", between) + f"{point}{cents % 100:02d}"
    asked = f"{other // 100},{other % 100:02d}"
    assert found(f"Summe {written} EUR", asked) == (cents == other or _tail(cents, other, between))


@pytest.mark.parametrize(
    "written",
    [
        "17.1.2026", "17.01.2026", "17/01/26", "01/17/2026", "2026-01-17", "17-ene-2026", "17.Januar 2026",
        "17. Januar 2026", "17th of January 2026", "17 de enero de 2026", "17º de enero de 2026",
    ],
)  # fmt: skip
def test_a_date_is_found_by_its_iso_form(written: str) -> None:
    assert found(f"vom {written}", "2026-01-17")
    assert found(written, "2026-01-17")
    assert found("2026-01-17", written)


@pytest.mark.parametrize(
    ("printed", "joined"),
    [
        ("ES91 2100 0418 4502 0005 1332", "ES9121000418450200051332"),
        ("GB29 NWBK 6016 1331 9268 19", "GB29NWBK60161331926819"),
        ("526 104 08 28", "5261040828"),
        ("GB 980 7806 84", "GB980780684"),
        ("GB 980 7806 84", "980780684"),
        ("B 12345674", "B12345674"),
    ],
)
def test_a_number_in_groups_and_one_without_find_each_other(printed: str, joined: str) -> None:
    assert found(f"Konto {printed} EUR", joined)
    assert found(f"NIP {printed}.", joined)
    assert found(f"Konto 7 {joined} EUR", printed)


def test_an_iban_may_be_typed_in_small_letters() -> None:
    assert found("Konto ES9121000418450200051332", "es91 2100 0418 4502 0005 1332")


@pytest.mark.parametrize(
    ("printed", "asked"),
    [
        ("Nr. 12345678", "de 12345678"),
        ("Nr. F12345678", "NIF 12345678"),
        ("NIF 12345678", "F12345678"),
        ("NIP 526 104 08 28", "P5261040828"),
    ],
)
def test_a_word_before_a_number_is_no_part_of_it(printed: str, asked: str) -> None:
    assert not found(printed, asked)


@pytest.mark.parametrize("asked", ["91.123.45", "9112345", "91 123.45"])
def test_a_number_divided_by_the_same_sign_may_be_none_of_money(asked: str) -> None:
    assert found("Tel. 91.123.45", asked)


def test_a_tax_id_is_found_with_the_land_s_letters_apart() -> None:
    assert found("CIF B-12345674", "ES B12345674")


def test_a_few_digits_apart_are_no_number_of_all_of_them() -> None:
    assert not found("Nr. 1234", "12 34")


@pytest.mark.parametrize("divided", ["Rech-\nnung", "Rech\u00ad\nnung", "Rech\u2010\nnung", "Rech\u200bnung"])
def test_a_word_divided_at_the_end_of_a_line_is_found_whole(divided: str) -> None:
    assert found(divided, "Rechnung")
    assert taken(f"Die {divided}en", "de").lemmas == {"de=rechnung"}


def test_a_word_is_not_joined_with_another_line() -> None:
    assert not found("Konto -\nNummer", "KontoNummer")


def _tail(cents: int, other: int, between: str) -> bool:
    """Whether print may as well be another number before the other amount: `2 500,00`."""
    groups = f"{cents // 100:,}".split(",")
    tails = {
        int("".join(groups[at:])) * 100 + cents % 100 for at in range(len(groups)) if groups[at][0] != "0"
    }
    return between == " " and other in tails
