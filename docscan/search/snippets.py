"""The place on a page that shows why a document was found."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from docscan.search.analysis import Chunk, chunks, fold, wordings
from docscan.search.nodes import Leaf, Near, Node, Phrase, Prefix, Word, leaves
from docscan.search.spelling import similar

_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page.

    Attributes:
        page: The page's number, from 1; 0 when the document has no text.
        text: As archived, on one line.
        marks: Where the words of the query stand in it: start, end (exclusive).
    """

    page: int
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A chunk, or several, that a part of the query (numbered `leaf`) found."""

    page: int
    start: int
    end: int
    leaf: int
    exact: bool


def snippet(pages: Sequence[str], node: Node, *, width: int = 160) -> Snippet:
    """The piece of the document with most of what was searched for.

    Args:
        pages: The text of each page, from the archive.
        node: The query.
        width: Characters of the piece, at most.

    Returns:
        The piece; the beginning of the first page with text when nothing of
        the query stands on any page.
    """
    found = [item for number, page in enumerate(pages) for item in _on_page(number, page, node)]
    if not found:
        first = next((number for number, page in enumerate(pages) if page.strip()), -1)
        text = pages[first].strip()[:width] if first >= 0 else ""
        return Snippet(first + 1, _BLANK.sub(" ", text), ())
    best = max(found, key=lambda item: _worth(_within(found, item, width)))
    return _cut(pages[best.page], _within(found, best, width), width)


def _on_page(number: int, page: str, node: Node) -> Iterator[_Found]:
    placed = tuple(chunks(page))
    for leaf, wanted in enumerate(leaves(node, wanted=True)):
        for start, end, exact in _places(placed, wanted):
            yield _Found(number, start, end, leaf, exact)


def _places(placed: Sequence[Chunk], leaf: Leaf) -> Iterator[tuple[int, int, bool]]:
    if isinstance(leaf, Near):
        for text in (leaf.one, leaf.other):
            yield from _sequences(placed, (fold(text),))
    if isinstance(leaf, Prefix):
        start = fold(leaf.text)
        yield from _singles(placed, lambda term: term.startswith(start), exact=True)
        return
    for wording in wordings(leaf.text) if isinstance(leaf, Word | Phrase) else ():
        yield from _sequences(placed, wording)
        if len(wording) == 1 and not isinstance(leaf, Phrase):
            yield from _singles(placed, similar(wording[0]), exact=False)


def _singles(
    placed: Sequence[Chunk], wanted: Callable[[str], bool], *, exact: bool
) -> Iterator[tuple[int, int, bool]]:
    for chunk in placed:
        if wanted(chunk.joined) or any(wanted(part) for part in chunk.parts):
            yield chunk.start, chunk.end, exact


def _sequences(placed: Sequence[Chunk], wording: tuple[str, ...]) -> Iterator[tuple[int, int, bool]]:
    """Where the terms stand one after another, whole chunks at either end."""
    parts = [(part, chunk) for chunk in placed for part in chunk.parts]
    size = len(wording)
    for at in range(len(parts) - size + 1):
        if tuple(part for part, _ in parts[at : at + size]) == wording:
            yield parts[at][1].start, parts[at + size - 1][1].end, True
    if size == 1:
        for chunk in placed:
            if len(chunk.parts) > 1 and chunk.joined == wording[0]:
                yield chunk.start, chunk.end, True


def _within(found: Sequence[_Found], first: _Found, width: int) -> list[_Found]:
    """What fits in a piece that begins with `first`; always `first` itself."""
    return [
        item
        for item in found
        if item is first
        or (item.page == first.page and first.start <= item.start and item.end <= first.start + width)
    ]


def _worth(items: Sequence[_Found]) -> tuple[int, int, int]:
    """More parts of the query first, then more of them exactly, then more places."""
    exact = {item.leaf for item in items if item.exact}
    return len({item.leaf for item in items}), len(exact), len(items)


def _cut(page: str, items: Sequence[_Found], width: int) -> Snippet:
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
    for left, right in sorted((item.start - start, min(item.end, end) - start) for item in items):
        if marks and left < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(right, marks[-1][1]))
        else:
            marks.append((left, right))
    return Snippet(items[0].page + 1, _BLANK.sub(" ", page[start:end]), tuple(marks))
