"""Letters and contracts: running text under a letterhead; the text is in letters.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paper
import parties
from figures import day_printed
from parties import Party
from reportlab.lib import colors
from reportlab.platypus import Flowable, PageBreak


@dataclass(frozen=True)
class Letter:
    """A letter.

    Attributes:
        enclosure: Paragraphs of a second page; one empty string for a page
            left blank.
    """

    language: str
    sender: Party
    addressee: Sequence[str]
    day: str
    subject: str
    paragraphs: Sequence[str]
    farewell: Sequence[str]
    enclosure: Sequence[str] = ()
    face: str = "serif"


@dataclass(frozen=True)
class Contract:
    """A contract; every page is a list of heading and text."""

    title: str
    opening: str
    pages: Sequence[Sequence[tuple[str, str]]]
    signers: Sequence[str]
    page_word: str
    face: str = "serif"


def letter_drawn(letter: Letter) -> bytes:
    """The letter as a PDF."""
    sender, face = letter.sender, letter.face
    story: list[Flowable] = [paper.text(sender.name, f"{face}-bold", 15, alignment=2)]
    story += [paper.text(line, face, 9, alignment=2) for line in (sender.street, sender.town, sender.mail)]
    story += [paper.gap(10), *(paper.text(line, face, 11) for line in letter.addressee), paper.gap(8)]
    place = "" if letter.language == "en" else f"{sender.town.split(' ', 1)[1]}, "
    date_line = place + day_printed(letter.day, letter.language, "spelt")
    story += [paper.text(date_line, face, 11, alignment=2), paper.gap(6)]
    story += [paper.text(letter.subject, f"{face}-bold", 12), paper.gap(4)]
    story += running(letter.paragraphs, face)
    story += [paper.gap(3), *(paper.text(line, face, 11.5) for line in letter.farewell[:1])]
    story += [paper.gap(2), paper.Signature(letter.farewell[1]), paper.gap(2)]
    story += [paper.text(line, face, 11.5) for line in letter.farewell[1:]]
    if letter.enclosure:
        story += [PageBreak(), *running(letter.enclosure, face)]
        story += [paper.Signature(letter.farewell[1])] if letter.enclosure[0] else []
    return paper.printed(story, margin=24)


def running(paragraphs: Sequence[str], face: str, size: float = 11.5) -> list[Flowable]:
    """Paragraphs with room between them; an empty one leaves paper."""
    return [
        paper.text(words or "&nbsp;", face, size, spaceAfter=9, leading=size * 1.5) for words in paragraphs
    ]


def contract_drawn(contract: Contract) -> bytes:
    """The contract as a PDF, signatures under the last clause."""
    face = contract.face
    story: list[Flowable] = [paper.text(contract.title, f"{face}-bold", 16, alignment=1), paper.gap(6)]
    story += running([contract.opening], face, 13)
    for number, clauses in enumerate(contract.pages):
        story += [PageBreak()] if number else []
        for heading, words in clauses:
            story += [paper.text(heading, f"{face}-bold", 13, spaceAfter=5, spaceBefore=12)]
            story += running([words], face, 13)
    rule = [
        ("LINEABOVE", (0, 1), (0, 1), 0.7, colors.black),
        ("LINEABOVE", (2, 1), (2, 1), 0.7, colors.black),
    ]
    left, right = contract.signers
    blocks = [
        [paper.Signature(left), "", paper.Signature(right)],
        [paper.text(left, face, 10), "", paper.text(right, face, 10)],
    ]
    story += [paper.gap(20), paper.rows(blocks, [70, 22, 70], face, 10, rule)]
    return paper.printed(story, paper.footer(contract.title, face, contract.page_word), margin=24)


def letter_from(told: Mapping[str, Any]) -> Letter:
    """A letter from its table in letters.toml."""
    return Letter(**{**told, "sender": getattr(parties, told["sender"])})


def contract_from(told: Mapping[str, Any]) -> Contract:
    """The contract from its table in letters.toml, the parties' names put in."""
    clauses = told["clauses"]
    last = max(clause["page"] for clause in clauses)
    pages = [
        [(c["heading"], c["words"]) for c in clauses if c["page"] == page] for page in range(1, last + 1)
    ]
    return Contract(
        title=told["title"],
        opening=told["opening"].format(**vars(parties)),
        pages=pages,
        signers=[signer.format(**vars(parties)) for signer in told["signers"]],
        page_word=told["page_word"],
        face=told["face"],
    )


TOLD = tomllib.loads((Path(__file__).parent / "letters.toml").read_text("utf-8"))
LETTERS = {name: letter_from(told) for name, told in TOLD["letters"].items()}
CONTRACT = contract_from(TOLD["contract"])
