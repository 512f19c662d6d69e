"""Witnessing: `witness` on a client's machine, and what the custodian exchanges with those outside."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from docscan.archive import Archive, custody, ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.proof import authority, checkpoint, handouts, note, policy, timestamps, witness
from docscan.archive.proof.policy import Policy, Trusted
from docscan.archive.proof.witness import Judgement
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, lay, now, put, say, standing_in, write
from docscan.errors import ArchiveError, ConfigError, LedgerError, NotFoundError
from docscan.messages import LANGUAGES, sentence

FINDINGS = 8
REASONS = {witness.SMALLER: "B263", witness.OTHER_ROOT: "B264", witness.NO_PROOF_OF_IT: "B265"}
FILE = click.Path(path_type=Path, dir_okay=False)

state_option = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="The witness's folder.  [default: $XDG_STATE_HOME/docscan/witness]",
)
out_option = click.option("-o", "--out", type=FILE, help="Write it here.  [default: standard output]")
language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    envvar="DOCSCAN_LANGUAGE",
    help="In which it speaks.",
)


@click.group(name="witness", epilog="Example: docscan witness check handout.txt -o cosigned.note")
def witness_group() -> None:
    """Keep watch over somebody else's ledger: remember its newest checkpoint, and sign what only grew.

    This runs on the client's machine and needs no archive there.
    """


@witness_group.command("init", epilog="Example: docscan witness init --name acme")
@click.option("--name", default="witness", show_default=True, help="What signatures call you: no spaces.")
@state_option
def witness_init(name: str, state: Path | None) -> None:
    """Make your key, and print what the custodian writes into trust.toml."""
    signer = witness.create(_state(state), name)
    put(f'[[witness]]\nname = "{signer.name}"\nkey = "{signer.witness.vkey}"\nwithin = "30d"')
    say(f"The key lies in {_state(state)}. Give the lines above to the custodian, for trust.toml.")


@witness_group.command("check", epilog="Example: docscan witness check handout.txt -o cosigned.note")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--key", help="The log's key, to be remembered: no other is believed from now on.")
@state_option
@out_option
@language_option
@click.pass_context
def witness_check(
    ctx: click.Context, source: Path, key: str | None, state: Path | None, out: Path | None, language: str
) -> None:
    """See that a ledger only grew since the last time, and sign its checkpoint.

    SOURCE is what `docscan ledger handout` gave, or - for standard input; or a
    folder that both sides share: then the handout for you is taken from it and
    the signed note is put there. Leaves with 8 when the ledger contradicts what
    was seen: nothing is signed, and both notes are kept as evidence.
    """
    folder = _state(state)
    shared = source / witness.signer_of(folder).witness.key_id.hex() if source.is_dir() else None
    if shared is not None:
        source = shared.with_suffix(".handout")
    pin = None if key is None else _key(key)
    judgement = witness.judge(folder, _read(source), pin=pin, now=now())
    for line in _told(judgement, language):
        say(line)
    if judgement.reason:
        ctx.exit(FINDINGS)
    if shared is None:
        _give(judgement.note, out)
    else:
        lay(shared.with_suffix(".note"), judgement.note)


@witness_group.command("compare", epilog="Example: docscan witness compare mine.note theirs.txt")
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@state_option
@language_option
@click.pass_context
def witness_compare(ctx: click.Context, first: Path, second: Path, state: Path | None, language: str) -> None:
    """Hold what two witnesses kept against each other: were both shown one ledger?

    Where one counts more events it has to be a handout whose proof begins with
    the other: docscan ledger handout --since SIZE. Leaves with 8 when they
    contradict each other; both notes are kept as evidence.
    """
    evidence = witness.compare(_state(state), _read(first), _read(second))
    say(sentence("B267" if evidence else "B266", language, path=str(evidence or "")))
    if evidence:
        ctx.exit(FINDINGS)


@click.command("handout", epilog="Example: docscan -A my-archive ledger handout -o handout.txt")
@click.option("--since", type=click.IntRange(min=0), help="How many events the witness saw last.")
@click.option("--witness", "named", help="The witness: its name in trust.toml, or the id of its key.")
@out_option
@click.pass_context
def handout(ctx: click.Context, since: int | None, named: str | None, out: Path | None) -> None:
    """Give a witness the newest checkpoint, and the proof that the ledger only grew.

    The proof begins where the witness stood last: --since says where, or else
    the last note that was brought back from it.
    """
    archive = standing_in(ctx)
    if since is None:
        trusted = _witness(policy.own(archive), named)
        since = handouts.seen_by(archive, trusted) if trusted else 0
    with open_catalogue(archive) as catalogue:
        _give(handouts.handout(archive, catalogue, since).data, out)


@click.command("witnessed", epilog="Example: docscan -A my-archive ledger witnessed cosigned.note")
@click.argument("source", type=click.Path(path_type=Path))
@click.pass_context
def witnessed(ctx: click.Context, source: Path) -> None:
    """Keep what a witness signed, and say so in the ledger.

    SOURCE is the note, or - for standard input; or a folder that is shared with
    the witnesses of trust.toml: then each one's note is taken from it, and the
    next handout for each is put there.
    """
    archive = standing_in(ctx, "mend")
    if not source.is_dir():
        _acknowledge(archive, [_read(source)])
        return
    witnesses = policy.own(archive).witnesses
    if not witnesses:
        raise ConfigError(
            "trust.toml names no witness.",
            hint="Write the lines that `docscan witness init` printed into it.",
        )
    _acknowledge(archive, _brought(archive, source, witnesses))
    with open_catalogue(archive) as catalogue:
        for trusted in witnesses:
            found = handouts.handout(archive, catalogue, handouts.seen_by(archive, trusted))
            lay(source / f"{trusted.key.key_id.hex()}.handout", found.data)


@click.command("timestamp", epilog="Example: docscan -A my-archive ledger timestamp")
@click.option("--request", type=FILE, help="Write the request here instead, to be carried to the authority.")
@click.option("--response", type=FILE, help="What the authority answered to --request.")
@click.pass_context
def timestamp(ctx: click.Context, request: Path | None, response: Path | None) -> None:
    """Have the newest checkpoint stamped by the authority of docscan.toml (RFC 3161).

    Without a network: --request FILE writes the request, and a copy of the
    checkpoint beside it; --request FILE --response FILE takes the answer.
    """
    archive = standing_in(ctx, "mend")
    if request is None and response is not None:
        raise click.UsageError("Name the request that this answers: --request FILE", ctx)
    if request is None:
        stamp(archive)
    elif response is None:
        stamped = _newest(archive)
        write(authority.beside(request), stamped)
        write(request, authority.prepared(stamped))
        say(f"Have {request} answered, then: docscan ledger timestamp --request {request} --response FILE")
    else:
        stamped = _read(authority.beside(request))
        _keep(archive, authority.received(archive, stamped, _read(request), _read(response)))


def stamp(archive: Archive) -> None:
    """Have the newest checkpoint stamped.

    Raises:
        ArchiveError: The authority cannot be asked, or its answer is not right.
        ConfigError: There is no authority, or the extra `tsa` is not installed.
    """
    _keep(archive, authority.asked(archive, _newest(archive)))


def stamp_when_due(archive: Archive) -> None:
    """Have the newest checkpoint stamped when the last time is too long ago; a run does not fail by it."""
    try:
        if authority.due(archive, now()):
            stamp(archive)
    except (ArchiveError, ConfigError) as problem:
        say(f"{problem} {problem.hint}")


def _newest(archive: Archive) -> bytes:
    """The newest checkpoint, of all events there are if they can be signed."""
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE):
        pass  # signs what is not signed yet
    found = checkpoint.newest(archive)
    if found is None:
        raise LedgerError("Nothing was signed yet.", hint="Sign it: docscan ledger checkpoint")
    return found[1]


def _keep(archive: Archive, stamped: timestamps.Stored) -> None:
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
        counted = timestamps.keep(archive, catalogue, stamped, now=now(), agent=agent())
    say(f"Stamped: {counted.size} events, {stamped.path}")


def _acknowledge(archive: Archive, notes: Sequence[bytes]) -> None:
    if not notes:
        return
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue:
        for data in notes:
            trusted, seen = handouts.acknowledge(archive, catalogue, data, now=now(), agent=agent())
            say(f"{trusted.name} has witnessed {seen.size} events.")


def _brought(archive: Archive, folder: Path, witnesses: Sequence[Trusted]) -> list[bytes]:
    """The notes in a shared folder that are not kept yet."""
    paths = [folder / f"{trusted.key.key_id.hex()}.note" for trusted in witnesses]
    try:
        kept = {custody.read_small(path, note.MOST_BYTES) for path, _, _ in handouts.kept(archive)}
        notes = [custody.read_small(path, note.MOST_BYTES) for path in paths if path.exists()]
    except OSError as problem:
        raise ArchiveError(f"A note cannot be read: {problem}.", hint=ledger.VERIFY) from problem
    return [data for data in notes if data not in kept]


def _told(judgement: Judgement, language: str) -> list[str]:
    """What a witness says of a handout."""
    seen, before = judgement.checkpoint, judgement.before
    facts = {"size": str(seen.size), "root": seen.root.hex(), "log": seen.origin}
    if judgement.reason:
        facts |= {"before": str(before.size if before else 0), "path": str(judgement.evidence)}
        return [sentence(REASONS[judgement.reason], language, **facts)]
    if before is None:
        lines = [sentence("B260", language, **facts)]
    else:
        lines = [sentence("B262", language, more=str(seen.size - before.size), **facts)]
    return lines if judgement.pinned else [*lines, sentence("B261", language)]


def _witness(trust: Policy, named: str | None) -> Trusted | None:
    """The witness of that name or key, or the only one there is."""
    if named is None:
        if len(trust.witnesses) > 1:
            raise ConfigError("trust.toml names several witnesses.", hint="Name one: --witness NAME")
        return trust.witnesses[0] if trust.witnesses else None
    for trusted in trust.witnesses:
        if named in {trusted.name, trusted.key.key_id.hex()}:
            return trusted
    raise ConfigError(f"trust.toml names no witness {named}.", hint="Look into it for the name or the key.")


def _state(state: Path | None) -> Path:
    if state is not None:
        return state
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path("~/.local/state").expanduser()) / "docscan" / "witness"


def _key(text: str) -> note.Verifier:
    try:
        return note.parsed_vkey(text)
    except ValueError as problem:
        raise ConfigError(
            f"--key cannot be used: {problem}.", hint="Copy it whole, as it was printed."
        ) from problem


def _read(path: Path) -> bytes:
    """The bytes of a regular file, as a pipe might never end, or of standard input."""
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read(handouts.MOST_BYTES + 1)
        return custody.read_small(path.resolve(), handouts.MOST_BYTES)
    except (OSError, RuntimeError) as problem:  # no regular file, or links in a ring
        why = getattr(problem, "strerror", None) or problem
        raise NotFoundError(f"{path} cannot be read: {why}.", hint="Name a file that is there.") from problem


def _give(data: bytes, out: Path | None) -> None:
    if out is None:
        put(data.decode().removesuffix("\n"))
    else:
        write(out, data)


COMMANDS = {"witness": witness_group}
LEDGER = {"handout": handout, "witnessed": witnessed, "timestamp": timestamp}
