"""The dialogue of `review`: one document after the other, one doubt after the other."""

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from docscan import decisions, questions, regrouping
from docscan.archive import objects
from docscan.archive.catalogue import Row, open_catalogue
from docscan.cli.reviewing import outcome
from docscan.cli.terminal import on_record, say, table
from docscan.decisions import Reviewer
from docscan.errors import (
    INSISTED,
    ArchiveBusyError,
    DecisionError,
    FixityError,
    HoldingsError,
    NotFoundError,
    RecordChangedError,
)
from docscan.messages import sentence
from docscan.model import Page, Record
from docscan.questions import Question
from docscan.verification.review import REASONS, UNSURE_KIND

REFUSED = (DecisionError, HoldingsError, RecordChangedError, ArchiveBusyError, NotFoundError)
"""What is said, whereupon the person is asked again."""

KIND = "kind"  # is corrected like a field, and the record is read anew
PHRASES = {reason: f"N23{number}" for number, reason in enumerate(REASONS)}


@dataclass(slots=True)
class Walk:
    """Where a walk through what waits stands.

    Attributes:
        skipped: Questions of the document that were left open.
        left: The person had enough.
    """

    reviewer: Reviewer
    skipped: set[str] = field(default_factory=set)
    left: bool = False

    def said(self, code: str, **facts: str) -> str:
        """A phrase in the clerks' language."""
        return sentence(code, self.reviewer.language, **facts)


def walk(reviewer: Reviewer, records: Sequence[str], *, sample: bool) -> None:
    """Ask a person about records until all are answered or skipped, or the person leaves.

    Args:
        reviewer: Who is asked.
        records: Their ids.
        sample: They are those of the sample: everything in them is asked about.
    """
    going = Walk(reviewer)
    for position, identifier in enumerate(records, 1):
        going.skipped = set()
        heading = going.said("N200", position=str(position), total=str(len(records)))
        while not going.left and _ask_next(going, identifier, heading, sample=sample):
            heading = ""
        if going.left:
            return


def _ask_next(going: Walk, identifier: str, heading: str, *, sample: bool) -> bool:
    """Ask the next question about a record; False when there is none."""
    reviewer = going.reviewer
    row, record, pages = _looked_up(reviewer, identifier)
    everything = sample and row.state == "accepted"
    if record.disposal or (row.state == "accepted" and not everything) or "" in going.skipped:
        return False
    asked = questions.asked(
        record, pages, reviewer.types(record), everything=everything, kinds=reviewer.kinds
    )
    if heading:
        on_record(reviewer.archive, [row.id], "view")
        say(f"\n{click.style(row.id[:8], fg='cyan')}  {row.kind}  {Path(row.source).name}  ({heading})")
    if everything:
        if heading:
            _show_all(going, asked)
        return _answer(going, row, Question("", None, ()))
    waiting = [question for question in asked if question.name not in going.skipped]
    if not waiting:
        return False
    _show(going, waiting[0])
    return _answer(going, row, waiting[0])


def _looked_up(reviewer: Reviewer, identifier: str) -> tuple[Row, Record, Sequence[Page]]:
    with open_catalogue(reviewer.archive) as catalogue:
        row = catalogue.row(identifier)
    record = objects.read_record(reviewer.archive, row.id, row.version)
    try:
        return row, record, objects.read_pages(reviewer.archive, record)
    except (NotFoundError, FixityError):  # it can be decided on without its words
        return row, record, ()


def _show_all(going: Walk, asked: Sequence[Question]) -> None:
    rows = [
        (question.name, question.field.value, question.field.page, question.printed)
        for question in asked
        if question.field
    ]
    say(table(rows, tuple(going.said(code) for code in ("N212", "N213", "N214", "N215"))))
    say(going.said("N224"))


def _show(going: Walk, question: Question) -> None:
    for doubt in question.doubts:
        reason = sentence(doubt.code, going.reviewer.language, **doubt.facts)
        say(f"  {click.style(doubt.code, fg='yellow')}  {reason}")
    found = question.field
    if question.printed and found:
        say(f"    {going.said('N201', page=str(found.page), printed=question.printed)}")
    if found:
        sure = f"{100 * found.confidence:.0f}"
        value = click.style(str(found.value), bold=True)
        say(f"    {going.said('N202', field=question.name, value=value, confidence=sure)}")
    elif not question.doubts:
        say(f"    {going.said('N203', field=question.name)}")
    if question.alternatives:
        numbered = "  ".join(f"{n} {value}" for n, value in enumerate(question.alternatives, 1))
        say(f"    {going.said('N204', alternatives=numbered)}")


def _answer(going: Walk, row: Row, question: Question) -> bool:
    """Take one answer and do what it says; True while there is more to ask about the record."""
    numbers = [str(number) for number in range(1, len(question.alternatives) + 1)]
    choice = click.Choice([*ANSWERS, *numbers], case_sensitive=False)
    key = click.prompt(going.said("N205"), type=choice, show_choices=False, err=True)
    try:
        if key in numbers:
            return _corrected(going, row, question.name, question.alternatives[int(key) - 1])
        return ANSWERS[key](going, row, question)
    except REFUSED as problem:
        say(f"{problem} {problem.hint}")
        return True


def _accept(going: Walk, row: Row, question: Question) -> bool:
    after = decisions.accept(going.reviewer, row, [question.name] if question.name else [])
    return _told(going, after) and bool(question.name)


def _correct(going: Walk, row: Row, question: Question) -> bool:
    name = question.name
    if not name or (name != UNSURE_KIND and any(doubt.code == name for doubt in question.doubts)):
        name = click.prompt(going.said("N210"), err=True)
    value = click.prompt(going.said("N206"), default="", show_default=False, err=True)
    return _corrected(going, row, name, value)


def _corrected(going: Walk, row: Row, name: str, value: str) -> bool:
    if name in (KIND, UNSURE_KIND):
        return _told(going, regrouping.recategorise(going.reviewer, row, value))
    try:
        return _told(going, decisions.correct(going.reviewer, row, {name: value}))
    except DecisionError as refused:
        if refused.code not in INSISTED:
            raise
        say(str(refused))
        if not click.confirm(going.said("N211"), err=True):
            return True
        return _told(going, decisions.correct(going.reviewer, row, {name: value}, forced=True))


def _told(going: Walk, after: Record) -> bool:
    say(outcome(after, going.reviewer.language))
    return True


def _skip(going: Walk, _row: Row, question: Question) -> bool:
    going.skipped.add(question.name)
    return True


def _reject(going: Walk, row: Row, _question: Question) -> bool:
    reasons = ", ".join(f"{n} {going.said(code)}" for n, code in enumerate(PHRASES.values(), 1))
    number = click.prompt(going.said("N207", reasons=reasons), type=click.IntRange(1, len(REASONS)), err=True)
    return _told(going, decisions.reject(going.reviewer, row, REASONS[number - 1]))


def _split(going: Walk, row: Row, _question: Question) -> bool:
    at = click.prompt(going.said("N208"), type=int, err=True)
    kept, left = regrouping.split(going.reviewer, row, at, str(uuid.uuid4()))
    say(f"{str(left.id)[:8]}: {outcome(left, going.reviewer.language)}")
    return _told(going, kept)


def _merge(going: Walk, row: Row, _question: Question) -> bool:
    identifier = click.prompt(going.said("N209"), err=True)
    with open_catalogue(going.reviewer.archive) as catalogue:
        other = catalogue.row(identifier)
    return _told(going, regrouping.merge(going.reviewer, row, other)[0])


def _open(going: Walk, row: Row, _question: Question) -> bool:
    path = objects.path_of(going.reviewer.archive, row.id, objects.SEARCHABLE, row.version)
    say(str(path))
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        click.launch(str(path))
    return True


def _quit(going: Walk, _row: Row, _question: Question) -> bool:
    going.left = True
    return False


ANSWERS: Mapping[str, Callable[[Walk, Row, Question], bool]] = {
    "a": _accept,
    "c": _correct,
    "s": _skip,
    "r": _reject,
    "l": _split,
    "m": _merge,
    "o": _open,
    "q": _quit,
}
