"""The desk: what a line means that a reader of bar codes, or a person, has typed.

`heard` is the whole grammar. It knows the session and the line, finds what a
code names, and says what is to be done; it does nothing itself.

The last place wins: after a location, boxes and items are placed there; after
a box, items are put into it. A person and `A-OUT` lend what follows to them.
`A-IN`, `A-RENEW`, `A-WHO` and `A-COUNT` say what is done with what follows.

Whoever scans looks at the paper, not at the screen. So a place, a person or an
action that could not be read bars the items after it, until the next that can:
nothing goes to where the line before pointed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from docscan.errors import NotFoundError
from docscan.frozen import dataclass
from docscan.holdings import codes
from docscan.holdings.entities import CONTROL, Box, Entity, Item, Location, Person
from docscan.holdings.session import (
    Answer,
    BeginCount,
    Check,
    Deed,
    Lend,
    LookInto,
    Mode,
    Put,
    Renew,
    Search,
    See,
    Session,
    SumUp,
    TakeBack,
    Tell,
    Undo,
    shown,
)

ACTIONS: Mapping[str, str] = {
    "OUT": "J200",
    "IN": "J202",
    "RENEW": "J204",
    "WHO": "J206",
    "COUNT": "J208",
    "UNDO": "J210",
    "END": "J212",
}
"""The actions by their words, each with the code of the sentence that says what it does."""

Read = Literal["nothing", "action", "code", "wrong", "garbled", "number", "text"]

AGAIN = timedelta(seconds=1)  # a reader whose trigger is held sends the same code several times a second
IDLE = timedelta(minutes=10)  # after so long nobody remembers what the last place or person was
MOST_LINE = 200  # characters: a title is shorter, and so is every code
MOST_UNDONE = 100  # steps that can be taken back, one after the other
FOLIO_DIGITS = 6  # of a count; a longer number is the bar code of something else
SHOWN = 40  # characters of a line that was no scan
UNREADABLE = (
    "\N{REPLACEMENT CHARACTER}"  # what bytes are decoded to that are no text, and what ends half a line
)
AROUND = "".join(map(chr, range(0x21)))  # what readers send before and after a code: blanks and controls
LABEL = re.compile(r"(?:.|[^0-9A-Z][A-Z][0-9A-Z])?(?P<code>[LBFPA]-[0-9A-Z]*)")
"""A code as printed, or its beginning, after what a reader may be set to send before it: one sign, or a
symbology identifier of three (ISO/IEC 15424), such as `]C1`; its first is another sign on other keyboards."""

HALF = re.compile(rf"-[0-9]+[A-Z]?|[0-9]{{{codes.DIGITS}}}[A-Z]")
"""The end of a code whose beginning was lost: a hyphen and digits, or the digits of a label and a letter."""

ANY = "*"  # for the letter of a line that may have been anything
BARRED = {"L": "J060", "B": "J061", "P": "J062", "A": "J063", ANY: "J069"}
"""What an item is answered with after a code with this letter could not be used."""

UNPLACED = "J067"  # the same while something is counted: nothing was to be placed
LONG_AGO = "J064"  # the same, after `IDLE`
BARRED_FOR_BOXES = (
    "J060",
    "J063",
    "J069",
    LONG_AGO,
)  # after which nobody knows where a box is to stand, either


@dataclass(frozen=True, slots=True)
class Scan:
    """A line as it was meant.

    Attributes:
        kind: What it is.
        text: A code or the word of an action in its right form; a number; or the text.
    """

    kind: Read
    text: str = ""


Heard = tuple[Session, Deed | Answer | None]
Find = Callable[[str], Entity]


def read(line: str) -> Scan:
    """A line as it was meant, whatever the reader sends around the code.

    Args:
        line: As it came, without its end.
    """
    text = shown(line[: MOST_LINE + 1])
    if not line.strip():
        return Scan("nothing")
    if not text or len(line) > MOST_LINE or UNREADABLE in line or CONTROL.search(line.strip(AROUND)):
        return Scan("garbled", text)
    label = LABEL.fullmatch(codes.typed(text))
    for meant in (text, label["code"] if label else ""):
        if word := _action(meant):
            return Scan("action", word)
        if code := codes.parsed(meant):
            return Scan("code", str(code))
    return Scan("wrong", label["code"]) if label else _words(text)


def _words(text: str) -> Scan:
    """A line that is no code: a number, words, or what a code stands in all the same."""
    meant = codes.typed(text)
    if codes.within(text) or HALF.fullmatch(meant) or any(codes.action(word) in meant for word in ACTIONS):
        return Scan("garbled", text)
    return Scan("number" if text.isdecimal() else "text", text)


def heard(session: Session, line: str, find: Find, at: datetime) -> Heard:
    """What a line means.

    Args:
        session: Where they are.
        line: As it came, without its end.
        find: Gives what has a code, or raises NotFoundError.
        at: When it came.

    Returns:
        The session after it, and what is to be done, or the answer; None to what says nothing.
    """
    scan = read(line)
    if scan.kind in ("action", "code") and _again(session, scan.text, at):
        code = f"{codes.ACTION}-{scan.text}" if scan.kind == "action" else scan.text
        return session, session.said("told", "J090", read=code)
    session = _awake(session, at)
    if scan.kind in ("code", "wrong", "garbled") or (scan.kind == "action" and scan.text != "UNDO"):
        session = replace(session, uncounted=None)
    match scan.kind:
        case "action":
            return _acted(session, scan.text)
        case "code":
            return _coded(session, scan.text, find)
        case "wrong":
            return barred(session, scan.text[0]), _wrong(session, scan.text, find)
        case "garbled":
            begun = scan.text if len(scan.text) <= SHOWN else f"{scan.text[:SHOWN]}…"
            return barred(session, ANY), session.said("refused", "J083", read=begun)
    return session, _typed(session, scan) if scan.text else None


def barred(session: Session, letter: str) -> Session:
    """The session after a code with this letter that could not be used: it points nowhere any more."""
    reason = BARRED.get(letter, "")
    if session.mode == "count" and letter in ("L", "B"):
        reason = UNPLACED
    if not reason or (session.mode == "who" and letter not in (codes.ACTION, ANY)):
        return session
    if letter == codes.LETTERS["person"]:
        return replace(session, person=None, loan="", barred=reason)
    return replace(session, place=None, shelf=session.shelf if letter == "B" else None, barred=reason)


def _again(session: Session, text: str, at: datetime) -> bool:
    """Whether this is the scan before once more, and not another one."""
    return session.last is not None and session.last[0] == text and at - session.last[1] < AGAIN


def _awake(session: Session, at: datetime) -> Session:
    """The session, or a new one when nothing came for long; somebody who counts goes on."""
    asleep = session.last is not None and at - session.last[1] > IDLE and session.mode != "count"
    if not asleep or session.afresh() == replace(session, count=0):
        return session
    return replace(session.afresh(), barred=LONG_AGO)


def _action(text: str) -> str:
    """The word of an action, with its check letter or, typed by hand, without; empty for anything else."""
    meant = codes.typed(text)
    return next((word for word in ACTIONS if meant in (codes.action(word), f"{codes.ACTION}-{word}")), "")


def _acted(session: Session, word: str) -> Heard:
    match word:
        case "UNDO":
            return session, (Undo(session.taken[-1]) if session.taken else session.said("refused", "J070"))
        case "END":
            return _ended(session)
        case "OUT":
            session = session.afresh("out", person=session.person)
            if session.person is None:
                return session, session.said("told", "J022")
            return session, session.said("told", "J020", person=session.person)
        case "COUNT":
            place = session.place if session.mode == "place" else None
            session = session.afresh("count")
            return session, (BeginCount(place) if place else session.said("told", "J028"))
    mode, code = SIMPLE[word]
    return session.afresh(mode), session.said("told", code)


def _ended(session: Session) -> Heard:
    """Ends what is going on; when nothing is, the session."""
    if session.stocktake is not None:
        return session.afresh(), SumUp(session.stocktake)
    if session.afresh() == replace(session, count=0):
        return replace(session, over=True), session.said("told", "J099")
    return session.afresh(), session.said("told", "J098", count=str(session.count))


def _coded(session: Session, code: str, find: Find) -> Heard:
    try:
        found = find(code)
    except NotFoundError:
        return barred(session, code[0]), session.said("refused", "J082", read=code)
    if session.mode == "who":
        return session, Tell(found)
    if isinstance(found, Location | Box):
        return _at_place(session, found)
    if isinstance(found, Person):
        return _with_person(session, found)
    return session, _with_item(session, found) if isinstance(found, Item) else Tell(found)


def _at_place(session: Session, place: Location | Box) -> Heard:
    """A place begins anew, unless things are being placed or counted already."""
    if session.mode == "count":
        known = session.stocktake
        return replace(session, barred=""), BeginCount(place) if known is None else LookInto(known, place)
    if session.mode != "place" or session.person is not None:
        session = session.afresh()
    if isinstance(place, Location):
        return replace(session, shelf=place, place=place, barred=""), Tell(place)
    if session.barred in BARRED_FOR_BOXES:
        return session, session.said("refused", session.barred, item=place)
    session = replace(session, place=place, barred="")
    return session, Put(place, session.shelf) if session.shelf else Tell(place)


def _with_person(session: Session, person: Person) -> Heard:
    if session.mode == "count":
        return session, session.said("refused", "J066", person=person)
    if session.mode == "out":
        session = replace(session, person=person, loan="", barred="", count=0)
        return session, session.said("told", "J020", person=person)
    return session.afresh(person=person), Tell(person)


def _with_item(session: Session, item: Item) -> Deed | Answer:
    if session.barred:
        return session.said("refused", session.barred, item=item)
    match session.mode:
        case "place":
            return _placed(session, item)
        case "out":
            return (
                Lend(item, session.person) if session.person else session.said("refused", "J065", item=item)
            )
        case "count":
            return _counted(session, item)
    return TakeBack(item) if session.mode == "in" else Renew(item)


def _placed(session: Session, item: Item) -> Deed | Answer:
    if session.person is not None:
        return session.said("refused", "J068", item=item)
    return Put(item, session.place) if session.place else Tell(item)


def _counted(session: Session, item: Item) -> Deed | Answer:
    if session.stocktake is None or session.place is None:
        return session.said("refused", UNPLACED, item=item)
    return See(session.stocktake, item, session.place)


def _typed(session: Session, scan: Scan) -> Deed:
    if scan.kind == "number" and session.uncounted is not None and len(scan.text) <= FOLIO_DIGITS:
        return Check(session.uncounted, int(scan.text))
    return Search(scan.text)


def _wrong(session: Session, text: str, find: Find) -> Answer:
    """Says that a code was misread, and which two digits look swapped."""
    swapped = [code for code in codes.mended(text) if _is_known(str(code), find)]
    if not swapped:
        return session.said("refused", "J080", read=text)
    meant = swapped[0]
    digits = re.sub(r"\D", "", text)
    right = f"{meant.number:0{len(digits)}d}"
    first = next(at for at, (one, other) in enumerate(zip(digits, right, strict=True), 1) if one != other)
    facts = {"first": str(first), "second": str(first + 1), "meant": str(meant)}
    return session.said("refused", "J081", read=text, **facts)


def _is_known(code: str, find: Find) -> bool:
    try:
        find(code)
    except NotFoundError:
        return False
    return True


SIMPLE: Mapping[str, tuple[Mode, str]] = {
    "IN": ("in", "J024"),
    "RENEW": ("renew", "J025"),
    "WHO": ("who", "J026"),
}
"""The actions that only say what is done with what follows: the mode, and the answer."""
