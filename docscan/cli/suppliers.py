"""What was learned of suppliers: `supplier list`, `supplier show` and `supplier forget`."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import click

from docscan import learning
from docscan.archive import lessons
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.lessons import Supplier, Taught
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, equipped, now, put, put_json, say, standing_in, table
from docscan.errors import NotFoundError
from docscan.extraction.anchors import Anchor

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
key_argument = click.argument("key", metavar="SUPPLIER")


@click.group(epilog="Example: docscan supplier list")
def supplier() -> None:
    """What was learned of suppliers from corrections: where their papers keep each field."""


@supplier.command("list", epilog="Example: docscan supplier list --json")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the suppliers of whose papers people decided something."""
    with open_catalogue(standing_in(ctx)) as catalogue:
        known = lessons.everyone(catalogue)
    if as_json:
        put_json(asdict(whose) | _counts(told) for whose, told in known)
        return
    rows = [
        (told[0].supplier, whose.tax_id, len(told), ", ".join(_counts(told)["fields"]))
        for whose, told in known
    ]
    put(table(rows, ("supplier", "tax id", "papers", "fields"), right=("papers",)))
    if not rows:
        say("Nothing was learned yet: it begins with the first correction.")


def _counts(told: Sequence[Taught]) -> dict[str, Any]:
    fields = sorted({field for one in told for field in one.fields})
    return {"supplier": told[0].supplier, "papers": len(told), "fields": fields}


@supplier.command("show", epilog="Example: docscan supplier show B12345674")
@key_argument
@json_option
@click.pass_context
def show(ctx: click.Context, key: str, as_json: bool) -> None:
    """Show where a supplier's papers keep each field, as people's decisions tell.

    SUPPLIER is a tax id or a name. `right` and `wrong` count the papers people
    looked at on which the place holds what they left, or something else; a
    place that is not right more often than wrong is not used.
    """
    archive = standing_in(ctx)
    setup = equipped(archive.config.pipeline, archive.root)
    with open_catalogue(archive) as catalogue:
        _, told = _known(catalogue, key)
        newest = told[: lessons.MOST_RECORDS]
        found = [
            anchor for schema in setup.schemas for anchor in learning.anchors_of(archive, newest, schema)
        ]
    distinct = list(dict.fromkeys(found))
    if as_json:
        put_json(asdict(anchor) | {"used": anchor.holds} for anchor in distinct)
        return
    put(_shown(distinct))
    if not distinct:
        say("People decided on these papers, but nothing they left stands on a page.")


def _shown(found: Iterable[Anchor]) -> str:
    rows = [
        (
            anchor.subject,
            stands(anchor),
            anchor.shape,
            anchor.confirmed,
            anchor.contradicted,
            "yes" if anchor.holds else "no",
            ", ".join(record[:8] for record in anchor.records),
        )
        for anchor in found
    ]
    return table(
        rows,
        ("field", "stands", "looks like", "right", "wrong", "used", "shown by"),
        right=("right", "wrong"),
    )


def stands(anchor: Anchor) -> str:
    """Where an anchor has its field, in words."""
    spot = anchor.spot
    page = "" if spot.page == "any" else f", {spot.page} page"
    if spot.beside:
        return f"{spot.dx:.0f} lines right of {spot.beside!r}{page}"
    if spot.above:
        return f"{spot.dy:.0f} lines under {spot.above!r}{page}"
    return f"at {spot.left:.0%} of the width, {spot.top:.0%} of the height{page}"


@supplier.command("forget", epilog="Example: docscan supplier forget B12345674 invoice_number")
@key_argument
@click.argument("field", required=False, default="")
@click.pass_context
def forget(ctx: click.Context, key: str, field: str) -> None:
    """Let what was taught of a supplier until now count no longer: of one FIELD, or of all.

    The decisions stay with their records; the ledger keeps that they were
    forgotten. What is decided from now on teaches again.
    """
    archive = standing_in(ctx, "decide")
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
        whose, told = _known(catalogue, key)
        taught = sorted({name for one in told for name in one.fields})
        if field and field not in taught:
            raise NotFoundError(
                f"Nothing was taught of {field!r}.", hint=f"Taught were: {', '.join(taught)}."
            )
        lessons.forget(catalogue, whose, field, now=now(), agent=agent())
    say(f"Forgotten: {field or ', '.join(taught)}.")


def _known(catalogue: Catalogue, key: str) -> tuple[Supplier, tuple[Taught, ...]]:
    """The supplier that a person means, and the papers that teach something about it."""
    asked = (lessons.supplier(key, ""), lessons.supplier("", key))
    for whose, told in lessons.everyone(catalogue):
        if any(one.same(whose) for one in asked):
            return whose, told
    raise NotFoundError(f"Nothing was learned of {key!r}.", hint="`docscan supplier list` shows of whom.")


COMMANDS = {"supplier": supplier}
