"""Office pages with their truth: drawn, worn, and the same for the same seed.

`sheets("tuning")` are for developing, `sheets("apart")` for judging: other
seeds, and families and sizes of print that no page for tuning has. Nothing is
tuned on the latter.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import drawing
import numpy as np
import wearing
from drawing import Paper
from sheet import Sheet
from wearing import Wear
from wording import Tongue

__all__ = ["CLEAN", "DEGRADATIONS", "KINDS", "LANGUAGES", "Sheet", "sheet", "sheets"]

Set = Literal["tuning", "apart"]

LANGUAGES = ("spa", "pol", "deu", "eng")
KINDS: Mapping[str, Callable[[Paper, Tongue], None]] = {
    "invoice": drawing.invoice,
    "letter": drawing.letter,
    "form": drawing.form,
    "receipt": drawing.receipt,
}
CLEAN = ("clean", "good scan")

# each is done to a good scan, but for the first; the list is that of what offices complain about
DEGRADATIONS: Mapping[str, Sequence[Wear]] = {
    "clean": (),
    "good scan": (wearing.scanned,),
    "skew 0.5": (wearing.scanned, wearing.skewed(0.5)),
    "skew 1.5": (wearing.scanned, wearing.skewed(1.5)),
    "skew 3": (wearing.scanned, wearing.skewed(3.0)),
    "skew 5": (wearing.scanned, wearing.skewed(5.0)),
    "blur": (wearing.blurred, wearing.scanned),
    "noise": (wearing.scanned, wearing.noisy),
    "specks": (wearing.scanned, wearing.specked),
    "jpeg 40": (wearing.scanned, wearing.compressed(40)),
    "jpeg 15": (wearing.scanned, wearing.compressed(15)),
    "shadow": (wearing.shaded, wearing.scanned),
    "bleed-through": (wearing.bled, wearing.scanned),
    "border, holes": (wearing.scanned, wearing.bordered),
    "200 dpi": (wearing.scanned, wearing.resized(200)),
    "150 dpi": (wearing.scanned, wearing.resized(150)),
    "100 dpi": (wearing.scanned, wearing.resized(100)),
    "low contrast": (wearing.flattened, wearing.scanned),
    "faint": (wearing.faded, wearing.scanned),
    "fax": (wearing.scanned, wearing.faxed),
    "stained": (wearing.scanned, wearing.stained),
    "photo": (wearing.photographed,),
    "mix": (wearing.shaded, wearing.mixed),
    "border, skew 2": (wearing.scanned, wearing.skewed(2.0), wearing.bordered),
    "turned 90": (wearing.scanned, wearing.turned(90)),
    "turned 180": (wearing.scanned, wearing.turned(180)),
    "turned 270": (wearing.scanned, wearing.turned(270)),
    "hard": (wearing.stacked,),
}


@dataclass(frozen=True, slots=True)
class _Print:
    """What a set of pages is printed with: families of fonts, and sizes in points."""

    families: tuple[str, ...]
    sizes: tuple[float, ...]


PRINTS: Mapping[Set, _Print] = {
    "tuning": _Print(("sans", "serif", "dejavu", "dejavu serif", "mono"), (8.0, 9.0, 10.0, 11.0)),
    "apart": _Print(tuple(drawing.FAMILIES), (7.0, 7.5, 8.5, 9.0, 9.5, 10.0, 10.5, 12.0)),
}


def sheets(
    which: Set,
    degradations: Sequence[str] = tuple(DEGRADATIONS),
    *,
    languages: Sequence[str] = LANGUAGES,
    each: int = 1,
) -> Iterator[Sheet]:
    """Pages one after the other: all degradations, each in all languages, each so many times.

    Args:
        which: `tuning` or `apart`.
        degradations: Names in `DEGRADATIONS`.
        languages: The engine's names.
        each: Pages of a degradation in a language.
    """
    for number in range(each):
        for degradation in degradations:
            for language in languages:
                yield sheet(which, language, degradation, number)


def sheet(which: Set, language: str, degradation: str, number: int = 0, *, kind: str = "") -> Sheet:
    """One page, always the same for the same arguments.

    Args:
        which: `tuning` or `apart`.
        language: `spa`, `pol`, `deu` or `eng`.
        degradation: A name in `DEGRADATIONS`.
        number: Of the page among those of this degradation and language.
        kind: A name in `KINDS`; empty for the next in turn.
    """
    rng = np.random.default_rng(zlib.crc32(f"{which} {language} {degradation} {number}".encode()))
    turn = list(DEGRADATIONS).index(degradation) + LANGUAGES.index(language) + number
    kind = kind or tuple(KINDS)[turn % len(KINDS)]
    page = _drawn(which, kind, language, rng)
    for wear in DEGRADATIONS[degradation]:
        page = wear(page, rng)
    return replace(page, degradation=degradation)


def _drawn(which: Set, kind: str, language: str, rng: np.random.Generator) -> Sheet:
    chosen = PRINTS[which]
    family = chosen.families[int(rng.integers(len(chosen.families)))]
    paper = Paper(family, float(rng.choice(chosen.sizes)), rng)
    KINDS[kind](paper, Tongue(language, rng))
    return Sheet(paper.image(), float(drawing.DPI), language, kind, tuple(paper.words))
