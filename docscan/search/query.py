"""What a person types, parsed once into nodes that every engine understands.

::

    query  = all ("OR" all)*
    all    = one ("AND"? one)*
    one    = ("-" | "NOT") one | "(" query ")" | state | ["text:" | field ":"] value
    state  = "is:" name | "has:" name
    value  = "phrase" | "one other"~5 | word | word~ | prefix* | range
    range  = see docscan.search.bounds
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NoReturn

from docscan.errors import SearchError
from docscan.messages import sentence, way_out
from docscan.patterns import pattern
from docscan.search.analysis import chunks
from docscan.search.bounds import SIGN, ends, example, extent
from docscan.search.fields import CALLED, FIELDS, MEANT, TEXT, VERDICTS
from docscan.search.folding import fold
from docscan.search.nodes import (
    GROUP,
    NAMED,
    OPERATORS,
    QUOTES,
    And,
    Has,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    State,
    Word,
)
from docscan.search.plan import FARTHEST
from docscan.search.ranges import Kind
from docscan.search.remarks import Remark, days_first, days_in_words, small_operators
from docscan.search.wordings import end_of_groups, wordings

LONGEST = 1000
"""Characters of a query: about the length of a page's paragraph."""

MOST_WORDS_OF_QUERY = 100
"""Words of a query; each misspelt one costs some hundred look-ups."""

DEEPEST = 20
"""Brackets and minus signs within one another, well inside Python's own limit."""

_MINUS = pattern(r"(?<![^\s(])[\u2212\u2013](?=[^\s\u2212\u2013])")  # what programs make of a typed minus
_DISTANCE = pattern(r"~(\d*)")
_LOOSE = pattern(r"~\d*$")
_NO_TEXT = pattern("[\ud800-\udfff]")  # what Python makes of bytes that a terminal sends in another encoding
_CODE = pattern(r"[a-z]{2,3}")  # of a language, ISO 639
_NEAR = 0.75  # of the signs alike: of two words of eight letters, two may be other
_ALL_QUOTES = "".join(QUOTES)
_UNQUOTED = str.maketrans(dict.fromkeys(_ALL_QUOTES, " "))
_AS_PRINTED = str.maketrans(dict.fromkeys(QUOTES[0], " "))  # signs that would end a phrase in its normal form
_NUMERIC = ("date", "amount", "number")


def parse(
    text: str,
    *,
    fields: Mapping[str, Kind] = FIELDS,
    states: Iterable[str] = (),
    today: date | None = None,
) -> Node:
    """Understand a query.

    Args:
        text: As typed.
        fields: The names that may stand before a colon, and what they hold.
        states: What else may be asked for, such as `is:overdue` or `has:hold`.
        today: Where `yesterday` and `last week` start from; without it they
            are no dates.

    Returns:
        The query; `str()` of it is its normal form and parses to the same.

    Raises:
        SearchError: With the place where it stops making sense.
    """
    return remarked(text, fields=fields, states=states, today=today)[0]


def remarked(
    text: str,
    *,
    fields: Mapping[str, Kind] = FIELDS,
    states: Iterable[str] = (),
    today: date | None = None,
    language: str = "en",
) -> tuple[Node, tuple[Remark, ...]]:
    """Understand a query as `parse` does, and say what could have been meant otherwise.

    What cannot be understood is refused in `language`, as `messages.sentence` has it.
    """
    parser = _Parser(text, fields, tuple(states), today, language)
    return parser.parsed(), tuple(dict.fromkeys(parser.remarks))


class _Parser:
    """One reading of one query, from left to right."""

    def __init__(
        self,
        text: str,
        fields: Mapping[str, Kind],
        states: tuple[str, ...],
        today: date | None,
        language: str,
    ) -> None:
        self.text = text if text.isascii() else _MINUS.sub("-", text).replace("≥", ">=").replace("≤", "<=")
        self.fields = fields
        self.states = states
        self.today = today
        self.language = language
        self.at = 0
        self.words = 0
        self.remarks: list[Remark] = []

    def parsed(self) -> Node:
        if len(self.text) > LONGEST:
            self.fail("F101", LONGEST, most=str(LONGEST))
        if not self.text.isascii() and (strange := _NO_TEXT.search(self.text)):
            self.fail("F103", strange.start())
        node = self.any_of(0)
        if self.at < len(self.text):
            self.fail("F105", self.at)
        if node is None:
            self.fail("F107", 0)
        return node

    def fail(self, code: str, position: int, meant: str = "", **facts: str) -> NoReturn:
        """Refuse the query: a code, the place, what was perhaps meant, and what fills the sentences."""
        hint = sentence(way_out(code), self.language, **facts)
        if meant:
            hint = f"{sentence('F100', self.language, query=meant)} {hint}"
        query = _NO_TEXT.sub("\ufffd", self.text)
        raise SearchError(sentence(code, self.language, **facts), query=query, position=position, hint=hint)

    def any_of(self, depth: int) -> Node | None:
        """Alternatives, up to a closing bracket or the end; None for nothing at all."""
        nodes: list[Node] = []
        while True:
            node = self.all_of(depth)
            place = self.at
            more = self.taken("OR")
            if node is None and (more or nodes):
                self.fail("F109", min(place, len(self.text)))
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
        self.remarks += (*small_operators(nodes), *days_in_words(nodes))
        if len(nodes) > 1:
            return And(tuple(nodes))
        return nodes[0] if nodes else None

    def one(self, depth: int) -> Node | None:
        """One node; None for a sign without letters or digits, which finds nothing."""
        place = self.at
        if depth > DEEPEST:
            self.fail("F111", place, most=str(DEEPEST))
        if self.taken("NOT") or self.minus():
            self.blanks()
            node = None if self.ended() else self.one(depth + 1)
            if node is None:
                self.fail("F113", place)
            return Not(node)
        if self.text[self.at] == "(":
            return self.bracket(depth)
        named = NAMED.match(self.text, self.at)
        if named:
            return self.field(named)
        return self.counted(self.written(""), place)

    def bracket(self, depth: int) -> Node:
        place = self.at
        self.at += 1
        node = self.any_of(depth + 1)
        if self.at >= len(self.text):
            self.fail("F115", place)
        self.at += 1
        if node is None:
            self.fail("F117", place)
        return node

    def field(self, named: re.Match[str]) -> Leaf | None:
        """What stands after a field's name and colon."""
        place = self.at
        name = named.group(1).lower().replace("-", "_")
        if name in ("is", "has"):
            return self.state(name, named)
        if name != TEXT and name not in self.fields:
            names = (*FIELDS, *self.fields, "is", "has")
            meant = f"{MEANT[fold(name)]}:" if fold(name) in MEANT else _meant(name, names, "{}:")
            self.fail("F119", place, meant, name=named.group(1))
        self.at = named.end()
        value = self.at
        kind = self.fields.get(name, "text")
        if kind in _NUMERIC:
            return self.kept(self.range(name, kind), place)
        field = "" if name == TEXT else name
        if field:
            self.no_minus(place, named)
        node = self.written(field)
        if node is None:
            self.fail("F121", value, name=name, example=example(name, kind))
        if name in CALLED and isinstance(node, Word | Phrase):
            node = self.called(node, value)
        return self.kept(node, place)

    def called(self, node: Word | Phrase, place: int) -> Word:
        """The value that has this name in one of the four languages; refused where nothing can have it."""
        known, typed = CALLED[node.field], fold(node.text)
        value = known.get(typed, typed if node.field == "language" and _CODE.fullmatch(typed) else "")
        if not value:
            from difflib import get_close_matches  # noqa: PLC0415 - only after a typing mistake

            near = get_close_matches(typed, known, n=1, cutoff=_NEAR)
            meant = f"{node.field}:{known[near[0]]}" if near else ""
            values = ", ".join(dict.fromkeys(known.values()))
            self.fail("F123", place, meant, name=node.field, values=values)
        return Word(value, node.field)

    def state(self, prefix: str, named: re.Match[str]) -> Leaf:
        """`is:overdue`, `is:review`, `has:hold`, `has:iban`."""
        place, value = self.at, named.end()
        self.no_minus(place, named)
        found = GROUP.match(self.text, value)
        typed = found.group().lower().replace("_", "-") if found else ""
        self.at = value + len(typed)
        known = [name for name in self.states if name.startswith(f"{prefix}:")]
        known += [f"{prefix}:{name}" for name in (VERDICTS if prefix == "is" else self.fields)]
        field = typed.replace("-", "_")
        if f"{prefix}:{typed}" in self.states:
            node: Leaf = State(f"{prefix}:{typed}")
        elif prefix == "is" and (verdict := CALLED["verdict"].get(fold(typed))):
            node = Word(verdict, "verdict")
        elif prefix == "has" and field in self.fields:
            node = Has(field)
        else:
            names = [name.removeprefix(f"{prefix}:") for name in known]
            meant = _meant(typed, names, f"{prefix}:{{}}")
            self.fail("F125", value, meant, state=f"{prefix}:{typed}", some=", ".join(known[:8]))
        return self.kept(node, place)

    def no_minus(self, place: int, named: re.Match[str]) -> None:
        """Refuse `kind:-invoice`, which would find what is to be left out."""
        rest = self.text[named.end() :]
        value = rest.lstrip("-")
        if value == rest or not (value[:1].isalnum() or value[:1] in (*_ALL_QUOTES,)):
            return
        end = next((at for at, sign in enumerate(value) if at and sign in _ALL_QUOTES), len(value))
        meant = value[: end + 1] if value[0] in _ALL_QUOTES else value.split()[0].rstrip(")")
        sign = "" if self.text[place - 1 : place] == "-" else "-"
        self.fail("F159", named.end(), f"{sign}{named.group()}{meant}")

    def written(self, field: str) -> Leaf | None:
        """What is searched as text; None without letters and digits."""
        node = self.quoted(field)
        if isinstance(node, Phrase) and self.text.startswith("*", self.at):
            self.fail("F137", self.at, "" if " " in node.text else str(Prefix(node.text, field)))
        return node or self.word(field)

    def quoted(self, field: str) -> Phrase | Near | None:
        """A phrase in quotes, or two words near one another, if one stands here."""
        place = self.at
        signs = next((kind for kind in QUOTES if self.text[place : place + 1] in kind), "")
        if place >= len(self.text) or not signs:
            return None
        end = next((i for i in range(place + 1, len(self.text)) if self.text[i] in signs), None)
        if end is None:
            self.fail("F127", place)
        self.at = end + 1
        text = self.text[place + 1 : end].translate(_AS_PRINTED)
        if not wordings(text):
            self.fail("F129", place)
        distance = _DISTANCE.match(self.text, self.at)
        return self.near(text, field, place, distance) if distance else Phrase(text, field)

    def near(self, text: str, field: str, place: int, distance: re.Match[str]) -> Near:
        """Two words and how far apart they may stand."""
        words = text.split()
        single = [[*chunks(word)] for word in words]
        simple = all(len(found) == 1 and len(found[0].parts) == 1 for found in single)
        if len(words) != 2 or not simple or NAMED.match(words[0]):
            self.fail("F131", place)
        if field:
            self.fail("F133", place)
        self.at = distance.end()
        most = int(distance.group(1) or 0)
        if not 0 < most <= FARTHEST:
            self.fail("F135", distance.start(), most=str(FARTHEST), text=text)
        return Near(words[0], words[1], most)

    def word(self, field: str) -> Word | Prefix | None:
        """A word or the beginning of one; None without letters and digits."""
        found = GROUP.match(self.text, self.at)
        if found is None:
            return None
        place = self.at
        self.at = end_of_groups(self.text, place) or found.end()
        text = self.text[place : self.at]
        loose = _LOOSE.search(text)
        bare = text[: loose.start()] if loose else text.rstrip("*")
        if "*" in bare:
            star = place + text.index("*")
            begun = bare[: bare.index("*")]
            self.fail("F137", star, f"{_named(field, begun)}*" if wordings(begun) else "")
        if not wordings(bare):
            return None
        if loose and loose.group() not in ("~", "~1"):
            self.fail("F139", place + len(bare), f"{_named(field, bare)}~")
        return Prefix(bare, field) if not loose and bare != text else Word(bare, field, bool(loose))

    def range(self, name: str, kind: Kind) -> Range:
        """The range that the value of a numeric field stands for."""
        place = self.at
        self.at = sign.end() if (sign := SIGN.match(self.text, place)) else place
        self.end_of_range(kind)
        if self.text.startswith("*", self.at):
            self.fail("F145", self.at, name=name, example=example(name, kind))
        text = self.text[place : self.at].translate(_UNQUOTED)  # as long as it was, so that carets fit
        place += len(text) - len(text.lstrip())
        text = text.strip()

        def fail(code: str, at: int, meant: str = "", **facts: str) -> NoReturn:
            self.fail(code, place + at, meant, **facts)

        found = Range(name, *ends(name, kind, text, self.today, fail), kind)
        if kind == "date":
            self.remarks += days_first(SIGN.sub("", text).split(".."))
        return found

    def end_of_range(self, kind: Kind) -> None:
        """Step over the value of a numeric field, in quotes or not, and over another one behind `..`."""
        if not self.quoted(""):
            self.at = extent(self.text, self.at, kind, self.today)
            if not self.text[: self.at].endswith(".."):
                return
        elif self.text.startswith("..", self.at):
            self.at += 2
        else:
            return
        if not self.quoted(""):
            self.at = extent(self.text, self.at, kind, self.today)

    def counted(self, node: Leaf | None, place: int) -> Leaf | None:
        return None if node is None else self.kept(node, place)

    def kept(self, node: Leaf, place: int) -> Leaf:
        """The node, if the query does not hold too many."""
        self.words += 1
        if self.words > MOST_WORDS_OF_QUERY:
            self.fail("F141", place, most=str(MOST_WORDS_OF_QUERY))
        return node

    def ended(self) -> bool:
        """Whether the text, the bracket or the alternative ends here."""
        self.blanks()
        return self.at >= len(self.text) or self.text[self.at] == ")" or self.operator() == "OR"

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def operator(self) -> str:
        found = GROUP.match(self.text, self.at)
        return found.group() if found and found.group() in OPERATORS else ""

    def taken(self, operator: str) -> bool:
        """Step over an operator, if it stands here."""
        if self.operator() != operator:
            return False
        self.at += len(operator)
        return True

    def minus(self) -> bool:
        """Step over a minus sign that stands right before something; alone at the end it is no word."""
        after_it = self.text[self.at + 1 :]
        if self.text[self.at] != "-" or after_it.lstrip()[:1] in ("", ")"):
            return False
        if after_it[0].isspace():
            self.fail("F143", self.at)
        self.at += 1
        return True


def _named(field: str, text: str) -> str:
    return f"{field}:{text}" if field else text


def _meant(typed: str, known: Iterable[str], form: str) -> str:
    """The first known name with this word, or else the nearest, as it is typed; empty when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only after a typing mistake

    names = tuple(known)
    near = [name for name in names if typed in name.split("_")] or get_close_matches(typed, names, n=1)
    return form.format(near[0]) if near else ""
