"""What could be meant otherwise in a query that is understood: said beside the answer, changing nothing."""

from collections.abc import Iterable, Iterator, Sequence

from docscan.frozen import dataclass
from docscan.search.analysis import written_days
from docscan.search.days import MOST_WORDS
from docscan.search.nodes import Node, Word
from docscan.search.ranges import span, two_ways, written

_SMALL = {
    **dict.fromkeys(["or", "o", "u", "oder", "lub", "albo"], "OR"),
    **dict.fromkeys(["and", "y", "e", "und", "i", "oraz"], "AND"),
    **dict.fromkeys(["not", "nicht", "nie"], "NOT"),
}
"""Words of the four languages that a person may take for the operators."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of how a query was understood.

    Attributes:
        code: Of a sentence in `docscan/messages/search.toml`.
        facts: What fills its places, by name.
    """

    code: str
    facts: tuple[tuple[str, str], ...]


def small_operators(nodes: Sequence[Node]) -> Iterator[Remark]:
    """Words between others that are no operators, as they are not in capitals or not in English."""
    for at, node in enumerate(nodes[:-1]):
        operator = _SMALL.get(node.text.lower(), "") if isinstance(node, Word) and not node.field else ""
        if operator and (at or operator == "NOT"):
            yield Remark("F026", (("word", str(node)), ("operator", operator)))


def days_in_words(nodes: Sequence[Node]) -> Iterator[Remark]:
    """Days whose words would be one value in quotes, found however a document writes it."""
    words = [str(node) if isinstance(node, Word) and not (node.field or node.loose) else "" for node in nodes]
    past = 0
    for at in range(len(words)):
        for end in range(min(at + MOST_WORDS, len(words)), max(past, at + 1), -1):
            text = " ".join(words[at:end])
            if at >= past and all(words[at:end]) and _is_day(text):
                yield Remark("F033", (("typed", text),))
                past = end
                break


def _is_day(text: str) -> bool:
    return any((start, end) == (0, len(text)) for _, start, end in written_days(text))


def days_first(typed: Iterable[str]) -> Iterator[Remark]:
    """Dates that could be read with the month first."""
    for value in map(str.strip, typed):
        found = span("date", value) if two_ways(value) else None
        if found:
            yield Remark("F027", (("typed", value), ("day", written("date", found[0]))))
