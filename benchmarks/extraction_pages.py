"""Where the documents of the benchmark come from, who is held back, and their pages as docscan reads them."""

import hashlib
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peers
import pikepdf
from reading_pages import received, setup

from docscan import reading
from docscan.model import Page

BORN_DIGITAL, PHOTO = "born-digital", "photo"
PROFILES = ("office", "rough")
HELD_BACK = 3  # of so many suppliers one is held back
SUPPLIER = ("supplier_vat", "supplier_name", "company")

Truth = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a corpus.

    Attributes:
        truth: The value of each field, by the corpus's names.
        held_back: Its supplier's documents are counted, and never looked at.
    """

    corpus: str
    path: Path
    truth: Truth

    @property
    def held_back(self) -> bool:
        """Whether its supplier is one of the third by whose documents nothing may be tuned."""
        supplier = next((str(self.truth[key]) for key in SUPPLIER if self.truth.get(key)), self.path.name)
        digest = hashlib.sha256(re.sub(r"\W", "", supplier.casefold()).encode()).digest()
        return digest[0] % HELD_BACK == 0


@dataclass(frozen=True, slots=True)
class Leaves:
    """The pages of a document as read, and the seconds of processor that took."""

    pages: tuple[Page, ...]
    cpu: float


def documents(folder: Path, kind: str, most: int | None) -> list[Document]:
    """Those of a corpus that can be had in a way, spread evenly when only some are wanted."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        print(f"  (skipped: there is no {folder.name} in {folder.parent})")
        return []
    truths = json.loads(manifest.read_text(encoding="utf-8"))
    names = sorted(name for name in truths if kind != BORN_DIGITAL or name.lower().endswith(".pdf"))
    every = len(names) / most if most and most < len(names) else 1
    chosen = [names[int(index * every)] for index in range(int(len(names) / every))]
    return [Document(folder.name, folder / "docs" / name, truths[name]) for name in chosen]


def leaves(document: Document, kind: str, scanner: Path | None, kept: Path) -> Leaves | None:
    """The pages of a document, read once and kept in a folder.

    Args:
        document: Of a corpus.
        kind: `born-digital` for its text layer, `photo` for the image as it
            is, or a profile of the program that makes scans.
        scanner: That program; None when there is none.
        kept: Pages read before are taken from here.
    """
    store = kept / f"{document.corpus}-{kind}-{document.path.name}.pages"
    if store.is_file():
        found: Leaves = pickle.loads(store.read_bytes())  # noqa: S301 - written below, by this program
        return found
    if kind in (BORN_DIGITAL, PHOTO):
        path: Path | None = without_attachments(document.path, kept)
    else:
        path = scanned(document.path, kind, scanner, kept) if scanner else None
    if path is None:
        return None
    began = peers.processor()
    read = _read(path)
    result = Leaves(read, peers.processor() - began)
    store.write_bytes(pickle.dumps(result))
    return result


def _read(path: Path) -> tuple[Page, ...]:
    document, equipped, found = received(path), setup(), list[Page]()
    for number in range(1, reading.count(document, equipped) + 1):
        expected = next((page.language for page in found if page.language), "")
        found.append(reading.read_page(document, number, reading.expecting(expected, equipped)))
    return tuple(found)


def without_attachments(path: Path, folder: Path) -> Path:
    """A PDF without the files in it, such as an e-invoice; anything else as it is."""
    if path.suffix.lower() != ".pdf":
        return path
    target = folder / path.name
    with pikepdf.open(path) as pdf:
        for name in list(pdf.attachments):
            del pdf.attachments[name]
        if "/AF" in pdf.Root:
            del pdf.Root["/AF"]
        pdf.save(target)
    return target


def scanned(path: Path, profile: str, scanner: Path, folder: Path) -> Path | None:
    """What a scanner would have sent of a document; None when it cannot be drawn."""
    command: Sequence[str | Path] = [sys.executable, scanner, "--profile", profile, folder, path]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    target = folder / f"{path.name}.scan.pdf"
    return target if target.is_file() else None
