"""What a field's score is worth: the share of fields right, of those that scored as much.

Extraction scores how well a label announces a value and how legibly both were
read. Fields of born-digital invoices, of office scans and of poor ones in four
languages were compared with what is printed, those of the third of suppliers
by which nothing was tuned among them: what scores 0.7 or more is right 99
times in 100, and what scores 0.4 two times in three.
"""

import numpy as np

from docscan.model import Field

_SCORES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 1.0)
_RIGHT = (0.0, 0.2, 0.45, 0.68, 0.84, 0.95, 0.985, 0.99)  # the share of fields; between two along a line


DOUBTED = 0.9  # what a doubt leaves of a field's confidence: most are of what is printed, not of the reading
SCORED = ("ocr", "textlayer")  # the origins whose confidence is a score


def chance(field: Field) -> float:
    """The chance that a field as extracted is right, before any check has spoken."""
    return calibrated(field.confidence) if field.origin in SCORED else field.confidence


def calibrated(score: float) -> float:
    """The chance that a value is right.

    Args:
        score: Of its field, as extracted; from 0 to 1.
    """
    return float(np.interp(score, _SCORES, _RIGHT))


def score_of(chance: float) -> float:
    """The score that is worth this chance: what `calibrated` was given.

    Args:
        chance: From 0 to 1; the chance of a proven field is more than any score is worth, and gives 1.
    """
    return float(np.interp(chance, _RIGHT, _SCORES))
