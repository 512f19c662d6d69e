"""Saves a copy as PDF/A-2b, with little that the format asks for beside what the pages show."""

import re
import struct
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import pdfa

FLAVOUR = "2b"  # PDF/A-2: JPEG 2000 and transparency are allowed; b: looks the same for ever
SRGB = "sRGB"
DECLARED = b'rdf:about="" pdfaid:part="2" pdfaid:conformance="B"'  # as attributes, in half the bytes

# sRGB (IEC 61966-2-1) seen under D50, as ISO 15076-1 (ICC.1:2010, annex E) adapts it by Bradford's matrix
_WHITE = (0.9642, 1.0, 0.8249)
_COLOURS = {
    b"rXYZ": (0.4360747, 0.2225045, 0.0139322),
    b"gXYZ": (0.3850649, 0.7168786, 0.0971045),
    b"bXYZ": (0.1430804, 0.0606169, 0.7141733),
}
_ADAPTED = (
    *(1.0478112, 0.0228866, -0.0501270),
    *(0.0295424, 0.9904844, -0.0170491),
    *(-0.0092345, 0.0150436, 0.7521316),
)
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # ((a + bx) to the power, or cx below d)


def save(document: pikepdf.Pdf, target: Path) -> str:
    """Write a document as PDF/A-2b where its content allows it, else as plain PDF.

    Args:
        document: Made ready for it in memory.
        target: Where it goes.

    Returns:
        Why it is not PDF/A-2b, by pikepdf's check of the written file; empty
        when it is.
    """
    told = dict(document.docinfo) if "/Info" in document.trailer else {}
    _without_moment(document)
    try:
        pdfa.prepare(document, FLAVOUR, output_intent=srgb(), output_condition_identifier=SRGB)
        _shorten(document, told)
        pdfa.save(document, target, FLAVOUR, repair=False, deterministic_id=True)
    except pdfa.PdfaError as problem:
        document.save(target, deterministic_id=True)
        return str(problem).splitlines()[0][:200]
    return ""


def _without_moment(document: pikepdf.Pdf) -> None:
    """Drop the identifier that comes of the second in which the document was put together.

    What is saved then has one that comes of its contents (ISO 32000-2, 14.4), so
    the same pages give the same bytes.
    """
    if "/ID" in document.trailer:
        del document.trailer["/ID"]


@cache
def srgb() -> bytes:
    """The colours of sRGB as an ICC profile (ISO 15076-1, version 4): all that a display needs, 500 bytes."""
    tags = {
        b"desc": _text("sRGB"),
        b"cprt": _text("None"),
        b"wtpt": _triple(_WHITE),
        b"chad": b"sf32" + bytes(4) + b"".join(_fixed(value) for value in _ADAPTED),
        **{name: _triple(colour) for name, colour in _COLOURS.items()},
        b"rTRC": b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(_fixed(value) for value in _CURVE),
    }
    places = [(name, name) for name in tags] + [(b"gTRC", b"rTRC"), (b"bTRC", b"rTRC")]
    start = 128 + 4 + 12 * len(places)
    offsets, data = dict[bytes, int](), b""
    for name, value in tags.items():
        offsets[name] = start + len(data)
        data += value + bytes(-len(value) % 4)
    table = b"".join(struct.pack(">4sII", name, offsets[like], len(tags[like])) for name, like in places)
    return _header(start + len(data)) + struct.pack(">I", len(places)) + table + data


def _header(size: int) -> bytes:
    """The first 128 bytes: a display's profile by way of XYZ, of the first day of 2024."""
    made = struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
    white = b"".join(_fixed(value) for value in _WHITE)
    head = struct.pack(">I4xI4s4s4s12s4s", size, 0x04200000, b"mntr", b"RGB ", b"XYZ ", made, b"acsp")
    return (head + bytes(28) + white).ljust(128, b"\0")


def _fixed(value: float) -> bytes:
    """A number as ICC's s15Fixed16."""
    return struct.pack(">i", round(value * 65536))


def _triple(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(value) for value in values)


def _text(text: str) -> bytes:
    """A text in one language, as ICC's multiLocalizedUnicode."""
    return (
        b"mluc"
        + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", 2 * len(text), 28)
        + text.encode("utf-16-be")
    )


def _shorten(document: pikepdf.Pdf, told: Mapping[str, pikepdf.Object]) -> None:
    """Take out of the metadata what says nothing of the document: who saved it when, and the blanks between.

    Args:
        document: Its packet was written by `pdfa.prepare`, one property an
            element, and its information dictionary after it.
        told: The information dictionary as it came.
    """
    packet = document.Root.Metadata.read_bytes()
    packet = re.sub(rb"<(xmp:MetadataDate|pdf:Producer)>[^<]*</\1>", b"", packet)
    packet = re.sub(rb' xmlns:(xmp|pdf)="[^"]*"(?!.*<\1:)', b"", packet, flags=re.DOTALL)  # of nothing left
    packet = re.sub(rb"<pdfaid:(\w+)>(\w+)</pdfaid:\1>", b"", packet)
    packet = packet.replace(b'rdf:about=""', DECLARED, 1)
    document.Root.Metadata.write(re.sub(rb">\s+<", b"><", packet).strip())
    if told:
        document.trailer.Info = document.make_indirect(pikepdf.Dictionary(told))
    elif "/Info" in document.trailer:
        del document.trailer.Info
