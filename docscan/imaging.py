"""Small copies of a page's image, and what hangs together in a mask."""

import cv2
import numpy as np
import numpy.typing as npt

from docscan.model import Image

Labels = npt.NDArray[np.int32]

NEAR = 0.02  # of the size: closer to the wanted one is as good


def shrunk(image: Image, dpi: float, wanted: float, *, quick: bool = False) -> Image:
    """A copy of an image at another resolution, mostly a lower one.

    Halving is some ten times cheaper than reducing by other factors, so it
    comes first, and the rest is done on the small image. An odd last row or
    column is dropped.

    Args:
        image: Grey (H, W) or BGR (H, W, 3).
        dpi: Of the image.
        wanted: Of the copy.
        quick: Its last step weighs the two nearest pixels each way instead of all it
            covers: an eighth of the time, and none is left out, as that step does not go below the half.
    """
    factor = wanted / dpi
    while factor <= 0.5 and min(image.shape[:2]) > 1:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        even = image[: 2 * height, : 2 * width]  # of an odd size, halving is as slow as other factors
        image = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        factor *= 2
    if abs(factor - 1) <= NEAR:
        return image
    size = max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))
    way = cv2.INTER_AREA if factor < 1 and not quick else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)


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
