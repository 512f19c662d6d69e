"""The paper behind records: what is told and asked before a record is destroyed of which there is paper."""

from collections.abc import Iterable, Iterator

from docscan.errors import HoldingsError, NotFoundError
from docscan.frozen import dataclass
from docscan.holdings import answers
from docscan.holdings.answers import Whereabouts
from docscan.holdings.entities import Item
from docscan.holdings.lines import AWAY
from docscan.holdings.places import STATES
from docscan.holdings.projection import GONE
from docscan.holdings.register import Register
from docscan.messages import sentence


@dataclass(frozen=True, slots=True)
class Original:
    """An item whose scan a record is, and that is not gone itself.

    Attributes:
        record: The UUID of the record.
        found: Where the item is, and who has it.
    """

    record: str
    found: Whereabouts

    def said(self, language: str) -> str:
        """The item in words: its code, its place or its holder.

        Args:
            language: Of the words.
        """
        one = self.found
        place = ", ".join(filter(None, (one.box, one.location, one.shelf)))
        holder = f"{one.person} {one.holder}".rstrip()
        state = sentence(STATES[one.state][1:], language)
        return f"{one.code}: {', '.join(filter(None, (state, holder, place)))}"


def of(register: Register, records: Iterable[str]) -> Iterator[Original]:
    """The paper of which records are the scans, or have the pages of its scans since these were merged.

    Args:
        register: Open.
        records: UUIDs.
    """
    for record, item in scanned(register, records):
        if register.state(item.id) not in GONE:
            yield Original(record, answers.where(register, item.id)[0])


def scanned(register: Register, records: Iterable[str]) -> Iterator[tuple[str, Item]]:
    """The items whose scans records are, or have the pages of since these were merged; each with its record.

    Args:
        register: Open.
        records: UUIDs.
    """
    merged: dict[str, list[str]] = {}
    for before, after in register.catalogue.heirs().items():
        merged.setdefault(after, []).append(before)
    for record in records:
        for scan in (record, *merged.get(record, ())):
            for item in register.entities(Item, "record = ? AND record <> ''", (scan,)):
                yield record, item


def expect_back(register: Register, records: Iterable[str]) -> None:
    """See that nobody has the paper of records that are to be destroyed.

    Args:
        register: Open, on an archive that the caller holds.
        records: UUIDs.

    Raises:
        HoldingsError: Somebody has some of it: with its scan the only copy in the house would go. Or
            nobody can tell: a sheet of the register is lost or altered.
    """
    register.expect_whole()
    language = register.archive.config.language
    for one in of(register, records):
        if one.found.state in AWAY:
            person = f"{one.found.person} {one.found.holder}".rstrip()
            facts = {"subject": one.found.code, "record": one.record, "number": one.found.loan}
            raise HoldingsError("G110", language, person=person, **facts)


def record_state(register: Register, item: Item) -> str:
    """What became of the record that is an item's scan, such as `accepted` or `destroyed`; empty for none."""
    if not item.record:
        return ""
    try:
        return register.catalogue.row(item.record).state
    except NotFoundError:
        return ""


def merged_with(register: Register, item: Item) -> str:
    """The UUID of the record that has the pages of an item's scan since this was merged; empty otherwise."""
    heir = register.catalogue.heir(item.record)
    return heir if heir != item.record else ""
