"""What hangs together: on sides odd and even alike."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from docscan.imaging import components

MASKS = st.tuples(st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: arrays.arrays(np.uint8, shape, elements=st.sampled_from((0, 1)))
)


@given(MASKS)
def test_shapes_are_those_that_any_other_method_tells(mask):
    labels, stats = components(mask)
    _, known, told, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_WU)
    pairs = set(zip(labels.ravel().tolist(), known.ravel().tolist(), strict=True))
    assert labels.shape == mask.shape
    assert len(stats) == len(told)
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)
    assert all(stats[one].tolist() == told[other].tolist() for one, other in pairs if one)


def test_the_ground_is_label_0():
    labels, _ = components(np.array([[0, 1, 0]], np.uint8))
    assert labels.tolist() == [[0, 1, 0]]
