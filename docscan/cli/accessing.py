"""Who may do what: `access add`, `access remove` and `access list`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from docscan.archive import access as rules
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.cli import querying
from docscan.cli.terminal import agent, now, put, put_json, say, standing_in, table
from docscan.messages import sentence

login_argument = click.argument("login")


@click.group(epilog="Example: docscan access list")
def access() -> None:
    """Say who may do what in an archive: people with roles, a person being the login that calls."""


@access.command("add", epilog="Example: docscan access add mlopez --role clerk --role reviewer")
@login_argument
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice(sorted(rules.EVERYBODY)),
    help="What they are; may be given several times, and takes the place of what they were.",
)
@click.option(
    "--only",
    default="",
    metavar="QUERY",
    help="The records they may see, as `docscan search` finds them as typed.  [default: all]",
)
@click.pass_context
def add(ctx: click.Context, login: str, roles: tuple[str, ...], only: str) -> None:
    """Give LOGIN these roles, and no others.

    As long as nobody was added everybody may do everything; the first person
    must be an administrator. With --only, for LOGIN there are no other records
    than those found by the QUERY; who keeps the archive sees all of it.
    """
    _change(ctx, rules.Person(login, tuple(sorted(set(roles))), only.strip()))


@access.command("remove", epilog="Example: docscan access remove mlopez")
@login_argument
@click.pass_context
def remove(ctx: click.Context, login: str) -> None:
    """Let LOGIN do nothing any more."""
    _change(ctx, rules.Person(login, ()))


@access.command("list", epilog="Example: docscan access list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a person.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List who has which roles, and what each role may do."""
    archive = standing_in(ctx)
    known = rules.people(archive)
    if as_json:
        put_json(asdict(one) for one in known or ())
        return
    if known is None:
        say(sentence("K019", archive.config.language, file=rules.FILE))
    else:
        put(_listed(known))
    roles = sorted(rules.EVERYBODY)
    rows = [
        (act, *("yes" if role in allowed else "" for role in roles)) for act, allowed in rules.ACTS.items()
    ]
    say(f"\n{table(rows, ('may', *roles))}")


def _change(ctx: click.Context, person: rules.Person) -> None:
    archive = standing_in(ctx, "grant")
    moment, who = now(), agent()
    with taken_up(archive, now=moment, agent=who, timeout=PATIENCE) as catalogue:
        if person.only:
            querying.understood(catalogue, person.only, moment.date())  # which says what is wrong with it
        rules.enter(catalogue, person, now=moment, agent=who)
    say(_listed(rules.people(archive) or ()))


def _listed(known: Sequence[rules.Person]) -> str:
    headers = ("login", "roles", "sees")[: 3 if any(one.only for one in known) else 2]
    cells = ((one.login, ", ".join(one.roles), one.only or "all") for one in known)
    return table((row[: len(headers)] for row in cells), headers)


COMMANDS: dict[str, Any] = {"access": access}
