"""An archive of two records, with its catalogue and its index."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docscan import archive as archives
from docscan.archive import Archive
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.search import feed
from tests.archive.conftest import AGENT, NOW, file_one


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return archives.create(tmp_path / "archive", name="Muñoz", language="es", now=NOW, agent=AGENT)


@pytest.fixture
def catalogue(archive: Archive) -> Iterator[Catalogue]:
    with open_catalogue(archive) as found:
        file_one(archive, found, 1)
        file_one(archive, found, 2)
        feed.feed(archive, found)
        yield found
