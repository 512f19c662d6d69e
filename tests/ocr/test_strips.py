from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.model import Line, Word
from docscan.ocr import engine, strips
from docscan.ocr.strips import Cut
from docscan.places import Box

ROWS = ((100, 60, "Umbrella stand"), (100, 160, "1.452,00"), (700, 60, "Delivered in March"), (700, 160, "7"))
CUTS = [Cut(Box(left, top, left + 300, top + 40), 1.5, 1.2) for left, top, _ in ROWS]


@dataclass
class Pointing:
    """An engine that claims a word at each place it was told of."""

    places: list[tuple[float, float, float, float]]
    name: str = "pointing"
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def read(self, image, *_, **__):
        height, width = image.shape
        self.asked.append(image.shape)
        boxes = [
            Box(*(round(edge * size) for edge, size in zip(place, (width, height) * 2, strict=True)))
            for place in self.places
        ]
        return tuple(Line((Word("word", box, 1.0),)) for box in boxes)


def _read(scan, cuts, reader=None):
    return strips.asking(reader or engine.named(), 60)(scan, cuts, "eng")


def test_each_cut_is_read_by_itself_and_its_words_lie_where_they_stand_on_the_page(sheet):
    found = _read(sheet(*ROWS), CUTS)
    assert [" ".join(word.text for word in words) for words in found] == [text for *_, text in ROWS]
    for words, (left, top, text) in zip(found, ROWS, strict=True):
        assert words[0].box[:2] == pytest.approx((left + 2, top + 7), abs=6), text


@pytest.mark.parametrize("factor", [0.7, 1.0, 3.0])
def test_words_come_back_to_their_place_from_any_size(sheet, factor):
    (words,) = _read(sheet(*ROWS), [Cut(Box(100, 60, 400, 100), factor)])
    assert words[0].box == pytest.approx((102, 67, 220, 90), abs=6)


@pytest.mark.parametrize(("ground", "shade"), [(0, 255), (60, 170), (110, 200), (140, 230)])
def test_light_print_on_any_dark_ground_is_read(sheet, ground, shade):
    scan = sheet(
        (100, 92, "Quantity", 24, shade), (500, 92, "Price", 24, shade), under=[((80, 80, 760, 130), ground)]
    )
    (words,) = _read(scan, [Cut(Box(82, 82, 758, 128), 1.0, inverted=True, rim=0)])
    assert [word.text for word in words if word.text.isalpha()] == ["Quantity", "Price"]


def test_a_cut_at_the_edge_of_the_page_is_read(sheet):
    scan = sheet((2, 0, "Corner", 30), (1130, 765, "Corner", 30))
    for words in _read(scan, [Cut(Box(0, 0, 110, 34), 1.5), Cut(Box(1128, 765, 1240, 800), 1.5)]):
        assert [word.text for word in words] == ["Corner"]


def test_nothing_is_asked_when_nothing_is_cut(sheet):
    reader = Pointing([])
    assert _read(sheet(), [], reader) == []
    assert reader.asked == []


def test_all_cuts_are_read_in_one_run(sheet):
    reader = Pointing([])
    assert _read(sheet(*ROWS), CUTS, reader) == [()] * 4
    assert len(reader.asked) == 1


def test_a_cut_much_wider_than_a_line_is_cut_off(sheet):
    reader = Pointing([])
    _read(sheet(), [Cut(Box(0, 0, 1240, 40), 4.0)], reader)
    assert reader.asked[0][1] <= strips.WIDEST + 2 * strips.RIM


def test_a_word_between_two_cuts_belongs_to_neither_twice(sheet):
    found = _read(sheet(), CUTS, Pointing([(0.2, 0, 0.3, 1), (0.2, 0.4, 0.3, 0.6)]))
    assert sum(len(words) for words in found) <= 2


share = st.floats(0, 1)
places = st.lists(
    st.tuples(share, share, share, share).map(
        lambda p: (min(p[0], p[2]), min(p[1], p[3]), max(p[0], p[2]), max(p[1], p[3]))
    ),
    max_size=5,
)
cuts = st.lists(
    st.builds(
        lambda x, y, w, h, factor, rim: Cut(Box(x, y, min(1240, x + w), min(800, y + h)), factor, rim=rim),
        st.integers(0, 1200),
        st.integers(0, 780),
        st.integers(6, 600),
        st.integers(6, 150),
        st.floats(0.5, 4),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=3,
)


@given(cuts, places)
def test_words_never_leave_the_page(sheet, cuts, places):
    for words in _read(sheet(), cuts, Pointing(places)):
        for word in words:
            left, top, right, bottom = word.box
            assert 0 <= left < right <= 1240
            assert 0 <= top < bottom <= 800
