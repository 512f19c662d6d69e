"""Looking at loans: `loan show`, `remind`, `sent`, `rules`, `adopt`, and `loans`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from docscan.archive.catalogue import open_catalogue
from docscan.cli.listing import forms, give, telling
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in, table
from docscan.errors import LoanError
from docscan.holdings import lent, policies, reminders
from docscan.holdings.entities import called
from docscan.holdings.lent import Lent
from docscan.holdings.lines import Step
from docscan.holdings.register import Register
from docscan.holdings.reminders import Reminder
from docscan.messages import sentence

COLUMNS = ("loan", "item", "title", "person", "name", "state", "out", "due", "late")
STEPS = (
    "at", "by", "item", "act", "day", "due", "before", "folios", "condition", "added", "reason", "authoriser",
)  # fmt: skip
TERMS = ("name", "since", "days", "renewals", "limit", "grace", "recall", "closed", "country", "region")

items_argument = click.argument("items", metavar="F-...", nargs=-1, required=True)
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one an item.")
day_type = click.DateTime(["%Y-%m-%d"])


@click.command("show", epilog="Example: docscan loan show 2026/000123")
@click.argument("named", metavar="NUMBER")
@json_option
@click.pass_context
def show(ctx: click.Context, named: str, as_json: bool) -> None:
    """Show a loan by its NUMBER, or the one an item is on: its items, and what happened to them."""
    with looking(ctx) as register:
        rules = policies.load(register.catalogue)
        found = lent.of_loan(register, rules, named, now().date())
        told = {one.item.id: lent.steps_of(register, one.line) for one in found}
        rows = [row for one in found for row in _steps(register, one.item.code, told[one.item.id])]
    if as_json:
        put_json(plain(one) | {"steps": [asdict(step) for step in told[one.item.id]]} for one in found)
        return
    put(table(([plain(one)[name] for name in COLUMNS] for one in found), COLUMNS, right=("late",)))
    put("")
    rows.sort(key=itemgetter("seq"))
    give(rows, telling(rows, STEPS), as_json=False, as_csv=False, right=("before", "folios", "added"))


@click.command("remind", epilog="Example: docscan loan remind --dry-run")
@click.option(
    "--on", type=day_type, help="The day; another than today with --dry-run only.  [default: today]"
)
@click.option("--dry-run", is_flag=True, help="List them, and put nothing on record.")
@forms
@click.pass_context
def remind(ctx: click.Context, on: datetime | None, dry_run: bool, as_json: bool, as_csv: bool) -> None:
    """Draft the reminders of what is overdue: of each item the next level of the ladder, if it is reached.

    Run it every night. A level follows only once the one before was sent: see
    `loan sent`.
    """
    day = on.date() if on else now().date()
    if day != now().date() and not dry_run:
        raise click.UsageError("Reminders are put on record on their day: add --dry-run to look at another.")
    with looking(ctx) if dry_run else changing(ctx, "lend", answers=True) as register:
        rules = policies.load(register.catalogue)
        waiting = reminders.waiting(register, rules, day)
        found = reminders.due(register, rules, day)
        if not dry_run:
            reminders.draft(register, found, now=now(), agent=agent())
        language = register.archive.config.language
    _list_reminders(found, as_json=as_json, as_csv=as_csv)
    say(sentence("Q210" if dry_run else "Q208", language, count=str(len(found))))
    if waiting:
        since = min(one.since for one in waiting)
        say(sentence("Q214", language, count=str(len(waiting)), day=since))


@click.command("sent", epilog="Example: docscan loan sent F-000012W")
@items_argument
@click.pass_context
def sent(ctx: click.Context, items: Sequence[str]) -> None:
    """Say that the reminders that were drafted of these items were sent; of all of them, or of none."""
    with changing(ctx, "lend") as register:
        language = register.archive.config.language
        wanted = {one.id: one.code for one in map(register.item, items)}
        drafted = reminders.waiting(register, policies.load(register.catalogue), now().date())
        found = [one for one in drafted if one.lent.item.id in wanted]
        for unwritten in sorted(wanted.keys() - {one.lent.item.id for one in found}):
            raise LoanError("Q192", language, item=wanted[unwritten])
        reminders.sent(register, found, now=now(), agent=agent())
    _list_reminders(found, as_json=False, as_csv=False)
    say(sentence("Q212", language, count=str(len(found))))


@click.command("rules", epilog="Example: docscan loan rules --show > our-rules.toml")
@click.option("--show", "as_text", is_flag=True, help="Print the whole file, to change it and adopt that.")
@forms
@click.pass_context
def rules(ctx: click.Context, as_text: bool, as_json: bool, as_csv: bool) -> None:
    """List the policies of lending that are in force."""
    with open_catalogue(standing_in(ctx)) as catalogue:
        text = policies.text_of(catalogue)
    if as_text:
        put(text.rstrip())
        return
    holding = policies.parsed(text, policies.FILE).in_force(now().date()).values()
    rows = (
        {name: getattr(one, name) for name in TERMS} | {"since": one.since.isoformat()} for one in holding
    )
    give(rows, TERMS, as_json=as_json, as_csv=as_csv, right=("days", "renewals", "limit", "grace", "recall"))


@click.command("adopt", epilog="Example: docscan loan adopt our-rules.toml")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def adopt(ctx: click.Context, path: Path) -> None:
    """Adopt the rules of lending in FILE; those that were adopted before change by further ones only."""
    text = path.read_text(encoding="utf-8", errors="replace")
    with changing(ctx, "rule") as register:
        adopted = policies.adopt(register.catalogue, text, now=now(), agent=agent())
    say(f"{len(adopted.policies)} policies adopted.")


@click.command("loans", epilog="Example: docscan loans --overdue --on 2026-12-31 --csv")
@click.option("--overdue", is_flag=True, help="Only what is overdue, the longest first.")
@click.option("--on", type=day_type, help="As it was, or will be, on that day.  [default: today]")
@click.option("--person", metavar="P-...", help="Only what this person has.")
@forms
@click.pass_context
def list_(
    ctx: click.Context, overdue: bool, on: datetime | None, person: str | None, as_json: bool, as_csv: bool
) -> None:
    """List the items that are on a loan: who has them, since when, and when they are due."""
    day = on.date() if on else now().date()
    with looking(ctx) as register:
        rules = policies.load(register.catalogue)
        holder = register.person(person).id if person else ""
        late = overdue and day >= now().date()
        found = (lent.overdue if late else lent.as_of)(register, rules, day)
        rows = [
            plain(one)
            for one in found
            if (one.late or not overdue) and (not holder or one.person.id == holder)
        ]
    if overdue:
        rows.sort(key=lambda row: -row["late"])
    give(rows, COLUMNS, as_json=as_json, as_csv=as_csv, right=("late",))


def plain(one: Lent) -> dict[str, Any]:
    """An item on a loan as JSON has it; its first keys are the columns of the list."""
    line = one.line
    return {
        "loan": one.number,
        "item": one.item.code,
        "title": one.item.title,
        "person": one.person.code,
        "name": one.person.name,
        "state": line.stand,
        "out": line.out,
        "due": line.due,
        "late": one.late,
        "id": line.loan,
        "kind": line.kind,
        "policy": line.policy,
        "requested": line.began.at,
        "returned": line.returned,
        "ended": line.ended,
        "renewals": line.renewals,
        "recalled": line.recalled,
        "reason": line.reason,
        "folios_out": line.sent.folios,
        "folios_in": line.back.folios,
        "condition_out": line.sent.grade,
        "condition_in": line.back.grade,
        "added": line.back.added,
        "discrepancy": ", ".join(line.discrepancy),
    }


def _steps(register: Register, item: str, steps: Sequence[Step]) -> Iterator[dict[str, Any]]:
    """What happened to an item on a loan, and what was said of it, as people read it."""
    acts: dict[object, str] = {step.seq: step.act for step in steps}
    for step in steps:
        said = {name: step.detail.get(name) for name in STEPS}
        authoriser = register.known(str(said["authoriser"] or ""), ("person",))
        undone = acts.get(step.detail.get("step"))
        yield said | {
            "seq": step.seq,
            "at": step.at,
            "by": step.agent,
            "item": item,
            "act": f"{step.act}: {undone}" if undone else step.act,
            "day": said["day"] if said["day"] != step.at[:10] else "",  # only where it was another
            "authoriser": called(authoriser) if authoriser else "",
        }


def _list_reminders(found: Sequence[Reminder], *, as_json: bool, as_csv: bool) -> None:
    columns = ("level", "letter", "channel", "loan", "item", "title", "person", "due", "late")
    rows = (
        {"level": one.number, "letter": one.level.letter, "channel": one.level.channel} | plain(one.lent)
        for one in found
    )
    give(rows, columns, as_json=as_json, as_csv=as_csv, right=("level", "late"))


LOOKS = (show, remind, sent, rules, adopt)
"""Sub-commands of `loan`."""
