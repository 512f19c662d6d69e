"""Fonts whose signs cover nothing: for text that is found and copied, and never seen.

Codes take one byte: the signs of ASCII have their own, and those a document
uses beyond them are given the rest. A document with more than fit into one
font gets another.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from fontTools.ttLib.tables._g_l_y_f import Glyph

from docscan.frozen import dataclass

EM = 1000  # units
ADVANCE = 500  # units: each sign is half as wide as high
# A word's box is what lies between the two: from its baseline up. None is zero, as a zero counts as missing;
# letters as high as those of print keep the gaps between words in proportion, by which programs tell lines
ASCENT, DESCENT = 720, -1
NAME = "Unseen"
DATE = 3786912000  # of the font, in seconds since 1904: the first day of 2024

ASCII = range(0x20, 0x7F)
FREE = (*range(0x80, 0x100), *range(0x01, 0x0A), *range(0x0E, 0x20))  # codes for other signs
LAST = 0xFF
ESCAPED = {ord(sign): "\\" + sign for sign in "()\\"}  # ISO 32000-1, 7.3.4.2

# one byte a code, as ISO 32000-1, 9.10.3 asks
_TO_UNICODE = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <7E> <0020> endbfrange
%sendcmap end end"""


@dataclass(frozen=True, slots=True)
class Letters:
    """The signs of a document and their codes.

    Attributes:
        fonts: For each font its signs beyond ASCII, in the order of `FREE`.
        codes: What becomes of each sign within a PDF string, by its code point.
    """

    fonts: tuple[str, ...]
    codes: Mapping[int, str]

    def coded(self, text: str) -> Iterator[tuple[str, bytes]]:
        """A text in runs of one font: its name and the inside of a PDF string."""
        runs = groupby(text, key=self._font) if len(self.fonts) > 1 else [(0, text)]
        for font, run in runs:
            yield f"/{NAME}{font}", "".join(run).translate(self.codes).encode("latin-1")

    def _font(self, sign: str) -> int:
        return next((number for number, signs in enumerate(self.fonts) if sign in signs), 0)


def letters(texts: Iterable[str]) -> Letters:
    """The signs of all texts of a document."""
    signs = {sign for text in texts for sign in text}
    others = "".join(sorted(sign for sign in signs if ord(sign) not in ASCII))
    fonts = tuple(others[start : start + len(FREE)] for start in range(0, len(others), len(FREE)))
    codes = {ord(sign): chr(FREE[place % len(FREE)]) for place, sign in enumerate(others)}
    return Letters(fonts or ("",), {**ESCAPED, **codes})


def embedded(document: pikepdf.Pdf, alphabet: Letters) -> pikepdf.Dictionary:
    """The fonts of an alphabet as objects of a document.

    Returns:
        The fonts by the names that `Letters.coded` gives them: simple TrueType
        fonts, symbolic, which therefore need no encoding.
    """
    name = pikepdf.Name("/" + NAME)
    descriptor = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=5,  # fixed pitch, symbolic
            FontBBox=[0, DESCENT, ADVANCE, ASCENT],
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=80,
            FontFile2=document.make_stream(font_file(), Length1=len(font_file())),
        )
    )
    fonts = pikepdf.Dictionary()
    for font, signs in enumerate(alphabet.fonts):
        fonts[f"/{NAME}{font}"] = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font,
                Subtype=pikepdf.Name.TrueType,
                BaseFont=name,
                FirstChar=1,
                LastChar=LAST,
                Widths=[ADVANCE] * LAST,
                FontDescriptor=descriptor,
                ToUnicode=document.make_stream(_to_unicode(signs)),
            )
        )
    return fonts


@cache
def font_file() -> bytes:
    """The TrueType font: two signs without an area, the second for every code."""
    builder = FontBuilder(EM, isTTF=True)
    names = [".notdef", "unseen"]
    builder.setupGlyphOrder(names)
    table = CmapSubtable.newSubtable(0)
    table.platformID, table.platEncID, table.language = 1, 0, 0
    table.cmap = dict.fromkeys(range(1, LAST + 1), "unseen")
    builder.setupCharacterMap({})
    builder.font["cmap"].tables = [table]
    builder.setupGlyf(dict.fromkeys(names, _hairline()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    # one date for all copies: the same document gives the same bytes
    builder.updateHead(created=DATE, modified=DATE)
    builder.font.recalcTimestamp = False
    data = io.BytesIO()
    builder.save(data)
    return data.getvalue()


def _hairline() -> Glyph:
    """A sign that covers nothing, from corner to corner: programs measure text by its signs' extent."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, DESCENT))
    pen.lineTo((ADVANCE, ASCENT))
    pen.closePath()
    return pen.glyph()


def _to_unicode(signs: Iterable[str]) -> bytes:
    """What each code means, at most 100 in a section."""
    lines = [
        f"<{code:02X}> <{sign.encode('utf-16-be', 'replace').hex().upper()}>"
        for code, sign in zip(FREE, signs, strict=False)
    ]
    sections = (lines[start : start + 100] for start in range(0, len(lines), 100))
    text = "".join(
        f"{len(section)} beginbfchar\n" + "\n".join(section) + "\nendbfchar\n" for section in sections
    )
    return (_TO_UNICODE % text).encode("ascii")
