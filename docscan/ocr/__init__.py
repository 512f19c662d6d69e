"""Reads a page: from its text layer where it has one, else with the engine.

A clean page costs one run of the engine. A page in another language than the
first is read again in its own, and a page that reads badly is tried the other
way up and on its sides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from docscan.model import Finding, Page, Scan, Word
from docscan.ocr import language, marks, tesseract

__all__ = ["failed", "findings", "read"]

Turn = Callable[[Scan, int], Scan]

POOR = 0.6  # mean confidence below which a page is called poorly read
GOOD_WORD = 0.75  # confidence of a word that was surely read
GOOD_SHARE = 0.35  # of the letters stand in such words when a page is the right way up
LETTERS = 3  # in a row: shorter words come out of dirt as well
SURE = 0.3  # lead of a guessed language from which a second reading is worth its time


def read(
    scan: Scan, languages: Sequence[str], *, timeout: int, first: str | None = None, turn: Turn | None = None
) -> Page:
    """Read one cleaned page.

    Args:
        scan: Grey or BGR.
        languages: The engine's names; the first is tried first.
        timeout: Seconds for each run of the engine.
        first: The language to try first instead, such as that of the page before.
        turn: Turns a scan clockwise by 90, 180 or 270 degrees. With it a page
            that reads badly is tried the other ways up.

    Returns:
        The best reading, with its boxes to tick.

    Raises:
        EngineMissingError: There is no Tesseract.
        LanguageMissingError: It has no model for the language.
        EngineFailedError: It stopped or took too long.
    """
    chosen = first or languages[0]
    page = tesseract.read(scan, chosen, timeout=timeout)
    if page.state == "blank":
        return page
    if turn is not None and _poorly(page):
        scan, page = _best_way_up(scan, page, turn, timeout)
    page = _in_its_language(scan, page, languages, timeout)
    return replace(page, marks=marks.tick_boxes(scan))


def failed(scan: Scan) -> Page:
    """A page that could not be read, in place of its reading."""
    return Page(
        number=scan.number,
        width=scan.width,
        height=scan.height,
        dpi=scan.dpi,
        state="failed",
        treatments=scan.treatments,
        to_source=scan.to_source,
        source_size=scan.source_size,
    )


def findings(pages: Iterable[Page]) -> tuple[Finding, ...]:
    """What a person should know of how the pages were read."""
    read_pages = tuple(pages)
    found = [finding for page in read_pages for finding in _findings(page)]
    if not any(page.words for page in read_pages):
        found.append(Finding("R050", "doubt"))
    return tuple(found)


def _findings(page: Page) -> Iterator[Finding]:
    number = str(page.number)
    if page.state == "empty":
        yield Finding("R010", "doubt", facts={"page": number})
    elif page.state == "failed":
        yield Finding("R020", "error", facts={"page": number})
    elif page.state == "blank":
        yield Finding("R040", "note", facts={"page": number})
    elif page.state == "read" and page.confidence < POOR:
        confidence = f"{100 * page.confidence:.0f}"
        yield Finding("R030", "doubt", facts={"page": number, "confidence": confidence})


def _good_letters(words: Sequence[Word]) -> int:
    """Letters in words that were surely read."""
    return sum(
        len(word.text)
        for word in words
        if word.confidence >= GOOD_WORD and sum(letter.isalpha() for letter in word.text) >= LETTERS
    )


def _poorly(page: Page) -> bool:
    letters = sum(len(word.text) for word in page.words)
    return page.confidence < POOR or _good_letters(page.words) < GOOD_SHARE * letters


def _best_way_up(scan: Scan, page: Page, turn: Turn, timeout: int) -> tuple[Scan, Page]:
    """The scan turned so that most of it can be read, with that reading."""
    best = scan, page
    for angle in (180, 90, 270):
        turned = turn(scan, angle)
        again = tesseract.read(turned, page.language, timeout=timeout)
        if _good_letters(again.words) > 1.5 * _good_letters(best[1].words):
            best = turned, again
        if not _poorly(best[1]):
            break
    return best


def _in_its_language(scan: Scan, page: Page, languages: Sequence[str], timeout: int) -> Page:
    """The reading in the language the text is written in."""
    guessed, sure = language.guess(page.text, languages)
    if guessed in ("", page.language) or sure < SURE:
        return page
    again = tesseract.read(scan, guessed, timeout=timeout)
    return again if again.confidence >= page.confidence - 0.02 else page
