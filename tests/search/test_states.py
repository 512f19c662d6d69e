"""What is known of records besides themselves is looked up as the lists tell it."""

from datetime import date
from pathlib import Path

import pytest

from docscan.archive.catalogue import Catalogue
from docscan.archive.keeping import holds
from docscan.archive.layout import hold
from docscan.errors import RetentionError
from docscan.messages import sentences
from docscan.search import parse, states
from docscan.search.nodes import Or, State, Word
from docscan.search.states import PAPER, STATES
from tests.archive.conftest import AGENT, NOW, archive, catalogue, file_one, object_id  # noqa: F401 - fixtures

TODAY = date(2026, 11, 22)


def test_every_state_has_its_sentence_and_its_rule() -> None:
    assert set(STATES.values()) <= set(sentences())
    assert set(STATES) == PAPER | set(states._RULES)


def test_what_is_due_cannot_be_told_without_a_schedule(catalogue: Catalogue) -> None:  # noqa: F811
    with pytest.raises(RetentionError):
        states.known(catalogue, ["is:due"], TODAY)


def test_a_hold_and_a_doubt_are_found_as_long_as_they_stand(catalogue: Catalogue) -> None:  # noqa: F811
    file_one(catalogue.archive, catalogue, 1)
    file_one(catalogue.archive, catalogue, 2)
    assert states.known(catalogue, ["has:hold", "has:doubt", "is:overdue"], TODAY) == {
        "has:hold": frozenset(),
        "has:doubt": {object_id(1), object_id(2)},
    }
    with hold(catalogue.archive):
        placed = holds.place(catalogue, [object_id(2)], min(holds.REASONS), now=NOW, agent=AGENT)
        assert states.known(catalogue, ["has:hold"], TODAY) == {"has:hold": {object_id(2)}}
        holds.release(catalogue, placed, now=NOW, agent=AGENT)
    assert states.known(catalogue, ["has:hold"], TODAY) == {"has:hold": frozenset()}


def test_a_client_is_also_whose_box_the_paper_stands_in() -> None:
    node = parse("client:Acmé -client:other", states=STATES)
    first, second = states.clients(node)
    assert states.of_clients(node, {"ACME": frozenset("a"), "Other": frozenset("b")}) == {
        str(first): {"a"},
        str(second): {"b"},
    }
    assert states.with_clients(first) == Or((Word("Acmé", "client"), State("client:Acmé")))
    assert states.named([states.with_clients(node)]) == {str(first), str(second)}


@pytest.mark.parametrize(
    ("query", "asked"), [("is:due fuse", {"is:due"}), ("-has:hold", {"has:hold"}), ("x", set())]
)
def test_only_the_states_that_are_asked_for_are_looked_up(query: str, asked: set[str]) -> None:
    assert states.named([parse(query, states=STATES)]) == asked


def test_the_page_of_answers_tells_every_state() -> None:
    page = (Path(__file__).parents[2] / "docs" / "answers.md").read_text()
    assert all(f"`{name}`" in page for name in STATES)
