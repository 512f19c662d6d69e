"""What a search answers, in one archive: hits with their passages, numbers, and other ways to ask."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from typing import Any

from docscan.archive import objects
from docscan.archive.catalogue import Catalogue
from docscan.cli.querying import TIERS, Query
from docscan.cli.terminal import say
from docscan.errors import CursorError, FixityError, NotFoundError
from docscan.frozen import dataclass
from docscan.messages import sentence, way_out
from docscan.places import NOWHERE, Box
from docscan.search import sight
from docscan.search.documents import documents
from docscan.search.index import Cursor, Hit, Hits, IndexDocument, Question, fits
from docscan.search.marking import Marked, boxes_of
from docscan.search.nodes import Node, Or, Phrase, Word, leaves
from docscan.search.plan import Plan, Term
from docscan.search.prepared import prepared
from docscan.search.remarks import Remark
from docscan.search.sight import Seen
from docscan.search.snippets import Snippet, also_found_as, beginning, snippet, valued

LITTLE = 3
"""Documents found; with no more of them, another spelling of the query is looked for."""

CANDIDATES = 20
"""Documents most like one, of which its duplicates are looked for (see `near_duplicates`)."""

TOGETHER = 20
"""Documents of hits that are read at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of an answer is to be shown.

    Attributes:
        limit: Hits at most.
        order: As `index.Question` has it.
        after: Where to go on.
        facets: The names of those to count.
        boxes: Also where on the image of each page it stands.
    """

    limit: int
    order: str = "score"
    after: Cursor | None = None
    facets: tuple[str, ...] = ()
    boxes: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Attributes:
        rows: Of each hit what is shown, in order, as JSON has it.
        hits: As the index answered.
        also: Other forms and spellings that were found.
        meant: The query that was perhaps meant; None for no other.
        current: Whether the index had all that the catalogue has.
        remarks: What a person should know of how the query was understood.
        node: The query as it was understood; None for what is like a record.
    """

    rows: tuple[dict[str, Any], ...]
    hits: Hits
    also: tuple[str, ...]
    meant: Node | None
    current: bool
    remarks: tuple[Remark, ...] = ()
    node: Node | None = None


def answered(catalogue: Catalogue, query: Query, wanted: Wanted) -> Answer:
    """Ask for what a query finds.

    Raises:
        CursorError: It cannot go on where it is to.
    """
    order = query.order if wanted.order == "score" else wanted.order
    question = Question(query.tiers, wanted.limit, wanted.after, order, wanted.facets)
    found = sight.asked(
        catalogue, partial(_with_proposal, catalogue, question, query.node), partial(_waiting, catalogue)
    )
    (hits, meant), current = found.found, found.current
    pieces: list[Snippet] = []
    rows: list[dict[str, Any]] = []
    for hit, document in _with_documents(catalogue, hits.hits):
        try:
            row, shown = _shown(catalogue, query, hit, document, boxes=wanted.boxes)
        except NotFoundError:  # out of sight, since the index was asked
            continue
        rows.append(row)
        pieces += shown
    return Answer(tuple(rows), hits, also_found_as(pieces), meant, current, query.remarks, query.node)


def alike(catalogue: Catalogue, record: str) -> Query | None:
    """What asks for the records most like one; None where it has no word that another one has.

    Args:
        catalogue: Open, as whoever asks may see it.
        record: The UUID of one that they may see.
    """
    plan = sight.asked(catalogue, partial(_like, catalogue, record)).found
    if plan is None:
        return None
    words = tuple(Phrase(term) for term in dict.fromkeys(_terms(plan)))
    return Query(Or(words) if len(words) > 1 else words[0], (plan,), ("as typed",), order="shared")


def duplicates(catalogue: Catalogue, record: str) -> tuple[tuple[str, float], ...]:
    """The records that are perhaps the same paper as one, with their resemblance.

    Args:
        catalogue: Open, as whoever asks may see it.
        record: The UUID of one that they may see.
    """
    from docscan.search.likeness import near_duplicates  # noqa: PLC0415 - few ask for these

    query = alike(catalogue, record)
    if query is None:
        return ()
    question = Question(query.tiers, CANDIDATES, order="shared")
    hits = sight.asked(catalogue, lambda seen: seen.search(question)).found.hits
    others = {hit.id: catalogue.page_texts(hit.id) for hit in hits}
    return near_duplicates(catalogue.page_texts(record), others)


def ids(catalogue: Catalogue, query: Query, most: int) -> tuple[str, ...]:
    """The ids of what a query finds as it was typed, in order, `most` of them at most."""
    question = Question(query.tiers[:1], most, order="added")
    return tuple(hit.id for hit in sight.asked(catalogue, lambda seen: seen.search(question)).found.hits)


def _waiting(catalogue: Catalogue, records: int) -> None:
    say(sentence("F065", catalogue.archive.config.language, records=str(records)))


def _with_proposal(
    catalogue: Catalogue, question: Question, node: Node, seen: Seen
) -> tuple[Hits, Node | None]:
    if question.after is not None and not fits(question.after, question, seen.index.name):
        language = catalogue.archive.config.language
        raise CursorError(sentence("F161", language), hint=sentence(way_out("F161"), language))
    hits = seen.search(question)
    if hits.next is not None and question.order == "score" and hits.next.value:
        hits = replace(hits, next=replace(hits.next, engine=seen.index.name))
    if hits.total > LITTLE or question.after is not None:
        return hits, None
    from docscan.search.suggesting import did_you_mean  # noqa: PLC0415 - most queries find more

    meant = did_you_mean(node, seen.frequency, seen.words)
    asked = {*leaves(node)}
    words = (
        [leaf.text for leaf in leaves(meant) if isinstance(leaf, Word) and leaf not in asked] if meant else []
    )
    return hits, meant if all(map(seen.finds, words)) else None


def _like(catalogue: Catalogue, record: str, seen: Seen) -> Plan | None:
    from docscan.search.likeness import more_like  # noqa: PLC0415 - few ask for these

    found = next(documents(catalogue, [record]), None)
    return None if found is None else more_like(prepared(found), seen.frequency, seen.count())


def _terms(plan: Plan) -> Iterator[str]:
    """The terms of a plan of `more_like`."""
    if isinstance(plan, Term):
        yield plan.term
    else:
        for part in getattr(plan, "plans", ()):
            yield from _terms(part)


def _with_documents(catalogue: Catalogue, hits: Iterable[Hit]) -> Iterator[tuple[Hit, IndexDocument]]:
    """Hits with what was found, without those that went since the index was asked."""
    waiting = iter(hits)
    while some := tuple(islice(waiting, TOGETHER)):
        there = {one.id: one for one in documents(catalogue, [hit.id for hit in some])}
        yield from ((hit, there[hit.id]) for hit in some if hit.id in there)


def _shown(
    catalogue: Catalogue, query: Query, hit: Hit, document: IndexDocument, *, boxes: bool
) -> tuple[dict[str, Any], list[Snippet]]:
    row = catalogue.row(hit.id)
    piece = snippet(document.pages, query.node, language=row.language)
    values = valued(document.fields, query.node, language=row.language)
    spots = catalogue.spots(row.id) if values and (boxes or not piece.marks) else {}
    if not piece.marks:  # nothing of it stands on a page as it was asked for
        read = next((page for page in (_spot(spots, name)[0] for name in values) if page), 0)
        piece = beginning(document.pages, read) if 0 < read <= len(document.pages) else piece
    shown = asdict(row) | {
        "score": round(hit.score, 3),
        "tier": query.found[hit.tier],
        "page": piece.page,
        "snippet": piece.text,
        "marks": [list(mark) for mark in piece.marks],
        "fields": [_field(name, value, piece) for name, value in values.items()],
    }
    if boxes:
        marked = _marked(catalogue, query, row.id, row.version, row.language)
        shown["boxes"] = [
            {"page": one.page, "box": list(one.box), "tier": one.tier}
            for one in (*marked, *_besides(values, spots, marked))
        ]
    return shown, [piece, *values.values()]


def _field(name: str, value: Snippet, piece: Snippet) -> dict[str, Any]:
    """A value that the query found, as JSON has it, and whether the passage shows it as well or better."""
    shown = dict(piece.leaves)
    return {
        "name": name,
        "value": value.text,
        "marks": [list(mark) for mark in value.marks],
        "tier": TIERS[min(value.tiers)],
        "in_snippet": all(leaf in shown and shown[leaf] <= tier for leaf, tier in value.leaves),
    }


def _marked(
    catalogue: Catalogue, query: Query, record: str, version: int, language: str
) -> tuple[Marked, ...]:
    """Where on the pages' images it stands; nowhere, when the words cannot be read."""
    archive = catalogue.archive
    try:
        pages = objects.read_pages(archive, objects.read_record(archive, record, version))
    except (NotFoundError, FixityError):
        return ()
    return boxes_of(pages, query.node, language)


def _besides(
    values: Mapping[str, Snippet], spots: Mapping[str, tuple[int, Box]], marked: Iterable[Marked]
) -> Iterator[Marked]:
    """Where the values that were found were read from, but for those of which words are marked there."""
    known = tuple(marked)
    for name, value in values.items():
        page, box = _spot(spots, name)
        within = any(one.page == page and _meet(one.box, box) for one in known)
        if box != NOWHERE and not within:
            yield Marked(page, box, min(value.tiers))


def _spot(spots: Mapping[str, tuple[int, Box]], name: str) -> tuple[int, Box]:
    """Where a value was read from; page 0 where that is not known any more."""
    return spots.get(name, (0, NOWHERE))


def _meet(one: Box, other: Box) -> bool:
    return max(one.left, other.left) < min(one.right, other.right) and max(one.top, other.top) < min(
        one.bottom, other.bottom
    )


def merged(answers: Iterable[tuple[str, Answer]], limit: int) -> list[dict[str, Any]]:
    """The hits of several archives as one list: by tier, then in turn, the best of each archive first.

    The scores of one archive say nothing about those of another: how rare a
    word is, and which engine counts, is each archive's own.

    Args:
        answers: Of each archive, with its name, the hits by score.
        limit: Hits at most.

    Returns:
        The hits, each with the name of its `archive`.
    """
    ranked = [
        (TIERS.index(row["tier"]), place, number, {"archive": name, **row})
        for number, (name, answer) in enumerate(answers)
        for place, row in enumerate(answer.rows)
    ]
    return [row for *_, row in sorted(ranked, key=lambda one: one[:3])][:limit]


def added(first: Mapping[str, tuple[tuple[str, int], ...]], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two answers' facets as one, the most frequent values first."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys((*first, *second)):
        counts: dict[str, int] = {}
        for value, count in (*first.get(name, ()), *second.get(name, ())):
            counts[value] = counts.get(value, 0) + count
        found[name] = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return found
