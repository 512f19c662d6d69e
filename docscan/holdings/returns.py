"""What may be done with what comes back from a loan, or never does: rules, as in `lending`."""

from docscan.archive.event import Draft
from docscan.holdings import conditions
from docscan.holdings.conditions import (
    EXPLAINED,
    REASONS,
    Condition,
    differences,
    explainable,
    explains,
    likeliest,
    stated,
    worded,
)
from docscan.holdings.facts import Detail, Drafts, Facts, Refusal, draft, first, is_own, of
from docscan.holdings.lines import Act, Line

LOSSES = ("not found", "stolen", "destroyed")
"""Why nobody looks any longer for what was lost on loan."""


def against_return(line: Line, facts: Facts) -> Refusal | None:
    """P4: nobody acknowledges to themselves what they bring back."""
    came = (facts.returned or facts.today).isoformat()
    told = of(line) | {"day": came, "out": line.out}
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (not line.out <= came <= facts.today.isoformat(), Refusal("Q132", told)),
    )


def against_writing_off(line: Line, facts: Facts) -> Refusal | None:
    """What nobody looks for any longer is given up for a reason, by who may, and not by who lost it."""
    told = of(line) | {"reasons": ", ".join(LOSSES)}
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (len(facts.because) != 1 or facts.because[0] not in LOSSES, Refusal("Q154", told)),
        (not facts.may_authorise, Refusal("Q156", told)),
    )


def against_discrepancy(line: Line, facts: Facts) -> Refusal | None:
    """There is something to explain, all of it is explained, and by who may and did not have it (P4)."""
    sent, seen, told = line.sent, _seen(line, facts), _compared(line, facts)
    known = bool(facts.because) and set(facts.because) <= set(REASONS)
    return first(
        (is_own(facts), Refusal("Q070", of(line))),
        (not known, Refusal("Q140", told | {"reasons": ", ".join(REASONS)})),
        (not explainable(sent, seen), Refusal("Q144", of(line))),
        (not facts.may_authorise, Refusal("Q142", told)),
        (not explains(facts.because, sent, seen), Refusal("Q152", told)),
    )


def against_check(line: Line, facts: Facts) -> Refusal | None:
    """P5: what came back otherwise than it went is not passed without a discrepancy on record.

    Of damage where nobody looked before one is recorded for whoever gives the reason.
    """
    seen, sent = _seen(line, facts), line.sent
    if is_own(facts):
        return Refusal("Q070", of(line))
    if sent.folios is not None and seen.folios is None:
        return Refusal("Q130", of(line) | {"folios": str(sent.folios)})
    if _is_settled(line, facts):
        return None
    if not facts.because:
        return Refusal("Q150", _compared(line, facts))
    return against_discrepancy(line, facts)


def come_back(line: Line, facts: Facts, act: Act) -> Drafts:
    """It is there again, in the state in which it was found."""
    detail: Detail = {"day": (facts.returned or facts.today).isoformat()}
    return (draft(line, act, detail | conditions.detail(facts.found), role="recipient"),)


def explain(line: Line, facts: Facts) -> Drafts:
    """Why it is not as it went: an event for each reason."""
    found = conditions.detail(facts.found)
    return tuple(
        draft(line, "discrepancy", {"reason": one, **found}, role="authorizer") for one in facts.because
    )


def pass_(line: Line, facts: Facts) -> Drafts:
    """It may be shelved; what is otherwise with it is explained first."""
    passed = draft(line, "check", conditions.detail(facts.found), role="validator")
    return (passed,) if _is_settled(line, facts) else (*explain(line, facts), passed)


def write_off(line: Line, facts: Facts) -> Drafts:
    """The loan ends, and the item has no place any more (P1)."""
    gone: Detail = {"act": "written off", "subject": line.item, "kind": "item"}
    ended = draft(line, "written off", {"reason": facts.because[0]}, role="authorizer")
    return Draft("holding moved", detail=gone, role="authorizer"), ended


def _seen(line: Line, facts: Facts) -> Condition:
    """The item as it is now, as far as somebody says so, and as it came back otherwise."""
    return stated(conditions.detail(facts.found), line.back)


def _is_settled(line: Line, facts: Facts) -> bool:
    """Whether there is nothing to explain, and nothing is explained now; or all that is on record."""
    sent, seen, told = line.sent, _seen(line, facts), line.discrepancy
    if not (differences(sent, seen) or facts.because):
        return True
    return seen == line.back and bool(told) and explains(told, sent, seen)


def _compared(line: Line, facts: Facts) -> dict[str, str]:
    """What a sentence needs to know of an item that is not as it went, and how `loan check` passes it."""
    sent, seen = line.sent, _seen(line, facts)
    found = differences(sent, seen) or explainable(sent, seen)
    reasons = dict.fromkeys(reason for name in found for reason in EXPLAINED[name])
    options = [] if seen.folios is None else [f"--folios {seen.folios}"]
    options += [f"--condition {seen.grade}"] if seen.grade else []
    given = facts.because if explains(facts.because, sent, seen) else likeliest(found)
    options += [f"--because '{one}'" for one in given]
    told = {"sent": worded(sent), "back": worded(seen), "said": " ".join(options)}
    return of(line) | told | {"reasons": ", ".join(reasons), "because": ", ".join(facts.because)}
