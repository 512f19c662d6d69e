"""What desks, scanners and phones do to a page; each takes a sheet and chance, and gives a sheet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from sheet import Sheet, encoded

from docscan.places import Matrix, chained

Wear = Callable[[Sheet, np.random.Generator], Sheet]
Shades = npt.NDArray[Any]

COLOUR_SHARE = 0.35  # of good scans are made in colour
LID = (246.0, 246.0, 246.0)
DESK = (52.0, 70.0, 92.0)  # BGR of wood


def scanned(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """By a good office scanner: nearly white, a little soft, a little noise; grey or in colour."""
    image = sheet.image
    if image.ndim == 3 and rng.random() > COLOUR_SHARE:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    paper, ink = rng.uniform(238, 253), rng.uniform(5, 30)
    shades = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 0.8)).astype(np.float32)
    return _noised(sheet, ink + shades * ((paper - ink) / 255), rng.uniform(2, 4), rng)


def skewed(degrees: float) -> Wear:
    """Drawn in askew, to either side."""
    return lambda sheet, rng: _skewed(sheet, degrees if rng.random() < 0.5 else -degrees)


def blurred(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Out of focus."""
    return replace(sheet, image=_u8(cv2.GaussianBlur(sheet.image, (0, 0), rng.uniform(2.3, 2.8))))


def noisy(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """From a poor sensor in the dark."""
    return _noised(sheet, sheet.image.astype(np.float32), rng.uniform(24, 30), rng)


def specked(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Through dirty glass: single pixels black and white, and dust of a few pixels."""
    image, share = sheet.image.copy(), rng.uniform(0.003, 0.006)
    chance = rng.random(image.shape[:2], dtype=np.float32)
    image[chance < share], image[chance > 1 - share] = 0, 255
    for _ in range(int(rng.integers(250, 500))):
        x, y = rng.integers(image.shape[1]), rng.integers(image.shape[0])
        cv2.circle(image, (int(x), int(y)), int(rng.integers(1, 4)), (30, 30, 30), -1)
    return replace(sheet, image=image)


def compressed(quality: int) -> Wear:
    """Saved as a small JPEG."""

    def save(sheet: Sheet, _rng: np.random.Generator) -> Sheet:
        stored = np.frombuffer(encoded(sheet.image, ".jpg", quality), np.uint8)
        return replace(sheet, image=_u8(cv2.imdecode(stored, cv2.IMREAD_UNCHANGED)))

    return save


def shaded(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Under a lamp that stands to one side, with the shadow of a hand."""
    height, width = sheet.image.shape[:2]
    across, down = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
    angle = rng.uniform(0, 2 * np.pi)
    lamp = 1 - rng.uniform(0.25, 0.35) * (1 + across * np.cos(angle) + down * np.sin(angle))
    x, y, reach = rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.8), rng.uniform(0.3, 0.6)
    hand = 1 - rng.uniform(0.2, 0.4) * np.exp(-(((across - x) ** 2 + (down - y) ** 2) / reach**2))
    light = cv2.resize((np.maximum(lamp, 0.25) * hand).astype(np.float32), (width, height))
    return replace(sheet, image=_u8(sheet.image * _deep(light, sheet.image)))


def bled(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """On thin paper: the back shows through, mirrored."""
    back = np.roll(sheet.image[:, ::-1], (int(rng.integers(40, 200)), int(rng.integers(-60, 60))), (0, 1))
    through = 255 - rng.uniform(0.12, 0.25) * (255.0 - cv2.GaussianBlur(back, (0, 0), 2.0))
    return replace(sheet, image=_u8(np.minimum(sheet.image, through)))


def bordered(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """With the lid open: black at some edges, and the holes of a folder."""
    image = sheet.image.copy()
    height, width = image.shape[:2]
    inch = sheet.dpi
    deep = [int(depth) for depth in rng.uniform(0.0, 0.3, 4) * inch]
    image[: deep[0]], image[height - deep[1] :] = 12, 12
    image[:, : deep[2]], image[:, width - deep[3] :] = 12, 12
    for offset in (-1.57, 1.57):  # ISO 838: 80 mm apart, 12 mm from the edge, 6 mm wide
        centre = (deep[2] + round(0.25 * inch), round(height / 2 + offset * inch))
        cv2.circle(image, centre, round(0.118 * inch), (15, 15, 15), -1)
    return replace(sheet, image=image)


def resized(dpi: float) -> Wear:
    """Scanned at another resolution."""
    return lambda sheet, _rng: _resized(sheet, dpi)


def flattened(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """With the contrast turned down, on grey paper."""
    return _toned(sheet, rng.uniform(110, 130), rng.uniform(190, 210))


def faded(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """By a printer that ran out of toner."""
    return _toned(sheet, rng.uniform(150, 175), 252)


def faxed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """By fax: 200 dpi, black and white, some dirt."""
    small = _grey(_resized(sheet, 200))
    black = small.image < rng.uniform(120, 160)
    black ^= rng.random(black.shape, dtype=np.float32) < 0.0005
    return replace(small, image=np.where(black, 0, 255).astype(np.uint8))


def stained(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Old yellow paper with the rings of cups."""
    image = _coloured(sheet.image)
    height, width = image.shape[:2]
    tint = np.array((rng.uniform(150, 190), rng.uniform(210, 230), rng.uniform(232, 246)), np.float32) / 255
    brown = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        centre = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(brown, centre, round(1.6 * sheet.dpi), (1.0,), int(rng.integers(12, 40)))
    brown = cv2.GaussianBlur(brown, (0, 0), 6.0)[..., None] * np.array((0.5, 0.35, 0.22), np.float32)
    return replace(sheet, image=_u8(image * tint * (1 - brown)))


def photographed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """With a phone held over the desk: in perspective, unevenly lit, warm light, a little soft."""
    image = replace(sheet, image=_coloured(sheet.image))
    height, width = image.image.shape[:2]
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    inward = rng.uniform(0.02, 0.07, (4, 2)) * (width, height)
    signs = np.array(((1, 1), (-1, 1), (-1, -1), (1, -1)))
    held = _moved(
        image, cv2.getPerspectiveTransform(corners, (corners + inward * signs).astype(np.float32)), DESK
    )
    warm = np.array((rng.uniform(0.78, 0.88), rng.uniform(0.9, 0.95), 0.98), np.float32)
    lit = shaded(replace(held, image=_u8(held.image * warm)), rng)
    soft = cv2.GaussianBlur(lit.image, (0, 0), rng.uniform(0.9, 1.4)).astype(np.float32)
    return compressed(85)(_noised(lit, soft, rng.uniform(4, 8), rng), rng)


def mixed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """All a poor office scanner does at once: askew, noise, 200 dpi, small JPEG."""
    askew = _skewed(scanned(sheet, rng), float(rng.choice((-1, 1)) * rng.uniform(1.0, 3.0)))
    small = _resized(_noised(askew, askew.image.astype(np.float32), 12, rng), 200)
    return compressed(45)(small, rng)


def turned(angle: int) -> Wear:
    """Laid on the glass turned clockwise by 90, 180 or 270 degrees."""
    return lambda sheet, _rng: _turned(sheet, angle)


def stacked(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Two to five wears of any strength, one upon the other, and any way up."""
    before: tuple[Wear, ...] = (bled, shaded, flattened, blurred_a_little)
    after: tuple[Wear, ...] = (
        lambda page, chance: _skewed(page, float(chance.uniform(-4.2, 4.2))),
        lambda page, chance: _noised(page, page.image.astype(np.float32), chance.uniform(6, 20), chance),
        specked,
        bordered,
        lambda page, chance: _resized(page, chance.uniform(150, 260)),
        lambda page, chance: compressed(int(chance.integers(45, 90)))(page, chance),
        lambda page, chance: _turned(page, int(chance.choice((90, 180, 270)))),
    )
    chosen = sorted(rng.permutation(len(before) + len(after))[: int(rng.integers(2, 6))])
    for wear in (
        *(before[index] for index in chosen if index < len(before)),
        scanned,
        *(after[index - len(before)] for index in chosen if index >= len(before)),
    ):
        sheet = wear(sheet, rng)
    return sheet


def blurred_a_little(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Slightly out of focus."""
    return replace(sheet, image=_u8(cv2.GaussianBlur(sheet.image, (0, 0), rng.uniform(0.8, 1.8))))


def _skewed(sheet: Sheet, degrees: float) -> Sheet:
    """Turned clockwise by a small angle, on a canvas that holds all of it."""
    height, width = sheet.image.shape[:2]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    size = np.array((width * cos + height * abs(sin), width * abs(sin) + height * cos))
    x, y = size / 2
    matrix = np.array(
        (
            (cos, -sin, x - cos * width / 2 + sin * height / 2),
            (sin, cos, y - sin * width / 2 - cos * height / 2),
            (0, 0, 1),
        )
    )
    moved = _moved(sheet, matrix, LID, (int(np.ceil(size[0])), int(np.ceil(size[1]))))
    return replace(moved, skew=sheet.skew + degrees)


def _moved(
    sheet: Sheet, matrix: Shades, outside: tuple[float, ...], size: tuple[int, int] | None = None
) -> Sheet:
    """Every pixel moved by a homography of continuous points (the pixel in column 3 spans 3 to 4)."""
    half = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)))
    image = cv2.warpPerspective(
        sheet.image,
        np.linalg.inv(half) @ matrix @ half,
        size or (sheet.image.shape[1], sheet.image.shape[0]),
        flags=cv2.INTER_CUBIC,
        borderValue=outside,
    )
    return replace(sheet, image=_u8(image), placed=chained(_matrix(matrix), sheet.placed))


def _resized(sheet: Sheet, dpi: float) -> Sheet:
    height, width = sheet.image.shape[:2]
    size = round(width * dpi / sheet.dpi), round(height * dpi / sheet.dpi)
    image = cv2.resize(sheet.image, size, interpolation=cv2.INTER_AREA)
    matrix = np.diag((size[0] / width, size[1] / height, 1.0))
    return replace(sheet, image=_u8(image), dpi=float(dpi), placed=chained(_matrix(matrix), sheet.placed))


def _turned(sheet: Sheet, angle: int) -> Sheet:
    height, width = sheet.image.shape[:2]
    matrices = {
        90: ((0, -1, height), (1, 0, 0), (0, 0, 1)),
        180: ((-1, 0, width), (0, -1, height), (0, 0, 1)),
        270: ((0, 1, 0), (-1, 0, width), (0, 0, 1)),
    }
    if angle == 0:
        return sheet
    return replace(
        sheet,
        image=np.ascontiguousarray(np.rot90(sheet.image, -angle // 90)),
        turn=(sheet.turn + angle) % 360,
        placed=chained(_matrix(np.array(matrices[angle])), sheet.placed),
    )


def _toned(sheet: Sheet, ink: float, paper: float) -> Sheet:
    return replace(sheet, image=_u8(ink + sheet.image * ((paper - ink) / 255)))


def _noised(sheet: Sheet, shades: Shades, sigma: float, rng: np.random.Generator) -> Sheet:
    noise = rng.standard_normal(shades.shape[:2], dtype=np.float32) * np.float32(sigma)
    return replace(sheet, image=_u8(shades + _deep(noise, shades)))


def _grey(sheet: Sheet) -> Sheet:
    if sheet.image.ndim == 2:
        return sheet
    return replace(sheet, image=_u8(cv2.cvtColor(sheet.image, cv2.COLOR_BGR2GRAY)))


def _coloured(image: Shades) -> Shades:
    return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image


def _deep(plane: Shades, image: Shades) -> Shades:
    return plane[..., None] if image.ndim == 3 else plane


def _u8(shades: Shades) -> npt.NDArray[np.uint8]:
    return np.clip(shades, 0, 255).astype(np.uint8)


def _matrix(values: Shades) -> Matrix:
    one, two, three = ((float(a), float(b), float(c)) for a, b, c in values)
    return one, two, three
