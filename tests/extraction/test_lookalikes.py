"""What a misread text may say instead, and what proves it."""

import string

from hypothesis import given
from hypothesis import strategies as some
from stdnum.es import cif, nif
from stdnum.pl import nip

from docscan.extraction import identifiers, lookalikes

figures = some.text(alphabet=string.digits, min_size=7, max_size=7)
MISREAD = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}


@given(some.text(alphabet=string.ascii_letters + string.digits, max_size=30))
def test_no_reading_is_the_text_itself_nor_said_twice(text: str) -> None:
    found = list(lookalikes.readings(text))
    assert len(set(found)) == len(found)
    assert text not in found
    assert all(len(other) == len(text) for other in found)


@given(some.text(alphabet=string.digits, min_size=1, max_size=12), some.data())
def test_a_text_with_one_letter_for_a_figure_may_say_what_was_printed(
    text: str, data: some.DataObject
) -> None:
    at = data.draw(some.integers(0, len(text) - 1))
    if text[at] in MISREAD:
        misread = text[:at] + MISREAD[text[at]] + text[at + 1 :]
        assert text in set(lookalikes.readings(misread))


@given(figures, some.integers(0, 7))
def test_a_spanish_id_with_a_letter_for_a_figure_is_put_right_by_its_check_digit(body: str, at: int) -> None:
    number = f"B{body}"
    printed = number + cif.calc_check_digits(number)[0]
    if printed[1:][at] in MISREAD:
        misread = printed[: at + 1] + MISREAD[printed[at + 1]] + printed[at + 2 :]
        if misread[1:].isdigit() or identifiers.tax_id_valid(misread):
            return
        found = identifiers.tax_id_readings(misread, f"NIF: {misread}")
        assert not found or printed in found
        assert all(identifiers.tax_id_valid(value) for value in found)


@given(
    some.from_regex(r"[0-9XYZ][0-9]{7}[A-Z]|[ABEH][0-9]{8}|[0-9]{10}|DE[0-9]{9}|PL[0-9]{10}", fullmatch=True)
)
def test_an_id_with_the_form_of_one_is_never_changed(value: str) -> None:
    """One in ten of other ids has the right check digits by chance."""
    assert identifiers.tax_id_readings(value, "Tax ID") == ()


def test_a_figure_is_a_letter_only_where_spain_s_id_is_named() -> None:
    printed = "B7655566" + cif.calc_check_digits("B7655566")[0]
    misread = f"8{printed[1:]}"
    assert identifiers.tax_id_readings(misread, f"NIF: {misread}") == (printed,)
    assert identifiers.tax_id_readings(misread, f"VAT no. {misread}") == ()


def test_check_digits_of_the_libraries_are_those_meant() -> None:
    assert nif.is_valid("12345678Z")
    assert nip.is_valid("1234563218")
    assert identifiers.tax_id_readings("I2345678Z", "NIF I2345678Z") == ("12345678Z",)
    assert identifiers.tax_id_readings("PL12345632I8", "NIP") == ("PL1234563218",)


def test_accounts_are_put_right_by_their_check_digits_and_left_alone_when_whole() -> None:
    def readings(text: str) -> list[tuple[str, ...]]:
        return [found for *_, found in identifiers.misread_ibans(text)]

    assert readings("IBAN: DEO2 1203 0000 0000 2020 51") == [("DE02120300000000202051",)]
    assert readings("IBAN: ES91 21O0 O418 4502 OO05 1332") == [("ES9121000418450200051332",)]
    assert (
        readings("IBAN: ES91 2100 0418 4502 0005 1333") == []
    )  # its check digits fail: a person has to look
    assert readings("IBAN: DE12 1234 5678 1234 5678 90") == []
    assert readings("ABCD EFGH IJKL MNOP QRST UVWX") == []


@given(some.text(alphabet=string.digits, min_size=18, max_size=18), some.integers(0, 19))
def test_a_german_account_with_one_letter_for_a_figure_is_what_was_printed(body: str, at: int) -> None:
    check = 98 - int(f"{body}131400") % 97
    printed = f"DE{check:02}{body}"
    if printed[at + 2] in MISREAD:
        misread = printed[: at + 2] + MISREAD[printed[at + 2]] + printed[at + 3 :]
        assert [found for *_, found in identifiers.misread_ibans(misread)] == [(printed,)]
