"""Draw the samples: wholly fictitious paper, as scanners deliver it.

python sample_docs/make.py             draws every sample anew
python sample_docs/make.py NAME ...    only these
python sample_docs/make.py --into DIR  somewhere else
python sample_docs/make.py --check     says whether the committed expectations
                                       and the table in README.md are what
                                       would be drawn, and whether all they name
                                       is printed; exits 1 if not
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import paper
from degrade import chance, encoded, joined, scanned_pdf, tiff, worn
from figures import amount_printed, day_printed
from samples import SAMPLES, Sample

HERE = Path(__file__).parent
EXTENSIONS = {"jpeg": "jpg", "png": "png", "webp": "webp", "jp2": "jp2"}
CURRENCY_SIGNS = {"EUR": "€", "PLN": "zł", "GBP": "£"}
MEDIA = {
    "pdf-text": "PDF, born digital",
    "pdf-mixed": "PDF, born digital and scanned",
    "pdf-jpeg": "PDF, scanned (JPEG)",
    "pdf-g4": "PDF, scanned (G4)",
    "tiff-g4": "TIFF (G4)",
    "tiff-lzw": "TIFF (LZW)",
    "tiff-jpeg": "TIFF (JPEG)",
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "jp2": "JPEG 2000",
}


def expectation(sample: Sample) -> str:
    """What a reader should find in the sample, as JSON."""
    found = {
        "title": sample.title,
        "purpose": sample.purpose,
        "languages": [sample.language],
        "kind": sample.kind,
        "language": sample.language,
        "pages": len(sample.states),
        "states": list(sample.states),
        "words": list(sample.words),
        "fields": sample.fields(),
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def document(sample: Sample) -> bytes:
    """The file a scanner would deliver."""
    pdf, wear, quality = sample.drawn(), sample.wear, sample.quality
    if sample.medium == "pdf-text":
        return pdf
    rng = chance(sample.name)
    pages = [worn(page, wear, rng) for page in paper.rendered(pdf, wear.dpi)]
    container, _, compression = sample.medium.partition("-")
    if sample.medium == "pdf-mixed":
        return joined(paper.first_page(pdf), scanned_pdf(pages[1:], wear.dpi, quality))
    if container == "pdf":
        return scanned_pdf(pages, wear.dpi, quality, bilevel=compression == "g4")
    if container == "tiff":
        name = {"g4": "group4", "lzw": "tiff_lzw", "jpeg": "jpeg"}[compression]
        return tiff(pages, name, wear.dpi, quality)
    return encoded(pages[0], container, wear.dpi, quality)


def file_name(sample: Sample) -> str:
    """`document.` and what the medium ends in."""
    container = sample.medium.partition("-")[0]
    return f"document.{ {'pdf': 'pdf', 'tiff': 'tif'}.get(container) or EXTENSIONS[container] }"


def write(sample: Sample, into: Path) -> int:
    """Write the sample's folder; returns the document's size in bytes."""
    folder = into / sample.name
    folder.mkdir(parents=True, exist_ok=True)
    delivered = document(sample)
    (folder / file_name(sample)).write_bytes(delivered)
    (folder / "expected.json").write_text(expectation(sample), "utf-8")
    return len(delivered)


def table(samples: Iterable[Sample]) -> str:
    """The table of samples for README.md."""
    lines = ["| name | medium | language | kind | purpose | wear |", "|---|---|---|---|---|---|"]
    for sample in samples:
        wear = "none" if sample.medium == "pdf-text" else sample.wear.said
        cells = (f"`{sample.name}`", MEDIA[sample.medium], sample.language, sample.kind, sample.purpose, wear)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(readme: str) -> str:
    """The text of README.md with the table put anew."""
    first, last = "<!-- samples -->", "<!-- end of samples -->"
    return re.sub(f"{first}.*{last}", f"{first}\n{table(SAMPLES.values())}\n{last}", readme, flags=re.DOTALL)


def differences(folder: Path) -> list[str]:
    """What of the committed samples is not what would be drawn, one sentence each."""
    doubts = []
    for sample in SAMPLES.values():
        path = folder / sample.name / "expected.json"
        if not path.exists() or not (path.parent / file_name(sample)).exists():
            doubts.append(f"{sample.name} has not been drawn")
        elif path.read_text("utf-8") != expectation(sample):
            doubts.append(f"{sample.name}/expected.json is not what would be drawn")
    drawn = {path.parent.name for path in folder.glob("*/expected.json")}
    doubts += [f"{name} is not in the list of samples" for name in sorted(drawn - set(SAMPLES))]
    doubts += unprinted()
    readme = (folder / "README.md").read_text("utf-8")
    return doubts if with_table(readme) == readme else [*doubts, "the table in README.md is out of date"]


def unprinted() -> list[str]:
    """What is expected but not printed, or meant to be distinctive and is not, one sentence each."""
    texts = {name: " ".join(paper.page_texts(sample.drawn())) for name, sample in SAMPLES.items()}
    doubts = []
    for name, sample in SAMPLES.items():
        for word in sample.words:
            where = {other for other, words in texts.items() if word.casefold() in words.casefold()}
            if where != {name}:
                doubts.append(f"{name}: {word} is printed on {', '.join(sorted(where)) or 'no sample'}")
        for field, value in sample.fields().items():
            if not any(squeezed(form) in squeezed(texts[name]) for form in in_print(value, sample.language)):
                doubts.append(f"{name}: {field} {value} is not printed")
    return doubts


def in_print(value: str | bool, language: str) -> list[str]:
    """The ways a value of a record may be printed; a mark in a box has no letters."""
    if isinstance(value, bool):
        return [""]
    if value in CURRENCY_SIGNS:
        return [value, CURRENCY_SIGNS[value]]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return [day_printed(value, language, style) for style in ("numeric", "spelt", "iso")]
    if re.fullmatch(r"-?\d+\.\d\d", value):
        return [amount_printed(Decimal(value), language)]
    return [value]


def squeezed(words: str) -> str:
    """Without spaces and hyphens, which the record leaves out of ids."""
    return re.sub(r"[\s-]", "", words)


def main() -> int:
    """Draw or check; the exit code."""
    parser = argparse.ArgumentParser(description="Draw the sample documents.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these samples")
    parser.add_argument("--into", type=Path, default=HERE, help="the folder to write to")
    parser.add_argument("--check", action="store_true", help="compare and write nothing")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(SAMPLES):
        parser.error(f"no sample is called {', '.join(sorted(unknown))}")
    paper.load_fonts()
    if chosen.check:
        doubts = differences(chosen.into)
        print("\n".join(doubts) or f"{len(SAMPLES)} samples are as they would be drawn")
        return 1 if doubts else 0
    for name in chosen.names or SAMPLES:
        print(f"{write(SAMPLES[name], chosen.into):>8} {name}")
    readme = chosen.into / "README.md"
    if readme.exists():
        readme.write_text(with_table(readme.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
