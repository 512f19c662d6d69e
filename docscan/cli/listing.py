"""One list in three forms: a table for people, JSON lines or CSV for programs."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

from docscan.cli.terminal import put, put_json, table
from docscan.holdings.tabular import is_formula

Called = TypeVar("Called", bound=Callable[..., Any])
Row = Mapping[str, Any]

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="As CSV, with a line of headings.")


def forms(command: Called) -> Called:
    """Give a command `--json` and `--csv`, as `as_json` and `as_csv`."""
    return csv_option(json_option(command))


def give(
    rows: Iterable[Row], columns: Sequence[str], *, as_json: bool, as_csv: bool, right: Sequence[str] = ()
) -> None:
    """Give rows in the form that was asked for.

    Args:
        rows: Values by column; those of JSON may have more.
        columns: Of the table and of the CSV, in order.
        as_json: One object a line, of whole rows.
        as_csv: RFC 4180 with line feeds, for spreadsheets and scripts: what a
            spreadsheet would execute begins with an apostrophe.
        right: The columns of the table that are aligned to the right.

    Raises:
        click.UsageError: Both forms were asked for.
    """
    if as_json and as_csv:
        raise click.UsageError("Ask for --json or for --csv, not for both.")
    if as_json:
        put_json(rows)
    elif as_csv:
        put(_csv(rows, columns))
    elif shown := table(([row[name] for name in columns] for row in rows), columns, right=right):
        put(shown)


def telling(rows: Iterable[Row], columns: Sequence[str]) -> list[str]:
    """The columns in which a row says something: nobody wants to read empty ones."""
    known = list(rows)
    return [name for name in columns if any(row[name] not in ("", None) for row in known)]


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_inert(row[name]) for name in columns] for row in rows)
    return out.getvalue().removesuffix("\n")


def _inert(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell
