"""What the chapters about paper share: the register, open for a look or for a change."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from docscan.archive import healing, ledger
from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import PATIENCE, Archive
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, say, standing_in
from docscan.errors import HoldingsError, LedgerError, NotFoundError
from docscan.holdings.register import Register, open_register
from docscan.messages import sentence

if TYPE_CHECKING:
    from docscan.archive.access import Act

FINDINGS = 8


@contextmanager
def looking(ctx: click.Context) -> Iterator[Register]:
    """The register of the archive one stands in, for whoever may look at it.

    Where a crash left events that are not in it yet, that is said; so it is
    where a sheet is lost or altered, and the command then leaves with 8, also
    when it does not know what it was asked for: that may stand in the sheet.

    Raises:
        AccessError: Whoever calls may not.
        ArchiveError: It cannot be used.
    """
    archive = standing_in(ctx)
    with open_catalogue(archive) as catalogue, open_register(catalogue) as register:
        if _is_behind(archive):
            say(sentence("B094", archive.config.language))
        lacks = tell_lacks(register)
        try:
            yield register
        except NotFoundError as unknown:
            if not lacks:
                raise
            say(f"{unknown} {unknown.hint}")
            raise Exit(FINDINGS) from unknown
    if lacks:
        leave_with_findings(ctx)


def tell_lacks(register: Register) -> bool:
    """Whether a sheet of the register is lost or altered; if so, it is said."""
    try:
        register.expect_whole()
    except HoldingsError as lacking:
        say(f"{lacking} {lacking.hint}")
        return True
    return False


def leave_with_findings(ctx: click.Context) -> None:
    """Let a command that did what it was asked leave with 8, not before it gave what there is."""
    ctx.call_on_close(_leave_with_findings)


def _leave_with_findings() -> None:
    raise Exit(FINDINGS)


def _is_behind(archive: Archive) -> bool:
    """Whether whole events wait for the next command that writes; damage is for `verify` to name."""
    with suppress(LedgerError):
        head = ledger.read_head(archive)
        return healing.mended(archive, head) not in (None, head)
    return False


@contextmanager
def changing(ctx: click.Context, act: "Act" = "shelve", *, answers: bool = False) -> Iterator[Register]:
    """The same, for whoever may do something with paper; the archive is held meanwhile.

    Args:
        ctx: Of the command.
        act: What they have to be allowed.
        answers: It also tells what it found, and leaves with 8 where a sheet is lost.

    Raises:
        AccessError: Whoever calls may not.
        ArchiveBusyError: Somebody else holds it for long.
        ArchiveError: It cannot be used.
    """
    archive = standing_in(ctx, act)
    with (
        taken_up(archive, now=now(), agent=agent(), timeout=PATIENCE) as catalogue,
        open_register(catalogue) as register,
    ):
        lacks = tell_lacks(register)
        yield register
    if lacks and answers:
        leave_with_findings(ctx)
