"""Fields that something else on the pages bears out: what is printed twice was read rightly.

A second place counts only where nothing announces it as something else, so
that it could as well have been missing, or have said another thing. The domain
of an address bears out a name, and the country printed before a tax id tells
which check digits it must have.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from docscan.extraction import currency
from docscan.extraction.candidates import Candidate, Sheet, amounts, dates
from docscan.extraction.identifiers import tax_id_valid, valid_in
from docscan.extraction.labels import Hit, key
from docscan.extraction.naming import LEGAL_FORM
from docscan.extraction.parties import standing
from docscan.extraction.rows import Row
from docscan.model import Field
from docscan.places import Box

SHORTEST = {"number": 4, "name": 6, "tax-id": 7}  # letters and figures; fewer are printed twice by chance
OFTEN, FAR_MORE = 8, 6  # places of a currency, at least, and times more than of all others
LONGEST_RUN = 9  # words of a name
ALSO = {"invoice_number": "payment_reference", "total": "payable"}  # whose label may stand by it, too
OF_COUNTRY = {"CUIT": "AR", "RFC": "MX", "P.IVA": "IT"}  # names of tax ids that only one country has
COUNTRY = re.compile(rf"(?:\(([A-Z]{{2}})\)|(?<!\w)({'|'.join(map(re.escape, OF_COUNTRY))}))[\W_]*$")
HOST = re.compile(r"(?:@|//|www\.)([\w.-]+)\.[a-z]{2,}", re.IGNORECASE)
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})  # as domains mostly have them
TERM = re.compile(r"(?<![\d.,])(\d{1,3}) (?:Tagen?|days?|d[ií]as?|dni)(?!\w)", re.IGNORECASE)

Place = tuple[int, Box]


def witnessed(sheet: Sheet, fields: Mapping[str, Field], types: Mapping[str, str]) -> frozenset[str]:
    """The fields that something else on the pages agrees with.

    Args:
        sheet: The document.
        fields: As decided.
        types: The type of each field.
    """
    found = {name for name, field in fields.items() if _again(sheet, name, field, types.get(name, ""))}
    return frozenset(found | _in_term(sheet, fields))


def _again(sheet: Sheet, name: str, field: Field, kind: str) -> bool:
    if not isinstance(field.value, str) or not field.value:
        return False
    if kind == "currency":
        return _alone(sheet, field.value)
    if kind == "tax-id" and _of_its_country(sheet, field, field.value):
        return True
    if kind == "name" and any(_of_party(sheet, name, row, at) for row, at in _domains(sheet, field)):
        return True
    if kind in SHORTEST:
        places = _runs(sheet, key(field.value), SHORTEST[kind])
    elif kind == "date":
        places = _days(sheet, field.value)
    elif name == "total":
        places = _sums(sheet, field.value)
    else:
        return False
    return any(not _same(field, row, at) and _free(sheet, name, row, at) for row, at in places)


def _runs(sheet: Sheet, wanted: str, shortest: int) -> Iterator[tuple[Row, tuple[int, int]]]:
    """Words that are some letters and figures, wherever they stand."""
    if len(wanted) < shortest:
        return
    for row in sheet.rows:
        pieces = [key(word.text) for word in row.words]
        for first in range(len(pieces)):
            joined = ""
            for last in range(first, min(len(pieces), first + LONGEST_RUN)):
                joined += pieces[last]
                if not pieces[first] or not wanted.startswith(joined):
                    break
                if joined == wanted:
                    yield row, (first, last + 1)


def _domains(sheet: Sheet, field: Field) -> Iterator[tuple[Row, tuple[int, int]]]:
    """Addresses of mail or pages elsewhere whose domain is a name, all of it but the legal form."""
    bare = LEGAL_FORM.sub(" ", str(field.value).casefold())
    wanted = {one for one in (key(bare), key(bare.translate(UMLAUTS))) if len(one) >= SHORTEST["name"]}
    for row in sheet.rows:
        for at, word in enumerate(row.words):
            hosts = (match[1] for match in HOST.finditer(word.text))
            named = any(key(part) in wanted for host in hosts for part in host.split("."))
            if named and not _same(field, row, (at, at + 1)):
                yield row, (at, at + 1)


def _of_its_country(sheet: Sheet, field: Field, value: str) -> bool:
    """Whether a tax id has the check digits of the country that is printed before it.

    One that has those of Spain, Poland, Germany or its own prefix is proven, or was put right, by them.
    """
    if tax_id_valid(value):
        return False
    for row in sheet.rows:
        first = next((at for at in range(len(row.words)) if _same(field, row, (at, at + 1))), 0)
        match = COUNTRY.search(" ".join(word.text for word in row.words[:first]))
        if match and valid_in(match[1] or OF_COUNTRY[match[2]], value):
            return True
    return False


def _days(sheet: Sheet, wanted: str) -> Iterator[tuple[Row, tuple[int, int]]]:
    """Places of a date, also within longer words, as in the address of a page."""
    year, month, day = wanted.split("-")
    inside = re.compile(rf"(?<!\d)(?:{day}[-/.]?{month}[-/.]?{year}|{year}[-/.]?{month}[-/.]?{day})(?!\d)")
    for row in sheet.rows:
        found = {(item.first, item.last) for item in dates(row, 0, len(row.words)) if item.value == wanted}
        found |= {(at, at + 1) for at, word in enumerate(row.words) if inside.search(word.text)}
        yield from ((row, at) for at in sorted(found))


def _sums(sheet: Sheet, wanted: str) -> Iterator[tuple[Row, tuple[int, int]]]:
    """Places of an amount that ends a row which announces what is to be paid.

    With another one right of it, it is the base in the sum of a tax summary.
    """
    for hit in sheet.hits:
        announces = max(hit.weight_of("total"), hit.weight_of("payable")) >= 0.6
        if announces and hit.last < len(hit.row.words):
            for item in list(amounts(hit.row, hit.last, len(hit.row.words)))[-1:]:
                if item.value == wanted:
                    yield hit.row, (item.first, item.last)


def _alone(sheet: Sheet, code: str) -> bool:
    """Whether a currency is printed and no other is; and again, or it is that of the document's country.

    One that stands beside amount after amount is not called in question by
    another that is named once or twice, as of a rate of exchange.
    """
    found = list(currency.printed(sheet))
    places = Counter(value for value, _ in {(item.value, item.place) for item in found})
    others = places.total() - places[code]
    if others:
        return places[code] >= max(OFTEN, FAR_MORE * others)
    own = currency.of_country(sheet)
    return places[code] > 1 or (places[code] == 1 and own is not None and own.value == code)


def _in_term(sheet: Sheet, fields: Mapping[str, Field]) -> set[str]:
    """Issue and due date, when the days between them are printed as the term of payment."""
    try:
        issued, due = (date.fromisoformat(str(fields[name].value)) for name in ("issue_date", "due_date"))
    except (KeyError, ValueError):
        return set()
    terms = (int(match[1]) for row in sheet.rows for match in TERM.finditer(row.text))
    agrees = any(issued + timedelta(days) == due for days in terms if days)
    return {"issue_date", "due_date"} if agrees else set()


def _same(field: Field, row: Row, at: tuple[int, int]) -> bool:
    """Whether a place is the one that the field was read from."""
    one, other = field.box, row.span_box(*at)
    across = one.left < other.right and other.left < one.right
    return field.page == row.page and across and one.top < other.bottom and other.top < one.bottom


def _free(sheet: Sheet, name: str, row: Row, at: tuple[int, int]) -> bool:
    """Whether no label announces a place as something else, nor another party's heading."""
    label = _label(sheet, row, at[0])
    if label and not any(label.weight_of(known) for known in (name, ALSO.get(name, name))):
        return False
    return _of_party(sheet, name, row, at)


def _of_party(sheet: Sheet, name: str, row: Row, at: tuple[int, int]) -> bool:
    """Whether a place is not among the particulars of another party than the field's."""
    role = name.partition("_")[0]
    return role not in ("supplier", "customer") or standing(sheet, _candidate(row, at)) in ("", role)


def _label(sheet: Sheet, row: Row, first: int) -> Hit | None:
    """The label that a place stands right of, with nothing but signs between them."""
    before = [hit for hit in sheet.in_row(row) if hit.last <= first]
    near = before[-1] if before else None
    return near if near and not any(key(word.text) for word in row.words[near.last : first]) else None


def _candidate(row: Row, at: tuple[int, int]) -> Candidate:
    return Candidate("", "", row, *at, score=0.0)
