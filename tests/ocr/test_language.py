import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Word
from docscan.ocr import language
from docscan.places import Box

LANGUAGES = ("spa", "pol", "deu", "eng")


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_few_lines_tell_their_language(letters, name):
    guessed, lead = language.guess(" ".join(letters[name]), LANGUAGES)
    assert guessed == name
    assert lead > 0.3


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_language_is_told_though_another_model_lost_its_accents(letters, name):
    plain = " ".join(letters[name]).encode("ascii", "replace").decode().replace("?", "e")
    assert language.guess(plain, LANGUAGES)[0] == name


def test_only_languages_asked_for_are_guessed(letters):
    assert language.guess(" ".join(letters["pol"]), ("spa", "eng"))[0] == ""
    assert language.guess(" ".join(letters["pol"]), ()) == ("", 0.0)


def test_a_language_without_a_table_is_never_guessed(letters):
    assert "tlh" not in language.known()
    assert language.guess(" ".join(letters["eng"]), ("tlh", "deu")) == ("", 0.0)
    assert language.guess(" ".join(letters["eng"]), ("tlh", "eng")) == ("eng", 1.0)


@pytest.mark.parametrize("text", ["", "2041 1.452,00 28/02/2026", "Acme 7", "de", "ES-1 PL 2 DE 3"])
def test_numbers_and_a_word_or_two_tell_no_language(text):
    assert language.guess(text, LANGUAGES) == ("", 0.0)


def test_compounds_tell_german(letters):
    assert language.guess("Auftragsnummer Lieferantennummer Kassenbetrag", LANGUAGES)[0] == "deu"


def test_every_language_of_the_tables_is_told_by_its_own_words():
    for name in language.known():
        words = " ".join(sorted(language._tongues()[name].words))
        assert language.guess(words, sorted(language.known()))[0] == name


@given(st.text(max_size=60), st.lists(st.sampled_from([*LANGUAGES, "fra", "tlh"]), unique=True))
def test_a_guess_is_one_of_those_asked_for_and_its_lead_is_a_share(text, among):
    name, lead = language.guess(text, among)
    assert name in {"", *among}
    assert 0 <= lead <= 1
    assert bool(name) or lead == 0


def test_a_polish_company_s_form_is_no_number():
    def read(text: str, name: str) -> str:
        (line,) = language.mended([Line((Word(text, Box(0, 0, 9, 9), 0.9),))], name)
        return line.text

    assert read("0.0.", "pol") == "o.o."
    assert read("0.0.", "spa") == "0.0."
    assert read("0,00", "pol") == "0,00"
