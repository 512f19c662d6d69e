"""What a query that is being typed may go on with: fields, states, values and words of the archive."""

import json
import re
from collections.abc import Iterable, Iterator

from docscan.archive import tables
from docscan.archive.catalogue import Catalogue
from docscan.search.folding import fold
from docscan.search.nodes import NAMED
from docscan.search.sight import Seen

MOST = 20
"""Proposals: as many lines as a terminal shows."""

SHORTEST = 2
"""Signs after which words are proposed; a single letter begins too many."""

_LAST = re.compile(r'(?:^|(?<=[\s(]))-?((?:[A-Za-z][\w-]*:)?(?:"[^"]*|[^\s("]*))$')
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


def completions(
    typed: str, seen: Seen, catalogue: Catalogue, names: Iterable[str], states: Iterable[str]
) -> tuple[str, ...]:
    """What the last word of a query may become.

    Args:
        typed: The query so far.
        seen: The index, as whoever types may see it.
        catalogue: Open on the archive, as they may see it.
        names: The fields that may stand before a colon.
        states: What may be asked for besides, such as `is:overdue`.

    Returns:
        The whole word each time, the likeliest first.
    """
    last = _LAST.search(typed)
    word = last[1] if last else ""
    named = NAMED.match(word)
    if named is None:
        found = [*(f"{name}:" for name in names if name.startswith(word.lower())), *_words(word, seen)]
    elif named[1] in ("is", "has"):
        known = [*states, *(f"has:{name}" for name in names)]
        found = [state for state in known if state.startswith(word.lower())]
    else:
        found = [f"{named[1]}:{value}" for value in _values(catalogue, named[1], word[named.end() :])]
    return tuple(dict.fromkeys(found))[:MOST]


def _words(word: str, seen: Seen) -> Iterator[str]:
    start = fold(word)
    if len(start) >= SHORTEST and " " not in start:
        yield from (found.term for found in seen.words(start, MOST))


def _values(catalogue: Catalogue, name: str, typed: str) -> Iterator[str]:
    """The most frequent values that a field has, as they are typed."""
    start, sight = fold(typed.lstrip('"')), catalogue.archive.sight
    shown = None if sight is None else json.dumps(sorted(sight.ids(catalogue)))
    column = _COLUMNS.get(name)
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = (
            catalogue.db.execute(_OF_RECORD.format(column=column), (shown,))
            if column
            else catalogue.db.execute(_OF_FIELD, (name, shown))
        )
        for value, _ in rows:
            if fold(value).startswith(start):
                yield f'"{value}"' if " " in value else value
