"""`docscan read`: what it prints, what it writes, and in which order."""

import html
import io
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pdfplumber
import pytest
from PIL import Image
from shelf import DOCSCAN

from docscan.ocr import engine

Slip = Callable[..., bytes]
Call = Callable[..., tuple[int, str, str]]

TEXTS = {"first": "receipt number 71", "second": "invoice number 82", "third": "letter number 93"}


@pytest.fixture
def files(slip: Slip, tmp_path: Path) -> list[Path]:
    """Three slips of paper; the first has most to read."""
    folder = tmp_path / "scans"
    folder.mkdir()
    paths = []
    for name, text in TEXTS.items():
        path = folder / f"{name}.png"
        path.write_bytes(slip(*([text] * (6 if name == "first" else 1))))
        paths.append(path)
    return paths


def records(given: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in given.splitlines()]


@pytest.mark.parametrize("workers", [1, 2])
def test_records_come_in_the_order_of_the_files(call: Call, files: list[Path], workers: int):
    code, given, _ = call("read", "--json", "--workers", workers, *files)
    assert code == 0
    found = records(given)
    assert [record["source"] for record in found] == [str(path) for path in files]
    for record, text in zip(found, TEXTS.values(), strict=True):
        assert text in record["pages"][0]["text"]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(
    call: Call, files: list[Path], tmp_path: Path
):
    files[1].write_bytes(b"no picture")
    out = tmp_path / "out"
    code, given, said = call("read", "--json", "--workers", 2, "--save", "text", "--out", out, *files)
    assert code == 1
    assert [record["source"] for record in records(given)] == [str(files[0]), str(files[2])]
    assert "second.png: " in said
    assert sorted(path.name for path in out.iterdir()) == ["first.txt", "third.txt"]


def test_every_form_that_is_asked_for_is_written_and_holds_the_words(
    call: Call, files: list[Path], tmp_path: Path
):
    out = tmp_path / "new" / "out"
    save = [word for form in ("pdf", "hocr", "alto", "text") for word in ("--save", form)]
    assert call("read", *save, "--out", out, files[1])[0] == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "second.alto.xml",
        "second.hocr",
        "second.searchable.pdf",
        "second.txt",
    ]
    words = TEXTS["second"].split()
    assert (out / "second.txt").read_text(encoding="utf-8").split() == words
    with pdfplumber.open(out / "second.searchable.pdf") as pdf:
        assert pdf.pages[0].extract_text().split() == words
    hocr = ET.parse(out / "second.hocr")  # noqa: S314 - written above
    assert [item.text for item in hocr.iter() if item.get("class") == "ocrx_word"] == words
    alto = ET.parse(out / "second.alto.xml")  # noqa: S314 - written above
    assert [item.get("CONTENT") for item in alto.iter() if item.tag.endswith("}String")] == words


def test_what_is_written_goes_to_the_folder_one_stands_in(
    call: Call, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert call("read", "--save", "text", files[2])[0] == 0
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["third.txt"]
    assert len(list(files[2].parent.iterdir())) == 3


def test_files_of_one_stem_do_not_overwrite_each_other(
    call: Call, files: list[Path], slip: Slip, tmp_path: Path
):
    twins = [files[1]]
    for folder, name, text in (("b", "second.tif", "another 17"), ("c", "second-2.png", "a third 18")):
        path = tmp_path / folder / name
        path.parent.mkdir()
        path.write_bytes(slip(text, suffix=path.suffix[1:]))
        twins.append(path)
    out = tmp_path / "out"
    assert call("read", "--workers", 2, "--save", "text", "--out", out, *twins)[0] == 0
    written = {path.name: path.read_text(encoding="utf-8").strip() for path in out.iterdir()}
    assert sorted(written.values()) == sorted([TEXTS["second"], "another 17", "a third 18"])
    assert written["second.txt"] == TEXTS["second"]


def test_pages_are_told_apart_in_the_text(call: Call, slip: Slip, tmp_path: Path):
    pages = [Image.open(io.BytesIO(slip(text))) for text in TEXTS.values()]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(200, 200))
    assert call("read", "--save", "text", "--out", tmp_path, path)[0] == 0
    written = (tmp_path / "pages.txt").read_text(encoding="utf-8")
    assert [page.strip() for page in written.split("\f")] == list(TEXTS.values())


def test_explain_shows_each_page_on_its_way(call: Call, files: list[Path], tmp_path: Path):
    assert call("read", "--explain", "--out", tmp_path / "out", files[1])[0] == 0
    folder = tmp_path / "out" / "second.explained"
    index = (folder / "index.html").read_text(encoding="utf-8")
    shown = [html.unescape(name) for name in re.findall(r'<img src="([^"]+)"', index)]
    assert shown[0] == "page-001-0-original.png"
    assert shown[-1].endswith("-words.png")
    assert sorted(shown) == sorted(path.name for path in folder.glob("*.png"))


@pytest.mark.parametrize("name", engine.names())
def test_the_engine_that_is_named_reads(call: Call, files: list[Path], name: str):
    if name == "tesserocr":
        pytest.importorskip("tesserocr")
    code, given, _ = call("read", "--json", "--engine", name, files[1])
    assert code == 0
    assert TEXTS["second"] in records(given)[0]["pages"][0]["text"]


def test_an_engine_that_is_not_there_is_answered_with_the_nearest(call: Call, files: list[Path]):
    code, given, said = call("read", "--engine", "teseract", files[1])
    assert (code, given) == (3, "")
    assert "tesseract" in said


def test_a_file_that_is_not_there_costs_no_other_file(call: Call, files: list[Path], tmp_path: Path):
    missing = tmp_path / "missing.png"
    code, given, said = call("read", "--json", missing, tmp_path, files[1])
    assert code == 1
    assert [record["source"] for record in records(given)] == [str(files[1])]
    assert [line.partition(": ")[0] for line in said.splitlines()] == [str(missing), str(tmp_path)]
    assert "There is no such file" in said


@pytest.mark.parametrize("place", ["file/below", "long" * 100])
def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_read(
    call: Call, files: list[Path], tmp_path: Path, place: str
):
    (tmp_path / "file").write_text("here is no room for a folder")
    code, given, said = call("read", "--save", "text", "--out", tmp_path / place, tmp_path / "missing.png")
    assert (code, given) == (3, "")
    assert f"Nothing can be written to {tmp_path / place}: " in said
    assert "--out" in said
    assert "missing.png" not in said


def test_what_cannot_be_written_of_a_file_is_told(call: Call, files: list[Path], tmp_path: Path):
    (tmp_path / "second.txt").mkdir()
    code, _, said = call("read", "--save", "text", "--out", tmp_path, files[1])
    assert code == 3
    assert "Nothing can be written" in said


def test_a_file_of_no_known_kind_goes_to_a_person(call: Call, slip: Slip, tmp_path: Path):
    path = tmp_path / "list.png"
    path.write_bytes(slip("bread and butter", "milk and cheese", "coffee and tea"))
    code, given, _ = call("read", path)
    assert code == 0
    assert given.splitlines()[0] == f"{path}: of no known kind (perhaps a letter), review"


def test_an_interruption_does_not_wait_until_all_is_explained(
    slip: Slip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pages = [Image.open(io.BytesIO(slip(*TEXTS.values()))).resize((2480, 3508)) for _ in range(12)]
    path = tmp_path / "long.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], dpi=(300, 300), compression="tiff_lzw")
    words = [DOCSCAN, "read", "--explain", "--workers", "1", "--out", tmp_path, path]
    index = tmp_path / "long.explained" / "index.html"
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as running:
        while not index.exists() and running.poll() is None:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        said = running.communicate()[1]
    assert running.returncode == 130
    assert said.splitlines()[-1:] == ["Interrupted; nothing is lost."]
    assert len(list(index.parent.glob("*-words.png"))) < len(pages)


@pytest.mark.parametrize("words", [("--save", "docx"), ("--workers", "many"), ()])
def test_what_cannot_be_asked_for_is_a_mistake_of_the_call(call: Call, words: tuple[str, ...]):
    assert call("read", *words)[0] == 2
