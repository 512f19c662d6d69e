"""Sheets of labels, read back from their pages as a camera or a reader does."""

import io
from collections.abc import Iterator

import pdfplumber
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.cli import printing
from docscan.holdings import codes
from docscan.holdings.desk import ACTIONS
from docscan.printed import labels
from docscan.printed.labels import FORMATS, Format, Label

LONG = "Świętokrzyskie Archiwum: expediente de contratación de Muñoz & Hijos, S. L., Größe 12"


def sheet(found: list[Label], format_: Format, skip: int = 0) -> bytes:
    return labels.pdf(found, format_, skip=skip, title="Depósito", language="es")


def read(made: bytes, dpi: int = 200) -> Iterator[tuple[int, str, str, tuple[float, float]]]:
    """Page, kind, text and place in millimetres from the left and the top, of each code."""
    for number, page in enumerate(pypdfium2.PdfDocument(made)):
        for one in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil()):
            corners = one.position.top_left, one.position.bottom_right
            across, down = (sum(getattr(corner, side) for corner in corners) / 2 for side in "xy")
            yield number, one.format.name, one.text, (across / dpi * 25.4, down / dpi * 25.4)


@pytest.mark.parametrize("name", FORMATS)
def test_bars_and_square_of_each_label_are_read_at_200_dpi(name: str):
    wanted = [codes.code(kind, number) for kind in codes.KINDS for number in (1, 120_394, 999_999)]
    found = list(read(sheet([Label(code, [LONG, "1998 – 2001"]) for code in wanted], FORMATS[name])))
    for kind in ("Code128", "QRCode"):
        assert sorted(text for _, one, text, _ in found if one == kind) == sorted(wanted)


@pytest.mark.parametrize("name", FORMATS)
def test_every_code_lies_within_its_own_label_row_by_row_after_those_left_out(name: str):
    format_, skip = FORMATS[name], 3
    wanted = [codes.code("item", number) for number in range(1, format_.size + 3)]
    across = format_.columns * format_.width + (format_.columns - 1) * format_.gap
    left, top = (210 - across) / 2, (297 - format_.rows * format_.height) / 2
    for page, _, text, (x, y) in read(sheet([Label(code) for code in wanted], format_, skip), 150):
        assert divmod(wanted.index(text) + skip, format_.size)[0] == page
        column, row = int((x - left) / (format_.width + format_.gap)), int((y - top) / format_.height)
        assert row * format_.columns + column == (wanted.index(text) + skip) % format_.size


def test_the_command_names_every_format():
    assert tuple(FORMATS) == printing.FORMATS


def test_formats_fit_on_a_sheet_and_keep_off_its_edges():
    for name, one in FORMATS.items():
        assert name.partition("-")[0] == f"{one.columns}x{one.rows}"
        across, down = one.columns * one.width + (one.columns - 1) * one.gap, one.rows * one.height
        assert across <= 210
        assert down <= 297
        assert min((210 - across) / 2, (297 - down) / 2) + one.margin >= labels.BY_PRINTERS


def test_a_label_with_two_digits_changed_places_is_read_and_rejected():
    wrong = "F-000021Q"  # of F-000012Q
    ((_, _, bars, _), (_, _, square, _)) = read(sheet([Label(wrong)], FORMATS["3x8"]))
    assert bars == square == wrong
    assert codes.parsed(bars) is None
    assert codes.parsed("F-000012Q") in codes.mended(bars)


@pytest.mark.parametrize("name", FORMATS)
def test_words_stay_within_their_label_and_say_when_they_are_cut(name: str):
    format_ = FORMATS[name]
    made = sheet([Label("F-000012Q", [LONG * 3, "Donaudampfschifffahrt" * 9])], format_)
    with pdfplumber.open(io.BytesIO(made)) as document:
        page = document.pages[0]
        right = (
            210 - format_.columns * format_.width - (format_.columns - 1) * format_.gap
        ) / 2 + format_.width
        assert max(char["x1"] for char in page.chars) <= right / 25.4 * 72
        assert min(char["x0"] for char in page.chars) >= labels.BY_PRINTERS / 25.4 * 72 - 0.01
        said = page.extract_text()
    assert said.startswith("F-000012Q\n")
    assert "Świętokrzyskie"[:8] in said
    assert said.count("…") >= 1


def test_short_words_are_not_cut():
    with pdfplumber.open(
        io.BytesIO(sheet([Label("P-000001E", ["Zoë Łęcka", "Kasse"])], FORMATS["3x7"]))
    ) as read_:
        assert read_.pages[0].extract_text() == "P-000001E\nZoë Łęcka\nKasse"


def test_the_codes_of_the_desks_actions_are_read_and_are_its_own():
    wanted = {codes.action(word) for word in ACTIONS}
    found = {text for _, _, text, _ in read(sheet([Label(code) for code in sorted(wanted)], FORMATS["2x7"]))}
    assert found == wanted
    assert not any(map(codes.parsed, wanted))


def test_the_same_labels_give_the_same_bytes():
    found = [Label("F-000012Q", [LONG])]
    assert sheet(found, FORMATS["4x10"]) == sheet(found, FORMATS["4x10"])


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=4), st.sampled_from(sorted(FORMATS)))
def test_any_words_can_stand_on_a_label(lines: list[str], name: str):
    assert sheet([Label("B-000001C", lines)], FORMATS[name]).startswith(b"%PDF-")
