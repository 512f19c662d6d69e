"""Reading: `read`, which files nothing."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from docscan import record
from docscan.accession import companions, intake
from docscan.accession.intake import Received
from docscan.archive import durable
from docscan.archive.custody import shown
from docscan.cli.terminal import SOME_PUT_ASIDE, equipped, progress_bar, put, say
from docscan.errors import AccessionError, ConfigError
from docscan.messages import LANGUAGES, sentence
from docscan.model import Record
from docscan.readers import Readers, Told, prepare
from docscan.tally import Tally

if TYPE_CHECKING:
    from docscan.equipment import Setup

SLOWEST = 3600.0  # seconds for which nothing may come of a document
EVEN = 0.5  # confidence up to which a kind is not said to be known
Saving = Callable[[Record], str]


def _text(found: Record) -> str:
    return "\f".join(f"{page.text}\n" for page in found.pages)


def _hocr(found: Record) -> str:
    from docscan.ocr import hocr  # noqa: PLC0415 - with it comes all of reading, which workers need alone

    return hocr.document(found.pages, source=found.source, program=found.program)


def _alto(found: Record) -> str:
    from docscan.ocr import alto  # noqa: PLC0415 - as above

    return alto.document(found.pages, source=found.source, program=found.program)


PDF_ENDING = ".searchable.pdf"
SAVED: Mapping[str, tuple[str, Saving]] = {
    "hocr": (".hocr", _hocr),
    "alto": (".alto.xml", _alto),
    "text": (".txt", _text),
}


@dataclass(frozen=True, slots=True)
class _Job:
    """One file, and what is to become of it."""

    path: Path
    stem: Path
    save: tuple[str, ...]
    explain: bool


class _Nothing:
    """The catalogue of a reading that files nothing: it knows of no earlier document."""

    def same_invoice(self, supplier: str, number: str) -> str | None:  # noqa: ARG002 - as Known has it
        """None, always."""
        return None


@click.command(epilog="Example: docscan read scan-0007.pdf --save pdf --save text")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One record a line, in the form docscan.record/1.")
@click.option(
    "--save",
    multiple=True,
    type=click.Choice(("pdf", *SAVED)),
    help="Write the searchable PDF, the words as hOCR or ALTO, or the text; may be said several times.",
)
@click.option("--explain", "explained", is_flag=True, help="Write each page before and after every step.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder that --save and --explain write to.",
)
@click.option("--pipeline", "name", default="default", show_default=True, help="The pipeline to read with.")
@click.option("--engine", default="", help="What reads.  [default: the pipeline's, or the fastest there is]")
@click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Reading processes.  [default: one a core]"
)
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the sentences."
)
@click.pass_context
def read(
    ctx: click.Context,
    files: tuple[Path, ...],
    as_json: bool,
    save: tuple[str, ...],
    explained: bool,
    out: Path,
    name: str,
    engine: str,
    workers: int,
    language: str,
) -> None:
    """Clean, read, extract and verify FILES without filing anything.

    With --explain a folder STEM.explained shows what became of each page on
    its way to text; open its index.html. Leaves with 1 when a file could not
    be read; the others are read all the same.
    """
    prepare(copies="pdf" in save)
    setup = equipped(name, ctx.obj, engine)
    jobs = [_Job(path, out / stem, save, explained) for path, stem in zip(files, _stems(files), strict=True)]
    if save or explained:
        _make_ready(out)
    failed = False
    for job, found in _all_read(jobs, setup, workers):
        if isinstance(found, AccessionError):
            say(f"{shown(str(job.path))}: {sentence(found.code, language, **found.facts)}")
            failed = True
        else:
            put(record.dumped(record.to_json(found, language)) if as_json else _summary(found, language))
    if failed:
        ctx.exit(SOME_PUT_ASIDE)


def _stems(files: Sequence[Path]) -> list[str]:
    """A name for what is written of each file; a second one of the same stem gets a number."""
    stems: list[str] = []
    for path in files:
        stem, number = path.stem, 2
        while stem in stems:
            stem, number = f"{path.stem}-{number}", number + 1
        stems.append(stem)
    return stems


def _make_ready(folder: Path) -> None:
    """Make a folder and see that it can be written to.

    Raises:
        ConfigError: It cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        raise _unwritable(folder, problem) from problem


def _unwritable(place: Path, problem: OSError) -> ConfigError:
    why = problem.strerror or type(problem).__name__
    return ConfigError(
        f"Nothing can be written to {shown(str(place))}: {why}.",
        hint="Name another folder with --out, free some space, or mend the permissions.",
    )


def _all_read(
    jobs: Sequence[_Job], setup: "Setup", workers: int
) -> Iterator[tuple[_Job, Record | AccessionError]]:
    """Each file's record, or why there is none, in the order of the files."""
    copies = any("pdf" in job.save for job in jobs)
    with (
        tempfile.TemporaryDirectory(prefix="docscan-") as scratch,
        Readers(setup, workers, timeout=SLOWEST, scratch=Path(scratch), copies=copies) as readers,
        ThreadPoolExecutor(max_workers=readers.workers + 1) as threads,
        progress_bar("Reading") as bar,
    ):
        tally: Tally[Record | AccessionError] = Tally(lambda _, done, known: bar(done, known))
        tally.found(len(jobs))

        def read_one(job: _Job) -> Record | AccessionError:
            found = _read_one(job, setup, readers, partial(tally.page, job.stem))
            tally.over(job.stem, found)
            return found

        answers = [threads.submit(read_one, job) for job in jobs]
        try:
            for job, answer in zip(jobs, answers, strict=True):
                yield job, answer.result()
        except BaseException:  # the readers must be stopped before the threads can end; it is raised again
            threads.shutdown(wait=False, cancel_futures=True)
            readers.stop()
            raise


def _read_one(job: _Job, setup: "Setup", readers: Readers, told: Told) -> Record | AccessionError:
    """Read one file and write what was asked for beside its record.

    Raises:
        ConfigError: It cannot be written.
        OcrError: The engine is missing, or no worker can be started.
    """
    from docscan import equipment  # noqa: PLC0415 - it is loaded while the readers load

    try:
        received = _received(job.path, setup)
        target = _named(job, PDF_ENDING) if "pdf" in job.save else None
        examined = readers.examine(received, target=target, told=told)
        if job.explain:
            readers.done(_explaining(received, examined, setup, _named(job, ".explained")))
        found = equipment.verified(examined, setup, _Nothing())
        for name, (ending, saving) in SAVED.items():
            if name in job.save:
                text = saving(found)
                _named(job, ending).write_text(text, encoding="utf-8", errors="backslashreplace")
    except AccessionError as reason:
        return reason
    except OSError as problem:
        raise _unwritable(job.stem.parent, problem) from problem
    return found


def _received(path: Path, setup: "Setup") -> Received:
    """A file that stays where it is.

    Raises:
        AccessionError: There is no such file (A140), it may not be read
            (A130), or it is none that can be read.
    """
    try:
        if path.is_dir() or not path.exists():
            raise AccessionError("A140")
        intake.check(Path(os.path.realpath(path)), setup.pipeline.accession)
        media_type = intake.identify(path)
        digest = durable.digest_of(path)
        return Received("", path, shown(str(path)), digest, media_type, companions.beside(path))
    except OSError as problem:
        raise AccessionError("A130", detail=problem.strerror or "") from problem


def _explaining(received: Received, examined: Record, setup: "Setup", folder: Path) -> Callable[[], Path]:
    """A job that shows how a document was read; in a worker, which the end of the run ends as well."""
    from docscan import explain  # noqa: PLC0415 - it draws, and so takes long to load

    return partial(explain.explain, received, examined.pages, setup, folder)


def _named(job: _Job, ending: str) -> Path:
    return job.stem.with_name(job.stem.name + ending)


def _summary(found: Record, language: str) -> str:
    extraction = found.extraction
    lines = [f"{found.source}: {_told(found)}"]
    lines += [
        f"  {name:20} {field.value}  [{field.status}, page {field.page}, {field.confidence:.0%}]"
        for name, field in extraction.fields.items()
    ]
    lines += [f"  ! {sentence(doubt.code, language, **doubt.facts)}" for doubt in found.findings]
    return "\n".join(lines)


def _told(found: Record) -> str:
    """What a document is, and whether a person has to look."""
    kind, sure = found.extraction.kind, found.extraction.kind_confidence
    said = f"{kind} ({sure:.0%})" if sure > EVEN else f"of no known kind (perhaps a {kind})"
    return f"{said}, {found.verdict}"


COMMANDS = {"read": read}
