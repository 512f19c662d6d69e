"""The nouns: what stages hand to one another. Frozen, typed, without I/O.

Boxes are in pixels of the page image after its treatments. Confidences run from
0 to 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from docscan.evidence import (
    Act,
    Decision,
    Field,
    FieldStatus,
    Finding,
    Judgement,
    Origin,
    Repair,
    Severity,
    State,
    Statement,
    Verdict,
)
from docscan.frozen import dataclass
from docscan.places import IDENTITY, Box, Matrix, around, chained

__all__ = [
    "Act", "Blank", "Code", "Decision", "Entry", "Extraction", "Field", "FieldStatus", "Finding", "Image",
    "InvoiceLine", "Judgement", "Known", "Line", "Mark", "Origin", "Page", "PageRun", "PageState", "Record",
    "Repair", "Scan", "Severity", "State", "Statement", "TaxLine", "Transcript", "Verdict", "Word",
    "transcribed",
]  # fmt: skip

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Image = npt.NDArray[np.uint8]
else:  # most programs that hold a record have no image, and numpy takes longer to load than all the rest
    Image = Any
PageState = Literal["read", "textlayer", "blank", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class Scan:
    """The image of one page.

    Attributes:
        number: The page's number in its document, from 1.
        image: Grey (H, W) uint8 or colour (H, W, 3) uint8 BGR.
        dpi: Pixels to the inch of `image`.
        treatments: What was done to it, in order, such as `"turn 90"` or
            `"deskew -1.3"`.
        to_source: Maps a point of `image` (x, y, 1) back to the image as it was
            stored: a homography, affine unless the page was photographed askew.
        source_size: Width and height of the image as it was stored, in pixels.
        blank: Nothing but paper was found on it.
        upright: Its letters were seen to stand upright; otherwise reading has
            to tell.
    """

    number: int
    image: Image
    dpi: float
    treatments: tuple[str, ...] = ()
    to_source: Matrix = IDENTITY
    source_size: tuple[int, int] = (0, 0)
    blank: bool = False
    upright: bool = False

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.image.shape[0])

    def treated(self, image: Image, treatment: str, step: Matrix | None = None) -> "Scan":
        """The scan after one more treatment.

        Args:
            image: The new image.
            treatment: How the treatment is recorded; empty for one that is not.
            step: Maps a point of the new image to the old one, when the
                treatment moved any pixel.
        """
        return replace(
            self,
            image=image,
            treatments=(*self.treatments, treatment) if treatment else self.treatments,
            to_source=self.to_source if step is None else chained(self.to_source, step),
        )


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one line, left to right; `block` numbers the block from 0."""

    words: tuple[Word, ...]
    block: int = 0

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The box around all words."""
        return around([word.box for word in self.words])


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to tick and whether it is ticked."""

    box: Box
    ticked: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to write in, as its lines show it.

    Attributes:
        box: The room for writing; of a rule, what is above it.
        kind: `frame`, `rule` (also of dots) or `comb` (a sign in each cell).
    """

    box: Box
    kind: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code on a page and what it says; nobody follows an address in it.

    Attributes:
        format: `QR` or `Code 128`.
        text: As it was encoded.
        box: Around it on the page.
    """

    format: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read.

    Attributes:
        number: From 1.
        width: Pixels of the treated image, across.
        height: Pixels of the treated image, down.
        dpi: Pixels to the inch.
        state: `read`, `textlayer`, `blank`, `empty` (ink but no text) or `failed`.
        lines: In reading order.
        marks: Boxes to tick.
        language: The engine's name of the language read with (`spa`), or empty.
        treatments: What the image went through.
        to_source: Maps treated pixels back to the image as stored.
        source_size: Width and height of the image as stored, in pixels; (0, 0)
            for a page read from its text layer, or not at all.
        coverage: The share of what looks like print that lies under a word read.
        codes: Bar codes and QR codes, from top to bottom.
        blanks: Places to write in, from top to bottom.
        strokes: Around what a pen drew and nobody can read, such as signatures.
    """

    number: int
    width: int
    height: int
    dpi: float
    state: PageState
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    language: str = ""
    treatments: tuple[str, ...] = ()
    to_source: Matrix = IDENTITY
    source_size: tuple[int, int] = (0, 0)
    coverage: float = 1.0
    codes: tuple[Code, ...] = ()
    blanks: tuple[Blank, ...] = ()
    strokes: tuple[Box, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def text(self) -> str:
        """The lines, with an empty line between blocks."""
        parts: list[str] = []
        for before, line in zip((None, *self.lines), self.lines, strict=False):
            if before is not None and before.block != line.block:
                parts.append("")
            parts.append(line.text)
        return "\n".join(parts)

    @property
    def confidence(self) -> float:
        """The mean confidence over all characters; 0 without any."""
        words = self.words
        weight = sum(len(word.text) for word in words)
        return sum(word.confidence * len(word.text) for word in words) / weight if weight else 0.0

    @property
    def quality(self) -> float:
        """The share of the print that was read, and read rightly as far as the engine can tell; 0 to 1."""
        return 1.0 if self.state == "blank" else self.confidence * self.coverage


@dataclass(frozen=True, slots=True)
class Transcript(Page):
    """What a page says, without the places of its words: what a record is filed and found by."""

    text: str = ""
    confidence: float = 0.0


def transcribed(page: Page) -> Transcript:
    """The transcript of a page: a twentieth of its size in memory."""
    kept = {item.name: getattr(page, item.name) for item in fields(Page)}
    return Transcript(
        **kept | {"lines": (), "marks": (), "blanks": (), "strokes": ()},
        text=page.text,
        confidence=page.confidence,
    )


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One rate of the tax breakdown; amounts and rate as decimal strings."""

    tax: str
    rate: str
    base: str
    amount: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice; empty strings for what is not printed."""

    description: str
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    tax_rate: str = ""
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A label and its value on a form that no schema describes; a box to tick is `True` or `False`."""

    label: str
    value: str | bool
    raw: str
    page: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a document says.

    Attributes:
        kind: `invoice`, `credit-note`, `receipt`, `form`, `letter` or `contract`.
        schema: The name of the schema that described it (`invoice`).
        language: ISO 639-1 (`es`), or empty when it cannot be told.
        missing: Fields that the schema requires and that were not found.
        witnessed: Fields that a second place on the pages bears out; `lines` when
            what parts them from the net amount is printed.
        statements: What each source says of every field that an e-invoice or a
            code speaks of, the most trusted source first.
        repairs: Of values that were misread.
    """

    kind: str
    schema: str
    kind_confidence: float
    language: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    tax_breakdown: tuple[TaxLine, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    entries: tuple[Entry, ...] = ()
    missing: tuple[str, ...] = ()
    witnessed: frozenset[str] = frozenset()
    statements: tuple[Statement, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class PageRun:
    """Pages of a file that stand in a record, after those of the run before.

    Attributes:
        record: The record whose object holds the file.
        sha256: Of the file.
        first: The number of its first page in the file, from 1.
        last: The number of its last page in the file.
    """

    record: str
    sha256: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Record:
    """A document as filed: all that `record.json` says.

    Attributes:
        id: The object's identifier (a UUID); None before it is filed.
        source: The name it arrived under.
        sha256: Of the original, as received.
        media_type: By content (`application/pdf`).
        document: Its number within the file it arrived in, from 1.
        received: When it was taken in: ISO 8601, UTC; empty before.
        program: What read it, such as `docscan/0.1.0`.
        runs: Where its pages come from, when they are not those of its file.
        disposal: How it left the shelf: `rejected`, `merged`, or not at all.
        decisions: What people decided of it, the oldest first.
    """

    id: str | None
    source: str
    sha256: str
    media_type: str
    extraction: Extraction
    pages: tuple[Page, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    document: int = 1
    received: str = ""
    program: str = ""
    runs: tuple[PageRun, ...] = ()
    disposal: Literal["", "rejected", "merged"] = ""
    decisions: tuple[Decision, ...] = ()

    @property
    def state(self) -> State:
        """Where it stands: its verdict, unless it left the shelf."""
        return self.disposal or self.verdict

    @property
    def coverage(self) -> float:
        """The mean coverage of the pages that are not blank; 1 without any."""
        return _mean([page.coverage for page in self.pages if page.state != "blank"])

    @property
    def quality(self) -> float:
        """The mean quality of the pages that are not blank; 1 without any."""
        return _mean([page.quality for page in self.pages if page.state != "blank"])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1.0


class Known(Protocol):
    """What a check may ask of earlier documents."""

    def same_invoice(self, supplier: str, number: str) -> str | None:
        """The id of a record filed earlier with this supplier and number.

        Args:
            supplier: The supplier's tax id, or its name where no id was read.
            number: The invoice number.
        """
