"""Invented suppliers, each with a layout of its own: words for its fields, places, decoys, running values.

A house writes words that no lexicon has beside some of its fields, and prints
numbers, dates and amounts of other things among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from drawing import DPI, FAMILIES, HEIGHT, WIDTH, Paper
from wording import Tongue

from docscan.model import Image, Line, Page, Word

HOUSE_WORDS = 0.4  # the share of fields beside which a house writes a word of its own
LABELS: Mapping[
    str, Mapping[str, tuple[Sequence[str], Sequence[str]]]
] = {  # usual words, and those of houses
    "spa": {
        "invoice_number": (("Nº factura", "Factura nº"), ("Expediente", "Clave", "Asiento")),
        "issue_date": (("Fecha", "Fecha de emisión"), ("Sellado el", "Hecho el")),
        "due_date": (("Vencimiento", "Fecha de vencimiento"), ("Giro el", "Cargo en cuenta el")),
        "total": (("Total factura", "TOTAL"), ("Saldo de la operación", "Suma y sigue")),
        "other_number": (("Nº cliente", "Albarán nº"), ("Ruta", "Casilla")),
        "other_date": (("Fecha de pedido",), ("Visita del", "Medición del")),
        "other_amount": (("Saldo anterior",), ("Fianza en depósito", "Valor asegurado")),
    },
    "pol": {
        "invoice_number": (("Faktura nr", "Numer faktury"), ("Sygnatura", "Znak sprawy", "Teczka")),
        "issue_date": (("Data wystawienia",), ("Sporządzono", "Spisano")),
        "due_date": (("Termin płatności",), ("Obciążenie dnia", "Pobranie dnia")),
        "total": (("Razem brutto", "Do zapłaty"), ("Wynik rozliczenia", "Kwota operacji")),
        "other_number": (("Nr klienta", "Numer umowy"), ("Trasa", "Skrytka")),
        "other_date": (("Data zamówienia",), ("Wizyta", "Pomiar")),
        "other_amount": (("Saldo poprzednie",), ("Kaucja zwrotna", "Wartość ubezpieczona")),
    },
    "deu": {
        "invoice_number": (("Rechnungsnummer", "Rechnung Nr."), ("Vorgang", "Kennzeichen", "Beleg")),
        "issue_date": (("Rechnungsdatum", "Datum"), ("Erstellt", "Ausgefertigt")),
        "due_date": (("Fällig am", "Zahlbar bis"), ("Einzug", "Abbuchung")),
        "total": (("Gesamtbetrag", "Rechnungsbetrag"), ("Ergebnis", "Endstand")),
        "other_number": (("Kundennummer", "Lieferschein-Nr."), ("Tour", "Fach")),
        "other_date": (("Bestelldatum",), ("Besuch", "Aufmaß")),
        "other_amount": (("Vorheriger Saldo",), ("Kaution", "Versicherungswert")),
    },
    "eng": {
        "invoice_number": (("Invoice number", "Invoice no."), ("Folio", "Docket", "Case")),
        "issue_date": (("Invoice date", "Date"), ("Drawn up", "Sealed")),
        "due_date": (("Due date", "Payment due"), ("Debit", "Collection")),
        "total": (("Total", "Total due"), ("Outcome", "Final standing")),
        "other_number": (("Customer number", "Delivery note no."), ("Route", "Locker")),
        "other_date": (("Order date",), ("Visit", "Survey")),
        "other_amount": (("Previous balance",), ("Deposit held", "Insured value")),
    },
}
META = ("invoice_number", "other_number", "issue_date", "other_date", "due_date")
SUMS = ("total", "other_amount")
ASKED = ("invoice_number", "issue_date", "due_date", "total")  # the fields that are taught and judged


@dataclass(frozen=True, slots=True)
class Layout:
    """What stays the same on all papers of a supplier.

    Attributes:
        language: `spa`, `pol`, `deu` or `eng`.
        firm: Its name.
        tax_id: As printed.
        labels: What it writes beside each value.
        meta: The values at the top, in its order.
        sums: The amounts at the end, in its order.
        over: Labels stand over the values at the top, rather than beside.
        left: Where the block at the top begins, in millimetres.
        prefixes: How its numbers and those of other things begin.
        family: Of its letters.
    """

    language: str
    firm: str
    tax_id: str
    labels: Mapping[str, str]
    meta: tuple[str, ...]
    sums: tuple[str, ...]
    over: bool
    left: float
    prefixes: tuple[str, str]
    family: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One paper.

    Attributes:
        page: Its words as drawn, as a text layer would have them.
        image: In BGR.
        truth: What it says, by field, normalised.
    """

    page: Page
    image: Image
    truth: Mapping[str, str]


def layout(seed: int) -> Layout:
    """The layout of a supplier; the same for the same seed."""
    rng = np.random.default_rng(seed)
    language = tuple(LABELS)[seed % len(LABELS)]
    tongue = Tongue(language, rng)
    labels = {}
    for name, (usual, own) in LABELS[language].items():
        labels[name] = tongue.pick(own if rng.random() < HOUSE_WORDS else usual)
    series = rng.permutation(["RE-", "F", "KX/", "9", "A-7", "77", "LX", "3-"])
    return Layout(
        language,
        tongue.firm(),
        tongue.tax_id(),
        labels,
        tuple(str(name) for name in rng.permutation(META)),
        tuple(str(name) for name in rng.permutation(SUMS)),
        over=bool(rng.random() < 0.35),
        left=float(rng.choice([20.0, 115.0])),
        prefixes=(str(series[0]), str(series[1])),
        family=tongue.pick(tuple(FAMILIES)),
    )


def drawn(house: Layout, seed: int) -> Drawn:
    """One paper of a supplier; the same for the same seed."""
    rng = np.random.default_rng(seed)
    tongue = Tongue(house.language, rng)
    paper = Paper(house.family, 10, rng)
    day, net = int(rng.integers(1, 28)), [tongue.number(900, 80_000) for _ in range(tongue.number(1, 7))]
    tax = round(sum(net) * tongue.words["rates"][0] / 100)
    dates = {"issue_date": (3, day), "due_date": (4, day), "other_date": (2, tongue.number(1, 28))}
    shown = {name: f"{d:02}.{month:02}.2026" for name, (month, d) in dates.items()}
    numbers = {"invoice_number": house.prefixes[0], "other_number": house.prefixes[1]}
    shown |= {name: f"{prefix}{tongue.number(1000, 9999)}" for name, prefix in numbers.items()}
    amounts = {"total": sum(net) + tax, "other_amount": tongue.number(90_000, 990_000)}
    _top(paper, tongue, house)
    y = _meta(paper, house, shown)
    y = _lines(paper, tongue, net, y)
    _sums(paper, tongue, house, (sum(net), tax, amounts), y)
    truth = {name: shown[name] for name in ("invoice_number",)} | {
        name: f"2026-{month:02}-{d:02}" for name, (month, d) in dates.items()
    }
    truth |= {"total": f"{amounts['total'] // 100}.{amounts['total'] % 100:02}"}
    words = tuple(Word(word.text, word.box, 1.0) for word in paper.words)
    size = (round(WIDTH * DPI / 25.4), round(HEIGHT * DPI / 25.4))
    return Drawn(Page(1, *size, DPI, "textlayer", (Line(words),)), paper.image(), truth)


def _top(paper: Paper, tongue: Tongue, house: Layout) -> None:
    paper.write(house.firm, (20, 20), scale=1.6, bold=True)
    paper.write(f"{tongue.street()} · {tongue.one('towns')}", (20, 27))
    paper.write(f"{tongue.labels['tax_id']} {house.tax_id}", (20, 33))
    for step, text in enumerate((tongue.firm(), tongue.street(), tongue.one("towns"))):
        paper.write(text, (20 if house.left > 100 else 115, 48 + 5 * step))
    paper.write(tongue.labels["invoice"].upper(), (20, 72), scale=1.5, bold=True)


def _meta(paper: Paper, house: Layout, shown: Mapping[str, str]) -> float:
    if house.over:
        for column, name in enumerate(house.meta):
            at = 20.0 + 36 * column
            paper.write(house.labels[name], (at, 82), scale=0.8)
            paper.write(shown[name], (at, 87))
        return 98.0
    for step, name in enumerate(house.meta):
        y = 82 + 5.5 * step
        paper.write(f"{house.labels[name]}:", (house.left, y))
        paper.write(shown[name], (house.left + 42, y))
    return 118.0


def _lines(paper: Paper, tongue: Tongue, net: Sequence[int], y: float) -> float:
    for cents in net:
        paper.write(tongue.one("items"), (20, y))
        paper.write_to(tongue.figure(cents), (187, y))
        y += 6
    return y + 6


def _sums(
    paper: Paper, tongue: Tongue, house: Layout, amounts: tuple[int, int, Mapping[str, int]], y: float
) -> None:
    net, tax, last = amounts
    rows = [(tongue.labels["net"], net), (f"{tongue.words['tax']} {tongue.words['rates'][0]} %", tax)]
    rows += [(house.labels[name], last[name]) for name in house.sums]
    for label, cents in rows:
        paper.write(label, (110, y))
        paper.write_to(tongue.money(cents), (187, y))
        y += 6
