"""Documents leave one archive with their proofs and enter another with their custody unbroken."""

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bagit
import ocfl
import pytest
import target
import tsa

from docscan import archive as archives
from docscan.archive import Archive, durable, fixity, ledger, objects, rebuild
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.handover import bag, packing, proofs, taking_over
from docscan.archive.handover.taking_over import Taken
from docscan.archive.proof import keys, merkle, policy
from docscan.archive.recovery import taken_up
from docscan.auditor import verify_archive as script
from docscan.errors import ArchiveError, FixityError, LedgerError, NotFoundError

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
CHOSEN = tuple(target.object_id(number) for number in (2, 4))  # number 2 has two versions


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return target.made(tmp_path_factory.mktemp("sender") / "archive", 5)


@pytest.fixture(scope="module")
def packed(sender: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "bag"
    with open_catalogue(sender) as catalogue:
        bag.selection(sender, catalogue, CHOSEN, folder, now=NOW)
    return folder


@pytest.fixture
def parcel(packed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(packed, tmp_path / "bag"))


@pytest.fixture
def recipient(tmp_path: Path) -> Archive:
    return archives.create(tmp_path / "recipient", name="recipient", language="de", now=NOW, agent="ana")


def taken(archive: Archive, folder: Path, pinned: str = "") -> Taken:
    with taken_up(archive, now=NOW, agent="ana") as catalogue:
        return taking_over.take_over(catalogue, folder, pinned=pinned, now=NOW, agent="ana")


def own_key(archive: Archive) -> str:
    return target.own_key(archive).public.hex()


def tree(folder: Path) -> dict[str, str]:
    """The digest of every file under a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): durable.digest_of(path) for path in files}


def evidence(archive: Archive) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """All that counts of an archive."""
    return tree(archive.objects), tree(archive.ledger), tree(archive.root / "custody")


def transfers(archive: Archive) -> list[tuple[str, str]]:
    events = ledger.read(archive)
    return [(one.outcome, one.agent.role) for one in events if one.type == "custody_transfer"]


# --- a document alone ---------------------------------------------------------------------------------------


def test_a_proof_tells_of_its_document_and_of_no_other(sender: Archive, tmp_path: Path) -> None:
    with open_catalogue(sender) as catalogue:
        written = proofs.write(sender, catalogue, CHOSEN[:1], tmp_path / "proof")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "proof").rglob("*") if path.is_file())
    assert written.objects == 1
    assert CHOSEN[0].encode() in everything
    for number in (1, 3, 4, 5):
        assert target.object_id(number).encode() not in everything
    assert ledger.read_head(sender).size == written.checkpoint.size > written.lines


def test_each_line_is_proved_as_the_specification_says(sender: Archive, tmp_path: Path) -> None:
    with open_catalogue(sender) as catalogue:
        written = proofs.write(sender, catalogue, CHOSEN, tmp_path / "proof")
    lines = (tmp_path / "proof" / proofs.LINES).read_bytes().splitlines()
    assert len(lines) == written.lines
    for line in lines:
        number = json.loads(line)["seq"]
        data = (tmp_path / "proof" / proofs.PROOFS / f"{number:012d}.tlog-proof").read_bytes()
        assert data.startswith(b"c2sp.org/tlog-proof@v1\nindex %d\n" % number)
        found = proofs.parsed(data)
        signed = written.checkpoint
        assert merkle.verify_inclusion(number, signed.size, merkle.leaf(line), found.hashes, signed.root)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\nindex 01\n\nnote\n",
        b"c2sp.org/tlog-proof@v1\nindex 1\nAAAB\n\nnote\n".replace(b"AAAB", b"AAAB=="),
        b"c2sp.org/tlog-proof@v2\nindex 1\n\nnote\n",
        b"c2sp.org/tlog-proof@v1\n\nindex 1\n\nnote\n",
    ],
)
def test_a_proof_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        proofs.parsed(data)


def test_what_is_not_as_it_was_filed_is_not_given_out(sender: Archive, tmp_path: Path) -> None:
    damaged = target.copied(sender, tmp_path / "damaged")
    objects.path_of(damaged, CHOSEN[0], "record.json").write_text("{}")
    with open_catalogue(damaged) as catalogue, pytest.raises(FixityError):
        bag.selection(damaged, catalogue, CHOSEN, tmp_path / "bag", now=NOW)
    assert not list(tmp_path.glob("bag*"))


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Cómo comprobar"), ("pl", "Jak sprawdzić"), ("de", "Wie man")]
)
def test_how_to_check_is_said_in_the_archive_s_language(
    sender: Archive, tmp_path: Path, language: str, words: str
) -> None:
    spoken = replace(sender, config=replace(sender.config, language=language))
    packing.add_instructions(spoken, tmp_path, proofs.newest(sender)[0], own_key(sender))
    text = (tmp_path / packing.INSTRUCTIONS).read_text(encoding="utf-8")
    assert words in text
    assert own_key(sender) in text
    assert r'|"\($d)  \(.)"' in text  # nothing of the commands was taken for a place to fill


# --- bags ---------------------------------------------------------------------------------------------------


def test_a_bag_says_what_it_is(sender: Archive, packed: Path) -> None:
    found = bagit.Bag(str(packed))
    found.validate()
    size = ledger.read_head(sender).size
    assert found.info["Source-Organization"] == "target"
    assert found.info["External-Identifier"] == f"{ledger.origin(sender)}@{size}"
    assert found.info["Bagging-Date"] == "2026-04-01"
    octets, files = map(int, found.info["Payload-Oxum"].split("."))
    payload = [path for path in (packed / "data").rglob("*") if path.is_file()]
    assert (octets, files) == (sum(path.stat().st_size for path in payload), len(payload))


def test_its_objects_are_an_ocfl_root_of_their_own(packed: Path) -> None:
    root = ocfl.StorageRoot(root=str(packed / "data/objects"))
    assert root.validate()
    assert root.num_objects == root.good_objects == len(CHOSEN)


def test_its_signature_is_one_that_openssl_checks(packed: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    words = ["pkeyutl", "-verify", "-pubin", "-inkey", bag.SIGNER, "-rawin", "-in", bag.TAGS]
    ran = subprocess.run(
        [openssl, *words, "-sigfile", bag.SIGNATURE], cwd=packed, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_without_the_key_no_bag_is_made(
    sender: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keys.PLACE, str(tmp_path / "nowhere"))
    with open_catalogue(sender) as catalogue, pytest.raises(LedgerError, match="key"):
        bag.selection(sender, catalogue, CHOSEN, tmp_path / "bag", now=NOW)


def test_a_full_disk_leaves_no_half_bag(
    sender: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [9]

    def filled(path: Path, data: bytes) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr(durable, "write", filled)
    with open_catalogue(sender) as catalogue, pytest.raises(ArchiveError, match="No space left"):
        bag.selection(sender, catalogue, CHOSEN, tmp_path / "bag", now=NOW)
    assert not list(tmp_path.glob("bag*"))


def test_a_killed_export_leaves_nothing_that_looks_whole(sender: Archive, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        packing.add_instructions = lambda *_: os._exit(9)  # type: ignore[assignment]  # the plug is pulled there
        with open_catalogue(sender) as catalogue:
            bag.selection(sender, catalogue, CHOSEN, tmp_path / "bag", now=NOW)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert [path.name for path in tmp_path.iterdir()] == ["bag.unfinished"]
    with open_catalogue(sender) as catalogue:
        bag.selection(sender, catalogue, CHOSEN, tmp_path / "bag", now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_a_folder_with_something_in_it_is_not_packed_into(sender: Archive, tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    with open_catalogue(sender) as catalogue, pytest.raises(ArchiveError, match="there already"):
        bag.selection(sender, catalogue, CHOSEN, tmp_path, now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_what_is_not_on_the_shelf_is_not_packed(sender: Archive, tmp_path: Path) -> None:
    with open_catalogue(sender) as catalogue, pytest.raises(NotFoundError):
        bag.selection(sender, catalogue, [target.object_id(77)], tmp_path / "bag", now=NOW)


def test_to_hand_over_everything_is_told_before_and_after(sender: Archive, tmp_path: Path) -> None:
    leaving = target.copied(sender, tmp_path / "leaving")
    with taken_up(leaving, now=NOW, agent="ana") as catalogue:
        done = bag.hand_over(leaving, catalogue, tmp_path / "bag", now=NOW, agent="ana")
    assert transfers(leaving) == [("pending", "transmitter"), ("pass", "transmitter")]
    assert done.objects == 5
    assert {path.name for path in (tmp_path / "bag/data").iterdir()} >= {"objects", "ledger", "docscan.toml"}
    receipt = bag.receipt(leaving, done, now=NOW)
    assert done.manifest in receipt
    assert own_key(leaving) in receipt
    assert list(fixity.verify(leaving)) == []


def test_the_certificates_that_judge_time_stamps_go_along(sender: Archive, tmp_path: Path) -> None:
    leaving = target.copied(sender, tmp_path / "leaving")
    certificates = tsa.authority(tmp_path).certificates.read_bytes()
    for number, (name, data, carried) in enumerate(
        (
            ("trusted/tsa.pem", certificates, True),
            ("broken.pem", b"none", False),
            ("missing.pem", b"", False),
            ("../outside.pem", certificates, False),
        )
    ):
        place = leaving.root / name
        place.parent.mkdir(exist_ok=True)
        if data:
            place.write_bytes(data)
        (leaving.root / policy.FILE).write_text(f'[timestamp]\ncertificates = "{name}"\n')
        with taken_up(leaving, now=NOW, agent="ana") as catalogue:
            bag.hand_over(leaving, catalogue, tmp_path / f"bag{number}", now=NOW, agent="ana")
        root = tmp_path / f"bag{number}/data"
        assert (root / name).is_file() == carried
        assert not carried or (root / name).read_bytes() == data
        found = (*fixity.verify(archives.open_archive(root)), *script.check(root, [], {}, []).findings)
        assert {one.code for one in found} <= {"P1"}, "only the catalogue stays behind"


def test_a_hand_over_that_fails_is_cancelled(sender: Archive, tmp_path: Path) -> None:
    leaving = target.copied(sender, tmp_path / "leaving")
    objects.path_of(leaving, CHOSEN[1], "record.json").write_text("{}")
    with taken_up(leaving, now=NOW, agent="ana") as catalogue, pytest.raises(FixityError):
        bag.hand_over(leaving, catalogue, tmp_path / "bag", now=NOW, agent="ana")
    assert transfers(leaving) == [("pending", "transmitter"), ("cancelled", "transmitter")]
    assert not list(tmp_path.glob("bag*"))


# --- taking over --------------------------------------------------------------------------------------------


def test_documents_keep_their_ids_bytes_and_versions(
    sender: Archive, packed: Path, recipient: Archive
) -> None:
    assert sorted(taken(recipient, packed).taken) == sorted(CHOSEN)
    for object_id in CHOSEN:
        assert tree(objects.folder_of(recipient, object_id)) == tree(objects.folder_of(sender, object_id))
    with open_catalogue(recipient) as catalogue:
        assert {row.id: row.version for row in catalogue.listing()} == {CHOSEN[0]: 2, CHOSEN[1]: 1}


def test_the_recipient_s_archive_is_clean_and_can_be_rebuilt(packed: Path, recipient: Archive) -> None:
    taken(recipient, packed)
    assert list(fixity.verify(recipient)) == []
    assert script.check(recipient.root, [], {}, []).findings == []
    root = ocfl.StorageRoot(root=str(recipient.objects))
    assert root.validate()
    assert root.num_objects == root.good_objects == len(CHOSEN)
    live = rebuild.dump(recipient)
    rebuild.rebuild(recipient)
    assert rebuild.dump(recipient) == live


def test_the_ledger_says_where_they_come_from(sender: Archive, packed: Path, recipient: Archive) -> None:
    result = taken(recipient, packed)
    assert transfers(recipient) == [("pending", "recipient"), ("pass", "recipient")]
    first = next(one for one in ledger.read(recipient) if one.type == "custody_transfer")
    assert first.detail["origin"] == ledger.origin(sender) == result.origin
    assert first.detail["size"] == ledger.read_head(sender).size
    (path,) = first.files
    kept = json.loads((recipient.root / path).read_bytes())
    assert kept["key"] == own_key(sender)
    told = [json.loads(one["line"]).get("object") for one in kept["lines"]]
    assert set(told) == {None, *CHOSEN}
    assert durable.digest_of(recipient.root / path) == first.files[path]


def test_a_document_taken_over_can_be_corrected_and_handed_on(
    packed: Path, recipient: Archive, tmp_path: Path
) -> None:
    taken(recipient, packed)
    with open_catalogue(recipient) as catalogue:
        bag.selection(recipient, catalogue, CHOSEN, tmp_path / "further", now=NOW)
    third = archives.create(tmp_path / "third", name="third", language="pl", now=NOW, agent="ewa")
    assert sorted(taken(third, tmp_path / "further").taken) == sorted(CHOSEN)
    assert list(fixity.verify(third)) == []


def test_the_same_bag_twice_is_told_and_changes_nothing(packed: Path, recipient: Archive) -> None:
    taken(recipient, packed)
    size = ledger.read_head(recipient).size
    again = taken(recipient, packed)
    assert (again.taken, sorted(again.known)) == ((), sorted(CHOSEN))
    assert ledger.read_head(recipient).size == size


def test_a_document_that_is_here_with_other_bytes_is_refused(packed: Path, recipient: Archive) -> None:
    with taken_up(recipient, now=NOW, agent="ana") as catalogue:
        target.file_one(recipient, catalogue, 4)  # of that id, and salted otherwise
    before = ledger.read_head(recipient).size
    with pytest.raises(FixityError, match="anderem Inhalt"):
        taken(recipient, packed)
    assert ledger.read_head(recipient).size == before


def test_what_was_destroyed_here_does_not_come_back(packed: Path, recipient: Archive) -> None:
    taken(recipient, packed)
    shutil.rmtree(objects.folder_of(recipient, CHOSEN[1]))
    target.happened(recipient, Draft("deletion", object=CHOSEN[1]))
    with pytest.raises(FixityError, match="vernichtet"):
        taken(recipient, packed)


def test_a_hold_goes_with_its_document(sender: Archive, recipient: Archive, tmp_path: Path) -> None:
    holding = target.copied(sender, tmp_path / "holding")
    hold = target.object_id(98)
    target.happened(
        holding, Draft("hold placed", object=CHOSEN[1], detail={"hold": hold, "reason": "litigation"})
    )
    with open_catalogue(holding) as catalogue:
        bag.selection(holding, catalogue, CHOSEN, tmp_path / "bag", now=NOW)
    taken(recipient, tmp_path / "bag")
    (placed,) = [one for one in ledger.read(recipient) if one.type == "hold placed"]
    assert (placed.object, placed.detail["hold"]) == (CHOSEN[1], hold)


def test_everything_can_be_taken_over(sender: Archive, recipient: Archive, tmp_path: Path) -> None:
    leaving = target.copied(sender, tmp_path / "leaving")
    with taken_up(leaving, now=NOW, agent="ana") as catalogue:
        bag.hand_over(leaving, catalogue, tmp_path / "bag", now=NOW, agent="ana")
    assert len(taken(recipient, tmp_path / "bag", own_key(leaving)).taken) == 5
    assert list(fixity.verify(recipient)) == []


# --- bags that are not right --------------------------------------------------------------------------------


def resaved(folder: Path) -> None:
    """Make the manifests of a bag fit what is in it."""
    bagit.Bag(str(folder)).save(manifests=True)


def signed_anew(folder: Path, sender: Archive) -> None:
    signature = target.own_key(sender).sign((folder / bag.TAGS).read_bytes())
    (folder / bag.SIGNATURE).write_bytes(signature)


def flip_record(folder: Path) -> None:
    path = folder / "data" / target.folder(4) / "v1/content/record.json"
    target.edited(path, lambda data: data.replace(b"F-4", b"F-9"))


def edit_line(folder: Path) -> None:
    target.edited(folder / "data" / proofs.LINES, lambda data: data.replace(b'"pages":1', b'"pages":7', 1))


def lose_proof(folder: Path) -> None:
    next((folder / "data" / proofs.PROOFS).iterdir()).unlink()


def spoil_checkpoint(folder: Path) -> None:
    target.edited(
        folder / "data" / proofs.CHECKPOINT, lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    )


def lead_out(folder: Path) -> None:
    path = folder / "data" / target.folder(4) / "inventory.json"
    target.edited(path, lambda data: data.replace(b"v1/content/salt", b"../../../../../../salt"))


def no_json(folder: Path) -> None:
    (folder / "data" / target.folder(4) / "inventory.json").write_text("[" * 100_000)


FORGERIES = (flip_record, edit_line, lose_proof, spoil_checkpoint, lead_out, no_json)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_bag_that_was_changed_is_refused_whatever_was_made_to_fit(
    sender: Archive, parcel: Path, recipient: Archive, forge: Callable[[Path], None]
) -> None:
    forge(parcel)
    for mend in (lambda: None, lambda: resaved(parcel), lambda: signed_anew(parcel, sender)):
        mend()
        before = evidence(recipient)
        with pytest.raises(FixityError):
            taken(recipient, parcel)
        assert evidence(recipient) == before


def test_a_bag_of_another_key_is_refused(packed: Path, recipient: Archive) -> None:
    with pytest.raises(FixityError, match="Schlüssel"):
        taken(recipient, packed, "00" * 32)


def link_out(folder: Path) -> None:
    path = folder / "data" / target.folder(4) / "v1/content/salt"
    path.unlink()
    path.symlink_to("/etc/passwd")


def pipe(folder: Path) -> None:
    (folder / "data/pipe").unlink(missing_ok=True)
    os.mkfifo(folder / "data/pipe")


def fetch(folder: Path) -> None:
    (folder / "fetch.txt").write_text("http://example.com/a 3 data/a\n")


def long_manifest(folder: Path) -> None:
    with (folder / "manifest-sha256.txt").open("ab") as file:
        file.write(b"0" * 1_000_000)


def path_out(folder: Path) -> None:
    with (folder / "manifest-sha256.txt").open("a") as file:
        file.write(f"{'0' * 64}  ../../outside\n")


def other_charset(folder: Path) -> None:
    (folder / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: no-such-thing\n")


def no_bag(folder: Path) -> None:
    (folder / "bagit.txt").unlink()


def untagged(folder: Path) -> None:
    (folder / bag.TAGS).unlink()


def unsigned(folder: Path) -> None:
    (folder / bag.SIGNATURE).unlink()


def rubbish(folder: Path) -> None:
    (folder / "manifest-sha256.txt").write_bytes(bytes(range(256)) * 9)


HOSTILE = (link_out, pipe, fetch, long_manifest, path_out, other_charset, no_bag, untagged, unsigned, rubbish)


@pytest.mark.parametrize("act", HOSTILE, ids=lambda act: act.__name__)
def test_a_hostile_bag_is_refused_with_a_sentence(
    parcel: Path, recipient: Archive, act: Callable[[Path], None]
) -> None:
    act(parcel)
    before = evidence(recipient)
    with pytest.raises(FixityError, match="wird nicht übernommen"):
        taken(recipient, parcel)
    assert evidence(recipient) == before


# --- interruptions ------------------------------------------------------------------------------------------


STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"}


def armed(last: int) -> None:
    """End this process, as a kill would, at the given step: each path that is touched, each flush, is one."""
    left, flush = [last], os.fsync

    def step(event: str, _: object = None) -> None:
        left[0] -= event in STEPS or event == "flush"
        if not left[0]:
            os._exit(9)

    def counted(descriptor: int) -> None:
        step("flush")
        flush(descriptor)

    os.fsync = counted
    sys.addaudithook(step)


def killed(archive: Archive, folder: Path, step: int) -> int:
    """Take over in a process that is killed; how it ended."""
    child = os.fork()
    if child == 0:
        with taken_up(archive, now=NOW, agent="ana") as catalogue:
            armed(step)
            taking_over.take_over(catalogue, folder, now=NOW, agent="ana")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_take_over_that_is_killed_goes_on_where_it_was(
    packed: Path, recipient: Archive, tmp_path: Path
) -> None:
    ended = 9
    for step in range(1, 5000, 41):
        archive = target.copied(recipient, tmp_path / "killed" / str(step))
        ended = killed(archive, packed, step)
        result = taken(archive, packed)
        assert sorted((*result.taken, *result.known)) == sorted(CHOSEN)
        assert list(fixity.verify(archive)) == []
        assert list(archive.staging.iterdir()) == []
        shutil.rmtree(archive.root)
        if not ended:
            break
    assert (ended, step > 400) == (0, True)


@pytest.mark.parametrize("failing", ["hold placed", "custody_transfer"])
def test_a_take_over_that_ends_before_what_stands_was_told_goes_on_with_it(
    sender: Archive, recipient: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    holding = target.copied(sender, tmp_path / "holding")
    last = sorted(CHOSEN)[-1]
    target.happened(holding, Draft("hold placed", object=last, detail={"hold": last, "reason": "claim"}))
    with open_catalogue(holding) as catalogue:
        bag.selection(holding, catalogue, CHOSEN, tmp_path / "bag", now=NOW)

    def pulled(_: object, draft: Draft, __: object) -> None:
        if draft.type == failing:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taking_over, "_tell", pulled)
        with pytest.raises(KeyboardInterrupt):
            taken(recipient, tmp_path / "bag")
    for _ in range(2):
        taken(recipient, tmp_path / "bag")
        told = [(one.type, one.outcome, one.object) for one in ledger.read(recipient)]
        assert told.count(("hold placed", "pass", last)) == 1
        assert told.count(("custody_transfer", "pass", None)) == 1
