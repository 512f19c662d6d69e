"""Explaining: `explain`."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from docscan import PROGRAM, retrace
from docscan.archive import objects
from docscan.archive.catalogue import open_catalogue
from docscan.archive.keeping import retention
from docscan.cli.suppliers import stands
from docscan.cli.terminal import equipped, on_record, put, put_json, shortened, standing_in, table
from docscan.evidence import LEARNED
from docscan.extraction.reasons import Considered, Reason
from docscan.messages import sentence
from docscan.model import Field, Record
from docscan.retrace import Account

FATES = {
    "chosen": "chosen",
    "replaced": "best by the print alone",
    "taken": "it is the {}",
    "unordered": "the dates would be out of order",
    "unsummed": "the amounts would not add up",
    "outscored": "scores less",
    "outweighed": "the fields fit less well together",
}
GROUNDS = {
    "label": "{!r}",
    "heading": "under {!r}",
    "sum": "the sum needs it",
    "place": "where such a value often stands",
}
HEADERS = ("value", "spoken for by", "label", "place", "reading", "score", "page", "at", "")


@click.command(epilog="Example: docscan explain 3f2a9c41 total")
@click.argument("identifier", metavar="ID")
@click.argument("subject", metavar="[FIELD]", required=False, default="")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a field.")
@click.pass_context
def explain(ctx: click.Context, identifier: str, subject: str, as_json: bool) -> None:
    """Say why a record's fields have their values: candidates, scores, sums, checks, sources, people.

    The document is extracted again from the words that were filed; where that
    gives another value than the record has, it is said. ID may be cut short.
    """
    archive = standing_in(ctx)
    setup = equipped(archive.config.pipeline, archive.root)
    with open_catalogue(archive) as catalogue:
        row = catalogue.row(identifier)
        retention.expect_there(catalogue, row.id)
        found = objects.read_record(archive, row.id)
        accounts = retrace.accounts(catalogue, found, setup, subject)
    on_record(archive, [row.id], "view")
    if as_json:
        put_json(map(_plain, accounts))
        return
    told = [account for account in accounts if subject or account.filed or account.again]
    put("\n\n".join("\n".join(_told(account, found, archive.config.language)) for account in told))


def _plain(account: Account) -> dict[str, Any]:
    judgements = [
        {"at": decision.at, "agent": decision.agent, "act": decision.act, "value": one.value}
        for decision, one in account.judgements
    ]
    return asdict(account) | {"judgements": judgements}


def _told(account: Account, record: Record, language: str) -> Iterator[str]:
    """One field as a page of text."""
    yield click.style(f"{account.subject}  {_value(account.filed)}", bold=True)
    if filed := account.filed:
        where = f"page {filed.page}: {filed.raw}"
        yield f"  {filed.status}, {filed.confidence:.0%} sure, from {filed.origin}, {where}"
    yield f"  {_compared(account, record)}"
    if account.reason:
        yield from _weighed(account.reason, account.again)
    for anchor in account.anchors:
        counts = f"right: {anchor.confirmed}, wrong: {anchor.contradicted}"
        yield f"  learned: {stands(anchor)}; {counts}{'' if anchor.holds else ', so it is not used'}"
    for one in account.statements:
        source = "what people taught of this supplier" if one.source == LEARNED else one.source
        yield f"  {source} {'agrees' if one.agrees else 'differs'}: {one.value}"
    if account.witnessed:
        yield "  it is printed a second time, or follows from another print"
    for heard in account.checks:
        doubt = heard.doubt
        said = sentence(doubt.code, language, **doubt.facts) if doubt else "proves it"
        yield f"  check {heard.check}: {f'{doubt.code} ' if doubt else ''}{said}"
    for decision, judgement in account.judgements:
        verb = "confirmed it" if judgement.right else f"made it {_said(judgement.value)}"
        yield f"  {decision.at} {decision.agent} {verb}"


def _compared(account: Account, record: Record) -> str:
    """Whether the same comes out when the record is extracted again, and why not where that is known."""
    if not account.differs:
        scored = f", with a score of {account.score:.2f}" if account.score is not None else ""
        return f"extracted again by {PROGRAM}: the same{scored}"
    if account.judgements:
        why = "a person decided"
    elif record.program != PROGRAM:
        why = f"it was read by {record.program}"
    else:
        why = "the schemas, the pipeline or what was learned have changed since"
    return f"extracted again by {PROGRAM}: {_value(account.again)}, which differs from the record; {why}"


def _weighed(reason: Reason, again: Field | None) -> Iterator[str]:
    rows = [_row(item, again) for item in reason.considered]
    if rows:
        shown = table(rows, HEADERS, right=("label", "place", "reading", "score", "page"))
        yield from (f"    {line}".rstrip() for line in shown.splitlines())
    if reason.more:
        yield f"    and {reason.more} that score less"
    if reason.elsewhere:
        yield f"  {reason.elsewhere} more of this type stand by no label of this field"
    if reason.sum:
        parts = ", ".join(f"{name} {value}" for name, value in reason.sum)
        outcome = {True: "they add up", False: "they do not add up", None: "too few to add up"}[
            reason.adds_up
        ]
        yield f"  decided together: {parts}; {outcome}"


def _row(item: Considered, again: Field | None) -> tuple[object, ...]:
    replaced = item.fate == "chosen" and (again is None or item.value != again.value)
    fate = "replaced" if replaced else item.fate
    label = f"{item.weight * item.likeness:.2f}" if item.ground == "label" else ""
    factors = (item.nearness * item.region, item.reading, item.score)
    return (
        shortened(item.value, 32),
        shortened(GROUNDS[item.ground].format(item.label), 32),
        label,
        *(f"{factor:.2f}" for factor in factors),
        item.page,
        ",".join(map(str, item.box)),
        FATES[fate].format(item.taken_by),
    )


def _value(field: Field | None) -> str:
    return _said(field.value) if field else "(nothing)"


def _said(value: str | bool | None) -> str:
    return "(nothing)" if value is None else str(value).lower() if isinstance(value, bool) else value


COMMANDS = {"explain": explain}
