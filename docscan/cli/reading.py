"""Reading: `read`, which files nothing."""

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from docscan import explain, journey, record
from docscan.accession import intake
from docscan.accession.intake import Received
from docscan.archive import durable
from docscan.archive.custody import shown
from docscan.cli.terminal import SOME_PUT_ASIDE, equipped, progress_bar, put, say
from docscan.errors import AccessionError
from docscan.journey import Setup
from docscan.messages import LANGUAGES, sentence
from docscan.model import Record
from docscan.ocr import alto, hocr
from docscan.readers import Readers, Told

SLOWEST = 3600.0  # seconds for which nothing may come of a document
Saving = Callable[[Record], str]


def _text(found: Record) -> str:
    return "\f".join(f"{page.text}\n" for page in found.pages)


def _marked_up(found: Record, document: Callable[..., str]) -> str:
    return document(found.pages, source=found.source, program=found.program)


PDF_ENDING = ".searchable.pdf"
SAVED: Mapping[str, tuple[str, Saving]] = {
    "hocr": (".hocr", partial(_marked_up, document=hocr.document)),
    "alto": (".alto.xml", partial(_marked_up, document=alto.document)),
    "text": (".txt", _text),
}


@dataclass(frozen=True, slots=True)
class _Job:
    """One file, and what is to become of it."""

    path: Path
    stem: Path
    save: tuple[str, ...]
    explain: bool


class _Count:
    """How many pages of all files are done, told by several threads."""

    def __init__(self, files: int, bar: Callable[[int, int], None]) -> None:
        self._files = files
        self._bar = bar
        self._pages: dict[Path, tuple[int, int]] = {}
        self._gate = threading.Lock()

    def told(self, job: _Job, done: int, known: int) -> None:
        """So many pages of a file are done; a file not begun counts for one page."""
        with self._gate:
            self._pages[job.stem] = done, known
            done, known = (sum(values) for values in zip(*self._pages.values(), strict=True))
            self._bar(done, known + self._files - len(self._pages))


@click.command(epilog="Example: docscan read scan-0007.pdf --save pdf --save text")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
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
    setup = equipped(name, ctx.obj, engine)
    jobs = [_Job(path, out / stem, save, explained) for path, stem in zip(files, _stems(files), strict=True)]
    if save or explained:
        out.mkdir(parents=True, exist_ok=True)
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


def _all_read(
    jobs: Sequence[_Job], setup: Setup, workers: int
) -> Iterator[tuple[_Job, Record | AccessionError]]:
    """Each file's record, or why there is none, in the order of the files."""
    with (
        tempfile.TemporaryDirectory(prefix="docscan-") as scratch,
        Readers(setup, workers, timeout=SLOWEST, scratch=Path(scratch)) as readers,
        ThreadPoolExecutor(max_workers=readers.workers + 1) as threads,
        progress_bar("Reading") as bar,
    ):
        count = _Count(len(jobs), bar)
        answers = [threads.submit(_read_one, job, setup, readers, partial(count.told, job)) for job in jobs]
        try:
            for job, answer in zip(jobs, answers, strict=True):
                yield job, answer.result()
        except BaseException:  # the readers must be stopped before the threads can end; it is raised again
            threads.shutdown(wait=False, cancel_futures=True)
            readers.stop()
            raise


def _read_one(job: _Job, setup: Setup, readers: Readers, told: Told) -> Record | AccessionError:
    """Read one file and write what was asked for beside its record."""
    try:
        intake.check(job.path.resolve(), setup.pipeline.accession)
        media_type = intake.identify(job.path)
        received = Received("", job.path, shown(str(job.path)), durable.digest_of(job.path), media_type)
        target = _named(job, PDF_ENDING) if "pdf" in job.save else None
        examined = readers.examine(received, target=target, told=told)
        if job.explain:
            explain.explain(received, setup, _named(job, ".explained"))
    except AccessionError as reason:
        return reason
    found = journey.verified(examined, setup, journey.Nothing())
    for name, (ending, saving) in SAVED.items():
        if name in job.save:
            _named(job, ending).write_text(saving(found), encoding="utf-8", errors="backslashreplace")
    return found


def _named(job: _Job, ending: str) -> Path:
    return job.stem.with_name(job.stem.name + ending)


def _summary(found: Record, language: str) -> str:
    extraction = found.extraction
    lines = [f"{found.source}: {extraction.kind} ({extraction.kind_confidence:.0%}), {found.verdict}"]
    lines += [
        f"  {name:20} {field.value}  [{field.status}, page {field.page}, {field.confidence:.0%}]"
        for name, field in extraction.fields.items()
    ]
    lines += [f"  ! {sentence(doubt.code, language, **doubt.facts)}" for doubt in found.findings]
    return "\n".join(lines)


COMMANDS = {"read": read}
