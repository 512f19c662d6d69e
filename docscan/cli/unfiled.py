"""Reading files that are not filed: each one's record, and what is written beside it."""

import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from docscan import equipment, record
from docscan.accession import companions, intake
from docscan.accession.intake import Received
from docscan.archive import durable
from docscan.archive.custody import shown
from docscan.cli.terminal import progress_bar, put, say, told
from docscan.equipment import Setup
from docscan.errors import AccessionError, ConfigError
from docscan.frozen import dataclass
from docscan.messages import sentence
from docscan.model import Record
from docscan.readers import Readers, Told
from docscan.tally import Tally
from docscan.workers import answered

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
class Job:
    """One file, and what is to become of it."""

    path: Path
    stem: Path
    save: tuple[str, ...]
    explain: bool


def equipped(name: str, root: Path | None, engine: str, preload: Sequence[str]) -> Setup:
    """What documents are read with; it is found out by a process that has loaded what for.

    Args:
        name: Of the pipeline.
        root: The archive whose own definitions go before the shipped ones.
        engine: What reads; empty for the pipeline's.
        preload: What the processes load.

    Raises:
        DefinitionError, EngineMissingError, LanguageMissingError: Nothing can be read.
    """
    return told(answered(partial(equipment.equip, name, root, reader=engine), preload))


def jobs(files: Sequence[Path], save: tuple[str, ...], explained: bool, out: Path) -> list[Job]:
    """What is to become of each file.

    Raises:
        ConfigError: The folder `out` is needed, and cannot be written to.
    """
    if save or explained:
        _make_ready(out)
    return [Job(path, out / stem, save, explained) for path, stem in zip(files, _stems(files), strict=True)]


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


def all_read(
    jobs: Sequence[Job], setup: Setup, workers: int
) -> Iterator[tuple[Job, Record | AccessionError]]:
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

        def read_one(job: Job) -> Record | AccessionError:
            found = _read_one(job, setup, readers, partial(tally.page, job.stem))
            tally.over(job.stem, found)
            return found

        answers = deque(threads.submit(read_one, job) for job in jobs)
        try:
            for job in jobs:
                yield job, answers.popleft().result()  # nothing is kept of what was shown
        except BaseException:  # the readers must be stopped before the threads can end; it is raised again
            threads.shutdown(wait=False, cancel_futures=True)
            readers.stop()
            raise


def _read_one(job: Job, setup: Setup, readers: Readers, told: Told) -> Record | AccessionError:
    """Read one file and write what was asked for beside its record.

    Raises:
        ConfigError: It cannot be written.
        OcrError: The engine is missing, or no worker can be started.
    """
    try:
        received = _received(job.path, setup)
        target = _named(job, PDF_ENDING) if "pdf" in job.save else None
        examined = readers.examine(received, target=target, told=told)
        if job.explain:
            readers.done(_explaining(received, examined, setup, _named(job, ".explained")))
        found = readers.verified(examined)
        for name, (ending, saving) in SAVED.items():
            if name in job.save:
                text = saving(found)
                _named(job, ending).write_text(text, encoding="utf-8", errors="backslashreplace")
    except AccessionError as reason:
        return reason
    except OSError as problem:
        raise _unwritable(job.stem.parent, problem) from problem
    return found


def _received(path: Path, setup: Setup) -> Received:
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


def _explaining(received: Received, examined: Record, setup: Setup, folder: Path) -> Callable[[], Path]:
    """A job that shows how a document was read; in a worker, which the end of the run ends as well."""
    from docscan import explain  # noqa: PLC0415 - it draws, and so takes long to load

    return partial(explain.explain, received, examined.pages, setup, folder)


def _named(job: Job, ending: str) -> Path:
    return job.stem.with_name(job.stem.name + ending)


def all_shown(
    read: Iterable[tuple[Job, Record | AccessionError]],
    shown_as: Callable[[Record, str], str],
    language: str,
) -> bool:
    """Print each record, and say why there is none of the other files; whether all could be read."""
    every = True
    for job, found in read:
        if isinstance(found, AccessionError):
            say(f"{shown(str(job.path))}: {sentence(found.code, language, **found.facts)}")
            every = False
        else:
            put(shown_as(found, language))
    return every


def as_json(found: Record, language: str) -> str:
    """A record in one line, in the form docscan.record/1."""
    return record.dumped(record.to_json(found, language))


def summary(found: Record, language: str) -> str:
    """A record for people: what it is, its fields, its doubts."""
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
