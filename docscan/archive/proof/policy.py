"""`trust.toml`: whom to believe about the ledger, and how lately they must have seen it.

The custodian keeps one at the archive's root. An auditor brings his own, since
whoever can rewrite the ledger can rewrite that file too (A4).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from docscan.archive import config
from docscan.archive.custody import read_small
from docscan.archive.layout import Archive
from docscan.archive.proof import note
from docscan.archive.proof.note import Verifier
from docscan.errors import ConfigError
from docscan.frozen import dataclass

FILE = "trust.toml"
MOST_BYTES = 65_536
WITHIN = timedelta(days=30)  # a month is what a back office closes its books by
UNSIGNED = timedelta(days=1)  # the ledger is to be signed at least daily

TEMPLATE = """\
# Who outside must have seen the ledger, and how lately: `docscan verify` leaves with 3 when nobody has.
# An auditor brings a file of his own: docscan verify --trust FILE

# [log]
# key = "..."       # the ledger's public key, as `docscan ledger show` prints it: no other is believed then

# [[witness]]       # once for each; without any, somebody must have seen it within 30 days
# name = "acme"
# key = "..."       # as `docscan witness init` prints it on the client's machine
# within = "30d"    # how long ago the last time may be

# [timestamp]
# within = "2d"     # how old the newest time stamp may be
# certificates = "tsa.pem"   # whom to believe: certificates in PEM, beside this file
# policy = "1.2.3.4"         # the only policy under which a stamp counts
# qualified = false          # whether the provider is a qualified one (eIDAS); reports repeat it
"""


@dataclass(frozen=True, slots=True)
class Trusted:
    """A witness, and how long ago it may have seen the ledger last."""

    name: str
    key: Verifier
    within: timedelta = WITHIN


@dataclass(frozen=True, slots=True)
class Stamped:
    """What is asked of time stamps.

    Attributes:
        within: How old the newest may be; None where none is asked for.
        certificates: A file of certificates in PEM; None where nobody is believed.
        policy: The only policy under which a stamp counts, as dotted numbers; empty for any.
        qualified: Whether the provider is a qualified one, as whoever wrote the file says.
    """

    within: timedelta | None = None
    certificates: Path | None = None
    policy: str = ""
    qualified: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """All of `trust.toml`.

    Attributes:
        keys: The log's, when they are pinned; none to believe the one the ledger names.
        witnesses: Each of them must have seen the ledger lately. With neither
            these nor time stamps asked for, anybody's word within `WITHIN` does.
        timestamp: What is asked of time stamps.
    """

    keys: tuple[Verifier, ...] = ()
    witnesses: tuple[Trusted, ...] = ()
    timestamp: Stamped = field(default_factory=Stamped)


def own(archive: Archive) -> Policy:
    """The archive's own trust policy; where it names no certificates, those of `docscan.toml`.

    Raises:
        ConfigError: It cannot be read, or a key or value is not known.
    """
    found, believed = load(archive.root / FILE), archive.config.timestamp.certificates
    if found.timestamp.certificates or not believed:
        return found
    return replace(found, timestamp=replace(found.timestamp, certificates=archive.root / believed))


def load(path: Path) -> Policy:
    """Read a trust policy.

    Args:
        path: The file; one that is not there asks for what is usual.

    Raises:
        ConfigError: It cannot be read, or a key or value is not known; the
            sentence names the path and the key.
    """
    try:
        tables = tomllib.loads(read_small(path.resolve(), MOST_BYTES).decode())
    except FileNotFoundError:
        return Policy()
    except (OSError, ValueError, RuntimeError) as problem:  # no TOML; tables too deep, or links in a ring
        raise ConfigError(f"{path} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    config.table(path, "", tables, ("log", "witness", "timestamp"))
    log = config.table(path, "log", tables.get("log", {}), ("key",))
    keys = log.get("key", [])
    pinned = tuple(_key(path, "[log] key", text) for text in (keys if isinstance(keys, list) else [keys]))
    asked = tables.get("witness", [])
    if not isinstance(asked, list):
        raise ConfigError(f"{path}: witness is not a list of tables.", hint="Write [[witness]] above each.")
    witnesses = tuple(_witness(path, item) for item in asked)
    return Policy(pinned, witnesses, _stamped(path, tables.get("timestamp", {})))


def _witness(path: Path, values: object) -> Trusted:
    found = config.table(path, "witness", values, (item.name for item in fields(Trusted)))
    for name in ("name", "key"):
        if name not in found:
            raise ConfigError(
                f"{path}: [[witness]] {name} is missing.", hint="`docscan witness init` prints both."
            )
    key = _key(path, "[[witness]] key", found["key"])
    if key.type != note.COSIGNATURE:
        raise ConfigError(
            f"{path}: [[witness]] key is not a witness's.", hint="`docscan witness init` prints it."
        )
    within = config.span(path, "[[witness]] within", found["within"]) if "within" in found else WITHIN
    return Trusted(config.word(path, "[[witness]] name", found["name"]), key, within)


def _stamped(path: Path, values: object) -> Stamped:
    found = config.table(path, "timestamp", values, (item.name for item in fields(Stamped)))
    read: dict[str, Any] = {}
    if "within" in found:
        read["within"] = config.span(path, "[timestamp] within", found["within"])
    if "certificates" in found:
        name = config.word(path, "[timestamp] certificates", found["certificates"])
        read["certificates"] = path.parent / name
    if "policy" in found:
        read["policy"] = _dotted(path, found)
    if "qualified" in found:
        read["qualified"] = config.truth(path, "[timestamp] qualified", found["qualified"])
    return Stamped(**read)


def _dotted(path: Path, found: Mapping[str, Any]) -> str:
    text = config.word(path, "[timestamp] policy", found["policy"])
    if not all(part.isascii() and part.isdigit() for part in text.split(".")):
        raise ConfigError(f"{path}: [timestamp] policy = {text!r} is none.", hint='Write it as "1.2.3.4".')
    return text


def _key(path: Path, key: str, value: object) -> Verifier:
    text = config.word(path, key, value)
    try:
        return note.parsed_vkey(text)
    except ValueError as problem:
        raise ConfigError(
            f"{path}: {key} cannot be used: {problem}.", hint="Copy it whole, as it was printed."
        ) from problem
