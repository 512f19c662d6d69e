"""What was destroyed, under examination: it is gone, nothing held it, and two people agreed to it.

The ledger says all three. A destruction is proposed in one event, which names
the list of what is to be destroyed, and approved in another; the person of the
one must not be that of the other (row A9 of the threat model). docscan destroys
nothing else; this tells of who wrote a destruction into the ledger without it.
"""

import json
from collections.abc import Iterator

from docscan.archive import ledger, objects
from docscan.archive.custody import CustodyFinding, kind_of, misplaced, read_small
from docscan.archive.event import Event
from docscan.archive.examined import Examined
from docscan.archive.keeping import standing
from docscan.archive.keeping.standing import Proposal, Standing
from docscan.archive.layout import Archive

MAX_LIST = 1 << 26  # bytes of the list of a proposal; a record takes about 150
UNPROPOSED, UNAPPROVED, ALONE, UNLISTED, OTHERS = "B370", "B371", "B372", "B373", "B374"


def examine(archive: Archive, examined: Examined, only: str = "") -> Iterator[CustodyFinding]:
    """Step 6: what was destroyed, against the shelf, and the holds and decisions of that time.

    Args:
        archive: The archive.
        examined: Its ledger.
        only: The UUID of the one object that is asked for; empty for all.
    """
    held, alone = _while_held(examined), _without_two(archive, examined)
    for object_id in sorted(name for name in examined.deleted if only in ("", name)):
        folder = f"objects/{objects.relative_folder(object_id)}"
        kind = "missing" if object_id in examined.objects else kind_of(archive.root / folder)  # filed anew
        if kind == "unreadable":
            yield misplaced(folder, kind, object_id)
        elif kind != "missing":
            yield CustodyFinding("D4", folder, object_id, found=kind)
        if object_id in held:
            yield CustodyFinding("H1", folder, object_id)
        if object_id in alone:
            line, why = alone[object_id]
            yield CustodyFinding("H2", folder, object_id, facts={"reason": f"@{why}"}, line=line)


def _while_held(examined: Examined) -> set[str]:
    """The objects on which a hold stood when they were destroyed."""
    standing_, found = dict[str, set[object]](), set[str]()
    for event in examined.custody:
        name, hold = event.object or "", event.detail.get("hold")
        if event.type == "hold placed":
            standing_.setdefault(name, set()).add(hold)
        elif event.type == "hold released":
            standing_.get(name, set()).discard(hold)
        elif event.type == "deletion" and standing_.get(name):
            found.add(name)
    return found


def _without_two(archive: Archive, examined: Examined) -> dict[str, tuple[int, str]]:
    """By object, the line of a destruction that two people did not agree to, and what it lacks.

    Where lines of the ledger are lost, which is told elsewhere, as many
    proposals may lack theirs.
    """
    known, lists = Standing(), dict[str, set[str] | None]()
    found, lost = dict[str, tuple[int, str]](), set[str]()
    for event in examined.custody:
        if event.type == "deletion" and event.object is not None and event.object not in found:
            name = str(event.detail.get("proposal", ""))
            proposal = known.proposals.get(name)
            if proposal is not None and name not in lists:
                lists[name] = _listed(archive, proposal)
            why = _lacking(event, proposal, lists.get(name))
            if name and why in {UNPROPOSED, UNAPPROVED}:
                lost.add(name)
            if why and (name not in lost or len(lost) > examined.spare):
                found[event.object] = event.seq, why
        if event.type in {"appraisal", "deletion"}:
            standing.tell(known, event)
    return found


def _lacking(event: Event, proposal: Proposal | None, listed: set[str] | None) -> str:
    """What a destruction lacks of two people's agreement: the code of a phrase; empty for nothing."""
    if proposal is None:
        return UNPROPOSED
    if proposal.state not in {"approved", "executed"}:
        return UNAPPROVED
    if proposal.decided_by == proposal.proposer:
        return ALONE
    if listed is not None and event.object not in listed:
        return UNLISTED
    people = (event.detail.get("proposer"), event.detail.get("approver"))
    return "" if people == (proposal.proposer, proposal.decided_by) else OTHERS


def _listed(archive: Archive, proposal: Proposal) -> set[str] | None:
    """The objects on the list of a proposal; None where it is altered or lost, which is told elsewhere."""
    try:
        data = read_small(archive.root / proposal.paper, MAX_LIST)
        if ledger.sha256(data) != proposal.sha256:
            return None
        return {str(row[0]) for row in json.loads(data)["rows"]}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
