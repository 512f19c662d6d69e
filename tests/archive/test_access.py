import json
import os
import resource
import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive import access, fixity, hold, ledger, papers, pending, rebuild
from docscan.archive.access import ACTS, EVERYBODY
from docscan.archive.catalogue import Catalogue
from docscan.archive.event import Draft
from docscan.archive.recovery import taken_up
from docscan.errors import AccessError, ArchiveError, ConfigError
from tests.archive.conftest import AGENT, NOW, object_id


def events(archive, kind):
    return [event for event in ledger.read(archive) if event.type == kind]


def grant(archive, login, *roles):
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        access.change(catalogue, login, roles, now=NOW, agent=AGENT)


def test_without_a_file_everybody_may_do_everything(archive):
    assert access.people(archive) is None
    assert all(access.may(archive, "anybody", act) for act in ACTS)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_may_do_what_the_table_says_and_nothing_else(archive, role):
    grant(archive, "root", "administrator")
    if role != "administrator":
        grant(archive, "somebody", role)
    who = "root" if role == "administrator" else "somebody"
    assert {act for act in ACTS if access.may(archive, who, act)} == {
        act for act, roles in ACTS.items() if role in roles
    }
    assert not any(access.may(archive, "a stranger", act) for act in ACTS)


def test_who_may_not_is_told_which_role_it_takes(archive):
    grant(archive, "root", "administrator")
    with pytest.raises(AccessError, match="mlopez") as refused:
        access.demand(archive, "mlopez", "dispose")
    assert "archivist" in refused.value.hint


def test_a_role_given_is_an_event_without_the_login(archive):
    grant(archive, "root", "administrator")
    grant(archive, "zoe-marker", "clerk", "reviewer")
    told = events(archive, "policy change")[-1]
    assert told.detail["person"] == ledger.pseudonym(archive, "zoe-marker")
    assert told.files == {"access.toml": ledger.sha256((archive.root / "access.toml").read_bytes())}
    assert b"zoe-marker" not in b"".join(path.read_bytes() for path in archive.ledger.glob("*.jsonl"))
    assert list(fixity.verify(archive)) == []


def test_the_last_administrator_cannot_be_lost(archive):
    with pytest.raises(AccessError, match=r"."):
        grant(archive, "clerk", "clerk")
    assert access.people(archive) is None
    grant(archive, "root", "administrator")
    with pytest.raises(AccessError, match=r"."):
        grant(archive, "root")
    with pytest.raises(AccessError, match=r"."):
        grant(archive, "root", "clerk")
    assert access.may(archive, "root", "grant")


def test_somebody_without_roles_is_gone(archive):
    grant(archive, "root", "administrator")
    grant(archive, "clerk", "clerk")
    grant(archive, "clerk")
    assert [one.login for one in access.people(archive)] == ["root"]


def test_a_file_changed_by_hand_is_found_and_not_built_upon(archive):
    grant(archive, "root", "administrator")
    path = archive.root / "access.toml"
    path.write_text(path.read_text().replace("administrator", "clerk"))
    assert [finding.code for finding in fixity.verify(archive)] == ["D1"]
    with pytest.raises(AccessError, match=r"access\.toml"):
        grant(archive, "other", "administrator")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[[person]]\nlogin = 1\nroles = ['clerk']",
        "[[person]]\nlogin = 'a'\nroles = ['king']",
        "[[person]]\nlogin = 'a'\nroles = []",
        "[[person]]\nlogin = 'a'\nroles = 'clerk'",
        "[[person]]\nlogin = 'a'",
        "person = 3",
        "[[person]]\nlogin = 'a'\nroles = ['clerk']\n[[person]]\nlogin = 'a'\nroles = ['clerk']",
        "other = 1",
        "[[[",
        "x = " + "[" * 5000,
    ],
)
def test_a_file_of_another_form_lets_nobody_do_anything(archive, text):
    (archive.root / "access.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"access\.toml"):
        access.may(archive, AGENT, "view")


def test_what_is_no_short_file_lets_nobody_do_anything_and_is_not_waited_for(archive, tmp_path):
    path = archive.root / "access.toml"
    for make in (os.mkfifo, os.mkdir, lambda at: at.symlink_to(tmp_path / "nowhere"), os.mknod):
        make(path)
        if path.is_file():
            path.write_bytes(b"#" * (access.MOST_BYTES + 1))
        with pytest.raises(ConfigError, match=r"access\.toml"):
            access.may(archive, AGENT, "view")
        path.rmdir() if path.is_dir() else path.unlink()


@given(login=st.text(max_size=40))
def test_any_login_that_can_be_printed_is_written_and_read_back(login):
    text = access._written([access.Person(login, ("clerk",))])
    if login.strip() and login.isprintable():
        assert access._parsed(text.encode()) == (access.Person(login, ("clerk",)),)


def test_a_login_that_shows_nothing_is_refused(archive):
    for login in ("", " ", "a\nb", "\x7f", os.fsdecode(b"\xff")):
        with pytest.raises(AccessError, match=r"."):
            grant(archive, login, "administrator")


def test_what_is_shown_is_on_record_before_it_is(archive, file_document):
    file_document(1)
    assert access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe")
    (told,) = events(archive, "dissemination")
    assert (told.object, told.detail, told.agent.role) == (object_id(1), {"purpose": "view"}, "recipient")
    assert told.agent.id == ledger.pseudonym(archive, "zoe")


def test_a_search_is_on_record_with_its_hits_and_without_its_words(archive):
    assert access.searched(archive, 7, now=NOW, agent="zoe")
    (told,) = events(archive, "dissemination")
    assert (told.object, told.detail) == (None, {"purpose": "search", "hits": 7})


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(access, "MOMENT", 0.05)


def test_what_is_shown_while_somebody_holds_the_archive_is_written_by_the_next(archive, file_document):
    file_document(1)
    with taken_up(archive, now=NOW, agent=AGENT):
        assert access.disseminated(archive, [object_id(1)], "print", now=NOW, agent="zoe")
        assert events(archive, "dissemination") == []
        assert len(list(archive.pending.iterdir())) == 1
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    (told,) = events(archive, "dissemination")
    assert told.detail["purpose"] == "print"
    assert told.detail["done"] == ledger.stamp(NOW)
    assert told.agent.id == ledger.pseudonym(archive, "zoe")
    assert list(archive.pending.iterdir()) == []
    assert list(fixity.verify(archive)) == []


def test_many_that_are_shown_are_one_act_in_the_ledger(archive):
    assert access.disseminated(archive, [object_id(n) for n in range(3)], "export", now=NOW, agent="zoe")
    assert [one.detail.get("follow") for one in events(archive, "dissemination")] == [2, 1, None]


def test_nothing_that_is_shown_is_nothing_to_tell(archive):
    before = ledger.read_head(archive)
    assert access.disseminated(archive, [], "export", now=NOW, agent="zoe")
    assert ledger.read_head(archive) == before


def test_what_was_told_is_not_told_again_when_the_catalogue_fails_after_it(archive, monkeypatch):
    def broken(*_):
        raise ArchiveError("The catalogue cannot be used.")

    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "apply", broken)
        assert access.disseminated(archive, [object_id(n) for n in range(3)], "view", now=NOW, agent="zoe")
    assert list(archive.pending.iterdir()) == []
    assert len(events(archive, "dissemination")) == 3


def test_what_could_not_be_told_waits_as_a_whole(archive, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_write_whole", full)
        assert access.disseminated(archive, [object_id(n) for n in range(3)], "view", now=NOW, agent="zoe")
    assert len(list(archive.pending.iterdir())) == 3
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert {one.object for one in events(archive, "dissemination")} == {object_id(n) for n in range(3)}


def test_a_notice_names_nobody(archive):
    with hold(archive):
        access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe-marker")
    assert b"zoe-marker" not in next(archive.pending.iterdir()).read_bytes()


def test_a_notice_is_written_once_though_the_plug_is_pulled_before_it_is_removed(archive):
    with hold(archive):
        access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe")
    (path,) = archive.pending.iterdir()
    kept = path.read_bytes()
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    path.write_bytes(kept)
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert len(events(archive, "dissemination")) == 1
    assert list(archive.pending.iterdir()) == []


def test_notices_of_many_are_all_written(archive):
    with hold(archive):
        access.disseminated(archive, [object_id(n) for n in range(5)], "export", now=NOW, agent="zoe")
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert {event.object for event in events(archive, "dissemination")} == {object_id(n) for n in range(5)}


def rubbish(archive):
    good = json.loads(
        pending._notice(archive, Draft("dissemination", detail={"purpose": "view"}), NOW, "zoe")
    )
    yield from (b"", b"{", b"[]", b"\xff\xfe", b"null", b"1" * 20_000, b"[" * 10_000)
    for key in good:
        for value in (None, 1, [], {}, "x y z", "\ud800"):
            yield json.dumps(good | {key: value}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    yield json.dumps(good | {"type": "deletion"}, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def test_what_is_no_notice_never_stops_a_run_and_never_reaches_the_ledger(archive):
    pieces = list(rubbish(archive))
    for data in pieces:
        (archive.pending / f"{uuid.uuid4()}.json").write_bytes(data)
    (archive.pending / "named by hand.json").write_bytes(b"{}")
    (archive.pending / "folder.json").mkdir()
    (archive.pending / "link.json").symlink_to("/etc/passwd")
    os.mkfifo(archive.pending / "pipe.json")
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert list(archive.pending.iterdir()) == []
    assert len(list(archive.quarantine.iterdir())) == len(pieces) + 4
    assert events(archive, "dissemination") == []
    assert list(fixity.verify(archive)) == []


def test_a_notice_for_which_there_is_no_room_leaves_nothing_behind(archive):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with hold(archive):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
        try:
            with pytest.raises(ArchiveError, match="put on record"):
                access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(archive.pending.iterdir()) == []


def test_what_somebody_was_killed_over_is_cleared_away_later(archive):
    old, new = (archive.pending / f"{uuid.uuid4()}.new" for _ in range(2))
    for path, age in ((old, 7200), (new, 60)):
        path.touch()
        os.utime(path, (NOW.timestamp() - age,) * 2)
    with taken_up(archive, now=NOW, agent=AGENT):
        pass
    assert list(archive.pending.iterdir()) == [new]


def test_where_nothing_can_be_written_nothing_is_recorded_and_that_is_said(archive, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "no")

    with hold(archive):
        monkeypatch.setattr(pending.durable, "write", refused)
        assert not access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe")


def test_a_ledger_that_cannot_go_on_does_not_stop_anybody_from_looking(archive):
    (archive.ledger / "head.json").write_text("{}")
    assert access.disseminated(archive, [object_id(1)], "view", now=NOW, agent="zoe")
    assert len(list(archive.pending.iterdir())) == 1


def test_a_paper_whose_filing_was_interrupted_is_filed_once(archive, catalogue, monkeypatch):
    path = f"custody/{uuid.uuid4()}/acta.toml"
    draft = Draft("custody_transfer", outcome="pending", detail={"boxes": 3})
    steps = [(papers.durable, "make_folders"), (papers.ledger, "append"), (papers.durable, "sync_folder")]
    for number, (module, name) in enumerate(steps, 1):
        with monkeypatch.context() as patched:

            def stopped(*_, **__):
                raise KeyboardInterrupt

            patched.setattr(module, name, stopped)
            with pytest.raises(KeyboardInterrupt):
                papers.file(catalogue, draft, {path: b"x = %d\n" % number}, now=NOW, agent=AGENT)
        with taken_up(archive, now=NOW + timedelta(hours=1), agent="another"):
            pass
        assert len(events(archive, "custody_transfer")) == number
    assert (archive.root / path).read_bytes() == b"x = 3\n"
    assert list(fixity.verify(archive)) == []
    before = rebuild.dump(archive)
    rebuild.rebuild(archive)
    assert rebuild.dump(archive) == before


def test_who_sees_a_part_alone_has_that_in_the_file_and_no_word_of_it_in_the_ledger(archive):
    grant(archive, "root", "administrator")
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        zoe = access.Person("zoe", ("clerk",), 'supplier_name:"Żółw & \\"Co\\""')
        access.enter(catalogue, zoe, now=NOW, agent=AGENT)
    assert access.only(archive, "zoe") == zoe.only
    assert access.only(archive, "root") == access.only(archive, "nobody") == ""
    assert events(archive, "policy change")[-1].detail["sees"] == "part"
    assert "Żółw".encode() not in b"".join(path.read_bytes() for path in archive.ledger.glob("*.jsonl"))
    assert list(fixity.verify(archive)) == []


@pytest.mark.parametrize("role", ["archivist", "administrator"])
def test_who_keeps_the_archive_sees_all_of_it(archive, role):
    grant(archive, "root", "administrator")
    with taken_up(archive, now=NOW, agent=AGENT) as catalogue:
        keeper = access.Person("zoe", ("clerk", role), "kind:invoice")
        with pytest.raises(AccessError, match=role):
            access.enter(catalogue, keeper, now=NOW, agent=AGENT)


@pytest.mark.parametrize("only", ["only = 1", "only = ''", "only = ' '", "some = 'x'"])
def test_a_part_that_is_no_query_lets_nobody_do_anything(archive, only):
    (archive.root / "access.toml").write_text(f"[[person]]\nlogin = 'a'\nroles = ['clerk']\n{only}")
    with pytest.raises(ConfigError, match=r"access\.toml"):
        access.may(archive, "a", "view")
