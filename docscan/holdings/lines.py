"""An item on a loan, as its steps in the ledger tell it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import date
from typing import Any, Literal, get_args

from docscan.frozen import dataclass
from docscan.holdings.conditions import UNKNOWN, Condition, lacking, lost, stated

Act = Literal[
    "request", "approve", "refuse", "cancel", "prepare", "out", "renew", "recall", "claimed returned",
    "declared lost", "written off", "found", "in", "discrepancy", "check", "shelve",
]  # fmt: skip
Stand = Literal[
    "requested",
    "approved",
    "prepared",
    "on loan",
    "claimed returned",
    "lost",
    "returned",
    "checked",
    "closed",
]
Kind = Literal["original", "copy"]

ACTS: tuple[Act, ...] = get_args(Act)
UNDONE = "undone"  # the act that takes a step back
AWAY = ("on loan", "claimed returned", "lost")
"""Where a line stands while the item is not in the archive."""

FROM: Mapping[Act, tuple[Stand, ...]] = {  # where a line stands before a step; before a request there is none
    "request": (),
    "approve": ("requested",),
    "refuse": ("requested",),
    "cancel": ("requested", "approved", "prepared"),
    "prepare": ("approved",),
    "out": ("prepared",),
    "renew": ("on loan",),
    "recall": ("on loan",),
    "claimed returned": ("on loan",),
    "declared lost": ("on loan", "claimed returned"),
    "written off": ("lost",),
    "found": ("claimed returned", "lost"),
    "in": ("on loan", "claimed returned", "lost"),
    "discrepancy": ("returned",),
    "check": ("returned",),
    "shelve": ("checked",),
}
TO: Mapping[Act, Stand] = {
    "request": "requested",
    "approve": "approved",
    "refuse": "closed",
    "cancel": "closed",
    "prepare": "prepared",
    "out": "on loan",
    "renew": "on loan",
    "recall": "on loan",
    "claimed returned": "claimed returned",
    "declared lost": "lost",
    "written off": "closed",
    "found": "returned",
    "in": "returned",
    "discrepancy": "returned",
    "check": "checked",
    "shelve": "closed",
}


Changes = dict[str, Any]  # of the attributes of a line


@dataclass(frozen=True, slots=True)
class Step:
    """A `loan` event, as far as it is about one item.

    Attributes:
        seq: The event's number in the ledger.
        at: When: ISO 8601, UTC.
        agent: The pseudonym of whoever took it.
        act: One of `ACTS`, or `undone`.
        detail: What the event says.
    """

    seq: int
    at: str
    agent: str
    act: str
    detail: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One item on one loan.

    Attributes:
        loan: The UUID of the loan.
        item: The UUID of the item.
        person: The UUID of who borrows.
        kind: `original`, or `copy` where a copy of the scan answered the request.
        policy: The name of its policy.
        stand: How far it is.
        began: The step it began with.
        last: The newest step.
        ended: What closed it: `shelve`, `written off`, `refuse`, `cancel` or `copy`; empty while it is open.
        reason: Why the original was wanted though there is a scan; may be empty.
        authoriser: The UUID of the person who allowed that; may be empty.
        went: The step it went out with; None before.
        due: The day it is due: ISO 8601; empty before it went out.
        lacking: How many folios fewer it went out with than were known, for a reason on record.
        came: The step it came back with; None before.
        renewals: How often it was renewed.
        recalled: It was asked back.
        sent: The item as it went out.
        back: The item as it came back, and as the check found it.
        discrepancy: Why it came back otherwise than it went: of `conditions.REASONS`.
    """

    loan: str
    item: str
    person: str
    kind: Kind
    policy: str
    stand: Stand
    began: Step
    last: Step
    ended: str = ""
    reason: str = ""
    authoriser: str = ""
    went: Step | None = None
    due: str = ""
    lacking: int = 0
    came: Step | None = None
    renewals: int = 0
    recalled: bool = False
    sent: Condition = UNKNOWN
    back: Condition = UNKNOWN
    discrepancy: tuple[str, ...] = ()

    @property
    def out(self) -> str:
        """The day it went out: ISO 8601; empty before."""
        return _day(self.went)

    @property
    def returned(self) -> str:
        """The day it came back; empty before."""
        return _day(self.came)

    @property
    def lost(self) -> int:
        """How many folios it lacks since it went out, as is on record; fewer than none where it has more."""
        return self.lacking + lost(self.sent, self.back, self.discrepancy)


def told(steps: Iterable[Step]) -> Line | None:
    """The line that steps lead to; None when none is left of it.

    Args:
        steps: Of one item on one loan, in order.
    """
    return next(reversed(course(steps)), None)


def course(steps: Iterable[Step]) -> list[Line]:
    """The line as it was after each step that holds.

    A step that does not follow from those before it is passed over: the ledger
    may come from elsewhere. What was taken back never was.

    Args:
        steps: Of one item on one loan, in order.
    """
    kept: list[Line] = []
    for step in steps:
        line = kept[-1] if kept else None
        if step.act == UNDONE:
            if line is not None and line.last.seq == step.detail.get("step"):
                kept.pop()
            continue
        following = advanced(line, step)
        if following is not None and following is not line:
            kept.append(following)
    return kept


def advanced(line: Line | None, step: Step) -> Line | None:
    """A line after one more step; the same line when the step does not follow from it."""
    if line is None:
        return _begun(step) if step.act == "request" else None
    act = next((act for act in ACTS if act == step.act), None)
    if act is None or line.stand not in FROM[act]:
        return line
    changes = CHANGES[act](line, step) if act in CHANGES else {}
    stand = TO[act]
    return replace(line, stand=stand, last=step, ended=act if stand == "closed" else "", **changes)


def _begun(step: Step) -> Line:
    detail = step.detail
    copy = detail.get("kind") == "copy"
    return Line(
        loan=_text(detail, "loan"),
        item=_text(detail, "item"),
        person=_text(detail, "person"),
        kind="copy" if copy else "original",
        policy=_text(detail, "policy"),
        stand="closed" if copy else "requested",
        began=step,
        last=step,
        ended="copy" if copy else "",
        reason=_text(detail, "reason"),
        authoriser=_text(detail, "authoriser"),
    )


def _gone_out(_: Line, step: Step) -> Changes:
    sent, lacks = stated(step.detail, UNKNOWN), lacking(step.detail)
    return {"went": step, "due": _date(step.detail, "due"), "sent": sent, "lacking": lacks}


def _renewed(line: Line, step: Step) -> Changes:
    return {"due": _date(step.detail, "due"), "renewals": line.renewals + 1}


def _recalled(_: Line, step: Step) -> Changes:
    return {"due": _date(step.detail, "due"), "recalled": True}


def _come_back(_: Line, step: Step) -> Changes:
    return {"came": step, "back": stated(step.detail, UNKNOWN)}


def _explained(line: Line, step: Step) -> Changes:
    """One reason more; of another count or state than was explained before, the first."""
    back, reason = stated(step.detail, line.back), _text(step.detail, "reason")
    before = line.discrepancy if back == line.back else ()
    return {"discrepancy": (*before, reason), "back": back}


def _checked(line: Line, step: Step) -> Changes:
    return {"back": stated(step.detail, line.back)}


CHANGES: Mapping[str, Callable[[Line, Step], Changes]] = {
    "out": _gone_out,
    "renew": _renewed,
    "recall": _recalled,
    "found": _come_back,
    "in": _come_back,
    "discrepancy": _explained,
    "check": _checked,
}
"""What a step changes besides where the line stands."""


def _day(step: Step | None) -> str:
    return "" if step is None else _date(step.detail, "day") or step.at[:10]


def _date(detail: Mapping[str, str | int], key: str) -> str:
    """A day that there is; empty for anything else."""
    text = _text(detail, key)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        return ""


def _text(detail: Mapping[str, str | int], key: str) -> str:
    value = detail.get(key, "")
    return value if isinstance(value, str) else ""
