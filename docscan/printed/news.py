"""What an e-mail says of what a kept search found."""

from collections.abc import Sequence

from docscan.archive.catalogue import Row
from docscan.messages import sentence
from docscan.search.saved import Saved

MOST = 100
"""Records that an e-mail names: whoever gets more looks for themselves."""


def subject(name: str, search: Saved, rows: Sequence[Row], language: str) -> str:
    """What it is about.

    Args:
        name: The archive's.
        search: That found them.
        rows: The records that are new.
        language: `en`, `es`, `pl` or `de`.
    """
    return sentence("F050", language, archive=name, search=search.name, count=str(len(rows)))


def text(search: Saved, rows: Sequence[Row], language: str) -> str:
    """What was found since the search was looked at last: a line for each record.

    Args:
        search: As it was kept then.
        rows: The records that are new.
        language: `en`, `es`, `pl` or `de`.
    """
    day, count = search.looked[:10], str(len(rows))
    lines = [sentence("F051", language, search=search.name, query=search.query, day=day, count=count), ""]
    lines += [_line(row) for row in rows[:MOST]]
    if len(rows) > MOST:
        lines.append(sentence("F052", language, count=str(len(rows) - MOST)))
    lines += ["", sentence("F053", language, id=rows[0].id[:8], search=search.name)]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    total = f"{row.total} {row.currency}" if row.total else ""
    cells = (row.id[:8], row.kind, row.issue_date, row.number, row.supplier, total)
    return "  ".join(" ".join(cell.split()) for cell in cells if cell)
