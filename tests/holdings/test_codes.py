from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.holdings import codes
from docscan.holdings.codes import KINDS, LETTERS, MOST, Code, code, mended, parsed, typed

NUMBERS = st.integers(1, MOST)
DIGITS = "0123456789"


def other_codes(text: str) -> set[str]:
    """What is typed with one digit wrong, or with two of them in each other's place."""
    start, end = 2, len(text) - 1
    wrong = {text[:at] + digit + text[at + 1 :] for at in range(start, end) for digit in DIGITS}
    for one, two in combinations(range(start, end), 2):
        signs = list(text)
        signs[one], signs[two] = signs[two], signs[one]
        wrong.add("".join(signs))
    return wrong - {text}


@pytest.mark.parametrize("kind", KINDS)
def test_no_wrong_digit_and_no_two_that_changed_places_pass_for_a_code(kind: codes.Kind):
    for number in (*range(1, 100), *range(120_980, 121_020), MOST):  # every remainder, and figures that carry
        text = code(kind, number)
        assert not any(map(parsed, other_codes(text))), text


@given(st.sampled_from(KINDS), NUMBERS)
def test_nor_do_they_for_any_number_there_is(kind: codes.Kind, number: int):
    assert not any(map(parsed, other_codes(code(kind, number))))


@given(NUMBERS)
def test_no_kind_passes_for_another(number: int):
    for one, other in product(KINDS, KINDS):
        text = LETTERS[other] + code(one, number)[1:]
        assert (parsed(text) is None) == (one != other)


@given(st.sampled_from(KINDS), NUMBERS)
def test_a_code_says_what_it_was_made_of(kind: codes.Kind, number: int):
    assert parsed(code(kind, number)) == Code(kind, number)
    assert str(Code(kind, number)) == code(kind, number)


@given(st.sampled_from(KINDS), st.integers(1, 999_999), st.sampled_from("-'’ß?/_"))
def test_it_may_be_typed_shorter_in_small_letters_and_on_another_keyboard(
    kind: codes.Kind, number: int, hyphen: str
):
    letter, digits, check = code(kind, number)[0], str(number), code(kind, number)[-1]
    assert parsed(f" {letter}{hyphen}{digits}{check} ".lower()) == Code(kind, number)
    assert parsed(f"{letter}{digits}{check}") == Code(kind, number)


def test_a_gun_that_types_y_for_z_is_understood():
    number = next(n for n in range(1, 30) if code("item", n).endswith("Z"))
    assert parsed(code("item", number).replace("Z", "Y")) == Code("item", number)


@pytest.mark.parametrize(
    "text",
    ["", "F", "F-", "F-A", "F-000000C", "X-000012Q", "F-000012", "F-0000000012Q", "Ｆ-000012Q", "F-٠٠٠٠١٢Q"],
)
def test_what_is_no_code_is_none(text: str):
    assert parsed(text) is None


@given(st.text())
def test_any_text_can_be_asked_about(text: str):
    assert codes.looks_like_one(text) or parsed(text) is None
    assert all(parsed(str(one)) for one in mended(text))


@given(st.sampled_from(KINDS), st.integers(10, 999_999), st.data())
def test_two_neighbours_that_changed_places_are_put_back(kind: codes.Kind, number: int, data: st.DataObject):
    text = code(kind, number)
    at = data.draw(st.integers(2, len(text) - 3))
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    assert (swapped == text) or Code(kind, number) in mended(swapped)


def test_a_code_that_is_right_needs_no_mending():
    assert mended(code("box", 12)) == []


@pytest.mark.parametrize("number", [0, -1, MOST + 1])
def test_there_are_no_other_numbers(number: int):
    with pytest.raises(ValueError, match="no number"):
        code("box", number)


def test_an_action_has_a_check_letter_as_well():
    words = ["OUT", "IN", "RENEW", "UNDO", "WHO", "COUNT", "END"]
    made = {codes.action(word) for word in words}
    assert len(made) == len(words)
    assert not any(parsed(one) for one in made)
    assert codes.action("OUT") != codes.action("OTU")[:-1] + codes.action("OUT")[-1]
    assert typed(codes.action("OUT").replace("-", "'").lower()) == codes.action("OUT")
