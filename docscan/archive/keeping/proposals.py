"""Proposals to destroy: which records one lists, and whether two people stand behind a destruction."""

from collections.abc import Mapping, Sequence

from docscan.archive import event, ledger
from docscan.archive.catalogue import Catalogue
from docscan.archive.custody import read_small
from docscan.archive.event import Draft
from docscan.archive.keeping import standing
from docscan.archive.keeping.standing import Kept, Proposal, Standing
from docscan.errors import RetentionError
from docscan.frozen import dataclass
from docscan.messages import sentence

FORMAT = "docscan.proposal/1"
MAX_PAPER = 1 << 26  # bytes of a list; a record takes about 150
WAITING = ("pending", "approved")  # what may still be destroyed
SAME = ("proposal", "proposer", "approver")  # what all destructions of one proposal say alike


@dataclass(frozen=True, slots=True)
class Row:
    """A record on the list of a proposal.

    Attributes:
        id: Its UUID.
        version: Of the object, as it was looked at.
        name: Of its class.
        schedule: The version of the class.
        due: The first day on which it need not be kept: YYYY-MM-DD.
    """

    id: str
    version: int
    name: str
    schedule: int
    due: str


def listed(catalogue: Catalogue, proposal: Proposal) -> list[Row]:
    """The records of a proposal.

    Raises:
        RetentionError: Its list is not the one the ledger names.
    """
    try:
        data = read_small(catalogue.archive.root / proposal.paper, MAX_PAPER)
        if ledger.sha256(data) == proposal.sha256:
            found = event.canonical(data.removesuffix(b"\n"), MAX_PAPER)
            return [Row(*row) for row in found["rows"]]
    except (OSError, ValueError, LookupError, TypeError):
        pass  # whoever may write the folder may have put anything there
    language = catalogue.archive.config.language
    raise RetentionError(
        sentence("K047", language, proposal=proposal.id),
        hint=sentence("K048", language, proposal=proposal.id),
    )


def is_listed(catalogue: Catalogue, record: str) -> bool:
    """Whether a proposal that is neither rejected nor done names a record.

    Args:
        catalogue: Open.
        record: A UUID.

    Raises:
        RetentionError: The list of such a proposal is not the one the ledger names.
    """
    waiting = (one for one in standing.of(catalogue, "proposals").proposals.values() if one.state in WAITING)
    return any(row.id == record for one in waiting for row in listed(catalogue, one))


def approved(catalogue: Catalogue, known: Standing, drafts: Sequence[Draft]) -> bool:
    """Whether destructions are of one proposal, made and approved by the two people that they name.

    Those that are done already may be among them.

    Args:
        catalogue: Open.
        known: What the ledger says.
        drafts: The `deletion` of each record, at least one.
    """
    detail = drafts[0].detail
    proposal = known.proposals.get(str(detail.get("proposal")))
    if proposal is None or proposal.state not in {"approved", "executed"}:
        return False
    people = (proposal.proposer, proposal.decided_by)
    if people[0] == people[1] or people != (detail.get("proposer"), detail.get("approver")):
        return False
    try:
        versions = {row.id: row.version for row in listed(catalogue, proposal)}
    except RetentionError:
        return False
    return all(
        all(draft.detail.get(key) == detail[key] for key in SAME)
        and _as_proposed(known.objects.get(str(draft.object)), versions)
        for draft in drafts
    )


def _as_proposed(kept: Kept | None, versions: Mapping[str, int]) -> bool:
    """Whether a record is on the list, and destroyed already, or as it was proposed and not held."""
    if kept is None or kept.id not in versions:
        return False
    return kept.destroyed or (kept.version == versions[kept.id] and not kept.holds)
