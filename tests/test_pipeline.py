import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docscan import cleanup, library, pipeline, verification
from docscan.errors import PipelineError


def straighten(scan: object, *, limit: float = 10.0) -> object:
    return scan, limit


def totals(extraction: object, known: object, *, tolerance: str = "0.02", longest: int = 9) -> object:
    return extraction, known, tolerance, longest


FUNCTIONS: dict[str, dict[str, Callable[..., Any]]] = {
    "steps": {"straighten": straighten},
    "checks": {"totals": totals},
}


def load(tmp_path: Path, text: str) -> pipeline.Pipeline:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return pipeline.load(path, **FUNCTIONS)


@pytest.mark.parametrize(
    "path", library.definitions("pipelines", ".toml").values(), ids=lambda path: path.stem
)
def test_every_shipped_pipeline_is_whole(path: Path):
    made = pipeline.load(path, steps=cleanup.STEPS, checks=verification.CHECKS)
    assert made.cleanup
    assert set(made.schemas) <= set(library.definitions("schemas", ".json"))


def test_choices_keep_their_order_and_options(tmp_path: Path):
    made = load(
        tmp_path,
        '[[cleanup.step]]\nname = "straighten"\nlimit = 5.0\n[[cleanup.step]]\nname = "straighten"\n',
    )
    assert made.cleanup == (
        pipeline.Choice("straighten", {"limit": 5.0}),
        pipeline.Choice("straighten", {}),
    )


def test_what_is_left_out_has_its_usual_value(tmp_path: Path):
    made = load(tmp_path, "title = 'mine'")
    assert made.accession == pipeline.Limits()
    assert made.ocr == pipeline.Reading()
    assert made.name == "mine"


def test_how_pages_are_read_is_taken_from_the_pipeline(tmp_path: Path):
    made = load(
        tmp_path,
        '[ocr]\nlanguages = ["deu"]\nengine = "tesseract"\n'
        'second_look = 0\nimage = "compact"\ntimeout = 30\n',
    )
    assert made.ocr == pipeline.Reading(
        languages=("deu",), engine="tesseract", second_look=0, image="compact", timeout=30
    )


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("titel = 'x'", "titel is not known", "title"),
        ("[acession]\n", "acession is not known", "accession"),
        ("[accession]\nmax_page = 3", "[accession] max_page", "max_pages"),
        ("[accession]\nmax_pages = 'many'", "max_pages = 'many'", "whole number"),
        ("[accession]\nmax_pages = true", "max_pages = True", "whole number"),
        ("[cleanup]\nsteps = 3", "[cleanup] steps", "step"),
        ("[[cleanup.step]]\nname = 'straigten'", "'straigten'", "straighten"),
        ("[[cleanup.step]]\nname = 'straighten'\nlimits = 3", "limits is not known", "limit"),
        ("[[cleanup.step]]\nname = 'straighten'\nscan = 3", "scan is not known", "limit"),
        ("[[verification.check]]\nname = 'total'", "'total'", "totals"),
        ("title = ", "cannot be read", "Mend"),
        (f"title = {'9' * 5000}", "cannot be read", "Mend"),
        (f"title = {'[' * 5000}", "cannot be read", "Mend"),
        ("ocr = 3", "[ocr]", "table"),
        ("[cleanup]\nstep = 'deskew'", "cleanup.step", "[["),
        ("[extraction]\nschemas = 'invoice'", "schemas", "list"),
        ("[ocr]\nengine = 5", "[ocr] engine = 5", "name"),
        ("[ocr]\nsecond_look = 'long'", "second_look = 'long'", "whole number"),
        ("[ocr]\nsecond_look = 2.5", "second_look = 2.5", "whole number"),
        ("[ocr]\nimage = 'compakt'", "image = 'compakt'", "compact"),
        ("[ocr]\nimage = true", "image = True", "stored"),
        ("[ocr]\nlanguages = 'spa'", "languages = 'spa'", "list"),
        ("[ocr]\nlanguages = [1]", "languages = [1]", "list"),
        ("[ocr]\nlanguages = []", "languages = []", "one or more"),
        ("[ocr]\nlanguages = ['']", "languages = ['']", "one or more"),
        ("[extraction]\nschemas = [3]", "schemas = [3]", "list"),
        ("[ocr]\ndpi = 0", "dpi = 0", "from 50 to 1200"),
        ("[ocr]\ndpi = 100_000", "dpi = 100000", "from 50 to 1200"),
        ("[ocr]\ntimeout = -5", "timeout = -5", "from 1"),
        ("[ocr]\nsecond_look = -4", "second_look = -4", "from 0"),
        ("[accession]\nmax_pages = -1", "max_pages = -1", "from 1"),
        ("[accession]\nmin_dpi = -1", "min_dpi = -1", "from 0 to 1200"),
        ("[accession]\nformats = ['pdf', 'gif']", "formats = ['pdf', 'gif']", "tiff"),
        ("[accession]\nformats = 'pdf'", "formats = 'pdf'", "list"),
        ("[signature]\nstandard = 'cades'", "standard = 'cades'", "pades"),
        ("[signature]\nkey = 'mine.p12'", "[signature] key", "standard"),
        ("title = 3", "title = 3", "quotes"),
        ("", "empty", "Write"),
        ("[[cleanup.step]]\nname = 'straighten'\nlimit = 'far'", "limit = 'far'", "10.0"),
        ("[[cleanup.step]]\nname = 'straighten'\nlimit = true", "limit = True", "10.0"),
        ("[[cleanup.step]]\nname = 'straighten'\nlimit = -1.5", "limit = -1.5", "from 0"),
        ("[[cleanup.step]]\nname = 'straighten'\nlimit = nan", "limit = nan", "from 0"),
        ("[[verification.check]]\nname = 'totals'\ntolerance = 0.02", "tolerance = 0.02", '"0.02"'),
        ("[[verification.check]]\nname = 'totals'\ntolerance = 'few'", "tolerance = 'few'", '"0.02"'),
        ("[[verification.check]]\nname = 'totals'\nlongest = 1.5", "longest = 1.5", "9"),
        ("[ocr]\nsecond_looks = 100", "[ocr] second_looks", "second_look"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_a_way_out(tmp_path: Path, text: str, sentence: str, hint: str):
    with pytest.raises(PipelineError) as caught:
        load(tmp_path, text)
    assert sentence in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == 3


def test_every_choice_of_a_stage_can_be_written():
    assert set(pipeline.ALLOWED["accession"]) == {item.name for item in fields(pipeline.Limits)}
    assert set(pipeline.ALLOWED["ocr"]) == {item.name for item in fields(pipeline.Reading)}


KEYS = [(table, key) for table, keys in pipeline.ALLOWED.items() for key in keys]
VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-3, 2000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=8),
    st.lists(st.one_of(st.integers(0, 3), st.sampled_from(["spa", ""])), max_size=2),
)


@given(st.sampled_from(KEYS), VALUES)
@example(("ocr", "dpi"), 50)
@example(("ocr", "dpi"), 49)
def test_any_value_is_either_taken_as_it_is_or_refused_with_its_key(
    tmp_path_factory: pytest.TempPathFactory, where: tuple[str, str], value: Any
):
    table, key = where
    text = f"[{table}]\n{key} = {json.dumps(value)}\n"
    try:
        made = load(tmp_path_factory.getbasetemp(), text)
    except PipelineError:
        with pytest.raises(PipelineError, match=rf"\[{table}\] {key} = ") as refused:
            load(tmp_path_factory.getbasetemp(), text)
        assert refused.value.hint
        return
    kept = made.schemas if table == "extraction" else getattr(getattr(made, table), key)
    assert kept == (tuple(value) if isinstance(value, list) else value)
    if isinstance(value, int):
        assert value >= 0
        assert not isinstance(value, bool)


@given(st.integers(50, 1200), st.integers(1, 86_400), st.integers(1, 1_000_000))
def test_numbers_within_their_bounds_are_taken(
    tmp_path_factory: pytest.TempPathFactory, dpi: int, timeout: int, pages: int
):
    text = f"[accession]\nmax_pages = {pages}\n[ocr]\ndpi = {dpi}\ntimeout = {timeout}\n"
    made = load(tmp_path_factory.getbasetemp(), text)
    assert (made.accession.max_pages, made.ocr.dpi, made.ocr.timeout) == (pages, dpi, timeout)
