"""Stocktakes as rows of `holdings.db`: what was begun, what was seen where, and what is over."""

from sqlite_utils import Database

from docscan.archive.event import Event

OVER = ("close", "cancel")  # the acts that end a stocktake
KINDS = ("site", "location", "box")  # what is counted


def take_in(db: Database, happened: Event) -> None:
    """Take a `stocktake` event in.

    Args:
        db: The projection, in a transaction.
        happened: The event.

    Raises:
        ValueError: It is no step of an open stocktake.
        LookupError: It says too little, or is about what is not registered.
        IntegrityError: The place is being counted already.
    """
    detail, act = happened.detail, happened.detail["act"]
    stocktake = str(detail["stocktake"])
    if act == "start":
        _begin(db, happened, stocktake)
    elif act == "scan":
        _expect_open(db, stocktake)
        values = (stocktake, happened.seq, str(detail["subject"]), str(detail["place"]))
        db.execute("INSERT INTO stocktake_scan VALUES (?, ?, ?, ?)", values)
    elif act == "undone":
        _expect_open(db, stocktake)
        query = "DELETE FROM stocktake_scan WHERE stocktake = ? AND seq = ?"
        _expect_one(db.execute(query, (stocktake, detail["step"])).rowcount)
    elif act in OVER:
        query = "UPDATE stocktake SET closed = ?, closed_at = ? WHERE id = ? AND closed IS NULL"
        _expect_one(db.execute(query, (happened.seq, happened.at, stocktake)).rowcount)
    else:
        raise ValueError(act)


def _begin(db: Database, happened: Event, stocktake: str) -> None:
    place, kind = str(happened.detail["place"]), str(happened.detail["kind"])
    if kind not in KINDS:
        raise ValueError(kind)
    if db.execute(f"SELECT 1 FROM {kind} WHERE id = ?", (place,)).fetchone() is None:  # noqa: S608 - one of KINDS
        raise LookupError(place)
    query = "INSERT INTO stocktake (id, place, place_kind, started, started_at) VALUES (?, ?, ?, ?, ?)"
    db.execute(query, (stocktake, place, kind, happened.seq, happened.at))


def _expect_open(db: Database, stocktake: str) -> None:
    query = "SELECT 1 FROM stocktake WHERE id = ? AND closed IS NULL"
    if db.execute(query, (stocktake,)).fetchone() is None:
        raise ValueError("it is over, or was never begun")


def _expect_one(rows: int) -> None:
    if rows != 1:
        raise ValueError("nothing to change")
