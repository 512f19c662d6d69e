"""Signed notes are read as others write them, and in no other form."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.archive.proof import note

# the example of C2SP signed-note
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# the key and note that golang.org/x/mod/sumdb/note documents
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# a witness's key in the tests of transparency-dev/formats (Apache-2.0)
WITNESS = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

LOG = note.Signer("docscan/0123456789abcdef", b"l" * 32)
CLIENT = note.Signer("client", b"c" * 32)
CHECKPOINT = note.signed("docscan/0123456789abcdef\n7\nroot\n", LOG)


def test_the_example_of_the_specification_is_valid() -> None:
    verifier = note.parsed_vkey(VKEY)
    assert (verifier.name, verifier.key_id.hex(), verifier.type) == ("example.com/foo", "530d903a", 1)
    assert verifier.vkey == VKEY
    found = note.parsed(EXAMPLE)
    assert found.text == "This is an example message.\n"
    assert note.valid(found, verifier)


def test_the_same_key_signs_the_same_bytes_as_elsewhere() -> None:
    signer = note.parsed_skey(SKEY)
    assert signer.skey == SKEY
    assert signer.verifier.vkey == PUBLIC
    assert note.signed(TEXT, signer) == SIGNED


def test_a_witness_key_of_another_program_is_read() -> None:
    verifier = note.parsed_vkey(WITNESS)
    assert (verifier.type, verifier.vkey) == (note.COSIGNATURE, WITNESS)


def test_a_private_key_is_not_shown() -> None:
    assert LOG.seed.hex() not in repr(LOG)
    assert repr(b"l" * 32) not in repr(LOG)


@given(st.integers(0, 8 * len(SIGNED) - 1))
def test_no_bit_of_a_note_can_be_changed(bit: int) -> None:
    changed = bytearray(SIGNED)
    changed[bit // 8] ^= 1 << bit % 8
    try:
        found = note.parsed(bytes(changed))
    except ValueError:
        return
    assert not note.valid(found, note.parsed_vkey(PUBLIC))


@given(st.binary(max_size=300) | st.text().map(str.encode))
def test_any_bytes_are_a_note_or_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        note.parsed(data)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_what_was_signed_is_read_again(text: str) -> None:
    found = note.parsed(note.signed(f"{text}\n", LOG))
    assert found.text == f"{text}\n"
    assert note.valid(found, LOG.verifier)
    assert not note.valid(found, CLIENT.verifier)


@given(st.integers(0, note.LATEST))
def test_a_cosignature_tells_its_time(at: int) -> None:
    found = note.parsed(note.cosigned(CHECKPOINT, CLIENT, at))
    assert note.cosignature_time(found, CLIENT.witness) == at
    assert note.valid(found, CLIENT.witness)
    assert note.valid(found, LOG.verifier)


def test_a_log_is_no_witness_of_itself() -> None:
    found = note.parsed(CHECKPOINT)
    assert note.cosignature_time(found, LOG.witness) is None
    assert note.cosignature_time(found, LOG.verifier) is None


def test_the_time_of_a_cosignature_cannot_be_changed() -> None:
    text, _, line = note.cosigned(CHECKPOINT, CLIENT, 1000).decode()[:-1].rpartition(" ")
    data = bytearray(base64.b64decode(line))
    data[11] ^= 1
    found = note.parsed(f"{text} {base64.b64encode(data).decode()}\n".encode())
    assert note.cosignature_time(found, CLIENT.witness) is None
    assert note.valid(found, LOG.verifier)


def test_one_wrong_signature_of_a_known_key_makes_the_note_invalid() -> None:
    other = note.signed("another text\n", LOG).decode().rpartition("\n\n")[2]
    assert not note.valid(note.parsed(CHECKPOINT + other.encode()), LOG.verifier)


def test_signatures_of_strangers_are_passed_over() -> None:
    data = CHECKPOINT
    for number in range(20):
        data = note.cosigned(data, note.Signer(f"w{number}", bytes([number]) * 32), number)
    assert note.valid(note.parsed(data), LOG.verifier)


def unpadded(line: str) -> str:
    """The same signature, with a bit set that base64 does not use: 68 bytes end with two spare ones."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body, last = line[:-3], line[-3]
    return f"{body}{signs[signs.index(last) ^ 1]}=\n"


@pytest.mark.parametrize(
    "changed",
    [
        SIGNED[:-1],
        SIGNED + b"\n",
        SIGNED.replace(b"\n\n", b"\n"),
        SIGNED.replace("— ".encode(), b"- "),
        SIGNED.replace(b"PeterNeumann x08", b"PeterNeumann  x08"),
        SIGNED.replace(b"\n", b"\r\n"),
        SIGNED.replace(b"x08go", b"x08g"),
        SIGNED.replace(b"=\n", b"\n"),
        SIGNED + b"a line that is no signature\n",
        b"\n" + SIGNED[len(TEXT) :],
        unpadded(SIGNED.decode()).encode(),
        SIGNED[:-1] + b"\xff\n",
        SIGNED + SIGNED[len(TEXT) + 1 :] * 64,
        b"a" * note.MOST_BYTES + SIGNED,
    ],
    ids=range(14),
)
def test_a_note_that_is_written_otherwise_is_not_read(changed: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        note.parsed(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        "a+b+c",
        "a++",
        f"{VKEY}=",
        VKEY.replace("530d", "530e"),
        VKEY[:-4],
        VKEY.replace("+A", "+B"),
        "+00000000+" + VKEY[-44:],
    ],
)
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        note.parsed_vkey(text)
    with pytest.raises(ValueError, match=r"."):
        note.parsed_skey(text)
    with pytest.raises(ValueError, match=r"."):
        note.parsed_skey(note.SECRET + text)


@pytest.mark.parametrize("name", ["", "two words", "one\u2003other", "a+b", "a\nb"])
def test_a_name_that_could_not_be_read_again_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        note.generated(name)


@pytest.mark.parametrize("text", ["no end", "", "bell\a\n", "tab\t\n"])
def test_a_text_that_could_not_be_read_again_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        note.signed(text, LOG)


@pytest.mark.parametrize("at", [-1, 2**63])
def test_a_time_that_is_none_is_not_cosigned(at: int) -> None:
    with pytest.raises(ValueError, match="seconds"):
        note.cosigned(CHECKPOINT, CLIENT, at)


def test_a_new_key_is_another_each_time() -> None:
    one, other = note.generated("log"), note.generated("log")
    assert one.seed != other.seed
    assert re.fullmatch(r"log\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", one.verifier.vkey)
