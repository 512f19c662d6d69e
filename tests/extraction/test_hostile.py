"""Text that nobody would print: extraction takes its time from the words of a page, not their product."""

import gc
import random
import time

import pytest

from docscan.extraction import extract
from docscan.extraction.rows import MOST_WORDS, rows_of
from docscan.model import Line, Page, Word
from docscan.places import Box
from docscan.schema import Schema

MOST_SECONDS = 1.0  # of processor, for one page, whatever stands on it
TRIES = 5  # a busy machine's seconds are longer; a blow-up is one at every try
_any = random.Random(1)  # noqa: S311 - the same text every time


def figures(most: int) -> str:
    return str(_any.randrange(10**most))


def money() -> str:
    return f"{_any.randrange(10**5)},{_any.randrange(100):02}"


PAGES = {
    "twenty thousand words of digits": [[figures(8) for _ in range(20)] for _ in range(1000)],
    "digits in one row": [[figures(4) for _ in range(20_000)]],
    "amounts alone": [[money() for _ in range(10)] for _ in range(1000)],
    "amounts by labels": [["Total:", *(money() for _ in range(9))] for _ in range(500)],
    "long runs of punctuation": [["." * 200, "-" * 200, "/" * 200, ",." * 100] for _ in range(200)],
    "labels repeated": [["Factura", "nº", "Total:", "IVA", "Fecha:", "NIF", "IBAN:"] for _ in range(2000)],
    "one label repeated in a row": [["Total"] * 5000],
    "labels with values": [["Fecha:", "01/02/2026", "Total", "IVA", "21%", money(), money()]] * 1500,
    "surcharges on everything": [
        ["IVA", "21%", money(), "R.E.", "5,2%", money(), money()] for _ in range(500)
    ],
    "headings repeated": [["Proveedor:"], ["NIF:", "B12345674"], ["Cliente:"], ["Acme", "S.L."]] * 500,
    "heads of tables repeated": [["Descripción", "", "Cantidad", "", "Precio", "", "Importe"]] * 1000,
    "a word of 100 kB": [["x" * 100_000], ["1" * 100_000], ["1." * 50_000], ["(" * 100_000], ["O0" * 50_000]],
    "nested separators": [["((((1.234,56))))"] * 100, ["1,2,3,4,5,6,7"] * 200, ["1/2/3/4/5"] * 200] * 5,
    "groups like an account's": [["AB12"] * 20_000],
    "days that the calendar lacks": [[f"{_any.randrange(32, 99)}/01/2026"] * 20 for _ in range(1000)],
    "a receipt without an end": [["RECEIPT", "Cash", "Change", "Cashier"]]
    + [["Total", money(), "Cash", "5.00", "Change", "1.00"] for _ in range(2000)],
}


def page(rows: list[list[str]]) -> Page:
    """Words as wide as their letters, two hundred at most, in rows of their own."""
    lines = []
    for number, texts in enumerate(rows):
        words, left = [], 0
        for text in texts:
            width = 12 * max(1, min(len(text), 200))
            words.append(Word(text, Box(left, number * 36, left + width, number * 36 + 24), 0.9))
            left += width + (60 if text == "" else 12)
        lines.append(Line(tuple(word for word in words if word.text)))
    return Page(1, 2480, 3508, 300, "read", tuple(lines))


@pytest.mark.parametrize("name", PAGES)
def test_no_text_takes_more_than_a_second(name: str, schemas: tuple[Schema, ...]) -> None:
    hostile = page(PAGES[name])
    assert any(cost(hostile, schemas) < MOST_SECONDS for _ in range(TRIES))


def cost(hostile: Page, schemas: tuple[Schema, ...]) -> float:
    """Seconds of processor for the page alone: not for the garbage of the tests before this one."""
    gc.collect()
    gc.freeze()
    began = time.process_time()
    extract([hostile], schemas)
    took = time.process_time() - began
    gc.unfreeze()
    return took


def test_the_words_of_a_page_beyond_any_page_s_are_not_asked() -> None:
    """The bound itself, whatever the machine: the rows that everything else is asked of hold no more."""
    rows = rows_of([page(PAGES["twenty thousand words of digits"])])
    assert sum(len(row.words) for row in rows) == MOST_WORDS
    assert not rows_of([page(PAGES["a word of 100 kB"])])
