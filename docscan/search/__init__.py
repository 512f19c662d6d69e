"""Finding documents again: one query language, one index protocol, one module per engine."""

from docscan.search.engines import open_index
from docscan.search.fields import FIELDS
from docscan.search.index import Cursor, Hit, Hits, Index, IndexDocument, Question
from docscan.search.nodes import Node
from docscan.search.planning import planned
from docscan.search.prepared import Prepared, prepared, prepared_each
from docscan.search.query import parse
from docscan.search.snippets import Snippet, also_found_as, snippet

__all__ = [
    "FIELDS",
    "Cursor",
    "Hit",
    "Hits",
    "Index",
    "IndexDocument",
    "Node",
    "Prepared",
    "Question",
    "Snippet",
    "also_found_as",
    "open_index",
    "parse",
    "planned",
    "prepared",
    "prepared_each",
    "snippet",
]
