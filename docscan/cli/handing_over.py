"""Handing over: `proof`, `export`, `import` and `auditor-script`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

from docscan.archive import access
from docscan.archive.catalogue import open_catalogue
from docscan.archive.handover import bag, packing, proofs
from docscan.archive.handover.taking_over import take_over
from docscan.archive.keeping import retention
from docscan.archive.layout import PATIENCE, Archive, without_run
from docscan.archive.recovery import taken_up
from docscan.cli import querying
from docscan.cli.terminal import agent, now, on_record, put, say, standing_in, write
from docscan.errors import AccessError, NotFoundError
from docscan.messages import sentence
from docscan.search import feed, sight
from docscan.search.index import Question

folder_type = click.Path(path_type=Path, file_okay=False)


@click.command(epilog="Example: docscan -A my-archive proof 3f2a --out proof-3f2a")
@click.argument("identifier", metavar="ID")
@click.option("--out", type=folder_type, help="The folder to make.  [default: proof-ID]")
@click.pass_context
def proof(ctx: click.Context, identifier: str, out: Path | None) -> None:
    """Write one document alone, with what proves it, revealing nothing of the others.

    The folder holds the document's files, its lines of the ledger, a proof for
    each (.tlog-proof), the checkpoint, what witnesses signed, VERIFY.md, and
    verify_archive.py, which checks all of it without docscan.
    """
    archive = standing_in(ctx)
    access.demand(archive, agent(), "view")
    with open_catalogue(archive) as catalogue:
        object_id = catalogue.row(identifier).id
        retention.expect_there(catalogue, object_id)
    folder = out or Path(f"proof-{object_id}")
    packing.expect_place(archive, folder)
    with packing.packed(folder) as top:
        on_record(archive, [object_id], "export")
        with open_catalogue(archive) as catalogue:
            written = proofs.write(archive, catalogue, [object_id], top)
            told = catalogue.key_told()
        packing.add_instructions(archive, top, written.checkpoint, told[1] if told else "")
    say(f"{written.lines} events, proved by a checkpoint over {written.checkpoint.size}.")
    put(str(folder))


@click.command(epilog="Example: docscan -A my-archive export 'supplier:acme year:2026' --to /media/usb/acme")
@click.argument("query", required=False)
@click.option(
    "--ids", type=click.File(encoding="utf-8"), help="A file with one id a line; - for standard input."
)
@click.option("--all", "everything", is_flag=True, help="The whole archive, as at the end of a contract.")
@click.option("--to", "folder", type=folder_type, required=True, help="The bag to make; not there yet.")
@click.pass_context
def export(ctx: click.Context, query: str | None, ids: TextIO | None, everything: bool, folder: Path) -> None:
    """Pack documents into a BagIt bag, with the proofs and the script that check it.

    Choose them by a QUERY as `docscan search` takes it, by --ids, or all of
    them. The log's key signs the bag's manifest. Each document that leaves is an
    event in the ledger before its bytes are copied. With --all the ledger goes
    whole, the hand-over is an event, and a receipt is written beside the bag.
    """
    if (query is not None) + (ids is not None) + everything != 1:
        raise click.UsageError("Choose documents by a QUERY, by --ids or by --all.")
    archive = standing_in(ctx)
    access.demand(archive, agent(), "export")
    if everything and archive.sight is not None:
        language = archive.config.language
        raise AccessError(sentence("K102", language, login=agent()), hint=sentence("K103", language))
    packing.expect_place(archive, folder)
    packed = _hand_over(archive, folder) if everything else _select(archive, query, ids or (), folder)
    say(f"{packed.objects} documents, {packed.octets} bytes in {packed.files} files.")
    put(str(packed.folder))


def _hand_over(archive: Archive, folder: Path) -> bag.Packed:
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue, without_run(archive):
        packed = bag.hand_over(archive, catalogue, folder, now=now(), agent=agent())
    receipt = folder.with_name(f"{folder.name}-receipt.txt")
    write(receipt, bag.receipt(archive, packed, now=now()).encode())
    say(f"The receipt for both sides: {receipt}")
    return packed


def _select(archive: Archive, query: str | None, lines: Iterable[str], folder: Path) -> bag.Packed:
    with open_catalogue(archive) as catalogue:
        bag.signer_of(archive, catalogue)  # without the key nothing leaves, so nothing is told either
    chosen = _chosen(archive, query, lines)
    on_record(archive, chosen, "export")
    with open_catalogue(archive) as catalogue:
        return bag.selection(archive, catalogue, chosen, folder, now=now())


def _chosen(archive: Archive, query: str | None, lines: Iterable[str]) -> list[str]:
    """The ids that a person means; of a query, those found as it was typed.

    Raises:
        NotFoundError: There are none, or one is no record.
        SearchError: The query cannot be understood.
    """
    with open_catalogue(archive) as catalogue:
        if query is None:
            found = [catalogue.row(line.strip()).id for line in lines if line.strip()]
        else:
            tiers = querying.understood(catalogue, query, now().date()).tiers[:1]
            question = Question(tiers, limit=max(1, catalogue.count()))
            answer = sight.asked(catalogue, lambda seen: seen.search(question).hits)
            found = [hit.id for hit in answer.found]
            if not answer.current:
                raise NotFoundError("The index is behind the catalogue.", hint="Renew it: docscan rebuild")
        for object_id in found:
            retention.expect_there(catalogue, object_id)
    if not found:
        raise NotFoundError("No record was chosen.", hint="`docscan list` shows the ids.")
    return list(dict.fromkeys(found))


@click.command("import", epilog="Example: docscan -A my-archive import /media/usb/acme --key 9f0c…")
@click.argument("folder", metavar="BAG", type=folder_type)
@click.option("--key", default="", help="The sender's public key, as it was told to you by another way.")
@click.pass_context
def import_(ctx: click.Context, folder: Path, key: str) -> None:
    """Take over the documents of a bag that another archive exported.

    All of the bag is checked before anything is filed: manifests, signatures,
    the proof of each line, each file. The documents keep their ids, bytes and
    versions, and the lines and proofs they came with are kept. One that is here
    already, byte for byte, is left as it is. To call it again goes on where it
    was interrupted.
    """
    archive = standing_in(ctx)
    access.demand(archive, agent(), "import")
    with taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue, without_run(archive):
        taken = take_over(catalogue, folder, pinned=key.lower(), now=now(), agent=agent())
        feed.feed(archive, catalogue)
    say(f"{len(taken.taken)} documents of {taken.origin} were taken over.")
    if taken.known:
        say(f"{len(taken.known)} were here already, byte for byte.")
    if not key:
        say("Nobody vouched for the sender's key: ask for it by another way, and name it with --key.")
    for object_id in taken.taken:
        put(object_id)


@click.command("auditor-script", epilog="Example: docscan auditor-script --out verify_archive.py")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it there.")
def auditor_script(out: Path | None) -> None:
    """Give the script with which an auditor checks an archive, a bag or a proof without docscan."""
    if out is None:
        put(packing.script().decode())
    else:
        write(out, packing.script())
        say(f"Call it with: python3 {out} FOLDER")


COMMANDS = {"proof": proof, "export": export, "import": import_, "auditor-script": auditor_script}
