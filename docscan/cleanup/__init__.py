"""Cleans the image of a page before it is read: light, edges, specks, upright, straight, size.

Grey goes in front of the engine, never black and white: the engine's network
reads shades, and binarising first costs more than it gives on blurred pages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from docscan.cleanup.blank import is_blank
from docscan.cleanup.geometry import axis, deskew, scale, turn
from docscan.cleanup.tone import border, grey, light, specks
from docscan.model import Scan
from docscan.pipeline import Choice

__all__ = ["STEPS", "clean", "is_blank", "turn"]

Step = Callable[..., Scan]

STEPS: Mapping[str, Step] = {
    "light": light,
    "border": border,
    "specks": specks,
    "axis": axis,
    "deskew": deskew,
    "scale": scale,
}


def clean(scan: Scan, steps: Sequence[Choice]) -> Scan:
    """Take the steps of a pipeline, in their order.

    Args:
        scan: A page image, grey (H, W) uint8 or colour (H, W, 3) uint8 BGR.
        steps: Names in `STEPS` with their options.

    Returns:
        The cleaned scan, grey, with `blank` told; each step that changed
        something is among its treatments.
    """
    scan = grey(scan)
    for step in steps:
        scan = STEPS[step.name](scan, **step.options)
    return replace(scan, blank=is_blank(scan))
