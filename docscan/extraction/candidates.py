"""Values a page offers for each type of field, and the label each stands by."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from docscan.extraction import identifiers, naming, values
from docscan.extraction.labels import Hit
from docscan.extraction.rows import Row
from docscan.frozen import dataclass
from docscan.places import Box

BELOW_ROWS = 3  # rows under a label in which a value may stand
COLUMN_ROWS = 14  # rows under a column's header
MOST_LABELS = 60  # of one field, at either end of a document: more are a list of something
PART_OF_COLUMN = 0.6  # one of several amounts under a header: below what a proof asks for
PART = 0.35  # an amount in a table of lines, taken for a sum
LONGEST_TEXT = 300  # characters; a longer one is prose
REPAIRED = 0.75  # the most that a repaired value scores: it is said, and something else has to verify it
UNREAL = 0.7  # a date that is none in the calendar, as the only one it may be
OPEN = 0.45  # the most that a value scores which may as well be another


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value of some type on a page.

    Attributes:
        value: Normalised.
        raw: As printed.
        row: Where it stands.
        first: Its first word in the row.
        last: One past its last word.
        score: From 0 to 1: the reading's certainty, times the label's and the place's once known.
        amount: Of an amount.
        currency: Printed beside an amount.
        mended: What the value was put right by, as `Repair.proof` has it; by `sum`, to be believed only
            when one closes; empty for a value as it was read.
        others: What else it may say, with as much reason; a person has to tell.
        label: What announces it, if anything does.
    """

    value: str
    raw: str
    row: Row
    first: int
    last: int
    score: float
    amount: Decimal | None = None
    currency: str = ""
    mended: str = ""
    others: tuple[str, ...] = ()
    label: Hit | None = None

    @property
    def box(self) -> Box:
        """Around its words."""
        return self.row.span_box(self.first, self.last)

    @property
    def place(self) -> tuple[int, int]:
        """Row and word: the same for two readings that begin at one place."""
        return self.row.index, self.first

    @property
    def legibility(self) -> float:
        """The lowest confidence of its words."""
        return min((word.confidence for word in self.row.words[self.first : self.last]), default=0.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a row that may hold a label's value, and how near they stand (0 to 1)."""

    row: Row
    first: int
    last: int
    nearness: float


Reader = Callable[[Row, int, int], Iterator[Candidate]]


def dates(row: Row, first: int, last: int, order: str = "dmy") -> Iterator[Candidate]:
    """Dates in a stretch of a row."""
    text, offset = row.stretch(first, last)
    for pattern in (values.NUMERIC_DATE, values.DAY_FIRST, values.MONTH_FIRST):
        for match in pattern.finditer(re.sub("    ", " \x00\x00 ", text).replace("  ", " ‖")):
            at = row.words_at(offset + match.start(), offset + match.end())
            if found := values.read_date(match.group(), order):
                yield Candidate(found.value, match.group(), row, *at, score=found.confidence)
            elif row.origin_ocr and (real := values.real_dates(match.group(), order)):
                yield put_right(Candidate(real[0], match.group(), row, *at, score=UNREAL), real, "calendar")


def amounts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Amounts in a stretch of a row; percentages, dates and numbers of things are none."""
    text, offset = row.stretch(first, last)
    dated = [
        match.span()
        for pattern in (values.NUMERIC_DATE, values.DAY_FIRST)
        for match in pattern.finditer(text)
        if values.read_date(match.group())
    ]
    for match in values.AMOUNT.finditer(text):
        if match["percent"] or any(start < match.end() and match.start() < end for start, end in dated):
            continue
        if found := values.amount_of(match):
            sure = found.confidence * (1.0 if found.decimals == 2 else 0.75 if found.currency else 0.45)
            if found.decimals > 2:
                sure *= 0.5
            at = row.words_at(offset + match.start("number"), offset + match.end("number"))
            yield Candidate(
                values.money(found.value), match.group().strip(), row, *at, sure, found.value, found.currency
            )


def ibans(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """Bank account numbers; a Polish one may lack its country."""
    text, offset = row.stretch(first, last)
    for start, end, value, sure in identifiers.ibans(text):
        at = row.words_at(offset + start, offset + end)
        yield Candidate(value, text[start:end], row, *at, sure)
    for start, end, proven in identifiers.misread_ibans(text) if row.origin_ocr else ():
        at = row.words_at(offset + start, offset + end)
        raw = text[start:end]
        yield put_right(Candidate(identifiers.compact(raw), raw, row, *at, 1.0), proven, "digits")


def tax_ids(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """The first tax id in a stretch: words joined until they make one."""
    words = [word.text for word in row.words[first:last]]
    if found := identifiers.tax_id(words):
        begin, end, value, sure = found
        raw = " ".join(words[begin:end])
        as_read = Candidate(value, raw, row, first + begin, first + end, sure)
        proven = identifiers.tax_id_readings(value, row.text) if row.origin_ocr else ()
        yield put_right(as_read, proven, "digits")


def put_right(item: Candidate, readings: Sequence[str], proof: str) -> Candidate:
    """A candidate that was misread, with what it says; with all it may say where that is more than one.

    Args:
        item: As read.
        readings: What it may say instead, each of which something proves; none leaves it as it is.
        proof: What proves them, as `Repair.proof` has it.
    """
    if len(readings) == 1:
        return replace(item, value=readings[0], mended=proof, score=min(item.score, REPAIRED))
    several = replace(item, mended=proof, others=tuple(readings), score=min(item.score, OPEN))
    return several if readings else item


def numbers(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """The first document number in a stretch."""
    words = [word.text for word in row.words[first:last]]
    if found := identifiers.document_number(words):
        begin, end, value, sure = found
        yield Candidate(value, " ".join(words[begin:end]), row, first + begin, first + end, sure)


def texts(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """The first segment of a stretch, as it stands."""
    begin, end = row.segments[row.segment_of(first)]
    begin, end = max(first, begin), min(last, end)
    words = [word.text for word in row.words[begin:end]]
    text = " ".join(words).strip(" :;,|_" if words and words[-1].endswith(".") else " :;,|_.-")
    if 0 < len(text) <= LONGEST_TEXT and any(sign.isalnum() for sign in text):
        yield Candidate(text, " ".join(words), row, begin, end, 0.9)


def names(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """The first segment with letters; a register's number after it is no part of a name."""
    for text in texts(row, first, last):
        found = replace(text, value=naming.without_register(text.value))
        letters = sum(sign.isalpha() for sign in found.value)
        if letters >= 3 and letters * 2 > len(found.value.replace(" ", "")):
            yield replace(found, value=naming.formed(found.value)) if row.origin_ocr else found


def currencies(row: Row, first: int, last: int) -> Iterator[Candidate]:
    """The first currency named in a stretch."""
    for index in range(first, last):
        if code := values.currency(row.words[index].text):
            yield Candidate(code, row.words[index].text, row, index, index + 1, 0.95)
            return


READERS: Mapping[str, Reader] = {
    "date": dates, "amount": amounts, "iban": ibans, "tax-id": tax_ids, "number": numbers,
    "text": texts, "name": names, "address": texts, "currency": currencies, "quantity": amounts,
    "rate": texts,
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """The rows of a document with the labels found in them.

    Attributes:
        rows: Top to bottom, page after page.
        hits: The labels, in the same order.
        heads: The numbers of rows that head a table of lines: what stands
            under them are parts, not sums.
        headers: What a column's header may be, as letters: never a name.
    """

    rows: tuple[Row, ...]
    hits: tuple[Hit, ...]
    heads: frozenset[int] = frozenset()
    headers: frozenset[str] = frozenset()

    @cached_property
    def amounts(self) -> tuple[Candidate, ...]:
        """Every amount, in reading order."""
        return tuple(unlabelled(self.rows, amounts))

    @cached_property
    def _by_row(self) -> dict[int, list[Hit]]:
        found: dict[int, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.row.index, []).append(hit)
        return found

    @cached_property
    def headings(self) -> tuple[Hit, ...]:
        """The labels that stand over a party's particulars, in reading order."""
        return tuple(hit for hit in self.hits if hit.heading)

    def in_row(self, row: Row) -> Sequence[Hit]:
        """The labels of one row."""
        return self._by_row.get(row.index, ())


def stretches(sheet: Sheet, hit: Hit) -> Iterator[Stretch]:
    """Where the value of a label may stand: beside it, then below it."""
    row = hit.row
    end = min((other.first for other in sheet.in_row(row) if other.first >= hit.last), default=len(row.words))
    if hit.last < end:
        gap = row.words[hit.last].box.left - row.words[hit.last - 1].box.right
        yield Stretch(row, hit.last, end, max(0.8, 1.0 - 0.01 * max(0.0, gap) / row.height))
    yield from _below(sheet, hit, BELOW_ROWS)


def _below(sheet: Sheet, hit: Hit, most: int, column: tuple[int, int] | None = None) -> Iterator[Stretch]:
    label = hit.row.span_box(hit.first, hit.last)
    for step, row in enumerate(sheet.rows[hit.row.index + 1 : hit.row.index + 1 + most], 1):
        if row.page != hit.row.page or row.box.top - label.bottom > most * 3 * row.height:
            return
        labels = sheet.in_row(row)
        for first, last in row.segments:
            box = row.span_box(first, last)
            if column and box.left > column[1] - 0.5 * row.height:  # it stands under the next header
                continue
            if not _aligned(label, box, row.height) and not (column and label.left <= box.left):
                continue
            if any(first <= other.first < last for other in labels) and step > 1:
                return
            cut = min((other.first for other in labels if first <= other.first < last), default=last)
            if cut > first:
                yield Stretch(row, first, cut, max(0.3, 0.95 - (0.01 if column else 0.08) * step))


def _column(hit: Hit) -> tuple[int, int] | None:
    """From a header's left edge to the next header's, in a row of at least three; None elsewhere."""
    segments = hit.row.segments
    number = hit.row.segment_of(hit.first)
    if len(segments) < 3 or segments[number] != (hit.first, hit.last):
        return None
    following = segments[number + 1][0] if number + 1 < len(segments) else None
    left = hit.row.words[hit.first].box.left
    return left, hit.row.words[following].box.left if following is not None else 2 * hit.row.box.right


def _aligned(label: Box, value: Box, height: float) -> bool:
    """Same left edge, same right edge, or one above the other's middle."""
    return (
        abs(label.left - value.left) <= 1.2 * height
        or abs(label.right - value.right) <= 1.2 * height
        or label.left <= value.middle[0] <= label.right
        or value.left <= label.middle[0] <= value.right
    )


def announced(sheet: Sheet, name: str, kind: str, reader: Reader) -> list[Candidate]:
    """Candidates for a field that stand by one of its labels, the best first.

    Args:
        sheet: The document.
        name: The field.
        kind: The field's type.
        reader: Reads values of that type.
    """
    found: dict[tuple[int, int, str], Candidate] = {}
    for hit in _ends_of([hit for hit in sheet.hits if hit.weight_of(name)]):
        weight = min(1.0, hit.weight_of(name) + _company(sheet, hit)) * hit.likeness * _standing(hit)
        for candidate in _beside(sheet, hit, kind, reader):
            part = kind == "amount" and hit.row.index in sheet.heads
            scored = replace(candidate, score=candidate.score * weight * (PART if part else 1.0), label=hit)
            place = (*scored.place, scored.value)
            if place not in found or found[place].score < scored.score:
                found[place] = scored
    return sorted(found.values(), key=lambda item: -item.score)


def _ends_of(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The first and last of very many labels of one kind: titles stand at the top, sums at the end."""
    return hits if len(hits) <= 2 * MOST_LABELS else [*hits[:MOST_LABELS], *hits[-MOST_LABELS:]]


def _beside(sheet: Sheet, hit: Hit, kind: str, reader: Reader) -> Iterator[Candidate]:
    """The values by one label; those further on, and those below when one stands beside, count less."""
    seen = 0
    if kind == "amount":
        yield from _column_sums(sheet, hit, reader)
    for stretch in stretches(sheet, hit):
        below = stretch.row.index != hit.row.index
        if below and seen and kind not in ("amount", "date"):
            return
        for order, candidate in enumerate(reader(stretch.row, stretch.first, stretch.last)):
            if kind == "number" and not below and _begins_another_column(hit, candidate):
                continue
            penalty = _longer_label(hit, candidate) * (1.0 - 0.08 * min(order, 4))
            penalty = penalty if not below else 0.7 if seen else 1.0
            yield replace(candidate, score=candidate.score * stretch.nearness * penalty)
            seen += 1


def _column_sums(sheet: Sheet, hit: Hit, reader: Reader) -> Iterator[Candidate]:
    """The amounts under a header: one alone, or the last of several when it is their sum."""
    if (column := _column(hit)) is None:
        return
    rows = [
        [
            replace(item, score=item.score * stretch.nearness)
            for item in reader(stretch.row, stretch.first, stretch.last)
        ]
        for stretch in _below(sheet, hit, COLUMN_ROWS, column)
    ]
    items = [found[0] for found in rows if found]
    *parts, last = [item.amount or Decimal(0) for item in items] or [Decimal(0)]
    summed = len(parts) > 1 and sum(parts) == last
    if len(items) > 1 and not summed and hit.row.index not in sheet.heads:
        yield added(items)
    for number, item in enumerate(items, 1):
        alone = len(items) == 1 or (summed and number == len(items))
        yield replace(item, score=item.score * (1.0 if alone else PART_OF_COLUMN))


def _begins_another_column(hit: Hit, candidate: Candidate) -> bool:
    """Whether a number in a column of its own goes on with words: `12 High Street` beside a title."""
    row = hit.row
    if row.segment_of(hit.last - 1) == row.segment_of(candidate.first):
        return False
    _, end = row.segments[row.segment_of(candidate.first)]
    following = row.words[candidate.last : end]
    return len(following) > 1 and following[0].text[:1].isalpha()


def added(items: Sequence[Candidate]) -> Candidate:
    """Several amounts as the one they make: a summary by rates may leave their sum unsaid."""
    whole = sum((item.amount or Decimal(0) for item in items), Decimal(0))
    raw = " + ".join(item.raw for item in items)
    score = PART_OF_COLUMN * min(item.score for item in items)
    return replace(items[-1], value=values.money(whole), raw=raw, amount=whole, score=score)


def _longer_label(hit: Hit, candidate: Candidate) -> float:
    """Less for each word between label and value: the label is then part of another, longer one."""
    between = hit.row.words[hit.last : candidate.first]
    lettered = [word.text for word in between if any(map(str.isalpha, word.text))]
    words = sum(not text.isupper() for text in lettered)
    colons = sum(word.text.endswith(":") for word in between if len(word.text) > 1 or lettered)
    return float(0.9**words * 0.7**colons)


def _company(sheet: Sheet, hit: Hit) -> float:
    """What a label before it in the same segment adds: `Rechnung … Nr. … vom …`."""
    begin, _ = hit.row.segments[hit.row.segment_of(hit.first)]
    before = [other for other in sheet.in_row(hit.row) if begin <= other.first < hit.first]
    return 0.35 if any(m.role == "field" for other in before for m in other.meanings) else 0.0


def _standing(hit: Hit) -> float:
    """1 for a label that begins a segment, follows another's value or ends in a colon; less inside prose."""
    if hit.row.words[hit.last - 1].text.endswith(":"):
        return 1.0
    begin, end = hit.row.segments[hit.row.segment_of(hit.first)]
    before = [word for word in hit.row.words[begin : hit.first] if any(map(str.isalpha, word.text))]
    wordy = end - begin > 14  # a line of prose, not a label with its value
    return 0.6 if wordy else 1.0 if not before else 0.85 if len(before) <= 3 else 0.7


def unlabelled(rows: Sequence[Row], reader: Reader) -> Iterator[Candidate]:
    """Every value of a type on the pages, whatever stands by it."""
    for row in rows:
        yield from reader(row, 0, len(row.words))
