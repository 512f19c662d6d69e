"""What leaves this repository: the wheel, the locks, and what a fresh checkout promises."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
GROUPS = PYPROJECT["dependency-groups"]
RUNTIME, CHECK, ENGINE = "requirements.lock", "requirements-dev.lock", "requirements-tesseract.lock"
FAST, PROOF = "requirements-fast.lock", "requirements-proof.lock"
SECOND = "requirements-second.lock"
DECLARED = {
    RUNTIME: PROJECT["dependencies"] + GROUPS["build"],
    CHECK: PROJECT["dependencies"] + GROUPS["build"] + GROUPS["dev"],
    ENGINE: PROJECT["optional-dependencies"]["tesseract"],
    FAST: PROJECT["optional-dependencies"]["fast"],
    SECOND: PROJECT["optional-dependencies"]["second"],
    PROOF: PROJECT["optional-dependencies"]["tsa"] + PROJECT["optional-dependencies"]["sign"],
}
# Libraries under the Lesser GPL may be used beside MIT code; the GPL and the Affero GPL may not. "LGPL" and
# its long name are taken out of a licence's text before it is searched for these.
LESSER = re.compile(
    r"LGPL[\w.+-]*|(GNU )?(Library or )?Lesser (General Public Licen[cs]e|GPL)[^;]*", re.IGNORECASE
)
GPL_LIBRARY = re.compile(r"libx26[45]|libjbig\b")
# package of an extra -> library under the GPL in its wheel -> the page that says why it may be there
EXCEPTIONS = {"tesserocr": {"libjbig": "docs/adr/0006-engines.md"}}
COPYLEFT = re.compile(r"\bA?GPL|General Public Licen[cs]e|Affero", re.IGNORECASE)


# ---- the wheel --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = out.glob("docscan-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder the wheel is installed in by itself, far from the checkout."""
    target = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", target, wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    return target


def run_installed(installed: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=installed.parent, env={**os.environ, "PYTHONPATH": str(installed)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("pipelines/*.toml", "docscan/pipelines"),
        ("schemas/*.json", "docscan/schemas"),
        ("docscan/messages/*.toml", "docscan/messages"),
        ("docscan/py.typed", "docscan"),
    ],
)
def test_the_wheel_carries_what_the_code_reads(wheel: Path, source: str, inside: str) -> None:
    expected = {f"{inside}/{path.name}" for path in ROOT.glob(source)}
    assert expected, f"nothing matches {source}"
    assert expected <= set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_carries_the_licence_and_nothing_outside_the_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"docscan", f"docscan-{PROJECT['version']}.dist-info"}


@pytest.mark.parametrize("shelf", ["pipelines", "schemas"])
def test_an_installed_docscan_finds_its_own_shelves(installed: Path, shelf: str) -> None:
    found = run_installed(installed, "-c", f"from docscan.library import shelf; print(shelf({shelf!r}))")
    assert Path(found) == installed / "docscan" / shelf


def test_an_installed_docscan_answers_at_its_command(installed: Path) -> None:
    assert "Usage" in run_installed(installed, str(installed / "bin" / "docscan"), "--help")


# ---- the locks --------------------------------------------------------------------------------------


def locked(name: str) -> Iterator[tuple[Requirement, list[str]]]:
    """Each requirement of a lock with its digests."""
    entries = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for entry in entries.splitlines():
        requirement, *hashes = entry.split("--hash=")
        yield Requirement(requirement.strip()), [digest.strip() for digest in hashes]


def versions(name: str) -> dict[str, set[str]]:
    """The pinned versions of each package of a lock; there are several where markers tell them apart."""
    found: dict[str, set[str]] = {}
    for requirement, _ in locked(name):
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


def present() -> Iterator[importlib.metadata.Distribution]:
    """The distributions of the run's lock that belong on this machine."""
    for requirement, _ in locked(RUNTIME):
        if requirement.marker is None or requirement.marker.evaluate():
            yield importlib.metadata.distribution(requirement.name)


@pytest.mark.parametrize("lock", DECLARED)
def test_a_lock_names_no_address_and_checks_every_package_by_digest(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")
    for requirement, hashes in locked(lock):
        assert requirement.url is None
        assert hashes, requirement.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), requirement.name


@pytest.mark.parametrize("lock", DECLARED)
def test_a_lock_covers_what_the_project_declares(lock: str) -> None:
    pinned = versions(lock)
    for requirement in map(Requirement, DECLARED[lock]):
        assert pinned.get(canonicalize_name(requirement.name)), f"{requirement} is not in {lock}"
        for version in pinned[canonicalize_name(requirement.name)]:
            assert requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}"


def test_the_checks_lock_holds_the_runs_lock_unchanged() -> None:
    check = versions(CHECK)
    assert {name: check.get(name) for name in versions(RUNTIME)} == versions(RUNTIME)


def test_the_runs_lock_is_complete_without_a_resolver() -> None:
    pinned = versions(RUNTIME)
    for distribution in present():
        for needed in map(Requirement, distribution.requires or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in pinned, f"{distribution.name} needs {needed}"


# ---- the licences -----------------------------------------------------------------------------------


def licence(distribution: importlib.metadata.Distribution) -> str:
    """All that a distribution says of its licence, separated by semicolons."""
    said = distribution.metadata
    classifiers = [c for c in said.get_all("Classifier") or () if c.startswith("License")]
    return "; ".join(filter(None, [said.get("License-Expression"), said.get("License"), *classifiers]))


def is_copyleft(text: str) -> bool:
    return bool(COPYLEFT.search(LESSER.sub("", text)))


def test_no_package_of_the_run_is_under_the_gpl() -> None:
    stated = {distribution.name: licence(distribution) for distribution in present()}
    assert [name for name, text in stated.items() if not text] == []
    assert {name: text for name, text in stated.items() if is_copyleft(text)} == {}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)", False),
        ("LGPL-2.1-or-later", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v2 (GPLv2)", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("LGPL; License :: OSI Approved :: GNU General Public License v2 (GPLv2)", True),
        ("MIT", False),
    ],
)
def test_the_gpl_is_told_from_the_lesser_gpl(text: str, verdict: bool) -> None:
    assert is_copyleft(text) is verdict


def libraries(distribution: importlib.metadata.Distribution) -> set[str]:
    """The names of the shared libraries that a wheel brought."""
    return {Path(path).name for path in distribution.files or () if ".so" in Path(path).name}


def test_no_wheel_of_the_run_bundles_a_library_under_the_gpl() -> None:
    bundled = set().union(*map(libraries, present()))
    assert bundled
    assert [name for name in bundled if GPL_LIBRARY.match(name)] == []


def test_an_extra_that_brings_a_library_under_the_gpl_is_an_exception_with_a_reason() -> None:
    """The user's own installer fetches it; docscan neither ships nor needs it."""
    for requirement, _ in locked(FAST):
        assert canonicalize_name(requirement.name) not in versions(RUNTIME)
        assert canonicalize_name(requirement.name) not in versions(CHECK)
        try:
            found = importlib.metadata.distribution(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            continue  # not built for this machine
        assert not is_copyleft(licence(found))
        for name in filter(GPL_LIBRARY.match, libraries(found)):
            library = name.split("-")[0]
            assert library in EXCEPTIONS.get(requirement.name, {}), f"{requirement.name} brings {name}"
            reason = (ROOT / EXCEPTIONS[requirement.name][library]).read_text(encoding="utf-8")
            assert library in reason
            assert "GPL-2" in reason


# ---- the checkout -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "docscan", "pipelines", "schemas", "sample_docs", "tests", "docs/adr", "pyproject.toml",
        "README.md", "CONTRIBUTING.md", "LICENSE", "start", ".ci/run",
    ],
)  # fmt: skip
def test_the_repository_holds_what_is_promised(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize("script", ["start", ".ci/run"])
def test_a_script_can_be_run_as_it_is(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_start_says_what_it_can_do_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "start", "help"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "./start test" in done.stdout


def test_start_refuses_a_word_it_does_not_know() -> None:
    done = subprocess.run([ROOT / "start", "tset"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "Usage" in done.stderr


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A checkout's `start` beside a folder of programs with no Tesseract, no apt-get and no Python."""
    shutil.copy(ROOT / "start", tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname", "cat", "rm", "id", "grep"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    return tmp_path


def start_on(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine / "bin")}
    return subprocess.run(
        [machine / "start", *words], env=environment, check=False, capture_output=True, text=True
    )


def test_start_names_all_that_is_missing_in_one_line_where_it_may_not_install(bare_machine: Path) -> None:
    python = bare_machine / "bin" / "python3"
    python.write_text("#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; esac\n", encoding="utf-8")
    python.chmod(0o755)
    done = start_on(bare_machine)
    assert done.returncode == 3
    assert (
        "apt-get install --no-install-recommends python3-venv tesseract-ocr tesseract-ocr-eng "
        "tesseract-ocr-spa tesseract-ocr-pol tesseract-ocr-deu\n"
    ) in done.stderr
    assert "without the package python3-venv" in done.stderr


def test_start_says_that_it_found_no_python(bare_machine: Path) -> None:
    done = start_on(bare_machine)
    assert done.returncode == 3
    assert "no Python 3.11 or newer was found" in done.stderr


def test_the_check_does_not_begin_without_the_engine_it_needs(bare_machine: Path) -> None:
    done = start_on(bare_machine, "test")
    assert done.returncode == 3
    assert "fonts-dejavu-core" in done.stderr
