"""What can be done to the ledger of an archive and to its checkpoint; a part of the table in `attacks`."""

import hashlib
from functools import partial

import rfc8785
import target
from target import NOTE, Attack, Told, flip, link_out, lose, undo_correction

from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.proof.note import Signer

SEGMENT = "ledger/000000.jsonl"
CUT = 3  # events taken from the end: the last two documents, and the second version of number 2


# --- the ledger, without making it fit ----------------------------------------------------------------------


def edit_line(archive: Archive) -> Told:
    lines = target.lines_of(archive)
    lines[3] = lines[3].replace(b'"pages":1', b'"pages":7')
    target.put_lines(archive, lines)
    return {("L2", SEGMENT)}


def spoil_line(archive: Archive) -> Told:
    lines = target.lines_of(archive)
    lines[3] = lines[3].replace(b'"outcome":', b'"outcome" :')
    target.put_lines(archive, lines)
    return {("L1", SEGMENT)}


def exchange_lines(archive: Archive) -> Told:
    lines = target.lines_of(archive)
    lines[3], lines[4] = lines[4], lines[3]
    target.put_lines(archive, lines)
    return {("L2", SEGMENT), ("L4", SEGMENT)}


def double_line(archive: Archive) -> Told:
    lines = target.lines_of(archive)
    target.put_lines(archive, [*lines[:4], lines[3], *lines[4:]])
    return {("L2", SEGMENT)}


def remove_line(archive: Archive) -> Told:
    lines = target.lines_of(archive)
    target.put_lines(archive, [*lines[:3], *lines[4:]])
    return {("L4", SEGMENT)}


def cut_lines(archive: Archive) -> Told:
    """The last lines gone, and nothing else touched."""
    target.put_lines(archive, target.lines_of(archive)[:-CUT])
    return {("L4", SEGMENT)}


def unfinished_line(archive: Archive) -> Told:
    target.edited(archive.root / SEGMENT, lambda data: data[:-1])
    return {("L3", SEGMENT)}


def lose_lines(archive: Archive) -> Told:
    lose(archive, SEGMENT)
    return {("L4", SEGMENT)}


def add_lines(archive: Archive, count: int, *, act: bool = False) -> Told:
    """Lines that follow from the last one, not counted by the head; those of one act may be a crash's."""
    lines, first = target.lines_of(archive), target.events_of(archive)[0]
    told = {key: first[key] for key in ("v", "at", "outcome", "agent")} | {"type": "appraisal", "detail": {}}
    for left in range(count - 1, -1, -1):
        link = {"seq": len(lines), "prev": hashlib.sha256(b"\0" + lines[-1]).hexdigest()}
        detail = {"follow": left} if act and left else {}
        lines.append(rfc8785.dumps(told | link | {"detail": detail}))
    target.put_lines(archive, lines)
    return {("L6" if act or count == 1 else "L5", "ledger/head.json")}


def link_ledger(archive: Archive) -> Told:
    return link_out(archive, "ledger") | {("L4", SEGMENT)}


def spoil_head(archive: Archive) -> Told:
    flip(archive, "ledger/head.json")
    return {("L5", "ledger/head.json")}


# --- the ledger, by somebody who makes everything fit -------------------------------------------------------


def _edited(archive: Archive, signer: Signer | None) -> None:
    events = target.events_of(archive)
    events[3]["detail"]["pages"] = 7
    target.rewritten(archive, events, signer)


def _inserted(archive: Archive, signer: Signer | None) -> None:
    events = target.events_of(archive)
    extra = {key: events[3][key] for key in ("v", "at", "outcome", "agent")}
    extra |= {"type": "appraisal", "detail": {}}
    target.rewritten(archive, [*events[:4], extra, *events[4:]], signer)


def _exchanged(archive: Archive, signer: Signer | None) -> None:
    events = target.events_of(archive)
    events[3], events[4] = events[4], events[3]
    target.rewritten(archive, events, signer)


def _doubled(archive: Archive, signer: Signer) -> None:
    events = target.events_of(archive)
    target.rewritten(archive, [*events[:1], *events], signer)


def _removed(archive: Archive, signer: Signer) -> None:
    """A document and its line never were, and all after them is there."""
    target.removed(archive, 3)
    events = target.events_of(archive)
    kept = [event for event in events if event.get("object") != target.object_id(3)]
    target.rewritten(archive, kept, signer)


def _cut(archive: Archive, signer: Signer | None) -> None:
    """The newest events never happened: neither their objects nor the newer version are there."""
    events = target.events_of(archive)
    kept = events[:-CUT]
    for event in events[-CUT:]:
        number = int(event["object"].replace("-", "")[20:], 16)
        if event["type"] == "ingestion":
            target.removed(archive, number)
        else:
            undo_correction(archive)
    target.rewritten(archive, kept, signer)


def edit(archive: Archive) -> Told:
    _edited(archive, None)
    return {("C2", NOTE)}


def insert(archive: Archive) -> Told:
    _inserted(archive, None)
    return {("C2", NOTE)}


def exchange(archive: Archive) -> Told:
    _exchanged(archive, None)
    return {("C2", NOTE)}


def truncate(archive: Archive) -> Told:
    _cut(archive, None)
    return {("C3", NOTE)}


def truncate_unsigned(archive: Archive) -> Told:
    _cut(archive, None)
    (archive.root / NOTE).unlink()
    return {("C1", NOTE)}


def truncate_signed_before(archive: Archive) -> Told:
    """Back to a state that the log itself once signed: no key is needed for that."""
    before = (archive.root / NOTE).read_bytes()
    with open_catalogue(archive) as catalogue:
        target.file_one(archive, catalogue, target.BEYOND)
    target.happened(archive, Draft("appraisal"))
    target.witnessed(archive)
    target.removed(archive, target.BEYOND)
    target.rewritten(archive, target.events_of(archive)[:-2])
    (archive.root / NOTE).write_bytes(before)
    return set()


def edit_signed(archive: Archive) -> Told:
    _edited(archive, target.own_key(archive))
    return set()


def edit_with_own_key(archive: Archive) -> Told:
    """Who has not the log's key tells another in the ledger, as if that had been lost."""
    events, own = target.events_of(archive), target.stranger(archive)
    events[3]["detail"]["pages"] = 7
    told = {key: events[0][key] for key in ("v", "at", "outcome", "agent")}
    told |= {"type": "key rotation", "detail": {"key": own.public.hex()}}
    target.rewritten(archive, [*events, told], own)
    return set()


def insert_signed(archive: Archive) -> Told:
    _inserted(archive, target.own_key(archive))
    return set()


def exchange_signed(archive: Archive) -> Told:
    _exchanged(archive, target.own_key(archive))
    return set()


def double_signed(archive: Archive) -> Told:
    _doubled(archive, target.own_key(archive))
    return set()


def remove_signed(archive: Archive) -> Told:
    _removed(archive, target.own_key(archive))
    return set()


def truncate_signed(archive: Archive) -> Told:
    _cut(archive, target.own_key(archive))
    return set()


def edit_signed_by_another(archive: Archive) -> Told:
    _edited(archive, target.stranger(archive))
    return {("C1", NOTE)}


# --- the checkpoint -----------------------------------------------------------------------------------------


def spoil_checkpoint(archive: Archive) -> Told:
    flip(archive, NOTE)
    return {("C1", NOTE)}


def garbage_for_checkpoint(archive: Archive) -> Told:
    (archive.root / NOTE).write_bytes(b"\xff\n" * 9)
    return {("C1", NOTE)}


def lose_checkpoint(archive: Archive) -> Told:
    (archive.root / NOTE).unlink()
    return {("C1", NOTE)}


def link_checkpoint(archive: Archive) -> Told:
    link_out(archive, NOTE)
    return {("C1", NOTE)}


def checkpoint_of_another(archive: Archive) -> Told:
    target.signed(archive, target.own_key(archive), "docscan/another")
    return {("C1", NOTE)}


FORGERIES: tuple[Attack, ...] = (
    Attack("edit a line", "A3", edit_line),
    Attack("write a line otherwise", "A3", spoil_line),
    Attack("exchange two lines", "A3", exchange_lines),
    Attack("double a line", "A3", double_line),
    Attack("remove a line", "A3", remove_line),
    Attack("cut the ledger", "A3", cut_lines),
    Attack("add a line", "A3", partial(add_lines, count=1)),
    Attack("add two lines", "A3", partial(add_lines, count=2)),
    Attack("add an act of three lines", "A3", partial(add_lines, count=3, act=True)),
    Attack("a link out of the archive for the ledger", "A2", link_ledger),
    Attack("cut the newline at the end", "A1", unfinished_line),
    Attack("change the head", "A1", spoil_head),
    Attack("lose the head", "A1", partial(lose, path="ledger/head.json")),
    Attack("lose all lines", "A1", lose_lines),
    Attack("exchange two lines, and make all after them fit", "A3", exchange, "W2"),
    Attack("edit, and make all after it fit", "A3", edit, "W2"),
    Attack("insert, and make all after it fit", "A3", insert, "W2"),
    Attack("truncate, and make all fit", "A3", truncate, "W1"),
    Attack("truncate, and remove the checkpoint", "A3", truncate_unsigned, "W1"),
    Attack("truncate to an earlier checkpoint", "A4", truncate_signed_before, "W1"),
    Attack("edit with the key", "A4", edit_signed, "W2"),
    Attack("edit, and tell a key of one's own", "A3", edit_with_own_key, "W2"),
    Attack("insert with the key", "A4", insert_signed, "W2"),
    Attack("exchange two lines with the key", "A4", exchange_signed, "W2"),
    Attack("double a line with the key", "A4", double_signed, "W2"),
    Attack("remove a document with the key", "A4", remove_signed, "W1"),
    Attack("truncate with the key", "A4", truncate_signed, "W1"),
    Attack("edit, and sign with another key", "A3", edit_signed_by_another, "W2"),
    Attack("change the checkpoint", "A1", spoil_checkpoint),
    Attack("replace the checkpoint by rubbish", "A2", garbage_for_checkpoint),
    Attack("lose the checkpoint", "A1", lose_checkpoint),
    Attack("a link out of the archive for the checkpoint", "A2", link_checkpoint),
    Attack("the checkpoint of another ledger", "A2", checkpoint_of_another),
)  # fmt: skip
