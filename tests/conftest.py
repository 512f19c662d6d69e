"""What the tests share: an archive, and paper to drop into it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from docscan import archive
from docscan.archive import Archive

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

DOCSCAN = Path(sys.executable).with_name("docscan")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


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

    def drop(self, name: str, content: bytes, age: float = 60.0) -> Path:
        path = self.archive.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (time.time() - age, time.time() - age))
        return path


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(archive.create(tmp_path / "acme", name="acme", language="en", now=NOW, agent="tester"))


@pytest.fixture(scope="session")
def slip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    """Draws a small slip of paper with a few lines of print; quick to read."""
    font = ImageFont.truetype(FONT, 34)
    folder = tmp_path_factory.mktemp("slips")

    def draw(*lines: str, suffix: str = "png") -> bytes:
        image = Image.new("L", (760, 60 + 55 * len(lines)), 255)
        pen = ImageDraw.Draw(image)
        for number, line in enumerate(lines):
            pen.text((40, 30 + 55 * number), line, font=font, fill=0)
        path = folder / f"slip.{suffix}"
        image.save(path, dpi=(200, 200))
        return path.read_bytes()

    return draw
