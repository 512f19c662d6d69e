from pathlib import Path

import pytest

from docscan import cleanup, library, pipeline, verification
from docscan.errors import PipelineError


def straighten(scan: object, *, limit: float = 10.0) -> object:
    return scan, limit


def load(tmp_path: Path, text: str) -> pipeline.Pipeline:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return pipeline.load(path, steps={"straighten": straighten}, checks={})


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
    made = load(tmp_path, "")
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
        ("[[verification.check]]\nname = 'totals'", "'totals'", "none"),
        ("title = ", "cannot be read", "Mend"),
        ("ocr = 3", "[ocr]", "table"),
        ("[cleanup]\nstep = 'deskew'", "cleanup.step", "[["),
        ("[extraction]\nschemas = 'invoice'", "schemas", "list"),
        ("[ocr]\nengine = 5", "[ocr] engine = 5", "name"),
        ("[ocr]\nsecond_look = 'long'", "second_look = 'long'", "whole number"),
        ("[ocr]\nsecond_look = 2.5", "second_look = 2.5", "whole number"),
        ("[ocr]\nimage = 'compakt'", "image = 'compakt'", "compact"),
        ("[ocr]\nimage = true", "image = True", "name"),
        ("[ocr]\nlanguages = 'spa'", "languages = 'spa'", "list"),
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
