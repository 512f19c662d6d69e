"""Papers about loans in words and on pages: slips, receipts, cards for the shelf, and letters."""

from collections.abc import Callable, Mapping, Sequence

from docscan.holdings import letters
from docscan.holdings.conditions import GRADES, REASONS
from docscan.holdings.lending import INSISTED
from docscan.holdings.lent import Lent
from docscan.holdings.letters import Slip, Sort
from docscan.messages import sentence
from docscan.printed.acta import SIGNED
from docscan.printed.paper import Coded, Facts, Heading, Mark, Paper, Part, Signatures, Table, Text, begun

TITLES: Mapping[Sort, str] = {"loan slip": "B400", "return receipt": "B401", "out card": "B402"}
WORDINGS: Mapping[str, tuple[str, str]] = {
    "reminder": ("B403", "B461"),
    "second reminder": ("B404", "B462"),
    "demand": ("B405", "B463"),
}
"""Title and text of a letter by the ladder's keyword; another keyword is worded as the first."""

GRADE_PHRASES = dict(zip(GRADES, ("B470", "B471", "B472", "B473"), strict=True))
REASON_PHRASES = dict(zip(REASONS, ("B480", "B481", "B482", "B483", "B484"), strict=True))
INSISTED_PHRASES = dict(zip(INSISTED, (f"B49{n}" for n in range(len(INSISTED))), strict=True))
LOAN_SIGNATURES = ("B450", "B451", "B452", "B453")
RECEIPT_SIGNATURES = ("B454", "B455")
NEVER = "—"
MOST_TITLE = 150  # characters of an item's title: its code names it, and forty are to fit on two pages


def title(slip: Slip) -> str:
    """What a paper is called, at its head and in an e-mail's subject."""
    code = TITLES[slip.sort] if slip.sort in TITLES else _wording(slip)[0]
    return sentence(code, slip.language, number=slip.number)


def paper(slip: Slip, mark: Mark | None) -> Paper:
    """A paper about a loan, to be printed.

    Args:
        slip: What it says.
        mark: The state of the ledger; None where it cannot be told.
    """
    return Paper(title(slip), slip.language, PARTS[slip.sort](slip), mark)


def text(slip: Slip) -> str:
    """What an e-mail says to which the paper is attached; a letter's own words."""
    said = [sentence("B460", slip.language)]
    if slip.sort == "reminder":
        said += [_demand(slip), "\n".join(_listed(one) for one in slip.rows), sentence("B464", slip.language)]
    said.append(sentence("B466", slip.language, title=title(slip)))
    said.append(f"{sentence('B465', slip.language)}\n{slip.archive}")
    return "\n\n".join(said) + "\n"


def _loan_slip(slip: Slip) -> Sequence[Part]:
    language = slip.language
    rows = [
        (*_item(n, one), *_sent(one, language), one.line.due or NEVER) for n, one in enumerate(slip.rows, 1)
    ]
    head = _heads(language, "B430", "B431", "B432", "B433", "B434", "B416")
    return (
        Facts([*_borrower(slip), *_circumstances(slip)]),
        Table(head, rows, (0.8, 2, 5, 1.3, 1.8, 2), frozenset({0, 3})),
        _signatures(LOAN_SIGNATURES, language, sentence("B440", language, count=str(len(rows)))),
    )


def _return_receipt(slip: Slip) -> Sequence[Part]:
    language = slip.language
    rows = [(*_item(n, one), *_returned(one, language)) for n, one in enumerate(slip.rows, 1)]
    head = _heads(language, "B430", "B431", "B432", "B436", "B435", "B434", "B437")
    heading = sentence("B441", language, count=str(len(rows)))
    return (
        Facts(_borrower(slip)),
        Heading(heading),
        Table(head, rows, (0.9, 1.9, 3, 1.8, 1.6, 1.9, 2.4), frozenset({0})),
        Heading(sentence("B443", language)),
        _dues(slip.left, language) if slip.left else Text(sentence("B444", language)),
        _signatures(RECEIPT_SIGNATURES, language, sentence("B442", language, heading=heading)),
    )


def _out_card(slip: Slip) -> Sequence[Part]:
    (one,) = slip.rows
    told = {
        "B422": _shortened(one.item.title),
        "B420": slip.place,
        "B421": slip.number,
        "B411": letters.called(slip.person),
        "B412": slip.person.unit,
        "B415": one.line.out,
        "B416": one.line.due,
        "B419": slip.day.isoformat(),
    }
    facts = [(begun(code, slip.language), value or NEVER) for code, value in told.items()]
    return (Coded(one.item.code), Facts(facts), Text(sentence("B445", slip.language)))


def _reminder(slip: Slip) -> Sequence[Part]:
    language = slip.language
    return (
        Facts(_borrower(slip)),
        Text(sentence("B460", language)),
        Text(_demand(slip)),
        _dues(slip.rows, language),
        Text(sentence("B464", language)),
        Text(sentence("B465", language)),
        Text(slip.archive),
    )


PARTS: Mapping[Sort, Callable[[Slip], Sequence[Part]]] = {
    "loan slip": _loan_slip,
    "return receipt": _return_receipt,
    "out card": _out_card,
    "reminder": _reminder,
}


def _wording(slip: Slip) -> tuple[str, str]:
    return WORDINGS.get(slip.wording, WORDINGS["reminder"])


def _demand(slip: Slip) -> str:
    return sentence(_wording(slip)[1], slip.language, archive=slip.archive)


def _borrower(slip: Slip) -> list[tuple[str, str]]:
    """Whose paper it is, and for whom; what is not known is left out."""
    person = slip.person
    told = {
        "B410": slip.archive,
        "B411": letters.called(person),
        "B412": person.unit,
        "B413": ", ".join(filter(None, (person.email, person.phone))),
        "B419": slip.day.isoformat(),
    }
    return [(begun(code, slip.language), value) for code, value in told.items() if value]


def _circumstances(slip: Slip) -> list[tuple[str, str]]:
    """When and why the items of a slip are lent."""
    lines = [one.line for one in slip.rows]
    reasons = dict.fromkeys(line.reason for line in lines if line.reason)
    told = {
        "B414": dict.fromkeys(line.began.at[:10] for line in lines),
        "B415": dict.fromkeys(line.out for line in lines if line.out),
        "B418": [
            sentence(INSISTED_PHRASES[one], slip.language) for one in reasons if one in INSISTED_PHRASES
        ],
        "B417": slip.authorisers,
    }
    return [(begun(code, slip.language), ", ".join(values)) for code, values in told.items() if values]


def _item(number: int, one: Lent) -> tuple[str, str, str]:
    dated, called = letters.years(one.item), _shortened(one.item.title)
    return str(number), one.item.code, f"{called} ({dated})" if dated else called


def _sent(one: Lent, language: str) -> tuple[str, str]:
    return _count(one.line.sent.folios), _grade(one.line.sent.grade, language)


def _returned(one: Lent, language: str) -> tuple[str, str, str, str]:
    """The day an item came back, its folios out and back, its condition, and what was found of it."""
    line = one.line
    found = [sentence(REASON_PHRASES[one], language) for one in line.discrepancy if one in REASON_PHRASES]
    if line.back.added:
        found.append(sentence("B485", language, count=str(line.back.added)))
    counts = f"{_count(line.sent.folios)} / {_count(line.back.folios)}"
    return line.returned, counts, _grade(line.back.grade, language), "; ".join(found)


def _dues(rows: Sequence[Lent], language: str) -> Table:
    """What somebody still has, and by when it was to be back."""
    told = [(*_item(n, one), one.line.out, one.line.due) for n, one in enumerate(rows, 1)]
    head = _heads(language, "B430", "B431", "B432", "B415", "B416")
    return Table(head, told, (0.8, 2, 5, 2, 2), frozenset({0}))


def _listed(one: Lent) -> str:
    return f"{one.item.code}  {_shortened(one.item.title)}  ({one.line.due})"


def _signatures(codes: Sequence[str], language: str, declared: str) -> Signatures:
    lines = [f"{begun(code, language)}:" for code in SIGNED]
    return Signatures([(sentence(code, language), lines) for code in codes], declared)


def _heads(language: str, *codes: str) -> list[str]:
    return [begun(code, language) for code in codes]


def _shortened(title: str) -> str:
    return title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1]}…"


def _count(folios: int | None) -> str:
    return NEVER if folios is None else str(folios)


def _grade(grade: str, language: str) -> str:
    return sentence(GRADE_PHRASES[grade], language) if grade in GRADE_PHRASES else NEVER
