"""Invoices and credit notes: what they say, and how they are laid out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import paper
from figures import amount_printed, cents, day_printed, money, number_printed
from parties import Party, british_groups, hyphened, spaced
from reportlab.lib import colors
from reportlab.platypus import Flowable
from wording import WORDING


@dataclass(frozen=True)
class Item:
    """One line of an invoice; price without tax, rate in per cent."""

    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity times price, without tax."""
        return cents(self.quantity * self.price)


@dataclass(frozen=True)
class Look:
    """How an invoice is laid out.

    Attributes:
        head: `left`, `centred`, `right` or `window` (address field for a
            window envelope).
        meta: `pairs` (labels beside values), `grid` (labels above values) or
            `lines`.
        table: `grid`, `rules` or `zebra`.
        totals: `stack` (one line a rate) or `rates` (a table of rates first).
        wording: Which of several usual words for the same thing.
        dates: `numeric`, `spelt` or `iso`.
    """

    head: str = "left"
    meta: str = "pairs"
    table: str = "grid"
    totals: str = "stack"
    face: str = "sans"
    colour: str = "#33475b"
    wording: int = 0
    dates: str = "numeric"


@dataclass(frozen=True)
class Invoice:
    """What an invoice or a credit note says; dates ISO, empty where not printed."""

    language: str
    number: str
    issue: str
    supplier: Party
    customer: Party
    items: Sequence[Item]
    look: Look
    due: str = ""
    delivery: str = ""
    order: str = ""
    preceding: str = ""
    preceding_date: str = ""
    payment_reference: str = ""
    withheld_rate: Decimal = Decimal(0)
    tax_name: str = ""
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def breakdown(self) -> list[tuple[Decimal, Decimal, Decimal]]:
        """Rate, base and tax, the highest rate first."""
        rates = sorted({item.rate for item in self.items}, reverse=True)
        bases = [(rate, sum(i.amount for i in self.items if i.rate == rate)) for rate in rates]
        return [(rate, Decimal(base), cents(base * rate / 100)) for rate, base in bases]

    @property
    def net(self) -> Decimal:
        """Without tax."""
        return sum((base for _, base, _ in self.breakdown), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Over all rates."""
        return sum((tax for _, _, tax in self.breakdown), Decimal(0))

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.net + self.tax

    @property
    def withheld(self) -> Decimal:
        """Income tax kept back by the customer."""
        return cents(self.net * self.withheld_rate / 100)

    @property
    def words(self) -> Mapping[str, str]:
        """The printed words of the invoice's language and wording."""
        options = WORDING[self.language]
        chosen = {name: several[self.look.wording % len(several)] for name, several in options.items()}
        if self.tax_name:
            chosen |= {"tax": self.tax_name, "tax_total": f"Total {self.tax_name}"}
        return chosen


def fields(invoice: Invoice) -> dict[str, str]:
    """What a reader should find, under the names of the record; only what is printed."""
    several_rates = len(invoice.breakdown) > 1
    found = {
        "invoice_number": invoice.number,
        "issue_date": invoice.issue,
        "due_date": invoice.due,
        "delivery_date": invoice.delivery,
        "currency": {"pl": "PLN", "en": "GBP"}.get(invoice.language, "EUR"),
        "supplier_name": invoice.supplier.name,
        "supplier_tax_id": bare(printed_tax_id(invoice.supplier, invoice)),
        "customer_name": invoice.customer.name,
        "customer_tax_id": bare(printed_tax_id(invoice.customer, invoice)),
        "order_reference": invoice.order,
        "preceding_invoice": invoice.preceding,
        "iban": invoice.supplier.account,
        "payment_reference": invoice.payment_reference,
        "net": str(invoice.net),
        "tax": "" if several_rates and invoice.look.totals == "stack" else str(invoice.tax),
        "withheld": str(invoice.withheld) if invoice.withheld else "",
        "total": str(invoice.total),
        "payable": str(invoice.total - invoice.withheld) if invoice.withheld else "",
    }
    return {name: value for name, value in found.items() if value}


def bare(tax_id: str) -> str:
    """A tax id without spaces and hyphens."""
    return tax_id.replace(" ", "").replace("-", "")


def printed_tax_id(party: Party, invoice: Invoice) -> str:
    """The tax id as this invoice prints it; hyphens in a NIP on some stationery."""
    if invoice.language == "en":
        return british_groups(party.tax_id)
    if invoice.language == "pl" and invoice.look.wording == 1:
        return hyphened(party.tax_id)
    return party.tax_id


def drawn(invoice: Invoice) -> bytes:
    """The invoice as a PDF with a text layer."""
    story = [*head(invoice), paper.gap(5), *meta(invoice), paper.gap(6), items(invoice), paper.gap(5)]
    story += [*totals(invoice), paper.gap(7), *closing(invoice)]
    supplier = invoice.supplier
    small = f"{supplier.name} · {supplier.street} · {supplier.town} · {supplier.mail}"
    return paper.printed(story, paper.footer(small, invoice.look.face, invoice.words["page"]))


def head(invoice: Invoice) -> list[Flowable]:
    """Letterhead and title, and the customer where the look puts it on top."""
    look, supplier, words = invoice.look, invoice.supplier, invoice.words
    align = {"left": 0, "centred": 1, "right": 2, "window": 2}[look.head]
    tax_id = f"{words['tax_id']}: {printed_tax_id(supplier, invoice)}"
    name = paper.text(
        supplier.name, f"{look.face}-bold", 16, alignment=align, textColor=colors.HexColor(look.colour)
    )
    rest = [supplier.trade, supplier.street, f"{supplier.town}", tax_id]
    lines = [paper.text(line, look.face, 9.5, alignment=align) for line in rest]
    title = paper.text(words[title_word(invoice)], f"{look.face}-bold", 20)
    if look.head == "window":
        sender = paper.text(f"{supplier.name}, {supplier.street}, {supplier.town}", look.face, 7)
        return [name, *lines, paper.gap(4), sender, *customer(invoice, heading=False), paper.gap(6), title]
    rule = paper.rows([[""]], [174], commands=[("LINEBELOW", (0, 0), (-1, -1), 1.2, look.colour)])
    return [name, *lines, rule, paper.gap(4), title]


def title_word(invoice: Invoice) -> str:
    """The name of the title among the words: of an invoice or a credit note."""
    return "credit_title" if invoice.preceding else "title"


def customer(invoice: Invoice, *, heading: bool = True) -> list[Flowable]:
    """The customer's name, address and tax id."""
    party, face = invoice.customer, invoice.look.face
    top = [paper.text(invoice.words["customer"], f"{face}-bold", 9)] if heading else []
    lines = [f"<b>{party.name}</b>", party.street, party.town]
    lines.append(f"{invoice.words['customer_tax_id']}: {printed_tax_id(party, invoice)}")
    return [*top, *(paper.text(line, face, 10) for line in lines)]


def labelled(invoice: Invoice) -> list[tuple[str, str]]:
    """Labels and values of the head, in printed order."""
    words, style = invoice.words, invoice.look.dates
    number_word = "credit_number" if invoice.preceding else "number"
    pairs = [(words[number_word], invoice.number)]
    for name, day in (("issue", invoice.issue), ("delivery", invoice.delivery), ("due", invoice.due)):
        if day:
            pairs.append((words[name], day_printed(day, invoice.language, style)))
    if invoice.order:
        pairs.append((words["order"], invoice.order))
    if invoice.preceding:
        pairs.append((words["preceding"], invoice.preceding))
    if invoice.preceding_date:
        pairs.append((words["preceding_date"], day_printed(invoice.preceding_date, invoice.language, style)))
    return pairs


def meta(invoice: Invoice) -> list[Flowable]:
    """Number, dates and references, beside or below the customer."""
    look, pairs = invoice.look, labelled(invoice)
    bold = f"{look.face}-bold"
    if look.meta == "lines":
        lines = [paper.text(f"<b>{label}:</b> {value}", look.face, 10) for label, value in pairs]
        return lines if look.head == "window" else [*lines, paper.gap(4), *customer(invoice)]
    if look.meta == "grid":
        width = 174 / len(pairs)
        box = [("BOX", (0, 0), (-1, -1), 0.7, look.colour), ("FONT", (0, 0), (-1, 0), bold, 8.5)]
        box.append(("INNERGRID", (0, 0), (-1, -1), 0.4, look.colour))
        table = paper.rows([*zip(*pairs, strict=True)], [width] * len(pairs), look.face, 9.5, box)
        return [table] if look.head == "window" else [table, paper.gap(5), *customer(invoice)]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]
    table = paper.rows([[f"{a}:", b] for a, b in pairs], [40, 42], look.face, 10, tight)
    if look.head == "window":
        table.hAlign = "RIGHT"
        return [table]
    return [paper.rows([[customer(invoice), table]], [88, 86], look.face)]


def items(invoice: Invoice) -> Flowable:
    """The table of lines."""
    look, language, words = invoice.look, invoice.language, invoice.words
    body = [
        [
            paper.text(item.description, look.face, 9.5),
            number_printed(item.quantity, language),
            item.unit,
            amount_printed(item.price, language),
            f"{number_printed(item.rate, language)} %",
            amount_printed(item.amount, language),
        ]
        for item in invoice.items
    ]
    names = ("description", "quantity", "unit", "price", "rate", "amount")
    top = [words[name] for name in names]
    return paper.rows([top, *body], [72, 19, 16, 24, 17, 26], look.face, 9.5, table_rules(look, len(body)))


def table_rules(look: Look, count: int) -> list[paper.Command]:
    """The lines and shades of the table in this look."""
    bold = f"{look.face}-bold"
    commands: list[paper.Command] = [("FONT", (0, 0), (-1, 0), bold, 9), ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
    if look.table == "grid":
        return [*commands, ("GRID", (0, 0), (-1, -1), 0.5, look.colour)]
    ends: list[paper.Command] = [
        ("LINEBELOW", (0, 0), (-1, 0), 1, look.colour),
        ("LINEBELOW", (0, -1), (-1, -1), 1, look.colour),
    ]
    if look.table == "zebra":
        shade = colors.HexColor("#eef1f4")
        ends += [("BACKGROUND", (0, row), (-1, row), shade) for row in range(2, count + 1, 2)]
    return [*commands, *ends]


def totals(invoice: Invoice) -> list[Flowable]:
    """The breakdown by rate and the sums."""
    look, words, language = invoice.look, invoice.words, invoice.language

    def shown(amount: Decimal) -> str:
        return money(amount, language)

    rates = [
        (f"{words['tax']} {number_printed(rate, language)} %", base, tax)
        for rate, base, tax in invoice.breakdown
    ]
    sums = [(words["net"], shown(invoice.net))]
    above: list[Flowable] = []
    if look.totals == "rates":
        cells = [[words["tax"], words["base"], words["tax_amount"]]]
        cells += [[label, shown(base), shown(tax)] for label, base, tax in rates]
        rules = [("GRID", (0, 0), (-1, -1), 0.4, look.colour), ("ALIGN", (1, 0), (-1, -1), "RIGHT")]
        above = [paper.rows(cells, [30, 36, 36], look.face, 9, rules), paper.gap(3)]
        sums.append((words["tax_total"], shown(invoice.tax)))
    else:
        sums += [(label, shown(tax)) for label, _, tax in rates]
    sums.append((words["total"], shown(invoice.total)))
    if invoice.withheld:
        rate = f"{words['withheld']} {number_printed(invoice.withheld_rate, language)} %"
        sums += [
            (rate, f"-{shown(invoice.withheld)}"),
            (words["payable"], shown(invoice.total - invoice.withheld)),
        ]
    bold: list[paper.Command] = [
        ("FONT", (0, -1), (-1, -1), f"{look.face}-bold", 11),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
    ]
    bold.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, look.colour))
    table = paper.rows(sums, [52, 36], look.face, 10, bold)
    table.hAlign = "RIGHT"
    return [*above, table]


def closing(invoice: Invoice) -> list[Flowable]:
    """How to pay, and whatever else is said."""
    words, face = invoice.words, invoice.look.face
    lines = []
    if invoice.supplier.account:
        lines.append(f"<b>{words['iban']}:</b> {spaced(invoice.supplier.account)}")
    if invoice.payment_reference:
        lines.append(f"<b>{words['payment_reference']}:</b> {invoice.payment_reference}")
    return [paper.text(line, face, 10) for line in [*lines, *invoice.notes]]
