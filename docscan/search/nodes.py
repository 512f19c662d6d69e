"""A parsed query: frozen nodes, each printed in the query's normal form."""

from dataclasses import dataclass

from docscan.search.ranges import written


@dataclass(frozen=True, slots=True)
class Word:
    """A word, as typed; also found when it was misread. With a field, only there."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return _named(self.field, self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to one another, exactly these."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return _named(self.field, f'"{self.text}"')


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins so."""

    text: str
    field: str = ""

    def __str__(self) -> str:
        return _named(self.field, f"{self.text}*")


@dataclass(frozen=True, slots=True)
class Range:
    """Dates (YYYYMMDD) or amounts (hundredths) between two ends, inclusive; None is open."""

    field: str
    low: int | None
    high: int | None

    def __str__(self) -> str:
        ends = ["" if end is None else written(self.field, end) for end in (self.low, self.high)]
        return f"{self.field}:{ends[0] if ends[0] == ends[1] else '..'.join(ends)}"


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


Leaf = Word | Phrase | Prefix | Range
Node = Leaf | Not | And | Or


def _named(field: str, text: str) -> str:
    return f"{field}:{text}" if field else text
