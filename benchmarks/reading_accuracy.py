"""Parts accuracy, orientation and calibration: what is read rightly, which way up, how surely."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pages
import peers
import wearing
from pages import CLEAN, DEGRADATIONS, LANGUAGES, Sheet
from reading_pages import CORPUS_WEARS, Run, collected, read, received, setup, stored, worn
from scoring import Bar, Score, known, score, total

from docscan.model import Page
from docscan.reading import cleaned

DEGRADED, UNDAMAGED, UPRIGHT = 0.25, 1.0, 0.99
STRAIGHT_ENOUGH = 0.5  # degrees of skew that are left
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
FEW = 50  # words; a bin with fewer says nothing
LONGEST = 60  # seconds: noise can keep Tesseract at one page for a quarter of an hour; it then read nothing
QUICK = ("clean", "good scan", "skew 3", "shadow", "turned 180", "hard")


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as both read it."""

    sheet: Sheet
    page: Page
    plain: Score
    ours: Score
    cpu_plain: float
    cpu_ours: float


def accuracy(run: Run) -> Iterator[Bar]:
    """Characters misread, against plain Tesseract that is told the language."""
    for title, group in _readings(run).items():
        print(f"\nAccuracy, {title}: CER % of tesseract and docscan, figures exact %, median CPU s")
        _table(group)
        for language in LANGUAGES:
            ours = [reading for reading in group if reading.sheet.language == language]
            for clean, bound in ((False, DEGRADED), (True, UNDAMAGED)):
                some = [reading for reading in ours if (reading.sheet.degradation in CLEAN) is clean]
                if some:
                    name = f"CER to tesseract's, {title}, {language}, {'clean' if clean else 'degraded'}"
                    yield Bar(name, _ratio(some), bound)


def calibration(run: Run) -> Iterator[Bar]:
    """How often a word is right whose confidence says so."""
    said: list[tuple[float, bool]] = []
    for group in _readings(run).values():
        for reading in group:
            words = reading.page.words
            right = known([word.text for word in words], reading.sheet.text)
            said += zip((word.confidence for word in words), right, strict=True)
    confidences, right = np.array([one for one, _ in said]), np.array([good for _, good in said])
    print(f"\nCalibration over {len(said)} words: confidence, words, mean confidence, share right")
    error, largest = 0.0, 0.0
    for low, high in pairwise(BINS):
        inside = (confidences >= low) & ((confidences < high) | (high == 1.0))
        if not inside.any():
            continue
        mean, share = float(confidences[inside].mean()), float(right[inside].mean())
        print(f"  {low:4.2f} - {high:4.2f} {inside.sum():8d} {mean:8.3f} {share:8.3f}")
        error += abs(mean - share) * float(inside.mean())
        if inside.sum() >= FEW and low >= 0.5:
            largest = max(largest, abs(mean - share))
    yield Bar("calibration, expected error", error, 0.05)
    yield Bar("calibration, largest deviation from .5 on", largest, 0.10)


def orientation(run: Run) -> Iterator[Bar]:
    """Which way up and how straight a page comes out, at all four turns and up to 5 degrees of skew."""
    tally: dict[str, list[bool]] = defaultdict(list)
    sure, cleaning, wrong = 0, 0.0, []
    path = run.folder / "turned.png"
    for sheet in _turned(run):
        stored(sheet, path)
        tilt = sheet.tilt(read(path).to_source)
        before = peers.processor()
        upright = cleaned(received(path), 1, setup()).upright
        cleaning += peers.processor() - before
        right = abs(tilt) <= STRAIGHT_ENOUGH
        tally[f"turn {sheet.turn}"].append(right)
        tally["corpora" if sheet.kind not in pages.KINDS else "drawn"].append(right)
        sure += upright
        if not right:
            wrong.append(f"{sheet.degradation} {sheet.kind} {sheet.language} {sheet.turn} left {tilt:.1f}")
    count = len(tally["drawn"]) + len(tally["corpora"])
    print(f"\nOrientation and skew over {count} pages: pages, share right")
    for name, found in sorted(tally.items()):
        print(f"  {name:12} {len(found):5d} {np.mean(found):7.3f}")
    print("".join(f"  wrong: {line}\n" for line in wrong), end="")
    print(f"  told by cleanup alone {sure / count:.3f}; cleanup {1000 * cleaning / count:.0f} ms CPU a page")
    yield Bar("upright and straight", 1 - len(wrong) / count, UPRIGHT, least=True)


_READ: dict[bool, dict[str, list[Reading]]] = {}  # accuracy and calibration look at the same pages


def _readings(run: Run) -> dict[str, list[Reading]]:
    if run.quick not in _READ:
        names, languages = (QUICK, LANGUAGES[::2]) if run.quick else (tuple(DEGRADATIONS), LANGUAGES)
        degraded = tuple(name for name in names if name not in CLEAN)
        drawn = chain(
            pages.sheets("apart", CLEAN, languages=languages, each=1 if run.quick else 5),
            pages.sheets("apart", degraded, languages=languages),
        )
        wears = ("hard",) if run.quick else tuple(CORPUS_WEARS)
        real = (worn(page, wear) for page in collected(run, 1 if run.quick else 3) for wear in wears)
        groups = {"drawn": _both(drawn, run.folder), "corpora": _both(real, run.folder)}
        _READ[run.quick] = {title: group for title, group in groups.items() if group}
    return _READ[run.quick]


def _both(sheets: Iterable[Sheet], folder: Path) -> list[Reading]:
    """Every sheet as plain Tesseract reads it and as docscan does."""
    engine, path, readings = peers.found("tesseract"), folder / "page.png", []
    if engine is None:
        return []
    for sheet in sheets:
        stored(sheet, path)
        plain = peers.run([engine, str(path), "stdout", "-l", sheet.language], longest=LONGEST)
        before = peers.processor()
        page = read(path)
        cpu = peers.processor() - before
        ours, theirs = score(sheet.text, page.text), score(sheet.text, plain.said)
        pictureless = replace(sheet, image=sheet.image[:1, :1])
        readings.append(Reading(pictureless, page, theirs, ours, plain.cpu, cpu))
    return readings


def _table(group: list[Reading]) -> None:
    rows: dict[str, list[Reading]] = defaultdict(list)
    for reading in group:
        rows[reading.sheet.degradation].append(reading)
        rows[f"= {reading.sheet.language}"].append(reading)
        rows["= all"].append(reading)
        if reading.sheet.turn == 0:
            rows["= not turned"].append(reading)
    for name, some in sorted(rows.items(), key=lambda row: row[0].startswith("=")):
        plain, ours = total(one.plain for one in some), total(one.ours for one in some)
        cpu = (np.median([one.cpu_plain for one in some]), np.median([one.cpu_ours for one in some]))
        print(
            f"  {name:16} {len(some):4d} {100 * plain.rate:8.2f} {100 * ours.rate:8.2f}"
            f" {100 * plain.exact:8.1f} {100 * ours.exact:8.1f} {cpu[0]:7.2f} {cpu[1]:7.2f}"
        )


def _ratio(group: list[Reading]) -> float:
    return total(one.ours for one in group).rate / total(one.plain for one in group).rate


def _turned(run: Run) -> Iterator[Sheet]:
    """Pages of every wear at every turn; those that lie straight are laid askew by up to 5 degrees."""
    chance = np.random.default_rng(5)
    names = QUICK if run.quick else [name for name in DEGRADATIONS if not name.startswith("turned")]
    for number, name in enumerate(names):
        for quarter in (0,) if run.quick else range(4):
            language = LANGUAGES[(number + quarter) % 4]
            sheet = pages.sheet("apart", language, name, 40 + quarter)
            if abs(sheet.skew) < 0.1:
                sheet = wearing.skewed(float(chance.uniform(0, 5)))(sheet, chance)
            yield wearing.turned(90 * (quarter if not run.quick else number % 4))(sheet, chance)
    for number, page in enumerate(collected(run, 1 if run.quick else 3)):
        for quarter in (1, 2) if run.quick else range(4):
            name = ("good scan", "shadow", "150 dpi", "hard")[(number + quarter) % 4]
            skew = 0.0 if name == "hard" else float(chance.uniform(0, 5))
            yield worn(page, name, turn=90 * quarter, skew=skew)
