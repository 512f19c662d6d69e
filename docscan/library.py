"""Where pipelines and schemas are found: the archive's own first, then the shipped ones."""

from collections.abc import Iterator
from pathlib import Path

from docscan.errors import DefinitionError

PACKAGE = Path(__file__).parent


def shelf(name: str) -> Path:
    """The shipped folder of that name (`pipelines` or `schemas`).

    A wheel carries it inside the package; in a checkout it lies beside it.
    """
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def definitions(name: str, suffix: str, archive: Path | None = None) -> dict[str, Path]:
    """Every definition on a shelf by its name, the archive's own before the shipped.

    Args:
        name: `pipelines` or `schemas`.
        suffix: `.toml` or `.json`.
        archive: The archive's folder, where there is one.
    """
    found: dict[str, Path] = {}
    for folder in _folders(name, archive):
        for path in sorted(folder.glob(f"*{suffix}")):
            found.setdefault(path.stem, path)
    return found


def find(name: str, stem: str, suffix: str, archive: Path | None = None) -> Path:
    """The file of one definition.

    Raises:
        DefinitionError: There is none; the hint names those there are.
    """
    known = definitions(name, suffix, archive)
    if stem not in known:
        raise DefinitionError(
            f"There is no {stem!r} in {name}/.", hint=f"There are: {', '.join(sorted(known))}."
        )
    return known[stem]


def _folders(name: str, archive: Path | None) -> Iterator[Path]:
    if archive is not None:
        yield archive / name
    yield shelf(name)
