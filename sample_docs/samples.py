"""The list of samples: which paper, in which medium, with which wear, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import forms
import invoices
import letters
import receipts
from degrade import Wear
from forms import FORMS
from invoice_stories import INVOICES
from letters import CONTRACT, LETTERS
from receipts import RECEIPTS

CLEAN = Wear()


@dataclass(frozen=True)
class Sample:
    """One sample.

    Attributes:
        name: Of its folder.
        drawn: Makes the clean PDF.
        fields: What a reader should find, by field.
        words: Printed on it, and on no other sample.
        medium: `pdf-text`, `pdf-mixed`, `pdf-jpeg`, `pdf-g4`, `tiff-g4`,
            `tiff-lzw`, `tiff-jpeg`, `jpeg`, `png`, `webp` or `jp2`.
        states: Of each page, after reading.
        quality: Of lossy compression, 1 to 95.
    """

    name: str
    title: str
    purpose: str
    kind: str
    language: str
    drawn: Callable[[], bytes]
    fields: Callable[[], dict[str, str | bool]]
    words: tuple[str, ...]
    medium: str
    wear: Wear = CLEAN
    states: tuple[str, ...] = ("read",)
    quality: int = 55


@dataclass(frozen=True)
class Paper:
    """How a story comes in: medium, wear, and what it is in the collection for."""

    title: str
    purpose: str
    words: tuple[str, ...]
    medium: str
    wear: Wear = CLEAN
    states: tuple[str, ...] = ("read",)
    quality: int = 55


PAPERS = {
    "es-invoice-ironmonger": Paper(
        "Factura de una ferretería",
        "A plain Spanish invoice with one rate of IVA, as an office scanner sends it",
        ("cromado", "portal", "garaje"),
        "pdf-jpeg",
        Wear(dpi=300, skew=0.7, noise=3, blur=0.8),
    ),
    "es-invoice-greengrocer": Paper(
        "Factura de un mayorista de verduras",
        "Two rates of IVA in a table, photographed in bad light",
        ("cacahuete", "berenjena", "alcachofa", "A26-00893"),
        "jpeg",
        Wear(skew=-2.4, light=0.35, noise=4, grey=False),
    ),
    "es-invoice-translator": Paper(
        "Factura de una traductora con retención",
        "IRPF withheld: the amount to pay is not the total; dates spelt out",
        ("estatutos", "interpretación", "apostilla"),
        "pdf-g4",
        Wear(dpi=300, skew=0.4, specks=3, levels=2),
    ),
    "es-invoice-canary": Paper(
        "Factura canaria con IGIC",
        "Another tax than IVA, with a rate of its own",
        ("archivador", "destructora", "reciclado", "CA-1048"),
        "png",
        Wear(skew=1.2, levels=8, light=0.05),
    ),
    "es-invoice-materials": Paper(
        "Factura de materiales en dos páginas",
        "A table of 42 lines that runs over to a second page",
        ("barraquero", "amoladora", "invernaderos", "QN-2026/0244"),
        "tiff-g4",
        Wear(dpi=300, skew=-0.5, levels=2),
        ("read", "read"),
    ),
    "pl-invoice-printer": Paper(
        "Faktura drukarni",
        "Polish rates 23 and 5 %, the page fed sideways",
        ("wiosenny", "samoprzylepne", "zeszytowa"),
        "jpeg",
        Wear(turn=90, noise=3, skew=0.5),
    ),
    "pl-invoice-lift-service": Paper(
        "Faktura za serwis dźwigu",
        "NIP with hyphens, ISO dates, the ring of a cup across the lower half",
        ("kwartalny", "łożyska", "serwisanta", "0412/WD/2026"),
        "pdf-jpeg",
        Wear(dpi=250, skew=-0.9, stain=True, noise=2, grey=False),
    ),
    "pl-invoice-garden": Paper(
        "Faktura hurtowni ogrodniczej",
        "Born digital: the text is in the file and need not be recognised",
        ("lawendy", "ogrodowa", "impregnowana"),
        "pdf-text",
        states=("textlayer",),
    ),
    "de-invoice-workshop": Paper(
        "Rechnung einer Schlosserei",
        "A German business letter with window address, laid crooked on the glass",
        ("feuerverzinkt", "Rundstahl", "Treppengeländer"),
        "webp",
        Wear(skew=2.9, noise=2),
    ),
    "de-invoice-bookshop": Paper(
        "Rechnung einer Buchhandlung",
        "Rates 19 and 7 %, a black edge where the scanner's lid stood open",
        ("Tabellenbuch", "Notizblöcke", "kariert", "2026-5570"),
        "tiff-jpeg",
        Wear(edge=6, noise=3, skew=-0.4),
    ),
    "de-invoice-network": Paper(
        "Rechnung für Netzwerkwartung",
        "Born digital, one rate, labels and values in lines of text",
        ("Wartungspauschale", "Netzwerkschrank", "Verkabelung", "KD-004417"),
        "pdf-text",
        states=("textlayer",),
    ),
    "en-invoice-joinery": Paper(
        "Invoice of a joinery",
        "British VAT at 20 %, a colour scan in JPEG 2000",
        ("seasoned", "scaffolding", "TJ-2207"),
        "jp2",
        Wear(grey=False, skew=0.6, noise=2),
    ),
    "en-invoice-stationers": Paper(
        "Invoice of a stationer",
        "Standard and zero-rated goods, the page fed upside down",
        ("marbled", "blotting", "almanac", "MF/10583"),
        "pdf-jpeg",
        Wear(turn=180, skew=0.8, noise=3),
    ),
    "en-invoice-storage": Paper(
        "Invoice of a records store",
        "Dim, uneven light and sensor noise",
        ("shelving", "retrieval", "shredding", "LRS-0093127"),
        "jpeg",
        Wear(light=0.5, noise=6, skew=1.1, blur=0.7),
    ),
    "es-credit-note-ironmonger": Paper(
        "Factura rectificativa de una ferretería",
        "A credit note with negative amounts that names the invoice it corrects",
        ("devolución", "rectificación", "QR-2026/0009"),
        "tiff-lzw",
        Wear(skew=-1.6, levels=6),
    ),
    "de-credit-note-workshop": Paper(
        "Rechnungskorrektur einer Schlosserei",
        "A credit note with positive amounts, upside down",
        ("Minderlänge", "Kulanz", "K-26-0041"),
        "jpeg",
        Wear(turn=180, skew=-1.1, noise=3),
    ),
    "es-receipt-bakery": Paper(
        "Factura simplificada de una panadería",
        "Thermal paper that has begun to fade; three rates of IVA within the prices",
        ("hogaza", "ensaimada", "empanada"),
        "jpeg",
        Wear(dpi=300, fade=0.35, noise=5, skew=-1.0, light=0.1, blur=0.8),
    ),
    "pl-receipt-cafe": Paper(
        "Paragon z kawiarni",
        "A Polish till receipt with rate letters, cash and change",
        ("szarlotka", "malinami", "filiżanka"),
        "png",
        Wear(dpi=300, skew=0.8, fade=0.2, levels=10),
    ),
    "de-receipt-bookshop": Paper(
        "Kassenbon einer Buchhandlung",
        "A narrow type on narrow paper, in WebP",
        ("Wanderkarte", "Gedichtband", "Tintenfässchen"),
        "webp",
        Wear(dpi=300, skew=1.4, fade=0.15, noise=3),
    ),
    "es-form-leave": Paper(
        "Solicitud de vacaciones rellenada",
        "A form filled in by typewriter, one box ticked with a cross",
        ("Leocadia", "Fermín", "expediciones"),
        "pdf-jpeg",
        Wear(skew=-0.8, noise=2),
    ),
    "en-form-leave": Paper(
        "Leave request, filled in",
        "A form filled in with blue ink, two boxes ticked",
        ("Barnaby", "Winifred", "Conservation"),
        "jpeg",
        Wear(dpi=250, skew=1.3, noise=3, grey=False),
    ),
    "pl-form-supplier": Paper(
        "Wypełniony formularz rejestracji dostawcy",
        "Two of three boxes ticked with crosses, fax quality",
        ("Bożena", "drukowanymi", "upoważnionej"),
        "tiff-g4",
        Wear(dpi=300, skew=0.6, levels=2, specks=1),
    ),
    "de-form-supplier": Paper(
        "Ausgefüllte Lieferantenregistrierung",
        "Labels above their values, one box ticked",
        ("Gundula", "Lieferantenregistrierung", "Firmenstempel"),
        "png",
        Wear(skew=-0.6, levels=8),
    ),
    "es-letter-landlord": Paper(
        "Carta de una administradora de fincas",
        "Running text; nothing to extract but language and kind",
        ("humedades", "bajante", "enlucido"),
        "jpeg",
        Wear(skew=-3.0, light=0.2, noise=3),
    ),
    "pl-letter-complaint": Paper(
        "Reklamacja naprawy",
        "Scanned on both sides; the back of the sheet is blank",
        ("podnośnika", "szklarni", "przeciwpyłowej"),
        "tiff-lzw",
        Wear(skew=0.9, levels=6),
        ("read", "blank"),
    ),
    "de-letter-council": Paper(
        "Brief an eine Gemeinde",
        "Long German compounds, fed sideways, with a black edge",
        ("Gehweg", "Balkongeländers", "Notweg"),
        "pdf-jpeg",
        Wear(turn=270, edge=4, noise=3, skew=-0.5),
    ),
    "en-letter-keys": Paper(
        "Letter with a signed enclosure",
        "A born-digital page and a scanned page in one PDF",
        ("strongroom", "humidity", "sprinkler", "scaffolded"),
        "pdf-mixed",
        Wear(skew=-1.2, noise=3),
        ("textlayer", "read"),
    ),
    "es-contract-lease": Paper(
        "Contrato de arrendamiento de local",
        "Three pages of clauses, signed on the last",
        ("subarrendar", "obrador", "jurisdicción", "duodécima"),
        "pdf-jpeg",
        Wear(skew=0.7, noise=2),
        ("read", "read", "read"),
        45,
    ),
}


def story(name: str) -> tuple[str, str, Callable[[], bytes], Callable[[], dict[str, str | bool]]]:
    """Kind, language, and the two functions of the story of this name."""
    if name in INVOICES:
        invoice = INVOICES[name]
        kind = "credit-note" if invoice.preceding else "invoice"
        told = partial(invoices.fields, invoice)
        return kind, invoice.language, partial(invoices.drawn, invoice), lambda: dict(told())
    if name in RECEIPTS:
        receipt = RECEIPTS[name]
        return (
            "receipt",
            receipt.language,
            partial(receipts.drawn, receipt),
            lambda: dict(receipts.fields(receipt)),
        )
    if name in FORMS:
        form = FORMS[name]
        return "form", form.language, partial(forms.drawn, form), partial(forms.fields, form)
    if name in LETTERS:
        letter = LETTERS[name]
        return "letter", letter.language, partial(letters.letter_drawn, letter), dict
    return "contract", "es", partial(letters.contract_drawn, CONTRACT), dict


def sample(name: str, sheet: Paper) -> Sample:
    """The story of a name and its paper, put together."""
    kind, language, drawn, fields = story(name)
    return Sample(
        name=name,
        title=sheet.title,
        purpose=sheet.purpose,
        kind=kind,
        language=language,
        drawn=drawn,
        fields=fields,
        words=sheet.words,
        medium=sheet.medium,
        wear=sheet.wear,
        states=sheet.states,
        quality=sheet.quality,
    )


SAMPLES = {name: sample(name, sheet) for name, sheet in PAPERS.items()}
