"""Reads a page: from its text layer where it has one, else with an engine.

A first look at a few rows tells the language and the way up; then the page is
read once, and what came out weak, or not at all, is looked at again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from docscan.errors import EngineFailedError
from docscan.frozen import dataclass
from docscan.model import Finding, Line, Page, PageState, Scan, Severity, Word
from docscan.ocr import (
    again,
    blanks,
    calibration,
    codes,
    combs,
    engine,
    glance,
    language,
    leaders,
    marks,
    rereading,
    ruling,
    spacing,
    strips,
    strokes,
)
from docscan.ocr import ink as inks
from docscan.ocr.engine import Engine
from docscan.ocr.glance import Turn
from docscan.ocr.ink import Ink
from docscan.ocr.patience import within
from docscan.ocr.ruling import Ruling
from docscan.pipeline import Reading
from docscan.places import Box

__all__ = ["Remedies", "failed", "findings", "read"]

POOR = 0.6  # mean confidence below which a page is called poorly read
UNREAD = 0.9  # coverage below which a page is said to hold print that was not read
MISSED = 0.4  # coverage below which a person has to look
WEAK_SHARE = 0.7  # of all signs are sure: on good and on worn office scans 85 and more of 100 are
SURE = 0.3  # lead of another language in the whole text from which a second reading is worth its time


@dataclass(frozen=True, slots=True)
class Remedies:
    """What may be done to a scan that cannot be read as it is.

    Attributes:
        turn: Turns it clockwise by 90, 180 or 270 degrees.
        levels: Takes what shines through from the other side.
        soften: Joins broken strokes.
    """

    turn: Turn
    levels: Callable[[Scan], Scan]
    soften: Callable[[Scan], Scan]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a page: the scan it was read from, and its lines as the engine gave them."""

    scan: Scan
    language: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @property
    def good(self) -> int:
        """Letters that were surely read."""
        return glance.good_letters(self.words)

    @property
    def sure(self) -> int:
        """Signs that were surely read."""
        return glance.sure_signs(self.words)

    @property
    def is_poor(self) -> bool:
        return glance.good_share(self.words) < glance.GOOD_SHARE

    @property
    def is_weak(self) -> bool:
        return self.sure < WEAK_SHARE * max(1, sum(len(word.text) for word in self.words))


def read(
    scan: Scan,
    languages: Sequence[str],
    reading: Reading,
    remedies: Remedies | None = None,
    expected: str = "",
) -> Page:
    """Read one cleaned page.

    Args:
        scan: Grey (H, W), its light even.
        languages: The engine's names of those to choose from; the first is
            taken where nothing tells.
        reading: Which engine, how long, how many second looks.
        remedies: What to try on a page that reads badly; without them it is
            read as it lies.
        expected: The language of the pages before: an upright page is read in
            it without a first look.

    Returns:
        The page with its boxes to tick and places to write in: `read`; `blank`; or `empty` when there
        is ink and no word was found. Blank pages, and those that are dark with
        nothing but noise, are told without asking the engine.

    Raises:
        EngineMissingError: There is no such engine.
        LanguageMissingError: It has no model for the language.
        EngineFailedError: It stopped or took too long.
    """
    if scan.blank:
        return _page(_Reading(scan, "", ()), "blank")
    ink = inks.found(scan)
    if inks.is_dark_noise(ink):
        return replace(_page(_Reading(scan, "", ()), "empty"), coverage=inks.coverage(ink, ()))
    reader = within(engine.named(reading.engine), reading.timeout)
    ask = strips.asking(reader, reading.timeout)
    upright, name = scan, expected
    if not (expected and scan.upright):
        upright, name = glance.look(scan, ink, languages, ask, remedies.turn if remedies else None)
    drawn = ruling.found(upright)
    dotted = leaders.found(drawn)
    first = _once(leaders.erased(upright, dotted), name, reader, reading)
    if remedies is not None:
        first = _remedied(first, remedies, reader, reading)
    first = _in_its_language(first, languages, reader, reading)
    ink = ink if first.scan is scan else inks.found(first.scan)
    looked = language.mended(_looked_again(first, ink, reader, reading), first.language)
    lines = calibration.calibrated(looked, reader.name)
    lines = rereading.reread(first.scan, lines) if reading.second_look else lines
    coverage = inks.coverage(ink, [word.box for line in lines for word in line.words])
    dotted = dotted if first.scan.to_source == upright.to_source else ()  # else it lay upside down
    drawn = drawn if first.scan is upright else ruling.found(first.scan)
    page = _filled(replace(first, lines=lines), drawn, dotted, ask)
    return replace(page, coverage=coverage, codes=codes.read(first.scan))


def failed(scan: Scan) -> Page:
    """A page that could not be read, in place of its reading."""
    return replace(_page(_Reading(scan, "", ()), "failed"), coverage=0.0)


def findings(pages: Iterable[Page]) -> tuple[Finding, ...]:
    """What a person should know of how the pages were read."""
    read_pages = tuple(pages)
    found = [finding for page in read_pages for finding in _findings(page)]
    if not any(page.words for page in read_pages):
        found.append(Finding("R050", "doubt"))
    return tuple(found)


def _findings(page: Page) -> Iterator[Finding]:
    number = str(page.number)
    if "cut" in page.treatments:  # as `accession.pdf` records it
        yield Finding("R080", "doubt", facts={"page": number})
    if page.state == "read" and "half" in page.treatments:  # as `halving` records it
        yield Finding("R070", "doubt", facts={"page": number})
    if page.state == "empty":
        yield Finding("R010", "doubt", facts={"page": number})
    elif page.state == "failed":
        yield Finding("R020", "error", facts={"page": number})
    elif page.state == "blank":
        yield Finding("R040", "note", facts={"page": number})
    elif page.state == "read" and page.confidence < POOR:
        confidence = f"{100 * page.confidence:.0f}"
        yield Finding("R030", "doubt", facts={"page": number, "confidence": confidence})
    elif page.coverage < UNREAD:
        severity: Severity = "doubt" if page.coverage < MISSED else "note"
        yield Finding("R060", severity, facts={"page": number, "coverage": f"{100 * page.coverage:.0f}"})


def _once(scan: Scan, name: str, reader: Engine, reading: Reading) -> _Reading:
    return _Reading(scan, name, reader.read(scan.image, name, dpi=scan.dpi, timeout=reading.timeout))


def _again(first: _Reading, scan: Scan, name: str, reader: Engine, reading: Reading) -> _Reading:
    """Another reading; the first, should the engine fail at it or the page's time be up."""
    try:
        return _once(scan, name, reader, reading)
    except EngineFailedError:
        return first


def _remedied(first: _Reading, remedies: Remedies, reader: Engine, reading: Reading) -> _Reading:
    """The best reading of a page that reads badly: the other way up, its levels raised, or softened."""
    best = _set_right(first, remedies, reader, reading) if first.is_poor else first
    if best.is_weak:
        again = _again(best, remedies.soften(best.scan), best.language, reader, reading)
        return again if again.sure > best.sure else best
    return best


def _set_right(first: _Reading, remedies: Remedies, reader: Engine, reading: Reading) -> _Reading:
    tries: list[Callable[[Scan], Scan]] = [remedies.levels]
    if not first.scan.upright:
        tries.append(lambda scan: remedies.turn(scan, 180))
    best = first
    for remedy in tries:
        again = _again(first, remedy(first.scan), first.language, reader, reading)
        if glance.is_clearly_better(again.words, best.words):
            best = again
        if not best.is_poor:
            break
    return best


def _in_its_language(first: _Reading, languages: Sequence[str], reader: Engine, reading: Reading) -> _Reading:
    """The reading in the language the whole text is written in, should the first look have erred."""
    guessed, lead = language.guess(first.text, languages)
    if guessed in ("", first.language) or lead < SURE:
        return first
    again = _again(first, first.scan, guessed, reader, reading)
    return again if again.good >= first.good else first


def _looked_again(first: _Reading, ink: Ink, reader: Engine, reading: Reading) -> tuple[Line, ...]:
    """The lines with their spaces, after second looks; without those when the engine fails at them."""
    lines = spacing.spaced(first.scan, first.lines)
    ask = strips.asking(reader, reading.timeout)
    means = again.means(reader, first.language, ask, reading.second_look)
    try:
        return again.look(first.scan, lines, ink, means)
    except EngineFailedError:
        return lines


def _filled(first: _Reading, drawn: Ruling, dotted: Sequence[Box], ask: strips.Ask) -> Page:
    """The page with what is filled into a form: boxes to tick, combs, strokes, and where to write."""
    boxes, teeth = marks.found(drawn, first.words), combs.found(drawn)
    lines = marks.outside(first.lines, boxes)
    with suppress(EngineFailedError):  # what was read of the walls with their letters is better than nothing
        lines = combs.read(first.scan, lines, teeth, first.language, ask)
    page = _page(replace(first, lines=lines), "read" if lines else "empty")
    return replace(
        page,
        marks=boxes,
        blanks=blanks.found(drawn, teeth, boxes, dotted),
        strokes=strokes.found(drawn, page.words, teeth, boxes),
    )


def _page(reading: _Reading, state: PageState) -> Page:
    scan = reading.scan
    return Page(
        number=scan.number,
        width=scan.width,
        height=scan.height,
        dpi=scan.dpi,
        state=state,
        lines=reading.lines,
        language=reading.language,
        treatments=scan.treatments,
        to_source=scan.to_source,
        source_size=scan.source_size,
    )
