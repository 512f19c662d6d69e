"""What the tests of extraction share: pages drawn with letters, and the shipped schemas."""

from collections.abc import Callable

import pytest
import typed as letters

from docscan import library, schema
from docscan.model import Page
from docscan.schema import Schema

Typed = Callable[..., Page]


@pytest.fixture(scope="session")
def typed() -> Typed:
    """Makes a page of a text; the words keep their columns, four spaces part segments."""
    return letters.typed


@pytest.fixture(scope="session")
def schemas() -> tuple[Schema, ...]:
    return tuple(schema.load(path) for path in library.definitions("schemas", ".json").values())
