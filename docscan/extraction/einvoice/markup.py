"""XML from strangers, read so that it can do no harm: nothing is declared, fetched or unfolded.

Elements come without their namespaces: the name of the root tells the syntax,
and a syntax uses no name in two senses at one place.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_BYTES = 8 << 20  # what Spain's public offices accept of a Facturae; a KSeF invoice may have 3 MB
MOST_ELEMENTS = 300_000  # each takes some hundred bytes of memory
DEEPEST = 60  # the standards nest about 12 deep

Node = Element


class _Builder:
    """Makes a tree of what the parser reports."""

    def __init__(self) -> None:
        self.tree = TreeBuilder()
        self._elements = self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS or self._depth > DEEPEST:
            raise ValueError("too many elements")
        self.tree.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(self, name: str) -> None:
        self._depth -= 1
        self.tree.end(_local(name))

    @staticmethod
    def refuse(*_: object) -> None:
        raise ValueError("a document type is declared")


def parsed(data: bytes) -> Node:
    """The root of an XML document.

    Args:
        data: In any encoding that XML knows.

    Raises:
        ValueError: It is no whole XML document, has a document type (which
            entities come from), or is larger or deeper than any invoice.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("too large")
    builder, parser = _Builder(), expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.tree.data
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword: this is the last part
    except (expat.ExpatError, LookupError) as problem:  # LookupError: an unknown encoding
        raise ValueError(str(problem)) from problem
    return builder.tree.close()


def texts(node: Node, path: str) -> Iterator[tuple[Node, str]]:
    """Each element at a path that has a text, with it; white space is one blank."""
    for found in node.iterfind(path):
        if text := " ".join((found.text or "").split()):
            yield found, text


def text(node: Node, *paths: str) -> str:
    """The first text at the first of some paths that has one; empty without any."""
    return next((found for path in paths for _, found in texts(node, path)), "")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
