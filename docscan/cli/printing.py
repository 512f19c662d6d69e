"""Paper about paper: `label`, and of `loan` the verbs `slip`, `receipt`, `out-card` and `letter`."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.headerregistry import Address
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from docscan.archive import Archive
from docscan.cli.registered import changing, looking
from docscan.cli.terminal import address, agent, expect_folder, now, put, put_json, say, standing_in, write
from docscan.holdings import codes, letters, policies, reminders
from docscan.holdings.desk import ACTIONS
from docscan.holdings.entities import Site
from docscan.holdings.letters import Slip
from docscan.holdings.policies import Rules
from docscan.holdings.register import Register
from docscan.messages import LANGUAGES, sentence

if TYPE_CHECKING:
    from docscan.issuing import Drawn
    from docscan.printed.labels import Label

Command = Callable[..., Any]
Slips = Callable[[Register, Rules], Iterable[Slip]]

FORMATS = (  # of docscan.printed.labels, which takes long to load
    "3x8", "2x8", "2x4", "3x7", "3x8-gap", "2x7", "2x4-gap", "4x10", "4x10-gap",
)  # fmt: skip
MOST_PLACES = 64  # of a sheet

language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), help="Another than the borrower's."
)


def _issued(command: Command) -> Command:
    """Give a command what all of them have that issue papers."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a paper."),
        language_option,
        click.option(
            "--from",
            "sender",
            envvar="DOCSCAN_FROM",
            callback=address,
            metavar="ADDRESS",
            help="Also write an e-mail from here, to be sent by you.  [default: $DOCSCAN_FROM]",
        ),
        click.option(
            "--to",
            "folder",
            type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
            default=Path(),
            help="The folder they are written to.",
        ),
    ):
        command = option(command)
    return command


@click.command("slip", epilog="Example: docscan loan slip 2026/000123")
@click.argument("named", metavar="NUMBER")
@_issued
@click.pass_context
def slip(ctx: click.Context, /, named: str, language: str, **how: Any) -> None:
    """Print the slip of a loan, by its NUMBER or an item on it, for four signatures.

    The head of the unit requests, the archive hands over, the head returns,
    the archive acknowledges. The PDF is filed as a record, and written to --to.
    """
    today = now().date()
    _issue(ctx, lambda register, rules: [letters.loan_slip(register, rules, named, today, language)], **how)


@click.command("receipt", epilog="Example: docscan loan receipt 2026/000123")
@click.argument("named", metavar="NUMBER")
@_issued
@click.pass_context
def receipt(ctx: click.Context, /, named: str, language: str, **how: Any) -> None:
    """Print the receipt for what came back of a loan, in what state, and what is still out."""
    today = now().date()
    _issue(
        ctx, lambda register, rules: [letters.return_receipt(register, rules, named, today, language)], **how
    )


@click.command("out-card", epilog="Example: docscan loan out-card F-000012Q")
@click.argument("items", metavar="F-...", nargs=-1, required=True)
@_issued
@click.pass_context
def out_card(ctx: click.Context, /, items: Sequence[str], language: str, **how: Any) -> None:
    """Print the cards that are put in the places of items while they are lent."""
    today = now().date()

    def cards(register: Register, rules: Rules) -> Iterable[Slip]:
        found = (letters.out_card(register, rules, one, today, language) for one in items)
        return {card.rows[0].item.id: card for card in found}.values()  # one of each, however often named

    _issue(ctx, cards, **how)


@click.command("letter", epilog="Example: docscan loan letter --from archive@example.com --to letters")
@_issued
@click.pass_context
def letter(ctx: click.Context, /, language: str, **how: Any) -> None:
    """Print the letters about what is overdue, as `loan remind` drafted them: one a loan.

    Nothing is sent. Once you have sent them, say so with `loan sent`.
    """
    today = now().date()

    def waiting(register: Register, rules: Rules) -> list[Slip]:
        return letters.reminders(register, reminders.waiting(register, rules, today), today, language)

    _issue(ctx, waiting, **how)


def _issue(ctx: click.Context, slips: Slips, folder: Path, sender: Address | None, *, as_json: bool) -> None:
    """Draw papers, file them and write them; the archive is held only to file them."""
    from docscan import issuing  # noqa: PLC0415 - what draws PDF takes long to load

    archive = standing_in(ctx, "lend")
    with looking(ctx) as register:
        told = list(slips(register, policies.load(register.catalogue)))
        drawn = [issuing.draw(register, one, sender=sender, now=now()) for one in told]
    if drawn:
        files = [_files(one) for one in drawn]
        expect_folder(folder, chain.from_iterable(files))
        with changing(ctx, "lend") as register:
            filed = [issuing.issue(register, one, now=now(), agent=agent()) for one in drawn]
        stale = [("Y054", path) for one in drawn for path in _outdated(one, folder)]
        stale += [("Y056", path) for some in files for path in _replaced(some, folder)]
        written = [_written(some, folder) for some in files]
        _give(drawn, filed, written, as_json=as_json)
        for code, path in stale:
            say(sentence(code, archive.config.language, path=str(path)))
    _tell(archive, told, drawn, mailing=sender is not None)


def _files(drawn: "Drawn") -> dict[str, bytes]:
    """What is written of a paper: its PDF, and the e-mail where there is one."""
    files = {f"{drawn.name}.pdf": drawn.pdf}
    return files | {f"{drawn.name}.eml": drawn.mail} if drawn.mail else files


def _outdated(drawn: "Drawn", folder: Path) -> Iterator[Path]:
    """An e-mail that was written beside what the paper replaces, and is not written anew."""
    mail, paper = folder / f"{drawn.name}.eml", folder / f"{drawn.name}.pdf"
    if not drawn.mail and mail.is_file() and not (paper.is_file() and paper.read_bytes() == drawn.pdf):
        yield mail


def _replaced(files: Mapping[str, bytes], folder: Path) -> Iterator[Path]:
    """The files of before whose places are taken by others."""
    for name, data in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() != data:
            yield path


def _written(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    for name, data in files.items():
        write(folder / name, data)
    return [folder / name for name in files]


def _give(
    drawn: Sequence["Drawn"], filed: Sequence[str], written: Sequence[Sequence[Path]], *, as_json: bool
) -> None:
    if as_json:
        put_json(
            {"id": record, "title": one.title, "paper": one.detail["paper"], "files": [*map(str, paths)]}
            for one, record, paths in zip(drawn, filed, written, strict=True)
        )
    else:
        put("\n".join(str(path) for paths in written for path in paths))


def _tell(archive: Archive, told: Sequence[Slip], drawn: Sequence["Drawn"], *, mailing: bool) -> None:
    """Say what was filed, and to whom nothing can be mailed."""
    language = archive.config.language
    for paper, one in zip(told, drawn, strict=True):
        again = bool(one.record.id)
        say(sentence("Y051" if again else "Y050", language, title=one.title, id=one.object_id))
        if mailing and paper.by_email and not one.mail:
            facts = {"person": letters.called(paper.person), "email": paper.person.email}
            say(sentence("Y055" if paper.person.email else "Y052", language, **facts))
    if not drawn:
        say(sentence("Y053", language))


PAPERS = (slip, receipt, out_card, letter)
"""Sub-commands of `loan`."""


@click.command(epilog="Example: docscan label F-000012Q F-000013R --skip 5 --out labels.pdf")
@click.argument("named", metavar="CODE", nargs=-1)
@click.option("--in", "places", metavar="PLACE", multiple=True, help="And all items in a box or a location.")
@click.option("--actions", is_flag=True, help="The codes of what the desk can do, with their words.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Columns and rows of a sheet; -gap: with a gap between the columns.",
)
@click.option(
    "--skip",
    type=click.IntRange(0, MOST_PLACES),
    default=0,
    help="Labels of the first sheet that are used up.",
)
@click.option("--copies", type=click.IntRange(1, 100), default=1, help="Of each label.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Of the actions.  [default: docscan.toml]")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write."
)
@click.pass_context
def label(
    ctx: click.Context,
    named: Sequence[str],
    places: Sequence[str],
    actions: bool,
    format_: str,
    skip: int,
    copies: int,
    language: str | None,
    out: Path,
) -> None:
    """Print labels for locations, boxes, items and people: bars (Code 128), a square (QR), and words.

    The code ends with a letter by which a swapped or wrong digit is told.
    """
    from docscan.printed import labels  # noqa: PLC0415 - what draws PDF takes long to load

    language = language or standing_in(ctx).config.language
    sheet = labels.FORMATS[format_]
    if not (named or places or actions):
        raise click.UsageError("Name codes, or a place with --in, or ask for --actions.")
    if skip >= sheet.size:
        raise click.UsageError(f"A sheet of {format_} has {sheet.size} labels.")
    with looking(ctx) as register:
        found = [*_labels(register, named, places), *(_actions(language) if actions else ())]
        title = register.archive.config.name
    wanted = [one for one in found for _ in range(copies)]
    write(out, labels.pdf(wanted, sheet, skip=skip, title=title, language=language))


def _labels(register: Register, named: Sequence[str], places: Sequence[str]) -> list["Label"]:
    """The labels of what is named, and of what is in places.

    Raises:
        NotFoundError: Something is not registered.
    """
    from docscan.printed.labels import Label  # noqa: PLC0415 - as above

    found = [register.entity(one) for one in named]
    found += [item for place in places for item in register.items_in(register.entity(place).id)]
    sites = [one.name for one in found if isinstance(one, Site)]
    if sites:
        raise click.UsageError(f"{sites[0]} is a site, and has no code.")
    return [Label(one.code, letters.caption(register, one)) for one in found if not isinstance(one, Site)]


def _actions(language: str) -> list["Label"]:
    """The labels of the desk's actions, called as its answers call them: `A-OUT`, without a check letter."""
    from docscan.printed.labels import Label  # noqa: PLC0415 - as above

    return [
        Label(codes.action(word), (sentence(code, language),), f"{codes.ACTION}-{word}")
        for word, code in ACTIONS.items()
    ]


COMMANDS = {"label": label}
