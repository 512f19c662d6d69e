"""Somebody at the desk of a depot, as tests scan for them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from unittest import mock

from depot import AGENT, NOW, Depot, furnish, working

from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.holdings import deeds
from docscan.holdings.register import Register, open_register
from docscan.holdings.session import Answer, Session


@dataclass
class Desk:
    """A desk whose clock goes on by some seconds with each line."""

    register: Register
    session: Session
    depot: Depot
    now: datetime = NOW
    pause: timedelta = timedelta(seconds=2)
    agent: str = AGENT

    def scan(self, *lines: str) -> Answer:
        """Scan lines, one after the other; the answer to the last."""
        said: Answer | None = None
        for line in lines:
            self.now += self.pause
            self.session, said = deeds.answered(
                self.register, self.session, line, clock=lambda: self.now, agent=self.agent
            )
        assert said is not None
        return said

    def state(self, number: int) -> str:
        return self.register.state(self.depot.items[number].id)

    def place(self, number: int) -> str:
        found = self.register.place_of(self.depot.items[number].id)
        return found.code if found else ""


@contextmanager
def opened(archive: Archive, furnishing: Callable[[Register], Depot] = furnish) -> Iterator[Desk]:
    """A desk at a depot that was furnished before; nobody holds it, and nothing waits for the disk."""
    with working(archive) as register:
        depot = furnishing(register)
    with (
        mock.patch.object(os, "fsync"),
        open_catalogue(archive) as catalogue,
        open_register(catalogue) as register,
    ):
        yield Desk(register, deeds.opened(register), replace(depot, register=register))
