"""Tables as text, byte for byte: what a CSV file says, and how it is written down.

A file is read into records that keep their own text, so that what nobody
changed can be written again exactly as it came; RFC 4180 with any delimiter.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from docscan.errors import HoldingsError
from docscan.frozen import dataclass

DELIMITERS = (";", ",", "\t", "|")
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),  # whose mark stays in the text, and is written with it
)
LEGACY = {"pl": "cp1250"}  # what Excel writes where it does not write UTF-8, by language; elsewhere cp1252
MOST_BYTES = 100_000_000
SAMPLE = 1_000  # rows from which the habit of quoting is seen
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?", re.ASCII)

FORMULA = re.compile(r"[=+\-@\t\r]")
"""How a cell begins that a spreadsheet takes for a formula (OWASP, CSV injection)."""

QUOTINGS: Mapping[str, Callable[[str], bool]] = {
    "needed": lambda _: False,
    "text": lambda cell: bool(cell) and NUMBER.fullmatch(cell) is None,
    "filled": bool,
    "all": lambda _: True,
}
"""Which cells a program quotes besides those that need it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written down.

    Attributes:
        encoding: As Python calls it; `utf-8-sig` and `utf-16` begin with a byte order mark.
        delimiter: Between two cells.
        quoting: One of `QUOTINGS`.
        end: Of a line.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: str = "needed"
    end: str = "\n"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table.

    Attributes:
        line: The number of its first line, from 1.
        cells: What it says.
        text: As it stands in the file, with its end.
    """

    line: int
    cells: tuple[str, ...]
    text: str

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing."""
        return not any(cell.strip() for cell in self.cells)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula; a plain number is none."""
    return bool(FORMULA.match(cell)) and NUMBER.fullmatch(cell) is None


def formulas(data: bytes, form: Form) -> int:
    """How many cells of a file a spreadsheet takes for formulas.

    Args:
        data: All of the file.
        form: How it is written down.
    """
    rows = records(data.decode(form.encoding), form.delimiter)
    return sum(is_formula(cell) for row in rows for cell in row.cells)


def decoded(data: bytes, language: str, encoding: str = "") -> tuple[str, str]:
    """The text of a file, and its encoding: as named, as its byte order mark says, or as the bytes allow.

    Args:
        data: All of the file.
        language: Of the archive: where it is not UTF-8, it is what was usual there.
        encoding: As Python calls it; empty to find it out.

    Raises:
        HoldingsError: It is too large, or no text in that encoding.
    """
    if len(data) > MOST_BYTES:
        raise HoldingsError("U035", language, most=str(MOST_BYTES // 1_000_000))
    told = next((name for mark, name in BOMS if data.startswith(mark)), "")
    named = told if told and encoding.lower() == "utf-16" else encoding or told  # the mark says which of two
    tried = (named,) if named else ("utf-8", LEGACY.get(language, "cp1252"), "latin-1")
    for name in tried:
        try:
            text = data.decode(name)
            if text.encode(name) == data:
                return text, name
        except (UnicodeError, LookupError):
            continue
    raise HoldingsError("U037", language, encoding=", ".join(tried))


def records(text: str, delimiter: str) -> Iterator[Record]:
    """The rows of a table.

    Args:
        text: All of it.
        delimiter: Between two cells.

    Raises:
        ValueError: A quotation mark is never closed; the line it opens in.
    """
    cell, at, line = _cell(delimiter), 0, 1
    while at < len(text):
        cells, begun = list[str](), at
        while True:
            found = cell.match(text, at)
            if found is None:
                raise ValueError(line + text.count("\n", begun, at))
            cells.append(_said(found))
            at = found.end()
            if found[4] != delimiter:
                break
        whole = text[begun:at]
        yield Record(line, tuple(cells), whole)
        line += whole.count("\n") or whole.count("\r")


def written(cells: Sequence[str], form: Form) -> str:
    """A row as a program with these habits writes it, with its end."""
    wanted = QUOTINGS[form.quoting]
    needed = re.compile(rf'[{re.escape(form.delimiter)}"\r\n]')
    quoted = (
        '"' + cell.replace('"', '""') + '"' if wanted(cell) or needed.search(cell) else cell for cell in cells
    )
    return form.delimiter.join(quoted) + form.end


def mended(line: str, cells: Sequence[str], form: Form) -> str:
    """A line with what its cells say now; one that says the same stays as it is written.

    Args:
        line: As it stands, with its end; what is no single line is written anew.
        cells: What it is to say; further cells of the line stay.
        form: How new cells are written.
    """
    parts = _parts(line, form.delimiter)
    if parts is None:
        return written(cells, form)
    end, width = parts[-1][2], max(len(parts), len(cells))
    said = [cell for cell, _, _ in parts]
    stood = [text for _, text, _ in parts]
    now = [*cells, *said[len(cells) :]]
    alone = Form(form.encoding, form.delimiter, form.quoting, "")
    texts = [
        stood[at] if at < len(said) and said[at] == now[at] else written([now[at]], alone)
        for at in range(width)
    ]
    while len(texts) > len(parts) and not texts[-1]:  # cells that the line never had
        texts.pop()
    return form.delimiter.join(texts) + end


def _parts(line: str, delimiter: str) -> list[tuple[str, str, str]] | None:
    """The cells of a line, each with its text and what ends it; None for what is no single line."""
    cell, at, found = _cell(delimiter), 0, list[tuple[str, str, str]]()
    while not found or found[-1][2] == delimiter:
        part = cell.match(line, at)
        if part is None:
            return None
        text, end = part[0][: len(part[0]) - len(part[4])], part[4]
        found.append((_said(part), text, end))
        at = part.end()
    return found if at == len(line) else None


def _said(part: re.Match[str]) -> str:
    """What a cell says."""
    quoted, after, plain, _ = part.groups()
    return str(plain) if quoted is None else quoted.replace('""', '"') + after


def form_of(rows: Sequence[Record], encoding: str, delimiter: str) -> Form:
    """The habits with which most rows are written as they stand."""
    ends = [row.text[len(row.text.rstrip("\r\n")) :] for row in rows[:SAMPLE]]
    end = max(("\n", "\r\n", "\r"), key=ends.count)
    forms = [Form(encoding, delimiter, quoting, end) for quoting in QUOTINGS]
    some = [row for row in rows[:SAMPLE] if not row.is_blank]
    return max(forms, key=lambda form: sum(written(row.cells, form) == row.text for row in some))


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """One cell with what ends it: quoted, what follows the quotation, unquoted, delimiter or end."""
    other = rf"[^{re.escape(delimiter)}\r\n]"
    return re.compile(
        rf'(?:"((?:[^"]++|"")*+)"({other}*)|(?!")({other}*))({re.escape(delimiter)}|\r\n|\n|\r|\Z)'
    )
