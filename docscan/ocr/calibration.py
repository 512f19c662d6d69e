"""Confidences that mean what they say: of words at 0.9, nine in ten are right.

Tesseract's own are no shares: of its words at 0.8 hardly half are right, of
those at 0.96 nearly all. The curves were fitted (isotonic; drawn pages in four
languages with every wear weigh as much as invoices of many makers) to 26,000
words whose truth is known; `benchmarks/reading.py --part calibration`
shows how well they hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from docscan.model import Line, Word

RAW = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.88, 0.90, 0.92, 0.95, 0.96, 0.97, 1.0)
PLAIN = (0.05, 0.12, 0.16, 0.24, 0.29, 0.49, 0.69, 0.78, 0.86, 0.957, 0.98, 0.993, 0.998, 0.998)
# words with a figure, for which no dictionary helps
DIGITS = (0.0, 0.18, 0.19, 0.35, 0.41, 0.55, 0.75, 0.84, 0.88, 0.944, 0.964, 0.978, 0.988, 0.988)
MEASURED = frozenset(("tesseract", "tesserocr"))  # one kind of model


def calibrated(lines: Iterable[Line], engine: str) -> tuple[Line, ...]:
    """Lines whose words' confidence is the share of such words that are right.

    Args:
        lines: With the engine's own confidences.
        engine: Its name; one that was never measured keeps its own.
    """
    if engine not in MEASURED:
        return tuple(lines)
    return tuple(replace(line, words=_words(line.words)) for line in lines)


def _words(words: Sequence[Word]) -> tuple[Word, ...]:
    raw = [word.confidence for word in words]
    plain, digits = np.interp(raw, RAW, PLAIN).tolist(), np.interp(raw, RAW, DIGITS).tolist()
    return tuple(
        replace(word, confidence=d if any(sign.isdigit() for sign in word.text) else p)
        for word, p, d in zip(words, plain, digits, strict=True)
    )
