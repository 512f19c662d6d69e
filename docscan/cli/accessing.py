"""Who may do what: `access add`, `access remove` and `access list`."""

from dataclasses import asdict
from typing import Any

import click

from docscan.archive import access as rules
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
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
@click.pass_context
def add(ctx: click.Context, login: str, roles: tuple[str, ...]) -> None:
    """Give LOGIN these roles, and no others.

    As long as nobody was added everybody may do everything; the first person
    must be an administrator.
    """
    _change(ctx, login, roles)


@access.command("remove", epilog="Example: docscan access remove mlopez")
@login_argument
@click.pass_context
def remove(ctx: click.Context, login: str) -> None:
    """Let LOGIN do nothing any more."""
    _change(ctx, login, ())


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
        put(table([(one.login, ", ".join(one.roles)) for one in known], ("login", "roles")))
    roles = sorted(rules.EVERYBODY)
    rows = [
        (act, *("yes" if role in allowed else "" for role in roles)) for act, allowed in rules.ACTS.items()
    ]
    say(f"\n{table(rows, ('may', *roles))}")


def _change(ctx: click.Context, login: str, roles: tuple[str, ...]) -> None:
    archive = standing_in(ctx, "grant")
    moment, who = now(), agent()
    with taken_up(archive, now=moment, agent=who, timeout=PATIENCE) as catalogue:
        rules.change(catalogue, login, roles, now=moment, agent=who)
    known = rules.people(archive) or ()
    say(table([(one.login, ", ".join(one.roles)) for one in known], ("login", "roles")))


COMMANDS: dict[str, Any] = {"access": access}
