"""`trust.toml` is checked whole, and asks for what is usual where it is silent."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from docscan.archive import Archive, config
from docscan.archive.proof import note, policy
from docscan.archive.proof.policy import Policy, Stamped, Trusted
from docscan.errors import ConfigError

WITNESS = note.Signer("acme", bytes(32)).witness  # the same in every process that collects these tests
LOG = note.Signer("docscan/1", bytes(31) + b"1").verifier


def load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / policy.FILE
    path.write_text(text, encoding="utf-8")
    return policy.load(path)


def test_no_file_and_the_template_both_ask_for_what_is_usual(tmp_path: Path) -> None:
    assert policy.load(tmp_path / "none.toml") == Policy()
    assert load(tmp_path, policy.TEMPLATE) == Policy()


def test_the_template_shows_every_key_with_the_signs_away(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in policy.TEMPLATE.splitlines()[3:]]
    text = "\n".join(lines).replace('"..."', f'"{LOG.vkey}"', 1).replace('"..."', f'"{WITNESS.vkey}"')
    found = load(tmp_path, text)
    assert found.keys == (LOG,)
    assert found.witnesses == (Trusted("acme", WITNESS, timedelta(days=30)),)
    assert found.timestamp == Stamped(timedelta(days=2), tmp_path / "tsa.pem", "1.2.3.4", qualified=False)


def test_a_new_archive_has_the_template(archive: Archive) -> None:
    assert (archive.root / policy.FILE).read_text(encoding="utf-8") == policy.TEMPLATE


def test_the_archive_s_own_policy_believes_whom_its_configuration_believes(archive: Archive) -> None:
    assert policy.own(archive) == Policy()
    stamping = config.Stamping(certificates="tsa.pem")
    stamped = replace(archive, config=replace(archive.config, timestamp=stamping))
    assert policy.own(stamped).timestamp.certificates == archive.root / "tsa.pem"
    assert policy.load(archive.root / policy.FILE) == Policy(), "an auditor believes nobody for that"
    (archive.root / policy.FILE).write_text("[timestamp]\ncertificates = 'other.pem'\n")
    assert policy.own(stamped).timestamp.certificates == archive.root / "other.pem"


def test_several_keys_and_witnesses_may_be_named(tmp_path: Path) -> None:
    other = note.generated("other").witness
    text = f'[log]\nkey = ["{LOG.vkey}", "{LOG.vkey}"]\n' + "".join(
        f'[[witness]]\nname = "{one.name}"\nkey = "{one.vkey}"\n' for one in (WITNESS, other)
    )
    found = load(tmp_path, text)
    assert found.keys == (LOG, LOG)
    assert [(one.name, one.key, one.within) for one in found.witnesses] == [
        ("acme", WITNESS, policy.WITHIN),
        ("other", other, policy.WITHIN),
    ]


@pytest.mark.parametrize(
    ("text", "sentence", "hint"),
    [
        ("[wittness]", "wittness is not known", "witness"),
        ("[log]\nkeys = 'x'", "[log] keys is not known", "key"),
        ("[log]\nkey = 'x'", "[log] key cannot be used", "whole"),
        ("[witness]\nname = 'a'", "not a list of tables", "[[witness]]"),
        ("[[witness]]\nname = 'a'", "key is missing", "witness init"),
        (f"[[witness]]\nname = 'a'\nkey = '{LOG.vkey}'", "not a witness's", "witness init"),
        (f"[[witness]]\nname = 'a'\nkey = '{WITNESS.vkey}'\nwithin = 30", "no span of time", "30d"),
        ("[timestamp]\npolicy = 'any'", "policy = 'any'", "1.2.3.4"),
        ("[timestamp]\nqualified = 'yes'", "neither true nor false", "quotes"),
        ("[timestamp]\ncertificates = ''", "is not a text", "quotes"),
        ("[timestamp", "cannot be read", "line"),
    ],
)
def test_a_mistake_is_named_with_a_way_out(tmp_path: Path, text: str, sentence: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert sentence in str(caught.value)
    assert hint in caught.value.hint


def test_what_is_no_file_is_named_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "ring", "zero", "."):
        with pytest.raises(ConfigError, match="cannot be read"):
            policy.load(tmp_path / name)
