"""`docscan.toml`: how one archive is run, checked whole before anything is done."""

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from docscan.errors import ConfigError
from docscan.messages import LANGUAGES

FILE = "docscan.toml"

TEMPLATE = """\
# How this archive is run. Every key may be left out, except the name.

name = {name}           # shown to people
language = {language}   # docscan speaks to the clerks in en, es, pl or de
pipeline = "default"    # a file of pipelines/, the archive's own or a shipped one

[inbox]
quiet = 3       # seconds without a change until a file counts as dropped completely
grace = 900     # seconds an incomplete file may take to become complete

[run]
workers = 0     # pages read at the same time; 0: one for each core
timeout = 1800  # seconds for which a document may be silent; a page has its own limit, in the pipeline

[review]
sample = 50     # one in so many accepted documents is put before a person as well; 0: none
"""


@dataclass(frozen=True, slots=True)
class Inbox:
    """When a file in the inbox is ready.

    Attributes:
        quiet: Seconds without a change until it counts as dropped completely.
        grace: Seconds an incomplete file may take to become complete.
    """

    quiet: int = 3
    grace: int = 900


@dataclass(frozen=True, slots=True)
class Run:
    """What one run may use.

    Attributes:
        workers: Pages read at the same time; 0 for one a core.
        timeout: Seconds for which nothing may come of a document: to open it
            or to bind its pages may take so long, and no page may take longer.
    """

    workers: int = 0
    timeout: int = 1800


@dataclass(frozen=True, slots=True)
class Review:
    """What people are asked to look at.

    Attributes:
        sample: One in so many accepted documents is looked at as well, to
            measure how many of them are wrong; 0 for none.
    """

    sample: int = 50


@dataclass(frozen=True, slots=True)
class Config:
    """All of `docscan.toml`.

    Attributes:
        name: What people call the archive.
        language: The clerks': `en`, `es`, `pl` or `de`.
        pipeline: The name of the pipeline documents go through.
    """

    name: str
    language: str = "en"
    pipeline: str = "default"
    inbox: Inbox = field(default_factory=Inbox)
    run: Run = field(default_factory=Run)
    review: Review = field(default_factory=Review)


def load(path: Path) -> Config:
    """Read the configuration of an archive.

    Args:
        path: The archive's `docscan.toml`.

    Raises:
        ConfigError: It cannot be read, or a key or value is not known; the
            sentence names the path and the key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ConfigError(f"{path} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    _only(path, "", tables, (item.name for item in fields(Config)))
    words = {key: _word(path, key, tables[key]) for key in ("name", "language", "pipeline") if key in tables}
    if "name" not in words:
        raise ConfigError(f"{path}: name is missing.", hint='Write: name = "My archive".')
    if words.get("language", "en") not in LANGUAGES:
        raise ConfigError(
            f"{path}: language = {words['language']!r} is not known.",
            hint=f"docscan speaks {', '.join(LANGUAGES)}.",
        )
    inbox = Inbox(**_numbers(path, "inbox", tables.get("inbox", {}), Inbox()))
    run = Run(**_numbers(path, "run", tables.get("run", {}), Run()))
    if run.timeout == 0:
        raise ConfigError(
            f"{path}: [run] timeout = 0 leaves no time to read.", hint="Write 1 or more seconds."
        )
    review = Review(**_numbers(path, "review", tables.get("review", {}), Review()))
    return Config(**words, inbox=inbox, run=run, review=review)


def written(name: str, language: str) -> str:
    """The text of a new `docscan.toml`.

    Raises:
        ConfigError: The name is empty or has control characters, or the
            language is not one docscan speaks.
    """
    if not name.strip() or not name.isprintable():
        raise ConfigError(f"{name!r} is no name for an archive.", hint="Give it one line of visible letters.")
    if language not in LANGUAGES:
        raise ConfigError(
            f"The language {language!r} is not known.", hint=f"docscan speaks {', '.join(LANGUAGES)}."
        )
    # a JSON string of printable characters is a TOML string too
    return TEMPLATE.format(name=json.dumps(name, ensure_ascii=False), language=json.dumps(language))


def _word(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{path}: {key} = {value!r} is not a text.", hint="Write it between quotes.")
    return value


def _numbers(path: Path, table: str, values: object, defaults: Inbox | Run | Review) -> dict[str, int]:
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: {table} is not a table.", hint=f"Write [{table}] on a line of its own.")
    _only(path, f"[{table}] ", values, (item.name for item in fields(defaults)))
    for key, value in values.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(
                f"{path}: [{table}] {key} = {value!r} is not a whole number from 0.",
                hint=f"The usual value is {getattr(defaults, key)}.",
            )
    return values


def _only(path: Path, table: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
    names = sorted(known)
    for key in values:
        if key not in names:
            close = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names)}."
            raise ConfigError(f"{path}: {table}{key} is not known.", hint=hint)
