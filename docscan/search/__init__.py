"""Finding documents again: one query language, one index protocol, one module per engine."""

from pathlib import Path

from docscan.search.index import IndexDocument
from docscan.search.nodes import Node
from docscan.search.query import FIELDS, parse
from docscan.search.snippets import Snippet, snippet
from docscan.search.whoosh_engine import FormerHit as Hit
from docscan.search.whoosh_engine import FormerHits as Hits
from docscan.search.whoosh_engine import WhooshIndex
from docscan.search.whoosh_engine import WhooshIndex as Index

__all__ = [
    "FIELDS",
    "Hit",
    "Hits",
    "Index",
    "IndexDocument",
    "Node",
    "Snippet",
    "open_index",
    "parse",
    "snippet",
]


def open_index(folder: Path) -> WhooshIndex:
    """Open the index in a folder, or make it.

    Args:
        folder: Of its own; one that holds an index from elsewhere, of an
            older form or damaged is emptied, and `seq()` is 0 again.

    Raises:
        ArchiveError: The folder holds something that is no index.
        ArchiveBusyError: Another process has been writing for too long.
    """
    return WhooshIndex(folder)
