"""Records as the search engines take them, read from the catalogue."""

import json
from collections.abc import Iterable, Iterator

from docscan.archive import tables
from docscan.archive.catalogue import Catalogue
from docscan.search.index import IndexDocument

GONE = ("merged", "destroyed")
"""States in which a record is not found: another has its pages now, or nothing has."""

_WANTED = "IN (SELECT value FROM json_each(?))"
_RECORDS = f"SELECT id, kind, language, received, state FROM record WHERE id {_WANTED}"  # noqa: S608 - own words
_FIELDS = f"SELECT record, name, value FROM field WHERE record {_WANTED} ORDER BY record, position"  # noqa: S608 - own words
_PAGES = f"SELECT record, text FROM page WHERE record {_WANTED} ORDER BY record, number"  # noqa: S608 - own words
_MANY = "SELECT count(*) FROM record WHERE state NOT IN (SELECT value FROM json_each(?))"


def count(catalogue: Catalogue) -> int:
    """How many records can be found, whoever may see them."""
    with tables.guarded(catalogue.archive.catalogue_path):
        ((found,),) = catalogue.db.execute(_MANY, (json.dumps(GONE),))
    return int(found)


def documents(catalogue: Catalogue, records: Iterable[str]) -> Iterator[IndexDocument]:
    """What can be found of each of these records; nothing of those that are gone, or not there.

    Args:
        catalogue: Open.
        records: Their UUIDs; they are read together.
    """
    asked = (json.dumps(sorted(set(records))),)
    with tables.guarded(catalogue.archive.catalogue_path):
        rows = catalogue.db.execute(_RECORDS, asked).fetchall()
        fields: dict[str, dict[str, str]] = {}
        for record, name, value in catalogue.db.execute(_FIELDS, asked):
            fields.setdefault(record, {})[name] = value
        pages: dict[str, list[str]] = {}
        for record, text in catalogue.db.execute(_PAGES, asked):
            pages.setdefault(record, []).append(text)
    for record, kind, language, received, state in rows:
        if state not in GONE:
            yield IndexDocument(
                id=record,
                kind=kind,
                language=language,
                added=received[:10],
                verdict=state,
                fields=fields.get(record, {}),
                pages=tuple(pages.get(record, ())),
                client=catalogue.archive.config.name,
            )
