"""One form in one way: drawn, scanned, read, extracted with its schema and without, and scored."""

import json
import pickle
import re
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import peers
from extraction_pages import Leaves, scanned
from forms_drawn import FORMS, filled
from forms_filled import SCHEMAS
from PIL import Image as Pillow
from reading_pages import received, setup

from docscan import extraction, reading, schema
from docscan.model import Entry, Page
from docscan.schema import Schema

SAMPLES = Path(__file__).resolve().parent.parent / "sample_docs"
DRAWN = "drawn"
DRAW_SAMPLE = (
    "import sys, forms, paper; paper.load_fonts(); "
    "open(sys.argv[2], 'wb').write(forms.drawn(forms.FORMS[sys.argv[1]]))"
)


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form to be read.

    Attributes:
        name: Of the sample, or of the schema with the seed.
        path: A PDF as drawn.
        schema: The name of its schema.
        truth: Its fields.
        pairs: Its labels with their values; none where they are not known.
    """

    name: str
    path: Path
    schema: str
    truth: Mapping[str, str | bool]
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one field."""

    field: str
    kind: str
    value: str | bool
    truth: str | bool
    right: bool


@dataclass(frozen=True, slots=True)
class Pairs:
    """Label and value pairs: those said rightly, all said, all there."""

    right: int
    said: int
    there: int
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one form.

    Attributes:
        profile: How it was scanned.
        told: The schema that was taken for its own.
        reading: Seconds of processor that reading took.
        extracting: Seconds of processor that extraction took.
    """

    form: Form
    profile: str
    told: str
    answers: tuple[Answer, ...]
    entries: Pairs
    reading: float
    extracting: float

    def row(self, *, errors: bool) -> str:
        """Its figures, and what is wrong if that may be looked at."""
        right = sum(answer.right for answer in self.answers)
        pairs = self.entries
        lines = [
            f"{self.form.name:30}{self.profile:8}{right:4} of {len(self.answers):3} fields"
            f"{pairs.right:4} right {pairs.said:3} said {pairs.there:3} there as entries"
        ]
        if errors:
            lines += [f"    told by {self.told}"] * (self.told != self.form.schema)
            lines += [
                f"    {answer.field} ({answer.kind}): {answer.value!r}, should be {answer.truth!r}"
                for answer in self.answers
                if not answer.right
            ]
            lines += [f"      entry {wrong}" for wrong in pairs.wrong]
        return "\n".join(lines)


def drawn_forms(seed: int, folder: Path) -> list[Form]:
    """The ten forms, filled in from a seed."""
    found = []
    for form in FORMS:
        done = filled(form, seed)
        path = folder / f"{form.schema}-{seed}.pdf"
        Pillow.fromarray(done.image).save(path, resolution=300, quality=95)
        found.append(Form(path.stem, path, form.schema, done.fields, done.pairs))
    return found


def sample_forms(folder: Path) -> list[Form]:
    """The forms among the sample documents, as they are drawn before they are worn."""
    found = []
    for path in sorted(SAMPLES.glob("*-form-*/expected.json")):
        name = path.parent.name
        target = folder / f"{name}.pdf"
        command: Sequence[str | Path] = [sys.executable, "-c", DRAW_SAMPLE, name, target]
        subprocess.run(command, check=True, cwd=SAMPLES)
        truth = json.loads(path.read_text("utf-8"))["fields"]
        found.append(Form(name, target, _schema_of(truth), truth))
    return found


def _schema_of(truth: Mapping[str, object]) -> str:
    """The shipped schema that has all fields of a sample."""
    return next(
        item.name
        for item in setup().schemas
        if item.kind == "form" and set(truth) <= {p.name for p in item.properties}
    )


def measured(form: Form, profile: str, scanner: Path, kept: Path) -> Result:
    """One form, scanned in one way, with its schema among all others and without it."""
    leaves = _leaves(form, profile, scanner, kept)
    every = _schemas()
    began = peers.processor()
    told = extraction.extract(leaves.pages, every)
    extracting = peers.processor() - began
    types = {item.name: item for item in next(s for s in every if s.name == form.schema).properties}
    answers = []
    for name, truth in form.truth.items():
        said = told.fields[name].value if name in told.fields and told.schema == form.schema else ""
        prop = types[name.split(".")[0]]
        kind = "table cell" if "." in name else prop.type
        answers.append(Answer(name, kind, said, truth, said == truth or _same(said, truth)))
    others = [item for item in every if item.name != form.schema]
    free = extraction.extract(leaves.pages, others)
    held = {
        _letters(str(field.value)) for field in free.fields.values()
    }  # said as fields, they are no entries
    pairs = _scored(free.entries, [pair for pair in form.pairs if _letters(pair[1]) not in held])
    return Result(form, profile, told.schema, tuple(answers), pairs, leaves.cpu, extracting)


@cache
def _schemas() -> tuple[Schema, ...]:
    """The shipped schemas with those of the ten forms."""
    return (*setup().schemas, *(schema.load(path) for path in sorted(SCHEMAS.glob("*.json"))))


def _scored(entries: Sequence[Entry], pairs: Sequence[tuple[str, str]]) -> Pairs:
    if not pairs:
        return Pairs(0, 0, 0)
    there = [(_letters(label), _letters(value)) for label, value in pairs]
    said = [(_letters(entry.label), _letters(str(entry.value))) for entry in entries]
    left = list(there)
    right = 0
    for pair in said:
        if pair in left:
            left.remove(pair)
            right += 1
    wrong = [f"missing {pair}" for pair in left] + [f"said {pair}" for pair in said if pair not in there]
    return Pairs(right, len(said), len(there), tuple(wrong))


def _same(said: str | bool, truth: str | bool) -> bool:
    """The same but for accents, capitals, spaces and punctuation."""
    return not isinstance(truth, bool) and bool(said) and _letters(str(said)) == _letters(truth)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper().replace("Ł", "L"))
    return re.sub(r"[^0-9A-Z]", "", plain)


def _leaves(form: Form, profile: str, scanner: Path, kept: Path) -> Leaves:
    """The pages of a form, read once and kept in a folder."""
    store = kept / f"{form.path.name}-{profile}.pages"
    if store.is_file():
        found: Leaves = pickle.loads(store.read_bytes())  # noqa: S301 - written below, by this program
        return found
    path = form.path if profile == DRAWN else scanned(form.path, profile, scanner, kept)
    began = peers.processor()
    pages = _read(path or form.path)
    result = Leaves(pages, peers.processor() - began)
    store.write_bytes(pickle.dumps(result))
    return result


def _read(path: Path) -> tuple[Page, ...]:
    document: Any = received(path)
    return tuple(
        reading.read_page(document, number, setup())
        for number in range(1, reading.count(document, setup()) + 1)
    )
