"""Where on its pages, and in which of its values, a document has what it was found for.

The plans that the engines are asked are held against each chunk of the text, so
that what is marked is what was found.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from docscan.frozen import dataclass
from docscan.places import Box, around
from docscan.search import plan
from docscan.search.amounts import spaced
from docscan.search.analysis import Chunk, chunks, written_days
from docscan.search.fields import KEYWORDS
from docscan.search.inflection import LANGUAGES
from docscan.search.nodes import Has, Leaf, Near, Node, Range, State, leaves
from docscan.search.picking import Sieve, of_several
from docscan.search.plan import Plan
from docscan.search.planning import tiered
from docscan.search.prepared import number_of, unnamed
from docscan.search.spelling import one_edit_each
from docscan.search.terms import Taken, taken, taken_each
from docscan.search.wordings import amounts_within

if TYPE_CHECKING:  # a passage is cut out of text alone
    from docscan.model import Page

Spot = tuple[int, int]
"""Start and end (exclusive) in a text."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word, or several in a row, that a part of the query found.

    Attributes:
        page: The index of its text, from 0.
        start: In the text.
        end: In the text, exclusive.
        leaf: The number of the query's part, from 0.
        tier: 0 as typed, 1 in another form, 2 misread.
    """

    page: int
    start: int
    end: int
    leaf: int
    tier: int


@dataclass(frozen=True, slots=True)
class Marked:
    """What was found, on the image of a page: `box` in its pixels, `tier` as in a `Place`."""

    page: int
    box: Box
    tier: int


class _Analysed(NamedTuple):
    """A text, its chunks with their terms, and the terms of them all, without which no chunk is looked at."""

    text: str
    placed: tuple[tuple[Chunk, Taken], ...]
    words: frozenset[str]
    wholes: frozenset[str]
    lemmas: frozenset[str]
    bones: frozenset[str]


def _analysed(text: str, divided: Sequence[Chunk], terms: Sequence[Taken]) -> _Analysed:
    each = (chain.from_iterable(some) for some in zip(*terms, strict=True)) if terms else ((),) * 4
    return _Analysed(text, tuple(zip(divided, terms, strict=True)), *map(frozenset, each))


def places(texts: Sequence[str], node: Node, language: str = "") -> tuple[Place, ...]:
    """Where the texts have what was searched for, by page and start; of each place its first tier.

    Args:
        texts: The text of each page, from the archive.
        node: The query. What must not be there, and dates and amounts of a
            range, have no place.
        language: The document's.
    """
    asked = tuple(leaves(node, wanted=True))
    wanted = [_wanted(leaf, _tongues(language)) for leaf in asked]
    sieve = _sieve(asked, language, of="page")
    found: list[Place] = []
    for page, text in enumerate(texts):
        divided = [*chunks(text)] if sieve is None else sieve.chunks(text)
        analysed = _analysed(text, divided, taken_each(divided, language))
        for number, pieces in enumerate(wanted):
            spots = _on_page(analysed, pieces)
            found += (Place(page, start, end, number, tier) for (start, end), tier in spots.items())
    return tuple(sorted(found, key=lambda place: (place.page, place.start, place.end, place.leaf)))


def in_values(values: Mapping[str, str], node: Node, language: str = "") -> dict[str, tuple[Place, ...]]:
    """Where the values read from a document have what was searched for, by start; `page` is 0.

    A value that lies in a range, or that is asked to be there, is found whole.

    Args:
        values: Of each field, by name.
        node: The query. What must not be there has no place, nor have states
            and what is compared whole (`fields.KEYWORDS`).
        language: The document's.

    Returns:
        By name, of those with a place alone, in the order of the values.
    """
    asked = tuple(leaves(node, wanted=True))
    wanted = [(leaf, _wanted(leaf, _tongues(language))) for leaf in asked]
    sieve = (
        None if any(isinstance(leaf, Range | Has) for leaf in asked) else _sieve(asked, language, of="value")
    )
    found: dict[str, tuple[Place, ...]] = {}
    for name, value in values.items():
        if name in KEYWORDS or (sieve is not None and not sieve.chunks(value)):
            continue
        spots = [
            Place(0, start, end, number, tier)
            for number, (leaf, pieces) in enumerate(wanted)
            for (start, end), tier in _in_value(name, value, leaf, pieces).items()
        ]
        if spots:
            found[name] = tuple(sorted(spots, key=lambda place: (place.start, place.end, place.leaf)))
    return found


def boxes_of(pages: Iterable["Page"], node: Node, language: str = "") -> tuple[Marked, ...]:
    """The boxes of what was searched for; several words on one line have one.

    Args:
        pages: With every word in its place; one without words has no boxes.
        node: The query.
        language: The document's.
    """
    return tuple(
        Marked(page.number, box, place.tier)
        for page in pages
        for place in places([page.text], node, language)
        for box in _boxes(page, place)
    )


def _tongues(language: str) -> tuple[str, ...]:
    return (language,) if language in LANGUAGES else LANGUAGES


def _in_value(name: str, value: str, leaf: Leaf, pieces: Mapping[Plan, int]) -> Mapping[Spot, int]:
    """The places of one part of the query in the value of a field, with their tiers."""
    if isinstance(leaf, Range | Has):
        return {(0, len(value)): 0} if leaf.field == name and _holds(leaf, value) else {}
    if isinstance(leaf, State) or (not isinstance(leaf, Near) and leaf.field not in ("", name)):
        return {}
    return _on_page(_value(value), pieces)


def _holds(leaf: Range | Has, value: str) -> bool:
    """Whether a value is what is asked of its field, as the index has it."""
    if isinstance(leaf, Has):
        return bool(_value(value).placed)
    number = number_of(leaf.field, value)
    if number is None:
        return False
    return (leaf.low is None or leaf.low <= number) and (leaf.high is None or number <= leaf.high)


@lru_cache(maxsize=1024)  # of the hits of an answer, suppliers, days and currencies recur
def _value(text: str) -> _Analysed:
    """The terms of a value; in values, words have no other forms."""
    divided = [*chunks(text)]
    return _analysed(text, divided, [taken(chunk.text) for chunk in divided])


@lru_cache(maxsize=256)  # the same for every hit of an answer
def _wanted(leaf: Leaf, languages: tuple[str, ...]) -> Mapping[Plan, int]:
    """What finds words of the text for a part of a query, each with its first tier."""
    if isinstance(leaf, Range | Has | State) or (not isinstance(leaf, Near) and leaf.field in KEYWORDS):
        return {}
    found: dict[Plan, int] = {}
    for tier, plans in enumerate(tiered(leaf, languages=languages)):
        for piece in _pieces(plans):
            found.setdefault(piece, tier)
    return found


@lru_cache(maxsize=8)  # the languages of an answer's hits
def _sieve(asked: tuple[Leaf, ...], language: str, *, of: Literal["page", "value"]) -> Sieve | None:
    """What to look through a text with; None where what is asked for may stand in several chunks."""
    pieces = {piece for leaf in asked for piece in _wanted(leaf, _tongues(language))}
    return None if any(map(of_several, pieces)) else Sieve(pieces, language if of == "page" else None)


def _on_page(page: _Analysed, pieces: Mapping[Plan, int]) -> dict[Spot, int]:
    """The places of one part of the query, with their tiers."""
    found: dict[Spot, int] = {}
    for piece, tier in pieces.items():  # the first tiers first
        for spot in _spots(page, piece):
            found.setdefault(spot, tier)
    return found


def _pieces(wanted: Plan) -> Iterator[Plan]:
    if isinstance(wanted, plan.Any):
        for part in wanted.plans:
            yield from _pieces(part)
    else:
        yield wanted


def _spots(page: _Analysed, piece: Plan) -> Iterator[Spot]:
    """The places of what one plan finds."""
    if isinstance(piece, plan.All):  # words in a row, and the amounts among them
        row, *within = piece.plans
        known = {unnamed(one.term) for one in within if isinstance(one, plan.Term)}
        spots = _spots(page, row)
        yield from (spot for spot in spots if known.issubset(amounts_within(page.text[slice(*spot)])))
    elif isinstance(piece, plan.Sequence):
        yield from _sequences(page.placed, tuple(map(unnamed, piece.terms)))
    elif isinstance(piece, plan.Near):
        yield from _near(page.placed, piece)
    elif isinstance(piece, plan.Term | plan.Similar | plan.Starts):
        if has := _finder(page, piece):
            yield from ((chunk.start, chunk.end) for chunk, terms in page.placed if has(terms))
        if isinstance(piece, plan.Term) and piece.where in ("wholes", "fields"):
            yield from _wholes(page.text, [chunk for chunk, _ in page.placed], unnamed(piece.term))


def _finder(page: _Analysed, piece: plan.Term | plan.Similar | plan.Starts) -> Callable[[Taken], bool] | None:
    """What tells whether a plan finds a chunk; what a field holds is looked for in the text.

    None where it finds no chunk of the page.
    """
    if isinstance(piece, plan.Starts):
        start = unnamed(piece.start)
        return lambda terms: any(term.startswith(start) for term in (*terms.run, *terms.wholes))
    term = unnamed(piece.term)
    if isinstance(piece, plan.Similar):
        near = one_edit_each(term, page.words)
        return (lambda terms: not near.isdisjoint(terms.run)) if near else None
    if piece.where == "lemmas":
        return (lambda terms: piece.term in terms.lemmas) if piece.term in page.lemmas else None
    if piece.where == "bones":
        return (lambda terms: term in terms.bones) if term in page.bones else None
    if term not in page.words and (piece.where == "body" or term not in page.wholes):
        return None
    return lambda terms: term in terms.run or term in terms.wholes


def _sequences(placed: Sequence[tuple[Chunk, Taken]], wanted: tuple[str, ...]) -> Iterator[Spot]:
    """Where the terms stand one after another, whole chunks at either end."""
    parts = [(part, chunk) for chunk, terms in placed for part in terms.run]
    for at in range(len(parts) - len(wanted) + 1):
        if parts[at][0] == wanted[0] and tuple(part for part, _ in parts[at : at + len(wanted)]) == wanted:
            yield parts[at][1].start, parts[at + len(wanted) - 1][1].end


def _near(placed: Sequence[tuple[Chunk, Taken]], piece: plan.Near) -> Iterator[Spot]:
    """Where both terms stand, no farther apart than allowed."""
    parts = [(part, chunk) for chunk, terms in placed for part in terms.run]
    places = [at for at, (part, _) in enumerate(parts) if part in (piece.one, piece.other)]
    for at in places:
        other = piece.other if parts[at][0] == piece.one else piece.one
        if any(0 < abs(at - one) <= piece.distance and parts[one][0] == other for one in places):
            yield parts[at][1].start, parts[at][1].end


def _wholes(text: str, placed: Sequence[Chunk], whole: str) -> Iterator[Spot]:
    """Where several chunks are a number in groups, or a date with the month's name."""
    if whole.isalpha():  # a word: what stands in several chunks has digits
        return
    yield from ((start, end) for day, start, end in written_days(text) if day == whole)
    number = whole.replace(".", "")
    for at, first in enumerate(placed):
        for start in {first.joined, first.joined[2:]} - {""}:  # an IBAN may be asked for without its land
            if not number.startswith(start):
                continue
            rest, following = number.removeprefix(start), placed[at + 1 :]
            if (end := _end(following, rest)) and (
                whole == number or whole in spaced(text[first.start : end])
            ):
                yield first.start, end
            if (end := _end(following, f"{rest}00")) and whole in spaced(text[first.start : end]):
                yield first.start, end


def _end(following: Sequence[Chunk], rest: str) -> int:
    """Where the last of the chunks ends that make up the rest; 0 where they do not, or there is none."""
    end = 0
    for chunk in following:
        if not rest or not rest.startswith(chunk.joined):
            break
        rest, end = rest.removeprefix(chunk.joined), chunk.end
    return 0 if rest else end


def _boxes(page: "Page", place: Place) -> Iterator[Box]:
    """The box of a place on each line that it stands on; offsets are those of `Page.text`."""
    at, block = 0, page.lines[0].block if page.lines else 0
    for line in page.lines:
        at += line.block != block
        block = line.block
        boxes = []
        for word in line.words:
            if at < place.end and place.start < at + len(word.text):
                boxes.append(word.box)
            at += len(word.text) + 1
        if not line.words:
            at += 1
        if boxes:
            yield around(boxes)
