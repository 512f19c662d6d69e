"""Filled-in forms, drawn from the labels that the schemas give."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import paper
import parties
from figures import day_printed
from parties import spaced
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

SCHEMAS = Path(__file__).parent.parent / "schemas"
BOX = 4.2 * mm


@dataclass(frozen=True)
class Form:
    """A filled-in form.

    Attributes:
        schema: Its file in `schemas/`, without `.json`.
        values: By field; dates ISO; tick boxes `True` or `False`; what is not
            filled in is left out.
        ticks_heading: Printed above the boxes to tick.
        beside: Labels stand beside the values rather than above them.
        mark: `cross` or `tick`.
        hand: Filled in by hand.
    """

    schema: str
    language: str
    title: str
    lead: str
    values: Mapping[str, str | bool]
    ticks_heading: str
    signature: str
    beside: bool = True
    mark: str = "cross"
    hand: bool = False
    face: str = "sans"


@cache
def properties(schema: str) -> Mapping[str, Mapping[str, object]]:
    """The fields a schema describes, in its order."""
    described: dict[str, dict[str, object]] = json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8"))
    return described["properties"]  # type: ignore[return-value]  # JSON has no types


def label(form: Form, name: str) -> str:
    """The first label of a field in the form's language."""
    labels: Mapping[str, Sequence[str]] = properties(form.schema)[name]["x-labels"]  # type: ignore[assignment]
    return labels[form.language][0]


def fields(form: Form) -> dict[str, str | bool]:
    """What a reader should find; ids and accounts without spaces."""
    tight = ("tax-id", "iban")
    return {
        name: value.replace(" ", "") if isinstance(value, str) and kind(form, name) in tight else value
        for name, value in form.values.items()
    }


def kind(form: Form, name: str) -> object:
    """The `x-type` of a field."""
    return properties(form.schema)[name]["x-type"]


def drawn(form: Form) -> bytes:
    """The form as a PDF of one page."""
    rng = np.random.default_rng(len(form.title))
    story: list[Flowable] = [paper.text(form.title, f"{form.face}-bold", 18, alignment=1), paper.gap(2)]
    story += [paper.text(form.lead, form.face, 9.5, alignment=1), paper.gap(6)]
    names = list(properties(form.schema))
    ticks = [name for name in names if kind(form, name) == "tick"]
    before = names[: names.index(ticks[0])]
    after = names[names.index(ticks[-1]) + 1 :]
    story += [question(form, name, rng) for name in before]
    story += [paper.gap(5), paper.text(form.ticks_heading, f"{form.face}-bold", 10.5), paper.gap(2)]
    story += [TickBox(label(form, name), bool(form.values[name]), form) for name in ticks]
    story.append(paper.gap(6))
    story += [question(form, name, rng) for name in after]
    story += [paper.gap(16), paper.text(f"{'_' * 34}<br/>{form.signature}", form.face, 9)]
    return paper.printed(story, paper.footer(form.title, form.face))


def question(form: Form, name: str, rng: np.random.Generator) -> Flowable:
    """A label and its value in a box, beside or above it."""
    value = form.values.get(name, "")
    shown = day_printed(str(value), form.language) if value and kind(form, name) == "date" else str(value)
    answer: object = Handwriting(shown, rng) if form.hand else shown
    if form.beside:
        rules = [("BOX", (1, 0), (1, 0), 0.6, colors.black), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)]
        rules += [("TOPPADDING", (0, 0), (-1, -1), 4), ("FONT", (1, 0), (1, 0), "mono", 10.5)]
        return paper.rows([[label(form, name), answer]], [66, 108], form.face, 10, rules)
    rules = [("LINEBELOW", (0, 1), (0, 1), 0.6, colors.black), ("BOTTOMPADDING", (0, 1), (0, 1), 5)]
    rules += [("FONT", (0, 0), (0, 0), form.face, 8.5)]
    return paper.rows([[label(form, name)], [answer]], [150], form.face, 11.5, rules)


class Handwriting(Flowable):
    """A line in blue ink whose letters do not quite keep the line."""

    def __init__(self, words: str, rng: np.random.Generator) -> None:
        super().__init__()
        self.words = words
        self.rng = rng

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """As wide as there is room, one line high."""
        self.width = min(width, 400.0)
        return self.width, min(height, 15.0)

    def draw(self) -> None:
        """Write letter after letter, each a little off."""
        x = 2.0
        self.canv.setFillColor(paper.PEN)
        for letter in self.words:
            size = 14 + float(self.rng.uniform(-0.5, 0.5))
            self.canv.setFont("hand", size)
            self.canv.drawString(x, 2 + float(self.rng.uniform(-0.7, 0.7)), letter)
            x += self.canv.stringWidth(letter, "hand", size) + 0.3


class TickBox(Flowable):
    """A square, its label to the right, and a mark if it is ticked."""

    def __init__(self, words: str, ticked: bool, form: Form) -> None:
        super().__init__()
        self.words, self.ticked, self.form = words, ticked, form

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """One line high."""
        return width, min(height, BOX + 7)

    def draw(self) -> None:
        """The square, then the mark a little over its edges, then the label."""
        canvas, side = self.canv, BOX
        canvas.setLineWidth(0.9)
        canvas.rect(3, 2, side, side)
        canvas.setFont(self.form.face, 10.5)
        canvas.drawString(side + 11, 4.5, self.words)
        if not self.ticked:
            return
        canvas.setStrokeColor(paper.PEN if self.form.hand else colors.black)
        canvas.setLineWidth(1.5)
        if self.form.mark == "cross":
            canvas.line(5, 4, side + 1, side)
            canvas.line(5, side, side + 1, 4)
        else:
            canvas.line(5, side * 0.5 + 1, side * 0.45 + 2, 4)
            canvas.line(side * 0.45 + 2, 4, side + 4, side + 4)


FORMS = {
    "es-form-leave": Form(
        "form-leave-request",
        "es",
        "Solicitud de vacaciones",
        "Entréguese en la oficina de personal con quince días de antelación.",
        {
            "full_name": "Leocadia Inventada Roble",
            "employee_number": "20814",
            "tax_id": parties.spanish_person(418273),
            "department": "Almacén y expediciones",
            "start_date": "2026-07-06",
            "end_date": "2026-07-24",
            "substitute": "Fermín Supuesto Haya",
            "annual_leave": True,
            "medical_leave": False,
            "parental_leave": False,
            "unpaid_leave": False,
            "request_date": "2026-05-29",
        },
        "Motivo de la ausencia (marque lo que proceda)",
        "Firma de la persona solicitante",
    ),
    "en-form-leave": Form(
        "form-leave-request",
        "en",
        "Leave request",
        "Please hand in to your line manager at least two weeks ahead.",
        {
            "full_name": "Barnaby Pretend",
            "employee_number": "31597",
            "tax_id": parties.spanish_person(587346),
            "department": "Conservation workshop",
            "start_date": "2026-09-14",
            "end_date": "2026-09-18",
            "substitute": "Winifred Makepeace",
            "annual_leave": False,
            "medical_leave": True,
            "parental_leave": False,
            "unpaid_leave": True,
            "request_date": "2026-08-25",
        },
        "Kind of leave (tick all that apply)",
        "Signature of employee",
        beside=False,
        mark="tick",
        hand=True,
        face="serif",
    ),
    "pl-form-supplier": Form(
        "form-supplier-registration",
        "pl",
        "Formularz rejestracji dostawcy",
        "Prosimy wypełnić drukowanymi literami i odesłać podpisany.",
        {
            "company_name": parties.HURTOWNIA.name,
            "tax_id": parties.HURTOWNIA.tax_id,
            "address": f"{parties.HURTOWNIA.street}, {parties.HURTOWNIA.town}",
            "contact_name": "Bożena Zmyślona-Wiąz",
            "phone": "00 000 12 34",
            "iban": spaced(parties.HURTOWNIA.account),
            "founding_date": "2009-10-01",
            "vat_registered": True,
            "electronic_invoices": True,
            "foreign_company": False,
            "signature_date": "2026-03-18",
        },
        "Proszę zaznaczyć właściwe",
        "Podpis osoby upoważnionej",
        face="round",
    ),
    "de-form-supplier": Form(
        "form-supplier-registration",
        "de",
        "Lieferantenregistrierung",
        "Bitte vollständig ausgefüllt an den Einkauf zurücksenden.",
        {
            "company_name": parties.WERKSTATT.name,
            "tax_id": parties.WERKSTATT.tax_id,
            "address": f"{parties.WERKSTATT.street}, {parties.WERKSTATT.town}",
            "contact_name": "Gundula Erdacht",
            "phone": "030 23125 417",
            "iban": spaced(parties.WERKSTATT.account),
            "founding_date": "1998-04-15",
            "vat_registered": True,
            "electronic_invoices": False,
            "foreign_company": False,
            "signature_date": "2026-02-05",
        },
        "Zutreffendes bitte ankreuzen",
        "Unterschrift und Firmenstempel",
        beside=False,
        mark="tick",
    ),
}
