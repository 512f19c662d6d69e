"""What the chapters about paper share: the register, open for a look or for a change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import PATIENCE
from docscan.archive.recovery import taken_up
from docscan.cli.terminal import agent, now, standing_in
from docscan.holdings.register import Register, open_register

if TYPE_CHECKING:
    from docscan.archive.access import Act


@contextmanager
def looking(ctx: click.Context) -> Iterator[Register]:
    """The register of the archive one stands in, for whoever may look at it.

    Raises:
        AccessError: Whoever calls may not.
        ArchiveError: It cannot be used.
    """
    with open_catalogue(standing_in(ctx)) as catalogue, open_register(catalogue) as register:
        yield register


@contextmanager
def changing(ctx: click.Context, act: "Act" = "shelve") -> Iterator[Register]:
    """The same, for whoever may do something with paper; the archive is held meanwhile.

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
        yield register
