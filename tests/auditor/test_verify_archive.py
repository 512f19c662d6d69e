"""The auditor's script finds what docscan finds, and says nothing of what is right."""

import ast
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attacks
import bagit
import pytest
import target
import tsa
from attacks import ATTACKS
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import DataObject, binary, data, integers, sampled_from
from target import Attack

from docscan import archive as archives
from docscan import auditor
from docscan.archive import Archive, event
from docscan.archive import report as reports
from docscan.archive.catalogue import open_catalogue
from docscan.archive.event import Draft
from docscan.archive.handover import bag, proofs
from docscan.archive.proof import handouts, note, policy
from docscan.archive.recovery import taken_up
from docscan.auditor import verify_archive as script
from docscan.messages import sentences

SCRIPT = Path(auditor.__file__).with_name("verify_archive.py")
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive that nobody touched, and its log's key."""
    home = tmp_path_factory.mktemp("sound")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DOCSCAN_KEYS", str(home / "keys"))
        yield target.made(home / "archive", attacks.DOCUMENTS)


@pytest.fixture
def victim(sound: Archive, tmp_path: Path) -> Archive:
    return target.copied(sound, tmp_path / "archive")


def found(folder: Path, *words: str) -> tuple[int, list[dict[str, str]]]:
    """What the script finds, called as an auditor calls it."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), str(folder), "--json", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def places(folder: Path, *witnesses: Path) -> set[tuple[str, str, str]]:
    """Code, path and object of everything the script finds."""
    report = script.check(folder, witnesses, {}, [])
    return {(one.code, one.path, one.object) for one in report.findings}


def theirs(archive: Archive, *witnesses: Path) -> set[tuple[str, str, str]]:
    """The same of what docscan finds."""
    report = reports.verify(archive, reports.Asked(witnesses=witnesses), now=NOW, agent=target.AGENT)
    return {(one.code, one.path, one.object) for one in report.findings}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_it_finds_what_docscan_finds(victim: Archive, attack: Attack) -> None:
    witness = target.witnessed(victim)
    told = attack.act(victim)
    mine = places(victim.root)
    assert mine == theirs(victim)
    assert {(code, path) for code, path, _ in mine if not code.startswith("P")} == told
    assert places(victim.root, witness) == theirs(victim, witness)


def named_alone(archive: Archive, paths: tuple[str, ...], data: bytes = b"innocent") -> int:
    """File these under one event, and say which line it is."""
    for path in paths:
        (archive.root / path).parent.mkdir(parents=True, exist_ok=True)
        (archive.root / path).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    target.happened(archive, Draft("policy change", files=dict.fromkeys(paths, digest)))
    return next(seq for seq, one in enumerate(target.events_of(archive)) if paths[0] in one.get("files", {}))


def break_line(archive: Archive, seq: int) -> None:
    lines = target.lines_of(archive)
    lines[seq] = b"!" + lines[seq][1:]
    target.put_lines(archive, lines)


STAMPED = ("ledger/timestamps/000000000002.note", "ledger/timestamps/000000000002.tsr")
KEPT = ("ledger/witnesses/0123abcd-000000000002.note",)


def of_another_log(archive: Archive) -> bytes:
    """A checkpoint that can be read and is not of this ledger."""
    return (archive.root / target.NOTE).read_bytes().replace(b"docscan/", b"docscan/0", 1)


@pytest.mark.parametrize(("paths", "code"), [(STAMPED, "T"), (KEPT, "W")])
def test_a_changed_file_is_told_once_and_its_pair_is_not_accused(
    victim: Archive, paths: tuple[str, ...], code: str
) -> None:
    named_alone(victim, paths, of_another_log(victim))
    assert {one[0][0] for one in places(victim.root)} == {one[0][0] for one in theirs(victim)} == {code}
    for path in paths:
        before = (victim.root / path).read_bytes()
        (victim.root / path).write_bytes(before.replace(b"docscan/0", b"docscan/1", 1))
        assert places(victim.root) == theirs(victim) == {("D1", path, "")}
        (victim.root / path).unlink()
        assert places(victim.root) == theirs(victim) == {("D2", path, "")}
        (victim.root / path).write_bytes(before)


def test_what_somebody_else_kept_is_told_whatever_it_is_called(
    victim: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named_alone(victim, KEPT, of_another_log(victim))
    brought = tmp_path / "elsewhere" / KEPT[0]
    brought.parent.mkdir(parents=True)
    (victim.root / KEPT[0]).rename(brought)
    monkeypatch.chdir(tmp_path / "elsewhere")
    told = {("D2", KEPT[0], ""), ("W2", KEPT[0], "")}
    assert places(victim.root, Path(KEPT[0])) == theirs(victim, Path(KEPT[0])) == told


PAPERS = f"custody/{target.object_id(55)}"


@pytest.mark.parametrize(
    "paths",
    [
        ("access.toml",),
        ("retention.toml", f"{PAPERS}/retention.toml"),
        (f"{PAPERS}/acta.pdf", f"{PAPERS}/proposal.json"),
        KEPT,
        STAMPED,
    ],
)
def test_a_file_whose_line_is_lost_is_not_accused(victim: Archive, paths: tuple[str, ...]) -> None:
    break_line(victim, named_alone(victim, paths))
    told = {("L1", "ledger/000000.jsonl", "")}
    assert places(victim.root) == theirs(victim) == told
    for path in ("ledger/witnesses/planted.note", "ledger/witnesses/ffffffff-000000000002.note"):
        (victim.root / path).parent.mkdir(parents=True, exist_ok=True)
        (victim.root / path).write_bytes(b"x")
        told.add(("D3", path, ""))
    if paths == ("access.toml",):  # which costs nothing, so that another may stand as well
        told.remove(("D3", path, ""))
    assert places(victim.root) == theirs(victim) == told


def test_the_mark_of_an_object_whose_first_line_is_lost_is_not_accused(victim: Archive) -> None:
    name = target.object_id(target.CORRECTED)
    break_line(victim, next(n for n, one in enumerate(target.events_of(victim)) if one.get("object") == name))
    assert places(victim.root) == theirs(victim) == {("L1", "ledger/000000.jsonl", "")}
    mark = f"{target.folder(target.CORRECTED)}/0=ocfl_object_1.1"
    (victim.root / mark).write_bytes(b"x")
    assert ("D1", mark, name) in places(victim.root) & theirs(victim)


def damage(folder: Path, draw: DataObject) -> None:
    """One thing that a disk or a clerk does to a file of the evidence."""
    names = [name for name in every_file(folder) if name.startswith(("objects/", "ledger/"))]
    path = folder / draw.draw(sampled_from(names))
    data, way = path.read_bytes(), draw.draw(sampled_from(("flip", "cut", "lose", "plant", "copy", "line")))
    at = draw.draw(integers(0, max(0, len(data) - 1)))
    if way == "flip" and data:
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << draw.draw(integers(0, 7))]) + data[at + 1 :])
    elif way == "cut":
        path.write_bytes(data[:at])
    elif way == "lose":
        path.unlink()
    elif way == "plant":
        path.with_name("planted").write_bytes(b"x")
    elif way == "copy":
        path.write_bytes((folder / draw.draw(sampled_from(names))).read_bytes())
    else:
        lines = data.splitlines(keepends=True) or [b""]
        lines.insert(draw.draw(integers(0, len(lines))), lines.pop(draw.draw(integers(0, len(lines) - 1))))
        path.write_bytes(b"".join(lines))


@given(draw=data())
@settings(max_examples=40, deadline=None)
def test_it_finds_what_docscan_finds_in_any_wreck(
    sound: Archive, tmp_path_factory: pytest.TempPathFactory, draw: DataObject
) -> None:
    wreck = target.copied(sound, tmp_path_factory.mktemp("wreck") / "archive")
    for _ in range(draw.draw(integers(1, 3))):
        damage(wreck.root, draw)
    assert places(wreck.root) == theirs(wreck)
    shutil.rmtree(wreck.root)


def test_an_archive_that_nobody_touched_has_no_findings(sound: Archive) -> None:
    code, findings = found(sound.root)
    assert (code, findings) == (3, [])  # it is of March, and nobody outside has seen it since


def test_a_fresh_archive_is_clean(tmp_path: Path) -> None:
    fresh = archives.create(tmp_path / "fresh", name="A", language="en", now=NOW, agent="tester")
    assert found(fresh.root) == (0, [])


def test_findings_leave_with_eight(victim: Archive) -> None:
    told = attacks.flip(victim, attacks.ORIGINAL)
    code, findings = found(victim.root)
    assert code == 8
    assert {(one["code"], one["path"]) for one in findings} == told


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere",),
        (".", "--trust", "nowhere.toml"),
        (".", "--witness", "pyproject.toml"),
        (".", "--key", "x"),
    ],
)
def test_a_wrong_call_leaves_with_two(words: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_it_needs_neither_docscan_nor_a_newer_python() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 9))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        name.split(".")[0]
        for node in imports
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
        )
    }
    assert names - {"__future__", "cryptography"} <= sys.stdlib_module_names


def test_every_code_it_gives_has_a_meaning() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    given = set(re.findall(r'"([A-Z]\d)"', text))
    assert given == set(script.MEANINGS)
    assert given - {"T2"} <= set(sentences())


def test_it_knows_the_same_words_as_docscan() -> None:
    assert (script.TYPES, script.OUTCOMES, script.ROLES) == (event.TYPES, event.OUTCOMES, event.ROLES)


ODD = (
    *("0", "-1", "1e3", "1.0", "true", "null", '""', "[]", "{}", "9007199254740992", "-9007199254740992"),
    *('"a b"', '"a_b-c d e"', '"A020"', '"AB1234"', '"12.00"', '"-0.10"', '"P6Y"', '"2026-02-30"', '"x/1"'),
    *('"u:0123456789abcdef"', '"docscan/0.1.0"', '"Ana"', '"a\\n"', '"\u0660"', '"image/png"', '"a  b"'),
)
KEYS = ("v", "seq", "at", "prev", "type", "outcome", "agent", "object", "object_version", "files", "detail")


@given(draw=data())
@settings(max_examples=200, deadline=None)
def test_a_line_is_an_event_for_both_or_for_neither(sound: Archive, draw: DataObject) -> None:
    line = draw.draw(sampled_from(target.lines_of(sound)))
    found = json.loads(line)
    value = json.loads(draw.draw(sampled_from(ODD)))
    way = draw.draw(sampled_from(("key", "detail", "file", "byte", "more")))
    if way == "key":
        found[draw.draw(sampled_from(KEYS))] = value
    elif way == "detail":
        found["detail"] = {draw.draw(sampled_from(("a", "a_1", "A", "", "1"))): value}
    elif way == "file":
        found["files"] = {
            draw.draw(sampled_from(NAMES)): draw.draw(sampled_from((event.NO_LINE, "ab", value)))
        }
    elif way == "more":
        found["more"] = value
    changed = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    if way == "byte":
        at = draw.draw(integers(0, len(line) - 1))
        changed = line[:at] + draw.draw(binary(min_size=1, max_size=2)) + line[at + 1 :]
    assert (script.read_line("ledger/000000.jsonl", 1, changed + b"\n").code == "L1") == (
        not is_event(changed)
    )


NAMES = (
    *(
        "inventory.json",
        "v2/inventory.json.sha256",
        "v0/inventory.json",
        "v1/content/original",
        "ledger/log.json",
    ),
    *("ledger/timestamps/000000000012.tsr", "ledger/witnesses/0123abcd-000000000012.note", "access.toml"),
    *(f"custody/{target.object_id(1)}/{name}" for name in ("origin.json", "acta.pdf", "A.pdf", "a.exe")),
    *(
        "objects/0=ocfl_1.1",
        "objects/extensions/x/config.json",
        "v1/content/record.json",
        "../x",
        "scan.pdf\n",
    ),
)


def is_event(line: bytes) -> bool:
    if b"\n" in line:
        return False
    try:
        event.parsed(line)
    except ValueError:
        return False
    return True


# --- witnesses and the trust policy -------------------------------------------------------------------------


def trusting(folder: Path, witness: note.Signer, within: str = "30d") -> Path:
    path = folder / "own-trust.toml"
    path.write_text(f'[[witness]]\nname = "client"\nkey = "{witness.witness.vkey}"\nwithin = "{within}"\n')
    return path


def test_a_witness_who_saw_it_lately_meets_the_policy(victim: Archive, tmp_path: Path) -> None:
    client = note.generated("client")
    signed = note.cosigned((victim.root / target.NOTE).read_bytes(), client, int(NOW.timestamp()))
    kept = tmp_path / "kept.note"
    kept.write_bytes(signed)
    trust = str(trusting(tmp_path, client))
    assert found(victim.root, "--trust", trust)[0] == 3
    assert found(victim.root, "--trust", trust, "--witness", str(kept)) == (0, [])


@pytest.mark.parametrize("days", [-40, 40])
def test_a_witness_of_another_month_does_not(victim: Archive, tmp_path: Path, days: int) -> None:
    client, at = note.generated("client"), NOW + timedelta(days=days)
    kept = tmp_path / "kept.note"
    kept.write_bytes(note.cosigned((victim.root / target.NOTE).read_bytes(), client, int(at.timestamp())))
    assert found(victim.root, "--trust", str(trusting(tmp_path, client)), "--witness", str(kept)) == (3, [])


def test_two_witnesses_of_two_histories_cannot_both_be_right(victim: Archive, tmp_path: Path) -> None:
    other = target.copied(victim, tmp_path / "other")
    target.happened(other, Draft("appraisal"))
    target.happened(victim, Draft("accession"))
    target.happened(victim, Draft("accession"))
    told = {(code, path) for code, path, _ in places(victim.root, other.root / target.NOTE)}
    assert told == {("W2", str(other.root / target.NOTE))}


def test_a_key_that_was_told_otherwise_is_believed_alone(victim: Archive) -> None:
    own = target.own_key(victim).public.hex()
    assert found(victim.root, "--key", own)[1] == []
    code, findings = found(victim.root, "--key", "00" * 32)
    assert (code, [one["code"] for one in findings]) == (8, ["C1"])


def test_another_history_that_nobody_signed_is_said_to_be_unsigned(victim: Archive, tmp_path: Path) -> None:
    kept = target.witnessed(victim)
    events = target.events_of(victim)
    target.rewritten(victim, [*events[:-1], events[1]], target.own_key(victim))
    told = {one.code: one.found for one in script.check(victim.root, [kept], {}, []).findings}
    assert told["W2"] != script.UNSIGNED_NOTE
    text, _, signature = kept.read_text().partition("\n\n")
    kept.write_text(f"{text.rpartition(chr(10))[0]}\n{'A' * 43}=\n\n{signature}")
    told = {one.code: one.found for one in script.check(victim.root, [kept], {}, []).findings}
    assert told["W2"] == script.UNSIGNED_NOTE


def test_time_stamps_that_it_does_not_check_are_said_not_to_be(victim: Archive, tmp_path: Path) -> None:
    assert not [line for line in script.check(victim.root, [], {}, []).lines() if "Not checked" in line]
    target.furnished(victim, tsa.authority(tmp_path))
    report = script.check(victim.root, [], {}, [])
    (said,) = [line for line in report.lines() if line.startswith("Not checked here")]
    assert "openssl ts -verify -data ledger/timestamps/" in said
    assert report.findings == []


# --- bags and proofs ----------------------------------------------------------------------------------------

CHOSEN = (2, 4)


@pytest.fixture(scope="module")
def packed(sound: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag with two of the six documents."""
    folder = tmp_path_factory.mktemp("packed") / "bag"
    with open_catalogue(sound) as catalogue:
        bag.selection(sound, catalogue, [target.object_id(number) for number in CHOSEN], folder, now=NOW)
    return folder


def test_what_a_witness_signed_goes_with_an_excerpt(victim: Archive, tmp_path: Path) -> None:
    client = note.generated("client")
    trusting(victim.root, client).rename(victim.root / policy.FILE)
    with taken_up(victim, now=NOW, agent=target.AGENT) as catalogue:
        signed = note.cosigned((victim.root / target.NOTE).read_bytes(), client, int(NOW.timestamp()))
        handouts.acknowledge(victim, catalogue, signed, now=NOW, agent=target.AGENT)
    with open_catalogue(victim) as catalogue:
        bag.selection(victim, catalogue, [target.object_id(2)], tmp_path / "bag", now=NOW)
        proofs.write(victim, catalogue, [target.object_id(2)], tmp_path / "alone")
    for folder in (tmp_path / "bag", tmp_path / "alone"):
        assert list(folder.rglob("witnesses/*.note"))
        assert found(folder)[1] == []
        (top,) = folder.rglob("witnesses")
        (top / "planted.note").write_text("x")
        assert any(one["path"].endswith("planted.note") for one in found(folder)[1])


def test_a_policy_that_is_no_file_is_a_wrong_call(victim: Archive, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(script.WrongCall):
        script.parse_policy(tmp_path / "pipe")


@pytest.fixture
def parcel(packed: Path, tmp_path: Path) -> Path:
    shutil.copytree(packed, tmp_path / "bag")
    return tmp_path / "bag"


@pytest.fixture
def key(sound: Archive) -> str:
    return target.own_key(sound).public.hex()


def resaved(folder: Path) -> None:
    """Make the manifests of a bag fit what is in it."""
    forged = bagit.Bag(str(folder))
    forged.save(manifests=True)
    forged.validate()


def signed_anew(folder: Path, signer: note.Signer) -> None:
    (folder / bag.SIGNATURE).write_bytes(signer.sign((folder / bag.TAGS).read_bytes()))


def test_a_bag_is_valid_and_proved(packed: Path, key: str) -> None:
    bagit.Bag(str(packed)).validate()
    assert found(packed, "--key", key) == (0, [])
    assert found(packed)[0] == 3  # anybody can make a bag that agrees with itself


def test_a_forged_record_in_a_bag_is_found_though_bagit_calls_it_valid(parcel: Path, key: str) -> None:
    place = parcel / "data" / target.folder(4)
    for name in ("", "v1/"):
        forge(place, name)
    resaved(parcel)
    codes = {(one["code"], one["path"]) for one in found(parcel, "--key", key)[1]}
    assert ("D1", f"data/{target.folder(4)}/inventory.json") in codes
    assert ("X2", bag.SIGNATURE) in codes


def forge(place: Path, above: str) -> None:
    """Another number in a record, and this copy of the inventory made to fit."""
    record = place / "v1/content/record.json"
    old = hashlib.sha256(record.read_bytes()).hexdigest()
    record.write_bytes(record.read_bytes().replace(b"F-4", b"F-7"))
    new = hashlib.sha256(record.read_bytes()).hexdigest()
    inventory = (place / f"{above}inventory.json").read_bytes().replace(old.encode(), new.encode())
    (place / f"{above}inventory.json").write_bytes(inventory)
    sidecar = f"{hashlib.sha256(inventory).hexdigest()} inventory.json\n"
    (place / f"{above}inventory.json.sha256").write_text(sidecar)


def test_a_bag_signed_with_another_key_is_found(parcel: Path, key: str) -> None:
    signed_anew(parcel, note.generated("docscan/other"))
    assert [(one["code"], one["path"]) for one in found(parcel, "--key", key)[1]] == [("X2", bag.SIGNATURE)]


def test_a_line_forged_with_the_key_in_hand_still_lacks_its_proof(parcel: Path, sound: Archive) -> None:
    lines = parcel / "data" / proofs.LINES
    lines.write_bytes(lines.read_bytes().replace(b'"pages":1', b'"pages":9', 1))
    resaved(parcel)
    signed_anew(parcel, target.own_key(sound))
    assert {one["code"] for one in found(parcel)[1]} >= {"L7"}


def every_file(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_flipped_bit_in_any_file_of_a_bag_is_named(parcel: Path, key: str) -> None:
    """One bit of each file in turn; only the helpful public key is not needed to check the others."""
    chance = random.Random(8)  # noqa: S311 - which bit does not matter
    silent = []
    for name in every_file(parcel):
        with target.put_back(parcel / name) as before:
            at = chance.randrange(len(before))
            (parcel / name).write_bytes(
                before[:at] + bytes([before[at] ^ 1 << chance.randrange(8)]) + before[at + 1 :]
            )
            script.READ.clear()
            report = script.check(parcel, [], {}, [bytes.fromhex(key)])
            blamed = {one.path for one in report.findings}
            if name not in blamed and not (name.startswith("data/ledger") and blamed):
                silent.append(name)
    assert silent == [bag.SIGNER]


def test_a_lost_or_planted_file_of_a_bag_is_named(parcel: Path, key: str) -> None:
    (parcel / "VERIFY.md").unlink()
    (parcel / "data/objects/more.pdf").touch()
    (parcel / "note.txt").touch()
    told = {(one["code"], one["path"]) for one in found(parcel, "--key", key)[1]}
    assert told == {("X1", "VERIFY.md"), ("D3", "data/objects/more.pdf"), ("X1", "note.txt")}


def test_a_witness_confirms_a_proof_through_what_only_grew(victim: Archive, tmp_path: Path) -> None:
    early = target.witnessed(victim)
    target.happened(victim, Draft("appraisal"))
    with open_catalogue(victim) as catalogue:
        proofs.write(victim, catalogue, [target.object_id(3)], tmp_path / "proof")
        handout = handouts.handout(victim, catalogue, 8)
    (tmp_path / "since").write_bytes(handout.data)
    assert found(tmp_path / "proof")[0] == 3
    assert found(tmp_path / "proof", "--witness", str(early)) == (3, [])  # it alone cannot be compared
    assert found(tmp_path / "proof", "--witness", str(early), "--witness", str(tmp_path / "since")) == (0, [])


def test_a_witness_of_another_history_contradicts_a_proof(victim: Archive, tmp_path: Path) -> None:
    other = target.copied(victim, tmp_path / "other")
    target.happened(other, Draft("appraisal"))
    target.happened(victim, Draft("accession"))
    with open_catalogue(victim) as catalogue:
        proofs.write(victim, catalogue, [target.object_id(3)], tmp_path / "proof")
    code, findings = found(tmp_path / "proof", "--witness", str(other.root / target.NOTE))
    assert (code, [one["code"] for one in findings]) == (8, ["W2"])


# --- hostile input ------------------------------------------------------------------------------------------


@given(draw=data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rubbish_makes_it_stop(
    packed: Path, draw: DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("rubbish") / "bag"
    shutil.copytree(packed, place)
    name = draw.draw(sampled_from(every_file(place)))
    (place / name).write_bytes(draw.draw(binary(max_size=300)))
    assert isinstance(script.check(place, [], {}, []).findings, list)
    shutil.rmtree(place.parent)


def hostile(place: Path, name: str) -> None:
    path = place / name
    path.unlink()
    if name.endswith(".txt"):
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)


@pytest.mark.parametrize(
    "name", ["manifest-sha256.txt", "data/ledger/lines.jsonl", "data/ledger/checkpoint.note"]
)
def test_a_bag_that_leads_elsewhere_is_named(parcel: Path, name: str) -> None:
    hostile(parcel, name)
    code, findings = found(parcel)
    assert code == 8
    assert findings


def test_an_inventory_that_leads_out_of_its_object_is_named(parcel: Path) -> None:
    place = parcel / "data" / target.folder(4) / "inventory.json"
    inventory = json.loads(place.read_text())
    inventory["manifest"]["ab" * 32] = ["../../../../../../../etc/passwd", "v1/content/\udc00\u0000"]
    place.write_text(json.dumps(inventory))
    assert found(parcel)[0] == 8


@pytest.mark.parametrize(
    "text",
    [
        "[[witness]]\n[witness]\nname = 'x'",
        "[witness]",
        'witness = "x"',
        "[[witness]]\nkey = true",
        "[[witness]]\nwithin = true",
        "[[timestamp]]",
        'timestamp = "x"',
        'log = "x"',
        "[log]\nkey = true",
        f"[log]\nkey = {'[' * 20_000}{']' * 20_000}",
    ],
)
def test_an_archive_s_own_trust_policy_of_another_form_ends_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "trust.toml").write_text(text)
    command = [sys.executable, str(SCRIPT), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (8, "")  # there is no ledger, which it tells all the same
    assert "trust policy is not met: the archive's own cannot be used" in ran.stdout
