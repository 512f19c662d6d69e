"""How well and at what cost pages are read, against plain Tesseract.

Draws its own pages in four languages, clean and degraded, and reads each with
`tesseract` as it comes and with docscan's way: decode, clean, read. Tesseract
is told the language; docscan finds it.

Usage: `.venv/bin/python benchmarks/reading.py [--quick]`. Leaves with 0 when
docscan's character error rate is at most a quarter of Tesseract's on degraded
pages and no worse than 1.05 of it on clean ones, with 1 otherwise.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import mean

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from docscan import cleanup, ocr
from docscan.accession import scans
from docscan.model import Image
from docscan.pipeline import Choice, Limits

FONTS = Path("/usr/share/fonts/truetype")
FACES = (
    "liberation/LiberationSans-Regular.ttf",
    "liberation/LiberationSerif-Regular.ttf",
    "dejavu/DejaVuSans.ttf",
    "dejavu/DejaVuSerif.ttf",
)
LANGUAGES = ("spa", "pol", "deu", "eng")
STEPS = [Choice(name, {}) for name in cleanup.STEPS]
BAR_DEGRADED, BAR_CLEAN = 0.25, 1.05
FLOOR = 0.001  # of the characters: two readings this good are equally good

TEXTS = {
    "spa": """Factura F-2026/0117 del 12 de enero de 2026
        Talleres Ejemplo del Norte, S.L., calle Mayor 14, 28013 Madrid
        Estimado cliente: le enviamos la factura de los trabajos realizados
        durante el mes de diciembre, según el presupuesto que usted aceptó.
        Revisión de la instalación eléctrica 4 h 45,00 180,00
        Sustitución de piezas dañadas 2 ud 61,50 123,00
        Desplazamiento y pequeño material 1 ud 38,75 38,75
        Base imponible 341,75 IVA 21 % 71,77 Total 413,52 euros
        El pago vence el 11 de febrero y puede hacerse por transferencia
        en la cuenta que se indica; añada por favor el número de la factura.""",
    "pol": """Faktura FV 117/2026 z dnia 12 stycznia 2026
        Zakład Przykładowy Północ, ul. Długa 14, 00-238 Warszawa
        Szanowni Państwo, przesyłamy fakturę za usługi wykonane w grudniu
        zgodnie z ofertą, którą Państwo przyjęli w listopadzie.
        Przegląd instalacji elektrycznej 4 godz. 45,00 180,00
        Wymiana uszkodzonych części 2 szt. 61,50 123,00
        Dojazd oraz drobne materiały 1 szt. 38,75 38,75
        Wartość netto 341,75 VAT 23 % 78,60 Razem 420,35 zł
        Termin płatności upływa 11 lutego; prosimy o przelew na rachunek
        podany poniżej wraz z numerem faktury w tytule płatności.""",
    "deu": """Rechnung R-2026/0117 vom 12. Januar 2026
        Werkstatt Beispiel Nord GmbH, Lange Straße 14, 10117 Berlin
        Sehr geehrte Damen und Herren, wir berechnen Ihnen die Arbeiten,
        die wir im Dezember nach Ihrem Auftrag ausgeführt haben.
        Prüfung der elektrischen Anlage 4 Std. 45,00 180,00
        Austausch beschädigter Teile 2 Stk. 61,50 123,00
        Anfahrt und kleines Material 1 Stk. 38,75 38,75
        Nettobetrag 341,75 MwSt. 19 % 64,93 Gesamtbetrag 406,68 Euro
        Der Betrag ist bis zum 11. Februar fällig; bitte überweisen Sie ihn
        auf das unten genannte Konto und geben Sie die Nummer an.""",
    "eng": """Invoice N-2026/0117 of 12 January 2026
        Example Workshop North Ltd, 14 Long Street, London
        Dear customer, please find below the work that was carried out
        in December, as described in the offer that you accepted.
        Inspection of the electrical system 4 h 45.00 180.00
        Replacement of damaged parts 2 pcs 61.50 123.00
        Travel and small materials 1 pcs 38.75 38.75
        Net amount 341.75 VAT 20 % 68.35 Total 410.10 pounds
        Payment is due on 11 February and should be made by transfer
        to the account given below; please quote the invoice number.""",
}


def drawn(text: str, face: str, dpi: int) -> Image:
    """A page with the text on it, as a good scanner gives it."""
    lines = [line.strip() for line in text.splitlines()]
    image = Pillow.new("L", (round(7.6 * dpi), round((0.9 + 0.28 * len(lines)) * dpi)), 252)
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONTS / face), round(10.5 * dpi / 72))
    for row, line in enumerate(lines):
        pen.text((0.6 * dpi, (0.45 + 0.28 * row) * dpi), line, font=font, fill=25)
    noise = np.random.default_rng(len(text)).normal(0, 3, (image.height, image.width))
    return np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)


def skewed(image: Image, angle: float) -> Image:
    """Turned by a few degrees on the glass."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderValue=(252,)), dtype=np.uint8)


def shaded(image: Image) -> Image:
    """Photographed under a lamp that stands to one side."""
    across = np.linspace(1.0, 0.35, image.shape[1])[None, :]
    down = np.linspace(1.0, 0.75, image.shape[0])[:, None]
    return (image * across * down).astype(np.uint8)


def speckled(image: Image) -> Image:
    """Scanned through dirty glass."""
    chance = np.random.default_rng(11).random(image.shape)
    speckled = image.copy()
    speckled[chance < 0.008] = 0
    speckled[chance > 0.992] = 255
    return speckled


def noisy(image: Image) -> Image:
    """Photographed in a dark room."""
    noise = np.random.default_rng(13).normal(0, 26, image.shape)
    return np.clip(image * 0.9 + noise, 0, 255).astype(np.uint8)


def turned(quarters: int) -> Callable[[Image], Image]:
    """Laid on the glass the wrong way round."""
    return lambda image: np.ascontiguousarray(np.rot90(image, quarters))


CONDITIONS: dict[str, Callable[[Image], Image]] = {
    "clean": lambda image: image,
    "skew 1.2": lambda image: skewed(image, 1.2),
    "skew 3.5": lambda image: skewed(image, -3.5),
    "shade": shaded,
    "specks": speckled,
    "noise": noisy,
    "skew, shade": lambda image: shaded(skewed(image, 2.5)),
    "turned 90": turned(1),
    "turned 180": turned(2),
    "turned 270": turned(3),
}


def error_rate(truth: str, read: str) -> float:
    """Characters wrong, missing or too many, over those drawn; the order of words does not count."""
    wanted, found = Counter(truth.split()), Counter(read.split())
    missing, surplus = list((wanted - found).elements()), list((found - wanted).elements())
    pairs = sorted(
        (Levenshtein.distance(one, other), i, j)
        for i, one in enumerate(missing)
        for j, other in enumerate(surplus)
    )
    errors, used, met = 0, set[int](), set[int]()
    for distance, i, j in pairs:
        if i not in used and j not in met and distance < max(len(missing[i]), len(surplus[j])):
            errors += distance
            used.add(i)
            met.add(j)
    errors += sum(len(word) for i, word in enumerate(missing) if i not in used)
    errors += sum(len(word) for j, word in enumerate(surplus) if j not in met)
    return errors / sum(len(word) for word in truth.split())


def processor() -> float:
    """Seconds of CPU so far, with those of the engine's processes."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def by_tesseract(path: Path, language: str) -> str:
    """Plain Tesseract, told the language."""
    engine = shutil.which("tesseract") or "tesseract"
    done = subprocess.run(
        [engine, str(path), "stdout", "-l", language], capture_output=True, check=True, text=True
    )
    return done.stdout


def by_docscan(path: Path, _language: str) -> str:
    """Decoded, cleaned and read, the language found."""
    scan = scans.scan(path, "image/png", 1, dpi=300, limits=Limits())
    return ocr.read(cleanup.clean(scan, STEPS), LANGUAGES, timeout=120, turn=cleanup.turn).text


def measured(languages: Iterable[str], dpi: int) -> dict[str, dict[str, list[tuple[float, float]]]]:
    """Error rate and CPU seconds of each way under each condition."""
    found: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        for number, language in enumerate(languages):
            clean = drawn(TEXTS[language], FACES[number % len(FACES)], dpi)
            for condition, degraded in CONDITIONS.items():
                Pillow.fromarray(degraded(clean)).save(path, dpi=(dpi, dpi))
                for name, way in (("tesseract", by_tesseract), ("docscan", by_docscan)):
                    before = processor()
                    text = way(path, language)
                    found[condition][name].append((error_rate(TEXTS[language], text), processor() - before))
    return found


def printed(found: dict[str, dict[str, list[tuple[float, float]]]]) -> int:
    """Print the table and the ratios; the exit code."""
    heads = ("tesseract CER %", "docscan CER %", "tesseract CPU s", "docscan CPU s")
    print(f"{'pages':14}" + "".join(f"{head:>17}" for head in heads))
    for condition, ways in found.items():
        rates = [100 * mean(rate for rate, _ in ways[name]) for name in ("tesseract", "docscan")]
        costs = [mean(cost for _, cost in ways[name]) for name in ("tesseract", "docscan")]
        print(f"{condition:14}" + "".join(f"{value:17.2f}" for value in (*rates, *costs)))
    degraded = _ratio(found, [name for name in found if name != "clean"])
    clean = _ratio(found, ["clean"])
    cost = [
        mean(cost for ways in found.values() for _, cost in ways[name]) for name in ("docscan", "tesseract")
    ]
    print(
        f"docscan/tesseract: CER degraded {degraded:.3f}, CER clean {clean:.3f}, CPU {cost[0] / cost[1]:.2f}"
    )
    return 0 if degraded <= BAR_DEGRADED and clean <= BAR_CLEAN else 1


def _ratio(found: dict[str, dict[str, list[tuple[float, float]]]], conditions: list[str]) -> float:
    rates = {
        name: max(FLOOR, mean(rate for condition in conditions for rate, _ in found[condition][name]))
        for name in ("tesseract", "docscan")
    }
    return rates["docscan"] / rates["tesseract"]


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="two languages at 200 dpi")
    parser.add_argument("--corpora", type=Path, help="not used: the pages are drawn")
    quick = parser.parse_args().quick
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    return printed(measured(LANGUAGES[:2] if quick else LANGUAGES, 200 if quick else 300))


if __name__ == "__main__":
    sys.exit(main())
