"""The archive: objects and a ledger that are the truth, and a catalogue made from them.

`layout` says where everything lies, `objects` what a document looks like on
the shelf, `ledger` what happened to it. `deposit` files one, `fixity` verifies
all, `catalogue` answers questions and `rebuild` makes it anew.
"""

from docscan.archive.config import Config
from docscan.archive.founding import create
from docscan.archive.layout import Archive, complete, find, hold, open_archive

__all__ = ["Archive", "Config", "complete", "create", "find", "hold", "open_archive"]
