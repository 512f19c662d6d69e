from collections import Counter
from dataclasses import replace

import cv2
import pytest

from docscan.model import Line, Word
from docscan.ocr import again, engine, ink, strips
from docscan.places import Box

BUDGET = 250
ADDRESSES = {"spa": "contacto@ferreteria-roble.es", "pol": "biuro@drukarnia-nowa.pl"}


def _first(scan, language):
    return engine.named().read(scan.image, language, dpi=scan.dpi, timeout=60)


def _looked(scan, lines, language="eng", budget=BUDGET, ask=None):
    reader = engine.named()
    means = again.means(reader, language, ask or strips.asking(reader, 60), budget)
    return again.look(scan, lines, ink.found(scan), means)


def _texts(lines):
    return [word.text for line in lines for word in line.words]


def _on_page(lines, scan):
    return all(
        0 <= left < right <= scan.width and 0 <= top < bottom <= scan.height
        for line in lines
        for left, top, right, bottom in (word.box for word in line.words)
    )


def _saying(*answers):
    """An engine's stead that reads each cut as the next answer: texts and how sure they are."""
    left = list(answers)

    def ask(scan, cuts, _language):
        said = [left.pop(0) if left else () for _ in cuts]
        return [
            tuple(Word(text, replace_left(cut.box, 20 * at), sure) for at, (text, sure) in enumerate(words))
            for cut, words in zip(cuts, said, strict=True)
        ]

    return ask


def replace_left(box, by):
    return Box(box.left + by, box.top, box.left + by + 18, box.bottom)


# ---- print that was not read ---------------------------------------------------------------------------


HEADS = ("Quantity", "Description", "Amount")


@pytest.fixture(scope="module")
def barred(sheet):
    """A table whose heads stand in grey on a dark bar, which the engine does not read."""
    heads = [(100 + 380 * at, 92, text, 30, 170) for at, text in enumerate(HEADS)]
    rows = [
        (100 + 380 * at, 170 + 50 * row, text)
        for row in range(6)
        for at, text in enumerate(("12", "Oak table", "120.00"))
    ]
    return sheet(*heads, *rows, under=[((80, 80, 1160, 140), 110)])


def test_light_heads_on_a_dark_bar_are_found_where_they_stand(barred):
    lines = _first(barred, "eng")
    assert not set(HEADS) & set(_texts(lines)), "the engine alone finds them: the test shows nothing"
    looked = _looked(barred, lines)
    assert _texts(looked)[: len(HEADS)] == list(HEADS)
    head = next(word for line in looked for word in line.words if word.text == "Amount")
    assert (head.box.left, head.box.right) == pytest.approx((860, 973), abs=10)
    assert head.box.middle[1] == pytest.approx(110, abs=6)


def test_a_bar_read_in_part_is_read_whole_and_no_word_of_it_twice(barred):
    first = Line((Word("Quantity", Box(98, 92, 206, 126), 0.9),))
    below = [line for line in _first(barred, "eng") if line.box.top > 140]
    looked = _looked(barred, (first, *below))
    assert Counter(_texts(looked)) == Counter([*HEADS, *["12", "Oak", "table", "120.00"] * 6])


@pytest.fixture(scope="module")
def columns(sheet):
    """Digits alone in columns far from anything else."""
    rows = [(100, 60 + 70 * row, f"Position {row + 1} of the order") for row in range(8)]
    digits = [
        (left, 60 + 70 * row, str((row * step) % 9 + 1))
        for row in range(8)
        for left, step in ((800, 2), (1000, 4))
    ]
    return sheet(*rows, *digits)


def test_a_page_of_which_the_engine_saw_nothing_is_read_whole(columns):
    looked = " ".join(_texts(_looked(columns, ())))
    assert all(f"Position {row + 1} of the order" in looked for row in range(8))


def test_digits_alone_in_a_column_are_found(columns):
    lines = _first(columns, "eng")
    assert not [word for line in lines for word in line.words if word.box.left > 700], "found already"
    looked = _looked(columns, lines)
    found = sorted(
        (word.box.top, word.box.left, word.text)
        for line in looked
        for word in line.words
        if word.box.left > 700
    )
    assert [text for *_, text in found] == [str((row * step) % 9 + 1) for row in range(8) for step in (2, 4)]
    assert ink.coverage(ink.found(columns), [word.box for line in looked for word in line.words]) > 0.98


def test_what_is_found_stands_in_the_order_of_the_page(columns):
    looked = _looked(columns, _first(columns, "eng"))
    tops = [line.box.top for line in looked]
    assert tops == sorted(tops, key=lambda top: round(top / 70))


def test_a_word_between_words_joins_their_line(sheet):
    scan = sheet((100, 100, "From the first word to the last one"))
    (line,) = _first(scan, "eng")
    gap = replace(line, words=tuple(word for word in line.words if word.text not in ("first", "word")))
    (looked,) = _looked(scan, (gap,))
    assert looked.text == line.text


def test_words_around_print_that_was_not_read_are_not_read_twice(sheet):
    scan = sheet((100, 100, "a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8"))
    words = [word for line in _first(scan, "eng") for word in line.words]
    some = (Line(tuple(words[1::2])),)
    looked = _looked(scan, some)
    assert max(Counter(word.box for line in looked for word in line.words).values()) == 1
    assert Counter(_texts(some)) <= Counter(_texts(looked))
    assert len(_texts(looked)) <= len(words)


def test_dirt_is_not_taken_for_words(sheet):
    scan = sheet((100, 100, "A letter and nothing more"))
    for left in range(200, 1100, 90):
        cv2.line(scan.image, (left, 500), (left + left % 40 - 20, 520 + left % 17), 0, 2 + left % 3)
    looked = _looked(scan, _first(scan, "eng"))
    assert _texts(looked)[:5] == ["A", "letter", "and", "nothing", "more"]
    assert not any(len(text) > 1 for text in _texts(looked)[5:])


# ---- weak words ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(sheet):
    scan = sheet((100, 100, "one two three"))
    (line,) = _first(scan, "eng")
    return scan, line


def _doubted(line, sure):
    return (replace(line, words=tuple(replace(word, confidence=sure) for word in line.words)),)


def test_a_weak_word_is_replaced_only_by_a_surer_one(three):
    scan, line = three
    ask = _saying((("1", 0.8),), (("2", 0.3),), (("3", 0.95),))
    (looked,) = _looked(scan, _doubted(line, 0.5), ask=ask)
    assert looked.text == "1 two 3"
    assert [word.confidence for word in looked.words] == [0.8, 0.5, 0.95]
    assert [word.box for word in looked.words] == [word.box for word in line.words]


def test_a_sure_word_is_not_looked_at(three):
    scan, line = three
    assert _looked(scan, _doubted(line, 0.95), ask=_saying((("1", 1.0),))) == _doubted(line, 0.95)


def test_a_word_read_as_nothing_stays(three):
    scan, line = three
    assert _looked(scan, _doubted(line, 0.1), ask=_saying()) == _doubted(line, 0.1)


def test_a_neighbour_cut_out_with_a_weak_word_is_not_read_twice(three):
    scan, line = three
    one, two, three_ = line.words
    weak = (replace(line, words=(replace(one, confidence=0.2), two, three_)),)

    def ask(*_):
        return [(replace(one, confidence=0.9), replace(two, confidence=0.9))]

    assert [looked.text for looked in _looked(scan, weak, ask=ask)] == ["one two three"]


def test_without_a_budget_no_word_changes_and_nothing_is_asked(barred):
    def ask(*_):
        raise AssertionError

    lines = _first(barred, "eng")
    weak = tuple(replace(line, words=tuple(replace(w, confidence=0.1) for w in line.words)) for line in lines)
    assert _looked(barred, weak, budget=0, ask=ask) == weak


@pytest.mark.parametrize("budget", [1, 30, 60, 1000])
def test_no_more_is_asked_than_the_budget_allows(columns, budget):
    asked = []

    def ask(_scan, cuts, _language):
        asked.extend(cuts)
        return [()] * len(cuts)

    lines = tuple(
        replace(line, words=tuple(replace(word, confidence=0.1) for word in line.words))
        for line in _first(columns, "spa")
    )
    _looked(columns, lines, "spa", budget, ask)
    assert len(asked) * again.COST <= 3 * budget  # for lost print, weak words and other signs
    assert bool(asked) == (budget >= again.COST)


# ---- signs that a model does not know ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [24, 28, 33, 40])
@pytest.mark.parametrize("language", ADDRESSES)
def test_an_address_is_read_though_the_model_has_no_at_sign(sheet, language, size):
    scan = sheet((100, 100, "Tel. 922 555 010", size), (100, 200, ADDRESSES[language], size))
    lines = _first(scan, language)
    assert ADDRESSES[language] not in _texts(lines)
    looked = _looked(scan, lines, language)
    assert _texts(looked) == ["Tel.", "922", "555", "010", ADDRESSES[language]]
    (word,) = looked[-1].words
    assert word.box[0] == pytest.approx(100, abs=6)
    assert word.box.width == pytest.approx(0.52 * size * len(word.text), rel=0.15)


@pytest.mark.parametrize("text", ["www.drukarnia-nowa.pl", "nowa.pl", "https://nowa.pl/oferta.html"])
def test_what_is_no_mail_address_gets_no_at_sign(sheet, text):
    scan = sheet((100, 100, "Strona firmy"), (100, 200, text))
    assert "@" not in "".join(_texts(_looked(scan, _first(scan, "pol"), "pol")))


SPLIT = Word("biuroQnowa.pl", Box(100, 104, 300, 140), 0.5)


def _address_read_as(sheet, *parts, line=(SPLIT,)):
    """How an address comes out that the page's model reads as `line` and the other as `parts`."""
    scan = sheet((100, 100, "biuro@nowa.pl"))
    return _texts(_looked(scan, (Line(line),), "pol", ask=_saying([(part, 0.9) for part in parts])))


def test_an_address_keeps_its_end_once_with_the_full_stop_after_it(sheet):
    assert _address_read_as(sheet, "biuro@nowa.pl.") == ["biuro@nowa.pl."]
    line = Word("do", Box(60, 104, 95, 140), 0.9), SPLIT
    assert _address_read_as(sheet, "do", "biuro@nowa.p1", line=line) == ["do", "biuro@nowa.pl"]


def test_an_address_that_the_page_s_model_broke_becomes_whole(sheet):
    broken = [
        Word(text, Box(left, 104, left + 80, 140), 0.9)
        for left, text in ((100, "biuro"), (182, "Q"), (264, "nowa.pl"))
    ]
    assert _address_read_as(sheet, "biuro@nowa.pl", line=broken) == ["biuro@nowa.pl"]


def test_an_address_that_ends_otherwise_is_another_one(sheet):
    assert _address_read_as(sheet, "biuro@nowa.com") == ["biuroQnowa.pl"]


def test_letters_that_the_other_model_does_not_know_stay(sheet):
    scan = sheet((100, 100, "żółć"))
    polish = (Line((Word("żółć", Box(100, 104, 165, 140), 0.5),)),)
    assert _texts(_looked(scan, polish, "pol", ask=_saying((("żółć", 0.4),), (("zolc", 0.9),)))) == ["żółć"]
    for sign in ("§7", "12,50", "FV/2026/03"):  # what needs none of them may be read with either
        assert _texts(_looked(scan, polish, "pol", ask=_saying((("1", 0.4),), ((sign, 0.9),)))) == [sign]


def test_a_language_that_knows_all_signs_is_looked_at_once(three):
    scan, line = three
    seen = []

    def ask(_scan, cuts, language):
        seen.append(language)
        return [()] * len(cuts)

    _looked(scan, _doubted(line, 0.2), "deu", ask=ask)
    assert seen == ["deu"]


# ---- rules ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ruled(sheet):
    """A table with rules, and a footer with signs that look like them."""
    scan = sheet((120, 120, "Oak table"), (100, 600, "Acme Ltd | Short Street 4 | London"))
    for left in (80, 400, 700):
        cv2.line(scan.image, (left, 100), (left, 400), 0, 3)
    for top in (100, 180, 400):
        cv2.line(scan.image, (80, top), (700, top), 0, 3)
    return scan


def test_rules_read_as_signs_go_and_signs_that_look_like_rules_stay(ruled):
    table = Line(
        (
            Word("|", Box(76, 110, 86, 170), 0.9),
            Word("Oak", Box(120, 125, 172, 150), 0.9),
            Word("table|", Box(182, 125, 405, 150), 0.9),
            Word("—", Box(410, 396, 690, 405), 0.9),
        )
    )
    only_rules = Line((Word("|", Box(395, 200, 405, 300), 0.9), Word("¦", Box(695, 200, 705, 300), 0.9)))
    footer = next(line for line in _first(ruled, "eng") if "London" in line.text)
    looked = _looked(ruled, (table, only_rules, footer), budget=0)
    assert [line.text for line in looked] == ["Oak table", "Acme Ltd | Short Street 4 | London"]


# ---- altogether ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["barred", "columns", "ruled"])
def test_second_looks_leave_every_word_on_the_page_and_lose_none_that_was_sure(page, request):
    scan = request.getfixturevalue(page)
    lines = _first(scan, "eng")
    looked = _looked(scan, lines)
    assert _on_page(looked, scan)
    sure = [word for line in lines for word in line.words if word.confidence > 0.9 and word.text.isalnum()]
    assert {(word.text, word.box) for word in sure} <= {
        (word.text, word.box) for line in looked for word in line.words
    }
