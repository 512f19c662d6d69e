"""How a document can be destroyed without two people having agreed to it; a part of the table in `attacks`.

An insider writes the events as docscan would, and signs them; only what they
say of each other tells.
"""

import hashlib
from functools import partial

import rfc8785
import target
from target import Attack, Told, folder, object_id

from docscan.archive import Archive, ledger
from docscan.archive.event import Draft

PROPOSAL = object_id(96)
LIST = f"custody/{PROPOSAL}/proposal.json"
ONE, OTHER = "u:" + "1" * 16, "u:" + "2" * 16


def appraised(archive: Archive, agent: str, outcome: str, *listed: int) -> None:
    """Propose to destroy these documents, or decide on that."""
    detail: dict[str, str | int] = {"proposal": PROPOSAL, "objects": len(listed) or 1}
    files = {}
    if outcome == "pending":
        rows = [[object_id(number), 1, "accounting", 1, "2026-01-01"] for number in listed]
        data = rfc8785.dumps({"format": "docscan.proposal/1", "proposal": PROPOSAL, "rows": rows}) + b"\n"
        (archive.root / LIST).parent.mkdir(parents=True, exist_ok=True)
        (archive.root / LIST).write_bytes(data)
        files = {LIST: hashlib.sha256(data).hexdigest()}
    target.happened(archive, Draft("appraisal", outcome, files=files, detail=detail), agent)


def agreed(archive: Archive, *listed: int) -> None:
    """One person proposes to destroy these documents, another approves it."""
    appraised(archive, ONE, "pending", *listed)
    appraised(archive, OTHER, "pass")


def destroyed(archive: Archive, number: int, proposer: str = ONE, approver: str = OTHER) -> None:
    detail: dict[str, str | int] = {"proposal": PROPOSAL, "proposer": proposer, "approver": approver}
    target.happened(archive, Draft("deletion", object=object_id(number), detail=detail))
    target.removed(archive, number)


def destroy_agreed(archive: Archive) -> Told:
    """Not an attack: two documents of one proposal."""
    agreed(archive, 4, 5)
    destroyed(archive, 4)
    destroyed(archive, 5)
    return set()


def destroy_unproposed(archive: Archive) -> Told:
    target.happened(archive, Draft("deletion", object=object_id(4)))
    target.removed(archive, 4)
    return {("H2", folder(4))}


def destroy_by_no_such_proposal(archive: Archive) -> Told:
    destroyed(archive, 4)
    return {("H2", folder(4))}


def destroy_unapproved(archive: Archive) -> Told:
    appraised(archive, ONE, "pending", 4)
    destroyed(archive, 4)
    return {("H2", folder(4))}


def destroy_rejected(archive: Archive) -> Told:
    """Approved, taken back, and approved once more, which docscan does not let anybody do."""
    agreed(archive, 4)
    appraised(archive, ONE, "cancelled")
    appraised(archive, OTHER, "pass")
    destroyed(archive, 4)
    return {("H2", folder(4))}


def destroy_and_approve(archive: Archive) -> Told:
    """The approval comes after the fact."""
    appraised(archive, ONE, "pending", 4)
    destroyed(archive, 4)
    appraised(archive, OTHER, "pass")
    return {("H2", folder(4))}


def destroy_alone(archive: Archive, told: str) -> Told:
    """Who proposed it approves it, and says so or names somebody else."""
    appraised(archive, ONE, "pending", 4)
    appraised(archive, ONE, "pass")
    destroyed(archive, 4, approver=told)
    return {("H2", folder(4))}


def destroy_unlisted(archive: Archive) -> Told:
    """Two people agreed to destroy another document."""
    agreed(archive, 5)
    destroyed(archive, 5)
    destroyed(archive, 4)
    return {("H2", folder(4))}


def destroy_in_the_name_of_others(archive: Archive) -> Told:
    agreed(archive, 4)
    destroyed(archive, 4, proposer="u:" + "3" * 16)
    return {("H2", folder(4))}


def lose_approval(archive: Archive) -> Told:
    """Destroyed by the rules, and the line that approves it spoiled: that is told, and nobody accused."""
    agreed(archive, 4)
    line = ledger.read_head(archive).size - 1
    destroyed(archive, 4)
    lines = target.lines_of(archive)
    lines[line] = b"!" + lines[line][1:]
    target.put_lines(archive, lines)
    return {("L1", "ledger/000000.jsonl")}


DESTRUCTIONS: tuple[Attack, ...] = (
    Attack("destroy as two people agreed", "A9", destroy_agreed),
    Attack("destroy what nobody proposed", "A9", destroy_unproposed),
    Attack("destroy by a proposal that there is not", "A9", destroy_by_no_such_proposal),
    Attack("destroy what nobody approved", "A9", destroy_unapproved),
    Attack("destroy what was rejected", "A9", destroy_rejected),
    Attack("destroy, then approve", "A9", destroy_and_approve),
    Attack("destroy by oneself", "A9", partial(destroy_alone, told=ONE)),
    Attack("destroy by oneself, and name another", "A9", partial(destroy_alone, told=OTHER)),
    Attack("destroy what is not on the list", "A9", destroy_unlisted),
    Attack("destroy in the name of others", "A9", destroy_in_the_name_of_others),
    Attack("lose the approval of a destruction", "A1", lose_approval),
)
