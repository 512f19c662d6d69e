"""The steps of loans as rows of `holdings.db`, and the lines that are read from them."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from docscan.archive.event import Event
from docscan.holdings.conditions import lacking
from docscan.holdings.entities import MOST_NUMBER
from docscan.holdings.lines import UNDONE, Line, Step, advanced, told


def take_in(db: Database, happened: Event) -> None:
    """Take a `loan` event in.

    Args:
        db: The projection, in a transaction.
        happened: The event.

    Raises:
        ValueError: It does not follow from what happened before.
        LookupError: It says too little, or its item or person is not registered.
        IntegrityError: The item is on another open loan (P2).
    """
    detail = happened.detail
    loan, item = str(detail["loan"]), str(detail["item"])
    step = Step(happened.seq, happened.at, happened.agent.id, str(detail["act"]), detail)
    before = steps(db, item, loan)
    was = told(before)
    line = told((*before, step)) if step.act == UNDONE else advanced(was, step)
    if line is was or line == was:
        raise ValueError(f"{step.act} does not follow")
    if step.act == "request":
        _open(db, step)
    db.execute(
        "INSERT INTO loan_step VALUES (?, ?, ?, ?, ?, ?, ?)",
        (item, loan, step.seq, step.at, step.agent, step.act, json.dumps(dict(detail), sort_keys=True)),
    )
    if line is None:
        db.execute("DELETE FROM loan_line WHERE loan = ? AND item = ?", (loan, item))
    else:
        _write(db, line)


def escalate(db: Database, happened: Event) -> None:
    """Take an `escalation` event in: what was written about what is late.

    Args:
        db: The projection, in a transaction.
        happened: The event.

    Raises:
        LookupError: It says too little.
        IntegrityError: The level was reached before.
    """
    detail = happened.detail
    said = [str(detail[key]) for key in ("ladder", "subject", "item", "due")]
    values = [happened.seq, *said, int(detail["level"]), str(detail["act"]), str(detail["day"])]
    db.execute("INSERT INTO escalation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def steps(db: Database, item: str, loan: str) -> tuple[Step, ...]:
    """The steps of an item on a loan, in order.

    Args:
        db: The projection.
        item: A UUID.
        loan: A UUID.
    """
    rows = db.execute(
        "SELECT seq, at, agent, act, detail FROM loan_step WHERE item = ? AND loan = ? ORDER BY seq",
        (item, loan),
    )
    return tuple(Step(seq, at, agent, act, json.loads(detail)) for seq, at, agent, act, detail in rows)


def line_of(db: Database, item: str, loan: str, on: str = "") -> Line | None:
    """The line of an item on a loan; None when there is none.

    Args:
        db: The projection.
        item: A UUID.
        loan: A UUID.
        on: As it was at the end of that day (ISO 8601, UTC); empty for now.
    """
    every = steps(db, item, loan)
    return told(step for step in every if not on or step.at[:10] <= on)


def lines_of(db: Database, wanted: Sequence[tuple[str, str]], until: str = "") -> Iterator[Line]:
    """The lines of items on loans, in their order; those that there are.

    Args:
        db: The projection.
        wanted: UUIDs of items, each with that of the loan.
        until: As they were at the end of that day (ISO 8601, UTC); empty for now.
    """
    rows = db.execute(
        "SELECT asked.key, seq, at, agent, act, detail FROM json_each(?) AS asked CROSS JOIN loan_step"
        " ON item = asked.value ->> 0 AND loan = asked.value ->> 1 ORDER BY asked.key, seq",
        (json.dumps(wanted),),
    )
    for _, some in groupby(rows, itemgetter(0)):
        steps = (Step(seq, at, agent, act, json.loads(said)) for _, seq, at, agent, act, said in some)
        line = told(step for step in steps if not until or step.at[:10] <= until)
        if line is not None:
            yield line


def open_line(db: Database, item: str) -> Line | None:
    """The line of an item on the loan that is open; None when it is on none.

    Args:
        db: The projection.
        item: A UUID.
    """
    found = db.execute("SELECT loan FROM loan_line WHERE item = ? AND open = 1", (item,)).fetchone()
    return None if found is None else line_of(db, item, found[0])


def last_line(db: Database, item: str) -> Line | None:
    """The line of an item on the loan it was on last, be it open or not.

    Args:
        db: The projection.
        item: A UUID.
    """
    found = db.execute(
        "SELECT loan FROM loan_line WHERE item = ? ORDER BY since DESC LIMIT 1", (item,)
    ).fetchone()
    return None if found is None else line_of(db, item, found[0])


def recount(db: Database, happened: Event) -> None:
    """Take in what an event says of a count that was put right, if it says so.

    Args:
        db: The projection, in a transaction.
        happened: The event.
    """
    subject, folios = happened.detail.get("subject"), happened.detail.get("folios")
    if subject is not None and isinstance(folios, int) and 0 < folios <= MOST_NUMBER:
        values = (str(subject), happened.seq, folios, lacking(happened.detail))
        db.execute("INSERT INTO recount VALUES (?, ?, ?, ?)", values)


def last_count(db: Database, item: str) -> tuple[int | None, str]:
    """The folios of an item and its condition as they were found last; None and empty for unknown.

    They are found when it is shelved after a loan; a count may be put right since it came back.

    Args:
        db: The projection.
        item: A UUID.
    """
    shelved = db.execute(
        "SELECT folios_in, condition_in, back FROM loan_line"
        " WHERE item = ? AND ended = 'shelve' ORDER BY since DESC LIMIT 1",
        (item,),
    ).fetchone()
    folios, grade, back = shelved or (None, "", -1)
    since = db.execute(
        "SELECT folios FROM recount WHERE item = ? AND seq > ? ORDER BY seq DESC LIMIT 1", (item, back)
    ).fetchone()
    return (since[0] if since else folios), grade


def last_counts(db: Database) -> dict[str, int]:
    """By their UUIDs, the folios of all items that were counted after a loan or put right since."""
    query = (
        "SELECT item, folios_in AS folios, back AS seq FROM loan_line WHERE ended = 'shelve'"
        " UNION ALL SELECT item, folios, seq FROM recount ORDER BY seq"
    )
    return {item: folios for item, folios, _ in db.execute(query) if folios is not None}


def folios_missing(db: Database, item: str) -> int:
    """How many folios an item lacks, as the discrepancies on record say.

    Args:
        db: The projection.
        item: A UUID.
    """
    query = (
        "SELECT sum(lacking) FROM (SELECT lacking FROM loan_line WHERE item = ?1"
        " UNION ALL SELECT lacking FROM recount WHERE item = ?1)"
    )
    (found,) = db.execute(query, (item,)).fetchone()
    return max(0, int(found or 0))


def _open(db: Database, step: Step) -> None:
    """Enter the loan that a request begins, or see that it is of the same person."""
    detail = step.detail
    person, loan = str(detail["person"]), str(detail["loan"])
    for table, subject in (("person", person), ("item", str(detail["item"]))):
        if db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (subject,)).fetchone() is None:  # noqa: S608 - own tables
            raise LookupError(subject)
    known = db.execute("SELECT person FROM loan WHERE id = ?", (loan,)).fetchone()
    if known is not None:
        if known[0] != person:
            raise ValueError("a loan is of one person")
        return
    year = int(step.at[:4])
    (newest,) = db.execute("SELECT max(number) FROM loan WHERE year = ?", (year,)).fetchone()
    db.execute(
        "INSERT INTO loan VALUES (?, ?, ?, ?, ?, ?)",
        (loan, year, (newest or 0) + 1, person, step.seq, step.at),
    )


def _write(db: Database, line: Line) -> None:
    went, came = line.went, line.came
    closed = line.last if line.ended else None
    columns = {
        "loan": line.loan,
        "item": line.item,
        "kind": line.kind,
        "policy": line.policy,
        "reason": line.reason,
        "authoriser": line.authoriser,
        "state": line.stand,
        "ended": line.ended,
        "open": int(not line.ended),
        "since": line.began.seq,
        "out": went and went.seq,
        "out_at": went and went.at,
        "due": line.due or None,
        "back": came and came.seq,
        "back_at": came and came.at,
        "closed": closed and closed.seq,
        "closed_at": closed and closed.at,
        "renewals": line.renewals,
        "recalled": int(line.recalled),
        "folios_out": line.sent.folios,
        "condition_out": line.sent.grade,
        "lacking": line.lost,
        "folios_in": line.back.folios,
        "condition_in": line.back.grade,
        "added": line.back.added,
        "discrepancy": ", ".join(line.discrepancy),
    }
    names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(
        f"INSERT INTO loan_line ({names}) VALUES ({places}) ON CONFLICT (loan, item) DO UPDATE SET {changed}",  # noqa: S608 - own names
        columns,
    )
