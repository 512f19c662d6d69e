"""Parts speed, floor and workers: processor time and errors together, on what a scanner delivers."""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import img2pdf
import numpy as np
import pages
import peers
from pages import Sheet
from reading_pages import Run, examined, received, setup, stored
from scoring import Bar, Score, score, total

from docscan import reading
from docscan.ocr import engine
from docscan.workers import keep_memory

# eight pages a document; about 40 of 100 are good scans. Noise as strong as in the accuracy part is left
# out: Tesseract alone can take minutes on such a page, which would say nothing of all others.
SPREAD = (
    ("good scan", "skew 1.5", "good scan", "shadow", "turned 180", "good scan", "jpeg 40", "hard"),
    ("good scan", "mix", "good scan", "jpeg 15", "turned 90", "good scan", "bleed-through", "skew 3"),
    ("good scan", "border, holes", "good scan", "specks", "turned 270", "good scan", "150 dpi", "blur"),
    ("good scan", "photo", "good scan", "stained", "low contrast", "good scan", "border, skew 2", "hard"),
    ("good scan", "fax", "good scan", "skew 0.5", "turned 180", "good scan", "good scan", "faint"),
)
TONGUES = ("spa", "pol", "deu", "eng", "spa")
ROUNDS, QUICK_ROUNDS = 2, 1
FLOOR, SCALING = 1.25, 1.85


@dataclass(frozen=True, slots=True)
class Delivery:
    """A PDF as a scanner sends it: page images alone, in one language.

    Attributes:
        images: The files of its pages, as stored in the PDF.
    """

    pdf: Path
    images: tuple[Path, ...]
    sheets: tuple[Sheet, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a way of reading came to: texts of all pages in order, and seconds of processor."""

    texts: Sequence[str]
    cpu: float


Way = Callable[[Sequence[Delivery], Path], Read]
_DELIVERED: dict[bool, tuple[Delivery, ...]] = {}


def delivered(run: Run) -> tuple[Delivery, ...]:
    """What the scanner delivers, drawn once: 40 pages in 5 PDFs; quick: 6 in 2."""
    if run.quick not in _DELIVERED:
        spread = SPREAD if not run.quick else (SPREAD[0][2:5], SPREAD[4][:3])
        _DELIVERED[run.quick] = tuple(
            _delivery(run.folder, number, names, bitonal=number == len(spread) - 1)
            for number, names in enumerate(spread)
        )
    return _DELIVERED[run.quick]


def speed(run: Run) -> Iterator[Bar]:
    """All ways in turn, over the same pages; the searchable PDF is written by all but bare Tesseract."""
    deliveries = delivered(run)
    truths = [sheet.text for delivery in deliveries for sheet in delivery.sheets]
    spent: dict[str, list[float]] = defaultdict(list)
    found: dict[str, Score] = {}
    print(f"\nSpeed over {len(truths)} pages, way by way: CPU s a page, CER %")
    for _ in range(QUICK_ROUNDS if run.quick else ROUNDS):
        for name, way in _ways().items():
            folder = run.folder / name.replace(" ", "-").replace("/", "-")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            result = way(deliveries, folder)
            spent[name].append(result.cpu / len(truths))
            found[name] = total(map(score, truths, result.texts))
            print(f"  {name:26} {spent[name][-1]:7.2f} {100 * found[name].rate:7.2f}", flush=True)
            _searchable_text(name, folder, truths, found)
    print("\nSpeed, all rounds: CER %, figures exact %, CPU s a page, pages a CPU minute")
    for name, summed in found.items():
        cpu = f"{median(spent[name]):8.2f} {60 / median(spent[name]):8.1f}" if name in spent else ""
        print(f"  {name:26} {100 * summed.rate:7.2f} {100 * summed.exact:7.1f} {cpu}")
    yield from _speed_bars({name: median(times) for name, times in spent.items()}, found)


def floor(run: Run) -> Iterator[Bar]:
    """What docscan takes beside the engine: cleanup, second looks, extraction, the PDF; as in its workers."""
    keep_memory()
    name = "tesserocr" if "tesserocr" in engine.names() else ""
    reader, ready, target = engine.named(name), setup(name), run.folder / "floor.pdf"
    whole, bare, cleaned, count = 0.0, 0.0, 0.0, 0
    for one in delivered(run):
        reader.read(np.full((99, 99), 255, np.uint8), one.language, dpi=300, timeout=60)  # loads the model
        whole += _seconds(partial(examined, one.pdf, name, target))
        for number, (sheet, path) in enumerate(zip(one.sheets, one.images, strict=True), 1):
            image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            scan = reading.cleaned(received(one.pdf), number, ready)
            engine_alone = partial(reader.read, language=one.language, timeout=600)
            bare += _seconds(partial(engine_alone, image, dpi=sheet.dpi))
            cleaned += _seconds(partial(engine_alone, scan.image, dpi=scan.dpi))
            count += 1
    print(
        f"\nFloor over {count} pages with {reader.name}, CPU s: docscan {whole / count:.2f} a page, engine",
        end="",
    )
    print(f" alone {bare / count:.2f} on the images as they came, {cleaned / count:.2f} on the cleaned ones")
    # cleaning is a part of what docscan does; how much quicker it makes the engine is told, and is no bar
    print(f"  docscan to the engine on cleaned images: {whole / cleaned:.3f}")
    yield Bar("docscan to the bare engine, images as they came", whole / bare, FLOOR)


def workers(run: Run) -> Iterator[Bar]:
    """Pages a minute of the clock with one worker and with two, in turn."""
    paths = [str(delivery.pdf) for delivery in delivered(run)]
    count = sum(len(delivery.images) for delivery in delivered(run))
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(1 if run.quick else 3):
        for number, walls in times.items():
            out = run.folder / f"workers{number}"
            command = peers.docscan("read", "--json", "--save", "pdf", "--out", str(out))
            walls.append(peers.run([*command, "--workers", str(number), *paths]).wall)
    one, two = median(times[1]), median(times[2])
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(
        f"\nWorkers, {count} pages: one {60 * count / one:.1f} a minute, two {60 * count / two:.1f}", end=""
    )
    print(f" (load of the machine {load:.1f} on {cores} cores)")
    yield Bar("two workers to one", one / two, SCALING, least=True)


def _delivery(folder: Path, number: int, names: Sequence[str], *, bitonal: bool) -> Delivery:
    language = TONGUES[number % len(TONGUES)]
    sheets = [pages.sheet("apart", language, name, 70 + 10 * number + at) for at, name in enumerate(names)]
    if bitonal:
        sheets = [_black_and_white(sheet) for sheet in sheets]
    images = []
    for at, sheet in enumerate(sheets):
        suffix = ".tif" if sheet.bitonal else ".jpg"
        images.append(stored(sheet, folder / f"delivered-{number}-{at}{suffix}"))
    pdf = folder / f"delivered-{number}.pdf"
    pdf.write_bytes(img2pdf.convert([str(path) for path in images]))
    return Delivery(pdf, tuple(images), tuple(sheets), language)


def _black_and_white(sheet: Sheet) -> Sheet:
    grey = sheet.image if sheet.image.ndim == 2 else cv2.cvtColor(sheet.image, cv2.COLOR_BGR2GRAY)
    _, image = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return replace(sheet, image=np.asarray(image, dtype=np.uint8))


def _ways() -> dict[str, Way]:
    """Every way of reading that there is here."""
    ways: dict[str, Way] = {}
    tesseract, ocrmypdf = peers.found("tesseract"), peers.found("ocrmypdf")
    if tesseract:
        ways["tesseract, bare"] = lambda deliveries, folder: _tesseract(tesseract, deliveries, folder)
    if ocrmypdf:
        ways["ocrmypdf"] = lambda deliveries, folder: _ocrmypdf([ocrmypdf], deliveries, folder)
        if peers.found("unpaper"):
            options = [ocrmypdf, "--deskew", "--clean", "--rotate-pages"]
            ways["ocrmypdf, cleaning"] = lambda deliveries, folder: _ocrmypdf(options, deliveries, folder)
    for name in ("tesserocr", "tesseract"):
        if name in engine.names():
            ways[f"docscan, {name}"] = lambda deliveries, folder, name=name: _docscan(
                name, deliveries, folder
            )
    return ways


def _tesseract(program: str, deliveries: Sequence[Delivery], folder: Path) -> Read:
    """Page images taken out beforehand; one start for each document."""
    texts, cpu = [], 0.0
    for delivery in deliveries:
        listed = folder / "pages.txt"
        listed.write_text("".join(f"{path}\n" for path in delivery.images))
        spent = peers.run([program, str(listed), "stdout", "-l", delivery.language])
        texts += _pages(spent.said, len(delivery.images))
        cpu += spent.cpu
    return Read(texts, cpu)


def _ocrmypdf(command: Sequence[str], deliveries: Sequence[Delivery], folder: Path) -> Read:
    texts, cpu = [], 0.0
    for delivery in deliveries:
        target = folder / f"{delivery.pdf.stem}.searchable.pdf"
        options = ["--jobs", "1", "--quiet", "-l", delivery.language]
        cpu += peers.run([*command, *options, str(delivery.pdf), str(target)]).cpu
        texts += _text_of(target, len(delivery.images))
    return Read(texts, cpu)


def _docscan(name: str, deliveries: Sequence[Delivery], folder: Path) -> Read:
    command = peers.docscan("read", "--json", "--save", "pdf", "--out", str(folder), "--workers", "1")
    spent = peers.run([*command, "--engine", name, *(str(delivery.pdf) for delivery in deliveries)])
    records = {Path(record["source"]).name: record for record in map(json.loads, spent.said.splitlines())}
    texts = []
    for delivery in deliveries:
        read = records.get(delivery.pdf.name, {"pages": []})["pages"]
        texts += [page["text"] for page in read] + [""] * (len(delivery.images) - len(read))
    return Read(texts, spent.cpu)


def _text_of(pdf: Path, count: int) -> list[str]:
    """The text of a PDF's pages."""
    program = shutil.which("pdftotext")
    if program is None or not pdf.is_file():
        return [""] * count
    return _pages(peers.run([program, str(pdf), "-"]).said, count)


def _pages(text: str, count: int) -> list[str]:
    """A text with form feeds between its pages."""
    return [*text.split("\f"), *[""] * count][:count]


def _searchable_text(name: str, folder: Path, truths: Sequence[str], found: dict[str, Score]) -> None:
    """Score what stands in the PDFs that docscan wrote."""
    if name.startswith("docscan"):
        counts = [len(delivery.images) for delivery in next(iter(_DELIVERED.values()))]
        texts = [
            text
            for path, count in zip(sorted(folder.glob("*.searchable.pdf")), counts, strict=True)
            for text in _text_of(path, count)
        ]
        found[f"{name}, its PDF"] = total(map(score, truths, texts))


def _speed_bars(cpu: dict[str, float], found: dict[str, Score]) -> Iterator[Bar]:
    asked = {"tesserocr": (6.0, 2.0), "tesseract": (4.0, 1.4)}
    for name, (cleaning, plain) in asked.items():
        ours = cpu.get(f"docscan, {name}")
        for peer, bound in (("ocrmypdf, cleaning", cleaning), ("ocrmypdf", plain)):
            if ours and peer in cpu:
                yield Bar(f"pages a CPU second to {peer}, with {name}", cpu[peer] / ours, bound, least=True)
        if ours and "ocrmypdf, cleaning" in found:
            errors = found[f"docscan, {name}"].rate / found["ocrmypdf, cleaning"].rate
            yield Bar(f"errors to ocrmypdf's, cleaning, with {name}", errors, 0.2)


def _seconds(work: Callable[[], object]) -> float:
    before = peers.processor()
    work()
    return peers.processor() - before
