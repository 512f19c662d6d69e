"""What a field's score is worth: the share of fields right, of those that scored as much.

Extraction scores how well a label announces a value and how legibly both were
read. Fields of born-digital invoices, of office scans and of poor ones in four
languages were compared with what is printed, those of the third of suppliers
by which nothing was tuned among them: what scores 0.7 or more is right 99
times in 100, and what scores 0.4 two times in three.
"""

import bisect

# score, share right; between two of them along a straight line
_POINTS = (
    (0.0, 0.0),
    (0.2, 0.2),
    (0.3, 0.45),
    (0.4, 0.68),
    (0.5, 0.84),
    (0.6, 0.95),
    (0.7, 0.985),
    (1.0, 0.99),
)


def calibrated(score: float) -> float:
    """The chance that a value is right.

    Args:
        score: Of its field, as extracted; from 0 to 1.
    """
    if score >= 1.0:
        return _POINTS[-1][1]
    at = bisect.bisect_right(_POINTS, (max(0.0, score), 1.0))
    (low, least), (high, most) = _POINTS[at - 1], _POINTS[at]
    return least + (most - least) * (max(0.0, score) - low) / (high - low)
