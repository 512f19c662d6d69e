import string

import pytest

from docscan.messages import LANGUAGES, sentence, sentences


def places(wording: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


@pytest.mark.parametrize("code", sorted(sentences()))
def test_every_code_is_said_in_every_language_with_the_same_facts(code: str):
    wording = sentences()[code]
    assert set(wording) == set(LANGUAGES)
    assert len({frozenset(places(text)) for text in wording.values()}) == 1
    assert len(set(wording.values())) == len(LANGUAGES), "two languages say it alike: one is not translated"


def test_a_sentence_is_said_as_the_whole_of_its_file_has_it():
    for code, wording in sentences().items():
        for language in LANGUAGES:
            facts = {name: f"<{name}>" for name in places(wording[language])}
            assert sentence(code, language, **facts) == wording[language].format_map(facts), code


def test_a_language_nobody_translated_is_answered_in_english():
    assert sentence("A010", "fr") == sentence("A010", "en")


def test_facts_fill_their_places():
    assert "3 MB" in sentence("A060", "de", found="3 MB", allowed="2 MB")
