"""A batch from its acta to the signed paper: counted, reconciled, closed, printed."""

import json
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest
import zxingcpp
from shelf import Shelf

from docscan.archive import batches, event, ledger
from docscan.archive.batches import MARK
from docscan.archive.catalogue import open_catalogue

Call = Callable[..., tuple[int, str, str]]
Slip = Callable[..., bytes]

ACTA = """
from = "Muñoz & Hijos"
to = "Archivos del Sur"
date = 2026-03-02
[[box]]
label = "C-1"
title = "Facturas"
files = 3
pages = 3
[[box]]
label = "C-2"
files = 2
pages = 2
"""


@pytest.fixture
def docscan(call: Call, shelf: Shelf) -> Call:
    return lambda *words: call("-A", shelf.root, *words)


@pytest.fixture
def opened(docscan: Call, tmp_path: Path) -> str:
    path = tmp_path / "acta.toml"
    path.write_text(ACTA, encoding="utf-8")
    code, out, err = docscan("custody", "receive", "--acta", path)
    assert code == 0, err
    assert out.strip() == "2026-0001"
    return out.strip()


def shown(docscan: Call, number: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(docscan("custody", "show", number, "--json")[1])
    return found


def events(shelf: Shelf) -> list[event.Event]:
    return list(ledger.read(shelf.archive))


def fill(shelf: Shelf, slip: Slip) -> None:
    """Box C-1: two papers and one of them again; box C-2: a file that nobody can read."""
    shelf.drop("C-1/one.png", slip("receipt number 1", "Thank you"))
    shelf.drop("C-1/two.png", slip("receipt number 2", "Thank you"))
    shelf.drop("c-2/three.pdf", b"no document")
    assert shelf.run()["archived"] == 2
    shelf.drop("C-1/again.png", slip("receipt number 1", "Thank you"))
    assert shelf.run()["duplicates"] == 1


def test_a_batch_is_closed_once_every_difference_has_its_reason(
    docscan: Call, opened: str, shelf: Shelf, slip: Slip, tmp_path: Path
):
    fill(shelf, slip)
    code, _, err = docscan("custody", "close", opened)
    assert (code, "2 boxes were not counted" in err, "custody count" in err) == (6, True, True)
    assert docscan("custody", "count", opened, "--box", "C-2", 1, 1, "--as-declared")[0] == 0
    code, _, err = docscan("custody", "close", opened, "--because", "duplicate", "--because", "put_aside")
    assert code == 6
    assert "received, files: 4 instead of 5" in err
    assert "missing" in err
    code, _, err = docscan(
        "custody", "close", opened, "--because", "duplicate", "--because", "put_aside", "--because", "missing"
    )
    assert code == 0, err

    told = shown(docscan, opened)
    assert told | {"id": "", "closed": ""} == {
        "number": opened, "id": "", "direction": "in", "date": "2026-03-02", "closed": "",
        "declared": {"boxes": 2, "files": 5, "pages": 5}, "received": {"boxes": 2, "files": 4, "pages": 4},
        "scanned": {"boxes": 0, "files": 4, "pages": 3}, "archived": {"boxes": 0, "files": 2, "pages": 2},
        "duplicates": 1, "put_aside": 1, "uncounted": 0, "reasons": ["missing", "duplicate", "put_aside"],
    }  # fmt: skip
    (closing,) = [one for one in events(shelf) if one.type == "custody_transfer" and one.outcome == "pass"]
    for stage, measures in told.items():
        if isinstance(measures, dict):
            assert {closing.detail.get(f"{stage}_{key}", 0) for key in measures} == set(measures.values())
    of_batch = [one for one in events(shelf) if one.detail.get("batch") == told["id"]]
    assert sum(one.type == "ingestion" for one in of_batch) == len(shelf.rows()) == 2
    assert shelf.findings() == []


def test_a_stray_file_is_told_apart_from_the_box_that_misses_one(
    docscan: Call, opened: str, shelf: Shelf, slip: Slip
):
    docscan("custody", "count", opened, "--box", "C-1", 1, 1, "--box", "C-2", 0, 0)
    shelf.drop("one.png", slip("receipt number 1", "Thank you"))
    assert shelf.run()["archived"] == 1
    code, _, err = docscan("custody", "close", opened, "--because", "missing")
    assert (code, "scanned, files, C-1: 0 instead of 1" in err, "grouped" in err) == (6, True, True)
    out = docscan("custody", "show", opened)[1]
    assert "Scanned, files, C-1" in out
    assert "Scanned, files, no box" in out
    code, _, err = docscan("custody", "close", opened, "--because", "missing", "--because", "grouped")
    assert code == 0, err


def test_the_printed_acta_says_what_the_events_say_and_is_a_witness_of_the_ledger(
    docscan: Call, opened: str, shelf: Shelf, slip: Slip, tmp_path: Path
):
    fill(shelf, slip)
    docscan("custody", "count", opened, "--as-declared")
    out = tmp_path / "acta.pdf"
    code, _, err = docscan("custody", "acta", opened, "--out", out, "--language", "es")
    assert code == 0, err
    batch = shown(docscan, opened)["id"]
    kept = shelf.root / "custody" / str(batch) / "acta-es.pdf"
    assert kept.read_bytes() == out.read_bytes()
    with pdfplumber.open(out) as document:
        text = "\n".join(page.extract_text() for page in document.pages)
    assert "Acta de entrega de documentación 2026-0001" in text
    for line in (
        "C-1 Facturas 3 / 3 3 / 3 3 / 3 2 / 2",
        "C-2 2 / 2 2 / 2 1 / 0 0 / 0",
        "Total 5 / 5 5 / 5 4 / 3 2 / 2",
        "Digitalizado, archivos 5 4 sin motivo todavía",
        "Entrega: Muñoz & Hijos",
        "Recibe: Archivos del Sur",
    ):
        assert line in text

    (page, *_) = pypdfium2.PdfDocument(out)
    (code_read,) = zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    origin, size, root = code_read.text.split(" ")
    assert origin == ledger.origin(shelf.archive)
    assert docscan("ledger", "check-paper", size, root)[0] == 0
    assert shelf.findings() == []
    cut_short(shelf, int(size) - 1)
    assert docscan("ledger", "check-paper", size, root)[0] == 8


def cut_short(shelf: Shelf, size: int) -> None:
    """Take the last events away, so that ledger, head and catalogue agree again (threat A4)."""
    path = shelf.archive.ledger / "000000.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)[:size]
    path.write_bytes(b"".join(lines))
    head = ledger.Head(size, event.leaf(lines[-1].removesuffix(b"\n")))
    (shelf.archive.ledger / "head.json").write_bytes(head.data)
    for old in shelf.root.glob("catalogue.db*"):
        old.unlink()


def test_a_closed_batch_takes_nothing_more(docscan: Call, opened: str, shelf: Shelf):
    docscan("custody", "count", opened, "--box", "C-1", 0, 0, "--box", "C-2", 0, 0)
    assert docscan("custody", "close", opened, "--because", "annulled")[0] == 0
    shelf.drop("C-1/late.txt", b"nothing that is read")
    code, _, err = docscan("run", "--batch", opened, "--quiet", "0.2")
    assert code == 6
    assert "nothing more is taken into it" in err
    for words in (("count", opened, "--box", "C-1", 1, 1), ("close", opened)):
        code, _, err = docscan("custody", *words)
        assert (code, "was closed on" in err) == (6, True)
    code, out, _ = docscan("run", "--quiet", "0.2")
    assert (code, "put aside" in out, "batch" in out) == (1, True, False)
    assert shown(docscan, opened)["scanned"] == {"boxes": 0, "files": 0, "pages": 0}
    assert docscan("custody", "list")[1].strip() == ""
    assert opened in docscan("custody", "list", "--all")[1]


def test_of_two_open_batches_a_run_is_told_which(docscan: Call, opened: str, shelf: Shelf, slip: Slip):
    code, second, err = docscan(
        "custody", "receive", "--from", "A", "--to", "B", "--date", "2026-04-01", "--box", "X", 1, 1
    )
    assert (code, second.strip()) == (0, "2026-0002"), err
    assert "Several batches are open now: 2026-0001, 2026-0002" in err
    assert "docscan run --batch 2026-0002" in err
    shelf.drop("one.png", slip("receipt number 1"))
    code, out, _ = docscan("run", "--quiet", "0.2")
    assert "2 batches are open, so these files belong to none" in out
    shelf.drop("nothing.pdf", b"")
    code, out, err = docscan("run", "--quiet", "0.2", "--json")
    assert ("--batch" in err, "batch" in out) == (True, False)
    code, out, err = docscan("run", "--quiet", "0.2")
    assert (code, "--batch" in out + err) == (0, False), "no file came, so there is none to name a batch for"
    shelf.drop("two.png", slip("receipt number 2"))
    code, out, _ = docscan("run", "--batch", "2026-0002", "--quiet", "0.2")
    assert "Filed into the batch 2026-0002." in out
    assert "--batch" not in out
    assert shown(docscan, opened)["archived"] == {"boxes": 0, "files": 0, "pages": 0}
    assert shown(docscan, "2026-0002")["archived"] == {"boxes": 0, "files": 1, "pages": 1}
    report = max(shelf.archive.reports.glob("*.txt")).read_text()
    assert "docscan ledger check-paper" in report


def test_the_numbers_begin_anew_each_year(docscan: Call, opened: str):
    numbers = [
        docscan("custody", "receive", "--from", "A", "--to", "B", "--date", day, "--box", "X", 1, 1)[
            1
        ].strip()
        for day in ("2027-01-01", "2026-12-31", "2027-12-31")
    ]
    assert numbers == ["2027-0001", "2026-0002", "2027-0002"]


def test_what_an_interrupted_run_had_claimed_belongs_to_its_batch(
    docscan: Call, opened: str, shelf: Shelf, slip: Slip
):
    with open_catalogue(shelf.archive) as catalogue:
        batches.begin(shelf.archive, batches.intake(catalogue, opened))
    claimed = shelf.archive.work / str(uuid.uuid4()) / "C-2" / "one.png"
    claimed.parent.mkdir(parents=True)
    claimed.write_bytes(slip("receipt number 1"))
    code, _, err = docscan("custody", "count", opened, "--as-declared")
    code, _, err = docscan("custody", "close", opened, "--because", "unreadable")
    assert (code, "1 files are still on their way" in err) == (6, True)
    docscan("custody", "receive", "--from", "A", "--to", "B", "--box", "X", 1, 1)
    docscan("run", "--quiet", "0.2")
    assert shown(docscan, opened)["archived"] == {"boxes": 0, "files": 1, "pages": 1}
    with open_catalogue(shelf.archive) as catalogue:
        assert list(batches.named(catalogue, opened).archived) == [2]
    assert not (shelf.archive.work / MARK).exists()


def test_paper_that_leaves_is_declared_and_acknowledged(docscan: Call, shelf: Shelf, tmp_path: Path):
    code, number, err = docscan(
        "custody",
        "deliver",
        "--from",
        "Archive",
        "--to",
        "Client",
        "--box",
        "C-1",
        5,
        9,
        "--date",
        "2026-05-05",
    )
    assert code == 0, err
    assert docscan("run", "--batch", number.strip())[0] == 6
    docscan("custody", "count", number.strip(), "--as-declared")
    assert docscan("custody", "close", number.strip())[0] == 0
    out = tmp_path / "acta.pdf"
    assert docscan("custody", "acta", number.strip(), "--out", out)[0] == 0
    with pdfplumber.open(out) as document:
        text = document.pages[0].extract_text()
    assert "Return of documents 2026-0001" in text
    assert "Scanned" not in text


def test_no_name_of_an_acta_enters_the_ledger(docscan: Call, opened: str, shelf: Shelf):
    docscan("custody", "count", opened, "--as-declared")
    text = b"".join(path.read_bytes() for path in shelf.archive.ledger.iterdir())
    for name in ("Muñoz", "Archivos", "C-1", "Facturas"):
        assert name.encode() not in text


def test_an_acta_that_was_altered_is_neither_counted_nor_printed(docscan: Call, opened: str, shelf: Shelf):
    (path,) = shelf.root.glob("custody/*/acta.toml")
    path.write_text(path.read_text().replace("files = 3", "files = 2"))
    code, _, err = docscan("custody", "count", opened, "--as-declared")
    assert code == 6
    assert "not as it was filed" in err
    assert any(finding.startswith("D1 custody/") for finding in shelf.findings())


def test_who_is_missing_in_an_acta_can_be_named_and_has_to_be(docscan: Call, tmp_path: Path):
    table = tmp_path / "boxes.csv"
    table.write_text("caja;archivos;páginas\nC-1;2;3\n", encoding="utf-8")
    code, _, err = docscan("custody", "receive", "--acta", table, "--from", "A")
    assert (code, "--to" in err) == (3, True)
    assert docscan("custody", "receive", "--acta", table, "--from", "A", "--to", "B")[0] == 0


def test_a_list_of_all_says_of_a_closed_batch_what_it_said_while_open(
    docscan: Call, opened: str, shelf: Shelf, slip: Slip
):
    fill(shelf, slip)
    docscan("custody", "count", opened, "--box", "C-2", 1, 1, "--as-declared")
    before = json.loads(docscan("custody", "list", "--json")[1])
    reasons = [word for code in ("duplicate", "put_aside", "missing") for word in ("--because", code)]
    assert docscan("custody", "close", opened, *reasons)[0] == 0
    after = json.loads(docscan("custody", "list", "--all", "--json")[1])
    assert after["closed"]
    assert after | {"closed": None, "reasons": []} == before
    with open_catalogue(shelf.archive) as catalogue:
        listed = batches.listing(catalogue, everything=True)[0]
        whole = batches.named(catalogue, opened)
    assert (dict(listed.archived), [*whole.archived]) == ({}, [1]), "no event of a file was read for the list"
    assert all(listed.count(stage) == whole.count(stage) for stage in whole.stages)


def test_what_a_batch_comes_to_is_said_in_the_clerks_language(docscan: Call, opened: str, shelf: Shelf):
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace('"en"', '"es"'))
    assert "Cajas contadas: 2 de 2" in docscan("custody", "count", opened, "--as-declared")[2]
    assert "Abierta." in docscan("custody", "show", opened)[2]
    assert "queda cerrada" in docscan("custody", "close", opened, "--because", "unreadable")[2]
    assert "Cerrada." in docscan("custody", "show", opened)[2]


def test_refusals_are_said_in_the_clerks_language(docscan: Call, shelf: Shelf):
    config = shelf.root / "docscan.toml"
    config.write_text(config.read_text().replace('"en"', '"pl"'))
    code, _, err = docscan("custody", "show", "2026-0042")
    assert (code, "Nie ma partii 2026-0042." in err) == (6, True)


def test_the_catalogue_of_batches_is_made_again_from_the_ledger(docscan: Call, opened: str, shelf: Shelf):
    docscan("custody", "count", opened, "--as-declared")
    before = shown(docscan, opened)
    assert docscan("rebuild")[0] == 0
    assert shown(docscan, opened) == before
    shutil.copytree(shelf.root / "custody", shelf.root / "custody" / "copy")
    assert any(finding.startswith("D3 custody/copy") for finding in shelf.findings())
