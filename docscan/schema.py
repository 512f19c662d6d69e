"""`schemas/*.json`: what a kind of document holds, and where on the page to look for it.

A schema is JSON Schema 2020-12 with `x-` keywords; `docs/schemas.md` explains
each. Keywords that are not known are refused, so that a typing mistake never
means "no rule".
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docscan.errors import SchemaError
from docscan.frozen import dataclass
from docscan.library import shelf

KINDS = ("invoice", "credit-note", "receipt", "form", "letter", "contract")
TYPES = (
    "date", "amount", "tax-id", "iban", "number", "text", "name", "currency", "address", "tick",
    "quantity", "rate", "table", "choice", "signature",
)  # fmt: skip
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)  # of a field
REGIONS = ("top", "middle", "bottom")
PLACES = ("right", "below", "above", "inside")

_RULES = frozenset(
    [
        "$schema",
        "$id",
        "$comment",
        "title",
        "description",
        "type",
        "format",
        "pattern",
        "enum",
        "const",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "examples",
        "default",
        "required",
        "properties",
        "items",
        "additionalProperties",
    ]
)
_OF_SCHEMA = frozenset({"x-kind", "x-words", "x-extends", "x-headings", "x-other-labels"})
_OF_PROPERTY = frozenset({"x-type", "x-labels", "x-region", "x-place", "x-options"})


@dataclass(frozen=True, slots=True)
class Label:
    """Words that announce a value.

    Attributes:
        text: As printed (`Fecha de emisión`).
        language: ISO 639-1.
        weight: From 0 to 1: how surely these words mean this field.
    """

    text: str
    language: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a schema, one column of a table, or one option of a choice.

    Attributes:
        name: The field's name in the record.
        type: One of `TYPES`.
        labels: What announces it.
        region: `top`, `middle` or `bottom` of the page, or empty for anywhere.
        place: Where its value stands seen from its label: one of `PLACES`, or
            empty for wherever it is found.
        required: Its absence asks for a person.
        columns: Of a table: its columns.
        options: Of a choice: its options, each with a box to tick.
    """

    name: str
    type: str
    labels: tuple[Label, ...] = ()
    region: str = ""
    place: str = ""
    required: bool = False
    columns: tuple["Property", ...] = ()
    options: tuple["Property", ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of document.

    Attributes:
        name: The file's name without its suffix.
        title: For people.
        kind: One of `KINDS`.
        words: What tells this kind from others, and how strongly.
        properties: In the order of the review form.
        headings: What stands over a party's particulars, by role (`supplier`,
            `customer`, `other`).
        other_labels: What announces values that belong to no field.
    """

    name: str
    title: str
    kind: str
    words: tuple[Label, ...] = ()
    properties: tuple[Property, ...] = ()
    headings: tuple[tuple[str, Label], ...] = ()
    other_labels: tuple[Label, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the fields that must be there."""
        return tuple(item.name for item in self.properties if item.required)


def load(path: Path) -> Schema:
    """Read a schema.

    Args:
        path: A JSON file.

    Raises:
        SchemaError: Not JSON, not JSON Schema, or a keyword, type or language
            that is not known; the sentence names the path and the key.
    """
    rules = _merged(path, _read(path))
    kind = _one_of(path, "x-kind", rules.get("x-kind", ""), KINDS)
    required, named = rules.get("required", []), rules.get("properties", {})
    for name in required:
        _one_of(path, "required", name, tuple(named))
    for name in named:
        _well_named(path, name)
    return Schema(
        name=path.stem,
        title=str(rules.get("title", path.stem)),
        kind=kind,
        words=tuple(_words(path, rules.get("x-words", {}))),
        properties=tuple(
            _property(path, f"properties.{name}", name, item, required=name in required)
            for name, item in named.items()
        ),
        headings=tuple(_headings(path, rules.get("x-headings", {}))),
        other_labels=tuple(_labels(path, "x-other-labels", rules.get("x-other-labels", {}))),
    )


def _well_named(path: Path, name: str) -> None:
    if not NAME.fullmatch(name):
        raise SchemaError(
            f"{path}: properties: {name!r} is no name of a field.",
            hint="Use small letters, digits and _, such as issue_date.",
        )


def _read(path: Path) -> dict[str, Any]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - who is handed a schema does without
    from jsonschema.exceptions import SchemaError as RuleError  # noqa: PLC0415 - as above

    try:
        rules = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        raise SchemaError(f"{path} cannot be read: {problem}.", hint="Mend the place it names.") from problem
    if not isinstance(rules, dict):
        raise SchemaError(f"{path}: a schema is an object.", hint="Begin it with '{' and end it with '}'.")
    try:
        Draft202012Validator.check_schema(rules)
    except RuleError as problem:
        key = ".".join(str(part) for part in problem.absolute_path)
        raise SchemaError(f"{path}: {key}: {problem.message}.", hint="See docs/schemas.md.") from problem
    _only(path, "", rules, _RULES | _OF_SCHEMA)
    return rules


def _merged(path: Path, rules: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """The rules with those of the schema they extend; their own go before."""
    name = rules.get("x-extends")
    if name is None:
        return rules
    parent = path.with_name(f"{name}.json")
    parent = parent if parent.is_file() else shelf("schemas") / f"{name}.json"
    if not parent.is_file() or depth > len(KINDS):
        raise SchemaError(f"{path}: x-extends: there is no schema {name!r}.", hint="Name one beside it.")
    inherited = _merged(parent, _read(parent), depth + 1)
    properties = {**inherited.get("properties", {}), **rules.get("properties", {})}
    shared: dict[str, Any] = {
        key: inherited[key] for key in ("x-headings", "x-other-labels") if key in inherited
    }
    return {**shared, **rules, "properties": properties}


def _property(path: Path, key: str, name: str, rules: object, *, required: bool) -> Property:
    table = _table(path, key, rules)
    _only(path, key, table, _RULES | _OF_PROPERTY)
    kind = _one_of(path, f"{key}.x-type", table.get("x-type", "text"), TYPES)
    columns = _table(path, f"{key}.items", table.get("items", {})).get("properties", {})
    return Property(
        name=name,
        type=kind,
        labels=tuple(_labels(path, f"{key}.x-labels", table.get("x-labels", {}))),
        region=_one_of(path, f"{key}.x-region", table.get("x-region", ""), ("", *REGIONS)),
        place=_one_of(path, f"{key}.x-place", table.get("x-place", ""), ("", *PLACES)),
        required=required,
        options=tuple(_options(path, key, kind, table)),
        columns=tuple(
            _property(path, f"{key}.items.properties.{column}", column, item, required=False)
            for column, item in columns.items()
        ),
    )


def _options(path: Path, key: str, kind: str, table: Mapping[str, Any]) -> Iterator[Property]:
    """The options of a choice: nothing else has any, and a choice without is none."""
    options = _table(path, f"{key}.x-options", table.get("x-options", {}))
    if (kind == "choice") != bool(options):
        raise SchemaError(
            f"{path}: {key}.x-options: a choice, and only a choice, has options.",
            hint='Write "x-type": "choice" and an object of options, each with its labels by language.',
        )
    if unknown := sorted(set(table.get("enum", options)) - set(options)):
        raise SchemaError(
            f"{path}: {key}.enum: {unknown[0]!r} is no option.", hint=_nearest(str(unknown[0]), options)
        )
    for name, labels in options.items():
        yield Property(name, "tick", tuple(_labels(path, f"{key}.x-options.{name}", labels)))


def _words(path: Path, table: object) -> Iterator[Label]:
    for language, phrases in _table(path, "x-words", table).items():
        _language(path, "x-words", language)
        for phrase, weight in _table(path, f"x-words.{language}", phrases).items():
            yield Label(phrase, language, _weight(path, f"x-words.{language}.{phrase}", weight, highest=10))


def _headings(path: Path, table: object) -> Iterator[tuple[str, Label]]:
    for role, labels in _table(path, "x-headings", table).items():
        key = f"x-headings.{role}"
        _one_of(path, "x-headings", role, ("supplier", "customer", "other"))
        yield from ((role, label) for label in _labels(path, key, labels))


def _labels(path: Path, key: str, table: object) -> Iterator[Label]:
    """Labels by language: plain strings, or objects `{"label": …, "weight": …}` for weak ones."""
    for language, items in _table(path, key, table).items():
        _language(path, key, language)
        if not isinstance(items, list):
            raise SchemaError(f"{path}: {key}.{language} is not a list.", hint="Write it in [ ].")
        for item in items:
            if isinstance(item, str):
                yield Label(item, language)
                continue
            entry = _table(path, f"{key}.{language}", item)
            _only(path, f"{key}.{language}", entry, ("label", "weight"))
            weight = _weight(path, f"{key}.{language}.weight", entry.get("weight", 1.0), highest=1)
            yield Label(str(entry.get("label", "")), language, weight)


def _language(path: Path, key: str, code: str) -> None:
    if not (len(code) == 2 and code.isascii() and code.islower()):
        raise SchemaError(
            f"{path}: {key}: {code!r} is no language.", hint="Write its ISO 639-1 code: es, pl, de, en."
        )


def _weight(path: Path, key: str, value: object, *, highest: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= highest:
        raise SchemaError(
            f"{path}: {key} = {value!r} is not a weight.", hint=f"Write a number up to {highest}."
        )
    return float(value)


def _table(path: Path, key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SchemaError(f"{path}: {key} is not an object.", hint="Write it in { }.")
    return value


def _one_of(path: Path, key: str, value: object, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise SchemaError(f"{path}: {key}: {value!r} is not known.", hint=_nearest(str(value), known))
    return value


def _only(path: Path, key: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    for name in table:
        if name not in known:
            where = f"{key}.{name}" if key else name
            raise SchemaError(f"{path}: {where} is not known.", hint=_nearest(name, known))


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are: {', '.join(names)}."
