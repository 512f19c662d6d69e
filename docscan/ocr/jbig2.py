"""Codes black and white as JBIG2, pixel for pixel: a third smaller than CCITT Group 4.

One generic region, coded arithmetically (ITU-T T.88, 6.2 and annex E): each
pixel in as many bits as it surprises, by the thirteen around it that are known
already. No shape stands for another one; what comes out is what went in.

White within white, nine tenths of a page of print, is coded a run at a time;
all else a pixel at a time, which Python does at three million a second.
"""

import struct
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint8]
Decision = tuple[int, int, int]  # a context, the pixel in it, and how many times in a row

# T.88, figure 4 (template 1, its adaptive pixel where it is by default): across and down from the pixel.
# Of the four templates it gave the smallest code for pages of print, and asks for less than the largest
AROUND = (
    *((-1, -2), (0, -2), (1, -2), (2, -2)),
    *((-2, -1), (-1, -1), (0, -1), (1, -1), (2, -1), (3, -1)),
    *((-3, 0), (-2, 0), (-1, 0)),
)
TEMPLATE = bytes((1 << 1, 3, 0xFF))  # its number among the flags of a region, and its adaptive pixel: (3, -1)
REACH = 4  # pixels, at least as far as any of those lies away
PAGE, REGION = 48, 39  # kinds of segments: a page, an immediate lossless generic region (T.88, 7.3)

# T.88, table E.1: the share of the interval for the less likely pixel, the next state after a more likely and
# after a less likely one, and whether the latter makes it the more likely
_ESTIMATES = (
    (0x5601, 1, 1, 1), (0x3401, 2, 6, 0), (0x1801, 3, 9, 0), (0x0AC1, 4, 12, 0), (0x0521, 5, 29, 0),
    (0x0221, 38, 33, 0), (0x5601, 7, 6, 1), (0x5401, 8, 14, 0), (0x4801, 9, 14, 0), (0x3801, 10, 14, 0),
    (0x3001, 11, 17, 0), (0x2401, 12, 18, 0), (0x1C01, 13, 20, 0), (0x1601, 29, 21, 0), (0x5601, 15, 14, 1),
    (0x5401, 16, 14, 0), (0x5101, 17, 15, 0), (0x4801, 18, 16, 0), (0x3801, 19, 17, 0), (0x3401, 20, 18, 0),
    (0x3001, 21, 19, 0), (0x2801, 22, 19, 0), (0x2401, 23, 20, 0), (0x2201, 24, 21, 0), (0x1C01, 25, 22, 0),
    (0x1801, 26, 23, 0), (0x1601, 27, 24, 0), (0x1401, 28, 25, 0), (0x1201, 29, 26, 0), (0x1101, 30, 27, 0),
    (0x0AC1, 31, 28, 0), (0x09C1, 32, 29, 0), (0x08A1, 33, 30, 0), (0x0521, 34, 31, 0), (0x0441, 35, 32, 0),
    (0x02A1, 36, 33, 0), (0x0221, 37, 34, 0), (0x0141, 38, 35, 0), (0x0111, 39, 36, 0), (0x0085, 40, 37, 0),
    (0x0049, 41, 38, 0), (0x0025, 42, 39, 0), (0x0015, 43, 40, 0), (0x0009, 44, 41, 0), (0x0005, 45, 42, 0),
    (0x0001, 45, 43, 0), (0x5601, 46, 46, 0),
)  # fmt: skip
# the same for states with the more likely pixel as their last bit
_SHARE = [share for share, *_ in _ESTIMATES for _ in (0, 1)]
_AFTER_LIKELY = [2 * then + pixel for _, then, _, _ in _ESTIMATES for pixel in (0, 1)]
_AFTER_UNLIKELY = [2 * then + (pixel ^ turn) for _, _, then, turn in _ESTIMATES for pixel in (0, 1)]
HALF = 0x8000  # an interval below it is doubled (T.88, E.3.1)
CARRY = 1 << 27  # of the code register into the byte before


def encoded(black: Bits) -> bytes:
    """A picture as PDF holds it (ISO 32000-1, 7.4.7): the segments of one page, without a file's head.

    Args:
        black: (H, W), one where the picture is black, else zero.
    """
    height, width = black.shape
    code = _coded(_decisions(black))
    region = struct.pack(">IIIIB", width, height, 0, 0, 0) + TEMPLATE + code
    return _segment(0, PAGE, struct.pack(">IIIIBH", width, height, 0, 0, 0, 0)) + _segment(1, REGION, region)


def _segment(number: int, kind: int, data: bytes) -> bytes:
    """A segment of page 1 that refers to no other (T.88, 7.2)."""
    return struct.pack(">IBBBI", number, kind, 0, 1, len(data)) + data


def _decisions(black: Bits) -> Iterable[Decision]:
    """All pixels in reading order: runs of white within white, and between them single ones."""
    contexts, pixels = _contexts(black).ravel(), black.ravel()
    places = np.flatnonzero(contexts | pixels)
    ends = np.append(places, pixels.size)
    found = np.zeros((3, 2 * len(ends)), np.int64)
    found[2, ::2] = np.diff(ends, prepend=-1) - 1
    found[0, 1:-1:2], found[1, 1:-1:2], found[2, 1:-1:2] = contexts[places], pixels[places], 1
    return zip(*found[:, found[2] > 0].tolist(), strict=True)


def _contexts(black: Bits) -> npt.NDArray[np.uint16]:
    """What lies around each pixel, as a number; beyond the edges all is white."""
    height, width = black.shape
    padded = np.pad(black, REACH).astype(np.uint16)
    found = np.zeros((height, width), np.uint16)
    for across, down in AROUND:
        found <<= 1
        found |= padded[REACH + down :, REACH + across :][:height, :width]
    return found


def _coded(decisions: Iterable[Decision]) -> bytes:
    """The arithmetic coder (T.88, E.3.2)."""
    states = [0] * (1 << len(AROUND))
    interval, code, room, out = HALF, 0, 12, bytearray(1)
    for context, pixel, times in decisions:
        left = times
        while left:
            state = states[context]
            share = _SHARE[state]
            likely = pixel == state & 1
            interval -= share
            left -= 1
            if likely and interval >= HALF:
                more = min(left, (interval - HALF) // share) if left else 0
                interval -= more * share
                code += (more + 1) * share
                left -= more
                continue
            if (interval < share) == likely:  # the larger part is for the more likely pixel
                interval = share
            else:
                code += share
            states[context] = (_AFTER_LIKELY if likely else _AFTER_UNLIKELY)[state]
            shift = HALF.bit_length() - interval.bit_length()
            interval <<= shift
            while shift >= room:
                shift -= room
                code, room = _put(code << room, out)
            code <<= shift
            room -= shift
    return _flushed(interval, code, room, out)


def _put(code: int, out: bytearray) -> tuple[int, int]:
    """Put the highest byte of the register out: what remains, and how far that may be shifted (E.3.6)."""
    if out[-1] != 0xFF and code >= CARRY:
        out[-1] += 1
        code -= CARRY
    bits = 7 if out[-1] == 0xFF else 8  # after such a byte a bit is left free for a carry
    low = 27 - bits
    out.append(code >> low)
    return code & (1 << low) - 1, bits


def _flushed(interval: int, code: int, room: int, out: bytearray) -> bytes:
    """End the code with as many ones as the interval allows, and the mark of its end (E.3.7)."""
    highest = code + interval
    code |= 0xFFFF
    if code >= highest:
        code -= HALF
    code, room = _put(code << room, out)
    _put(code << room, out)
    end = b"\xac" if out[-1] == 0xFF else b"\xff\xac"
    return bytes(out[1:]) + end
