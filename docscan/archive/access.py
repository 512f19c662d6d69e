"""Who may do what in an archive, and the record of who was shown what.

People stand with their roles in `access.toml` at the archive's root; without
that file everybody may do everything, as at a single desk. A person is the
login that calls. Whoever may read or write the archive's files can go round this (rows
A2 and A9 of the threat model): it keeps honest people to their part, and the
ledger tells what they did. The file is changed by `change` alone, so that the ledger
names its digest.
"""

import json
import os
import tomllib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from docscan.archive import custody, ledger, papers, pending
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.layout import Archive
from docscan.archive.recovery import taken_up
from docscan.errors import AccessError, ArchiveError, ConfigError
from docscan.frozen import dataclass
from docscan.messages import sentence

FILE = "access.toml"
MOST_BYTES = 1 << 20  # some 10,000 people
MOMENT = 2.0  # seconds that whoever looks at a document waits for others who write

Act = Literal[
    "view", "take in", "decide", "mend", "export", "import", "hold", "dispose", "rule", "grant",
    "shelve", "lend", "authorise",
]  # fmt: skip
Purpose = Literal["view", "download", "print", "export", "search"]

EVERYBODY = frozenset({"clerk", "reviewer", "archivist", "auditor", "administrator"})
KEEPERS = frozenset({"archivist", "administrator"})
ACTS: dict[Act, frozenset[str]] = {
    "view": EVERYBODY,  # list, show, open, search, explain, prove, put a round of verifying on record
    "take in": KEEPERS | {"clerk", "reviewer"},  # run, watch, receive a batch
    "decide": KEEPERS | {"reviewer"},  # accept, correct, reject, split, merge, forget a supplier
    "mend": KEEPERS,  # make the projections anew, sign, stamp
    "export": KEEPERS | {"auditor"},  # hand documents over
    "import": KEEPERS,  # take documents over
    "hold": KEEPERS,  # place and release
    "dispose": KEEPERS,  # assign a class; propose, approve, execute destruction
    "rule": KEEPERS,  # adopt a retention schedule, or rules of lending
    "shelve": KEEPERS | {"clerk"},  # register, place and count paper
    "lend": KEEPERS | {"clerk"},  # lend paper and take it back
    "authorise": KEEPERS,  # lend scanned originals, close a discrepancy, name logins, forget who borrowed
    "grant": frozenset({"administrator"}),  # say who has which role
}

HEADING = """\
# Who may do what in this archive. Change it with `docscan access add` and `docscan access remove`:
# the ledger names its digest, and `docscan verify` names a file that was changed by hand.
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may do something.

    Attributes:
        login: As the machine knows them.
        roles: Some of `EVERYBODY`, in alphabetical order.
        only: The query that finds the records they may see; empty for all of them.
    """

    login: str
    roles: tuple[str, ...]
    only: str = ""


def people(archive: Archive) -> tuple[Person, ...] | None:
    """Who may do something in an archive, by login; None when everybody may everything.

    Raises:
        ConfigError: `access.toml` is not of the form that docscan writes.
    """
    path = archive.root / FILE
    try:
        return _parsed(custody.read_small(path, MOST_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as problem:
        raise ConfigError(
            f"{path} cannot be used: {problem}.", hint="Restore it from a copy; `docscan verify` names it."
        ) from problem


def may(archive: Archive, login: str, act: Act) -> bool:
    """Whether somebody may do something.

    Raises:
        ConfigError: `access.toml` is not of the form that docscan writes.
    """
    known = people(archive)
    return known is None or any(one.login == login and ACTS[act] & set(one.roles) for one in known)


def demand(archive: Archive, login: str, act: Act) -> None:
    """See that somebody may do something.

    Raises:
        AccessError: They may not; the hint names the roles that may, and who gives them.
        ConfigError: `access.toml` is not of the form that docscan writes.
    """
    if not may(archive, login, act):
        language = archive.config.language
        roles = ", ".join(sorted(ACTS[act]))
        raise AccessError(
            sentence("K010", language, login=login, act=act), hint=sentence("K011", language, roles=roles)
        )


def only(archive: Archive, login: str) -> str:
    """The query that finds the records somebody may see; empty for all of them.

    Raises:
        ConfigError: `access.toml` is not of the form that docscan writes.
    """
    return next((one.only for one in people(archive) or () if one.login == login), "")


def change(catalogue: Catalogue, login: str, roles: Sequence[str], *, now: datetime, agent: str) -> None:
    """Give somebody these roles and no others, for all records; none at all removes them; see `enter`."""
    enter(catalogue, Person(login, tuple(sorted(set(roles)))), now=now, agent=agent)


def enter(catalogue: Catalogue, person: Person, *, now: datetime, agent: str) -> None:
    """Let somebody do what a person may, and nothing else; without roles, nothing at all.

    The ledger tells that somebody may see a part alone, not which: queries have names in them.

    Args:
        catalogue: Open on an archive that the caller holds, and that is recovered.
        person: Who, with all they may do. That `only` is a query is the caller's to see to.
        now: When, with its time zone.
        agent: Who says so: a login name.

    Raises:
        AccessError: Nobody could grant roles any more, somebody who keeps the archive would not see
            all of it, or the file was changed by hand.
        ConfigError: `access.toml` is not of the form that docscan writes.
        LedgerError: The ledger cannot be continued.
    """
    archive, language = catalogue.archive, catalogue.archive.config.language
    _expect_fit(person, language)
    login, roles = person.login, person.roles
    known = {one.login: one for one in people(archive) or ()}
    path = archive.root / FILE
    found = ledger.sha256(path.read_bytes()) if path.exists() else None
    if found != papers.vouched(catalogue, FILE, ("policy change",)):
        raise AccessError(sentence("K013", language, file=FILE), hint=sentence("K014", language))
    known.pop(login, None)
    if roles:
        known[login] = person
    if not any(ACTS["grant"] & set(one.roles) for one in known.values()):
        raise AccessError(sentence("K012", language), hint=sentence("K015", language))
    detail = {"person": ledger.pseudonym(archive, login), "act": "grant" if roles else "withdraw"}
    detail |= dict.fromkeys(roles, "role") | ({"sees": "part"} if person.only else {})
    text = _written([known[name] for name in sorted(known)])
    draft = Draft("policy change", detail=detail, role="authorizer")
    papers.file(catalogue, draft, {FILE: text.encode()}, now=now, agent=agent)


def _expect_fit(person: Person, language: str) -> None:
    if not person.login.strip() or not person.login.isprintable():
        raise AccessError(
            sentence("K016", language, login=repr(person.login)), hint=sentence("K017", language)
        )
    keeper = KEEPERS & set(person.roles)
    if person.only and keeper:
        raise AccessError(
            sentence("K100", language, role=min(keeper)),
            hint=sentence("K101", language, roles=", ".join(sorted(EVERYBODY - KEEPERS))),
        )


def disseminated(
    archive: Archive, object_ids: Sequence[str], purpose: Purpose, *, now: datetime, agent: str
) -> bool:
    """Put on record that documents are shown or given out, before they are.

    Call it when everything but the giving itself is done. When the archive
    cannot be held within a moment, or its ledger cannot be continued, a notice
    in `pending/` is flushed instead, and becomes an event later.

    Args:
        archive: Not held by the caller.
        object_ids: The UUIDs of the records.
        purpose: What for.
        now: When, with its time zone.
        agent: To whom: a login name.

    Returns:
        Whether it is on record; False on a medium that may not be written.

    Raises:
        ArchiveError: It cannot be recorded, so nothing may be shown.
    """
    drafts = [_draft(purpose, one) for one in object_ids]
    return _recorded(archive, drafts, now=now, agent=agent)


def searched(archive: Archive, hits: int, *, now: datetime, agent: str) -> bool:
    """Put on record that a search shows passages of documents; what was asked for stays out of the ledger.

    Args:
        archive: Not held by the caller.
        hits: How many records are listed.
        now: When, with its time zone.
        agent: Who searched: a login name.

    Returns:
        Whether it is on record; False on a medium that may not be written.

    Raises:
        ArchiveError: It cannot be recorded, so nothing may be shown.
    """
    draft = Draft("dissemination", detail={"purpose": "search", "hits": hits}, role="recipient")
    return _recorded(archive, [draft], now=now, agent=agent)


def _draft(purpose: Purpose, object_id: str) -> Draft:
    return Draft("dissemination", object=object_id, detail={"purpose": purpose}, role="recipient")


def _recorded(archive: Archive, drafts: list[Draft], *, now: datetime, agent: str) -> bool:
    """Write events to the ledger as one act, or to `pending/`."""
    left = list(drafts)
    if all(os.access(folder, os.W_OK) for folder in (archive.root, archive.ledger)):
        try:
            with taken_up(archive, now=now, agent=agent, timeout=MOMENT) as catalogue:
                written = ledger.append_all(archive, left, now=now, agent=agent)
                left.clear()  # before anything else can fail: they are told
                for last in written[-1:]:
                    catalogue.apply(last)  # and those before it
        except (ArchiveError, OSError):
            pass  # somebody holds it for long, or the ledger cannot go on: it is kept beside it
    return not left or pending.spool(archive, left, now=now, agent=agent)


def _parsed(data: bytes) -> tuple[Person, ...]:
    if len(data) > MOST_BYTES:
        raise ValueError("it is too long")
    found = tomllib.loads(data.decode())
    if found.keys() - {"person"}:
        raise ValueError(f"{min(found.keys() - {'person'})} is not known")
    rows = found.get("person", [])
    if not isinstance(rows, list) or not rows:
        raise ValueError("it names nobody")
    known = tuple(_person(row) for row in rows)
    if len({one.login for one in known}) != len(known):
        raise ValueError("it names somebody twice")
    return known


def _person(row: object) -> Person:
    if not isinstance(row, dict) or row.keys() - {"only"} != {"login", "roles"}:
        raise ValueError("a person has a login and roles")
    login, roles, only = row["login"], row["roles"], row.get("only", "all")
    if not isinstance(login, str) or not login.strip() or not isinstance(roles, list):
        raise ValueError("a person has a login and roles")
    if not isinstance(only, str) or not only.strip():
        raise ValueError("what a person may see is a query")
    unknown = [role for role in roles if role not in EVERYBODY]
    if unknown or not roles:
        raise ValueError(f"a role is one of {', '.join(sorted(EVERYBODY))}")
    return Person(login, tuple(sorted(set(roles))), row.get("only", ""))


def _written(known: Sequence[Person]) -> str:
    """The text of the file; a JSON string or list of strings is TOML too."""
    parts = (
        f"\n[[person]]\nlogin = {json.dumps(one.login, ensure_ascii=False)}\n"
        f"roles = {json.dumps(list(one.roles))}\n"
        + (f"only = {json.dumps(one.only, ensure_ascii=False)}\n" if one.only else "")
        for one in known
    )
    return HEADING + "".join(parts)
