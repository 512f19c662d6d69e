from dataclasses import replace

import pytest

from docscan import cleanup
from docscan.model import Word
from docscan.ocr import engine, glance, ink, strips
from docscan.places import Box

LANGUAGES = ("spa", "pol", "deu", "eng")


@pytest.fixture
def asked():
    """What the engine was asked for, in order: a language and how many rows."""
    return []


@pytest.fixture
def look(asked):
    """A first look with the real engine."""

    def ask(scan, cuts, language):
        asked.append((language, len(cuts)))
        return strips.asking(engine.named(), 60)(scan, cuts, language)

    def looking(scan, languages=LANGUAGES, turn=cleanup.turn):
        return glance.look(scan, ink.found(scan), languages, ask, turn)

    return looking


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_few_rows_tell_the_language(look, asked, drawn, letters, name):
    scan = drawn(letters[name])
    assert look(scan) == (scan, name)
    assert sum(rows for _, rows in asked) <= sum(glance.ROWS)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_lies_is_turned_until_it_can_be_read(look, drawn, letters, angle):
    scan = cleanup.turn(drawn(letters["deu"]), angle)
    found, name = look(scan)
    assert name == "deu"
    assert found.treatments == (f"turn {angle}", f"turn {360 - angle}")
    assert (found.image == drawn(letters["deu"]).image).all()


@pytest.mark.parametrize("angle", [0, 90, 180])
def test_a_page_seen_to_be_upright_is_not_turned(look, drawn, letters, angle):
    scan = replace(cleanup.turn(drawn(letters["spa"]), angle), upright=True)
    assert look(scan)[0] is scan


def test_a_page_that_may_not_be_turned_stays_as_it_lies(look, drawn, letters):
    scan = cleanup.turn(drawn(letters["spa"]), 180)
    assert look(scan, turn=None)[0] is scan


def test_an_upright_page_in_the_only_language_costs_no_look(look, asked, drawn, letters):
    scan = replace(drawn(letters["eng"]), upright=True)
    assert look(scan, ("deu",)) == (scan, "deu")
    assert asked == []


def test_a_page_in_the_only_language_may_still_lie(look, drawn, letters):
    scan = cleanup.turn(drawn(letters["pol"]), 180)
    found, name = look(scan, ("pol",))
    assert (found.treatments[-1], name) == ("turn 180", "pol")


@pytest.mark.parametrize(
    "texts",
    [(), ("7",), ("Nr. 12",), ("2041 1.452,00 28/02/2026", "922 555 010 1 2 3 4 5 6 7")],
    ids=["nothing", "a digit", "few letters", "numbers"],
)
def test_a_page_that_tells_nothing_stays_and_is_taken_for_the_first_language(look, drawn, texts):
    scan = drawn(texts)
    found, name = look(scan, ("pol", "eng"))
    assert found is scan, found.treatments
    assert name == "pol"


def test_a_language_that_cannot_be_told_is_taken_when_nothing_else_is(look, drawn, letters):
    assert look(drawn(letters["eng"]), ("deu+eng", "pol"))[1] == "deu+eng"
    assert look(drawn(letters["pol"]), ("deu+eng", "pol"))[1] == "pol"


def test_surely_read_letters_are_those_of_words_not_of_dirt():
    box = Box(0, 0, 9, 9)
    words = [Word("total", box, 0.9), Word("toal", box, 0.5), Word("il", box, 0.9), Word("12345", box, 0.9)]
    assert glance.good_letters(words) == 5
    assert glance.good_share(words) == pytest.approx(5 / 16)
    assert glance.good_share([]) == 0
