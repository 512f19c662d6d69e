"""Measuring: `quality`, what people's decisions tell of the program."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from docscan import record
from docscan.archive.catalogue import open_catalogue
from docscan.cli.terminal import put, say, standing_in, table
from docscan.verification.quality import Quality, Rate, Tally, measured

STATES = ("accepted", "review", "rejected", "merged")


@click.command(epilog="Example: docscan -A my-archive quality")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every figure.")
@click.pass_context
def quality(ctx: click.Context, as_json: bool) -> None:
    """Measure how often the program is right, by what people confirmed and corrected.

    The error rates are those of the sample (`docscan review --sample`), with
    the exact interval in which the true rate lies 95 times in 100. The fields
    that waited for a person are counted apart: they are the hard ones.
    """
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue:
        documents = {state: catalogue.count(state=state) for state in STATES}
        found = measured(documents, catalogue.first_verdicts(), catalogue.judged())
    if as_json:
        put(record.dumped(asdict(found)))
        return
    put("\n\n".join(part for part in _parts(found) if part))
    if not found.accepted.of:
        say("Nobody has looked through the sample yet: docscan review --sample")


def _parts(found: Quality) -> Sequence[str]:
    through = "" if found.straight_through is None else f", {found.straight_through:.1%} straight through"
    counted = ", ".join(f"{number} {state}" for state, number in found.documents.items() if number)
    buckets = [
        (f"{one.low:.0%} to {one.high:.0%}", one.fields, f"{one.confidence:.1%}", f"{one.right:.1%}")
        for one in found.calibration
    ]
    return (
        f"documents: {counted or 'none'}{through}",
        f"accepted documents with an error: {_share(found.accepted)}\n"
        f"verified fields with an error: {_share(found.verified)}",
        _tallied("field", found.by_field),
        _tallied("status", found.by_status),
        table(buckets, ("confidence", "judged", "mean", "right"), right=("judged", "mean", "right")),
    )


def _share(rate: Rate) -> str:
    if not rate.of:
        return "not known"
    return f"{rate.wrong} of {rate.of}, {rate.wrong / rate.of:.1%} (95 %: {rate.low:.2%} to {rate.high:.2%})"


def _tallied(what: str, tallies: Sequence[Tally]) -> str:
    headers = (what, "confirmed", "misread", "not there", "missed")
    rows = [(one.name, one.confirmed, one.misread, one.invented, one.missed) for one in tallies]
    return table(rows, headers, right=headers[1:])


COMMANDS = {"quality": quality}
