"""Where paper is and was: `where` and `history`."""

from dataclasses import asdict

import click

from docscan.cli.listing import forms, give, telling
from docscan.cli.registered import looking
from docscan.cli.terminal import say
from docscan.holdings import answers, transfers
from docscan.holdings.answers import Stay, Whereabouts
from docscan.holdings.entities import Location, Site
from docscan.messages import sentence

named_argument = click.argument("named", metavar="CODE")


@click.command(epilog="Example: docscan where F-000012Q")
@named_argument
@forms
@click.pass_context
def where(ctx: click.Context, named: str, as_json: bool, as_csv: bool) -> None:
    """Where something belongs, and who has it; of a person, what they have."""
    with looking(ctx) as register:
        found = {register.entity(one.code).id: one for one in answers.where(register, named)}
        numbers = transfers.batches_of(register, found)
        rows = [asdict(one) | {"batch": numbers[identifier]} for identifier, one in found.items()]
    columns = [*asdict(Whereabouts("")), "batch"]
    if not (as_json or as_csv):
        columns = telling(rows, columns)
    give(rows, columns, as_json=as_json, as_csv=as_csv)


@click.command(epilog="Example: docscan history F-000012Q")
@named_argument
@forms
@click.pass_context
def history(ctx: click.Context, named: str, as_json: bool, as_csv: bool) -> None:
    """Every place something was in and everybody who had it, without a gap.

    Of an item also its folios, and why they are others than before. A location or a site has none.
    """
    with looking(ctx) as register:
        found = register.entity(named)
        rows = [asdict(one) for one in answers.history(register, found.id)]
        language = register.archive.config.language
    if isinstance(found, Location | Site):
        say(sentence("G150", language, place=named))
    columns = list(asdict(Stay("", "", "", "")))
    if not (as_json or as_csv):
        columns = telling(rows, columns)
    give(rows, columns, as_json=as_json, as_csv=as_csv, right=("folios",))


COMMANDS = {"where": where, "history": history}
