"""What a query that is being typed may go on with: fields, states, values and words of the archive."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from docscan.archive import tables
from docscan.archive.catalogue import Catalogue
from docscan.frozen import dataclass
from docscan.patterns import pattern
from docscan.search.days import EXAMPLES
from docscan.search.folding import composed, fold
from docscan.search.nodes import NAMED
from docscan.search.ranges import Kind
from docscan.search.sight import Seen

MOST = 20
"""Proposals: as many lines as a terminal shows."""

SHORTEST = 2
"""Signs after which words are proposed; a single letter begins too many."""

_LAST = pattern(r'(?:^|(?<=[\s(]))(-?)((?:[A-Za-z][\w-]*:)?(?:"[^"]*|[^\s("]*))$')
_BEFORE = pattern(r"\.\.|^[<>]=?")
_COLUMNS = {"kind": "kind", "language": "language", "verdict": "state"}
_OF_FIELD = (
    "SELECT value, count(*) AS times FROM field WHERE name = ?1 AND value <> ''"
    " AND (?2 IS NULL OR record IN (SELECT value FROM json_each(?2)))"
    " GROUP BY value ORDER BY times DESC, value"
)
_OF_RECORD = (
    "SELECT {column}, count(*) AS times FROM record"
    " WHERE {column} <> '' AND state NOT IN ('merged', 'destroyed')"
    " AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))"
    " GROUP BY 1 ORDER BY times DESC, 1"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What may be asked for.

    Attributes:
        fields: The names that may stand before a colon, and what they hold.
        states: What may be asked for besides, such as `is:overdue`.
        clients: Tells whose paper there is, as whoever types may know.
    """

    fields: Mapping[str, Kind]
    states: Iterable[str]
    clients: Callable[[], Iterable[str]]


def completions(typed: str, seen: Seen, catalogue: Catalogue, known: Known) -> tuple[str, ...]:
    """What the last word of a query may become.

    Args:
        typed: The query so far.
        seen: The index, as whoever types may see it.
        catalogue: Open on the archive, as they may see it.
        known: What may be asked for in it.

    Returns:
        The whole word each time, with a minus before it where one was typed; the likeliest first.
    """
    last = _LAST.search(typed)
    minus, word = last.groups() if last else ("", "")
    named = NAMED.match(word)
    if named is None:
        found = [*(f"{name}:" for name in known.fields if name.startswith(word.lower())), *_words(word, seen)]
    elif named[1] in ("is", "has"):
        states = (*known.states, *(f"has:{name}" for name in known.fields))
        found = [state for state in states if state.startswith(word.lower())]
    else:
        name, begun = named[1], word[named.end() :]
        if name == "client":
            values = _begun(known.clients(), begun)
        elif (kind := known.fields.get(name)) in ("date", "amount"):
            values = _ends(catalogue, name, begun, kind)
        else:
            values = _values(catalogue, name, begun)
        found = [f"{name}:{value}" for value in values]
    return tuple(f"{minus}{one}" for one in dict.fromkeys(found))[:MOST]


def _words(word: str, seen: Seen) -> Iterator[str]:
    start = fold(word)
    if len(start) >= SHORTEST and " " not in start:
        typed = composed(word.lower())  # with the accents that were typed
        yield from (
            typed + found.term[len(start) :] for found in seen.words(start, MOST) if seen.finds(found.term)
        )


def _begun(values: Iterable[str], typed: str) -> Iterator[str]:
    """Those of some values that begin so, as they are typed."""
    start = fold(typed.lstrip('"'))
    for value in values:
        if fold(value).startswith(start):
            yield f'"{value}"' if " " in value else value


def _ends(catalogue: Catalogue, name: str, typed: str, kind: Kind) -> Iterator[str]:
    """Days and amounts that a field has, and days as people say them, behind a sign or dots."""
    end = max((found.end() for found in _BEFORE.finditer(typed)), default=0)
    before, rest = typed[:end], typed[end:]
    if kind == "date" and rest:
        yield from (f"{before}{day}" for day in _begun(EXAMPLES, rest))
    yield from (f"{before}{value}" for value in _values(catalogue, name, rest))


def _values(catalogue: Catalogue, name: str, typed: str) -> Iterator[str]:
    """The most frequent values that a field has, as they are typed."""
    sight = catalogue.archive.sight
    shown = None if sight is None else json.dumps(sorted(sight.ids(catalogue)))
    column = _COLUMNS.get(name)
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = (
            catalogue.db.execute(_OF_RECORD.format(column=column), (shown,))
            if column
            else catalogue.db.execute(_OF_FIELD, (name, shown))
        )
        yield from _begun((str(value) for value, _ in rows), typed)
