"""Who sells and who buys: by the heading over their particulars, or by where they stand."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from docscan.extraction.candidates import Candidate, Sheet, announced, names, tax_ids, unlabelled
from docscan.extraction.identifiers import compact, tax_id_valid
from docscan.extraction.labels import Hit, key
from docscan.extraction.naming import LEGAL_FORM
from docscan.extraction.rows import Row
from docscan.places import Box

ROLES = ("supplier", "customer")
FARTHEST = 14  # line heights from a heading down to the last of its particulars
FARTHEST_ROWS = 12  # the same for labelled ones, in rows, which may stand wide apart
ADDRESS_ROWS = 5
MOST_ROWS = 40  # rows in which a heading is looked for: more than stand in so many line heights
MOST_HEADINGS = 20  # the nearest of them that are weighed
UNSURE = 0.8  # of two ids without a heading either may be the supplier's
SECOND = 0.5  # of two ids without a heading the one further on is likelier the customer's
SHORTEST_BARE = 8  # signs of an id that nothing speaks for; shorter ones are sums and numbers of things
BESIDE_ID = 0.8  # a name over one of two ids that stand side by side: each has its own column
LETTERHEAD_ROWS = 25
FIRST_ROWS = 4  # at the very top, where a till prints whose it is
LONGEST_WORD = 30  # letters; a longer one is a rule or a pattern, read as letters
LEAST_LETTERS = 5  # of a name in a letterhead; less is a speck or a monogram
WINDOW_ROWS = 40  # of a first page
AFTER_TITLE = 0.6  # of a line under what a till calls its paper: it may be the customer, or goods
_TITLE = re.compile(
    r"(?:(?:full|simplified|gst) )*tax invoice|invoice|(?:official |cash )?receipt|cash (?:bill|sales?)|bill|"
    r"factura simplificada|tique|ticket|recibo|paragon fiskalny|kassenbon|kassenbeleg|quittung|rechnung",
    re.IGNORECASE,
)
_SENDER = re.compile(r" [·•●|*–] ")  # between name, street and town of a sender's line

POSTAL_CODE = re.compile(r"(?<![\w.,/-])(?:[A-Z]{1,2}[- ])?(?:\d{5}|\d{2}-\d{3})(?:\s+|,\s*)[^\W\d_]{2,}")

STREET = re.compile(
    r"(?<!\w)(?:ul\.|al\.|os\.|pl\.|calle|c/|avda\.?|avenida|plaza|paseo|carrer|ctra\.?|rue|street|st\.|"
    r"road|rd\.|avenue|lane|jalan|jln?\.?|via|p\.?o\.? box|postfach)(?!\w)|"
    r"(?:str\.|straße|strasse|weg|platz|allee) \d",
    re.IGNORECASE,
)


def standing(sheet: Sheet, candidate: Candidate) -> str:
    """Whose particulars a value is among: `supplier`, `customer`, `other`, or empty."""
    over = heading_over(sheet, candidate)
    return over.heading if over else ""


def heading_over(sheet: Sheet, candidate: Candidate) -> Hit | None:
    """The nearest heading whose party's particulars a value is among."""
    index = candidate.row.index
    begin = bisect_left(sheet.headings, index - MOST_ROWS, key=_row_of)
    above = sheet.headings[begin : bisect_right(sheet.headings, index, key=_row_of)][-MOST_HEADINGS:]
    near = ((distance, hit) for hit in above if (distance := _far(hit, candidate)))
    return min(near, key=lambda found: (found[0], found[1].heading), default=(0.0, None))[1]


def _row_of(hit: Hit) -> int:
    return hit.row.index


def _far(hit: Hit, candidate: Candidate) -> float:
    """How far a value, or its label, is below or right of a heading, in line heights; 0 when not under it."""
    row, label = hit.row, hit.row.span_box(hit.first, hit.last)
    box, first = _begin(candidate)
    if row.page != candidate.row.page or row.index > candidate.row.index:
        return 0.0
    if row.index == candidate.row.index and hit.first > first:
        return 0.0
    down = max(0.0, box.top - label.top) / row.height
    across = (box.left - label.left) / row.height
    rows = candidate.row.index - row.index
    far = down > FARTHEST and (candidate.label is None or rows > FARTHEST_ROWS)
    if far or across < -4 or (row.index != candidate.row.index and _of_next_column(hit, box)):
        return 0.0
    return 0.1 + down + abs(across) * (0.5 if across >= 0 else 2.0)


def _begin(candidate: Candidate) -> tuple[Box, int]:
    """Where a value begins, its label with it that stands in the same row: box and first word."""
    label = candidate.label
    if label is not None and label.row.index == candidate.row.index and label.first < candidate.first:
        return label.row.span_box(label.first, label.last), label.first
    return candidate.box, candidate.first


def _of_next_column(hit: Hit, box: Box) -> bool:
    """Whether something further right in the heading's row stands over a place, be it read or misread."""
    row = hit.row
    starts = [row.words[first].box.left for first, _ in row.segments if first >= hit.last]
    return any(start - row.height <= box.left for start in starts)


def ids(sheet: Sheet) -> dict[str, Candidate]:
    """The tax id of each party; one id for both only where it is printed under each one's heading."""
    labelled = {role: announced(sheet, f"{role}_tax_id", "tax-id", tax_ids) for role in ROLES}
    offers: list[tuple[float, str, Candidate]] = []
    for role, other in (ROLES, ROLES[::-1]):
        shared = {item.place for item in labelled[other]}
        unsure = len({item.value for item in labelled[role]}) > 1
        for candidate in labelled[role]:
            own = candidate.place not in shared  # only this party's label stands by it
            if role == "customer" and not own and not _is_customers(sheet, candidate):
                continue
            score = candidate.score * (1.0 if own else _suits(sheet, role, candidate, unsure=unsure))
            offers.append((score, role, replace(candidate, score=score)))
    offers.extend((item.score, "supplier", item) for item in _bare_ids(sheet))
    chosen: dict[str, Candidate] = {}
    for score, role, candidate in sorted(offers, key=lambda offer: -offer[0]):
        taken = any(
            _same_id(candidate.value, item.value) and not _both_headed(sheet, role, candidate, item)
            for item in chosen.values()
        )
        if score >= 0.2 and role not in chosen and not taken:
            chosen[role] = candidate
    return chosen


def _is_customers(sheet: Sheet, candidate: Candidate) -> bool:
    """Whether an id whose label may be either party's is long enough for one, or is proven or headed so."""
    known = tax_id_valid(candidate.value) or standing(sheet, candidate) == "customer"
    return known or len(candidate.value) >= SHORTEST_BARE


def _both_headed(sheet: Sheet, role: str, candidate: Candidate, other: Candidate) -> bool:
    """Whether two candidates stand at two places, each among the particulars of its own party."""
    partner = ROLES[1 - ROLES.index(role)]
    return (
        candidate.place != other.place
        and standing(sheet, candidate) == role
        and standing(sheet, other) == partner
    )


def _same_id(one: str, other: str) -> bool:
    """Whether two ids are one, printed with its country or without."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return longer == shorter or (longer[:2].isalpha() and longer[2:] == shorter)


def _suits(sheet: Sheet, role: str, candidate: Candidate, *, unsure: bool) -> float:
    under = standing(sheet, candidate)
    if under:
        return 1.0 if under == role else 0.1
    headed = bool(sheet.headings)
    if role == "customer" and unsure:
        return SECOND
    alone = 0.85 if role == "supplier" else 0.3  # a lone id is the sender's
    return alone * (UNSURE if unsure or headed else 1.0)


def _bare_ids(sheet: Sheet) -> Iterator[Candidate]:
    """Ids with agreeing check digits and letters that no label announces, as in a letterhead."""
    for candidate in unlabelled(sheet.rows, _written_ids):
        if standing(sheet, candidate) in ("", "supplier"):
            yield replace(candidate, score=0.3)


def _written_ids(row: Row, first: int, last: int) -> Iterator[Candidate]:
    for index in range(first, last):
        value = compact(row.words[index].text)
        if 9 <= len(value) <= 14 and not value.isdigit() and tax_id_valid(value):
            yield Candidate(value, row.words[index].text, row, index, index + 1, 1.0)


def name(sheet: Sheet, role: str, but: Candidate | None = None, *, till: bool = False) -> Candidate | None:
    """A party's name: by its label, under its heading, or where letters carry it.

    Args:
        sheet: The document.
        role: `supplier` or `customer`.
        but: The other party's name, which is this one's too only under a heading of its own.
        till: It is a receipt: the till prints whose it is, and then what it is.
    """
    labelled = [
        replace(item, score=0.9 + 0.1 * item.score if standing(sheet, item) == role else 0.4 * item.score)
        for item in announced(sheet, f"{role}_name", "name", names)
        if not _is_label(sheet, item)
    ]
    offers = labelled + list(_under_heading(sheet, role))
    if not offers or max(item.score for item in offers) < 0.5:
        offers += [
            *_by_id(sheet, role),
            *(_letterhead(sheet, till=till) if role == "supplier" else _window(sheet)),
        ]
    offers = [item for item in offers if not _is_header(sheet, item)]
    weighed = [replace(item, score=item.score * (0.4 if _of_address(item.value) else 1.0)) for item in offers]
    others = [item for item in weighed if not (but and _is_others(sheet, role, item, but))]
    return max(others, key=lambda item: item.score, default=None)


def _is_others(sheet: Sheet, role: str, item: Candidate, but: Candidate) -> bool:
    """Whether a line is the other party's name again, and not under this party's own heading."""
    return _before_address(item.value) == but.value and not _both_headed(sheet, role, item, but)


def _under_heading(sheet: Sheet, role: str) -> Iterator[Candidate]:
    for hit in (hit for hit in sheet.headings if hit.heading == role):
        weight = max(m.weight for m in hit.meanings if m.role == "heading") * hit.likeness
        for order, line in enumerate(line for line in _block(sheet, hit) if not _announces(line)):
            score = 0.9 * weight - 0.1 * min(order, 5)
            yield replace(line, score=score + (0.08 if LEGAL_FORM.search(line.value) else 0.0))
            if order >= 2:
                break


def _by_id(sheet: Sheet, role: str) -> Iterator[Candidate]:
    """What stands before or over a party's tax id, where both parties' ids are printed side by side."""
    found = ids(sheet)
    if len(found) < len(ROLES) or len({item.row.index for item in found.values()}) > 1:
        return
    begin, own = _begin(found[role]), found[role].row
    start, _ = own.segments[own.segment_of(begin[1])]
    if start < begin[1]:
        yield from (replace(line, score=BESIDE_ID) for line in names(own, start, begin[1]))
        return
    lines = list(_above(sheet, own, begin[0]))
    yield from (replace(line, score=BESIDE_ID) for line in lines[-1:])


def _block(sheet: Sheet, hit: Hit) -> Iterator[Candidate]:
    """The lines beside and under a heading that are neither labels nor another column's."""
    label = hit.row.span_box(hit.first, hit.last)
    end = min((o.first for o in sheet.in_row(hit.row) if o.first >= hit.last), default=len(hit.row.words))
    beside = hit.row.words[hit.last - 1].text.endswith(":") or end > hit.last
    if beside and end > hit.last and hit.row.segment_of(hit.last) == hit.row.segment_of(hit.first):
        yield from names(hit.row, hit.last, end)
        return
    for row in sheet.rows[hit.row.index + 1 : hit.row.index + 1 + FARTHEST]:
        if row.page != hit.row.page or row.box.top - label.bottom > FARTHEST * row.height:
            return
        for first, last in row.segments:
            box = row.span_box(first, last)
            under = box.left <= label.right and abs(box.left - label.left) <= 4 * row.height
            if not (under or abs(box.right - label.right) <= row.height):
                continue
            cut = min((o.first for o in sheet.in_row(row) if first <= o.first < last), default=last)
            if cut > first:
                yield from names(row, first, cut)


def _letterhead(sheet: Sheet, *, till: bool) -> Iterator[Candidate]:
    """Lines near the top of the first page, and any that ends like a company; taller letters count more."""
    top = [row for row in sheet.rows[:LETTERHEAD_ROWS] if row.page == sheet.rows[0].page]
    titled = next((row.index for row in top if till and _TITLE.fullmatch(row.text)), LETTERHEAD_ROWS)
    for row in top:
        for first, last in row.segments:
            for line in _whole(sheet, names(row, first, last)):
                if _is_label(sheet, line) or standing(sheet, line) == "customer":
                    continue
                if sum(map(str.isalpha, line.value)) < LEAST_LETTERS:
                    continue
                score = _prominence(line) * _worded(line.value) * (AFTER_TITLE if row.index > titled else 1.0)
                yield replace(line, value=_before_address(line.value), score=score)


def _prominence(line: Candidate) -> float:
    """How much a line stands out as a name: by its height, its place at the top, and a legal form."""
    row = line.row
    tall = min(2.0, line.box.height / row.height) / 2.0
    early = 1.0 - row.index / LETTERHEAD_ROWS
    topmost = 0.15 * max(0.0, 1.0 - row.index / FIRST_ROWS)
    formed = 0.25 if LEGAL_FORM.search(line.value) else 0.0
    return 0.1 + 0.3 * tall + 0.2 * early + topmost + formed


def _whole(sheet: Sheet, lines: Iterator[Candidate]) -> Iterator[Candidate]:
    """Lines; one that is a legal form alone, or goes on after an `&`, with its other line."""
    for line in lines:
        index = line.row.index
        if LEGAL_FORM.fullmatch(line.value) and index:
            yield from (_two(upper, line) for upper in _over_or_under(sheet.rows[index - 1], line))
        elif line.value.endswith("&") and index + 1 < len(sheet.rows):
            yield from (_two(line, lower) for lower in _over_or_under(sheet.rows[index + 1], line))
        else:
            yield line


def _over_or_under(row: Row, line: Candidate) -> Iterator[Candidate]:
    """The lines of another row that stand right over or under one."""
    for first, last in row.segments:
        if abs(row.span_box(first, last).middle[0] - line.box.middle[0]) <= 8 * line.row.height:
            yield from names(row, first, last)


def _two(upper: Candidate, lower: Candidate) -> Candidate:
    """Two lines as one name, with the place of the upper one."""
    return replace(upper, value=f"{upper.value} {lower.value}", raw=f"{upper.raw} {lower.raw}")


def _worded(text: str) -> float:
    """Less for a line with as many figures as a number of something, or nothing like a name's words."""
    figures = sum(map(str.isdigit, text))
    long = max(map(len, text.split())) > LONGEST_WORD
    return 0.6 if 4 * figures > len(text) or long or text == text.lower() else 1.0


def _window(sheet: Sheet) -> Iterator[Candidate]:
    """The first line over a town with its postal code: the window of an envelope."""
    for row in sheet.rows[:WINDOW_ROWS]:
        for first, last in row.segments:
            if not POSTAL_CODE.match(" ".join(word.text for word in row.words[first:last])):
                continue
            lines = list(_above(sheet, row, row.span_box(first, last)))
            if len(lines) >= 2:
                yield replace(lines[-1], score=0.45 - 0.001 * row.index)


def _above(sheet: Sheet, row: Row, box: Box) -> Iterator[Candidate]:
    """Lines with the same left edge, upwards without a gap, up to a sender's line."""
    top = box.top
    for upper in reversed(sheet.rows[max(0, row.index - 2 * ADDRESS_ROWS) : row.index]):
        for first, last in upper.segments if upper.page == row.page else ():
            place = upper.span_box(first, last)
            if abs(place.left - box.left) > upper.height:
                continue
            lines = [line for line in names(upper, first, last) if not _is_label(sheet, line)]
            if not lines or top - place.bottom > 2.6 * upper.height or _is_sender(lines[0].value):
                return
            top = place.top
            yield from lines


def address(sheet: Sheet, found: Candidate) -> Candidate | None:
    """The lines under a name, down to the town with its postal code."""
    lines: list[Candidate] = []
    box = found.box
    for row in sheet.rows[found.row.index + 1 : found.row.index + 1 + ADDRESS_ROWS]:
        if row.page != found.row.page:
            break
        for first, last in row.segments:
            place = row.span_box(first, last)
            if abs(place.left - box.left) > row.height or place.top - box.bottom > 1.5 * row.height:
                continue
            box = place
            text = " ".join(word.text for word in row.words[first:last])
            if any(first <= hit.first < last for hit in sheet.in_row(row)):
                continue
            lines.append(Candidate(text, text, row, first, last, 0.6))
            if POSTAL_CODE.search(text):
                joined = ", ".join(line.value.strip(" ,") for line in lines)
                return replace(lines[0], value=joined, raw=joined)
    return None


def _is_sender(text: str) -> bool:
    """Name, street and town in one line, as a sender prints it over the window."""
    return bool(_SENDER.search(text)) or (text.count(",") >= 2 and bool(POSTAL_CODE.search(text)))


def _of_address(text: str) -> bool:
    """A street, or a town with its postal code; and no company's name among them."""
    return bool(STREET.search(text) or POSTAL_CODE.search(text)) and not LEGAL_FORM.search(text)


def _before_address(text: str) -> str:
    """A sender's line such as `Name · Street · Town` holds the name first."""
    first, *rest = _SENDER.split(text)
    return first.strip(" ,;") if any(_of_address(part) for part in rest) else text


def _is_header(sheet: Sheet, line: Candidate) -> bool:
    """Whether it stands over a column: in the head of a table, or in the very words of one."""
    return line.row.index in sheet.heads or key(line.value) in sheet.headers


def _is_label(sheet: Sheet, line: Candidate) -> bool:
    """Whether it is one of the schema's labels, or what stands with a colon before something else."""
    hits = [hit for hit in sheet.in_row(line.row) if hit.first < line.last and line.first < hit.last]
    if LEGAL_FORM.search(line.value):  # `Invented Cash & Carry Ltd` is a name
        hits = [
            hit for hit in hits if hit.first <= line.first or hit.row.words[hit.last - 1].text[-1:] == ":"
        ]
    return _announces(line) or bool(hits)


def _ends(hit: Hit) -> bool:
    """Whether a label ends in a colon."""
    return hit.row.words[hit.last - 1].text.endswith(":")


def _announces(line: Candidate) -> bool:
    """Whether a line ends in a colon with something beside it: a label, if none that is known."""
    return line.raw.endswith(":") and line.last < len(line.row.words)
