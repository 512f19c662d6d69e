"""The codes on labels: a letter for the kind, a number, a check letter, as in `F-000012Q`.

The check letter is the remainder modulo 23 of the number and of a number for
the kind, as in the Spanish tax id. 23 is a prime larger than any difference of
two digits, and no power of 10 below the 22nd leaves the remainder 1. So the
letter tells every single wrong digit, any two digits that changed places, and
every wrong kind.

The letters are the 26 without I and O, which look like digits, and without Y:
a scanner gun types like a keyboard, and one that is set to English types Z for
Y on a computer set to German.
"""

import re
from typing import Literal, get_args

from docscan.frozen import dataclass

Kind = Literal["location", "box", "item", "person"]

KINDS: tuple[Kind, ...] = get_args(Kind)
LETTERS: dict[Kind, str] = {"location": "L", "box": "B", "item": "F", "person": "P"}
ACTION = "A"  # what begins the code of something to do
CHECK = "ABCDEFGHJKLMNPQRSTUVWXZ"
DIGITS = 6  # at least; a register of more than 999,999 has more
MOST = 10**9 - 1
MOST_BROUGHT = 10**8 - 1  # in a list: numbers that follow are higher, and there have to be some
CODE = re.compile(r"([LBFP])-?([0-9]{1,9})([A-HJ-NP-XZ])", re.ASCII)
LONG = re.compile(rf"[LBFP]-[0-9]{{{DIGITS}}}", re.ASCII)
SHORT = re.compile(r"[LBFP]-[0-9]{1,9}[A-HJ-NP-Z]", re.ASCII)
HYPHENS = str.maketrans(dict.fromkeys("'’ß?/_", "-"))  # what a gun types for one on other keyboards


@dataclass(frozen=True, slots=True)
class Code:
    """What a code names: the number of a location, a box, an item or a person."""

    kind: Kind
    number: int

    def __str__(self) -> str:
        """As it stands on a label."""
        return code(self.kind, self.number)


def typed(text: str) -> str:
    """A code as it was meant, whatever keyboard the gun was set to: capitals, and hyphens."""
    return text.strip().translate(HYPHENS).upper()


def code(kind: Kind, number: int) -> str:
    """The code of something.

    Args:
        kind: What it is.
        number: Its number, from 1.

    Raises:
        ValueError: There is no such number.
    """
    if not 1 <= number <= MOST:
        raise ValueError(f"{number} is no number of a {kind}")
    return f"{LETTERS[kind]}-{number:0{DIGITS}d}{_check(kind, number)}"


def parsed(text: str) -> Code | None:
    """What a code names; None for what is no code, or has another check letter.

    Args:
        text: As typed or scanned; zeros in front, case and blanks around it do not matter.
    """
    found = _split(text)
    if found is None:
        return None
    kind, digits, letter = found
    number = int(digits)
    return Code(kind, number) if number and _check(kind, number) == letter else None


def looks_like_one(text: str) -> bool:
    """Whether a text has the form of a code, be its check letter right or wrong."""
    return _split(text) is not None


def within(text: str) -> bool:
    """Whether a code stands in a text that is none itself: two ran together, or half of one was lost.

    Six digits tell a code from a word of a title; with fewer, its check letter
    does, or that nothing else stands beside it.

    Args:
        text: As typed or scanned.
    """
    meant = typed(text)
    if LONG.search(meant) or any(parsed(found[0]) for found in SHORT.finditer(meant)):
        return True
    words = meant.split()
    return len(words) > 1 and all(map(looks_like_one, words))


def mended(text: str) -> list[Code]:
    """The codes that were meant if two neighbouring digits changed places; none for a code that is right."""
    found = _split(text)
    if found is None or parsed(text) is not None:
        return []
    kind, digits, letter = found
    swapped = (
        digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for at in range(len(digits) - 1)
        if digits[at] != digits[at + 1]
    )
    numbers = sorted({int(one) for one in swapped} - {0})
    return [Code(kind, number) for number in numbers if _check(kind, number) == letter]


def action(word: str) -> str:
    """The code of something to do: `A-`, the word, and a check letter.

    Args:
        word: Capital letters, such as `OUT`.
    """
    total = sum(at * ord(letter) for at, letter in enumerate(word, start=1))
    return f"{ACTION}-{word}{CHECK[total % len(CHECK)]}"


def _split(text: str) -> tuple[Kind, str, str] | None:
    """Kind, digits and check letter of what has the form of a code."""
    found = CODE.fullmatch(typed(text).replace("Y", "Z"))
    if found is None:
        return None
    kind = next(kind for kind, letter in LETTERS.items() if letter == found[1])
    return kind, found[2], found[3]


def _check(kind: Kind, number: int) -> str:
    return CHECK[(KINDS.index(kind) + number) % len(CHECK)]
