from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan import cleanup, messages, ocr
from docscan.errors import EngineFailedError, EngineMissingError
from docscan.model import Line, Page, Scan, Word
from docscan.ocr import engine
from docscan.ocr.engine import Engine
from docscan.pipeline import Choice, Reading
from docscan.places import Box, mapped

USUAL = [Choice(name, {}) for name in cleanup.STEPS if name not in ("levels", "soften")]
LANGUAGES = ("spa", "pol", "deu", "eng")
REMEDIES = ocr.Remedies(cleanup.turn, cleanup.levels, cleanup.soften)


@dataclass
class Watched:
    """The fastest engine, and what it was asked for: a layout and a language."""

    inner: Engine = field(default_factory=engine.named)
    failing: tuple[str, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self):
        return self.inner.name

    def languages(self):
        return self.inner.languages()

    def read(self, image, language, *, dpi, layout="page", timeout):
        self.asked.append((layout, language))
        if layout in self.failing:
            raise EngineFailedError("it stopped", hint="none")
        return self.inner.read(image, language, dpi=dpi, layout=layout, timeout=timeout)

    @property
    def pages(self):
        """The languages that whole pages were read in."""
        return [language for layout, language in self.asked if layout == "page"]


@pytest.fixture
def watched(monkeypatch):
    reader = Watched()
    monkeypatch.setattr(engine, "named", lambda _: reader)
    return reader


def _read(scan, languages=LANGUAGES, expected="", **options):
    return ocr.read(scan, languages, Reading(**options), REMEDIES, expected)


def _found(page, lines):
    """The share of the drawn words that were read."""
    drawn = " ".join(lines).split()
    return sum(word in page.text.split() for word in drawn) / len(drawn)


# ---- the language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_is_told_by_a_first_look_and_read_once(watched, drawn, letters, name):
    page = _read(drawn(letters[name]))
    assert (page.state, page.language) == ("read", name)
    assert _found(page, letters[name]) >= 0.95
    assert watched.pages == [name]


def test_an_upright_page_in_the_language_of_the_pages_before_is_read_without_a_look(watched, drawn, letters):
    page = _read(replace(drawn(letters["deu"]), upright=True), expected="deu", second_look=0)
    assert _found(page, letters["deu"]) >= 0.95
    assert watched.asked == [("page", "deu")]


def test_a_page_in_an_unexpected_language_is_read_in_its_own(watched, drawn, letters):
    page = _read(replace(drawn(letters["eng"]), upright=True), expected="deu")
    assert page.language == "eng"
    assert _found(page, letters["eng"]) >= 0.95
    assert watched.pages == ["deu", "eng"]


def test_the_only_language_is_taken_for_every_page(watched, drawn, letters):
    assert _read(drawn(letters["deu"]), ("pol",)).language == "pol"
    assert watched.pages == ["pol"]


def test_a_language_without_a_table_is_read_when_it_is_the_only_or_the_first_one(drawn, letters):
    for languages in (("deu+eng",), ("deu+eng", "spa")):
        page = _read(drawn(letters["deu"]), languages)
        assert page.language == "deu+eng"
        assert _found(page, letters["deu"]) >= 0.95


def test_numbers_alone_are_read_as_they_stand(drawn):
    rows = ("2041 1.452,00 28/02/2026", "922 555 010 144 0806 6908 1961", "8008 5095 5005 010 060 90909")
    page = _read(drawn(rows))
    assert page.treatments == ()
    assert _found(page, rows) >= 0.9


# ---- which way is up --------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_turned_page_is_read_and_its_words_lie_on_the_ink(drawn, letters, angle):
    scan = replace(cleanup.turn(drawn(letters["spa"]), angle), treatments=())
    page = _read(scan)
    assert _found(page, letters["spa"]) >= 0.95
    assert page.treatments == (f"turn {360 - angle}",)
    assert mapped(page.to_source, *page.words[0].box.middle) == pytest.approx((175, 103), abs=6)


@pytest.mark.parametrize("angle", [90, 180])
def test_a_page_said_to_be_upright_is_not_turned(drawn, letters, angle):
    scan = replace(cleanup.turn(drawn(letters["spa"]), angle), treatments=(), upright=True)
    assert _read(scan).treatments == ()


def test_without_remedies_a_page_is_read_as_it_lies(drawn, letters):
    scan = replace(cleanup.turn(drawn(letters["spa"]), 180), treatments=())
    assert ocr.read(scan, LANGUAGES, Reading()).treatments == ()


@pytest.mark.parametrize("texts", [("Nr. 12",), ("Seite 7",), ("42",)])
def test_a_page_of_few_letters_is_read_as_it_stands(drawn, texts):
    page = _read(drawn(texts))
    assert (page.text, page.treatments) == (texts[0], ())


def test_broken_strokes_are_joined_when_the_page_reads_badly(sheet):
    lines = ("TAX INVOICE 18348/102", "CASHIER 0117 TILL 4", "MINERAL WATER 2.30", "TOTAL SALES 6.45")
    whole = sheet(*((60, 60 + 60 * row, line, 22) for row, line in enumerate(lines)), size=(700, 400))
    kept = np.random.default_rng(4).random(whole.image.shape) >= 0.35
    broken = replace(whole, image=np.where(kept, whole.image, 255).astype(np.uint8), upright=True)
    as_it_lies = ocr.Remedies(cleanup.turn, cleanup.levels, lambda scan: scan)
    found = [
        ocr.read(broken, LANGUAGES, Reading(second_look=0), ways, "eng") for ways in (REMEDIES, as_it_lies)
    ]
    assert found[0].treatments == ("soften",)
    assert _found(found[0], lines) >= _found(found[1], lines) + 0.2


def test_what_shines_through_is_taken_away_when_the_page_reads_badly(watched, drawn, letters):
    scan = replace(drawn(letters["spa"]), upright=True)
    back = np.ascontiguousarray(drawn(letters["deu"]).image[:, ::-1])
    faint = np.minimum(scan.image, 255 - (255 - np.roll(back, 25, axis=0)) // 3)
    page = _read(replace(scan, image=np.asarray(faint, dtype=np.uint8)), ("spa",))
    assert _found(page, letters["spa"]) >= 0.9


# ---- second looks -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def order(sheet, letters):
    """A letter with digits alone at its side and grey heads on a dark bar."""
    rows = [(100, 60 + 60 * row, text) for row, text in enumerate(letters["eng"])]
    digits = [(1100, 60 + 120 * row, str(3 + row)) for row in range(3)]
    heads = [(100, 412, "Quantity", 30, 170), (600, 412, "Amount", 30, 170)]
    return sheet(*rows, *digits, *heads, under=[((80, 400, 1160, 460), 110)])


def test_second_looks_add_what_was_missed_and_lose_nothing(order, letters):
    before, after = (_read(order, ("eng",), second_look=budget) for budget in (0, 250))
    assert not {"Quantity", "Amount"} & {word.text for word in before.words}
    assert {"Quantity", "Amount", "3", "4", "5"} <= {word.text for word in after.words}
    assert _found(after, letters["eng"]) >= _found(before, letters["eng"]) >= 0.95
    assert after.coverage >= before.coverage


def test_without_second_looks_the_engine_is_asked_once(watched, order):
    page = _read(replace(order, upright=True), ("eng",), second_look=0)
    (asked,) = watched.asked
    assert asked == ("page", "eng")
    lines = watched.inner.read(order.image, "eng", dpi=order.dpi, timeout=60)
    assert [word.text for word in page.words] == [word.text for line in lines for word in line.words]
    assert [word.box for word in page.words] == [word.box for line in lines for word in line.words]


def test_an_engine_that_fails_at_second_looks_does_not_lose_the_page(monkeypatch, order, letters):
    reader = Watched(failing=("block", "line"))
    monkeypatch.setattr(engine, "named", lambda _: reader)
    page = _read(replace(order, upright=True), ("eng",))
    assert reader.asked[-1][0] != "page", "nothing was looked at again: the test shows nothing"
    assert (page.state, _found(page, letters["eng"])) == ("read", 1)


@pytest.mark.parametrize("failing", [("page",), ("page", "block")])
def test_an_engine_that_fails_at_the_page_says_so(monkeypatch, order, failing):
    reader = Watched(failing=failing)
    monkeypatch.setattr(engine, "named", lambda _: reader)
    with pytest.raises(EngineFailedError):
        _read(order)


def test_a_page_that_takes_too_long_is_given_up(drawn, letters):
    with pytest.raises(EngineFailedError, match="longer than"):
        _read(drawn(letters["spa"]), timeout=0.001)


def test_an_engine_that_is_not_there_is_said(drawn, letters):
    with pytest.raises(EngineMissingError, match="nobody"):
        _read(drawn(letters["spa"]), engine="nobody")


@pytest.mark.parametrize("name", ["tesserocr", "tesseract"])
def test_either_engine_reads_the_page(drawn, letters, name):
    if name == "tesserocr":
        pytest.importorskip("tesserocr")
    assert _found(_read(drawn(letters["pol"]), engine=name), letters["pol"]) >= 0.95


# ---- what is said of a page -------------------------------------------------------------------------------


def test_a_page_that_was_read_is_covered(drawn, letters):
    page = _read(drawn(letters["eng"]))
    assert page.coverage == pytest.approx(1, abs=0.01)
    assert page.quality == pytest.approx(page.confidence, abs=0.01)
    assert ocr.findings([page]) == ()


def test_a_page_with_print_that_was_not_read_is_less_covered(monkeypatch, drawn, letters):
    @dataclass
    class Half(Watched):
        """Reads the upper half of everything."""

        def read(self, image, language, *, dpi, layout="page", timeout):
            lines = super().read(image, language, dpi=dpi, layout=layout, timeout=timeout)
            return lines[: len(lines) // 2]

    monkeypatch.setattr(engine, "named", lambda _: Half())
    page = _read(replace(drawn(letters["eng"]), upright=True), ("eng",), second_look=0)
    assert page.coverage == pytest.approx(0.5, abs=0.1)
    assert page.quality < 0.6
    (finding,) = ocr.findings([page])
    assert (finding.code, finding.severity) == ("R060", "note")
    assert finding.facts == {"page": "1", "coverage": f"{100 * page.coverage:.0f}"}


def test_a_blank_page_is_told_without_a_run(watched):
    scan = cleanup.clean(Scan(1, np.full((500, 400), 250, np.uint8), 100.0), USUAL)
    page = _read(scan)
    assert (page.state, page.lines, page.marks, page.language) == ("blank", (), (), "")
    assert (page.coverage, page.quality) == (1, 1)
    assert watched.asked == []


def test_ink_without_a_word_is_empty(sheet):
    scan = sheet()
    cv2.circle(scan.image, (600, 400), 200, 0, 4)
    page = _read(scan, ("eng",))
    assert (page.state, page.lines) == ("empty", ())


def test_a_page_of_dark_noise_is_empty_without_a_run(watched):
    chance = np.random.default_rng(6)
    image = np.clip(chance.normal(10, 8, (800, 600)), 0, 255).astype(np.uint8)
    page = _read(Scan(1, image, 200.0))
    assert (page.state, page.coverage, page.quality) == ("empty", 0, 0)
    assert [finding.code for finding in ocr.findings([page])] == ["R010", "R050"]
    assert watched.asked == []


def test_faint_print_on_a_dark_page_is_read(drawn, letters):
    light = (255 - drawn(letters["eng"]).image.astype(int)) * 30 // 255
    image = np.clip(light + np.random.default_rng(7).normal(10, 3, light.shape), 0, 255).astype(np.uint8)
    page = _read(Scan(1, image, 200.0), ("eng",))
    assert _found(page, letters["eng"]) >= 0.95


def test_boxes_to_tick_are_found_on_the_page_as_it_was_read(sheet):
    scan = sheet((170, 95, "yes, please send it to me"), (170, 195, "no, do not send it to me"))
    for top in (100, 200):
        cv2.rectangle(scan.image, (110, top), (140, top + 30), 0, 2)
    cv2.line(scan.image, (113, 103), (137, 127), 0, 4)
    cv2.line(scan.image, (137, 103), (113, 127), 0, 4)
    for found in (_read(scan, ("eng",)), _read(cleanup.turn(scan, 180), ("eng",))):
        assert [mark.ticked for mark in found.marks] == [True, False]
        assert found.marks[0].box.middle == pytest.approx((125, 115), abs=4)


def test_a_page_that_could_not_be_read_covers_nothing():
    page = ocr.failed(Scan(2, np.zeros((10, 20), np.uint8), 300.0, source_size=(20, 10)))
    assert (page.state, page.width, page.height, page.source_size) == ("failed", 20, 10, (20, 10))
    assert (page.coverage, page.quality) == (0, 0)


def test_shade_skew_and_specks_together_are_read(drawn, letters):
    scan = drawn(letters["spa"])
    matrix = cv2.getRotationMatrix2D((scan.width / 2, scan.height / 2), 2.5, 1)
    image = cv2.warpAffine(scan.image, matrix, (scan.width, scan.height), borderValue=(255, 255, 255))
    image = (image * np.linspace(0.95, 0.4, scan.width)[None, :]).astype(np.uint8)
    image[np.random.default_rng(2).random(image.shape) < 0.01] = 0
    page = _read(cleanup.clean(replace(scan, image=image), USUAL))
    assert _found(page, letters["spa"]) >= 0.9
    assert {treatment.split()[0] for treatment in page.treatments} >= {"light", "deskew", "specks"}


def test_findings_name_the_page_and_speak_every_language():
    poor, fair = ((Line((Word("blurred", Box(0, 0, 9, 9), sure),)),) for sure in (0.4, 0.9))
    pages = [
        Page(1, 10, 10, 300.0, "empty"),
        ocr.failed(Scan(2, np.zeros((10, 10), np.uint8), 300.0, source_size=(10, 10))),
        Page(3, 10, 10, 300.0, "read", poor),
        Page(4, 10, 10, 300.0, "blank"),
        Page(5, 10, 10, 300.0, "textlayer", poor),
        Page(6, 10, 10, 300.0, "read", fair, coverage=0.4),
        Page(7, 10, 10, 300.0, "read", fair),
        Page(8, 10, 10, 300.0, "read", fair, coverage=0.3),
        Page(9, 10, 10, 300.0, "textlayer", fair, coverage=0.65),
        Page(10, 10, 10, 300.0, "textlayer", fair, coverage=0.95),
        Page(11, 10, 10, 300.0, "read", fair, treatments=("half", "deskew 0.4")),
        Page(12, 10, 10, 300.0, "blank", treatments=("cut",)),
    ]
    found = ocr.findings(pages)
    assert [(item.code, item.severity, item.facts["page"]) for item in found] == [
        ("R010", "doubt", "1"),
        ("R020", "error", "2"),
        ("R030", "doubt", "3"),
        ("R040", "note", "4"),
        ("R060", "note", "6"),
        ("R060", "doubt", "8"),
        ("R060", "note", "9"),
        ("R070", "doubt", "11"),
        ("R080", "doubt", "12"),
        ("R040", "note", "12"),
    ]
    for item in found:
        said = {messages.sentence(item.code, name, **item.facts) for name in messages.LANGUAGES}
        assert len(said) == 4
    assert [item.code for item in ocr.findings(pages[3:4])] == ["R040", "R050"]


@pytest.mark.parametrize("grey", [150, 170, 190])
def test_grey_print_beside_black_is_read(grey):
    image = Image.new("L", (2480, 1800), 252)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 42)
    for row in range(12):
        pen.text((200, 150 + 90 * row), "Wir bestätigen den Eingang Ihrer Bestellung", fill=20, font=font)
    foot = ("IBAN DE12 5001 0517 0648 4898 90", "Handelsregister Sonnenberg HRB 4711")
    for row, line in enumerate(foot):
        pen.text((200, 1500 + 80 * row), line, fill=grey, font=font)
    scan = cleanup.clean(Scan(1, np.asarray(image, dtype=np.uint8), 300.0), USUAL)
    page = ocr.read(scan, ("deu",), Reading())
    assert all(line in page.text for line in foot)
