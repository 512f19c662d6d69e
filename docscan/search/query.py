"""What a person types, parsed once into nodes that every engine understands.

::

    query  = all ("OR" all)*
    all    = one ("AND"? one)*
    one    = ("-" | "NOT") one | "(" query ")" | [field ":"] ("phrase" | word | prefix* | range)
"""

import re
from collections.abc import Collection
from difflib import get_close_matches
from typing import NoReturn

from docscan.errors import SearchError
from docscan.search.analysis import fold, wordings
from docscan.search.nodes import And, Leaf, Node, Not, Or, Phrase, Prefix, Range, Word
from docscan.search.ranges import AMOUNTS, DATES, NUMBERS, Span, after, before, span

KEYWORDS = ("id", "kind", "language", "verdict")
"""What is known of a document besides its fields; searched whole, not word by word."""

FIELDS = (
    *KEYWORDS,
    *NUMBERS,
    "invoice_number",
    "currency",
    "supplier_name",
    "supplier_tax_id",
    "supplier_address",
    "customer_name",
    "customer_tax_id",
    "order_reference",
    "preceding_invoice",
    "iban",
    "payment_reference",
)

VERDICTS = ("accepted", "review", "rejected")

LONGEST = 1000
"""Characters of a query: about the length of a page's paragraph."""

WORDS = 100
"""Words of a query; each misspelt one costs some hundred look-ups."""

DEEPEST = 20
"""Brackets and minus signs within one another, well inside Python's own limit."""

Ends = tuple[int | None, int | None]

_QUOTES = '"“”„'
_WORD = re.compile(rf"[^\s(){_QUOTES}]+")
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):")
_OPERATORS = ("OR", "AND", "NOT")


def parse(text: str, *, fields: Collection[str] = FIELDS) -> Node:
    """Understand a query.

    Args:
        text: As typed.
        fields: The names that may stand before a colon.

    Returns:
        The query; `str()` of it is its normal form and parses to the same.

    Raises:
        SearchError: With the place where it stops making sense.
    """
    return _Parser(text, fields).parsed()


class _Parser:
    """One reading of one query, from left to right."""

    def __init__(self, text: str, fields: Collection[str]) -> None:
        self.text = text
        self.fields = fields
        self.at = 0
        self.words = 0

    def parsed(self) -> Node:
        if len(self.text) > LONGEST:
            self.fail("The query is too long.", LONGEST, f"Use at most {LONGEST} characters.")
        node = self.any_of(0)
        if self.at < len(self.text):
            self.fail("This bracket closes nothing.", self.at, "Take it out, or open one before.")
        if node is None:
            self.fail("There is nothing to search for.", 0, "Write at least one word or number.")
        return node

    def fail(self, sentence: str, position: int, hint: str = "") -> NoReturn:
        raise SearchError(sentence, query=self.text, position=position, hint=hint)

    def any_of(self, depth: int) -> Node | None:
        """Alternatives, up to a closing bracket or the end; None for nothing at all."""
        nodes: list[Node] = []
        while True:
            node = self.all_of(depth)
            place = self.at
            more = self.taken("OR")
            if node is None and (more or nodes):
                self.fail(
                    "OR needs something on both sides.", min(place, len(self.text)), 'For the word: "OR".'
                )
            if node is not None:
                nodes.append(node)
            if not more:
                return Or(tuple(nodes)) if len(nodes) > 1 else node

    def all_of(self, depth: int) -> Node | None:
        """Nodes side by side, up to OR, a closing bracket or the end."""
        nodes: list[Node] = []
        while not self.ended():
            if self.taken("AND"):
                continue
            node = self.one(depth)
            if node is not None:
                nodes.append(node)
        if len(nodes) > 1:
            return And(tuple(nodes))
        return nodes[0] if nodes else None

    def one(self, depth: int) -> Node | None:
        """One node; None for a sign without letters or digits, which finds nothing."""
        place = self.at
        if depth > DEEPEST:
            self.fail("The brackets are too deep.", place, f"Use at most {DEEPEST} within one another.")
        if self.taken("NOT") or self.minus():
            self.blanks()
            node = None if self.ended() else self.one(depth + 1)
            if node is None:
                self.fail("Nothing follows to be left out.", place, "Write a word right after the minus.")
            return Not(node)
        if self.text[self.at] == "(":
            return self.bracket(depth)
        named = _FIELD.match(self.text, self.at)
        if named:
            return self.field(named)
        return self.counted(self.quoted("") or self.word(""), place)

    def bracket(self, depth: int) -> Node:
        place = self.at
        self.at += 1
        node = self.any_of(depth + 1)
        if self.at >= len(self.text):
            self.fail("This bracket is not closed.", place, "Add ) where it ends.")
        self.at += 1
        if node is None:
            self.fail("There is nothing in the brackets.", place, "Take them out, or write a word between.")
        return node

    def field(self, named: re.Match[str]) -> Leaf:
        """What stands after a field's name and colon."""
        place = self.at
        name = named.group(1).lower().replace("-", "_")
        name = "verdict" if name == "is" else name
        if name not in self.fields:
            near = get_close_matches(name, self.fields, n=1)
            guess = f"Did you mean {near[0]}? " if near else ""
            self.fail(
                f"There is no field {name!r}.", place, guess + "To search for it as text, put it in quotes."
            )
        self.at = named.end()
        value = self.at
        node = self.quoted(name) or self.word(name)
        if node is None:
            self.fail(f"{name} needs a value.", value, f"Write it right after the colon: {_example(name)}")
        if name in NUMBERS:
            return self.kept(self.range(name, node, value), place)
        if name == "verdict" and (isinstance(node, Prefix) or fold(_text(node)) not in VERDICTS):
            self.fail("There is no such verdict.", value, "It is accepted, review or rejected.")
        return self.kept(node, place)

    def quoted(self, field: str) -> Phrase | None:
        """A phrase in quotes, if one stands here."""
        place = self.at
        if place >= len(self.text) or self.text[place] not in _QUOTES:
            return None
        end = next((i for i in range(place + 1, len(self.text)) if self.text[i] in _QUOTES), None)
        if end is None:
            self.fail("The quotes are not closed.", place, 'Add " where the phrase ends.')
        self.at = end + 1
        if not field and not wordings(self.text[place + 1 : end]):
            self.fail("There is nothing in the quotes.", place, "Write words between them.")
        return Phrase(self.text[place + 1 : end], field)

    def word(self, field: str) -> Word | Prefix | None:
        """A word or the beginning of one; None without letters and digits."""
        found = _WORD.match(self.text, self.at)
        if found is None:
            return None
        place, text = self.at, found.group()
        self.at = found.end()
        bare = text.rstrip("*")
        if "*" in bare:
            self.fail(
                "A star can only end a word.", place + text.index("*"), "Write the beginning and a star."
            )
        if not wordings(bare):
            return None
        return Prefix(bare, field) if bare != text else Word(text, field)

    def range(self, field: str, node: Leaf, place: int) -> Range:
        """The range that a value of a numeric field stands for."""
        text = _text(node).strip()
        if isinstance(node, Prefix):
            self.fail(f"{field} takes no star.", place + len(text), f"For example {_example(field)}")
        low, high = self.compared(field, text, place) or self.between(field, text, place)
        if low is None and high is None:
            self.fail("Nothing can lie there.", place, f"For example {_example(field)}")
        return Range(field, low, high)

    def compared(self, field: str, text: str, place: int) -> Ends | None:
        """The ends that a sign of comparison means, if one begins the text."""
        sign = re.match(r"[<>]=?", text)
        if sign is None:
            return None
        first, last = self.value(field, text[sign.end() :], place + sign.end())
        if sign.group().startswith(">"):
            return (first if sign.group() == ">=" else after(field, last)), None
        return None, (last if sign.group() == "<=" else before(field, first))

    def between(self, field: str, text: str, place: int) -> Ends:
        """The ends of `a..b`, `a..`, `..b`, or of a value alone."""
        start, dots, stop = text.partition("..")
        if not dots:
            return self.value(field, text, place)
        low = self.value(field, start, place)[0] if start else None
        high = self.value(field, stop, place + len(start) + len(dots))[1] if stop else None
        return low, high

    def value(self, field: str, text: str, place: int) -> Span:
        found = span(field, text)
        if found is None:
            what = "a date" if field in DATES else "an amount"
            self.fail(f"This is not {what}.", min(place, len(self.text)), f"For example {_example(field)}")
        return found

    def counted(self, node: Leaf | None, place: int) -> Leaf | None:
        return None if node is None else self.kept(node, place)

    def kept(self, node: Leaf, place: int) -> Leaf:
        """The node, if the query does not hold too many."""
        self.words += 1
        if self.words > WORDS:
            self.fail("The query has too many words.", place, f"Use at most {WORDS}.")
        if not isinstance(node, Range) and not wordings(_text(node)):
            self.fail("There is no letter and no digit in this.", place, "Write words between the quotes.")
        return node

    def ended(self) -> bool:
        """Whether the text, the bracket or the alternative ends here."""
        self.blanks()
        return self.at >= len(self.text) or self.text[self.at] == ")" or self.operator() == "OR"

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def operator(self) -> str:
        found = _WORD.match(self.text, self.at)
        return found.group() if found and found.group() in _OPERATORS else ""

    def taken(self, operator: str) -> bool:
        """Step over an operator, if it stands here."""
        if self.operator() != operator:
            return False
        self.at += len(operator)
        return True

    def minus(self) -> bool:
        """Step over a minus sign that stands right before something."""
        after_it = self.text[self.at + 1 : self.at + 2]
        if self.text[self.at] != "-" or not after_it or after_it.isspace() or after_it == ")":
            return False
        self.at += 1
        return True


def _text(node: Leaf) -> str:
    return "" if isinstance(node, Range) else node.text


def _example(field: str) -> str:
    if field in DATES:
        return f"{field}:2026-01..2026-03"
    return f"{field}:>1000" if field in AMOUNTS else f"{field}:word"
