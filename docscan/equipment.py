"""What documents are read and checked with, loaded whole before any of them is touched.

A setup is passed on by programs that neither clean, read nor check anything
themselves, so the stages are loaded by what uses them.
"""

from dataclasses import replace
from pathlib import Path

from docscan import library, pipeline, schema
from docscan.errors import LanguageMissingError
from docscan.frozen import dataclass
from docscan.model import Known, Record
from docscan.pipeline import Pipeline
from docscan.schema import Schema


@dataclass(frozen=True, slots=True)
class Setup:
    """What documents are read with; it travels to other processes.

    Attributes:
        pipeline: The choices of each stage.
        schemas: In the pipeline's order.
        languages: Those of the pipeline that the engine has models for.
        expected: The one that pages are likely to be in; empty when nothing tells.
    """

    pipeline: Pipeline
    schemas: tuple[Schema, ...]
    languages: tuple[str, ...]
    expected: str = ""


def equip(name: str, root: Path | None = None, *, reader: str = "") -> Setup:
    """Load a pipeline and its schemas whole, and see what the engine can read.

    Args:
        name: Of the pipeline.
        root: The archive whose own definitions go before the shipped ones.
        reader: The engine to read with, if not the pipeline's.

    Raises:
        DefinitionError: A definition is wrong.
        EngineMissingError, LanguageMissingError: Nothing could be read.
    """
    from docscan.ocr import engine  # noqa: PLC0415 - see above

    chosen, schemas = definitions(name, root)
    chosen = replace(chosen, ocr=replace(chosen.ocr, engine=reader or chosen.ocr.engine))
    reads = engine.named(chosen.ocr.engine)
    readable = reads.languages()
    languages = tuple(language for language in chosen.ocr.languages if language in readable)
    if not languages:
        raise LanguageMissingError(
            f"The engine {reads.name} has none of the languages {', '.join(chosen.ocr.languages)}.",
            hint=engine.way_to(reads.name, chosen.ocr.languages),
        )
    return Setup(chosen, schemas, languages)


def definitions(name: str, root: Path | None = None) -> tuple[Pipeline, tuple[Schema, ...]]:
    """Load a pipeline and its schemas whole, whatever can be read with them.

    Args:
        name: Of the pipeline.
        root: The archive whose own definitions go before the shipped ones.

    Raises:
        DefinitionError: A definition is wrong.
    """
    from docscan import cleanup, verification  # noqa: PLC0415 - see above

    path = library.find("pipelines", name, ".toml", root)
    chosen = pipeline.load(path, steps=cleanup.STEPS, checks=verification.CHECKS)
    schemas = tuple(schema.load(library.find("schemas", stem, ".json", root)) for stem in chosen.schemas)
    return chosen, schemas


def verified(record: Record, setup: Setup, known: Known) -> Record:
    """The record after its checks: statuses set, doubts named, the verdict given."""
    from docscan import verification  # noqa: PLC0415 - see above

    checked, doubts = verification.verify(record.extraction, setup.pipeline.verification, known)
    findings = (*record.findings, *doubts)
    return replace(
        record, extraction=checked, findings=findings, verdict=verification.verdict(findings, checked)
    )
