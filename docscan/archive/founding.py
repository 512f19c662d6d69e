"""Making a new archive."""

from datetime import datetime
from pathlib import Path

from docscan.archive import config, durable, ledger, objects
from docscan.archive.event import Draft
from docscan.archive.layout import FOLDERS, Archive, is_archive, open_archive
from docscan.errors import ArchiveError

UNFINISHED = ".unfinished"  # there while an archive is being made


def create(root: Path, *, name: str, language: str, now: datetime, agent: str) -> Archive:
    """Make an archive, or open the one that is there.

    Args:
        root: A folder that is empty or not there yet, or an archive.
        name: What people call the archive.
        language: The clerks': `en`, `es`, `pl` or `de`.
        now: When, with its time zone.
        agent: Who makes it.

    Returns:
        The archive; one that was there already is left as it is.

    Raises:
        ArchiveError: The folder holds something else.
        ConfigError: The name or the language cannot be used.
    """
    from docscan.archive.catalogue import open_catalogue  # noqa: PLC0415 - who makes none does without SQLite
    from docscan.archive.proof import checkpoint, policy  # noqa: PLC0415 - and without cryptography

    text = config.written(name, language)
    if is_archive(root) and not (root / UNFINISHED).exists():
        return _complete(open_archive(root))
    _clear(root)
    (root / UNFINISHED).touch()
    for folder in FOLDERS:
        (root / folder).mkdir()
    objects.lay_root(root / "objects")
    durable.write(root / config.FILE, text.encode())
    durable.write(root / policy.FILE, policy.TEMPLATE.encode())
    archive = open_archive(root)
    _open_ledger(archive, now=now, agent=agent)
    with open_catalogue(archive) as catalogue:
        checkpoint.sign(archive, catalogue)
    durable.sync_folder(archive.root)
    (root / UNFINISHED).unlink()
    durable.sync_folder(archive.root)
    return archive


def _open_ledger(archive: Archive, *, now: datetime, agent: str) -> None:
    import secrets  # noqa: PLC0415 - most commands open an archive that is there

    origin = f"docscan/{secrets.token_hex(8)}"
    log = ledger.log_json(origin, secrets.token_hex(32))
    files = {f"objects/{name}": objects.sha256(data) for name, data in objects.ROOT_FILES.items()}
    files["ledger/log.json"] = objects.sha256(log)
    detail = _key(archive, origin)
    ledger.start(archive, log, Draft("creation", files=files, detail=detail), now=now, agent=agent)


def _key(archive: Archive, origin: str) -> dict[str, str]:
    """The public key that the ledger tells; none where a private one cannot be kept."""
    from docscan.archive.proof import keys  # noqa: PLC0415 - who makes none does without cryptography

    try:
        return {"key": keys.create(archive, origin).public.hex()}
    except ArchiveError:
        return {}


def _complete(archive: Archive) -> Archive:
    """Put back working folders that a copy left out because they were empty."""
    for folder in FOLDERS:
        if folder not in ("objects", "ledger"):
            (archive.root / folder).mkdir(exist_ok=True)
    return archive


def _clear(root: Path) -> None:
    """Leave an empty folder, taking away what an interrupted founding left."""
    if root.exists() and not root.is_dir():
        raise ArchiveError(f"{root} is a file.", hint="Name a folder that is empty or not there yet.")
    root.mkdir(parents=True, exist_ok=True)
    if (root / UNFINISHED).exists():
        import shutil  # noqa: PLC0415 - hardly a founding was interrupted

        for folder in FOLDERS:
            shutil.rmtree(root / folder, ignore_errors=True)
        for path in (*root.glob("*.toml"), *root.glob("catalogue.db*"), root / UNFINISHED):
            path.unlink(missing_ok=True)
    if any(root.iterdir()):
        raise ArchiveError(
            f"{root} holds files already and is not an archive.",
            hint="Name a folder that is empty or not there yet.",
        )
