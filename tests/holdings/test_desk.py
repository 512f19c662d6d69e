"""The grammar of the desk: what a line means."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.errors import NotFoundError
from docscan.holdings import codes, desk
from docscan.holdings.entities import Box, Entity, Item, Location, Person
from docscan.holdings.session import Answer, Check, Lend, Put, Renew, Search, Session, TakeBack, Tell
from docscan.messages import LANGUAGES, sentence

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS: dict[str, Callable[[str, str], Entity]] = {
    "L": lambda id_, code: Location(id_, code, "site"),
    "B": Box,
    "F": lambda id_, code: Item(id_, code, "Expediente"),
    "P": lambda id_, code: Person(id_, code, "Ana Ruiz"),
}
SHELF, OTHER_SHELF = codes.code("location", 12), codes.code("location", 13)
BOX, OTHER_BOX = codes.code("box", 7), codes.code("box", 8)
ITEM, OTHER_ITEM = codes.code("item", 42), codes.code("item", 24)
SHORT, SHORT_BOX = ITEM.replace("-0000", "-"), BOX.replace("-00000", "-")
ANA, EVA = codes.code("person", 3), codes.code("person", 4)
KNOWN = {SHELF, OTHER_SHELF, BOX, OTHER_BOX, ITEM, OTHER_ITEM, ANA, EVA}
WRONG = {"L": "L-000012A", "B": "B-000007A", "P": "P-000003A", "A": "A-OUTA"}


def find(code: str) -> Entity:
    if code not in KNOWN:
        raise NotFoundError(code)
    return KINDS[code[0]](code, code)


def entity(code: str) -> Entity:
    return find(code)


def after(*lines: str, session: Session | None = None) -> desk.Heard:
    """What the last line means, when nothing is refused by the rules."""
    session, said = session or Session(), None
    for number, line in enumerate(lines):
        at = AT + timedelta(seconds=2 * number)
        session, said = desk.heard(session, line, find, at)
        session = replace(session, last=(desk.read(line).text, at))
    return session, said


def refused(*lines: str) -> str:
    said = after(*lines)[1]
    assert isinstance(said, Answer)
    assert said.kind == "refused"
    return said.code


def test_a_box_after_a_location_is_placed_there():
    assert after(SHELF, BOX)[1] == Put(entity(BOX), entity(SHELF))
    assert after(SHELF, BOX, OTHER_BOX)[1] == Put(entity(OTHER_BOX), entity(SHELF))


def test_an_item_goes_to_the_last_place_be_it_a_box_or_a_location():
    assert after(SHELF, BOX, ITEM)[1] == Put(entity(ITEM), entity(BOX))
    assert after(BOX, ITEM)[1] == Put(entity(ITEM), entity(BOX))
    assert after(SHELF, ITEM)[1] == Put(entity(ITEM), entity(SHELF))
    assert after(BOX, SHELF, ITEM)[1] == Put(entity(ITEM), entity(SHELF))


def test_a_box_without_a_location_is_opened_and_stays_where_it_is():
    assert after(BOX)[1] == Tell(entity(BOX))


def test_an_item_without_a_place_a_person_or_an_action_is_only_told_about():
    assert after(ITEM)[1] == Tell(entity(ITEM))


@pytest.mark.parametrize("lines", [(ANA, "A-OUT"), ("A-OUT", ANA)])
def test_a_person_and_out_in_either_order_lend_what_follows(lines: tuple[str, ...]):
    assert after(*lines, ITEM)[1] == Lend(entity(ITEM), entity(ANA))
    assert after(*lines, ITEM, EVA, OTHER_ITEM)[1] == Lend(entity(OTHER_ITEM), entity(EVA))


def test_nothing_is_lent_to_nobody():
    assert refused("A-OUT", ITEM) == "J065"


def test_a_person_alone_lends_nothing_and_forgets_the_place():
    assert refused(SHELF, ANA, ITEM) == "J068"


def test_in_and_renew_take_what_follows():
    assert after("A-IN", ITEM)[1] == TakeBack(entity(ITEM))
    assert after("A-RENEW", ITEM)[1] == Renew(entity(ITEM))
    assert after("A-IN", BOX, ITEM)[1] == Put(entity(ITEM), entity(BOX))


@pytest.mark.parametrize("code", [SHELF, BOX, ITEM, ANA])
def test_who_only_tells(code: str):
    assert after("A-WHO", code)[1] == Tell(entity(code))


@pytest.mark.parametrize("word", sorted(desk.ACTIONS))
def test_an_action_is_known_by_its_code_and_by_its_word_and_in_small_letters(word: str):
    for line in (codes.action(word), f"A-{word}", f"a-{word.lower()}"):
        assert desk.read(line) == desk.Scan("action", word)


def test_a_second_end_leaves_the_desk():
    session, _ = after(SHELF, "A-END", BOX, "A-END")
    assert not session.over
    session, _ = after(SHELF, "A-END", "", "A-END")
    assert session.over


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((SHELF, WRONG["L"], ITEM), "J060"),
        ((SHELF, WRONG["L"], BOX), "J060"),
        ((SHELF, BOX, WRONG["B"], ITEM), "J061"),
        ((ANA, "A-OUT", WRONG["P"], ITEM), "J062"),
        ((ANA, "A-OUT", WRONG["A"], ITEM), "J063"),
        ((SHELF, BOX, codes.code("box", 99), ITEM), "J061"),
        ((SHELF, "L-", ITEM), "J060"),
        ((SHELF, BOX, OTHER_SHELF[1:], ITEM), "J069"),
        ((SHELF, BOX, OTHER_SHELF[2:], ITEM), "J069"),
        ((SHELF, f"{BOX}{ITEM}", OTHER_ITEM), "J069"),
        ((BOX, f"{SHELF};", BOX), "J069"),
        ((BOX, f"{SHORT_BOX} {SHORT}", ITEM), "J069"),
        ((ANA, "A-OUT", f"{EVA}{codes.action('OUT')}", ITEM), "J069"),
        (("A-WHO", "A-I\0N", codes.action("OUT"), ANA, "\ufffd", ITEM), "J069"),
    ],
)
def test_after_a_place_a_person_or_an_action_that_was_not_read_nothing_goes_to_the_one_before(
    lines: tuple[str, ...], code: str
):
    assert refused(*lines) == code


def test_the_next_right_place_lets_items_go_on():
    assert after(SHELF, WRONG["B"], BOX, ITEM)[1] == Put(entity(ITEM), entity(BOX))
    assert after(SHELF, WRONG["L"], OTHER_SHELF, ITEM)[1] == Put(entity(ITEM), entity(OTHER_SHELF))


def test_an_item_that_was_misread_changes_nothing_for_the_next():
    assert after(BOX, "F-000042A", ITEM)[1] == Put(entity(ITEM), entity(BOX))


def test_two_digits_that_changed_places_are_named_if_the_right_code_is_registered():
    swapped = ITEM.replace("000042", "000024")
    said = after(swapped)[1]
    assert isinstance(said, Answer)
    assert (said.code, said.facts["first"], said.facts["second"], said.facts["meant"]) == (
        "J081",
        "5",
        "6",
        ITEM,
    )
    assert refused(codes.code("item", 77).replace("000077", "000770")) == "J080"


def test_the_same_code_within_a_second_counts_once():
    session, _ = after(BOX, ITEM)
    for delay, counts in ((0.4, False), (1.5, True)):
        at = AT + timedelta(seconds=2 + delay)
        _, said = desk.heard(session, ITEM, find, at)
        assert isinstance(said, Put) is counts
        assert counts or (isinstance(said, Answer) and said.code == "J090" and said.kind == "told")


def test_after_ten_minutes_nothing_goes_to_the_place_or_the_person_of_before():
    for lines in ((BOX, ITEM), (ANA, "A-OUT", ITEM)):
        session, _ = after(*lines)
        _, said = desk.heard(session, OTHER_ITEM, find, AT + timedelta(minutes=12))
        assert isinstance(said, Answer)
        assert said.code == "J064"


def test_a_number_is_a_count_of_folios_only_when_one_is_asked_for():
    asked = Session(mode="in", uncounted=find(ITEM))  # type: ignore[arg-type]  # an item
    assert after("203", session=asked)[1] == Check(find(ITEM), 203)  # type: ignore[arg-type]  # an item
    assert after("8412345678901", session=asked)[1] == Search("8412345678901")
    assert after("203")[1] == Search("203")
    assert after(OTHER_ITEM, "203", session=asked)[1] == Search("203")


@pytest.mark.parametrize("prefix", ["", "]C1", "]Q1", "+C1", "`c1", "\x02", "*", "~", "  ", "j"])
@pytest.mark.parametrize("suffix", ["", "\t", "\x03", " ", "\r"])
def test_what_a_reader_sends_around_a_code_does_no_harm(prefix: str, suffix: str):
    assert desk.read(f"{prefix}{ITEM}{suffix}") == desk.Scan("code", ITEM)
    assert desk.read(f"{prefix}{codes.action('IN')}{suffix}") == desk.Scan("action", "IN")


@pytest.mark.parametrize(
    "line",
    [
        "\0",
        f"{ITEM}{BOX}",
        f"{ITEM} {BOX}",
        f"{BOX};",
        f"F-0\x0742{ITEM}",
        "7" * 5_000,
        f"\ufffd{ITEM}",
        *(f"{SHORT}{between}{SHORT_BOX}" for between in (" ", "", ", ", " y ")),
        f"a-out{SHORT}",
        f"{SHORT.replace('-', '')} {SHORT_BOX.replace('-', '')}".lower(),
        f"{SHORT[:-1]}A {SHORT_BOX[:-1]}A",
        f"xx{ITEM}",
        f"abc{ITEM}",
        f"xx{ITEM}yy",
        "-1",
    ],
)
def test_what_is_no_single_scan_is_none(line: str):
    assert desk.read(line).kind == "garbled"
    assert refused(line) == "J083"


@pytest.mark.parametrize(
    "line", ["la casa-industrial", "B-12 y A-3", "plan B-7A", "B7C", "zażółć", "8412345678901", "a\tb"]
)
def test_words_and_numbers_are_looked_for(line: str):
    assert isinstance(after(line)[1], Search)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_types_what_nothing_is_called_is_told_what_the_desk_can_do(language: str):
    told = sentence("J110", language, text="'exit'")
    assert [word for word in desk.ACTIONS if not re.search(rf"A-{word}\b", told)] == []


def test_a_number_after_a_misread_item_is_not_the_count_of_the_item_before():
    asked = Session(mode="in", uncounted=find(ITEM))  # type: ignore[arg-type]  # an item
    for misread in ("F-000024A", f"{ITEM}{OTHER_ITEM}"):
        assert after(misread, "203", session=asked)[1] == Search("203")


@given(st.text(max_size=400))
def test_any_text_is_understood_somehow_and_answered(text: str):
    _, said = desk.heard(Session(), text, find, AT)
    assert (said is None) is (desk.read(text).kind == "nothing")


@given(
    st.lists(
        st.sampled_from([*sorted(KNOWN), *WRONG.values(), "A-OUT", "A-IN", "A-END", "A-WHO"]), max_size=8
    )
)
def test_an_item_goes_to_nothing_but_the_last_place_or_person_that_was_read(lines: list[str]):
    said = after(*lines, ITEM)[1]
    pointers = [line for line in lines if line[0] in "LBP"]
    last = desk.read(pointers[-1]).text if pointers else ""
    if isinstance(said, Put):
        assert isinstance(said.to, Location | Box)
        assert said.to.code == last
    if isinstance(said, Lend):
        people = [line for line in lines if line[0] == "P"]
        assert said.person.code == people[-1]
