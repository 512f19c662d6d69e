"""What may be done with an item on loan: rules without a clock, a disk or a register.

`allowed` says what a step adds to the ledger, or why it may not be taken. The
command line and the desk both ask it. P2 to P8 are the rules' numbers in
docs/holdings.md; P2, that an item is on one open loan at most, holds because a
request needs an item that is on none.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from docscan.archive.event import Draft
from docscan.holdings import conditions, returns
from docscan.holdings.conditions import EXPLAINED, Condition, differences, explains
from docscan.holdings.facts import Detail, Drafts, Facts, Refusal, draft, first, is_own, of
from docscan.holdings.lines import ACTS, FROM, UNDONE, Act, Line, Step, advanced

INSISTED = ("court", "authority", "audit", "signature", "legibility", "conservation", "exhibition", "other")
"""Why the paper itself is wanted though its scan could be had."""

WAYS: tuple[tuple[Act, ...], ...] = (("request", "approve", "prepare", "out"), ("check", "shelve"))
"""What a single step takes along: who is lent to at the desk has asked for it, too."""

IN_HAND: tuple[Act, ...] = ("approve", "prepare", "out", "shelve")
"""The steps for which the item is there to be had (P1)."""

VERBS: Mapping[Act, str] = {
    "claimed returned": "claim-returned",
    "declared lost": "lost",
    "written off": "write-off",
}
"""The commands of the steps that are called otherwise than their command."""


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
    return tuple(draft(line, UNDONE, {"step": one.seq}) for one in reversed(back))


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
    return DRAFTS[act](line, facts) if act in DRAFTS else (draft(line, act),)


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
    return absence(facts.item, facts.gone) or first(
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
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (
            bool(facts.scan) and not line.authoriser,
            Refusal("Q090", of(line) | {"reasons": ", ".join(INSISTED)}),
        ),
        (bool(facts.scan) and not facts.may_authorise, Refusal("Q100", of(line))),
    )


def _against_going_out(line: Line, facts: Facts) -> Refusal | None:
    """P5: what goes out with another count than is known of it lacks or has more for a reason on record."""
    counts = Condition(facts.known), Condition(facts.found.folios)
    other = differences(*counts)
    told = of(line) | {"sent": str(facts.known), "back": str(facts.found.folios)}
    told |= {"reasons": ", ".join(EXPLAINED[other[0]] if other else ())}
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (facts.policy is None, Refusal("Q060")),
        (bool(other) and not explains(facts.because, *counts), Refusal("Q146", told)),
        (bool(other) and not facts.may_authorise, Refusal("Q148", told)),
    )


def _against_renewal(line: Line, facts: Facts) -> Refusal | None:
    """P7: later than before, within the limit, and not what was recalled."""
    policy = facts.policy
    if policy is None:
        return Refusal("Q060")
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (line.recalled, Refusal("Q110", of(line))),
        (line.renewals >= policy.renewals, Refusal("Q112", of(line) | {"count": str(line.renewals)})),
        (_renewed(line, facts) is None, Refusal("Q114", of(line) | {"limit": str(policy.limit)})),
    )


def _against_recall(line: Line, facts: Facts) -> Refusal | None:
    return first(
        (line.recalled, Refusal("Q110", of(line))), (facts.policy is None or not line.due, Refusal("Q060"))
    )


def _go_out(line: Line, facts: Facts) -> Drafts:
    if facts.policy is None:
        return ()
    due = facts.policy.due(facts.today, facts.calendar)  # P8: never a closed day
    detail: Detail = {"day": facts.today.isoformat(), "due": due.isoformat()}
    left = conditions.leaving(facts.found, facts.known, facts.because)
    return (draft(line, "out", detail | left, role="transmitter"),)


def _renew(line: Line, facts: Facts) -> Drafts:
    due = _renewed(line, facts)
    return () if due is None else (draft(line, "renew", {"due": due.isoformat()}, role="authorizer"),)


def _recall(line: Line, facts: Facts) -> Drafts:
    if facts.policy is None:
        return ()
    due = facts.policy.recalled(date.fromisoformat(line.due), facts.today, facts.calendar)
    return (draft(line, "recall", {"due": due.isoformat()}, role="authorizer"),)


RULES: Mapping[Act, Callable[[Line, Facts], Refusal | None]] = {
    "approve": _against_approval,
    "out": _against_going_out,
    "renew": _against_renewal,
    "recall": _against_recall,
    "written off": returns.against_writing_off,
    "found": returns.against_return,
    "in": returns.against_return,
    "discrepancy": returns.against_discrepancy,
    "check": returns.against_check,
}
"""What speaks against a step besides where the line stands."""

DRAFTS: Mapping[Act, Callable[[Line, Facts], Drafts]] = {
    "approve": lambda line, _: (draft(line, "approve", role="authorizer"),),
    "out": _go_out,
    "renew": _renew,
    "recall": _recall,
    "written off": returns.write_off,
    "found": lambda line, facts: returns.come_back(line, facts, "found"),
    "in": lambda line, facts: returns.come_back(line, facts, "in"),
    "discrepancy": returns.explain,
    "check": returns.pass_,
}
"""What the ledger is told of a step that says more than that it was taken."""


def _renewed(line: Line, facts: Facts) -> date | None:
    if facts.policy is None or not line.due:
        return None
    out, due = date.fromisoformat(line.out), date.fromisoformat(line.due)
    return facts.policy.renewed(out, due, facts.today, facts.calendar)
