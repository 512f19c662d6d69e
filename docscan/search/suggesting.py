"""Proposals for a query whose words are rarely found: "did you mean".

What is proposed stands in the archive, in as many documents as are counted: of
what a person may not see, nothing is proposed where nothing of it is counted.
"""

from collections.abc import Callable, Iterable

from docscan.search.index import Suggestion
from docscan.search.nodes import And, Node, Or, Word
from docscan.search.planning import terms_of
from docscan.search.spelling import SIMILAR_FROM, edits, one_edit

Frequency = Callable[[str], int]
"""How many documents have a term: an index's, narrowed to what the person may see."""

Beginning = Callable[[str, int], Iterable[Suggestion]]
"""The most frequent terms that begin so, and how many of them at most: an index's, narrowed likewise."""

MORE = 10
"""How many times as many documents a proposal finds: a word that is nearly as frequent is no mistake."""

LOOKED_AT = 500
"""Terms with the same two first signs that are compared."""

FAR = 8
"""Signs of the shortest word for which two edits are compared, as spelling checkers do."""


def did_you_mean(node: Node, frequency: Frequency, words: Beginning) -> Node | None:
    """The query with its rare words put as frequent ones that are written nearly so.

    Args:
        node: From `parse`; `str()` of what is returned can be searched.
        frequency: See `Frequency`.
        words: See `Beginning`.

    Returns:
        Another query; None when there is nothing to propose.
    """
    meant = _meant(node, frequency, words)
    return None if meant == node else meant


def _meant(node: Node, frequency: Frequency, words: Beginning) -> Node:
    if isinstance(node, And | Or):
        return type(node)(tuple(_meant(part, frequency, words) for part in node.nodes))
    if not isinstance(node, Word) or node.field or node.loose:
        return node
    terms = terms_of(node.text)
    if len(terms) != 1 or len(terms[0]) < SIMILAR_FROM or not terms[0].isalpha():
        return node
    best = _best(terms[0], frequency, words)
    return Word(best) if best else node


def _best(term: str, frequency: Frequency, words: Beginning) -> str:
    """The most frequent term that is written nearly so and much more frequent; empty for none."""
    known = {found.term: found.count for found in words(term[:2], LOOKED_AT) if _near(term, found.term)}
    known |= {other: frequency(other) for other in edits(term) if other[:2] != term[:2]}
    least = max(2, MORE * frequency(term))  # what stands in one document only may be the mistake
    found = [(-count, other) for other, count in known.items() if count >= least]
    return min(found)[1] if found else ""


def _near(one: str, other: str) -> bool:
    if not other.isalpha():
        return False
    if len(one) < FAR or abs(len(one) - len(other)) > 2:
        return one_edit(one, other)
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - only a query that finds little is compared

    return OSA.distance(one, other, score_cutoff=2) <= 2
