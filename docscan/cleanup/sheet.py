"""A sheet of paper photographed askew: found against its ground and seen from straight above."""

import math
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from docscan.cleanup.geometry import between_centres
from docscan.imaging import shrunk
from docscan.model import Image, Scan
from docscan.places import Matrix

Corners = npt.NDArray[np.float64]

ANALYSIS_SIDE = 400  # pixels of the longer side of the small image at least, and less than twice as many
SMALLEST_SHEET = 0.3  # of the image
INSIDE = 2.0  # pixels of the small image: closer to the rim, the side of the sheet was not seen
DARKER = 25  # grey levels between the sheet and the ground around it
STRAY = 0.1  # of the ground may be as light as the sheet
STRAIGHT_SIDE = 0.006  # of the diagonal: how far the outline may lie from the four sides, nearly everywhere
ASKEW = 1.0  # degrees from a right angle; a sheet on a scanner has four right ones
LONGEST_SHEET = 4.0  # times its width: a receipt
A4 = 297 / 210
NEARLY = 0.06  # of the proportions of a sheet that passes for A4
A4_HEIGHT = 297 / 25.4  # inches


def perspective(scan: Scan) -> Scan:
    """Straighten a photographed sheet of paper and leave out what lies around it.

    Done only when all four sides are seen, straight, within the image, on
    darker ground, around at least 30 % of the image, and no scanner would show
    them so: at angles that are not right.

    Args:
        scan: Grey or colour.

    Returns:
        The sheet alone; its dpi is told by its size where it is of the
        proportions of A4.
    """
    halvings = max(0, int(math.log2(max(scan.width, scan.height) / ANALYSIS_SIDE)))
    small = shrunk(scan.image, 2**halvings, 1)
    grey = small if small.ndim == 2 else np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    corners = _corners(grey) if _lies_on_ground(grey) else None
    if corners is None:
        return scan
    corners = corners * 2.0**halvings
    (width, height), dpi = _size(corners, scan.dpi)
    flat = np.array(((0, 0), (width, 0), (width, height), (0, height)), dtype=np.float32)
    back = _matrix(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)))
    image = cv2.warpPerspective(
        scan.image,
        between_centres(back),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return replace(scan.treated(np.asarray(image, dtype=np.uint8), "perspective", back), dpi=dpi)


def _lies_on_ground(grey: Image) -> bool:
    """Whether the rim of an image is dark all around, as that of a page scanned flat is not."""
    light = float(np.percentile(grey, 75))
    rims = (grey[0], grey[-1], grey[:, 0], grey[:, -1])
    return all(float((rim > light - DARKER).mean()) <= STRAY for rim in rims)


def _corners(grey: Image) -> Corners | None:
    """The corners of a sheet seen askew on a small grey image, clockwise from the upper left one."""
    calm = cv2.medianBlur(grey, 5)
    # print must not part the sheet
    calm = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8), borderType=cv2.BORDER_REPLICATE)
    _, light = cv2.threshold(calm, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    around = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True).reshape(-1, 2)
    if len(around) != 4 or cv2.contourArea(hull) < SMALLEST_SHEET * grey.size:
        return None
    corners = _refined(outline, around.astype(np.float64))
    if corners is None or not _is_sheet(np.asarray(calm, dtype=np.uint8), corners, outline):
        return None
    return corners


def _refined(outline: cv2.typing.MatLike, rough: Corners) -> Corners | None:
    """Corners where lines through the outline's points along each side meet, in the order of reading."""
    middle = rough.mean(axis=0)
    order = np.argsort(np.arctan2(*(rough - middle).T[::-1]))
    rough = rough[order]
    rough = np.roll(rough, -int(np.argmin(rough.sum(axis=1))), axis=0)
    points = outline.reshape(-1, 2).astype(np.float64)
    lines = []
    for start, end in zip(rough, np.roll(rough, -1, axis=0), strict=True):
        near = points[_distance(points, start, end) < 0.01 * math.dist(start, end) + 2]
        if len(near) < 0.6 * math.dist(start, end):
            return None
        along_x, along_y, x, y = cv2.fitLine(near.astype(np.float32), cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append(np.array((along_y, -along_x, along_y * x - along_x * y)))
    pairs = (np.stack((before, line)) for before, line in zip(np.roll(lines, 1, axis=0), lines, strict=True))
    return np.array([np.linalg.solve(pair[:, :2], pair[:, 2]) for pair in pairs]) + 0.5


def _is_sheet(calm: Image, corners: Corners, outline: cv2.typing.MatLike) -> bool:
    """Whether four corners are those of a sheet that lies askew on darker ground."""
    height, width = calm.shape
    if (corners < INSIDE).any() or (corners > np.array((width, height)) - INSIDE).any():
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(*sides.T)
    across, down = lengths[0] + lengths[2], lengths[1] + lengths[3]
    if max(across, down) > LONGEST_SHEET * min(across, down):
        return False
    turns = np.degrees(np.arctan2(sides[:, 1], sides[:, 0]))
    angles = np.mod(turns - np.roll(turns, 1), 360.0)
    if np.abs(angles - 90).max() < ASKEW or np.abs(angles - 90).max() > 45:
        return False
    return _on_ground(calm, corners) and _has_straight_sides(corners, outline)


def _on_ground(calm: Image, corners: Corners) -> bool:
    """Whether the sheet is lighter than nearly all that lies around it."""
    mask = cv2.fillConvexPoly(np.zeros_like(calm), np.round(corners).astype(np.int32), 255)
    ground = calm[cv2.dilate(mask, np.ones((5, 5), np.uint8)) == 0]
    sheet = float(np.median(calm[mask > 0]))
    return ground.size > 0 and float((ground > sheet - DARKER).mean()) <= STRAY


def _has_straight_sides(corners: Corners, outline: cv2.typing.MatLike) -> bool:
    """Whether nearly all of the outline lies along the four sides."""
    points = outline.reshape(-1, 2).astype(np.float64) + 0.5
    pairs = zip(corners, np.roll(corners, -1, axis=0), strict=True)
    nearest = np.min([_distance(points, start, end) for start, end in pairs], axis=0)
    return float(np.percentile(nearest, 90)) <= STRAIGHT_SIDE * math.dist(corners[0], corners[2])


def _distance(points: Corners, start: Corners, end: Corners) -> Corners:
    """How far points (N, 2) lie from the line through two others."""
    along = (end - start) / math.dist(start, end)
    offset = points - start
    return np.asarray(np.abs(offset[:, 0] * along[1] - offset[:, 1] * along[0]))


def _size(corners: Corners, dpi: float) -> tuple[tuple[int, int], float]:
    """The size in pixels of the sheet seen from above, and its dpi."""
    lengths = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    width, height = (float(lengths[i::2].max()) for i in (0, 1))
    long, short = max(width, height), min(width, height)
    middling = sorted(float(lengths[i::2].mean()) for i in (0, 1))
    if abs(middling[1] / middling[0] / A4 - 1) <= NEARLY:
        long = max(long, short * A4)
        short, dpi = long / A4, long / A4_HEIGHT
        width, height = (long, short) if width > height else (short, long)
    return (max(1, round(width)), max(1, round(height))), dpi


def _matrix(values: cv2.typing.MatLike) -> Matrix:
    one, two, three = ((float(a), float(b), float(c)) for a, b, c in values)
    return one, two, three
