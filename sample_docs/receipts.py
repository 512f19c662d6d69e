"""Till receipts on narrow paper; prices include tax."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import paper
import parties
from figures import amount_printed, cents, day_printed
from parties import Party
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

WIDTH = 74
PRINT = 60


@dataclass(frozen=True)
class Receipt:
    """What a receipt says.

    Attributes:
        goods: Description, quantity, price a piece with tax, letter of its rate.
        rates: Letter and rate in per cent.
        given: Cash handed over.
        opening: Lines under the address, such as the ticket's number.
        closing: Lines at the end.
        words: Title, total, cash, change, and the word for tax.
    """

    language: str
    issue: str
    time: str
    seller: Party
    tax_id_word: str
    goods: Sequence[tuple[str, int, Decimal, str]]
    rates: Sequence[tuple[str, int]]
    given: Decimal
    words: tuple[str, str, str, str, str]
    opening: Sequence[str]
    closing: Sequence[str]
    face: str = "mono"

    @property
    def total(self) -> Decimal:
        """With tax."""
        return sum((count * price for _, count, price, _ in self.goods), Decimal(0))

    def gross(self, letter: str) -> Decimal:
        """The sum with tax of all goods of one rate."""
        return sum((count * price for _, count, price, of in self.goods if of == letter), Decimal(0))


def fields(receipt: Receipt) -> dict[str, str]:
    """What a reader should find."""
    return {
        "supplier_name": receipt.seller.name,
        "supplier_tax_id": receipt.seller.tax_id,
        "issue_date": receipt.issue,
        "currency": "PLN" if receipt.language == "pl" else "EUR",
        "total": str(receipt.total),
    }


def drawn(receipt: Receipt) -> bytes:
    """The receipt as a PDF of one narrow page."""
    title, total, cash, change, _ = receipt.words
    seller, face, language = receipt.seller, receipt.face, receipt.language
    top = [seller.name, seller.street, seller.town, f"{receipt.tax_id_word}: {seller.tax_id}"]
    bold = f"{face}-bold"
    size = paper.fitting(top[0], bold, 10, PRINT * mm - 2)
    story: list[Flowable] = [paper.text(top[0], bold, size, alignment=1)]
    story += [paper.text(line, face, 8.5, alignment=1) for line in top[1:]]
    story += [paper.gap(2), paper.text(f"<b>{title}</b>", face, 10, alignment=1)]
    when = f"{day_printed(receipt.issue, language)}  {receipt.time}"
    story += [paper.text(line, face, 8.5) for line in [*receipt.opening, when]]
    story += [dashes(face), goods(receipt), dashes(face)]
    unit = "PLN" if language == "pl" else "EUR"
    story.append(pair(f"{total} {unit}", amount_printed(receipt.total, language), f"{face}-bold", 12))
    story.append(pair(cash, amount_printed(receipt.given, language), face))
    story.append(pair(change, amount_printed(receipt.given - receipt.total, language), face))
    story += [dashes(face), taxes(receipt), paper.gap(3)]
    story += [paper.text(line, face, 8.5, alignment=1) for line in receipt.closing]
    height = 92 + 4.4 * (
        len(receipt.goods) + len(receipt.opening) + len(receipt.closing) + len(receipt.rates)
    )
    return paper.printed(story, size=(WIDTH * mm, height * mm), margin=5)


def dashes(face: str) -> Flowable:
    """A line of hyphens, as tills print them."""
    size = paper.fitting("-" * 33, face, 12, PRINT * mm - 2)
    return paper.text("-" * 33, face, size, leading=12)


def pair(left: str, right: str, face: str, size: float = 8.5) -> Flowable:
    """A label and an amount at the right margin."""
    right_side = [("ALIGN", (1, 0), (1, -1), "RIGHT")]
    return paper.rows([[left, right]], [PRINT - 24, 24], face, size, right_side)


def goods(receipt: Receipt) -> Flowable:
    """The lines: description, count by price, sum and letter."""
    language = receipt.language
    cells = []
    for name, count, price, letter in receipt.goods:
        sum_of_line = f"{amount_printed(count * price, language)} {letter}"
        cells.append(
            [paper.text(name, receipt.face, 8.5), f"{count} x {amount_printed(price, language)}", sum_of_line]
        )
    right = [("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    return paper.rows(cells, [27, 18, 17], receipt.face, 8, right)


def taxes(receipt: Receipt) -> Flowable:
    """The tax within the total, one line a rate."""
    cells = []
    for letter, rate in receipt.rates:
        gross = receipt.gross(letter)
        tax = gross - cents(gross / (1 + Decimal(rate) / 100))
        cells.append([f"{receipt.words[4]} {letter} {rate}%", amount_printed(tax, receipt.language)])
    right = [("ALIGN", (1, 0), (1, -1), "RIGHT")]
    return paper.rows(cells, [PRINT - 24, 24], receipt.face, 8.5, right)


RECEIPTS = {
    "es-receipt-bakery": Receipt(
        "es",
        "2026-04-21",
        "09:42",
        parties.PANADERIA,
        "NIF",
        (
            ("Hogaza de centeno", 2, Decimal("3.20"), "A"),
            ("Ensaimada", 4, Decimal("1.75"), "B"),
            ("Empanada atún", 1, Decimal("12.90"), "B"),
            ("Bolsa de tela", 1, Decimal("2.50"), "C"),
        ),
        (("A", 4), ("B", 10), ("C", 21)),
        Decimal("30.00"),
        ("FACTURA SIMPLIFICADA", "TOTAL", "EFECTIVO", "CAMBIO", "IVA"),
        ("Ticket: T1-008213",),
        ("IVA incluido", "¡Gracias por su visita!"),
    ),
    "pl-receipt-cafe": Receipt(
        "pl",
        "2026-05-16",
        "16:08",
        parties.KAWIARNIA,
        "NIP",
        (
            ("Szarlotka ciepła", 2, Decimal("17.50"), "B"),
            ("Herbata z malinami", 3, Decimal("14.00"), "B"),
            ("Filiżanka pamiątkowa", 1, Decimal("39.90"), "A"),
        ),
        (("A", 23), ("B", 8)),
        Decimal("150.00"),
        ("PARAGON FISKALNY", "SUMA", "GOTÓWKA", "RESZTA", "PTU"),
        ("nr wydr. 004718",),
        ("Kasjer: 02", "Zapraszamy ponownie"),
        "round",
    ),
    "de-receipt-bookshop": Receipt(
        "de",
        "2026-03-28",
        "11:37",
        parties.BUCHHANDLUNG,
        "USt-IdNr.",
        (
            ("Wanderkarte Nebelhain", 1, Decimal("12.95"), "B"),
            ("Gedichtband, broschiert", 1, Decimal("18.00"), "B"),
            ("Tintenfässchen", 2, Decimal("6.49"), "A"),
        ),
        (("A", 19), ("B", 7)),
        Decimal("50.00"),
        ("KASSENBON", "SUMME", "BAR", "Rückgeld", "MwSt"),
        ("Bon-Nr. 77120",),
        ("Umtausch mit Bon", "Auf Wiedersehen"),
        "narrow",
    ),
}
