from pathlib import Path

import pytest

from docscan import library
from docscan.errors import DefinitionError


def test_an_archive_s_own_definition_goes_before_the_shipped_one(tmp_path: Path):
    own = tmp_path / "pipelines" / "default.toml"
    own.parent.mkdir()
    own.touch()
    assert library.find("pipelines", "default", ".toml", tmp_path) == own
    assert library.find("pipelines", "default", ".toml") == library.shelf("pipelines") / "default.toml"


def test_a_definition_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(DefinitionError) as caught:
        library.find("pipelines", "invocies", ".toml")
    assert "default" in caught.value.hint
