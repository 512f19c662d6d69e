"""Loans of paper: `loan` and `loans`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.archive.handover import packing, proofs
from docscan.cli.lent import LOOKS, day_type, items_argument, json_option, list_, plain
from docscan.cli.printing import PAPERS
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in
from docscan.holdings import boxes, conditions, loans, transfers
from docscan.holdings.conditions import Condition
from docscan.holdings.lending import INSISTED
from docscan.holdings.lent import Lent
from docscan.holdings.lines import Act
from docscan.holdings.loans import Asked, Done
from docscan.holdings.places import STATES
from docscan.holdings.returns import LOSSES
from docscan.messages import sentence

Command = Callable[..., Any]

SIMPLE: Mapping[str, tuple[Act, str]] = {
    "refuse": ("refuse", "Turn a request down."),
    "cancel": ("cancel", "Take a request back before the item went out."),
    "prepare": ("prepare", "Say that an item was taken from its place, and waits to be fetched."),
    "renew": ("renew", "Let a loan go on, as often and as long as its policy allows."),
    "recall": ("recall", "Ask an item back before it is due; it cannot be renewed any more."),
    "claim-returned": ("claimed returned", "Put on record that the borrower says they brought it back."),
    "lost": ("declared lost", "Put on record that an item was lost on loan."),
    "shelve": ("shelve", "Say that an item is back in its place; that closes its part of the loan."),
}

TAKING: tuple[Act, ...] = ("prepare", "out")  # the steps for which a box is opened

folder_option = click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Where copies go.  [default: here]",
)
folios_option = click.option(
    "--folios", type=click.IntRange(0, conditions.MOST_FOLIOS), help="How many were counted."
)
condition_option = click.option(
    "--condition", type=click.Choice(conditions.GRADES), help="In what state it is."
)
added_option = click.option(
    "--added", type=click.IntRange(0, conditions.MOST_FOLIOS), default=0, help="Documents that were put in."
)
because_option = click.option(
    "--because",
    type=click.Choice(conditions.REASONS),
    multiple=True,
    help="Why it is otherwise than it was; may be repeated.",
)


def _terms(command: Command) -> Command:
    """Give a command what a request says: for whom, and why the original."""
    for option in (
        click.option(
            "--policy", metavar="NAME", default="", help="Of the rules of lending.  [default: standard]"
        ),
        click.option("--authoriser", metavar="P-...", default="", help="Who allows the original."),
        click.option("--reason", type=click.Choice(INSISTED), help="Why the original is wanted."),
        click.option("--original", is_flag=True, help="The paper, though there is a scan."),
    ):
        command = option(command)
    return command


@click.group(epilog="Example: docscan loan show 2026/000123")
def loan() -> None:
    """Lend paper and take it back: request, approve, prepare, out, renew, recall, in, check, shelve."""


@loan.command("request", epilog="Example: docscan loan request F-000012W --for P-000003J")
@items_argument
@click.option("--for", "person", metavar="P-...", required=True, help="Who is to have it.")
@_terms
@folder_option
@json_option
@click.pass_context
def request(ctx: click.Context, /, items: Sequence[str], folder: Path, as_json: bool, **terms: Any) -> None:
    """Ask for items; those whose scan is held are answered with a copy and its proof.

    To have the paper all the same, say --original with its reason and its
    authoriser. The copies are folders in --to, named by the codes.
    """
    stated = _stated("request", **terms)
    asked = [replace(stated, item=item) for item in items]
    _carry_out(ctx, asked, as_json=as_json, folder=folder)


@loan.command("approve", epilog="Example: docscan loan approve F-000012W")
@items_argument
@json_option
@click.pass_context
def approve(ctx: click.Context, items: Sequence[str], as_json: bool) -> None:
    """Allow what was asked for; nobody allows what they borrow themselves."""
    _simply(ctx, "approve", items, as_json=as_json)


@loan.command("out", epilog="Example: docscan loan out F-000012W --for P-000003J")
@items_argument
@click.option("--for", "person", metavar="P-...", default="", help="Who takes it; needed where nobody asked.")
@_terms
@folios_option
@condition_option
@because_option
@json_option
@click.pass_context
def out(
    ctx: click.Context,
    /,
    items: Sequence[str],
    folios: int | None,
    condition: str | None,
    as_json: bool,
    because: tuple[str, ...],
    **terms: Any,
) -> None:
    """Hand items over to their borrower; the day they are due is printed.

    What nobody asked for before is requested, approved and prepared at once. Of
    what is scanned, the paper goes with --original, its reason and its
    authoriser only: a copy answers `loan request`. With another count than is
    known of it, an item goes with --because only, which is put on record.
    """
    found = _counted(items, folios, condition)
    stated = replace(_stated("out", **terms), found=found, because=because)
    asked = [replace(stated, item=item) for item in items]
    _carry_out(ctx, asked, as_json=as_json)


def _returning(act: Act, purpose: str) -> click.Command:
    """A command by which an item is there again."""

    @click.command(act, help=purpose, epilog=f"Example: docscan loan {act} F-000012W --folios 204")
    @items_argument
    @folios_option
    @condition_option
    @added_option
    @click.option("--date", "day", type=day_type, help="The day it came back.  [default: today]")
    @json_option
    @click.pass_context
    def returning(
        ctx: click.Context,
        items: Sequence[str],
        folios: int | None,
        condition: str | None,
        added: int,
        day: datetime | None,
        as_json: bool,
    ) -> None:
        found = replace(_counted(items, folios, condition), added=added)
        came = day.date() if day else None
        asked = [Asked(act, item, found=found, returned=came) for item in items]
        _carry_out(ctx, asked, as_json=as_json)

    return returning


loan.add_command(_returning("in", "Take items back; they are to be checked, and then shelved."))
loan.add_command(
    _returning("found", "Say that what was claimed returned, or lost on loan, is there after all.")
)


@loan.command("check", epilog="Example: docscan loan check F-000012W --folios 203 --because 'folios missing'")
@items_argument
@folios_option
@condition_option
@because_option
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    items: Sequence[str],
    folios: int | None,
    condition: str | None,
    because: tuple[str, ...],
    as_json: bool,
) -> None:
    """Say that what came back is complete and sound.

    What came back otherwise than it went is passed with --because only, which
    puts a discrepancy on record: a reason for another count, one for damage.
    """
    found = _counted(items, folios, condition)
    asked = [Asked("check", item, found=found, because=because) for item in items]
    _carry_out(ctx, asked, as_json=as_json)


@loan.command("write-off", epilog="Example: docscan loan write-off F-000012W --because stolen")
@items_argument
@click.option("--because", type=click.Choice(LOSSES), required=True, help="Why nobody looks for it any more.")
@json_option
@click.pass_context
def write_off(ctx: click.Context, items: Sequence[str], because: str, as_json: bool) -> None:
    """Give up what was lost on loan: its part of the loan ends, and the item is gone for good."""
    _carry_out(ctx, [Asked("written off", item, because=(because,)) for item in items], as_json=as_json)


def _simple(verb: str, act: Act, purpose: str) -> click.Command:
    """A command that says of items that something happened, and nothing else."""

    @click.command(verb, help=purpose, epilog=f"Example: docscan loan {verb} F-000012W")
    @items_argument
    @json_option
    @click.pass_context
    def simple(ctx: click.Context, items: Sequence[str], as_json: bool) -> None:
        _simply(ctx, act, items, as_json=as_json)

    return simple


for _verb, (_act, _purpose) in SIMPLE.items():
    loan.add_command(_simple(_verb, _act, _purpose))


def _stated(act: Act, person: str, original: bool, reason: str | None, authoriser: str, policy: str) -> Asked:
    """What is said alike of all items.

    Raises:
        click.UsageError: The original is wanted and nothing says why, or the reverse.
    """
    if original != bool(reason):
        raise click.UsageError("Whoever wants the original says --original and --reason.")
    return Asked(act, "", person, policy=policy, insisted=reason or "", authoriser=authoriser)


def _counted(items: Sequence[str], folios: int | None, condition: str | None) -> Condition:
    if len(items) > 1 and (folios is not None or condition):
        raise click.UsageError("Folios and condition are those of one item: name only that one.")
    return Condition(folios, condition or "")


def _simply(ctx: click.Context, act: Act, items: Sequence[str], *, as_json: bool) -> None:
    _carry_out(ctx, [Asked(act, item) for item in items], as_json=as_json)


def _carry_out(ctx: click.Context, asked: Sequence[Asked], *, as_json: bool, folder: Path = Path()) -> None:
    """Do what was asked, write the copies that answer requests, and say what was done with each item."""
    archive = standing_in(ctx, "lend")
    _expect_places(ctx, archive, asked, folder)
    with changing(ctx, "lend") as register:
        done = loans.act_together(register, asked, now=now(), agent=agent())
        opened = dict.fromkeys(one.item.box for one in done if asked[0].act in TAKING)
        doubts = [said for box in opened for said in boxes.doubts(register, out_of=box)]
        leaving = transfers.leaving_with(register) if asked[0].act in ("request", "out") else {}
    for one in done:
        if one.line is not None and one.line.kind == "copy":
            _copy(archive, str(one.line.began.detail["record"]), folder / one.item.code)
        if not as_json:
            say(_said(one, archive.config.language, folder))
        if one.item.id in leaving:
            facts = {"item": one.item.code, "number": leaving[one.item.id]}
            doubts.append(sentence("U092", archive.config.language, **facts))
    for doubt in doubts:
        say(doubt)
    if as_json:
        put_json(plain(Lent(one.number, one.line, one.item, one.person, 0)) for one in done if one.line)
    else:
        put("\n".join(dict.fromkeys(one.number for one in done)))


def _expect_places(ctx: click.Context, archive: Archive, asked: Sequence[Asked], folder: Path) -> None:
    """See that the copies that will answer have a place to go, before anything is put on record."""
    if asked[0].insisted or asked[0].act != "request":
        return
    with looking(ctx) as register:
        for item in (register.item(one.item) for one in asked):
            if loans.scan_of(register, item) and register.open_loan(item.id) is None:
                packing.expect_place(archive, folder / item.code)


def _copy(archive: Archive, record: str, folder: Path) -> None:
    """Write a record with its proof; that it is given out is in the ledger already."""
    with packing.packed(folder) as top, open_catalogue(archive) as catalogue:
        written = proofs.write(archive, catalogue, [record], top)
        told = catalogue.key_told()
        packing.add_instructions(archive, top, written.checkpoint, told[1] if told else "")


def _said(done: Done, language: str, folder: Path) -> str:
    line = done.line
    facts = {"item": done.item.code, "number": done.number}
    if line is None or line.ended == "copy":
        return sentence("Q200", language, folder=str(folder / done.item.code), **facts)
    if line.ended:
        return sentence("Q206", language, **facts)
    if line.stand == "on loan":
        return sentence("Q204", language, person=_name(done), due=line.due, **facts)
    return sentence("Q202", language, state=STATES[line.stand], **facts)


def _name(done: Done) -> str:
    return f"{done.person.code} {done.person.name}".rstrip()


for _command in (*LOOKS, *PAPERS):
    loan.add_command(_command)

COMMANDS = {"loan": loan, "loans": list_}
