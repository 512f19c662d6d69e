"""A parsed query: frozen nodes, each printed in the query's normal form."""

from collections.abc import Iterator

from docscan.frozen import dataclass
from docscan.patterns import pattern
from docscan.search.ranges import Kind, written

NAMED = pattern(r"([^\W\d_][\w-]*):")
"""What stands before a value: a field's name and a colon."""

QUOTES = ('"“”„', "«»")
"""The signs around a phrase; one of a kind is closed by any of the same kind."""

GROUP = pattern(rf"[^\s(){''.join(QUOTES)}]+")
"""What is typed without a blank, a bracket or quotes within."""

OPERATORS = ("OR", "AND", "NOT")


@dataclass(frozen=True, slots=True)
class Word:
    """A word, as typed; also found inflected and when it was misread. With a field, only there.

    `loose` is one edit for every word, also where it makes another word or number.
    """

    text: str
    field: str = ""
    loose: bool = False

    def __str__(self) -> str:
        return _named(self.field, self.text) + ("~" if self.loose else "")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to one another, exactly these."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return _named(self.field, f'"{self.text}"')


@dataclass(frozen=True, slots=True)
class Near:
    """Two words at most `distance` positions apart, in any order, exactly these."""

    one: str
    other: str
    distance: int

    def __str__(self) -> str:
        return f'"{self.one} {self.other}"~{self.distance}'


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins so."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return _named(self.field, f"{self.text}*")


@dataclass(frozen=True, slots=True)
class Range:
    """Dates (YYYYMMDD), amounts (hundredths) or counts between two ends, inclusive; None is open."""

    field: str
    low: int | None
    high: int | None
    kind: Kind

    def __str__(self) -> str:
        ends = ["" if end is None else written(self.kind, end) for end in (self.low, self.high)]
        return f"{self.field}:{ends[0] if ends[0] == ends[1] else '..'.join(ends)}"


@dataclass(frozen=True, slots=True)
class Has:
    """Documents with a value in a field."""

    field: str

    def __str__(self) -> str:
        return f"has:{self.field}"


@dataclass(frozen=True, slots=True)
class State:
    """What others know of a document, such as `is:overdue` or `has:hold`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Not:
    """Documents that the node does not find."""

    node: "Node"

    def __str__(self) -> str:
        return f"-({self.node})" if isinstance(self.node, And | Or | Not) else f"-{self.node}"


@dataclass(frozen=True, slots=True)
class And:
    """Documents that all nodes find; at least two."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({node})" if isinstance(node, And | Or) else str(node) for node in self.nodes)


@dataclass(frozen=True, slots=True)
class Or:
    """Documents that any node finds; at least two."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(f"({node})" if isinstance(node, Or) else str(node) for node in self.nodes)


Leaf = Word | Phrase | Near | Prefix | Range | Has | State
Node = Leaf | Not | And | Or


def leaves(node: Node, *, wanted: bool = False) -> Iterator[Leaf]:
    """What a query is made of, in order.

    Args:
        node: The query.
        wanted: Only what documents shall have, not what they must not have.
    """
    if isinstance(node, And | Or):
        for part in node.nodes:
            yield from leaves(part, wanted=wanted)
    elif not isinstance(node, Not):
        yield node
    elif not wanted:
        yield from leaves(node.node)


def _named(field: str, text: str) -> str:
    """The text after its field's name; `text:` where it alone would mean something else."""
    if field:
        return f"{field}:{text}"
    return f"text:{text}" if text.startswith("-") or text in OPERATORS or NAMED.match(text) else text
