"""Documents like a given one: other papers of the same matter, and the same paper scanned twice."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from docscan.search import plan
from docscan.search.plan import Plan
from docscan.search.prepared import Prepared
from docscan.search.terms import terms

TELLING = 25
"""Terms that a document is compared by: those of Lucene's MoreLikeThis."""

SHINGLE = 6
"""Letters of a shingle: short enough that most of them are read without a mistake."""

SAME = 0.5
"""The least resemblance of two readings of one paper.

Measured on pages of 170 words: with two signs in a hundred misread in each
reading 0.57 to 0.72; another paper with two thirds of the same words, read
without a mistake, at most 0.48.
"""


def more_like(document: Prepared, frequency: Callable[[str], int], count: int) -> Plan | None:
    """What finds documents like a given one, those first that have most of its telling terms.

    A term tells the more, the more often the document has it and the fewer
    other documents do (tf-idf).

    Args:
        document: It is not found itself.
        frequency: How many documents have a term: an index's, narrowed to
            what the person may see.
        count: How many documents there are.

    Returns:
        None for a document without a term that another one has.
    """
    times = Counter(term for run in document.body for term in run.split() if len(term) > 2)
    known = ((term, number, frequency(term)) for term, number in times.items())
    worth = [
        (-number * math.log(count / documents), term)
        for term, number, documents in known
        if 1 < documents < count
    ]
    telling = tuple(plan.Term("body", term) for _, term in sorted(worth)[:TELLING])
    if not telling:
        return None
    itself = plan.Without(plan.Among(frozenset([document.id])))
    return plan.All((plan.Any(telling), itself))


def resemblance(one: Iterable[str], other: Iterable[str]) -> float:
    """How much of two documents is the same, from 0 to 1: the share of common shingles (Broder 1997)."""
    first, second = _shingles(one), _shingles(other)
    together = len(first | second)
    return len(first & second) / together if together else 0.0


def near_duplicates(
    texts: Sequence[str], others: Mapping[str, Sequence[str]], *, least: float = SAME
) -> tuple[tuple[str, float], ...]:
    """Which of some documents are the same paper.

    Args:
        texts: The pages of the one.
        others: The pages of each candidate by id: the best twenty of `more_like`.
        least: The least resemblance.

    Returns:
        Their ids and resemblances, the greatest first.
    """
    found = ((key, resemblance(texts, pages)) for key, pages in others.items())
    return tuple(
        sorted(((key, share) for key, share in found if share >= least), key=lambda item: (-item[1], item[0]))
    )


def _shingles(texts: Iterable[str]) -> set[str]:
    """All runs of six letters and digits, whatever stands between them."""
    letters = [terms(text).run.replace(" ", "") for text in texts]
    return {text[at : at + SHINGLE] for text in letters for at in range(max(1, len(text) - SHINGLE + 1))} - {
        ""
    }
