"""Where somebody at the desk is, what a line asks for, and what is said to it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal

from docscan.archive.event import Event
from docscan.frozen import dataclass
from docscan.holdings.entities import Box, Entity, Item, Location, Person, called
from docscan.holdings.places import STATES
from docscan.holdings.stocktake_findings import Stocktake
from docscan.messages import sentence

Mode = Literal["place", "out", "in", "renew", "who", "count"]
Kind = Literal["done", "told", "look", "refused"]

MOST_NAME = 60  # characters of a title in an answer, which is one line


@dataclass(frozen=True, slots=True)
class Put:
    """A box or an item is to be placed."""

    subject: Item | Box
    to: Location | Box


@dataclass(frozen=True, slots=True)
class Lend:
    """An item is to be lent."""

    item: Item
    person: Person


@dataclass(frozen=True, slots=True)
class TakeBack:
    """An item has come back."""

    item: Item


@dataclass(frozen=True, slots=True)
class Check:
    """The folios of an item that is back were counted."""

    item: Item
    folios: int


@dataclass(frozen=True, slots=True)
class Renew:
    """A loan is to go on."""

    item: Item


@dataclass(frozen=True, slots=True)
class BeginCount:
    """What is at a place is to be counted."""

    place: Location | Box


@dataclass(frozen=True, slots=True)
class LookInto:
    """Who counts has come to another place; a box is seen at the shelf it is on, if that is known."""

    stocktake: Stocktake
    place: Location | Box


@dataclass(frozen=True, slots=True)
class See:
    """Something was seen by who counts."""

    stocktake: Stocktake
    subject: Item | Box
    place: Location | Box


@dataclass(frozen=True, slots=True)
class SumUp:
    """Who counts has come to an end."""

    stocktake: Stocktake


@dataclass(frozen=True, slots=True)
class Undo:
    """The last step is to be taken back."""

    taken: "Taken"


@dataclass(frozen=True, slots=True)
class Tell:
    """Somebody wants to know about something."""

    found: Entity


@dataclass(frozen=True, slots=True)
class Search:
    """A number, or words of a title."""

    text: str


Deed = Put | Lend | TakeBack | Check | Renew | BeginCount | LookInto | See | SumUp | Undo | Tell | Search


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a line.

    Attributes:
        kind: `done`; `told`: nothing was done, and nothing is wrong; `look`: it
            was done, and something is not as it should be; `refused`.
        code: Of the sentence.
        text: One line.
        facts: What a program wants to know of it.
    """

    kind: Kind
    code: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that can be taken back.

    Attributes:
        subject: What it was done with.
        loans: The events of each act of lending in it, in order.
        was_at: The UUID of the place it was moved from; empty when it was not moved.
        was_missing: It was found by being moved.
        event: The number of the event that moved or counted it; 0 for none.
        settled: The number of the event that took back what came after it; 0 for none.
        stocktake: It was counted in this one.
    """

    subject: Item | Box
    loans: tuple[tuple[Event, ...], ...] = ()
    was_at: str = ""
    was_missing: bool = False
    event: int = 0
    settled: int = 0
    stocktake: Stocktake | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Where somebody at the desk is.

    Attributes:
        language: In which they are answered.
        mode: What is done with the next item.
        shelf: The last location; boxes are placed there.
        place: The last place; items go there, or are seen there.
        person: Who borrows.
        loan: The UUID of the loan that items are added to.
        uncounted: An item that is back and whose folios are to be counted.
        stocktake: What is being counted.
        barred: The code of the sentence that an item is refused with; empty when it is not.
        taken: The steps that can be taken back, the newest last.
        count: How many things were done since the mode began.
        last: The code that was scanned last, and when it was answered.
        over: They left.
    """

    language: str = "en"
    mode: Mode = "place"
    shelf: Location | None = None
    place: Location | Box | None = None
    person: Person | None = None
    loan: str = ""
    uncounted: Item | None = None
    stocktake: Stocktake | None = None
    barred: str = ""
    taken: tuple[Taken, ...] = ()
    count: int = 0
    last: tuple[str, datetime] | None = None
    over: bool = False

    def afresh(self, mode: Mode = "place", *, person: Person | None = None) -> "Session":
        """The session without what went before, but for what can be taken back."""
        return Session(self.language, mode, person=person, taken=self.taken, last=self.last)

    def said(self, kind: Kind, code: str, **facts: str | Entity) -> Answer:
        """An answer in the language of the session; a person reads names, a program codes."""
        words = {
            name: _worded(fact) if isinstance(fact, str) else named(fact) for name, fact in facts.items()
        }
        plain = {name: fact if isinstance(fact, str) else called(fact) for name, fact in facts.items()}
        return Answer(kind, code, sentence(code, self.language, **words), plain)


def shown(text: str) -> str:
    """A text as one line that a terminal shows and does not obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def named(entity: Entity) -> str:
    """What something is called in an answer: its code, and the beginning of its name or title."""
    name = shown(getattr(entity, "title", "") or getattr(entity, "name", ""))
    if len(name) > MOST_NAME:
        name = f"{name[: MOST_NAME - 1]}…"
    return f"{getattr(entity, 'code', '')} {name}".strip()


def _worded(fact: str | Entity) -> str:
    """A fact for a sentence: a name, a state, which is said in the same language, or somebody's own words."""
    if not isinstance(fact, str):
        return named(fact)
    return fact if fact in STATES.values() else shown(fact).lstrip("@")
