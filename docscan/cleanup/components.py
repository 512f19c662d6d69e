"""What hangs together in a mask."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.model import Image

Labels = npt.NDArray[np.int32]


def components(mask: Image) -> tuple[Labels, Labels]:
    """The shapes of a mask, those that touch at a corner as one.

    OpenCV's method by blocks of four pixels takes two fifths of the time of the
    others where width and height are even, and as long as they do elsewhere.

    Args:
        mask: (H, W) uint8; what is not 0 is a shape's.

    Returns:
        The labels (H, W), 0 for the ground; and for each label a row of left,
        top, width, height and area in pixels. The ground's own may be of a
        pixel more than the mask has.
    """
    height, width = mask.shape
    if height % 2 or width % 2:
        mask = np.pad(mask, ((0, height % 2), (0, width % 2)))
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    return np.asarray(labels, dtype=np.int32)[:height, :width], np.asarray(stats, dtype=np.int32)
