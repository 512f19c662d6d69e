"""What may be done with an item on loan: rules without a clock, a disk or a register.

`allowed` says what a step adds to the ledger, or why it may not be taken. The
command line and the desk both ask it. P2 to P8 are the rules' numbers in
docs/holdings.md; P2, that an item is on one open loan at most, holds because a
request needs an item that is on none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from docscan.archive.event import Draft
from docscan.holdings import conditions
from docscan.holdings.calendars import Calendar
from docscan.holdings.conditions import REASONS, UNKNOWN, Condition, differs, stated
from docscan.holdings.lines import ACTS, AWAY, FROM, UNDONE, Act, Line, Step, advanced
from docscan.holdings.policies import Policy

INSISTED = ("court", "authority", "audit", "signature", "legibility", "conservation", "exhibition", "other")
"""Why the paper itself is wanted though its scan could be had."""

WAYS: tuple[tuple[Act, ...], ...] = (("request", "approve", "prepare", "out"), ("check", "shelve"))
"""What a single step takes along: who is lent to at the desk has asked for it, too."""

IN_HAND: tuple[Act, ...] = ("approve", "prepare", "out", "shelve")
"""The steps for which the item is there to be had (P1)."""

VERBS: Mapping[Act, str] = {"claimed returned": "claim-returned", "declared lost": "lost"}
"""The commands of the steps that are called otherwise than their command."""

Drafts = tuple[Draft, ...]
Detail = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules need to know of the moment.

    Attributes:
        item: The UUID of the item.
        loan: The UUID for a new loan, or of the person's loan that the item is added to.
        agent: The pseudonym of who does it.
        today: The day.
        policy: Of the line, or the one asked for; None where there is none of that name.
        calendar: Of the item's site.
        person: The UUID of who is to borrow.
        borrower: The pseudonym of who borrows, where their login is known; may be empty.
        gone: `missing`, `lost`, `transferred out` or `destroyed` where the item is that; empty otherwise.
        scan: The UUID of the record that is its scan and is on the shelf; empty for none.
        insisted: Why the original is wanted all the same: one of `INSISTED`; empty otherwise.
        authoriser: The UUID of the person who allows that; may be empty.
        may_authorise: Whoever does it may lend originals that are scanned, and settle discrepancies.
        found: The item as it is now.
        known: How many folios it has, as far as is known; None where nobody counted.
        returned: The day it came back, where that was earlier; None for today.
        because: Why it differs: one of `conditions.REASONS`; empty otherwise.
    """

    item: str
    loan: str
    agent: str
    today: date
    policy: Policy | None
    calendar: Calendar
    person: str = ""
    borrower: str = ""
    gone: str = ""
    scan: str = ""
    insisted: str = ""
    authoriser: str = ""
    may_authorise: bool = True
    found: Condition = UNKNOWN
    known: int | None = None
    returned: date | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a step may not be taken: a code of `docscan/messages/loans.toml`, and what fills its places."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


def allowed(line: Line | None, act: Act, facts: Facts) -> Refusal | Drafts:
    """What a step adds to the ledger, with the steps it takes along; or why it may not be taken.

    Args:
        line: Of the item on the loan it is on; None while it is on none that is open.
        act: The step.
        facts: Of the moment.
    """
    if act == "out" and line is None and facts.scan and not facts.insisted:
        return Refusal("Q092", {"item": facts.item, "reasons": ", ".join(INSISTED)})
    drafts: list[Draft] = []
    for part in _way(line, act):
        said = _single(line, part, facts)
        if isinstance(said, Refusal):
            return said
        drafts += said
        for one in said:
            line = advanced(line, Step(-1, "", facts.agent, str(one.detail.get("act")), one.detail))
        if line is not None and line.ended:
            break
    return tuple(drafts)


def undoing(line: Line, steps: Iterable[Step], agent: str) -> Refusal | Drafts:
    """What takes the last steps of a line back; or why it may not be done.

    Args:
        line: As it is now.
        steps: Those to take back, in the order in which they were taken.
        agent: The pseudonym of who takes them back.
    """
    back = tuple(steps)
    if not back or back[-1].seq != line.last.seq or line.kind == "copy":
        return Refusal("Q180", of(line))
    if any(one.agent != agent for one in back):
        return Refusal("Q182", of(line))
    return tuple(_draft(line, UNDONE, {"step": one.seq}) for one in reversed(back))


def of(line: Line) -> dict[str, str]:
    """What a sentence about a line may need: what it is, who has it, how far it is, since when, due when."""
    since = line.out if line.stand in AWAY else line.last.at[:10]
    return {"item": line.item, "person": line.person, "state": line.stand, "since": since, "due": line.due}


def absence(item: str, gone: str) -> Refusal | None:
    """That an item is not there; None where it is.

    Args:
        item: Its UUID.
        gone: As `Facts` has it.
    """
    if not gone:
        return None
    return Refusal("Q042" if gone == "missing" else "Q040", {"item": item, "state": gone})


def taken(line: Line) -> Refusal:
    """That an item is on a loan, so that nobody else can have it."""
    if line.stand == "on loan" and not line.recalled:
        return Refusal("Q020", of(line))
    return Refusal("Q022", of(line) | {"steps": _steps(line)})


def _steps(line: Line) -> str:
    """The commands that take a line further from where it stands."""
    barred = ("discrepancy", *(("renew", "recall") if line.recalled else ()))
    can = (act for act in ACTS if line.stand in FROM[act] and act not in barred)
    return ", ".join(f"docscan loan {VERBS.get(act, act)} {line.item}" for act in can)


def _way(line: Line | None, act: Act) -> tuple[Act, ...]:
    """A step, after those on its way that the line did not take yet."""
    way = next((way for way in WAYS if way[-1] == act), (act,))
    begins = (at for at, part in enumerate(way) if (line.stand in FROM[part] if line else part == "request"))
    return way[next(begins, len(way) - 1) :]


def _single(line: Line | None, act: Act, facts: Facts) -> Refusal | Drafts:
    """One step alone."""
    if line is None:
        return _request(facts) if act == "request" else Refusal(_unlent(act), {"item": facts.item})
    if line.stand not in FROM[act]:
        return taken(line) if act in WAYS[0] else Refusal("Q030", of(line) | {"steps": _steps(line)})
    against = absence(line.item, facts.gone if act in IN_HAND else "")
    against = against or (RULES[act](line, facts) if act in RULES else None)
    if against is not None:
        return against
    return DRAFTS[act](line, facts) if act in DRAFTS else (_draft(line, act),)


def _unlent(act: Act) -> str:
    """Why a step cannot be taken with what is on no loan."""
    return "Q010" if act in WAYS[0] else "Q012"


def _request(facts: Facts) -> Refusal | Drafts:
    """Surrogate first: where a scan is held, the paper moves for a reason and with an authoriser."""
    against = _against_request(facts)
    if against is not None or facts.policy is None:
        return against or Refusal("Q060")
    copy = bool(facts.scan) and not facts.insisted
    detail: Detail = {"act": "request", "loan": facts.loan, "item": facts.item, "person": facts.person}
    detail |= {"kind": "copy" if copy else "original", "policy": facts.policy.name}
    said = {"record": facts.scan if copy else "", "reason": facts.insisted, "authoriser": facts.authoriser}
    detail |= {key: value for key, value in said.items() if value}
    asked = Draft("loan", detail=detail, role="requester")
    if not copy:
        return (asked,)
    shown = Draft("dissemination", object=facts.scan, detail={"purpose": "export"}, role="recipient")
    return asked, shown


def _against_request(facts: Facts) -> Refusal | None:
    """P4: an original of which there is a scan has an authoriser, who is not the borrower."""
    reasons = ", ".join(INSISTED)
    return absence(facts.item, facts.gone) or _first(
        (not facts.person, Refusal("Q050", {"item": facts.item})),
        (facts.policy is None, Refusal("Q060")),
        (facts.authoriser == facts.person, Refusal("Q070", {"person": facts.person})),
        (
            facts.insisted not in ("", *INSISTED),
            Refusal("Q080", {"reason": facts.insisted, "reasons": reasons}),
        ),
        (
            bool(facts.scan and facts.insisted and not facts.authoriser),
            Refusal("Q090", {"item": facts.item, "reasons": reasons}),
        ),
    )


def _against_approval(line: Line, facts: Facts) -> Refusal | None:
    """P4: who lends is not who borrows; and the scan may have come after the request."""
    return _first(
        (_lends_to_oneself(facts), Refusal("Q070", of(line))),
        (
            bool(facts.scan) and not line.authoriser,
            Refusal("Q090", of(line) | {"reasons": ", ".join(INSISTED)}),
        ),
        (bool(facts.scan) and not facts.may_authorise, Refusal("Q100", of(line))),
    )


def _against_going_out(line: Line, facts: Facts) -> Refusal | None:
    """P5: what goes out with another count than is known of it lacks or has more for a reason on record."""
    other = facts.known not in (None, facts.found.folios)
    told = of(line) | {"sent": str(facts.known), "back": str(facts.found.folios)}
    told |= {"reasons": ", ".join(REASONS)}
    return _first(
        (_lends_to_oneself(facts), Refusal("Q070", of(line))),
        (facts.policy is None, Refusal("Q060")),
        (other and facts.because not in REASONS, Refusal("Q146", told)),
        (other and not facts.may_authorise, Refusal("Q148", told)),
    )


def _against_renewal(line: Line, facts: Facts) -> Refusal | None:
    """P7: later than before, within the limit, and not what was recalled."""
    policy = facts.policy
    if policy is None:
        return Refusal("Q060")
    return _first(
        (_lends_to_oneself(facts), Refusal("Q070", of(line))),
        (line.recalled, Refusal("Q110", of(line))),
        (line.renewals >= policy.renewals, Refusal("Q112", of(line) | {"count": str(line.renewals)})),
        (_renewed(line, facts) is None, Refusal("Q114", of(line) | {"limit": str(policy.limit)})),
    )


def _against_recall(line: Line, facts: Facts) -> Refusal | None:
    return _first(
        (line.recalled, Refusal("Q110", of(line))), (facts.policy is None or not line.due, Refusal("Q060"))
    )


def _against_return(line: Line, facts: Facts) -> Refusal | None:
    came = (facts.returned or facts.today).isoformat()
    told = of(line) | {"day": came, "out": line.out}
    return _first((not line.out <= came <= facts.today.isoformat(), Refusal("Q132", told)))


def _against_discrepancy(line: Line, facts: Facts) -> Refusal | None:
    """There is something to explain, and whoever explains it may."""
    return _first(
        (facts.because not in REASONS, Refusal("Q140", of(line) | {"reasons": ", ".join(REASONS)})),
        (not facts.may_authorise, Refusal("Q142", of(line) | {"said": _explained(line, facts)})),
        (not differs(line.sent, _seen(line, facts)), Refusal("Q144", of(line))),
    )


def _against_check(line: Line, facts: Facts) -> Refusal | None:
    """P5: what came back otherwise than it went is not passed without a discrepancy on record."""
    seen, sent = _seen(line, facts), line.sent
    if sent.folios is not None and seen.folios is None:
        return Refusal("Q130", of(line) | {"folios": str(sent.folios)})
    if _is_settled(line, seen):
        idle = bool(facts.because) and not differs(sent, seen)
        return Refusal("Q144", of(line)) if idle else None
    if not facts.because:
        told = {"sent": _words(sent), "back": _words(seen), "said": _explained(line, facts)}
        return Refusal("Q150", of(line) | told | {"reasons": ", ".join(REASONS)})
    return _against_discrepancy(line, facts)


def _go_out(line: Line, facts: Facts) -> Drafts:
    if facts.policy is None:
        return ()
    due = facts.policy.due(facts.today, facts.calendar)  # P8: never a closed day
    detail: Detail = {"day": facts.today.isoformat(), "due": due.isoformat()}
    left = conditions.leaving(facts.found, facts.known, facts.because)
    return (_draft(line, "out", detail | left, role="transmitter"),)


def _renew(line: Line, facts: Facts) -> Drafts:
    due = _renewed(line, facts)
    return () if due is None else (_draft(line, "renew", {"due": due.isoformat()}, role="authorizer"),)


def _recall(line: Line, facts: Facts) -> Drafts:
    if facts.policy is None:
        return ()
    due = facts.policy.recalled(date.fromisoformat(line.due), facts.today, facts.calendar)
    return (_draft(line, "recall", {"due": due.isoformat()}, role="authorizer"),)


def _come_back(line: Line, facts: Facts, act: Act) -> Drafts:
    detail: Detail = {"day": (facts.returned or facts.today).isoformat()}
    return (_draft(line, act, detail | conditions.detail(facts.found), role="recipient"),)


def _explain(line: Line, facts: Facts) -> Drafts:
    detail: Detail = {"reason": facts.because}
    return (_draft(line, "discrepancy", detail | conditions.detail(facts.found), role="authorizer"),)


def _pass(line: Line, facts: Facts) -> Drafts:
    passed = _draft(line, "check", conditions.detail(facts.found), role="validator")
    return (passed,) if _is_settled(line, _seen(line, facts)) else (*_explain(line, facts), passed)


RULES: Mapping[Act, Callable[[Line, Facts], Refusal | None]] = {
    "approve": _against_approval,
    "out": _against_going_out,
    "renew": _against_renewal,
    "recall": _against_recall,
    "found": _against_return,
    "in": _against_return,
    "discrepancy": _against_discrepancy,
    "check": _against_check,
}
"""What speaks against a step besides where the line stands."""

DRAFTS: Mapping[Act, Callable[[Line, Facts], Drafts]] = {
    "approve": lambda line, _: (_draft(line, "approve", role="authorizer"),),
    "out": _go_out,
    "renew": _renew,
    "recall": _recall,
    "found": lambda line, facts: _come_back(line, facts, "found"),
    "in": lambda line, facts: _come_back(line, facts, "in"),
    "discrepancy": _explain,
    "check": _pass,
}
"""What the ledger is told of a step that says more than that it was taken."""


def _first(*cases: tuple[bool, Refusal]) -> Refusal | None:
    """The refusal of the first case that is so."""
    return next((refusal for holds, refusal in cases if holds), None)


def _lends_to_oneself(facts: Facts) -> bool:
    return bool(facts.borrower) and facts.borrower == facts.agent


def _renewed(line: Line, facts: Facts) -> date | None:
    if facts.policy is None or not line.due:
        return None
    out, due = date.fromisoformat(line.out), date.fromisoformat(line.due)
    return facts.policy.renewed(out, due, facts.today, facts.calendar)


def _seen(line: Line, facts: Facts) -> Condition:
    """The item as it is now, as far as somebody says so, and as it came back otherwise."""
    return stated(conditions.detail(facts.found), line.back)


def _is_settled(line: Line, seen: Condition) -> bool:
    return not differs(line.sent, seen) or (bool(line.discrepancy) and seen == line.back)


def _explained(line: Line, facts: Facts) -> str:
    """The options of `loan check` with which an item is passed that is not as it went."""
    sent, seen = line.sent, _seen(line, facts)
    folios, grade = seen.folios, seen.grade
    why = "damaged on loan"
    if sent.folios is not None and folios is not None and folios != sent.folios:
        why = "folios missing" if folios < sent.folios else "folios added"
    elif seen.added:
        why = "folios added"
    counted = "" if folios is None else f"--folios {folios} "
    looked = f"--condition {grade} " if grade else ""
    return f"{counted}{looked}--because '{facts.because or why}'"


def _words(found: Condition) -> str:
    return ", ".join(str(part) for part in (found.folios, found.grade) if part not in (None, ""))


def _draft(line: Line, act: str, detail: Detail | None = None, role: str = "implementer") -> Draft:
    whole: Detail = {"act": act, "loan": line.loan, "item": line.item}
    return Draft("loan", detail=whole | (detail or {}), role=role)
