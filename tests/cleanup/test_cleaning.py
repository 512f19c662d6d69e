import tomllib
from dataclasses import replace

import numpy as np
import pytest

from docscan import cleanup, library
from docscan.cleanup import geometry
from docscan.model import Scan
from docscan.pipeline import Choice

USUAL = [Choice(name, {}) for name in cleanup.STEPS if name not in ("levels", "soften")]


def test_the_shipped_pipeline_takes_every_step_but_the_one_for_second_readings():
    path = library.find("pipelines", "default", ".toml")
    shipped = tomllib.loads(path.read_text(encoding="utf-8"))["cleanup"]["step"]
    assert [Choice(step["name"], {}) for step in shipped] == USUAL


def test_a_clean_page_at_the_best_size_is_not_touched(drawn):
    scan = drawn(dpi=200)
    cleaned = cleanup.clean(scan, USUAL)
    assert cleaned.treatments == ()
    assert np.array_equal(cleaned.image, scan.image)


def test_what_was_done_is_told_in_order_and_shown_after_each_step(drawn):
    scan = drawn(dpi=300)
    shaded = replace(scan, image=(scan.image * np.linspace(1, 0.5, scan.width)[None, :]).astype(np.uint8))
    skewed = replace(geometry._resampled(shaded, 4.0, 1.0), treatments=())
    shown = []
    cleaned = cleanup.clean(skewed, USUAL, watch=lambda name, scan: shown.append((name, scan)))
    assert [treatment.split()[0] for treatment in cleaned.treatments] == ["light", "deskew", "scale"]
    assert cleaned.image.ndim == 2
    assert [name for name, _ in shown] == ["original", *(step.name for step in USUAL)]
    assert shown[0][1] is skewed
    assert shown[-1][1].treatments == cleaned.treatments


def test_no_step_writes_into_the_image_it_was_given(drawn):
    colour = np.dstack([(drawn(dpi=300).image * 0.7).astype(np.uint8)] * 3)
    colour[:, :20] = 10
    scan = replace(drawn(dpi=300), image=colour.copy())
    assert {"light", "border"} <= set(cleanup.clean(scan, USUAL).treatments)
    assert np.array_equal(scan.image, colour)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (2, 900), (900, 2, 3), (5, 5)])
def test_the_smallest_images_are_cleaned(shape):
    cleaned = cleanup.clean(Scan(1, np.full(shape, 255, np.uint8), 300.0), USUAL)
    assert cleaned.blank


def test_a_scan_in_600_dpi_is_reduced_before_anything_else(drawn):
    cleaned = cleanup.clean(drawn(dpi=600), USUAL)
    assert cleaned.treatments[0] == "scale 600 to 300"


def test_options_reach_their_step(drawn):
    skewed = replace(geometry._resampled(drawn(), 4.0, 1.0), treatments=())
    assert cleanup.clean(skewed, [Choice("straighten", {"limit": 2.0})]).treatments == ()
