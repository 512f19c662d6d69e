"""How much of a page was read rightly, and what a bar says of it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

DIGIT = re.compile(r"\d")
CHEAP = 120  # words a side: the best assignment of more takes longer than reading them


@dataclass(frozen=True, slots=True)
class Score:
    """Characters and words with digits, of one page or of many together.

    Attributes:
        errors: Characters wrong, missing or too many.
        characters: Those printed.
        figures_right: Words with a digit that were read exactly.
        figures: Those printed.
    """

    errors: int = 0
    characters: int = 0
    figures_right: int = 0
    figures: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.errors + other.errors,
            self.characters + other.characters,
            self.figures_right + other.figures_right,
            self.figures + other.figures,
        )

    @property
    def rate(self) -> float:
        """The character error rate; never 0, for two readings this good are equally good."""
        return max(self.errors, 0.001 * self.characters) / max(self.characters, 1)

    @property
    def exact(self) -> float:
        """The share of words with digits that were read exactly."""
        return self.figures_right / self.figures if self.figures else 1.0


@dataclass(frozen=True, slots=True)
class Bar:
    """Something measured against what it should be.

    Attributes:
        name: What is measured.
        value: What it is.
        bound: What it may be at most, or must be at least.
        least: Whether the bound is the least.
    """

    name: str
    value: float
    bound: float
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether it holds."""
        return self.value >= self.bound if self.least else self.value <= self.bound

    def __str__(self) -> str:
        asked = f"{'>=' if self.least else '<='} {self.bound:g}"
        return f"{'met    ' if self.met else 'NOT MET'}  {self.name}: {self.value:.3f} ({asked})"


def score(truth: str, read: str) -> Score:
    """Compare what was read with what is printed, as bags of words: their order does not count.

    Words that agree go first; the others are paired so that the fewest
    characters differ, and what finds no partner counts whole.

    Args:
        truth: The words printed.
        read: The words read.
    """
    wanted, found = Counter(truth.split()), Counter(read.split())
    missing, surplus = list((wanted - found).elements()), list((found - wanted).elements())
    figures = [word for word in wanted.elements() if DIGIT.search(word)]
    lost = sum(1 for word in missing if DIGIT.search(word))
    return Score(_distance(missing, surplus), sum(map(len, truth.split())), len(figures) - lost, len(figures))


def total(scores: Iterable[Score]) -> Score:
    """Many pages as one."""
    return sum(scores, Score())


def known(words: Sequence[str], truth: str) -> list[bool]:
    """Of each word read, whether it is printed; a word printed once is right once."""
    left = Counter(truth.split())
    right = []
    for word in words:
        right.append(left[word] > 0)
        left[word] -= 1
    return right


def _distance(missing: Sequence[str], surplus: Sequence[str]) -> int:
    """The fewest characters by which two bags of words differ."""
    alone = sum(map(len, missing)) + sum(map(len, surplus))
    if not missing or not surplus:
        return alone
    lengths = np.add.outer([len(word) for word in missing], [len(word) for word in surplus])
    saved = np.maximum(lengths - cdist(missing, surplus, scorer=Levenshtein.distance), 0)
    cheap = max(len(missing), len(surplus)) <= CHEAP
    return alone - (_best(saved) if cheap else _greedy(saved))


def _greedy(saved: np.ndarray) -> int:
    """What pairs save that are taken best first."""
    gained, rows, columns = 0, set[int](), set[int]()
    for place in np.argsort(-saved, axis=None, kind="stable"):
        row, column = divmod(int(place), saved.shape[1])
        if saved[row, column] <= 0:
            break
        if row not in rows and column not in columns:
            gained += int(saved[row, column])
            rows.add(row)
            columns.add(column)
    return gained


def _best(saved: np.ndarray) -> int:
    """What the best pairs save (the Hungarian method, with potentials)."""
    cost = -(saved if saved.shape[0] <= saved.shape[1] else saved.T).astype(np.float64)
    height, width = cost.shape
    rows, columns = np.zeros(height), np.zeros(width + 1)
    partner = np.full(width + 1, -1)  # of each column; the last column is where a search begins
    for row in range(height):
        partner[width], column = row, width
        least, before = np.full(width, np.inf), np.full(width, width)
        visited = np.zeros(width + 1, dtype=bool)
        while partner[column] >= 0:
            visited[column] = True
            at = partner[column]
            reduced = cost[at] - rows[at] - columns[:width]
            better = ~visited[:width] & (reduced < least)
            least[better], before[better] = reduced[better], column
            free = np.where(visited[:width], np.inf, least)
            column = int(free.argmin())
            step = free[column]
            rows[partner[visited]] += step
            columns[visited] -= step
            least[~visited[:width]] -= step
        while column != width:
            partner[column], column = partner[before[column]], int(before[column])
    return -round(sum(cost[partner[column], column] for column in range(width) if partner[column] >= 0))
