"""The documentation says what is so."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from shelf import DOCSCAN

from docscan import cli
from docscan.messages import sentences

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("sample_docs/*.md")])
GENERATED = [str(page.relative_to(ROOT)) for page in PAGES if "[[[cog" in page.read_text()]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
ANALYZE = shutil.which("systemd-analyze")
FENCES = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def fenced(text: str, kind: str) -> list[str]:
    return [body for name, body in FENCE.findall(text) if name == kind]


def parsed(words: list[str]) -> None:
    """Let click parse a docscan command line without running it."""
    context = cli.cli.make_context("docscan", list(words))
    command: click.Command | None = cli.cli
    rest = [*context._protected_args, *context.args]
    while isinstance(command, click.Group):
        name, command, rest = command.resolve_command(context, rest)
        assert command is not None, name
        context = command.make_context(name, rest, parent=context)
        rest = [*getattr(context, "_protected_args", []), *context.args]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path):
    for target in LINK.findall(page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_shown_can_be_typed(page: Path):
    for block in fenced(page.read_text(), "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"\s(?:&&|\|\||[|;>])\s*", line.partition(" # ")[0]):
                words = shlex.split(part, comments=True)
                if words and words[0] in {"docscan", ".venv/bin/docscan"}:
                    parsed(words[1:])


@pytest.mark.parametrize("page", GENERATED)
def test_a_generated_page_is_what_the_program_says_also_when_written_alone(page: str):
    cog = shutil.which("cog", path=ROOT / ".venv" / "bin") or shutil.which("cog")
    assert cog is not None
    assert {"docs/cli.md", "docs/errors.md"} <= set(GENERATED)
    done = subprocess.run([cog, "--check", page], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_error_there_is_has_its_exit_code_explained():
    page = (ROOT / "docs" / "errors.md").read_text()
    text = "\n".join(path.read_text() for path in sorted((ROOT / "docscan").rglob("*.py")))
    kinds = re.findall(r"^class (\w+Error)\(", text, re.MULTILINE)
    assert {"DocscanError", "DamagedIndexError"} <= set(kinds)
    assert [kind for kind in kinds if f"| `{kind}` |" not in page] == []


def test_every_code_is_explained():
    page = (ROOT / "docs" / "errors.md").read_text()
    phrases = ("N", "B")  # what fills other sentences, and the report of a run
    assert [
        code for code in sentences() if not code.startswith(phrases) and f"### {code}\n" not in page
    ] == []


def test_the_systemd_units_are_whole_and_call_a_command_that_exists():
    units = [configparser.ConfigParser(strict=False, interpolation=None) for _ in range(2)]
    for unit in units:
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds capitals
    *bodies, night = fenced(OPERATIONS, "ini")
    assert len(bodies) == 2
    for unit, body in zip(units, bodies, strict=True):
        unit.read_string(body)
    service, timer = units
    commands = re.findall(r"^ExecStart=(.*)$", bodies[0] + night, re.MULTILINE)
    assert len(commands) == 5
    for words in map(shlex.split, commands):
        assert words[0].endswith("/docscan")
        parsed(words[1:])
    assert service["Service"]["Type"] == "oneshot"
    assert service["Service"]["SuccessExitStatus"] == "75"
    assert timer["Timer"]["Persistent"] == "true"
    assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", timer["Timer"]["OnCalendar"])


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not on this machine")
def test_systemd_itself_accepts_the_units(tmp_path: Path):
    names = ("docscan-acme.service", "docscan-acme.timer", "docscan-acme-night.service")
    for name, body in zip(names, fenced(OPERATIONS, "ini"), strict=True):
        known = body.replace("/opt/docscan/.venv/bin/docscan", "/bin/true").replace("User=docscan\n", "")
        (tmp_path / name).write_text(known)
        done = subprocess.run(
            [str(ANALYZE), "verify", "--man=no", tmp_path / name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_cron_lines_are_whole_and_call_commands_that_exist():
    lines = [line for block in fenced(OPERATIONS, "cron") for line in block.splitlines()]
    assert len(lines) == 8
    for line in lines:
        *times, user, command = line.split(None, 6)
        assert all(re.fullmatch(r"\*|\d+", time) for time in times), times
        assert user == "docscan"
        words = shlex.split(command.partition(">")[0])
        assert words[0].endswith("/docscan")
        parsed(words[1:])


def test_the_readme_s_tree_is_the_tree():
    (tree,) = [body for body in FENCES.findall((ROOT / "README.md").read_text()) if "docscan/    " in body]
    names = [line.split()[0] for line in tree.splitlines() if line.strip()]
    inside = [name for line, name in zip(tree.splitlines(), names, strict=True) if line.startswith("  ")]
    stages = {path.name + "/" for path in (ROOT / "docscan").iterdir() if (path / "__init__.py").exists()}
    assert set(inside) == (stages - {"messages/"}) | {"journey.py", "batch.py"}
    assert all((ROOT / name).is_dir() for name in names if name not in inside)


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs" / "tutorial.md"], ids=lambda page: page.stem
)
def test_every_example_does_what_the_page_says(page: str, tmp_path: Path):
    (tmp_path / "sample_docs").symlink_to(ROOT / "sample_docs")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "docscan").symlink_to(DOCSCAN)
    path = f"{DOCSCAN.parent}:{os.environ['PATH']}"
    for block in fenced((ROOT / page).read_text(), "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("./start"):
                continue
            code = re.search(r"# leaves with (\d+)$", line)
            done = subprocess.run(
                ["/bin/sh", "-ec", line],
                cwd=tmp_path,
                env=os.environ | {"PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == int(code[1] if code else 0), f"{line}\n{done.stdout}\n{done.stderr}"
            if " search " in line:
                assert done.stdout.strip(), line
