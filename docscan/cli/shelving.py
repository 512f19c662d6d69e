"""The register of the paper: `site`, `location`, `box`, `item` and `person`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import click

from docscan.archive import access
from docscan.archive.event import Draft
from docscan.cli.described import NUMBERS, called, listed, said, whole
from docscan.cli.listing import forms, give
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import agent, now, put, say, shortened
from docscan.holdings import (
    boxes,
    counts,
    originals,
    places,
    redaction,
    sheets,
)
from docscan.holdings.conditions import COUNTING
from docscan.holdings.entities import TYPES, USES, Box, Entity, Item, Kind, defaults
from docscan.holdings.places import CAUSES
from docscan.holdings.register import Register
from docscan.holdings.rules import REFERENCES
from docscan.messages import LANGUAGES, sentence

PURPOSES: dict[Kind, str] = {
    "site": "The buildings in which paper is kept.",
    "location": "The places on their shelves.",
    "box": "Boxes: register, place and seal them.",
    "item": "Files and volumes: register and place them, name their scans.",
    "person": "Who borrows.",
}
FIELDS: dict[Kind, dict[str, str]] = {
    "site": {
        "name": "What people call it.",
        "country": "ISO 3166: whose holidays are kept, such as ES.",
        "region": "And of which part, such as MD.",
    },
    "location": {
        "site": "Its site, by name.",
        "room": "As the site calls it.",
        "c1": "The first coordinate, such as the aisle.",
        "c2": "The second, such as the bay.",
        "c3": "The third, such as the shelf.",
        "use": "What the place is for.",
        "capacity_mm": "Millimetres of shelf.",
    },
    "box": {
        "location": "Where it stands, by code.",
        "client": "Whose it is.",
        "type": "What it is, such as 'archive box'.",
        "seal": "The number of its seal.",
        "width_mm": "How much of a shelf it takes.",
        "capacity": "How many items it holds.",
    },
    "item": {
        "title": "What it is called.",
        "box": "The box it lies in, by code.",
        "location": "Where it stands by itself, by code.",
        "date_from": "Of its oldest paper: 1998, 1998-05 or 1998-05-17.",
        "date_to": "Of its newest.",
        "folios": "How many sheets are counted in it.",
        "medium": "What it is made of.",
        "series_code": "Of the series it belongs to.",
        "series": "The name of that series.",
        "retention_class": "For how long it is kept.",
        "parent": "The item it is part of, by code.",
        "record": "The record that is its scan, by id.",
        "client": "Whose it is.",
    },
    "person": {
        "name": "Who it is.",
        "unit": "The department they borrow for.",
        "email": "Where letters go.",
        "phone": "Their number.",
        "language": "In which they are written to.",
        "login": "As the machine knows them, so that nobody lends to themselves; for keepers to say.",
    },
}
NEEDED = {"name", "title"}  # of something new
PLACES = {"box", "location"}  # changed by a move only
CHOICES_OF_ITEMS = (
    ("--in", "place", "CODE", "Only those in a box or at a location."),
    ("--titled", "titled", "WORDS", "Only those whose titles hold these words."),
    ("--record", "record", "ID", "Only those of which a record is the scan."),
)
CHOICES = {"use": USES, "language": LANGUAGES}
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "site": ("name", "country", "region"),
    "location": ("code", "site", "room", "c1", "c2", "c3", "use", "capacity_mm"),
    "box": ("code", "location", "client", "type", "seal", "width_mm", "capacity"),
    "item": ("code", "title", "date_from", "date_to", "folios", "box", "location", "record", "state"),
    "person": ("code", "name", "unit", "email", "phone", "language"),
}
EXAMPLES: dict[Kind, str] = {
    "site": "docscan site add --name Central --country ES --region MD",
    "location": "docscan location add --site Central --room 2 --c1 A --c2 3 --c3 1",
    "box": "docscan box add --location L-000012N",
    "item": "docscan item add --title 'Ledger 1998' --box B-000012P --folios 204",
    "person": "docscan person add --name 'Ana Ruiz' --unit Accounts",
}
Command = Callable[..., Any]

named_argument = click.argument("named", metavar="CODE")
because_option = click.option(
    "--because", type=click.Choice(COUNTING), help="Why the folios are others than were known."
)


def _options(kind: Kind, *, new: bool) -> Callable[[Command], Command]:
    """Give a command an option for each field of a kind."""

    def decorated(command: Command) -> Command:
        for name, purpose in reversed(FIELDS[kind].items()):
            if new or name not in PLACES or kind == "location":
                flag, type_ = f"--{name.replace('_', '-')}", _type(kind, name)
                command = click.option(flag, name, type=type_, help=purpose, required=new and name in NEEDED)(
                    command
                )
        return command if new or kind != "item" else because_option(command)

    return decorated


def _type(kind: Kind, name: str) -> click.ParamType[Any]:
    if name in CHOICES:
        return click.Choice(list(CHOICES[name]))
    return click.IntRange(min=0) if type(defaults(kind)[name]) is int else click.STRING


def _group(kind: Kind) -> click.Group:
    """The commands that each kind has: `add`, `change`, `list` and `show`."""
    group = click.Group(kind, help=PURPOSES[kind], epilog=f"Example: {EXAMPLES[kind]}")

    @group.command("add", epilog=f"Example: {EXAMPLES[kind]}")
    @_options(kind, new=True)
    @click.pass_context
    def add(ctx: click.Context, /, **given: Any) -> None:
        """Register one; prints its code."""
        with changing(ctx, _right(given)) as register:
            blank: dict[str, Any] = {"id": "", "name": ""} if kind == "site" else {"id": "", "code": ""}
            (row,) = sheets.numbered(register, [TYPES[kind](**blank | _resolved(register, given))])
            sheets.enter(register, [row], now=now(), agent=agent())
            doubts = list(boxes.doubts(register, into=getattr(row, "box", "")))
        put(called(row))
        _tell(doubts)

    @group.command("change", epilog=f"Example: docscan {kind} change CODE")
    @named_argument
    @_options(kind, new=False)
    @click.pass_context
    def change(ctx: click.Context, /, named: str, because: str | None = None, **given: Any) -> None:
        """Change what is registered of one; what is not named stays as it is."""
        counting = given.get("folios") is not None
        if because and not counting:
            raise click.UsageError("--because says why --folios is another number.")
        with changing(ctx, _right(given)) as register:
            row = replace(register.one(TYPES[kind], named), **_resolved(register, given))
            if isinstance(row, Item) and (because or (counting and counts.is_correction(register, row))):
                sheets.correct(register, row, because or "", now=now(), agent=agent())
            else:
                sheets.enter(register, [row], now=now(), agent=agent(), act="change")
            language = register.archive.config.language
        say(sentence("G182", language, what=called(row)))

    _add_looks(group, kind)
    return group


def _right(given: Mapping[str, Any]) -> access.Act:
    """What somebody has to be allowed: whose login is whose decides who lends to themselves (P4)."""
    return "shelve" if given.get("login") is None else "authorise"


def _add_looks(group: click.Group, kind: Kind) -> None:

    @group.command("list", epilog=f"Example: docscan {kind} list --csv")
    @_choosing(kind)
    @click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
    @forms
    @click.pass_context
    def list_(
        ctx: click.Context, /, limit: int | None, as_json: bool, as_csv: bool, **chosen: str | None
    ) -> None:
        """List what is registered."""
        with looking(ctx) as register:
            found = _chosen(
                register, kind, {name: text for name, text in chosen.items() if text}, limit or -1
            )
            rows = (listed(register, one) for one in found)
            if kind == "item" and not (as_json or as_csv):
                rows = (said(row) | {"title": shortened(row["title"], 60)} for row in rows)
            give(rows, COLUMNS[kind], as_json=as_json, as_csv=as_csv, right=NUMBERS)

    @group.command("show", epilog=f"Example: docscan {kind} show CODE")
    @named_argument
    @forms
    @click.pass_context
    def show(ctx: click.Context, named: str, as_json: bool, as_csv: bool) -> None:
        """Show all that is registered of one."""
        with looking(ctx) as register:
            row = whole(register, register.one(TYPES[kind], named))
        if as_json or as_csv:
            give([row], list(row), as_json=as_json, as_csv=as_csv)
        else:
            known = ((name, value) for name, value in said(row).items() if value not in ("", 0, None, {}))
            put("\n".join(f"{name}: {value}" for name, value in known))


def _choosing(kind: Kind) -> Callable[[Command], Command]:
    """Give the list of items options that say which; other kinds are few."""

    def decorated(command: Command) -> Command:
        for flag, name, metavar, purpose in reversed(CHOICES_OF_ITEMS) if kind == "item" else ():
            command = click.option(flag, name, metavar=metavar, help=purpose)(command)
        return command

    return decorated


def _chosen(register: Register, kind: Kind, chosen: Mapping[str, str], limit: int) -> Iterator[Entity]:
    """What is listed.

    Raises:
        UsageError: It was chosen in two ways.
        NotFoundError: What it was chosen by is not there.
    """
    if len(chosen) > 1:
        raise click.UsageError("Choose by --in, by --titled, or by --record.")
    if "place" in chosen:
        return register.items_in(register.entity(chosen["place"]).id, limit=limit)
    if "titled" in chosen:
        return register.titled(chosen["titled"], limit=limit)
    if "record" in chosen:
        scan = register.catalogue.row(chosen["record"]).id
        found = (item for _, item in originals.scanned(register, [scan]))
        return islice(found, limit if limit > 0 else None)
    return register.entities(TYPES[kind], "TRUE", limit=limit)


def _resolved(register: Register, given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, codes and names as the UUIDs they mean.

    Raises:
        NotFoundError: One means nothing, or something of another kind.
    """
    found = {name: value for name, value in given.items() if value is not None}
    for name in {"site", "box", "location", "parent", "record"} & found.keys():
        if found[name]:
            named = found[name]
            kind = REFERENCES.get(name)
            found[name] = (register.one(TYPES[kind], named) if kind else register.catalogue.row(named)).id
    return found


def _tell(doubts: Iterable[str]) -> None:
    for sentence_ in doubts:
        say(sentence_)


SITE, LOCATION, BOX, ITEM, PERSON = (_group(kind) for kind in TYPES)
cause_option = click.option("--cause", type=click.Choice(CAUSES), help="Why.")


@click.command("move", epilog="Example: docscan item move F-000012Q B-000012P")
@click.argument("named", metavar="CODE")
@click.argument("place", metavar="PLACE")
@cause_option
@click.pass_context
def move(ctx: click.Context, named: str, place: str, cause: str | None) -> None:
    """Put it somewhere else; with a box goes all that is in it.

    An item that is lent stays where it came from, on paper, until it is back.
    """
    with changing(ctx) as register:
        subject, to = register.entity(named), register.entity(place)
        draft = places.moving(register, subject.id, to.id, cause=cause or "")
        register.write([draft], now=now(), agent=agent())
        doubts = list(boxes.doubts(register, into=to.id, out_of=getattr(subject, "box", "")))
    say(f"{called(subject)} is at {called(to)} now.")
    _tell(doubts)


@BOX.command("seal", epilog="Example: docscan box seal B-000012P 0042711")
@named_argument
@click.argument("number", default="")
@click.option("--broken", is_flag=True, help="It has no seal any more.")
@click.pass_context
def seal(ctx: click.Context, named: str, number: str, broken: bool) -> None:
    """Say with which seal a box was closed, or that it was opened."""
    if bool(number) == broken:
        raise click.UsageError("Give the number of the seal, or --broken.")
    with changing(ctx) as register:
        row = replace(register.one(Box, named), seal=number)
        sheets.enter(register, [row], now=now(), agent=agent(), act="seal")
    say(f"{row.code} is {'open' if broken else 'sealed with ' + number} now.")


@ITEM.command("link", epilog="Example: docscan item link F-000012Q 494b1403")
@named_argument
@click.argument("record", default="", metavar="[ID]")
@click.option("--none", "nothing", is_flag=True, help="It has no scan.")
@click.pass_context
def link(ctx: click.Context, named: str, record: str, nothing: bool) -> None:
    """Say which record is the scan of an item."""
    if bool(record) == nothing:
        raise click.UsageError("Give the id of a record, or --none.")
    with changing(ctx) as register:
        scan = register.catalogue.row(record).id if record else ""
        row = replace(register.item(named), record=scan)
        sheets.enter(register, [row], now=now(), agent=agent(), act="link")
    say(f"The scan of {row.code} is {scan}." if scan else f"{row.code} has no scan.")


def _absence(verb: str, draft: Callable[[Register, str], Draft], right: access.Act, purpose: str) -> None:
    """Give `item` a command that says whether one is there."""

    @ITEM.command(verb, help=purpose, epilog=f"Example: docscan item {verb} F-000012Q")
    @named_argument
    @click.pass_context
    def absence(ctx: click.Context, named: str) -> None:
        with changing(ctx, right) as register:
            item = register.item(named)
            register.write([draft(register, item.id)], now=now(), agent=agent())
            state, language = register.state(item.id), register.archive.config.language
        say(f"{item.code}: {sentence(places.STATES[state][1:], language)}.")


_absence(
    "missing", places.missing, "shelve", "Say that an item, which is on no loan, is not where it should be."
)
_absence(
    "found",
    places.found,
    "shelve",
    "Say that a missing item is where it should be after all; if it is elsewhere, move it there.",
)
_absence(
    "destroyed",
    lambda register, item: places.leaving(register, item, "destroyed"),
    "dispose",
    "Say that an item was destroyed, for good; not of what is lent, missing, or has a scan on hold.",
)


@click.command("forget", epilog="Example: docscan person forget P-000012R --yes")
@named_argument
@click.confirmation_option(prompt="This cannot be taken back. Forget it?")
@click.pass_context
def forget(ctx: click.Context, named: str) -> None:
    """Forget who a person was, or what an item was called; code, places and loans stay."""
    with changing(ctx, "authorise") as register:
        redaction.redact(register, named, now=now(), agent=agent())
    say(f"{named} was forgotten.")


for group in (BOX, ITEM):
    group.add_command(move)
for group in (ITEM, PERSON):
    group.add_command(forget)

COMMANDS = {
    "site": SITE,
    "location": LOCATION,
    "box": BOX,
    "item": ITEM,
    "person": PERSON,
}
