"""An archive and the command line that works on it, as a test drives them."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from docscan import batch, equipment
from docscan.archive import Archive, fixity, open_archive
from docscan.archive.catalogue import Row, open_catalogue
from docscan.batch import Options

DOCSCAN = Path(sys.executable).with_name("docscan")
NOW = datetime.now(UTC) - timedelta(days=1)  # an archive of long ago would have wanted a witness by now


@dataclass(frozen=True)
class Shelf:
    """An archive and the command line that works on it."""

    archive: Archive

    @property
    def root(self) -> Path:
        return self.archive.root

    def command(self, *words: str) -> list[str]:
        return [str(DOCSCAN), "-A", str(self.root), *words]

    def call(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self.command(*words), capture_output=True, text=True, check=False)
        assert code is None or done.returncode == code, (
            f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def json(self, *words: str, code: int | None = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.call(*words, "--json", code=code).stdout.splitlines()]

    def run(self, *, quiet: float = 0.2, grace: float = 900) -> dict[str, int]:
        """One run in this process; its reading still happens in workers. The counts."""
        setup = equipment.equip(self.archive.config.pipeline, self.root)
        options = Options(
            agent="tester", clock=lambda: datetime.now(UTC), workers=2, quiet=quiet, grace=grace
        )
        archive = open_archive(self.root)  # as docscan.toml says now
        return batch.run(archive, setup, options, lambda *_: None).counts

    def rows(self) -> list[Row]:
        """The records, the newest first."""
        with open_catalogue(self.archive) as catalogue:
            return list(catalogue.listing())

    def findings(self) -> list[str]:
        """What a verification finds: codes and paths."""
        return [f"{finding.code} {finding.path}" for finding in fixity.verify(self.archive)]

    def drop(self, name: str, content: bytes, age: float = 60.0) -> Path:
        path = self.archive.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - age, time.time() - age))
        return path
