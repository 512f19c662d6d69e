"""What a person types, understood for one archive: its fields, its clients, the states of its records."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.errors import AccessError, SearchError
from docscan.frozen import dataclass
from docscan.messages import sentence
from docscan.search.fields import FIELDS, fields_of
from docscan.search.inflection import LANGUAGES
from docscan.search.nodes import Node
from docscan.search.plan import Plan
from docscan.search.planning import tiered
from docscan.search.query import remarked
from docscan.search.ranges import Kind
from docscan.search.remarks import Remark
from docscan.search.sight import Sight
from docscan.search.states import PAPER, STATES, known, named, of_clients, with_clients
from docscan.search.states import clients as clients_asked

TIERS = ("as typed", "inflected", "misread")

OWN = ("run", "watch", "doctor")
"""Commands about what somebody brings themselves; the program has to see all of the archive meanwhile."""

PART = ("list", "show", "open", "search", "searches", "explain", "review", "proof", "export")
"""Commands that show of an archive what somebody may see, and no more."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that can be asked.

    Attributes:
        node: As it was understood; printed, its normal form.
        tiers: As engines are asked.
        found: How each tier finds documents: some of `TIERS`.
        remarks: What a person should know of how it was understood.
        order: Of the hits, where no other one is asked for: see `index.Question`.
    """

    node: Node
    tiers: tuple[Plan, ...]
    found: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()
    order: str = "score"


def understood(catalogue: Catalogue, text: str, on: date) -> Query:
    """Understand a query.

    Args:
        catalogue: Open on the archive that it is asked of.
        text: As typed.
        on: Today.

    Raises:
        SearchError: It cannot be understood.
    """
    node, remarks = _parsed(catalogue.archive, text, on)
    wanted = named([node])
    states = known(catalogue, wanted, on) if wanted else {}
    if wanted & PAPER or clients_asked(node):
        states |= _of_paper(catalogue, node, wanted, on)
    tiers: dict[Plan, str] = {}
    # a document of no language has forms of each; and the languages of what is hidden may not be told
    spoken = catalogue.languages() if catalogue.archive.sight is None else {""}
    languages = spoken if spoken <= set(LANGUAGES) else LANGUAGES
    planned = tiered(with_clients(node), states=states, languages=sorted(languages))
    for name, plan in zip(TIERS, planned, strict=True):
        tiers.setdefault(plan, name)
    return Query(node, tuple(tiers), tuple(tiers.values()), remarks)


def part(ctx: click.Context, archive: Archive, login: str, only: str, on: date) -> Archive:
    """An archive as somebody sees it who may see a part of its records.

    Args:
        ctx: Of the command.
        archive: All of it.
        login: Who.
        only: The query that finds the part; as typed, not in other forms and spellings.
        on: Today.

    Raises:
        AccessError: The command is about all of the archive.
        SearchError: The query is none.
    """
    chapter = [*ctx.command_path.split(), ""][1]
    if chapter in OWN:
        return archive
    if chapter not in PART:
        language = archive.config.language
        raise AccessError(sentence("K102", language, login=login), hint=sentence("K103", language))
    with open_catalogue(archive) as catalogue:
        return replace(archive, sight=Sight(understood(catalogue, only, on).tiers[0]))


def _parsed(archive: Archive, text: str, on: date) -> tuple[Node, tuple[Remark, ...]]:
    try:
        return remarked(text, states=STATES, today=on)
    except SearchError:
        known = fields(archive.root)  # they take long to load, and most queries name none
        return remarked(text, fields=known, states=STATES, today=on, language=archive.config.language)


def fields(root: Path) -> Mapping[str, Kind]:
    """All fields that the schemas of an archive have."""
    from docscan import library, schema  # noqa: PLC0415 - see above

    known = library.definitions("schemas", ".json", root).values()
    return fields_of(map(schema.load, known)) or FIELDS


def clients(catalogue: Catalogue) -> tuple[str, ...]:
    """Whose paper there is: the archive's name, and the register's clients for who may see all of it."""
    archive = catalogue.archive
    if archive.sight is not None:
        return (archive.config.name,)
    from docscan.holdings import records  # noqa: PLC0415 - most queries are not about paper
    from docscan.holdings.register import open_register  # noqa: PLC0415 - as above

    with open_register(catalogue) as register:
        return tuple(dict.fromkeys((archive.config.name, *sorted(records.clients(register)))))


def _of_paper(
    catalogue: Catalogue, node: Node, wanted: frozenset[str], on: date
) -> dict[str, frozenset[str]]:
    from docscan.holdings import records  # noqa: PLC0415 - most queries are not about paper
    from docscan.holdings.register import open_register  # noqa: PLC0415 - as above

    with open_register(catalogue) as register:
        found = records.in_states(register, wanted & PAPER, on)
        return found | (of_clients(node, records.clients(register)) if clients_asked(node) else {})
