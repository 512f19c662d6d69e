from docscan.model import Box, Word
from docscan.ocr import layout


def _words(rows):
    """Words of 10 pixels a letter and 20 high from (x, y, text)."""
    return [
        Word(text, Box(x + 10 * offset, y, x + 10 * (offset + len(text)), y + 20), 1.0)
        for x, y, line in rows
        for offset, text in _placed(line)
    ]


def _placed(line):
    offset = 0
    for text in line.split():
        yield offset, text
        offset += len(text) + 1


def _texts(lines):
    return [line.text for line in lines]


def test_words_in_any_order_become_lines():
    words = _words([(0, 0, "first line"), (0, 25, "second one")])
    assert _texts(layout.lines(words[::-1])) == ["first line", "second one"]


def test_a_wide_gap_begins_a_block():
    lines = layout.lines(_words([(0, 0, "one block"), (0, 25, "goes on"), (0, 100, "another")]))
    assert [line.block for line in lines] == [0, 0, 1]


def test_two_columns_of_text_are_read_one_after_the_other():
    left = [
        (0, 25 * row, text)
        for row, text in enumerate(("Muster GmbH Berlin", "Lange Strasse", "near the river"))
    ]
    right = [
        (400, 25 * row, text)
        for row, text in enumerate(("Client and Sons", "Short Street", "at the station"))
    ]
    lines = layout.lines(_words(left + right))
    assert _texts(lines) == [text for _, _, text in left + right]
    assert [line.block for line in lines] == [0, 0, 0, 1, 1, 1]


def test_labels_and_amounts_stay_on_their_line():
    rows = [(0, "Net amount", "100.00"), (25, "Tax at 21", "21.00"), (50, "Total due", "121.00")]
    words = _words([(0, y, label) for y, label, _ in rows] + [(500, y, value) for y, _, value in rows])
    assert _texts(layout.lines(words)) == [f"{label} {value}" for _, label, value in rows]


def test_no_words_are_no_lines():
    assert layout.lines([]) == ()
