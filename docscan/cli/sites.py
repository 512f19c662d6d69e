"""Searching several archives at once: `search --all`."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from docscan.archive import Archive
from docscan.archive.catalogue import open_catalogue
from docscan.archive.layout import is_archive
from docscan.cli import answering
from docscan.cli.answering import Answer, Wanted
from docscan.cli.searching import COLUMNS, answered, put_rows, say_facets, say_remarks
from docscan.cli.terminal import SOME_PUT_ASIDE, entered, put_json, say
from docscan.errors import DocscanError, NotFoundError, SearchError
from docscan.messages import LANGUAGES, sentence


def search(ctx: click.Context, site: Path, text: str, wanted: Wanted, *, as_json: bool, as_csv: bool) -> None:
    """Search several archives, each as whoever calls may see it; one that cannot be searched is told.

    Raises:
        SearchError: The query cannot be understood in any of them.
        NotFoundError: There is no archive, or the list of them cannot be read.
    """
    if not text or wanted.after is not None or wanted.order != "score":
        raise click.UsageError("Several archives are searched by a QUERY, and answer by score, once.")
    answers: list[tuple[str, Answer]] = []
    told: list[dict[str, Any]] = []
    problems: list[Exception] = []
    archives: list[Archive] = []
    roots = _roots(site)
    for root in roots:
        try:
            archive = entered(ctx, root, "view")
            with open_catalogue(archive) as catalogue:
                answer = answered(catalogue, text, None, wanted)
        except (DocscanError, OSError) as problem:  # the others are searched all the same
            problems.append(problem)
            told.append({"path": str(root), "error": _reason(problem)})
            continue
        archives.append(archive)
        answers.append((archive.config.name, answer))
        told.append({"path": str(root), "archive": archive.config.name, "total": answer.hits.total})
    answers = _apart(answers, told)
    if not answers:
        for refused in problems:
            if isinstance(refused, SearchError):
                raise refused
    rows = answering.merged(answers, wanted.limit)
    language = spoken(os.environ, [archive.config.language for archive in archives])
    put_rows(rows, language, as_json=as_json, as_csv=as_csv, columns=("archive", *COLUMNS))
    facets: dict[str, Any] = {}
    for _, answer in answers:
        facets = answering.added(facets, answer.hits.facets)
    total = sum(answer.hits.total for _, answer in answers)
    if as_json:
        put_json([{"archives": told, "facets": facets, "total": total}])
    else:
        say_facets(facets)
    _say(answers, told, language, len(rows))
    if problems:
        ctx.exit(SOME_PUT_ASIDE)


def _apart(answers: Sequence[tuple[str, Answer]], told: Sequence[dict[str, Any]]) -> list[tuple[str, Answer]]:
    """The answers with the names of their archives, and the path beside a name that several have."""
    names = [name for name, _ in answers]
    searched = [one for one in told if "archive" in one]
    for one in searched:
        if names.count(one["archive"]) > 1:
            one["archive"] = f"{one['archive']} ({one['path']})"
    return [(one["archive"], answer) for one, (_, answer) in zip(searched, answers, strict=True)]


def spoken(environment: Mapping[str, str], archives: Sequence[str]) -> str:
    """The language of whoever calls, as the system has it; that of the archives where it says none.

    Args:
        environment: With `LC_ALL`, `LC_MESSAGES` or `LANG`, such as `pl_PL.UTF-8`.
        archives: Their languages; where they are not all of one, English.
    """
    named = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), ""
    )
    language = named[:2].lower()
    if language in LANGUAGES and not named[2:3].isalpha():
        return language
    return archives[0] if len(set(archives)) == 1 else "en"


def _say(
    answers: Sequence[tuple[str, Answer]], told: Sequence[Mapping[str, Any]], language: str, shown: int
) -> None:
    """How many each archive has, what could not be searched, and what else was found or meant."""
    for one in told:
        if "error" in one:
            say(sentence("F040", language, archive=one["path"], reason=one["error"]))
        else:
            say(sentence("F042", language, archive=one["archive"], total=str(one["total"])))
    for name, answer in answers:
        if not answer.current:
            say(f"{name}: {sentence('F020', language)}")
    say_remarks(dict.fromkeys(remark for _, answer in answers for remark in answer.remarks), language)
    total = sum(answer.hits.total for _, answer in answers)
    facts = {"shown": str(shown), "total": str(total), "archives": str(len(answers))}
    say(sentence("F041", language, **facts))
    if also := tuple(dict.fromkeys(word for _, answer in answers for word in answer.also)):
        say(sentence("F023", language, words=", ".join(also)))
    meant = Counter(str(answer.meant) for _, answer in answers if answer.meant is not None)
    if meant and total <= answering.LITTLE:  # what one has little of, the others may have
        say(sentence("F024", language, query=meant.most_common(1)[0][0]))


def _reason(problem: Exception) -> str:
    hint = problem.hint if isinstance(problem, DocscanError) else ""
    said = (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem)
    return f"{said} {hint}".strip()


def _roots(site: Path) -> list[Path]:
    """The archives in a folder, or those that a file names from where it lies, one a line."""
    try:
        if site.is_dir():
            found = [folder for folder in sorted(site.iterdir()) if is_archive(folder)]
        else:
            lines = map(str.strip, site.read_text(encoding="utf-8").splitlines())
            found = [site.parent / line for line in lines if line and line[0] != "#" and "\0" not in line]
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is no text in UTF-8"
        raise NotFoundError(
            f"The archives of {site} cannot be read: {reason}.",
            hint="Name the folder that they lie in, or a text file in UTF-8 with the path of one a line.",
        ) from problem
    if not found:
        raise NotFoundError(f"There is no archive in {site}.", hint="Name the folder that they lie in.")
    once: dict[Path, Path] = {}
    for root in found:  # each as it is first named
        once.setdefault(root.resolve(), root)
    return [*once.values()]
