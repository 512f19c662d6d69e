"""A printed paper: its pages, its letters, and the checkpoint that it carries."""

import hashlib
import io

import pdfplumber
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan.messages import LANGUAGES
from docscan.printed import paper
from docscan.printed.paper import Facts, Heading, Mark, Paper, Signatures, Table, Text

MARK = Mark("docscan/0123456789abcdef", 12_345, hashlib.sha256(b"tree").digest())
BOXES = Table(
    ("Caja", "Páginas"), [(f"C-{n}", str(n)) for n in range(80)] + [("Total", "3160")], (3, 1), frozenset({1})
)


def texts(made: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(made)) as document:
        return [page.extract_text() for page in document.pages]


def codes(made: bytes, dpi: int) -> list[list[str]]:
    pages = pypdfium2.PdfDocument(made)
    return [
        [code.text for code in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())] for page in pages
    ]


def test_the_same_paper_gives_the_same_bytes():
    made = Paper("Acta", "es", [Heading("Cajas"), BOXES, Signatures([("Entrega", ["Firma:"])])], MARK)
    assert paper.pdf(made) == paper.pdf(made)


def test_a_table_goes_on_over_pages_under_its_head_and_every_page_has_its_number():
    pages = texts(paper.pdf(Paper("Acta", "es", [BOXES])))
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert "Caja Páginas" in page
        assert f"Página {number} / {len(pages)}" in page
    found = "\n".join(pages).split()
    assert [word for word in found if word.startswith("C-")] == [f"C-{n}" for n in range(80)]


@pytest.mark.parametrize("rows", [1, 17, 19, 35, 80])
def test_signatures_stand_below_the_last_rows_and_a_heading_above_the_first(rows: int):
    table = Table(("Lp.", "Tytuł"), [(f"R-{n}", "Łódź") for n in range(rows)], (1, 3))
    signed = Signatures([(f"S-{n}", ["Podpis:"] * 4) for n in range(4)], "Oświadczam")
    parts = [
        Facts([("archiwum", "x")] * 7),
        Heading("Zwrócono"),
        table,
        Heading("Razem"),
        Text("nic"),
        signed,
    ]
    pages = texts(paper.pdf(Paper("Rewers", "pl", parts, MARK)))
    held = [[word for word in page.split() if word.startswith("R-")] for page in pages]
    assert [row for page in held for row in page] == [f"R-{n}" for n in range(rows)]
    assert len(held[-1]) >= min(paper.SIGNED_ROWS, rows)
    assert all(word in pages[-1] for word in ("Razem", "nic", "Oświadczam", "S-0", "S-3"))
    (headed,) = (n for n, page in enumerate(pages) if "Zwrócono" in page)
    assert held[headed][0] == "R-0"
    assert all("Lp. Tytuł" in page for page, rows_on_it in zip(pages, held, strict=True) if rows_on_it)


def test_what_is_signed_goes_on_over_pages_where_it_is_longer_than_one():
    table = Table(("a",), [("word " * 1_200,)] * 2, (1,))
    signed = Signatures([("S-0", ["Podpis:"])], "word " * 1_200)
    pages = texts(paper.pdf(Paper("Rewers", "pl", [table, signed], MARK)))
    assert "".join(pages).count("word") == 3_600
    assert "S-0" in pages[-1]


@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_the_code_on_every_page_says_which_ledger_how_long_and_its_root(dpi: int):
    said = codes(paper.pdf(Paper("Acta", "en", [BOXES], MARK)), dpi)
    assert len(said) > 1
    assert said == [[f"docscan/0123456789abcdef 12345 {MARK.root.hex()}"]] * len(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_size_and_root_also_stand_there_to_be_typed(language: str):
    (page,) = texts(paper.pdf(Paper("Acta", language, [Text("…")], MARK)))
    assert f"docscan ledger check-paper 12345 {MARK.root.hex()[:20]}" in page


def test_without_a_checkpoint_there_is_no_code():
    assert codes(paper.pdf(Paper("Acta", "en", [Text("…")])), 150) == [[]]


def test_letters_of_all_languages_are_printed_and_markup_is_only_text():
    text = "Zażółć gęślą jaźń; Señor Muñoz; Größe ß; <b>5 < 6 & 7</b> &amp;"
    made = paper.pdf(Paper(text, "pl", [Text(text), Facts([(text, text)])]))
    assert "".join(texts(made)).replace("\n", " ").count("Zażółć gęślą jaźń; Señor Muñoz; Größe ß;") == 3
    assert "<b>5 < 6 & 7</b> &amp;" in texts(made)[0]


def test_its_typeface_is_inside():
    document = pypdfium2.PdfDocument(paper.pdf(Paper("Acta", "es", [Text("Uno")])))
    fonts = {item.get_font().get_base_name() for item in document[0].get_objects() if item.type == 1}
    assert fonts
    assert all("SourceSansPro" in name for name in fonts), fonts


@settings(max_examples=10, deadline=None)
@given(st.text(max_size=2_000), st.integers(0, 3))
def test_any_text_can_be_printed_in_any_place(text: str, rows: int):
    parts = [
        Heading(text[:200]),
        Text(text),
        Facts([(text[:50], text)]),
        Table((text[:20], "n"), [(text, str(n)) for n in range(rows)], (1, 1), total=rows > 0),
        Signatures([(text[:100], ["…"]), ("x", [])]),
    ]
    assert paper.pdf(Paper(text[:200], "de", parts, MARK)).startswith(b"%PDF-")
