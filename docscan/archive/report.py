"""What a verification has to say: its figures, its findings, and what others have seen of the ledger.

One report, in three forms: lines on a screen, JSON for programs
(`docscan.verification/1`), and a paper (`docscan.printed.custody_report`).
"""

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from docscan import PROGRAM
from docscan.archive import fixity, ledger, rounds
from docscan.archive.custody import shown
from docscan.archive.fixity import Progress, Scope, Verification
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, trust
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.proof.policy import Policy
from docscan.archive.proof.trust import Remark, State
from docscan.archive.recovery import taken_up
from docscan.archive.rounds import Filed
from docscan.errors import DocscanError, LedgerError
from docscan.frozen import dataclass
from docscan.messages import sentence

FORMAT = "docscan.verification/1"
CLEAN, UNMET, FINDINGS = "clean", "not met", "findings"  # the result of a verification
DAY = timedelta(days=1)
UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a verification.

    Attributes:
        object: The record to look at, its id as far as it is needed; empty for all.
        budget: For how long further records are looked at; None for all of them.
        max_age: How long ago each record may have been checked or filed; None for any time.
        witnesses: Notes that others kept.
        policy: Whom to believe.
        unusable: Why the archive's own policy cannot be used, which is then not met; empty otherwise.
        clock: Tells the seconds since any moment; the budget goes by it.
    """

    object: str = ""
    budget: timedelta | None = None
    max_age: timedelta | None = None
    witnesses: tuple[Path, ...] = ()
    policy: Policy = field(default_factory=Policy)
    unusable: str = ""
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Report:
    """A verification and all that belongs to it.

    Attributes:
        name: What people call the archive.
        origin: The name of its log; empty when that cannot be read.
        at: When it was verified.
        login: Who did it.
        agent: Under which pseudonym the ledger would know them; empty when it cannot be told.
        asked: What was asked for.
        verification: What came of it.
        state: What others have seen of the ledger.
        checkpoint: The archive's own; None when there is none that can be read.
        unrecorded: Why the round was not put on record though it was asked for; empty otherwise.
    """

    name: str
    origin: str
    at: datetime
    login: str
    agent: str
    asked: Asked
    verification: Verification
    state: State
    checkpoint: Checkpoint | None
    unrecorded: str = ""

    @property
    def findings(self) -> tuple[fixity.CustodyFinding, ...]:
        """Everything that is not as it should be."""
        return (*self.verification.findings, *self.state.findings)

    @property
    def waiting(self) -> list[Filed]:
        """The records that were not looked at this time; first the one whose last time is longest ago."""
        looked_at = {filed.id for filed in self.verification.looked_at}
        left = (filed for filed in self.verification.shelf if filed.id not in looked_at)
        return sorted(left, key=lambda filed: (filed.checked, filed.seq))

    @property
    def age(self) -> timedelta | None:
        """Within how long every record was looked at or filed; None when there are none."""
        if not self.verification.shelf:
            return None
        waiting = self.waiting
        return max(timedelta(), self.at - rounds.moment(waiting[0].checked)) if waiting else timedelta()

    @property
    def overdue(self) -> list[Filed]:
        """The records that were not looked at as lately as was asked for."""
        if self.asked.max_age is None:
            return []
        latest = ledger.stamp(self.at - self.asked.max_age)
        return [filed for filed in self.waiting if filed.checked < latest]

    @property
    def result(self) -> str:
        """`findings`; or `not met` when the policy or the age asked for is not; or `clean`."""
        if self.findings:
            return FINDINGS
        return CLEAN if self.state.met and not self.overdue else UNMET


def verify(
    archive: Archive, asked: Asked, *, now: datetime, agent: str, progress: Progress | None = None
) -> Report:
    """Verify an archive and ask its witnesses.

    Args:
        archive: Not held; see `fixity.verified`.
        asked: What to look at.
        now: When, with its time zone.
        agent: Who does it: a login name.
        progress: Called with the number of records done and of all.

    Raises:
        NotFoundError: The ledger knows no such record.
        LedgerError: What a witness is said to have kept is no checkpoint.
        ArchiveBusyError: Another run holds the archive.
    """
    known = trust.testimony(archive, asked.witnesses)
    seconds = None if asked.budget is None else asked.budget.total_seconds()
    found = fixity.verified(archive, Scope(asked.object, seconds, asked.clock), progress)
    state = trust.state(archive, found.examined, known, asked.policy, now)
    state = trust.unaccused(state, found.findings, asked.witnesses)
    if asked.unusable:
        state = replace(state, lacks=(Remark("B259", {"reason": asked.unusable}), *state.lacks))
    origin, pseudonym, newest = "", "", None
    try:
        origin, pseudonym = ledger.origin(archive), ledger.pseudonym(archive, agent)
        newest = checkpoint.newest(archive)
    except LedgerError:  # a finding already
        pass
    stored = found.examined.checkpoint or (None if newest is None else newest[0])
    return Report(archive.config.name, origin, now, agent, pseudonym, asked, found, state, stored)


def recorded(archive: Archive, report: Report, *, now: datetime, timeout: float) -> Report:
    """Put a round on record, when the ledger is whole and can be written.

    Args:
        archive: Not held.
        report: Of what was looked at.
        now: When it ended.
        timeout: Seconds to wait for another run.

    Returns:
        The report, which says so when the round could not be put on record.
    """
    found = report.verification
    if found.examined.findings:
        return replace(report, unrecorded=sentence("B329", archive.config.language))
    if not found.looked_at:
        return report
    draft = rounds.told(found.looked_at, found.failed, found.examined.size)
    try:
        with taken_up(archive, now=now, agent=report.login, timeout=timeout) as catalogue:
            catalogue.apply(ledger.append(archive, draft, now=now, agent=report.login))
    except (DocscanError, OSError) as problem:  # as on a medium that cannot be written
        return replace(report, unrecorded=str(problem))
    return report


def figures(report: Report, language: str) -> list[str]:
    """The figures of a verification as sentences.

    Args:
        report: What came of it.
        language: `en`, `es`, `pl` or `de`.
    """
    found, said = report.verification, list[str]()

    def say(code: str, **facts: object) -> None:
        said.append(sentence(code, language, **{name: str(fact) for name, fact in facts.items()}))

    looked_at, shelf = len(found.looked_at), len(found.shelf)
    events, signed = report.state.events, report.state.signed
    say("B321", looked_at=looked_at, shelf=shelf, bytes=_amount(found.bytes), events=events)
    say("B322", signed=signed, events=events)
    if len(found.examined.keys) > 1:  # whoever can write the ledger can tell a key of their own (A3)
        say("B327", count=len(found.examined.keys) - 1, seq=found.examined.keys[-1][0])
    if report.asked.object:
        say("B325")
    elif looked_at < shelf:
        say("B326", count=shelf - looked_at)
    age, overdue = report.age, report.overdue
    if age is not None:
        say("B323", days=_days(age))
    if overdue and report.asked.max_age is not None:
        days, oldest = _days(report.asked.max_age), overdue[0]
        say("B324", days=days, count=len(overdue), id=oldest.id, at=oldest.checked)
    if report.unrecorded:
        say("B328", reason=report.unrecorded)
    return said


def verdict(report: Report, language: str) -> str:
    """The result in a sentence."""
    if report.findings:
        return sentence("B331", language, count=str(len(report.findings)))
    return sentence("B330" if report.result == CLEAN else "B332", language)


def scope(report: Report, language: str) -> str:
    """What was looked at, in words."""
    if report.asked.object:
        looked_at = report.verification.looked_at
        return sentence("B311", language, id=looked_at[0].id if looked_at else report.asked.object)
    if report.asked.budget is not None:
        return sentence("B312", language, seconds=str(round(report.asked.budget.total_seconds())))
    return sentence("B310", language)


def plain(report: Report, language: str) -> dict[str, Any]:
    """The report as JSON has it (`docscan.verification/1`, docs/custody.md)."""
    found, state = report.verification, report.state
    age = report.age
    return {
        "format": FORMAT,
        "program": PROGRAM,
        "archive": report.name,
        "origin": report.origin,
        "at": ledger.stamp(report.at),
        "agent": report.agent,
        "login": report.login,
        "scope": _scope(report.asked),
        "result": report.result,
        "figures": {
            "objects": len(found.looked_at),
            "shelf": len(found.shelf),
            "bytes": found.bytes,
            "events": state.events,
            "signed": state.signed,
            "checked_within_days": None if age is None else _days(age),
            "overdue": len(report.overdue),
        },
        "checkpoint": _checkpoint(report.checkpoint),
        "trust": _trust(state, language),
        "findings": [asdict(one) | {"message": one.sentence(language)} for one in report.findings],
        "unrecorded": report.unrecorded,
    }


def _scope(asked: Asked) -> Mapping[str, Any]:
    spans = {"budget": asked.budget, "max_age": asked.max_age}
    seconds = {name: None if span is None else span.total_seconds() for name, span in spans.items()}
    return {"object": asked.object or None, **seconds, "witnesses": _names(asked.witnesses)}


def _names(paths: Iterable[Path]) -> list[str]:
    return [shown(str(path)) for path in paths]


def _checkpoint(found: Checkpoint | None) -> Mapping[str, Any] | None:
    return None if found is None else {"size": found.size, "root": found.root.hex()}


def _trust(state: State, language: str) -> Mapping[str, Any]:
    return {
        "met": state.met,
        "sentences": state.sentences(language),
        "witnesses": [
            {"name": one.name, "size": one.size, "at": ledger.stamp(one.at)} for one in state.witnessed
        ],
        "timestamps": [
            {"authority": one.token.authority, "size": one.size, "at": ledger.stamp(one.token.at)}
            for one in state.stamps
        ],
        "intervals": [
            {"first": one.first, "last": one.last, "after": _time(one.after), "before": _time(one.before)}
            for one in state.intervals
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else ledger.stamp(moment)


def _days(span: timedelta) -> int:
    """Whole days that hold a span, one at least."""
    return max(1, math.ceil(span / DAY))


def _amount(count: int) -> str:
    """A number of bytes as people read it: three to five digits and a unit."""
    value, unit = count, 0
    while value >= 100_000 and unit < len(UNITS) - 1:
        value, unit = value // 1000, unit + 1
    return f"{value} {UNITS[unit]}"
