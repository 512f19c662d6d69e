"""A font whose signs cover nothing: for text that is found and copied, and never seen."""

import io
from functools import cache

import pikepdf
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables._g_l_y_f import Glyph

EM = 1000  # units
ADVANCE = 500  # units: each sign is half as wide as high
ASCENT, DESCENT = 850, -150  # units: what a word reaches above and below its baseline
NAME = "DocscanUnseen"
DATE = 3786912000  # of the font, in seconds since 1904: the first day of 2024

# identifiers are UTF-16 code units, so that the way back to letters is the identity (ISO 32000-1, 9.10.3)
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
%s
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def embedded(document: pikepdf.Pdf) -> pikepdf.Object:
    """The font as an object of a document.

    Returns:
        A Type 0 font, two bytes a sign.
    """
    name = pikepdf.Name("/" + NAME)
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=name,
        Flags=5,  # fixed pitch, symbolic
        FontBBox=[0, DESCENT, ADVANCE, ASCENT],
        ItalicAngle=0,
        Ascent=ASCENT,
        Descent=DESCENT,
        CapHeight=ASCENT,
        StemV=80,
        FontFile2=document.make_indirect(pikepdf.Stream(document, font_file(), Length1=len(font_file()))),
    )
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=document.make_indirect(descriptor),
        DW=ADVANCE,
        CIDToGIDMap=document.make_stream(b"\x00\x01" * 65536),
    )
    return document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[document.make_indirect(descendant)],
            ToUnicode=document.make_stream(_TO_UNICODE % _ranges()),
        )
    )


@cache
def font_file() -> bytes:
    """The TrueType font: two signs without an area."""
    builder = FontBuilder(EM, isTTF=True)
    names = [".notdef", "unseen"]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "unseen"})
    builder.setupGlyf(dict.fromkeys(names, _hairline()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": NAME, "styleName": "Regular", "psName": NAME})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost(isFixedPitch=1)
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


@cache
def _ranges() -> bytes:
    """The identity in ranges that keep their first byte, at most 100 in a section."""
    ranges = [f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>" for high in range(256)]
    sections = (ranges[start : start + 100] for start in range(0, 256, 100))
    text = "\n".join(
        f"{len(section)} beginbfrange\n" + "\n".join(section) + "\nendbfrange" for section in sections
    )
    return text.encode("ascii")
