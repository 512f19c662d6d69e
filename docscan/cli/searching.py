"""Searching: `search`, in one archive or in several."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from docscan.archive import Archive, access
from docscan.archive.catalogue import Catalogue, open_catalogue
from docscan.cli import answering, querying
from docscan.cli.answering import Answer, Wanted
from docscan.cli.terminal import (
    agent,
    highlighted,
    now,
    on_record,
    put,
    put_json,
    say,
    standing_in,
    table,
)
from docscan.errors import NotFoundError
from docscan.messages import sentence, way_out
from docscan.search import inflection, sight
from docscan.search.fields import FIELDS, VERDICTS
from docscan.search.index import Cursor
from docscan.search.remarks import Remark
from docscan.search.states import STATES

FACETS = ("kind", "client", "supplier", "year", "language", "state")
COLUMNS = (
    "id", "kind", "issue_date", "supplier", "number", "total", "currency", "state", "source", "tier",
    "page", "snippet", "fields",
)  # fmt: skip
SHOWN_VALUES = 8  # of a facet, to a person
SHOWN_FIELDS = 3  # of a hit, to a person: what a common word stands in is told by fewer

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a record.")


class _Search(click.Command):
    """A command of words that may be left out: `-rechnung` is no row of options, with `-h` for help in it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `-h` for help only where it stands alone."""
        words = args.index("--") if "--" in args else len(args)
        return super().parse_args(
            ctx, [*("--help" if word == "-h" else word for word in args[:words]), *args[words:]]
        )


@click.command(
    "search",
    cls=_Search,
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog="Example: docscan search 'total:>1000 kind:invoice tornillos' --facets supplier,year",
)
@click.argument("query", nargs=-1, type=click.UNPROCESSED)
@click.option("--limit", type=click.IntRange(min=1), help="Hits at most.  [default: 10; 1000 with --json]")
@click.option(
    "--facets", default="", metavar="NAME[,NAME]", help=f"Count what was found by {', '.join(FACETS)}."
)
@click.option(
    "--sort", default="score", help="added, total, issue_date ...; with a minus, the greatest first."
)
@click.option("--after", default="", metavar="CURSOR", help="Go on where an answer ended, as it says itself.")
@click.option("--like", metavar="ID", help="More like this record.")
@click.option("--duplicates", metavar="ID", help="Records that are perhaps the same paper as this one.")
@click.option("--complete", metavar="PREFIX", help="What the query may go on with, one a line.")
@click.option("--save", metavar="NAME", help="Keep the query under this name; see `docscan searches`.")
@click.option(
    "--all", "site", metavar="FOLDER|LIST", type=click.Path(path_type=Path, exists=True),
    help="Search every archive in a folder, or each that a file names, one a line.",
)  # fmt: skip
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with a line of headings.")
@click.pass_context
def search_(
    ctx: click.Context,
    query: tuple[str, ...],
    limit: int | None,
    facets: str,
    sort: str,
    after: str,
    like: str | None,
    duplicates: str | None,
    complete: str | None,
    save: str | None,
    site: Path | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Find records by their words, fields, dates and amounts.

    Words must all occur; "quoted words" in a row; -word must not; OR between
    alternatives; word* for beginnings; field:value, total:>1000,
    issue_date:2026-01..2026-03, is:overdue, has:hold. Other forms of a word and
    misread ones are found too, after those as typed. See docs/search.md.
    """
    _no_options(ctx, query)
    if save is not None and (not query or site):
        raise click.UsageError("Only a QUERY can be kept, in one archive.")
    if sum((bool(query), like is not None, duplicates is not None, complete is not None)) != 1:
        raise click.UsageError("Ask by a QUERY, or with --like, --duplicates or --complete.")
    if as_json and as_csv:
        raise click.UsageError("Ask for --json or for --csv, not for both.")
    if facets and (as_csv or duplicates or complete):
        raise click.UsageError("What is counted has no place in CSV, nor beside duplicates or completions.")
    text = " ".join(query)
    wanted = Wanted(
        limit=limit or (1000 if as_json or as_csv else 10),
        order=sort,
        after=_cursor(after),
        facets=_facets(facets),
        boxes=as_json,
    )
    if site is not None:
        from docscan.cli import sites  # noqa: PLC0415 - it uses what is defined here

        sites.search(ctx, site, text, wanted, as_json=as_json, as_csv=as_csv)
        return
    archive = standing_in(ctx)
    _orderable(archive, sort)
    with open_catalogue(archive) as catalogue:
        if complete is not None:
            for one in _completed(catalogue, complete):
                put(one)
        elif duplicates is not None:
            _put_duplicates(catalogue, catalogue.row(duplicates).id, as_json=as_json, as_csv=as_csv)
        else:
            _ready(catalogue)
            found = answered(catalogue, text, like, wanted)
            if save is not None:
                from docscan.cli.searches import keep  # noqa: PLC0415 - it uses what is defined here

                keep(catalogue, save, text)
            put_answer(archive, found, as_json=as_json, as_csv=as_csv)
            options = {"limit": limit, "facets": facets, "json": as_json, "csv": as_csv, "like": like}
            say_rest(archive, found, text, sort, options)


def _ready(catalogue: Catalogue) -> None:
    """Make room for the Polish dictionary where the query may need it: it starts sooner so."""
    if "pl" in catalogue.languages():
        from docscan import memory  # noqa: PLC0415 - an archive without Polish does without

        memory.reserve(inflection.DICTIONARY)


def answered(catalogue: Catalogue, text: str, like: str | None, wanted: Wanted) -> Answer:
    """Ask for what a query finds, or for what is like a record, and put on record that it is shown.

    Args:
        catalogue: Open on the archive, as whoever calls may see it.
        text: The query.
        like: The id of the record instead; None for none.
        wanted: What is to be shown.

    Raises:
        SearchError: The query cannot be understood.
        NotFoundError: There is no such record, or nothing is like it.
    """
    if like is None:
        asked = querying.understood(catalogue, text, now().date())
    else:
        found = answering.alike(catalogue, catalogue.row(like).id)
        if found is None:
            language = catalogue.archive.config.language
            raise NotFoundError(sentence("F157", language), hint=sentence(way_out("F157"), language))
        asked = found
    answer = answering.answered(catalogue, asked, wanted)
    archive = catalogue.archive
    if answer.rows and not access.searched(archive, len(answer.rows), now=now(), agent=agent()):
        say(sentence("K018", archive.config.language))
    return answer


def put_answer(archive: Archive, answer: Answer, *, as_json: bool, as_csv: bool) -> None:
    """Give the hits, and what was counted; in JSON the last hit says where to go on."""
    ends = [""] * len(answer.rows)
    if ends and answer.hits.next is not None:
        ends[-1] = _written(answer.hits.next)
    rows = [row | {"next": end or None} for row, end in zip(answer.rows, ends, strict=True)]
    put_rows(rows, archive.config.language, as_json=as_json, as_csv=as_csv)
    if as_json and answer.hits.facets:
        put_json([{"facets": answer.hits.facets, "total": answer.hits.total}])
    elif not as_csv:
        say_facets(answer.hits.facets)
    if not answer.current:
        say(sentence("F020", archive.config.language))


def put_rows(
    rows: Iterable[dict[str, Any]],
    language: str,
    *,
    as_json: bool,
    as_csv: bool,
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Give hits, as a person reads them, in their language, or as programs do."""
    if as_csv:
        from docscan.cli.listing import give  # noqa: PLC0415 - few ask for CSV

        give((row | {"fields": _values(row)} for row in rows), columns, as_json=as_json, as_csv=True)
        return
    if as_json:
        put_json(rows)
        return
    for row in rows:
        where = f"{row['archive']}  " if "archive" in row else ""
        page = sentence("F070", language, page=str(row["page"]))
        put(
            f"{where}{click.style(row['id'][:8], fg='cyan')}  {row['kind']}  {row['issue_date']}"
            f"  {row['supplier']}  {Path(row['source']).name}, {page}{_tier(row, language)}"
        )
        put(f"    {highlighted(row['snippet'], row['marks'])}")
        for one in [one for one in row["fields"] if not one["in_snippet"]][:SHOWN_FIELDS]:
            put(f"    {one['name']}: {highlighted(one['value'], one['marks'])}")


def _values(row: Mapping[str, Any]) -> str:
    """The values of a hit that the query found, as one cell."""
    return "; ".join(f"{one['name']}: {one['value']}" for one in row["fields"])


def _tier(row: Mapping[str, Any], language: str) -> str:
    """What a person should know of how a hit was found; nothing where it was as typed."""
    code = {"inflected": "F028", "misread": "F029"}.get(row["tier"])
    return f"  ({sentence(code, language)})" if code else ""


def say_facets(facets: Any) -> None:
    """Say what was counted, the most frequent values of each."""
    for name, counted in facets.items():
        more = " ..." if len(counted) > SHOWN_VALUES else ""
        values = ", ".join(f"{value} {count}" for value, count in counted[:SHOWN_VALUES])
        say(f"{name}: {values}{more}")


def say_rest(
    archive: Archive, answer: Answer, text: str, sort: str, options: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """How many there are, what else was found or may be meant, and how to go on from any folder.

    Args:
        archive: That was searched.
        answer: Of it.
        text: The query; empty with `--like`.
        sort: As asked for.
        options: Others that were asked for, by name, without the two minus signs.
    """
    language, hits = archive.config.language, answer.hits
    facts = {"shown": str(len(answer.rows)), "total": str(hits.total), "typed": str(hits.typed)}
    say_remarks(answer.remarks, language)
    if text and answer.node is not None and (understood := str(answer.node)) != text.strip():
        say(sentence("F019", language, query=understood))
    say(sentence("F021" if len(answer.rows) == hits.total else "F022", language, **facts))
    if answer.also:
        say(sentence("F023", language, words=", ".join(answer.also)))
    if answer.meant is not None:
        say(sentence("F024", language, query=str(answer.meant)))
    if hits.next is not None:
        given = {**options, "sort": "" if sort == "score" else sort, "after": _written(hits.next)}
        words = [
            f"--{name}" if value is True else f"--{name}={value}" for name, value in given.items() if value
        ]
        if text:
            words += ["--", text] if text.startswith("-") else [text]
        command = ["docscan", "-A", str(archive.root.absolute()), "search", *words]
        say(sentence("F025", language, command=shlex.join(command)))


def say_remarks(remarks: Iterable[Remark], language: str) -> None:
    """How a query was understood where it could be meant otherwise."""
    for remark in remarks:
        say(sentence(remark.code, language, **dict(remark.facts)))


def _completed(catalogue: Catalogue, typed: str) -> tuple[str, ...]:
    from docscan.search.completing import Known, completions  # noqa: PLC0415 - only a shell asks for it

    states = (*STATES, *(f"is:{verdict}" for verdict in VERDICTS))
    known = Known(querying.fields(catalogue.archive.root), states, lambda: querying.clients(catalogue))
    return sight.asked(catalogue, lambda seen: completions(typed, seen, catalogue, known)).found


def _put_duplicates(catalogue: Catalogue, record: str, *, as_json: bool, as_csv: bool) -> None:
    found = answering.duplicates(catalogue, record)
    rows = [catalogue.row(other) for other, _ in found]
    on_record(catalogue.archive, [record, *(row.id for row in rows)], "view")
    if as_json or as_csv:
        from docscan.cli.listing import give  # noqa: PLC0415 - few ask for duplicates so

        shares = (round(share, 3) for _, share in found)
        given = [asdict(row) | {"resemblance": share} for row, share in zip(rows, shares, strict=True)]
        give(given, ("resemblance", *COLUMNS[:9]), as_json=as_json, as_csv=as_csv)
        return
    cells = [
        (f"{share:.0%}", row.id[:8], row.kind, row.issue_date, row.supplier, Path(row.source).name)
        for row, (_, share) in zip(rows, found, strict=True)
    ]
    if cells:
        put(table(cells, ("alike", "id", "kind", "date", "from", "file"), right=("alike",)))
    say(sentence("F021", catalogue.archive.config.language, total=str(len(found)), typed="", shown=""))


# --- what was asked for -------------------------------------------------------------------------------------


def _facets(names: str) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in names.split(",") if name.strip())
    for name in wanted:
        if name not in FACETS:
            raise click.UsageError(f"{name!r} cannot be counted by; there are {', '.join(FACETS)}.")
    return wanted


def _no_options(ctx: click.Context, query: Iterable[str]) -> None:
    """Refuse a mistyped option, which would be a word: left out twice, so wanted, or three times."""
    for word in query:
        if word.startswith("--"):
            from difflib import get_close_matches  # noqa: PLC0415 - only after a typing mistake

            name = word.partition("=")[0]
            known = [option for one in ctx.command.params for option in one.opts]
            raise click.NoSuchOption(name, possibilities=get_close_matches(name, known), ctx=ctx)


def _orderable(archive: Archive, sort: str) -> None:
    """Refuse an order by what is no number or date, of every archive or of this one's own schemas."""
    if sort == "score":
        return
    name = sort.removeprefix("-")
    if (FIELDS.get(name) or querying.fields(archive.root).get(name, "text")) in ("text", "keyword"):
        raise click.UsageError(f"{name!r} is no number or date; sort by added, issue_date, total ...")


def _written(cursor: Cursor) -> str:
    """A cursor as it is typed: tier, value, id, when it was filed, engine."""
    value = "" if cursor.value is None else repr(cursor.value)
    added = "" if cursor.added is None else cursor.added
    return f"{cursor.tier},{value},{cursor.id},{added},{cursor.engine}"


def _cursor(text: str) -> Cursor | None:
    if not text:
        return None
    try:
        tier, value, identifier, added, engine = text.split(",")
        number = None if not value else int(value) if value.lstrip("-").isdecimal() else float(value)
        return Cursor(int(tier), number, identifier, int(added) if added else None, engine)
    except ValueError:
        raise click.UsageError("--after takes what the answer before ended with.") from None


COMMANDS: dict[str, Any] = {"search": search_}
