"""A page that was too much for the engine or for the memory, made a quarter as large."""

from dataclasses import replace

import cv2
import numpy as np

from docscan.model import Scan
from docscan.places import STRAIGHT, Matrix


def halved(scan: Scan) -> Scan:
    """The scan at half its resolution.

    Args:
        scan: Grey (H, W) or colour (H, W, 3), uint8.

    Returns:
        The scan with half the pixels across and down, and half the dpi.
    """
    size = max(1, scan.width // 2), max(1, scan.height // 2)
    image = np.asarray(cv2.resize(scan.image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    back: Matrix = ((scan.width / size[0], 0.0, 0.0), (0.0, scan.height / size[1], 0.0), STRAIGHT)
    return replace(scan.treated(image, "half", back), dpi=scan.dpi / 2)
