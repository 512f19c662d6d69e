"""Small images: what is decided about a page is decided on a small copy of it."""

import cv2
import numpy as np

from docscan.model import Image

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
            covers: an eighth of the time, enough to see whether something is there.
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
