"""`docscan.toml`: how one archive is run, checked whole before anything is done."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from docscan.errors import ConfigError
from docscan.frozen import dataclass
from docscan.messages import LANGUAGES
from docscan.patterns import pattern

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

[search]
engine = "auto" # what keeps the index: "whoosh", "tantivy", or the one fit for the archive's size

# [timestamp]                         # who stamps the ledger's checkpoints with the time (RFC 3161)
# url = "https://tsa.example.com"     # asked when a run ends and the newest stamp is older than:
# every = "1d"
# certificates = "tsa.pem"            # whom to believe: certificates in PEM, beside this file
# qualified = false                   # whether the provider is a qualified one (eIDAS); reports repeat it

# [signature]                         # with what copies are signed, where the pipeline asks for it
# key = "/etc/docscan/company.p12"    # PKCS#12: the private key and its certificates
# password_env = "DOCSCAN_PASSWORD"   # or password_file = "/etc/docscan/company.password"
"""

SEARCH_ENGINES = ("auto", "whoosh", "tantivy")

SPAN = pattern(r"([1-9]\d{0,4})([dh])", re.ASCII)


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
class Search:
    """What keeps the search index.

    Attributes:
        engine: `whoosh`, `tantivy`, or `auto` for the one that is fit for the archive's size.
    """

    engine: str = "auto"


@dataclass(frozen=True, slots=True)
class Log:
    """How the ledger is signed.

    Attributes:
        key: The file of its private key, from the archive's root; empty for
            the usual place, which is outside the archive.
    """

    key: str = ""


@dataclass(frozen=True, slots=True)
class Stamping:
    """Who stamps checkpoints with the time.

    Attributes:
        url: Of the time-stamping authority; empty for none.
        certificates: A file of certificates in PEM to believe it by; empty for none.
        qualified: Whether it is a qualified provider, as whoever wrote this says.
        every: How old the newest stamp may be.
    """

    url: str = ""
    certificates: str = ""
    qualified: bool = False
    every: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Signing:
    """With what searchable copies are signed, where the pipeline asks for it.

    Attributes:
        key: A PKCS#12 file with a private key and its certificates, from the
            archive's root; empty for none.
        password_env: The environment variable that holds its password; empty for none.
        password_file: The file that holds its password, from the archive's
            root; empty for none.
        homologation: The reference under which an authority has accepted this
            very software and version; empty, as docscan has none of its own.
    """

    key: str = ""
    password_env: str = ""
    password_file: str = ""
    homologation: str = ""


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
    search: Search = field(default_factory=Search)
    ledger: Log = field(default_factory=Log)
    timestamp: Stamping = field(default_factory=Stamping)
    signature: Signing = field(default_factory=Signing)


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
    except (
        OSError,
        ValueError,
        RecursionError,
    ) as problem:  # no TOML, no UTF-8, too deep, or an endless number
        raise ConfigError(f"{path} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    _only(path, "", tables, (item.name for item in fields(Config)))
    words = {key: word(path, key, tables[key]) for key in ("name", "language", "pipeline") if key in tables}
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
    stamping = _stamping(path, tables.get("timestamp", {}))
    search = Search(**_words(path, "search", tables.get("search", {}), Search()))
    if search.engine not in SEARCH_ENGINES:
        raise ConfigError(
            f"{path}: [search] engine = {search.engine!r} is not known.",
            hint=f"It is one of: {', '.join(SEARCH_ENGINES)}.",
        )
    log = Log(**_words(path, "ledger", tables.get("ledger", {}), Log()))
    signing = Signing(**_words(path, "signature", tables.get("signature", {}), Signing()))
    return Config(
        **words,
        inbox=inbox,
        run=run,
        review=review,
        search=search,
        ledger=log,
        timestamp=stamping,
        signature=signing,
    )


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


def span(path: Path, key: str, value: object) -> timedelta:
    """Read how long something may last: `90d` or `12h`.

    Args:
        path: The file it stands in.
        key: The key it stands at.
        value: What stands there.

    Raises:
        ConfigError: It is of another form.
    """
    found = SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ConfigError(
            f"{path}: {key} = {value!r} is no span of time.", hint='Write days or hours: "30d", "12h".'
        )
    number = int(found[1])
    return timedelta(days=number) if found[2] == "d" else timedelta(hours=number)


def truth(path: Path, key: str, value: object) -> bool:
    """Read a yes or no.

    Raises:
        ConfigError: It is neither.
    """
    if not isinstance(value, bool):
        raise ConfigError(
            f"{path}: {key} = {value!r} is neither true nor false.", hint="Write it without quotes."
        )
    return value


def table(path: Path, name: str, values: object, known: Iterable[str]) -> Mapping[str, Any]:
    """Read a table that may have certain keys only.

    Raises:
        ConfigError: It is no table, or has another key; the nearest known one is named.
    """
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: {name} is not a table.", hint=f"Write [{name}] on a line of its own.")
    _only(path, f"[{name}] " if name else "", values, known)
    return values


def _stamping(path: Path, values: object) -> Stamping:
    found = table(path, "timestamp", values, (item.name for item in fields(Stamping)))
    words = {
        key: word(path, f"[timestamp] {key}", found[key]) for key in ("url", "certificates") if key in found
    }
    if not words.get("url", "https:").startswith(("https:", "http:")):
        raise ConfigError(
            f"{path}: [timestamp] url = {words['url']!r} is no address.", hint="Begin with https://."
        )
    qualified = truth(path, "[timestamp] qualified", found.get("qualified", False))
    every = span(path, "[timestamp] every", found.get("every", "1d"))
    return Stamping(**words, qualified=qualified, every=every)


def word(path: Path, key: str, value: object) -> str:
    """Read a text that is not empty.

    Raises:
        ConfigError: It is something else.
    """
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{path}: {key} = {value!r} is not a text.", hint="Write it between quotes.")
    return value


def _words(path: Path, name: str, values: object, defaults: Log | Signing | Search) -> dict[str, str]:
    found = table(path, name, values, tuple(item.name for item in fields(defaults)))
    return {key: word(path, f"[{name}] {key}", value) for key, value in found.items()}


def _numbers(path: Path, name: str, values: object, defaults: Inbox | Run | Review) -> Mapping[str, int]:
    found = table(path, name, values, (item.name for item in fields(defaults)))
    for key, value in found.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ConfigError(
                f"{path}: [{name}] {key} = {value!r} is not a whole number from 0.",
                hint=f"The usual value is {getattr(defaults, key)}.",
            )
    return found


def _only(path: Path, table: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
    names = sorted(known)
    for key in values:
        if key not in names:
            import difflib  # noqa: PLC0415 - only after a typing mistake

            close = difflib.get_close_matches(key, names, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names)}."
            raise ConfigError(f"{path}: {table}{key} is not known.", hint=hint)
