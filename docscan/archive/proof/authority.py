"""Asking a time-stamping authority, over HTTP (RFC 3161, 3.4) or by files carried to another machine."""

import http.client
import urllib.request
from datetime import datetime
from pathlib import Path

from docscan.archive.config import Stamping
from docscan.archive.layout import Archive
from docscan.archive.proof import checkpoint, policy, timestamps, tokens
from docscan.archive.proof.timestamps import Stored
from docscan.archive.proof.tokens import Token, TokenError
from docscan.errors import ArchiveError, ConfigError, LedgerError

SECONDS = 30  # an authority answers within one or two
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def asked(archive: Archive, stamped: bytes) -> Stored:
    """Have a checkpoint stamped by the archive's authority.

    Args:
        archive: Its configuration names the authority.
        stamped: The checkpoint note.

    Returns:
        The note with an answer that was found right.

    Raises:
        ConfigError: No authority is named, or the extra `tsa` is not installed.
        ArchiveError: It cannot be reached, or its answer is not right.
    """
    stamping = archive.config.timestamp
    if not stamping.url:
        raise ConfigError(
            "No time-stamping authority is named.",
            hint='Write [timestamp] url = "https://…" into docscan.toml.',
        )
    request = prepared(stamped)
    return received(archive, stamped, request, _post(stamping, request))


def prepared(stamped: bytes) -> bytes:
    """The request to stamp a checkpoint note.

    Raises:
        ConfigError: The extra `tsa` is not installed.
    """
    return tokens.request(stamped)


def received(archive: Archive, stamped: bytes, request: bytes, answer: bytes) -> Stored:
    """An answer, once it was found to be the right one to a request.

    Args:
        archive: Its configuration says whom to believe.
        stamped: The note that was to be stamped.
        request: As it was made.
        answer: As the authority sent it.

    Raises:
        TokenError: The answer is not right.
        LedgerError: What was stamped is no checkpoint.
        ConfigError: The certificates cannot be read, or the extra `tsa` is not installed.
    """
    believed = timestamps.believed(policy.own(archive).timestamp.certificates)
    tokens.checked(answer, stamped, believed, tokens.nonce_of(request))
    try:
        size = checkpoint.read(stamped)[0].size
    except ValueError as problem:
        raise LedgerError(f"What was stamped is no checkpoint: {problem}.") from problem
    return Stored(f"ledger/{timestamps.FOLDER}/{size:012d}.tsr", stamped, answer)


def due(archive: Archive, now: datetime) -> bool:
    """Whether the archive has an authority, and its newest time stamp is too old.

    Args:
        archive: The archive.
        now: With its time zone.
    """
    stamping = archive.config.timestamp
    if not stamping.url:
        return False
    newest = _newest(archive)
    return newest is None or now - newest.at >= stamping.every


def beside(request: Path) -> Path:
    """The file of the note for which a request was written."""
    return request.with_name(f"{request.name}.note")


def _newest(archive: Archive) -> Token | None:
    for one in reversed(timestamps.stored(archive)):
        try:
            return tokens.checked(one.answer, one.note, None)
        except TokenError:  # a finding of verification
            continue
    return None


def _post(stamping: Stamping, request: bytes) -> bytes:
    """Send a request; the configuration allows http and https only."""
    message = urllib.request.Request(  # noqa: S310 - see above
        stamping.url, data=request, headers={"Content-Type": QUERY, "Accept": REPLY}, method="POST"
    )
    try:
        with urllib.request.urlopen(message, timeout=SECONDS) as reply:  # noqa: S310 - see above
            found: bytes = reply.read(tokens.MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise ArchiveError(
            f"The time-stamping authority cannot be asked: {problem}.",
            hint="Try again later; or carry the request: docscan ledger timestamp --request FILE",
        ) from problem
    return found
