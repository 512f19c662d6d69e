"""Writes the generated parts of these pages: `cog -r docs/*.md` renews them, `cog --check` compares."""

import importlib
import pkgutil

import click

import docscan
from docscan import cli, errors
from docscan.messages import sentences

LANGUAGE_NAMES = {"en": "English", "es": "español", "pl": "polski", "de": "Deutsch"}


def commands() -> str:
    """Every command with its help, in the order of the manual."""
    context = click.Context(cli.cli, info_name="docscan", max_content_width=100, terminal_width=100)
    parts = [_section("docscan", cli.cli, context)]
    for name in cli.CHAPTERS:
        command = cli.cli.get_command(context, name)
        if command is None:
            continue
        parts.append(_section(f"docscan {name}", command, click.Context(command, context, name)))
        if isinstance(command, click.Group):
            inner = click.Context(command, context, name)
            parts += [
                _section(f"docscan {name} {verb}", sub, click.Context(sub, inner, verb))
                for verb, sub in command.commands.items()
            ]
    return "\n".join(parts)


def _section(title: str, command: click.Command, context: click.Context) -> str:
    context.max_content_width = context.terminal_width = 100
    return f"## {title}\n\n```\n{command.get_help(context)}\n```\n"


def exit_codes() -> str:
    """The tree of errors as a table of exit codes."""
    for module in pkgutil.walk_packages(docscan.__path__, "docscan."):  # some define errors of their own
        importlib.import_module(module.name)
    rows = ["| error | exit code | what it means |", "| --- | --- | --- |"]
    for kind in _below(errors.DocscanError):
        meaning = (kind.__doc__ or "").strip().splitlines()[0]
        rows.append(f"| `{kind.__name__}` | {kind.exit_code} | {meaning} |")
    return "\n".join([*rows, ""])


def _below(kind: type[errors.DocscanError]) -> list[type[errors.DocscanError]]:
    def place(sub: type) -> str:
        """Those of `errors` in their order, then the others by name, whichever module was imported first."""
        return "" if sub.__module__ == errors.__name__ else sub.__name__

    return [kind, *(found for sub in sorted(kind.__subclasses__(), key=place) for found in _below(sub))]


def codes(prefix: str) -> str:
    """The sentences of the codes with that first letter, in every language."""
    parts = []
    for code, wording in sorted(sentences().items()):
        if code.startswith(prefix):
            lines = [f"- {name}: {wording[key]}" for key, name in LANGUAGE_NAMES.items()]
            parts.append("\n".join([f"### {code}", "", *lines, ""]))
    return "\n".join(parts)
