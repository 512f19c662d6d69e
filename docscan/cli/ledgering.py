"""The ledger and its signature: `ledger`, with the verbs that go to witnesses and authorities."""

from typing import Any

import click

from docscan import record
from docscan.archive import Archive, chain, healing, hold, ledger
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.proof import checkpoint, keys
from docscan.archive.proof.checkpoint import Checkpoint
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, put, say, standing_in
from docscan.cli.witnessing import LEDGER
from docscan.errors import LedgerError
from docscan.messages import sentence

NO = 8


@click.group(name="ledger", epilog="Example: docscan -A my-archive ledger show")
def group() -> None:
    """What happened to the documents: how much of it is signed, by which key, and who else has seen it."""


@group.command(epilog="Example: docscan -A my-archive ledger show --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """Show how many events there are, how many of them are signed, and with which key."""
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue:
        told = _state(archive, catalogue)
    if as_json:
        put(record.dumped(told))
    else:
        for key, value in told.items():
            put(f"{key:9} {'' if value is None else value}".rstrip())


@group.command("checkpoint", epilog="Example: docscan -A my-archive ledger checkpoint")
@click.option(
    "--anew", is_flag=True, help="Although the last checkpoint is lost or does not fit; an event says so."
)
@click.pass_context
def checkpoint_(ctx: click.Context, anew: bool) -> None:
    """Sign what is not signed yet, and print the signed checkpoint.

    Every command that adds to the ledger does this by itself at its end.
    """
    archive = standing_in(ctx, "mend")
    if anew:
        found = _anew(archive)
    else:
        with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
            found = checkpoint.renew(archive, catalogue, now=now(), agent=agent())
    newest = checkpoint.newest(archive)
    if found is None or newest is None:
        raise LedgerError(
            sentence("B090", archive.config.language, count=str(checkpoint.unsigned(archive))),
            hint=_way_out(archive),
        )
    put(newest[1].decode().rstrip("\n"))


@group.command(
    "check-paper", epilog="Example: docscan -A my-archive ledger check-paper 120 9f2ab34c5d6e7f8091a2"
)
@click.argument("size", type=click.IntRange(min=1))
@click.argument("root")
@click.pass_context
def check_paper(ctx: click.Context, size: int, root: str) -> None:
    """Say whether the ledger still has what a paper says: SIZE events that hash to ROOT.

    ROOT is as much of it as stands on the paper, 20 hex digits at least. Reads
    the whole ledger, and asks nothing else. Leaves with 0 for yes, 8 for no.
    """
    archive = standing_in(ctx)
    beginning = "".join(root.split()).lower()
    if not checkpoint.PAPER.fullmatch(beginning):
        raise click.BadParameter("the paper shows 20 or more hex digits of it.", param_hint="ROOT")
    with hold(archive, timeout=PATIENCE, reading=True):
        examined = chain.examine(archive)
    found = examined.root(size)
    facts = {"size": str(size), "there": str(examined.tree.size)}
    language = archive.config.language
    if found is not None and found.hex().startswith(beginning):
        put(sentence("B091", language, **facts))
        return
    put(sentence("B092" if found is not None else "B093", language, **facts))
    ctx.exit(NO)


@group.command("rotate-key", epilog="Example: docscan -A my-archive ledger rotate-key")
@click.pass_context
def rotate_key(ctx: click.Context) -> None:
    """Sign with a new key from now on: the old one was lost, or somebody else may know it.

    The ledger tells the new key, and what was signed stays signed. The old key
    file is kept beside the new one. Tell whoever has the old key in a trust.toml.
    """
    archive = standing_in(ctx, "mend")
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
        signer = checkpoint.rotate(archive, catalogue, now=now(), agent=agent())
    say(f"The new key lies at {keys.place(archive, signer.name)}.")
    put(signer.verifier.vkey)


def _state(archive: Archive, catalogue: Catalogue) -> dict[str, Any]:
    """What `show` shows: for an empty value, there is none."""
    newest, told = checkpoint.newest(archive), catalogue.key_told()
    size = ledger.read_head(archive).size
    whole = checkpoint.at(archive, catalogue, size)
    return {
        "origin": ledger.origin(archive),
        "events": size,
        "signed": 0 if newest is None else newest[0].size,
        "root": None if whole is None else whole.root.hex(),
        "key": None if told is None else keys.public(ledger.origin(archive), told[1]),
    }


def _anew(archive: Archive) -> Checkpoint | None:
    """Sign over a checkpoint that does not fit, which `taken_up` would refuse to go on from."""
    with hold(archive, PATIENCE):
        healing.heal(archive, now=now(), agent=agent())
        with open_catalogue(archive) as catalogue:
            return checkpoint.sign_anew(archive, catalogue, now=now(), agent=agent())


def _way_out(archive: Archive) -> str:
    place = keys.place(archive, ledger.origin(archive))
    return f"Bring the key back to {place}; or make a new one: docscan ledger rotate-key"


for _verb in LEDGER.values():
    group.add_command(_verb)

COMMANDS = {"ledger": group}
