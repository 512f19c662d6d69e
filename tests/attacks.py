"""What can be done to an archive, and what a verification must name afterwards, no more and no less.

The table is for whatever verifies: docscan itself and the auditor's script.
Each attack is done to a fresh copy of `target.made`, with six documents or more, and says
the code and the path of every finding there has to be. The catalogue is no
evidence; an insider who rewrites the ledger leaves a fitting one behind.
"""

import hashlib
import json
import os
import shutil
from functools import partial

import target
from destructions import DESTRUCTIONS
from forgeries import FORGERIES
from target import Attack, Told, cut, flip, folder, link_out, lose, object_id, undo_correction

from docscan.archive import Archive, ledger
from docscan.archive.event import Draft

DOCUMENTS = 6  # in the archive that the tests attack; number 2 has two versions
BATCH = f"custody/{object_id(99)}"

# --- files --------------------------------------------------------------------------------------------------


def lose_object(archive: Archive) -> Told:
    shutil.rmtree(archive.root / folder(3))
    return {("D2", folder(3))}


def plant(archive: Archive, path: str) -> Told:
    (archive.root / path).parent.mkdir(parents=True, exist_ok=True)
    (archive.root / path).touch()
    return {("D3", path)}


def plant_object(archive: Archive) -> Told:
    shutil.copytree(archive.root / folder(3), archive.root / folder(target.BEYOND))
    return {("D3", folder(target.BEYOND))}


def plant_nameless(archive: Archive) -> Told:
    (archive.objects / os.fsdecode(b"\xff\x1b[2J")).touch()
    return {("D3", "objects/\\xff\\x1b[2J")}


def swap(archive: Archive) -> Told:
    one, other = (f"{folder(n)}/v1/content/original/{n}.pdf" for n in (3, 4))
    (archive.root / one).rename(archive.root / "aside")
    (archive.root / other).rename(archive.root / one)
    (archive.root / "aside").rename(archive.root / other)
    return {("D1", one), ("D1", other)}


def rename(archive: Archive) -> Told:
    old, new = f"{folder(3)}/v1/content/derived/document.pdf", f"{folder(3)}/v1/content/derived/other.pdf"
    (archive.root / old).rename(archive.root / new)
    return {("D2", old), ("D3", new)}


def rename_object(archive: Archive) -> Told:
    (archive.root / folder(3)).rename(archive.root / folder(3)[:-1])
    return {("D2", folder(3)), ("D3", folder(3)[:-1])}


def pipe(archive: Archive) -> Told:
    path = f"{folder(3)}/v1/content/salt"
    (archive.root / path).unlink()
    os.mkfifo(archive.root / path)
    return {("D5", path)}


def folder_for_file(archive: Archive) -> Told:
    path = f"{folder(3)}/v1/content/record.json"
    (archive.root / path).unlink()
    (archive.root / path).mkdir()
    return {("D5", path)}


def hard_link(archive: Archive) -> Told:
    """The record of one document is the record of another, under both names at once."""
    one, other = (f"{folder(n)}/v1/content/record.json" for n in (3, 4))
    (archive.root / one).unlink()
    (archive.root / one).hardlink_to(archive.root / other)
    return {("D1", one)}


def hard_link_planted(archive: Archive) -> Told:
    path = f"{folder(3)}/v1/content/original/again.pdf"
    (archive.root / path).hardlink_to(archive.root / f"{folder(3)}/v1/content/original/3.pdf")
    return {("D3", path)}


def forge(archive: Archive) -> Told:
    """Another amount in a record, and every inventory made to fit."""
    home = archive.root / folder(3)
    record = home / "v1/content/record.json"
    old, new = record.read_bytes(), record.read_bytes().replace(b"F-3", b"F-9")
    record.write_bytes(new)
    before, after = (hashlib.sha256(data).hexdigest().encode() for data in (old, new))
    inventory = (home / "inventory.json").read_bytes().replace(before, after)
    sidecar = f"{hashlib.sha256(inventory).hexdigest()} inventory.json\n".encode()
    told: Told = {("D7", f"{folder(3)}/inventory.json")}
    for above in ("", "v1/"):
        (home / f"{above}inventory.json").write_bytes(inventory)
        (home / f"{above}inventory.json.sha256").write_bytes(sidecar)
        told |= {("D1", f"{folder(3)}/{above}inventory.json{ending}") for ending in ("", ".sha256")}
    return told


# --- files and objects that events without a version speak of -----------------------------------------------


def batch(archive: Archive) -> str:
    """File a signed paper, as the hand-over of a batch does; its path."""
    path = f"{BATCH}/acta.pdf"
    (archive.root / path).parent.mkdir(parents=True)
    (archive.root / path).write_bytes(b"%PDF-1.7 signed")
    digest = hashlib.sha256(b"%PDF-1.7 signed").hexdigest()
    target.happened(archive, Draft("custody_transfer", files={path: digest}))
    return path


def change_paper(archive: Archive) -> Told:
    return flip(archive, batch(archive))


def lose_paper(archive: Archive) -> Told:
    return lose(archive, batch(archive))


def plant_paper(archive: Archive) -> Told:
    batch(archive)
    return plant(archive, f"{BATCH}/second.pdf")


def destroy(archive: Archive, proposal: int = 90, approver: str = "luis") -> None:
    """Destroy document 4 as docscan does: one proposes, another approves, and the ledger says so."""
    name, path = object_id(proposal), f"custody/{object_id(proposal)}/proposal.json"
    listed = json.dumps({"rows": [[object_id(4), 1]]}).encode()
    (archive.root / path).parent.mkdir(parents=True)
    (archive.root / path).write_bytes(listed)
    files = {path: hashlib.sha256(listed).hexdigest()}
    said = {"proposal": name, "objects": 1}
    asked = Draft("appraisal", outcome="pending", detail=said | {"act": "destroy"}, files=files)
    target.happened(archive, asked, "ana")
    target.happened(archive, Draft("appraisal", detail=said), approver)
    two = {"proposer": ledger.pseudonym(archive, "ana"), "approver": ledger.pseudonym(archive, approver)}
    target.happened(archive, Draft("deletion", object=object_id(4), detail={"proposal": name} | two))


def return_destroyed(archive: Archive) -> Told:
    """An object that was destroyed by the rules, and lies on the shelf again."""
    home = archive.root / folder(4)
    home.rename(archive.root / "aside")
    destroy(archive)
    (archive.root / "aside").rename(home)
    return {("D4", folder(4))}


def destroy_held(archive: Archive) -> Told:
    """Held twice, released once, and destroyed."""
    for hold in (97, 98):
        held = {"hold": object_id(hold), "reason": "litigation"}
        target.happened(archive, Draft("hold placed", object=object_id(4), detail=held))
    target.happened(archive, Draft("hold released", object=object_id(4), detail={"hold": object_id(97)}))
    destroy(archive)
    target.removed(archive, 4)
    return {("H1", folder(4))}


def destroy_held_and_again(archive: Archive) -> Told:
    """Destroyed while it is held, filed anew once the hold is released, and destroyed once more."""
    filed = next(one for one in target.events_of(archive) if one.get("object") == object_id(4))
    told = destroy_held(archive)
    target.happened(archive, Draft("hold released", object=object_id(4), detail={"hold": object_id(98)}))
    again = Draft("ingestion", object=object_id(4), files=filed["files"], detail=filed["detail"])
    target.happened(archive, again)
    destroy(archive, 91)
    return told


def destroy_alone(archive: Archive) -> Told:
    """Proposed and approved by one person."""
    destroy(archive, approver="ana")
    target.removed(archive, 4)
    return {("H2", folder(4))}


def destroy_unproposed(archive: Archive) -> Told:
    """The ledger tells of a destruction, and of nobody who wanted it."""
    target.happened(archive, Draft("deletion", object=object_id(4)))
    target.removed(archive, 4)
    return {("H2", folder(4))}


def destroy_released(archive: Archive) -> Told:
    """Not an attack: held, released, and only then destroyed."""
    held: dict[str, str | int] = {"hold": object_id(98)}
    target.happened(archive, Draft("hold placed", object=object_id(4), detail=held))
    target.happened(archive, Draft("hold released", object=object_id(4), detail=held))
    destroy(archive)
    target.removed(archive, 4)
    return set()


PARTS = (
    "0=ocfl_object_1.1",
    "inventory.json",
    "inventory.json.sha256",
    "v1/inventory.json",
    "v1/inventory.json.sha256",
    "v1/content/original/2.pdf",
    "v1/content/derived/document.pdf",
    "v1/content/derived/words.json",
    "v1/content/record.json",
    "v1/content/salt",
    "v2/inventory.json",
    "v2/inventory.json.sha256",
    "v2/content/record.json",
)  # every file of the document that was corrected
TOP = ("objects/0=ocfl_1.1", "objects/ocfl_layout.json", "ledger/log.json")
EVERY = (*(f"{folder(target.CORRECTED)}/{name}" for name in PARTS), *TOP)
PLACES = (
    f"{folder(3)}/notes.txt",
    f"{folder(3)}/v1/content/original/second.pdf",
    f"{folder(3)}/v1/content/RECORD.json",  # a twin on a disk that knows no capitals
    f"{folder(3)}/v9/content/record.json",
    "objects/notes.txt",
    "objects/abc/def",
    "ledger/notes.txt",
    "ledger/000009.jsonl",
    "ledger/timestamps/000000000003.tsr",
    "ledger/witnesses/00000000-000000000003.note",
    f"{BATCH}/acta.pdf",
    "access.toml",
)
ORIGINAL = f"{folder(3)}/v1/content/original/3.pdf"
LEVEL = folder(3).rpartition("/")[0]


def _name(path: str) -> str:
    """A path without the folder of its object."""
    return path.removeprefix(folder(2)).removeprefix(folder(3)).removeprefix("/")


ATTACKS: tuple[Attack, ...] = (
    *(Attack(f"flip a bit of {_name(path)}", "A1", partial(flip, path=path)) for path in EVERY),
    *(Attack(f"lose {_name(path)}", "A1", partial(lose, path=path)) for path in EVERY),
    *(Attack(f"plant {_name(path)}", "A2", partial(plant, path=path)) for path in PLACES),
    Attack("empty a file", "A1", partial(cut, path=ORIGINAL, size=0)),
    Attack("cut a file short", "A1", partial(cut, path=ORIGINAL, size=9)),
    Attack("lose an object", "A2", lose_object),
    Attack("plant an object", "A2", plant_object),
    Attack("plant a name that is no text", "A2", plant_nameless),
    Attack("swap two scans", "A2", swap),
    Attack("rename a file", "A2", rename),
    Attack("rename an object", "A2", rename_object),
    Attack("a link out of the archive for a file", "A2", partial(link_out, path=ORIGINAL)),
    Attack("a link out of the archive for a folder", "A2", partial(link_out, path=LEVEL)),
    Attack("a link out of the archive for all objects", "A2", partial(link_out, path="objects")),
    Attack("a pipe for a file", "A2", pipe),
    Attack("a folder for a file", "A2", folder_for_file),
    Attack("a hard link to another document", "A2", hard_link),
    Attack("one more hard link", "A2", hard_link_planted),
    Attack("forge a record with its inventories", "A2", forge),
    Attack("undo a correction", "A2", undo_correction),
    Attack("change a signed paper", "A2", change_paper),
    Attack("lose a signed paper", "A1", lose_paper),
    Attack("plant a signed paper", "A2", plant_paper),
    Attack("bring back what was destroyed", "A9", return_destroyed),
    Attack("destroy what is held", "A9", destroy_held),
    Attack("destroy what is held, then anew", "A9", destroy_held_and_again),
    Attack("destroy alone", "A9", destroy_alone),
    Attack("destroy without a proposal", "A9", destroy_unproposed),
    Attack("destroy what was held once", "A9", destroy_released),
    *DESTRUCTIONS,
    *FORGERIES,
)  # fmt: skip
