"""What the tests share: an archive, and paper to drop into it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import target
from PIL import Image, ImageDraw, ImageFont
from shelf import NOW, Shelf

from docscan import archive
from docscan.archive import Archive

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


@pytest.fixture(scope="session", autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The private keys of the archives that tests make, away from those of whoever runs them."""
    os.environ["DOCSCAN_KEYS"] = str(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def small(keys: None, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of two documents, its ledger signed; to be copied."""
    return target.made(tmp_path_factory.mktemp("small") / "archive", 2)


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
