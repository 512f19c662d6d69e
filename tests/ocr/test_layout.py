import itertools

from docscan.model import Word
from docscan.ocr import layout
from docscan.places import Box


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


SENTENCE = (
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "small",
    "birds",
    "sing",
)


def _paragraph(x, y, rows, words):
    return [
        (x, y + 25 * row, " ".join(SENTENCE[(3 * row + n) % len(SENTENCE)] for n in range(words)))
        for row in range(rows)
    ]


def _by_block(lines):
    return [
        [line.text for line in group] for _, group in itertools.groupby(lines, key=lambda line: line.block)
    ]


def test_three_columns_of_text_are_read_one_after_the_other():
    columns = [_paragraph(x, 0, 5, 4) for x in (0, 400, 800)]
    assert _by_block(layout.lines(_words([*columns[0], *columns[1], *columns[2]]))) == [
        [text for _, _, text in column] for column in columns
    ]


def test_a_heading_over_columns_and_a_line_under_them_do_not_join_them():
    heading, foot = [(0, 0, " ".join(SENTENCE))], [(0, 155, " ".join(SENTENCE[::-1]))]
    columns = [_paragraph(x, 30, 5, 5) for x in (0, 420)]
    blocks = _by_block(layout.lines(_words(heading + columns[0] + columns[1] + foot)))
    assert blocks == [[text for _, _, text in part] for part in (heading, *columns, foot)]


def test_an_address_beside_labels_with_their_values_is_read_by_itself():
    address = [(0, 0, "Kunde AG Hamburg"), (0, 25, "Kurze Gasse 7"), (0, 50, "20095 Hamburg")]
    facts = [(500, 0, "Rechnung Nr.: 4711"), (500, 25, "Datum: 01.02.2026"), (500, 50, "Kunde: 77")]
    blocks = _by_block(layout.lines(_words(address + facts)))
    assert blocks == [[text for _, _, text in part] for part in (address, facts)]


def test_a_table_of_several_columns_keeps_its_rows():
    cells = [
        ("Description of goods", "Qty", "Unit price", "Amount due"),
        ("Oak table round", "2", "100.00 EUR", "200.00 EUR"),
        ("Steel chair", "4", "50.00 EUR", "200.00 EUR"),
        ("Red carpet", "1", "80.00 EUR", "80.00 EUR"),
    ]
    places = [
        (x, 25 * n, text)
        for n, row in enumerate(cells)
        for x, text in zip((0, 300, 450, 650), row, strict=True)
    ]
    assert _texts(layout.lines(_words(places))) == [" ".join(row) for row in cells]
