from dataclasses import replace

import numpy as np

from docscan.cleanup import tone
from docscan.model import Scan


def test_a_shaded_page_becomes_evenly_white(drawn):
    scan = drawn()
    shade = np.linspace(1.0, 0.4, scan.width)[None, :]
    shaded = replace(scan, image=(scan.image * shade).astype(np.uint8))
    lit = tone.light(shaded)
    assert lit.treatments == ("light",)
    paper = lit.image[scan.image == 255]
    assert np.percentile(paper, 1) > 235
    assert lit.image[scan.image == 0].max() < 60


def test_white_paper_needs_no_light(drawn):
    scan = drawn()
    assert tone.light(scan) is scan


def test_white_letters_on_a_dark_bar_survive_light_and_border(drawn):
    scan = drawn()
    image = scan.image.copy()
    image[:110] = 255 - image[90:200]
    image = (image.astype(np.float64) * 0.8).astype(np.uint8)
    cleaned = tone.border(tone.light(replace(scan, image=image)))
    bar = cleaned.image[:110]
    assert (bar < 100).mean() > 0.5
    assert (bar > 200).mean() > 0.02


def test_a_dark_edge_is_painted_and_the_text_stays(drawn):
    scan = drawn()
    image = scan.image.copy()
    image[:, :25] = 15
    image[-20:] = 10
    painted = tone.border(replace(scan, image=image))
    assert painted.treatments == ("border",)
    assert np.array_equal(painted.image < 128, scan.image < 128)


def test_specks_go_and_other_noise_is_left_to_the_engine(drawn):
    scan = drawn()
    chance = np.random.default_rng(7)
    speckled = scan.image.copy()
    speckled[chance.random(speckled.shape) < 0.02] = 0
    cleaned = tone.specks(replace(scan, image=speckled))
    assert cleaned.treatments == ("specks",)
    assert (cleaned.image[scan.image == 255] < 128).mean() < 0.004  # a fifth of them
    noisy = np.clip(scan.image - 30 + chance.normal(0, 28, scan.image.shape), 0, 255).astype(np.uint8)
    assert tone.specks(replace(scan, image=noisy)).treatments == ()
    assert tone.specks(scan) is scan


def test_specks_go_and_the_thin_strokes_of_a_fax_stay():
    image = np.full((900, 600), 255, np.uint8)
    image[300:600:12, 40:560] = 0  # one pixel thick, as letters are at 200 dpi
    chance = np.random.default_rng(7)
    speckled = np.where(chance.random(image.shape) < 0.004, 255 - image, image).astype(np.uint8)
    cleaned = tone.specks(Scan(1, speckled, 200.0))
    assert cleaned.treatments == ("specks",)
    assert (cleaned.image[image == 0] == 0).mean() > 0.97
    assert (cleaned.image[image == 255] == 0).mean() < 0.0005


def test_colour_becomes_grey(drawn):
    scan = drawn()
    colour = replace(scan, image=np.dstack([scan.image] * 3))
    grey = tone.grey(colour)
    assert grey.treatments == ("grey",)
    assert np.array_equal(grey.image, scan.image)
    assert tone.grey(scan) is scan


def test_levels_wash_out_the_other_side_and_keep_the_print(drawn):
    scan = drawn()
    through = np.fliplr(scan.image).astype(np.float64)
    image = np.minimum(scan.image, 255 - (255 - through) * 0.25).astype(np.uint8)
    washed = tone.levels(replace(scan, image=image))
    assert washed.treatments == ("levels",)
    assert (washed.image[scan.image == 255] == 255).all()
    assert washed.image[scan.image == 0].max() == 0


def test_softening_closes_gaps_in_a_stroke(drawn):
    image = np.full((60, 60), 255, np.uint8)
    image[30, ::2] = 0
    softened = tone.soften(replace(drawn(), image=image))
    assert softened.treatments == ("soften",)
    assert np.ptp(softened.image[30, 5:-5]) < 32


def test_a_page_without_dark_print_keeps_its_levels(drawn):
    faint = replace(drawn(), image=np.maximum(drawn().image, 190))
    assert tone.levels(faint) is faint


def test_a_dark_page_has_no_levels_to_raise(drawn):
    scan = drawn()
    chance = np.random.default_rng(7)
    dark = np.clip(12 + scan.image // 12 + chance.normal(0, 8, scan.image.shape), 0, 255).astype(np.uint8)
    page = replace(scan, image=dark)
    assert tone.levels(page) is page
