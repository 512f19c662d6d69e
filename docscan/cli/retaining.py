"""How long records are kept: `retention`, and what must not be destroyed: `hold`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from docscan.archive.access import Act
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.keeping import disposal, holds, proposals, schedules, standing
from docscan.archive.keeping import retention as rules
from docscan.archive.keeping.retention import Item
from docscan.archive.keeping.standing import Proposal
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, put, put_json, say, shortened, standing_in, table
from docscan.errors import ArchiveError
from docscan.holdings import originals
from docscan.holdings.register import Register, has_paper, open_register
from docscan.messages import sentence
from docscan.search import feed

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
day_option = click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="The day that counts.  [default: today]"
)
proposal_argument = click.argument("proposal")
records_argument = click.argument("identifiers", metavar="ID...", nargs=-1, required=True)


@click.group(epilog="Example: docscan retention due --on 2033-01-01")
def retention() -> None:
    """Keep records as long as their class says, then destroy them: due, propose, approve, execute."""


@retention.command("preset", epilog="Example: docscan retention preset es --show")
@click.argument("name", type=click.Choice(schedules.PRESETS))
@click.option("--show", is_flag=True, help="Print it instead, to change it and adopt that.")
@click.pass_context
def preset(ctx: click.Context, name: str, show: bool) -> None:
    """Adopt a schedule that comes with docscan: Spain, Poland, Germany or Colombia.

    It is a beginning, not legal advice: check it with a lawyer.
    """
    if show:
        put(schedules.preset(name).rstrip())
        return
    _adopt(ctx, schedules.preset(name))


@retention.command("adopt", epilog="Example: docscan retention adopt our-schedule.toml")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def adopt(ctx: click.Context, path: Path) -> None:
    """Adopt the schedule in FILE; classes that were adopted before change by further versions only."""
    _adopt(ctx, path.read_text(encoding="utf-8", errors="replace"))


@retention.command("rules", epilog="Example: docscan retention rules --on 2030-01-01")
@day_option
@json_option
@click.pass_context
def rules_(ctx: click.Context, on: datetime | None, as_json: bool) -> None:
    """Print the classes in force, each with the law it rests on."""
    archive = standing_in(ctx)
    holding = schedules.load(archive).in_force(_day(on)).values()
    if as_json:
        put_json(asdict(rule) | {"since": rule.since.isoformat()} for rule in holding)
        return
    rows = [
        (rule.id, rule.version, ", ".join(rule.kinds), rule.trigger, rule.period, rule.action, rule.basis)
        for rule in holding
    ]
    put(table(rows, ("class", "version", "kinds", "counted from", "period", "then", "basis")))
    say(sentence("K026", archive.config.language))


@retention.command("due", epilog="Example: docscan retention due --on 2033-01-01 --json")
@day_option
@click.option("--all", "everything", is_flag=True, help="Also what is not due yet.")
@json_option
@click.pass_context
def due(ctx: click.Context, on: datetime | None, everything: bool, as_json: bool) -> None:
    """List the records that have been kept long enough, and what stands against their end."""
    archive, day = standing_in(ctx), _day(on)
    with open_catalogue(archive) as catalogue:
        known = standing.of(catalogue)
        found = rules.overview(catalogue, known, schedules.load(archive, known.schedule), day)
    against = {name: rules.obstacle(found, name, day) for name in found}
    shown = [
        item
        for item in found.values()
        if everything or (item.kept_until is not None and item.kept_until < day)
    ]
    language = archive.config.language
    said = {
        name: "" if one is None else sentence(one[0], language, facts=one[1]) for name, one in against.items()
    }
    if as_json:
        put_json(_due_row(item, said[item.id]) for item in shown)
        return
    rows = [(item.id[:8], item.dated.kind, *_class_and_day(item), said[item.id]) for item in shown]
    put(table(rows, ("id", "kind", "class", "kept until", "then", "against it")))
    without = sum(1 for item in found.values() if item.rule is None)
    if without:
        say(sentence("K027", language, count=str(without)))


@retention.command("assign", epilog="Example: docscan retention assign 3f2a9c41 contracts")
@click.argument("identifier", metavar="ID")
@click.argument("name", metavar="CLASS")
@click.pass_context
def assign(ctx: click.Context, identifier: str, name: str) -> None:
    """Put a record into a class by hand, whatever its kind."""
    with _writing(ctx, "dispose") as (catalogue, moment):
        record = catalogue.row(identifier).id
        rules.assign(catalogue, record, name, now=moment, agent=agent())


@retention.command("propose", epilog="Example: docscan retention propose")
@click.argument("identifiers", metavar="[ID]...", nargs=-1)
@day_option
@json_option
@click.pass_context
def propose(ctx: click.Context, identifiers: tuple[str, ...], on: datetime | None, as_json: bool) -> None:
    """Propose to destroy the records named, or all that are due.

    Those that a class puts to review must be named. Somebody else has to
    approve the proposal.
    """
    with _writing(ctx, "dispose") as (catalogue, moment):
        chosen = [catalogue.row(identifier).id for identifier in identifiers]
        made = disposal.propose(catalogue, chosen, _day(on), now=moment, agent=agent())
        rows = proposals.listed(catalogue, made)
        papers = _papers(catalogue, [row.id for row in rows])
    if as_json:
        lines = [asdict(row) | {"paper": papers.get(row.id, [])} for row in rows]
        put_json([asdict(made) | {"rows": lines}])
        return
    put(made.id)
    say(
        table(
            [(row.id[:8], row.name, row.schedule, row.due) for row in rows], ("id", "class", "version", "due")
        )
    )
    _say_papers("G114", papers, catalogue.archive.config.language)


@retention.command("show", epilog="Example: docscan retention show 77b01d5e")
@proposal_argument
@json_option
@click.pass_context
def show(ctx: click.Context, proposal: str, as_json: bool) -> None:
    """List the records of a PROPOSAL, with what speaks against it today."""
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue:
        known = standing.of(catalogue)
        one = disposal.find(catalogue, known, proposal)
        rows = proposals.listed(catalogue, one)
        found = rules.overview(catalogue, known, schedules.load(archive, known.schedule), now().date())
        papers = _papers(catalogue, [row.id for row in rows])
    chosen = [row.id for row in rows]
    language, lines = archive.config.language, []
    for row in rows:
        against = rules.obstacle(found, row.id, now().date(), chosen=chosen) if row.id in found else None
        said = sentence(against[0], language, facts=against[1]) if against else ""
        lines.append(asdict(row) | {"against": said, "paper": papers.get(row.id, [])})
    if as_json:
        put_json([asdict(one) | {"rows": lines}])
        return
    put(_proposals([one]))
    put(
        table(
            [(line["id"], line["name"], line["due"], line["against"]) for line in lines],
            ("id", "class", "due", "against it"),
        )
    )
    _say_papers("G114", papers, language)


@retention.command("approve", epilog="Example: docscan retention approve 77b01d5e")
@proposal_argument
@click.pass_context
def approve(ctx: click.Context, proposal: str) -> None:
    """Approve a PROPOSAL that somebody else made; look at it first with `retention show`."""
    _decide(ctx, disposal.approve, proposal)
    with open_catalogue(standing_in(ctx)) as catalogue:
        papers = _papers(catalogue, _records(catalogue, proposal))
    _say_papers("G114", papers, catalogue.archive.config.language)


@retention.command("reject", epilog="Example: docscan retention reject 77b01d5e")
@proposal_argument
@click.pass_context
def reject(ctx: click.Context, proposal: str) -> None:
    """Turn a PROPOSAL down, or take it back; nothing is destroyed by it then."""
    _decide(ctx, disposal.reject, proposal)


@retention.command("execute", epilog="Example: docscan retention execute 77b01d5e")
@proposal_argument
@click.pass_context
def execute(ctx: click.Context, proposal: str) -> None:
    """Destroy what an approved PROPOSAL lists, all of it or nothing.

    Holds and dates are looked at once more, and that nobody has the paper on
    loan. It cannot be undone: of each record its tombstone stays, see `show ID`
    and `list --state destroyed`. What paper of them there is, is named.
    """
    with _writing(ctx, "dispose") as (catalogue, moment):
        papers = _expect_back(catalogue, proposal)
        done = disposal.execute(catalogue, proposal, now=moment, agent=agent())
        behind = _behind(
            lambda: feed.feed(catalogue.archive, catalogue, feed.PATIENCE)
        )  # words go from the index
    # and where they cannot be cut out, all of it
    behind = behind or _behind(lambda: feed.succeed(catalogue.archive, feed.PATIENCE))
    language = catalogue.archive.config.language
    for record in done.records:
        put(record)
    say(sentence("K059", language, count=str(len(done.records))))
    for path in done.unread:
        say(sentence("K061", language, path=path))
    for path in done.stuck:
        say(sentence("K062", language, path=path))
    if not done.complete:
        say(sentence("K060", language))
    _say_papers("G116", papers, language)
    if behind:
        raise behind


def _behind(index: Callable[[], object]) -> ArchiveError | None:
    """Why the search index still has what was destroyed: told after what was, which no error is to hide."""
    try:
        index()
    except ArchiveError as problem:
        return problem
    return None


@retention.command("list", epilog="Example: docscan retention list --json")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """List the proposals, the newest first: by whom, decided by whom, executed or not."""
    with open_catalogue(standing_in(ctx)) as catalogue:
        found = list(standing.of(catalogue, "proposals").proposals.values())[::-1]
    if as_json:
        put_json(map(asdict, found))
    else:
        put(_proposals(found))


@click.group(epilog="Example: docscan hold list")
def hold() -> None:
    """Hold records, so that they are not destroyed whatever is due: place, release, list."""


@hold.command("place", epilog="Example: docscan hold place 3f2a9c41 --reason litigation")
@records_argument
@click.option("--reason", required=True, type=click.Choice(holds.REASONS), help="Why.")
@click.pass_context
def place(ctx: click.Context, identifiers: tuple[str, ...], reason: str) -> None:
    """Hold the records ID... until the hold is released; its id is printed."""
    with _writing(ctx, "hold") as (catalogue, moment):
        records = [catalogue.row(identifier).id for identifier in identifiers]
        put(holds.place(catalogue, records, reason, now=moment, agent=agent()))


@hold.command("release", epilog="Example: docscan hold release 5d0c11aa")
@click.argument("identifier", metavar="HOLD")
@click.pass_context
def release(ctx: click.Context, identifier: str) -> None:
    """Release a HOLD from all of its records; other holds on them stay."""
    with _writing(ctx, "hold") as (catalogue, moment):
        put(holds.release(catalogue, identifier, now=moment, agent=agent()).id)


@hold.command("list", epilog="Example: docscan hold list --all")
@click.option("--all", "everything", is_flag=True, help="Also those that were released.")
@json_option
@click.pass_context
def hold_list(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """List the holds, the newest first."""
    with open_catalogue(standing_in(ctx)) as catalogue:
        known = standing.of(catalogue, "holds").holds.values()
    found = [one for one in known if everything or not one.released][::-1]
    if as_json:
        put_json(asdict(one) | {"objects": sorted(one.objects)} for one in found)
        return
    rows = [
        (one.id[:8], one.reason, one.at, one.agent, one.released, _few(sorted(one.objects))) for one in found
    ]
    put(table(rows, ("hold", "reason", "placed", "by", "released", "records")))


def _adopt(ctx: click.Context, text: str) -> None:
    with _writing(ctx, "rule") as (catalogue, moment):
        schedules.adopt(catalogue, text, now=moment, agent=agent())
    say(sentence("K026", catalogue.archive.config.language))


def _decide(ctx: click.Context, decision: Callable[..., Proposal], proposal: str) -> None:
    with _writing(ctx, "dispose") as (catalogue, moment):
        put(_proposals([decision(catalogue, proposal, now=moment, agent=agent())]))


@contextmanager
def _writing(ctx: click.Context, act: Act) -> Iterator[tuple[Catalogue, datetime]]:
    """The archive held for an act of whoever calls, and the moment of it."""
    archive, moment = standing_in(ctx, act), now()
    with taken_up(archive, now=moment, agent=agent(), timeout=PATIENCE) as catalogue:
        yield catalogue, moment


@contextmanager
def _register(catalogue: Catalogue) -> Iterator[Register | None]:
    """The register of the paper; None in an archive without paper, for which none is made."""
    if not has_paper(catalogue):
        yield None
        return
    with open_register(catalogue) as register:
        yield register


def _papers(catalogue: Catalogue, records: Sequence[str]) -> dict[str, list[str]]:
    """By record, the items whose scan it is: each with its state, its place, or who has it."""
    found: dict[str, list[str]] = {}
    with _register(catalogue) as register:
        for one in originals.of(register, records) if register else ():
            found.setdefault(one.record, []).append(one.said(catalogue.archive.config.language))
    return found


def _expect_back(catalogue: Catalogue, proposal: str) -> dict[str, list[str]]:
    """The paper of a proposal's records, once it is seen that nobody has any of it.

    Raises:
        HoldingsError: Somebody has.
        RetentionError: There is no such proposal, or its list was altered.
    """
    records = _records(catalogue, proposal)
    with _register(catalogue) as register:
        if register:
            originals.expect_back(register, records)
    return _papers(catalogue, records)


def _records(catalogue: Catalogue, proposal: str) -> list[str]:
    one = disposal.find(catalogue, standing.of(catalogue, "proposals"), proposal)
    return [row.id for row in proposals.listed(catalogue, one)]


def _say_papers(code: str, papers: Mapping[str, Sequence[str]], language: str) -> None:
    for record, said in papers.items():
        for paper in said:
            say(sentence(code, language, record=record[:8], paper=paper))


def _day(on: datetime | None) -> date:
    return (on or now()).date()


def _class_and_day(item: Item) -> tuple[str, str, str]:
    if item.rule is None or item.kept_until is None:
        return "", "", ""
    return item.rule.id, item.kept_until.isoformat(), item.rule.action


def _due_row(item: Item, against: str) -> dict[str, Any]:
    name, until, action = _class_and_day(item)
    return {
        "id": item.id,
        "version": item.version,
        "kind": item.dated.kind,
        "class": name,
        "schedule": item.rule.version if item.rule else None,
        "basis": item.rule.basis if item.rule else "",
        "counted_from": item.base.isoformat(),
        "kept_until": until,
        "action": action,
        "holds": list(item.holds),
        "with": list(item.family),
        "against": against,
    }


def _proposals(found: Sequence[Proposal]) -> str:
    rows = [
        (one.id[:8], one.state, one.count, one.at, one.proposer, one.decided, one.decided_by) for one in found
    ]
    headers = ("proposal", "state", "records", "proposed", "by", "decided", "by")
    return table(rows, headers, right=("records",))


def _few(records: Sequence[str]) -> str:
    return shortened(" ".join(record[:8] for record in records), 60)


COMMANDS: dict[str, Any] = {"retention": retention, "hold": hold}
