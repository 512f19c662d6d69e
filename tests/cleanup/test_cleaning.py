import tomllib
from dataclasses import replace

import numpy as np
import pytest

from docscan import cleanup, library
from docscan.cleanup import geometry
from docscan.model import Scan
from docscan.pipeline import Choice

EVERY = [Choice(name, {}) for name in cleanup.STEPS]


def test_the_shipped_pipeline_names_known_steps():
    path = library.find("pipelines", "default", ".toml")
    shipped = tomllib.loads(path.read_text(encoding="utf-8"))["cleanup"]["step"]
    assert {step["name"] for step in shipped} == set(cleanup.STEPS)


def test_a_clean_page_is_hardly_touched(drawn):
    assert cleanup.clean(drawn(dpi=300), EVERY).treatments == ("smooth 0.8",)


def test_what_was_done_is_told_in_order(drawn):
    scan = drawn(dpi=150)
    shaded = replace(scan, image=(scan.image * np.linspace(1, 0.5, scan.width)[None, :]).astype(np.uint8))
    skewed = replace(geometry._rotated(shaded, 4.0), treatments=())
    cleaned = cleanup.clean(skewed, EVERY)
    assert [treatment.split()[0] for treatment in cleaned.treatments] == ["light", "deskew", "scale"]
    assert cleaned.image.ndim == 2


def test_options_reach_their_step(drawn):
    skewed = replace(geometry._rotated(drawn(), 4.0), treatments=())
    assert cleanup.clean(skewed, [Choice("deskew", {"limit": 2.0})]).treatments == ()


@pytest.mark.parametrize("paper", [255, 235, 190])
def test_bare_paper_is_blank(paper):
    chance = np.random.default_rng(3)
    image = np.clip(chance.normal(paper, 6, (1100, 800)), 0, 255).astype(np.uint8)
    assert cleanup.clean(Scan(1, image, 100.0), EVERY).blank


def test_a_page_with_one_line_is_not_blank(drawn):
    assert not cleanup.clean(drawn(("Paid on the third of May",)), EVERY).blank


def test_dust_and_the_other_side_shining_through_are_blank(drawn):
    through = np.fliplr(drawn().image).astype(np.float64)
    image = (255 - (255 - through) * 0.12).astype(np.uint8)
    chance = np.random.default_rng(5)
    for _ in range(40):
        y, x = chance.integers(0, image.shape[0] - 2), chance.integers(0, image.shape[1] - 2)
        image[y : y + 2, x : x + 2] = 40
    assert cleanup.is_blank(replace(drawn(), image=image))
