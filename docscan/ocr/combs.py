"""Combs: rows of equal cells with a letter or a figure in each, read without their walls.

An engine takes the walls for letters, and what stands between them for words
of one letter. Here each cell is cut out, the signs are set side by side as
print is, and all combs of a page are read in one run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from statistics import median

import cv2
import numpy as np
import numpy.typing as npt

from docscan.frozen import dataclass
from docscan.model import Image, Line, Scan, Word
from docscan.ocr.ruling import Ruling, shapes
from docscan.ocr.strips import Ask, Cut
from docscan.places import Box, around

TALLEST = 11.0  # millimetres of a cell's walls: a table's are taller
PITCHES = (2.8, 9.5)  # millimetres from wall to wall
THICK = 1.2  # millimetres of a wall, also of one that stands a little askew
ALIKE = 0.8  # millimetres by which walls of one comb differ in top and bottom
EVEN = 0.14  # of the pitch by which the distance of two walls differs from it, beside a scanner's half pixel
FEWEST_WALLS, SURE_WALLS = 3, 5  # fewer than five must be closed above, too, or have others of their kind
DRAWN = 0.8  # of a comb's floor is there
FLOOR = 4.5  # millimetres: the shortest stroke that counts for the floor
EDGE = 0.35  # millimetres inside a wall that are left out
EDGES, ACROSS = 0.22, 0.6  # of a cell, where its walls may still be seen; of its width they go across
RIM = 0.3  # millimetres around ink that belong to it
LEAST_SIGN = 1.1  # millimetres of height: less is dust, or a dot that was printed into the cell
LEAST_INK = 0.012  # of a cell's area
SIGN = 40  # pixels that signs are brought to
SPACE = (0.16, 0.45)  # of a sign's height, between signs that are read close and apart
PAPER = 235  # grey level from which on nothing is ink
Bits = npt.NDArray[np.bool_]
MARGIN = 24  # pixels of white around a row of signs
INSIDE = 0.5  # of a word's area lies in a comb: what the engine read there
ASIDE = 0.3  # of a comb's height, between the tops of two that are read as one
UNREADABLE = "?"  # for each sign that nothing was made of: the page says that something stands there
UNSURE = 0.5  # times: the confidence of a reading with more or fewer signs than cells are filled


@dataclass(frozen=True, slots=True)
class Comb:
    """A row of equal cells.

    Attributes:
        box: Around it, in pixels of the page.
        walls: Where its walls stand, from left to right, in pixels of the page.
    """

    box: Box
    walls: tuple[int, ...]

    def cells(self, edge: int) -> Iterator[Box]:
        """Its cells, so many pixels inside their walls."""
        for left, right in pairwise(self.walls):
            yield Box(left + edge, self.box.top + edge, right - edge, self.box.bottom - edge)


Row = tuple[Comb, list[Image | None]]  # a comb with the sign in each of its cells, None in an empty one


def found(ruling: Ruling) -> tuple[Comb, ...]:
    """The combs of a page, from top to bottom.

    Walls of one height, evenly apart, stand on a floor; a page without strokes
    of that kind costs one look for them.
    """
    unit = ruling.millimetre
    walls = [
        box
        for box in shapes(ruling.long_upright)
        if box.height <= TALLEST * unit and box.width <= THICK * unit
    ]
    if len(walls) < FEWEST_WALLS:
        return ()
    level = ruling.level(FLOOR)
    runs = [run for row in _rows(walls, unit) for run in _runs(row, unit) if _floored(run, level, unit)]
    kept = [
        run
        for run in runs
        if len(run) >= SURE_WALLS or _closed(run, level, unit) or any(_akin(run, one) for one in runs)
    ]
    combs = (_comb(run, ruling) for run in kept)
    return tuple(sorted(combs, key=lambda comb: (comb.box.top, comb.box.left)))


def read(
    scan: Scan, lines: Sequence[Line], combs: Sequence[Comb], language: str, ask: Ask
) -> tuple[Line, ...]:
    """The lines with what stands in combs, each as one word, in place of what was read there.

    Args:
        scan: Grey (H, W), as the lines were read from it.
        lines: What was read.
        combs: Of the scan.
        language: The engine's name of it.
        ask: What reads.

    Raises:
        OcrError: As `Engine.read` does.
    """
    if not combs:
        return tuple(lines)
    rows = [(comb, signs) for comb in combs if (signs := _signs(scan, comb))]
    words = _words(scan, rows, language, ask)
    kept = [_without(line, combs) for line in lines]
    return _placed([line for line in kept if line.words], [word for word in words if word.text])


def _rows(walls: Sequence[Box], unit: float) -> list[list[Box]]:
    """Walls of one top and bottom, each row from left to right."""
    rows: list[list[Box]] = []
    for wall in sorted(walls, key=lambda box: (box.top, box.left)):
        row = next((row for row in rows if _level_with(row[-1], wall, unit)), None)
        if row is None:
            rows.append([wall])
        else:
            row.append(wall)
    return [sorted(row, key=lambda box: box.left) for row in rows if len(row) >= FEWEST_WALLS]


def _level_with(one: Box, other: Box, unit: float) -> bool:
    return abs(one.top - other.top) <= ALIKE * unit and abs(one.bottom - other.bottom) <= ALIKE * unit


def _runs(row: Sequence[Box], unit: float) -> Iterator[list[Box]]:
    """Stretches of a row in which walls are evenly apart; a wall that a stroke hid is put back."""
    gaps = [after.middle[0] - before.middle[0] for before, after in pairwise(row)]
    fitting = [gap for gap in gaps if PITCHES[0] * unit <= gap <= PITCHES[1] * unit]
    if not fitting:
        return
    pitch = median(fitting)
    slack = EVEN * pitch + 1
    run = [row[0]]
    for gap, wall in zip(gaps, row[1:], strict=True):
        if abs(gap - 2 * pitch) <= slack and len(run) > 1:
            run.append(wall._replace(left=wall.left - round(pitch), right=wall.right - round(pitch)))
        elif abs(gap - pitch) > slack:
            if len(run) >= FEWEST_WALLS:
                yield run
            run = []
        run.append(wall)
    if len(run) >= FEWEST_WALLS:
        yield run


def _floored(run: Sequence[Box], level: Image, unit: float) -> bool:
    return _drawn(run, level, [wall.bottom for wall in run], unit)


def _closed(run: Sequence[Box], level: Image, unit: float) -> bool:
    return _drawn(run, level, [wall.top for wall in run], unit)


def _drawn(run: Sequence[Box], level: Image, edges: Sequence[int], unit: float) -> bool:
    """Whether a stroke goes along the upper or lower ends of walls."""
    at, reach = round(median(edges)), round(ALIKE * unit)
    strip = level[max(0, at - reach) : at + reach, run[0].left : run[-1].right]
    return strip.size > 0 and float((strip > 0).any(axis=0).mean()) >= DRAWN


def _akin(run: Sequence[Box], other: Sequence[Box]) -> bool:
    """Whether another run of the same pitch stands in the same row: day, month and year."""
    if run is other or abs(run[0].middle[1] - other[0].middle[1]) > run[0].height / 2:
        return False
    pitches = [(one[-1].middle[0] - one[0].middle[0]) / (len(one) - 1) for one in (run, other)]
    return abs(pitches[0] - pitches[1]) <= EVEN * pitches[0]


def _comb(run: Sequence[Box], ruling: Ruling) -> Comb:
    box = Box(
        run[0].left, round(median(w.top for w in run)), run[-1].right, round(median(w.bottom for w in run))
    )
    return Comb(ruling.on_page(box), tuple(round(wall.middle[0] * ruling.scale) for wall in run))


def _signs(scan: Scan, comb: Comb) -> list[Image | None]:
    """What stands in each cell, cut out close; None for an empty one, nothing for an empty comb."""
    millimetre = scan.dpi / 25.4
    found = [_sign(scan.image, cell, millimetre) for cell in comb.cells(round(EDGE * millimetre))]
    return found if any(sign is not None for sign in found) else []


def _sign(image: Image, cell: Box, millimetre: float) -> Image | None:
    part = image[cell.top : cell.bottom, cell.left : cell.right]
    if part.size == 0:
        return None
    paper = float(np.percentile(part, 80))
    part = np.asarray(np.clip(part.astype(np.float32) * (255.0 / max(1.0, paper)), 0, 255), dtype=np.uint8)
    ink = part < min(PAPER, 0.5 * (255 + float(part.min())))
    ink = _unwalled(_unwalled(ink).T).T
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0 or rows[-1] - rows[0] < LEAST_SIGN * millimetre or ink.mean() < LEAST_INK:
        return None
    rim = round(RIM * millimetre)
    near = cv2.dilate(ink.astype(np.uint8), np.ones((2 * rim + 1,) * 2, np.uint8)) > 0
    clean = np.where(near, part, 255).astype(np.uint8)
    return clean[:, max(0, columns[0] - rim) : columns[-1] + 1 + rim]


def _unwalled(ink: Bits) -> Bits:
    """The ink of a cell without what is left of its floor and ceiling: strokes right across, at its edges."""
    across = ink.mean(axis=1) >= ACROSS
    edge = max(1, round(EDGES * len(ink)))
    across[edge:-edge] = False
    near = np.convolve(across, np.ones(3), mode="same") > 0
    bare: Bits = ink & ~near[:, np.newaxis]
    return bare


def _words(scan: Scan, rows: Sequence[Row], language: str, ask: Ask) -> list[Word]:
    """The word in each comb; those of a row are read together, and by themselves where that went wrong.

    Two figures alone tell an engine too little: day, month and year are read as one.
    """
    groups = _groups(rows)
    read = _best(scan, [[sign for _, signs in group for sign in signs] for group in groups], language, ask)
    words, apart = [], list[Row]()
    for group, (text, sure) in zip(groups, read, strict=True):
        filled = [sum(sign is not None for sign in signs) for _, signs in group]
        if len(text) != sum(filled):
            apart += group
            continue
        for (comb, _), end, number in zip(group, accumulate(filled), filled, strict=True):
            words.append(Word(text[end - number : end], comb.box, sure))
    again = _best(scan, [signs for _, signs in apart], language, ask)
    for (comb, signs), (text, sure) in zip(apart, again, strict=True):
        number = sum(sign is not None for sign in signs)
        right = len(text) == number
        words.append(Word(text or UNREADABLE * number, comb.box, sure if right else UNSURE * sure))
    return words


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Combs that stand side by side, from left to right."""
    groups: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: row[0].box.left):
        box = row[0].box
        for group in groups:
            last = group[-1][0].box
            if abs(last.top - box.top) <= ASIDE * box.height and box.left - last.right <= box.height:
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _best(
    scan: Scan, rows: Sequence[Sequence[Image | None]], language: str, ask: Ask
) -> list[tuple[str, float]]:
    """What rows of signs say, set close and apart: with as many signs as there are, or else the surest."""
    if not rows:
        return []
    sheet, boxes = _sheet([_set(signs, space) for signs in rows for space in SPACE])
    found = [
        _told(words)
        for words in ask(replace(scan, image=sheet), [Cut(box, 1.0, rim=0) for box in boxes], language)
    ]
    best = []
    for at, signs in enumerate(rows):
        number = sum(sign is not None for sign in signs)
        pair = found[len(SPACE) * at : len(SPACE) * (at + 1)]
        best.append(max(pair, key=lambda told: (len(told[0]) == number, told[1])))
    return best


def _told(words: Sequence[Word]) -> tuple[str, float]:
    text = "".join(word.text for word in words)
    return text, sum(len(word.text) * word.confidence for word in words) / max(1, len(text))


def _set(signs: Sequence[Image | None], space: float) -> Image:
    """Signs in a row, a share of their height apart; between groups of them four times as far."""
    height = max(sign.shape[0] for sign in signs if sign is not None)
    gap = np.full((height, max(1, round(space * height * 0.6))), 255, np.uint8)
    parts: list[Image] = [gap]
    for sign in signs:
        if sign is not None:
            padded = np.full((height, sign.shape[1]), 255, np.uint8)
            padded[: sign.shape[0]] = sign
            parts += [padded, gap]
    row = np.hstack(parts)
    factor = SIGN / (0.6 * height)  # signs fill about so much of a cell's height
    way = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(row, None, fx=factor, fy=factor, interpolation=way), dtype=np.uint8)


def _sheet(rows: Sequence[Image]) -> tuple[Image, list[Box]]:
    """Rows of signs under each other on white, and where each lies."""
    width = max(row.shape[1] for row in rows) + 2 * MARGIN
    sheet = np.full((sum(row.shape[0] + MARGIN for row in rows) + MARGIN, width), 255, np.uint8)
    boxes, top = [], MARGIN
    for row in rows:
        sheet[top : top + row.shape[0], MARGIN : MARGIN + row.shape[1]] = row
        boxes.append(Box(0, top, MARGIN + row.shape[1] + MARGIN, top + row.shape[0]))
        top += row.shape[0] + MARGIN
    return sheet, boxes


def _without(line: Line, combs: Sequence[Comb]) -> Line:
    """The line without what was read in combs, their walls with it."""
    return replace(line, words=tuple(word for word in line.words if not _in_comb(word.box, combs)))


def _in_comb(box: Box, combs: Sequence[Comb]) -> bool:
    shared = 0
    for comb in combs:
        width = min(box.right, comb.box.right) - max(box.left, comb.box.left)
        height = min(box.bottom, comb.box.bottom) - max(box.top, comb.box.top)
        shared += max(0, width) * max(0, height)
    return shared >= INSIDE * box.width * box.height


def _placed(lines: list[Line], words: Iterable[Word]) -> tuple[Line, ...]:
    """The lines with further words: each in the line beside it, or as a line of its own."""
    for word in words:
        middle = word.box.middle[1]
        at = next((at for at, line in enumerate(lines) if _beside(line, word)), None)
        if at is None:
            at = next((at for at, line in enumerate(lines) if line.box.middle[1] > middle), len(lines))
            block = lines[at - 1].block if at else 0
            lines.insert(at, Line((word,), block))
        else:
            joined = sorted((*lines[at].words, word), key=lambda one: one.box.left)
            lines[at] = replace(lines[at], words=tuple(joined))
    return tuple(lines)


def _beside(line: Line, word: Word) -> bool:
    """Whether a line stands at the height of a comb, left or right of it."""
    box = around([one.box for one in line.words])
    overlaps = any(one.box.left < word.box.right and word.box.left < one.box.right for one in line.words)
    return abs(box.middle[1] - word.box.middle[1]) <= 0.3 * word.box.height and not overlaps
