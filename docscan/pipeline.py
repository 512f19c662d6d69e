"""`pipelines/*.toml`: the choices inside each stage, checked whole before a document is touched."""

import difflib
import inspect
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from docscan.errors import PipelineError
from docscan.frozen import dataclass

Allowed = Callable[[object], bool]
Picture = Literal["stored", "compact"]
Standard = Literal["", "pades"]
Functions = Mapping[str, Callable[..., Any]]
FORMATS = ("pdf", "tiff", "png", "jp2", "jpeg", "webp", "heic")  # as the ends of their media types
AMOUNT = re.compile(r"[0-9]+(\.[0-9]+)?")  # money is written between quotes, never as a float


@dataclass(frozen=True, slots=True)
class Choice:
    """One function of a stage and its keyword arguments."""

    name: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken in.

    Attributes:
        min_dpi: Pixels to the inch that every page has at least, by its own
            pixels and its size on paper; 0 for any.
        formats: The kinds of files, of `FORMATS`; none for all.
    """

    max_megabytes: int = 200
    max_pages: int = 2000
    max_megapixels: int = 150
    min_dpi: int = 0
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """How pages are read.

    Attributes:
        languages: The engine's names; the first is tried first.
        timeout: Seconds a page may take.
        dpi: The resolution pages are rendered at.
        minimum_text: Characters from which a PDF page's text layer is trusted.
        engine: What reads: an engine's name, or empty for the fastest there is.
        second_look: Milliseconds that a page may take to be looked at again
            where its first reading is weak; 0 for never.
        image: What the searchable copy shows: `stored`, the image as it came,
            or `compact`, a small one drawn after it.
    """

    languages: tuple[str, ...] = ("spa", "pol", "deu", "eng")
    timeout: int = 120
    dpi: int = 300
    minimum_text: int = 50
    engine: str = ""
    second_look: int = 250
    image: Picture = "stored"


@dataclass(frozen=True, slots=True)
class Signature:
    """How the searchable copy is signed before it is filed.

    Attributes:
        standard: `pades`, or empty for no signature; the key is named in `docscan.toml`.
    """

    standard: Standard = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A whole pipeline, in journey order."""

    name: str
    title: str
    accession: Limits
    cleanup: tuple[Choice, ...]
    ocr: Reading
    schemas: tuple[str, ...]
    verification: tuple[Choice, ...]
    signature: Signature = Signature()


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name.strip() for name in value)


def _whole(least: int, most: int) -> tuple[Allowed, str]:
    """Whole numbers from the least to the most."""

    def allowed(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return allowed, f"Write a whole number from {least} to {most}."


# What each key may be, and how to say it. Pages are read from 50 dpi, where print of 12 points is 5 pixels
# high, to 1200, the finest that scanners deliver; the other bounds are far beyond any document.
ALLOWED: Mapping[str, Mapping[str, tuple[Allowed, str]]] = {
    "accession": {
        "max_megabytes": _whole(1, 1_000_000),
        "max_pages": _whole(1, 1_000_000),
        "max_megapixels": _whole(1, 100_000),
        "min_dpi": _whole(0, 1200),
        "formats": (
            lambda value: isinstance(value, list) and set(map(repr, value)) <= set(map(repr, FORMATS)),
            f'Write a list of {", ".join(FORMATS)}: ["pdf", "tiff"].',
        ),
    },
    "signature": {
        "standard": (
            lambda value: value in get_args(Standard),
            'Write "pades", or "" for none.',
        ),
    },
    "ocr": {
        "languages": (
            lambda value: bool(value) and _is_list_of_names(value),
            'Write a list of one or more names: ["spa", "eng"].',
        ),
        "timeout": _whole(1, 86_400),
        "dpi": _whole(50, 1200),
        "minimum_text": _whole(0, 1_000_000),
        "engine": (_is_text, 'Write a name, or "" for the fastest there is.'),
        "second_look": _whole(0, 3_600_000),
        "image": (
            lambda value: value in get_args(Picture),
            f"Write one of: {', '.join(get_args(Picture))}.",
        ),
    },
    "extraction": {"schemas": (_is_list_of_names, 'Write a list of names: ["invoice"].')},
}

TABLES: Mapping[str, Iterable[str]] = {
    "accession": ALLOWED["accession"],
    "cleanup": ("step",),
    "ocr": ALLOWED["ocr"],
    "extraction": ALLOWED["extraction"],
    "verification": ("check",),
    "signature": ALLOWED["signature"],
}


def load(path: Path, *, steps: Functions, checks: Functions) -> Pipeline:
    """Read a pipeline.

    Args:
        path: A TOML file.
        steps: What `[[cleanup.step]]` may name.
        checks: What `[[verification.check]]` may name.

    Raises:
        PipelineError: Not TOML, or a key, name, option or value that is not
            known; the sentence names the path and the key.
    """
    tables = _tables(path)
    return Pipeline(
        name=path.stem,
        title=tables["title"],
        accession=Limits(**_frozen(tables["accession"])),
        cleanup=_choices(path, "cleanup.step", tables["cleanup"].get("step", []), steps),
        ocr=Reading(**_frozen(tables["ocr"])),
        schemas=tuple(tables["extraction"].get("schemas", ())),
        verification=_choices(path, "verification.check", tables["verification"].get("check", []), checks),
        signature=Signature(**tables["signature"]),
    )


def _tables(path: Path) -> dict[str, Any]:
    """The tables of a pipeline, all of them there, with keys and values that are known."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (
        OSError,
        ValueError,
        RecursionError,
    ) as problem:  # no TOML, no UTF-8, too deep, or an endless number
        raise PipelineError(f"{path} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    if not tables:
        raise PipelineError(f"{path} is empty.", hint="Write what is to be done, or remove it.")
    _only(path, "", tables, ("title", *TABLES))
    for table, keys in TABLES.items():
        if not isinstance(tables.setdefault(table, {}), dict):
            raise PipelineError(f"{path}: [{table}] is not a table.", hint=f"Write [{table}] as a table.")
        _only(path, table, tables[table], keys)
        _allowed(path, table, tables[table])
    title = tables.setdefault("title", path.stem)
    if not _is_text(title):
        raise PipelineError(f"{path}: title = {title!r} is not a text.", hint="Write it between quotes.")
    return tables


def _allowed(path: Path, table: str, values: Mapping[str, object]) -> None:
    for key, value in values.items():
        allowed, hint = ALLOWED.get(table, {}).get(key, (None, ""))
        if allowed is not None and not allowed(value):
            raise PipelineError(f"{path}: [{table}] {key} = {value!r} is not allowed.", hint=hint)


def _frozen(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _choices(path: Path, table: str, items: object, functions: Functions) -> tuple[Choice, ...]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise PipelineError(
            f"{path}: {table} is not a list of tables.", hint=f"Write [[{table}]] above each."
        )
    return tuple(_choice(path, table, item, functions) for item in items)


def _choice(path: Path, table: str, item: Mapping[str, Any], functions: Functions) -> Choice:
    name = str(item.get("name", ""))
    if name not in functions:
        raise PipelineError(
            f"{path}: [[{table}]] has no function named {name!r}.", hint=_nearest(name, functions)
        )
    options = {key: value for key, value in item.items() if key != "name"}
    usual = {
        key: parameter.default
        for key, parameter in inspect.signature(functions[name]).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    _only(path, f"{table} {name}", options, usual)
    for key, value in options.items():
        if not _is_like(value, usual[key]):
            raise PipelineError(
                f"{path}: [{table} {name}] {key} = {value!r} is not allowed.",
                hint=f"Write a value like the usual one, {json.dumps(usual[key])}; numbers from 0.",
            )
    return Choice(name, options)


def _is_like(value: object, usual: object) -> bool:
    """Whether a value is of the usual one's kind; a whole number will do for a broken one."""
    if isinstance(usual, str):
        return isinstance(value, str) and (not AMOUNT.fullmatch(usual) or bool(AMOUNT.fullmatch(value)))
    if isinstance(usual, bool) or isinstance(value, bool):
        return type(value) is type(usual)
    kinds = (int, float) if isinstance(usual, float) else int
    return isinstance(value, kinds) and 0 <= value < math.inf


def _only(path: Path, table: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in values:
        if key not in known:
            where = f"[{table}] " if table else ""
            raise PipelineError(f"{path}: {where}{key} is not known.", hint=_nearest(key, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names) or 'none'}."
