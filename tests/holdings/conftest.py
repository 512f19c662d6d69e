"""A depot to work in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from depot import Depot, founded, furnish, working

from docscan.archive import Archive
from docscan.holdings.register import Register


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return founded(tmp_path / "archive")


@pytest.fixture
def register(archive: Archive) -> Iterator[Register]:
    """Of an archive that is held."""
    with working(archive) as found:
        yield found


@pytest.fixture
def depot(register: Register) -> Depot:
    return furnish(register)
