"""What docscan says to a clerk, in the clerk's language.

Each stage keeps its sentences in a TOML file of this folder: one table a code,
one key a language (`en`, `es`, `pl`, `de`). Codes are stable; sentences may
be worded better at any time.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es", "pl", "de")


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Every code with its sentence in each language."""
    found: dict[str, Mapping[str, str]] = {}
    for text in _texts():
        found.update(tomllib.loads(text.decode()))
    return found


def sentence(code: str, language: str, **facts: str) -> str:
    """The sentence for a code.

    Args:
        code: A stable code, such as `A020`.
        language: `en`, `es`, `pl` or `de`; any other is answered in English.
        facts: What fills the places in the sentence. A fact that begins with
            `@` names a phrase, such as `@N010`, and is said in the same language.

    Returns:
        The sentence, complete.
    """
    wording = _wording(code)
    said = {name: _said(fact, language) for name, fact in facts.items()}
    return wording.get(language, wording["en"]).format_map(said)


def way_out(code: str) -> str:
    """The code of what to do about a refusal: the one after it."""
    return f"{code[0]}{int(code[1:]) + 1:03d}"


def _said(fact: str, language: str) -> str:
    known = fact.startswith("@") and fact[1:] in sentences()
    return sentence(fact[1:], language) if known else fact


@cache
def _wording(code: str) -> Mapping[str, str]:
    """The sentence of a code in each language; of all the files, only the table that has it is parsed.

    Raises:
        KeyError: There is no such code.
    """
    heading = f"\n[{code}]\n".encode()
    for text in _texts():
        _, found, rest = text.partition(heading)
        if found:
            table, _, _ = rest.partition(b"\n[")  # no sentence has a line of its own that begins so
            return tomllib.loads(table.decode())
    return sentences()[code]


@cache
def _texts() -> tuple[bytes, ...]:
    files = sorted(Path(__file__).parent.glob("*.toml"))
    return tuple(file.read_bytes() for file in files)
