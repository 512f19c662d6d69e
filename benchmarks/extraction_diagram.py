"""The reliability diagram: how often values were right, by the confidence they were said with."""

from collections.abc import Sequence

SIDE, MARGIN = 320, 48  # pixels of the square, and around it
LEAST = 30  # answers; fewer in a tenth are drawn hollow, for they tell little
FONT = 'font-family="sans-serif" font-size="12"'

Row = tuple[float, float, int]


def diagram(table: Sequence[Row]) -> str:
    """An SVG: a dot for each tenth of confidence, as large as it has answers, and the line of the ideal.

    Args:
        table: Mean confidence, share right and number of answers, of each tenth that has any.
    """
    whole = SIDE + 2 * MARGIN
    size = f'width="{whole}" height="{whole}" viewBox="0 0 {whole} {whole}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        *(_tick(number / 10) for number in range(0, 11, 2)),
        f'<path d="M{_across(0)} {_down(0)} L{_across(1)} {_down(1)}" stroke="#999" stroke-dasharray="4 4"/>',
        f'<path d="M{MARGIN} {MARGIN} V{_down(0)} H{_across(1)}" fill="none" stroke="#333"/>',
        *(_dot(row) for row in table),
        f'<text x="{whole / 2}" y="{whole - 10}" text-anchor="middle" {FONT}>confidence</text>',
        f'<text x="14" y="{whole / 2}" text-anchor="middle" transform="rotate(-90 14 {whole / 2})" {FONT}>'
        "share of values right</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _across(share: float) -> float:
    return round(MARGIN + SIDE * share, 1)


def _down(share: float) -> float:
    return round(MARGIN + SIDE * (1 - share), 1)


def _tick(share: float) -> str:
    low, left = _down(0) + 16, MARGIN - 6
    return (
        f'<text x="{_across(share)}" y="{low}" text-anchor="middle" {FONT}>{share:.1f}</text>'
        f'<text x="{left}" y="{_down(share) + 4}" text-anchor="end" {FONT}>{share:.1f}</text>'
    )


def _dot(row: Row) -> str:
    sure, right, held = row
    radius = round(3 + min(9.0, held**0.25), 1)
    fill = "#2a6fb0" if held >= LEAST else "white"
    title = f"confidence {sure:.2f}, right {right:.2f}, {held} values"
    return (
        f'<circle cx="{_across(sure)}" cy="{_down(right)}" r="{radius}" fill="{fill}" stroke="#2a6fb0">'
        f"<title>{title}</title></circle>"
    )
