"""What was declared, received, scanned and archived of a batch, reconciled before it is closed (threat A7).

No signature and no hash tells of a document that was never recorded. What does
is counting: one side declares boxes, files and pages in an acta, the other
counts what came, and what was scanned and archived is counted by the ledger
itself, as each of these events names its batch. A batch is closed by one event
that holds all four counts, and the reason for each difference. They are compared
box by box, so that what is missing in one is not made up for by another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

from docscan.archive.acta import Acta, Box, Direction
from docscan.archive.event import Draft, Event
from docscan.errors import BatchError
from docscan.frozen import dataclass

Stage = Literal["declared", "received", "scanned", "archived"]
Measure = Literal["boxes", "files", "pages"]
Part = Literal["archived", "duplicates", "put_aside"]
STAGES: tuple[Stage, ...] = ("declared", "received", "scanned", "archived")
MEASURES: tuple[Measure, ...] = ("boxes", "files", "pages")
LOOSE = 0  # the number of no box: what was scanned outside of any

# the events that say what became of a file, and the part of a batch that they count
PARTS: Mapping[tuple[str, str], Part] = {
    ("ingestion", "pass"): "archived",
    ("accession", "cancelled"): "duplicates",
    ("quarantine", "fail"): "put_aside",
}

# Why a count may differ from the one before it: from which stage to which, and whether to fewer or to more.
REASONS: Mapping[str, frozenset[tuple[Stage, str]]] = {
    "missing": frozenset({("received", "fewer")}),
    "surplus": frozenset({("received", "more")}),
    "miscounted": frozenset({("received", "fewer"), ("received", "more")}),
    "uncounted": frozenset({("received", "more")}),
    "annulled": frozenset({("received", "fewer")}),
    "unreadable": frozenset({("scanned", "fewer")}),
    "returned": frozenset({("scanned", "fewer")}),
    "left_out": frozenset({("scanned", "fewer")}),
    "scanned_again": frozenset({("scanned", "more")}),
    "grouped": frozenset({("scanned", "fewer"), ("scanned", "more")}),
    "duplicate": frozenset({("archived", "duplicate")}),
    "put_aside": frozenset({("scanned", "fewer"), ("archived", "put_aside")}),
}


@dataclass(frozen=True, slots=True)
class Count:
    """So many boxes, files and pages."""

    boxes: int = 0
    files: int = 0
    pages: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.boxes + other.boxes, self.files + other.files, self.pages + other.pages)


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not the one before it.

    Attributes:
        stage: The later of the two.
        measure: What was counted.
        before: At the stage before.
        after: At this stage.
        way: `fewer` or `more`; of what was scanned and not archived,
            `duplicate` or `put_aside`.
        box: The label of the box, where some boxes have fewer and others more,
            or the phrase for none; empty for all of them together.
    """

    stage: Stage
    measure: Measure
    before: int
    after: int
    way: str
    box: str = ""

    @property
    def reasons(self) -> frozenset[str]:
        """The codes that may explain it."""
        return frozenset(code for code, ways in REASONS.items() if (self.stage, self.way) in ways)


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, as its events tell it.

    Attributes:
        opening: The event that opened it.
        received: What was counted when it came, by the number of the box.
        archived: By the number of the box; likewise `duplicates` and `put_aside`.
        closing: The event that closed it; None while it is open.
        boxes: What its acta declares of each box, from 1; empty where only the
            events were read, as these hold the sums alone.
    """

    opening: Event
    received: Mapping[int, Count] = field(default_factory=dict)
    archived: Mapping[int, Count] = field(default_factory=dict)
    duplicates: Mapping[int, Count] = field(default_factory=dict)
    put_aside: Mapping[int, Count] = field(default_factory=dict)
    closing: Event | None = None
    boxes: Sequence[Box] = ()

    @property
    def id(self) -> str:
        """Its UUID."""
        return str(self.opening.detail["batch"])

    @property
    def number(self) -> str:
        """What people call it: `2026-0001`."""
        return number_of(int(self.opening.detail["year"]), int(self.opening.detail["number"]))

    @property
    def direction(self) -> Direction:
        """`in` or `out`."""
        return "out" if self.opening.detail["direction"] == "out" else "in"

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that it goes through: what leaves the archive is not scanned."""
        return STAGES if self.direction == "in" else STAGES[:2]

    @property
    def declared(self) -> Count:
        """What its acta says."""
        return Count(*(int(self.opening.detail[measure]) for measure in MEASURES))

    def beside(self, acta: Acta) -> "Batch":
        """The batch with the boxes of its acta, so that each of them is compared."""
        return replace(self, boxes=acta.boxes)

    @property
    def counted(self) -> bool:
        """Whether every box was counted."""
        return len(self.received) == self.declared.boxes

    def scanned(self, box: int) -> Count:
        """What came of a box, whatever became of it."""
        parts = (self.archived, self.duplicates, self.put_aside)
        return sum((part.get(box, Count()) for part in parts), Count())

    def count(self, stage: Stage) -> Count:
        """All of a stage; of a closed batch what its closing event says."""
        if self.closing is not None:
            told = self.closing.detail
            return Count(*(int(told.get(f"{stage}_{measure}", 0)) for measure in MEASURES))
        if stage == "declared":
            return self.declared
        if stage == "scanned":
            return sum(map(self.scanned, {*self.archived, *self.duplicates, *self.put_aside}), Count())
        return sum((self.received if stage == "received" else self.archived).values(), Count())

    def files(self, part: Part) -> int:
        """How many files ended there; of a closed batch what its closing event says."""
        if self.closing is not None:
            return int(self.closing.detail.get(f"{part}_files", 0))
        found: Mapping[int, Count] = getattr(self, part)
        return sum(count.files for count in found.values())

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Where a count is not the one before it, in order.

        One is told for all boxes together, unless some have fewer and others
        more, which would make up for each other: then each box is told.
        """
        found: list[Difference] = []
        for before, stage in zip(self.stages, self.stages[1:], strict=False):
            if stage == "archived":
                found += list(self._not_archived())
                continue
            for measure in MEASURES if stage == "received" else MEASURES[1:]:
                found += self._between(before, stage, measure)
        return tuple(found)

    def _between(self, before: Stage, stage: Stage, measure: Measure) -> list[Difference]:
        def differing(was: Count, now: Count, box: str = "") -> Iterator[Difference]:
            one, other = getattr(was, measure), getattr(now, measure)
            if one != other:
                yield Difference(stage, measure, one, other, "fewer" if other < one else "more", box)

        found: list[Difference] = []
        for box in self._compared(stage):
            found += differing(self._of_box(before, box), self._of_box(stage, box), self._label(box))
        if len({one.way for one in found}) > 1:
            return found
        return list(differing(self.count(before), self.count(stage)))

    def _compared(self, stage: Stage) -> list[int]:
        """The boxes to compare with the stage before, no box last; none if that stage has only sums."""
        if stage == "received":
            return sorted({*range(1, len(self.boxes) + 1), *self.received}) if self.boxes else []
        found = {*self.received, *self.archived, *self.duplicates, *self.put_aside}
        return sorted(found, key=lambda box: (box == LOOSE, box))

    def _of_box(self, stage: Stage, box: int) -> Count:
        if stage == "declared":
            return sum((Count(1, one.files, one.pages) for one in self.boxes[box - 1 : box]), Count())
        return self.received.get(box, Count()) if stage == "received" else self.scanned(box)

    def _label(self, box: int) -> str:
        if box == LOOSE:
            return NO_BOX
        return self.boxes[box - 1].label if box <= len(self.boxes) else str(box)

    def _not_archived(self) -> Iterator[Difference]:
        for way, part in (("duplicate", self.duplicates), ("put_aside", self.put_aside)):
            lost, came = sum(part.values(), Count()), self.count("scanned")
            for measure in MEASURES[1:]:
                was, gone = getattr(came, measure), getattr(lost, measure)
                if gone:
                    yield Difference("archived", measure, was, was - gone, way)


@dataclass(frozen=True, slots=True)
class Intake:
    """An open batch, as a run files into it.

    Attributes:
        id: The batch's.
        number: What people call it.
        boxes: The numbers of its boxes, from 1, by label without regard to case.
    """

    id: str
    number: str
    boxes: Mapping[str, int]

    def detail(self, source: str) -> dict[str, str | int]:
        """What an event says of the batch of a file.

        Args:
            source: The name it arrived under, from the archive's folder:
                `inbox/C-1/scan.pdf` is of box C-1, if there is one; of a batch
                with a single box, everything is.
        """
        folder = source.split("/")[1] if source.count("/") > 1 else ""
        only = 1 if len(self.boxes) == 1 else LOOSE
        return {"batch": self.id, "box": self.boxes.get(folder.casefold(), only)}


def number_of(year: int, number: int) -> str:
    """What people call a batch: `2026-0001`."""
    return f"{year}-{number:04d}"


def opened(acta: Acta, batch: str, number: int) -> Draft:
    """The event that opens a batch.

    Args:
        acta: What is declared.
        batch: A new UUID.
        number: The next of the acta's year, from `next_number`.
    """
    return Draft(
        "custody_transfer",
        outcome="pending",
        role=_role(acta.direction),
        detail={
            "batch": batch,
            "direction": acta.direction,
            "date": acta.date.isoformat(),
            "year": acta.date.year,
            "number": number,
            "boxes": len(acta.boxes),
            "files": acta.files,
            "pages": acta.pages,
            **({"uncounted": acta.uncounted} if acta.uncounted else {}),
        },
    )


def counted(batch: Batch, box: int, files: int, pages: int) -> Draft:
    """The event that says what was found in a box.

    Raises:
        BatchError: The batch is closed.
    """
    _expect_open(batch)
    detail: dict[str, str | int] = {"batch": batch.id, "box": box, "files": files, "pages": pages}
    return Draft("acknowledgement_received", role="recipient", detail=detail)


def closed(batch: Batch, reasons: Sequence[str], *, busy: int = 0, signed: str = "none") -> Draft:
    """The event that closes a batch: its four counts and the reasons for their differences, in one.

    Args:
        batch: As its events tell it, beside its acta.
        reasons: Codes of `REASONS`.
        busy: How many files are still on their way.
        signed: The record that shows the acta with both signatures.

    Raises:
        BatchError: It is closed, or not counted, files are on their way, a
            difference has no reason, or a reason no difference.
    """
    _expect_open(batch)
    if busy:
        raise BatchError("E040", number=batch.number, count=str(busy))
    if not batch.counted:
        left = batch.declared.boxes - len(batch.received)
        raise BatchError("E030", number=batch.number, count=str(left))
    _expect_explained(batch.differences, reasons)
    detail: dict[str, str | int] = {key: batch.opening.detail[key] for key in ("batch", "year", "number")}
    for stage in batch.stages:
        detail |= {f"{stage}_{key}": getattr(batch.count(stage), key) for key in _measures(stage)}
    for name in PARTS.values() if batch.direction == "in" else ():
        detail[f"{name}_files"] = batch.files(name)
    detail |= dict.fromkeys((f"because_{code}" for code in reasons), "yes")
    detail["signed"] = signed
    return Draft("custody_transfer", role=_role(batch.direction), detail=detail)


def facts_of(difference: Difference) -> dict[str, str]:
    """What a sentence about a difference is filled with; phrases by their codes."""
    return {
        "stage": f"@{STAGE_PHRASES[difference.stage]}",
        "measure": f"@{MEASURE_PHRASES[difference.measure]}",
        "before": str(difference.before),
        "after": str(difference.after),
        "box": difference.box,
    }


STAGE_PHRASES = {"declared": "B110", "received": "B111", "scanned": "B112", "archived": "B113"}
MEASURE_PHRASES = {"boxes": "B114", "files": "B115", "pages": "B116"}
NO_BOX = "@B127"


def reasons_of(batch: Batch) -> tuple[str, ...]:
    """The codes that a batch was closed with."""
    detail = batch.closing.detail if batch.closing else {}
    return tuple(code for code in REASONS if f"because_{code}" in detail)


def told(events: Iterable[Event]) -> Batch | None:
    """The batch that events are about; None when none of them opens one."""
    opening = closing = None
    parts: dict[str, dict[int, Count]] = {name: {} for name in ("received", *PARTS.values())}
    for one in events:
        box = int(one.detail.get("box", LOOSE))
        files, pages = int(one.detail.get("files", 1)), int(one.detail.get("pages", 0))
        part = parts.get(PARTS.get((one.type, one.outcome), ""))
        if part is not None:
            part[box] = part.get(box, Count()) + Count(0, files, pages)
        elif one.type == "acknowledgement_received":
            parts["received"][box] = Count(int(bool(files or pages)), files, pages)
        elif one.type == "custody_transfer" and opening is None:
            opening = one
        elif one.type == "custody_transfer" and one.outcome == "pass":
            closing = one
    return None if opening is None else Batch(opening, **parts, closing=closing, boxes=())


def _measures(stage: Stage) -> tuple[Measure, ...]:
    return MEASURES if stage in ("declared", "received") else MEASURES[1:]


def _role(direction: Direction) -> str:
    return "recipient" if direction == "in" else "transmitter"


def _expect_explained(differences: Sequence[Difference], reasons: Sequence[str]) -> None:
    for one in differences:
        if not one.reasons.intersection(reasons):
            code = "E090" if one.box else "E050"
            raise BatchError(code, **facts_of(one), reasons=", ".join(sorted(one.reasons)))
    for code in reasons:
        if not any(code in one.reasons for one in differences):
            raise BatchError("E060", reason=code)


def _expect_open(batch: Batch) -> None:
    if batch.closing is not None:
        raise BatchError("E020", number=batch.number, at=batch.closing.at)
