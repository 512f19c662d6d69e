"""`pipelines/*.toml`: the choices inside each stage, checked whole before a document is touched."""

import difflib
import inspect
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from docscan.errors import PipelineError

T = TypeVar("T")
Picture = Literal["stored", "compact"]
Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One function of a stage and its keyword arguments."""

    name: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken in at most."""

    max_megabytes: int = 200
    max_pages: int = 2000
    max_megapixels: int = 150


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
class Pipeline:
    """A whole pipeline, in journey order."""

    name: str
    title: str
    accession: Limits
    cleanup: tuple[Choice, ...]
    ocr: Reading
    schemas: tuple[str, ...]
    verification: tuple[Choice, ...]


NUMBER = int, "Write a whole number."
KINDS: Mapping[str, tuple[type, str]] = {
    "languages": (list, "Write a list of names."),
    "engine": (str, "Write a name."),
    "image": (str, "Write a name."),
}
WORDS = {"image": get_args(Picture)}

TABLES = {
    "accession": tuple(item.name for item in fields(Limits)),
    "cleanup": ("step",),
    "ocr": tuple(item.name for item in fields(Reading)),
    "extraction": ("schemas",),
    "verification": ("check",),
}


def load(path: Path, *, steps: Functions, checks: Functions) -> Pipeline:
    """Read a pipeline.

    Args:
        path: A TOML file.
        steps: What `[[cleanup.step]]` may name.
        checks: What `[[verification.check]]` may name.

    Raises:
        PipelineError: Not TOML, or a key, name or option that is not known;
            the sentence names the path and the key.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise PipelineError(f"{path} cannot be read: {problem}.", hint="Mend the line it names.") from problem
    _only(path, "", tables, ("title", *TABLES))
    for table, keys in TABLES.items():
        if not isinstance(tables.setdefault(table, {}), dict):
            raise PipelineError(f"{path}: [{table}] is not a table.", hint=f"Write [{table}] as a table.")
        _only(path, table, tables[table], keys)
    schemas = tables["extraction"].get("schemas", [])
    if not isinstance(schemas, list):
        raise PipelineError(f"{path}: [extraction] schemas is not a list.", hint='Write a list: ["invoice"].')
    return Pipeline(
        name=path.stem,
        title=str(tables.get("title", path.stem)),
        accession=_filled(path, "accession", tables, Limits),
        cleanup=_choices(path, "cleanup.step", tables["cleanup"].get("step", []), steps),
        ocr=_filled(path, "ocr", tables, Reading),
        schemas=tuple(schemas),
        verification=_choices(
            path, "verification.check", tables.get("verification", {}).get("check", []), checks
        ),
    )


def _filled(path: Path, table: str, tables: Mapping[str, Any], kind: Callable[..., T]) -> T:
    values = tables[table]
    for key, value in values.items():
        expected, hint = KINDS.get(key, NUMBER)
        if not isinstance(value, expected) or isinstance(value, bool):
            raise PipelineError(f"{path}: [{table}] {key} = {value!r} is not of the right kind.", hint=hint)
        if value not in WORDS.get(key, (value,)):
            raise PipelineError(
                f"{path}: [{table}] {key} = {value!r} is not known.", hint=_nearest(str(value), WORDS[key])
            )
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


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
    known = [
        key
        for key, parameter in inspect.signature(functions[name]).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    _only(path, f"{table} {name}", options, known)
    return Choice(name, options)


def _only(path: Path, table: str, values: Mapping[str, Any], known: Iterable[str]) -> None:
    for key in values:
        if key not in known:
            where = f"[{table}] " if table else ""
            raise PipelineError(f"{path}: {where}{key} is not known.", hint=_nearest(key, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names) or 'none'}."
