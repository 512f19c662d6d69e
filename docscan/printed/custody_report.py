"""The report on a verification as a paper: what was looked at, what was found, and what nobody can prove.

It carries the ledger's checkpoint, as every paper does: whoever keeps the
report is a witness of the ledger as it was then (threats A4 and A6).
"""

from collections.abc import Sequence
from datetime import datetime

from docscan import PROGRAM
from docscan.archive import ledger, report
from docscan.archive.custody import CustodyFinding
from docscan.archive.proof.timestamps import Interval
from docscan.archive.report import Report
from docscan.messages import sentence
from docscan.printed import paper
from docscan.printed.paper import Facts, Heading, Mark, Paper, Part, Table, Text

MOST = 500  # findings that are printed, some forty pages; all of them stand in the JSON report
NEVER = "—"
LIMITS = ("B361", "B362", "B363", "B364", "B365")  # what no verification proves (docs/threat-model.md)


def pdf(found: Report, language: str) -> bytes:
    """The report as PDF.

    Args:
        found: What came of a verification.
        language: `en`, `es`, `pl` or `de`.
    """
    stored = found.checkpoint
    mark = None if stored is None else Mark(stored.origin, stored.size, stored.root)
    parts = (*_occasion(found, language), *_figures(found, language), *_findings(found.findings, language))
    others = (*_seen(found, language), *_limits(language))
    return paper.pdf(Paper(sentence("B300", language), language, (*parts, *others), mark))


def _occasion(found: Report, language: str) -> list[Part]:
    """Who verified what, when, and how it came out."""
    login = f"{found.login} ({found.agent})" if found.agent else found.login
    rows = {
        "B301": found.name,
        "B302": found.origin or NEVER,
        "B303": ledger.stamp(found.at),
        "B304": login,
        "B306": PROGRAM,
        "B305": report.scope(found, language),
        "B307": report.verdict(found, language),
    }
    return [Facts([(sentence(code, language), value) for code, value in rows.items()])]


def _figures(found: Report, language: str) -> list[Part]:
    lines = [Text(line) for line in report.figures(found, language)]
    return [Heading(sentence("B320", language)), *lines]


def _findings(findings: Sequence[CustodyFinding], language: str) -> list[Part]:
    if not findings:
        return []
    head = [sentence(code, language) for code in ("B341", "B342", "B343", "B345", "B344")]
    rows = [
        (
            one.code,
            one.path,
            one.sentence(language),
            NEVER if one.line is None else str(one.line),
            one.last_good or NEVER,
        )
        for one in findings[:MOST]
    ]
    parts: list[Part] = [
        Heading(sentence("B340", language)),
        Table(head, rows, shares=(8, 29, 30, 9, 24), right=frozenset({3})),
    ]
    if len(findings) > MOST:
        parts.append(Text(sentence("B346", language, count=str(len(findings) - MOST))))
    return parts


def _seen(found: Report, language: str) -> list[Part]:
    """What others have seen of the ledger, and between which times its events were written."""
    stamped = [one for one in found.state.intervals if one.after or one.before]
    lines = [*found.state.sentences(language), *(_written(one, language) for one in stamped)]
    return [Heading(sentence("B350", language)), *map(Text, lines)]


def _written(one: Interval, language: str) -> str:
    facts = {"first": str(one.first), "last": str(one.last)}
    return sentence("B351", language, after=_time(one.after), before=_time(one.before), **facts)


def _time(moment: datetime | None) -> str:
    return NEVER if moment is None else ledger.stamp(moment)


def _limits(language: str) -> list[Part]:
    return [Heading(sentence("B360", language)), *(Text(sentence(code, language)) for code in LIMITS)]
