"""Text without case, accents and letters that only one language has, as it is compared.

A page is folded at once. Where all its signs are among those that business paper in the
four languages is printed with, that is done byte by byte, ten times as quick as sign by sign.
"""

import codecs
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from docscan.patterns import pattern

if TYPE_CHECKING:
    from _codecs import _EncodeCharMap

LONGEST = 64
"""Characters of a term; the rest is cut off. The longest number on business paper, an IBAN, has 34."""

SHORT = LONGEST // 2
"""Signs between two blanks of which no word is longer than a term when it is folded: ß becomes two."""

INSIDE = pattern(r"[\u0300-\u036f\u00ad\u200b-\u200d\ufeff]")
"""What stands in a word and is no sign of its own: an accent put after a letter, a soft hyphen, no width."""

# What Unicode's compatibility forms leave undivided, as printed without the sign.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)


class _Folds(dict[int, str]):
    """What each sign is folded to, worked out when it is first met.

    Sign by sign is as good as the whole text: what depends on the neighbours
    in Unicode's forms is the order of accents, and these are dropped.
    """

    def __missing__(self, sign: int) -> str:
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", chr(sign)).casefold())
        self[sign] = "".join(one for one in plain.translate(_LETTERS).casefold() if one.isalnum())
        return self[sign]


_FOLDS = _Folds()


class _Signs(dict[int, str]):
    """What each sign of a text that is folded at once becomes: a blank where it belongs to no word."""

    def __missing__(self, sign: int) -> str:
        inside = chr(sign).isalnum() or INSIDE.fullmatch(chr(sign))
        self[sign] = _FOLDS[sign] if inside else " "
        return self[sign]


_SIGNS = _Signs()


def fold(text: str) -> str:
    """Letters and digits alone, without case, accents and special letters; may be empty."""
    plain = text.isascii() and text.isalnum()
    return (text.lower() if plain else text.translate(_FOLDS))[:LONGEST]


def composed(word: str) -> str:
    """A word with its accents as one sign with their letters, and without soft hyphens."""
    return word if word.isascii() else INSIDE.sub("", unicodedata.normalize("NFC", word))


class _Page(NamedTuple):
    """A code page, what each of its bytes is folded to, and the sign in lower case that it stands for."""

    codes: "_EncodeCharMap"
    folded: bytes
    lower: str
    sharp: bytes  # s, which becomes two signs
    soft: bytes  # hyphen, which becomes none


@cache
def _page() -> _Page:
    """A code page of our own: ASCII, Latin-1, Polish letters, what typesetters put for quotes and dashes.

    Signs that are folded to several, such as fractions, are not in it.
    """
    marks = "„”“‘’‚–—€…•™‹›\u2212\u2010"
    printed = "".join((*map(chr, range(128)), "ĄąĆćĘęŁłŃńŚśŹźŻż", marks, *map(chr, range(0xA0, 0x100))))
    plain = [_SIGNS[ord(sign)] for sign in printed]
    single = [len(one) == 1 and one.isascii() for one in plain]
    sharp, soft = map(printed.index, "ß\u00ad")
    signs = "".join(
        sign if single[code] or code in (sharp, soft) else "\ufffe" for code, sign in enumerate(printed)
    )
    return _Page(
        codecs.charmap_build(signs),
        bytes(ord(one) if single[code] else code for code, one in enumerate(plain)),
        signs.lower(),
        bytes([sharp]),
        bytes([soft]),
    )


def folded(text: str) -> tuple[str, str]:
    """A text in lower case, and the words of it folded, with blanks around them.

    Of more than `SHORT` signs without a blank between, a word may be longer than a term.
    """
    if not text.isascii():
        page = _page()
        try:
            codes = codecs.charmap_encode(text, "strict", page.codes)[0]
        except UnicodeEncodeError:  # another script, or a rare sign
            pass
        else:
            plain = codes.translate(page.folded, page.soft).replace(page.sharp, b"ss")
            return codecs.charmap_decode(codes, "strict", page.lower)[0], plain.decode("ascii")
        # some signs are folded to many
        return text.lower(), " ".join(word[:LONGEST] for word in text.translate(_SIGNS).split())
    return text.lower(), text.translate(_SIGNS)
