"""How a copy was made, as XMP metadata inside the bytes that are signed.

What the metadata of a digitised paper are to say: the software and its
version, the moment, and the reference of its homologation if it has one (Orden
EHA/962/2007, article 7; resolution of 24 October 2007, BOE-A-2007-18911).
"""

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from docscan.frozen import dataclass

NAMESPACE, PREFIX = "urn:docscan:digitisation:1", "docscan"
CERTIFIED = "Digitalización certificada"  # may be said under a homologation, and nowhere else
EMPTY = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta>'
    b'<?xpacket end="w"?>'
)
END = b"</rdf:RDF>"
# PDF/A wants every property of one's own described (ISO 19005-2, 6.6.2.3)
MEANINGS = {
    "Software": "Name of the program that digitised the paper",
    "Version": "Version of that program",
    "Time": "Moment of the digitisation, UTC",
    "Profile": "Definition by which it was digitised",
    "Original": "SHA-256 of the file as it was scanned, or of each such file",
    "Homologation": "Reference under which the program was accepted by an authority",
    "Statement": "What the program may call the result under that reference",
}


@dataclass(frozen=True, slots=True)
class Making:
    """How a copy was made.

    Attributes:
        program: Name and version: `docscan/0.1.0`.
        at: The moment, in ISO 8601, UTC.
        profile: The name of the pipeline.
        original: SHA-256 of the file as received, in hex; of all of them, with
            blanks between, where pages of several were joined.
        homologation: The reference under which an authority accepted the
            program; empty for none.
    """

    program: str
    at: str
    profile: str
    original: str
    homologation: str = ""

    @property
    def properties(self) -> Mapping[str, str]:
        """The properties to write; nothing about homologation where there is none."""
        software, _, version = self.program.partition("/")
        found = {
            "Software": software,
            "Version": version,
            "Time": self.at,
            "Profile": self.profile,
            "Original": self.original,
        }
        if self.homologation:
            found |= {"Homologation": self.homologation, "Statement": CERTIFIED}
        return found


def describe(source: Path, target: Path, making: Making) -> None:
    """Write a copy of a PDF that says how it was made.

    Raises:
        pikepdf.PdfError: It cannot be opened.
    """
    import pikepdf  # noqa: PLC0415 - it takes long to load, and only signatures need it

    with pikepdf.open(source) as document:
        packet = document.Root.Metadata.read_bytes() if "/Metadata" in document.Root else EMPTY
        packet = (packet if END in packet else EMPTY).replace(END, _described(making) + END, 1)
        document.Root.Metadata = document.make_stream(
            packet, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        document.save(target, deterministic_id=True)


def _described(making: Making) -> bytes:
    values = making.properties
    facts = "".join(f"<{PREFIX}:{name}>{escape(value)}</{PREFIX}:{name}>" for name, value in values.items())
    meanings = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        f"<pdfaProperty:description>{MEANINGS[name]}</pdfaProperty:description></rdf:li>"
        for name in values
    )
    return (
        f'<rdf:Description rdf:about="" xmlns:{PREFIX}="{NAMESPACE}">{facts}</rdf:Description>'
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>'
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>docscan digitisation</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{meanings}</rdf:Seq></pdfaSchema:property></rdf:li>"
        "</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    ).encode()
