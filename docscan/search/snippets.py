"""The place on a page, and the values, that show why a document was found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from docscan.frozen import dataclass
from docscan.patterns import pattern
from docscan.search.folding import fold
from docscan.search.marking import Place, in_values, places
from docscan.search.nodes import Node

_BLANK = pattern(r"\s")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page, or of a value.

    Attributes:
        page: The page's number, from 1; 0 when the document has no text, and of a value.
        text: As archived, on one line.
        marks: Where the words of the query stand in it: start, end (exclusive).
        tiers: How each mark was found: 0 as typed, 1 in another form, 2 misread.
        leaves: The numbers of the query's parts that stand in it, from 0, each with its first tier.
    """

    page: int
    text: str
    marks: tuple[tuple[int, int], ...]
    tiers: tuple[int, ...] = ()
    leaves: tuple[tuple[int, int], ...] = ()


def snippet(pages: Sequence[str], node: Node, *, width: int = 160, language: str = "") -> Snippet:
    """The piece of the document with most of what was searched for.

    Args:
        pages: The text of each page, from the archive.
        node: The query.
        width: Characters of the piece, at most.
        language: The document's.

    Returns:
        The piece; the beginning of the first page with text when nothing of
        the query stands on any page.
    """
    found = places(pages, node, language)
    if not found:
        first = next((number for number, page in enumerate(pages, start=1) if page.strip()), 0)
        return beginning(pages, first, width=width)
    best = max(found, key=lambda item: _worth(_within(found, item, width)))
    return _cut(pages[best.page], _within(found, best, width), width)


def beginning(pages: Sequence[str], number: int, *, width: int = 160) -> Snippet:
    """How a page begins, counted from 1; nothing of page 0."""
    text = pages[number - 1].strip()[:width] if number else ""
    return Snippet(number, _BLANK.sub(" ", text), ())


def valued(
    values: Mapping[str, str], node: Node, *, width: int = 160, language: str = ""
) -> dict[str, Snippet]:
    """The values read from a document that have something of what was searched for, with it marked.

    Args:
        values: Of each field, by name.
        node: The query.
        width: Characters of a value, at most: of a longer one, a piece.
        language: The document's.
    """
    return {
        name: replace(_cut(values[name], _within(found, found[0], width), width), page=0)
        for name, found in in_values(values, node, language).items()
    }


def also_found_as(snippets: Iterable[Snippet], *, most: int = 20) -> tuple[str, ...]:
    """The other forms and spellings that were marked in an answer's snippets, in small letters, each once."""
    words = (
        piece.text[start:end].lower()
        for piece in snippets
        for (start, end), tier in zip(piece.marks, piece.tiers, strict=True)
        if tier
    )
    return tuple({fold(word): word for word in words if fold(word)}.values())[:most]


def _within(found: Sequence[Place], first: Place, width: int) -> list[Place]:
    """What fits in a piece that begins with `first`; always `first` itself."""
    return [
        item
        for item in found
        if item is first
        or (item.page == first.page and first.start <= item.start and item.end <= first.start + width)
    ]


def _worth(items: Sequence[Place]) -> tuple[int, int, int]:
    """More parts of the query first, then more of them exactly, then more places."""
    exact = {item.leaf for item in items if not item.tier}
    return len({item.leaf for item in items}), len(exact), len(items)


def _cut(page: str, items: Sequence[Place], width: int) -> Snippet:
    """The piece around the places, with what is left of the width on both sides."""
    first = min(item.start for item in items)
    last = min(max(item.end for item in items), first + width)
    start = max(0, min(first - (width - (last - first)) // 2, len(page) - width))
    end = min(len(page), start + width)
    while start and start < first and not page[start - 1].isspace():
        start += 1
    while last < end < len(page) and not page[end].isspace():
        end -= 1
    marks: list[tuple[int, int]] = []
    tiers: list[int] = []
    for left, right, tier in sorted(
        (item.start - start, min(item.end, end) - start, item.tier) for item in items
    ):
        if marks and left < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(right, marks[-1][1]))
            tiers[-1] = min(tiers[-1], tier)
        else:
            marks.append((left, right))
            tiers.append(tier)
    leaves = dict(sorted(((item.leaf, item.tier) for item in items), reverse=True))
    text = _BLANK.sub(" ", page[start:end])
    return Snippet(items[0].page + 1, text, tuple(marks), tuple(tiers), tuple(leaves.items()))
