"""Cleans the image of a page before it is read: size, light, edges, specks, upright, straight.

Grey goes in front of the engine, never black and white: the engine's network
reads shades, and binarising first costs more than it gives on blurred pages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from docscan.cleanup.bars import bars
from docscan.cleanup.blank import is_blank
from docscan.cleanup.colour import stamps
from docscan.cleanup.geometry import reduce, straighten, turn
from docscan.cleanup.negative import negative
from docscan.cleanup.sheet import perspective
from docscan.cleanup.tone import border, grey, levels, light, soften, specks
from docscan.model import Scan
from docscan.pipeline import Choice

__all__ = ["STEPS", "clean", "is_blank", "levels", "soften", "turn"]

Step = Callable[..., Scan]
Watch = Callable[[str, Scan], None]

STEPS: Mapping[str, Step] = {
    "reduce": reduce,
    "negative": negative,
    "perspective": perspective,
    "stamps": stamps,
    "bars": bars,
    "light": light,
    "border": border,
    "specks": specks,
    "straighten": straighten,
    "levels": levels,
    "soften": soften,
}


def clean(scan: Scan, steps: Sequence[Choice], watch: Watch | None = None) -> Scan:
    """Take the steps of a pipeline, in their order.

    Args:
        scan: A page image, grey (H, W) uint8 or colour (H, W, 3) uint8 BGR.
        steps: Names in `STEPS` with their options.
        watch: Is shown the scan as it came, named `original`, and as each step
            leaves it, named after the step.

    Returns:
        The cleaned scan, grey, with `blank` told; each step that changed
        something is among its treatments.
    """
    if watch is not None:
        watch("original", scan)
    for step in steps:
        scan = STEPS[step.name](scan, **step.options)
        if watch is not None:
            watch(step.name, scan)
    scan = grey(scan)
    return replace(scan, blank=is_blank(scan))
