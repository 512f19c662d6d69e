from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docscan import cleanup
from docscan.cleanup.negative import negative
from docscan.model import Scan
from docscan.pipeline import Choice


def _inverted(scan):
    return replace(scan, image=255 - scan.image)


def _is_negative(image, dpi=200.0):
    return negative(Scan(1, np.asarray(image, dtype=np.uint8), dpi)).treatments == ("negative",)


def test_a_page_that_is_white_on_black_becomes_black_on_white(drawn):
    scan = drawn()
    turned = negative(_inverted(scan))
    assert turned.treatments == ("negative",)
    assert np.array_equal(turned.image, scan.image)


def test_a_page_that_is_black_on_white_stays_as_it_is(drawn):
    scan = drawn()
    assert negative(scan) is scan


def test_a_negative_in_colour_comes_back_in_grey(drawn):
    image = 255 - drawn().image
    blue = np.dstack((np.maximum(image, 90), image, image))
    turned = negative(replace(drawn(), image=blue))
    assert turned.image.ndim == 2
    assert np.median(turned.image) > 200


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_negative_is_seen_at_any_resolution(drawn, dpi):
    assert _is_negative(255 - drawn(dpi=dpi).image, float(dpi))


@settings(max_examples=30, deadline=None)  # each draws two pages
@given(st.integers(0, 110), st.integers(60, 140))
def test_faint_negatives_are_seen_and_faint_positives_left(drawn, ground, contrast):
    ink = (255 - drawn().image.astype(np.float64)) / 255
    assert _is_negative(ground + ink * contrast)
    assert not _is_negative(255 - ground - ink * contrast)


def test_a_negative_in_a_white_frame_is_seen_and_one_line_is_enough(drawn):
    image = 255 - drawn(("Light print on a dark page",)).image
    image[:40], image[-40:], image[:, :40], image[:, -40:] = 255, 255, 255, 255
    assert _is_negative(image)


def test_a_receipt_on_a_black_lid_is_no_negative(drawn):
    lid = np.full((1800, 2000), 12, np.uint8)
    receipt = drawn().image
    lid[300 : 300 + receipt.shape[0], 200 : 200 + receipt.shape[1]] = receipt
    assert not _is_negative(lid)


def test_a_page_with_a_large_dark_bar_is_no_negative(drawn):
    page = np.vstack([255 - drawn().image, drawn().image, np.full((300, 1160), 255, np.uint8)])
    assert not _is_negative(page)


def test_a_dark_photograph_with_a_caption_is_no_negative(drawn):
    chance = np.random.default_rng(2)
    blobs = chance.integers(0, 120, (30, 29), dtype=np.uint8)
    photograph = cv2.resize(blobs, (1160, 1200), interpolation=cv2.INTER_CUBIC)
    assert not _is_negative(np.vstack([photograph, drawn().image]))


@pytest.mark.parametrize(("level", "noise"), [(0, 0), (15, 5), (30, 20), (250, 4)])
def test_a_page_of_one_shade_is_no_negative(level, noise):
    chance = np.random.default_rng(6)
    assert not _is_negative(np.clip(chance.normal(level, noise, (1100, 800)), 0, 255), 100.0)


def test_dust_on_a_black_page_makes_no_negative():
    chance, page = np.random.default_rng(6), np.full((2300, 1600), 14, np.uint8)
    for _ in range(500):
        cv2.circle(page, (int(chance.integers(1600)), int(chance.integers(2300))), 2, 220, -1)
    assert not _is_negative(page)


def test_a_negative_is_cleaned_like_its_positive(drawn):
    usual = [Choice(name, {}) for name in cleanup.STEPS if name not in ("levels", "soften")]
    cleaned = cleanup.clean(_inverted(drawn()), usual)
    assert cleaned.treatments[0] == "negative"
    assert not cleaned.blank
