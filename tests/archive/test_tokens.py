"""A time stamp counts when everything about it is right, and only then; openssl's own authority made them."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import tsa
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docscan.archive.proof import der, tokens
from docscan.archive.proof.tokens import Believed, TokenError

DATA = b"docscan/0123456789abcdef\n7\n\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tsa.Authority:
    return tsa.authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def answer(authority: tsa.Authority) -> bytes:
    return authority.answer(tokens.request(DATA))


@pytest.fixture(scope="module")
def believed(authority: tsa.Authority) -> Believed:
    return Believed((authority.root,))


def refused(
    answer: bytes, data: bytes, believed: Believed | None, nonce: int | None = None
) -> tuple[str, str]:
    with pytest.raises(TokenError) as caught:
        tokens.checked(answer, data, believed, nonce)
    return caught.value.code, caught.value.why


def with_certificate(answer: bytes, certificate: x509.Certificate) -> bytes:
    """The answer with another certificate of the same name and number beside it."""
    whole = der.only(answer)
    status, token = whole.inside
    kind, content = token.inside
    (signed,) = content.inside
    put = der.only(certificate.public_bytes(Encoding.DER))
    parts = [der.made(part.tag, [put]) if part.tag == tokens.CERTIFICATES else part for part in signed.inside]
    content = der.made(content.tag, [der.made(signed.tag, parts)])
    return der.made(whole.tag, [status, der.made(token.tag, [kind, content])]).data


def test_a_time_stamp_says_when_and_by_whom(answer: bytes, believed: Believed) -> None:
    token = tokens.checked(answer, DATA, believed)
    assert token.authority == "Test TSA"
    assert token.policy == tsa.POLICY
    assert abs(token.at - datetime.now(UTC)) < timedelta(hours=1)


def test_one_of_other_bytes_is_told_apart_from_one_that_is_not_valid(
    answer: bytes, believed: Believed
) -> None:
    assert refused(answer, DATA + b"x", believed) == ("T2", "")


def test_an_answer_to_another_request_is_refused(answer: bytes, authority: tsa.Authority) -> None:
    request = tokens.request(DATA)
    mine = authority.answer(request)
    nonce = tokens.nonce_of(request)
    assert tokens.checked(mine, DATA, None, nonce)
    assert refused(answer, DATA, None, nonce) == ("T1", tokens.ANSWERS_ANOTHER)


def test_the_nonce_is_the_one_that_openssl_sees_in_the_request(tmp_path: Path) -> None:
    request = tokens.request(DATA)
    (tmp_path / "q").write_bytes(request)
    words = ["openssl", "ts", "-query", "-in", str(tmp_path / "q"), "-text"]
    text = subprocess.run(words, capture_output=True, check=True, text=True).stdout
    said = text.partition("Nonce: ")[2].split()[0]
    assert int(said, 16) == tokens.nonce_of(request)
    with pytest.raises(TokenError):
        tokens.nonce_of(b"no request")


def test_another_policy_than_the_one_asked_for_is_refused(answer: bytes, authority: tsa.Authority) -> None:
    assert tokens.checked(answer, DATA, Believed((authority.root,), tsa.POLICY))
    other = Believed((authority.root,), "1.2.3.4.2")
    assert refused(answer, DATA, other) == ("T1", tokens.OTHER_POLICY)


def test_a_refusal_is_told_as_one(tmp_path: Path, authority: tsa.Authority, believed: Believed) -> None:
    (tmp_path / "data").write_bytes(DATA)
    words = ["openssl", "ts", "-query", "-data", str(tmp_path / "data"), "-sha1"]
    request = subprocess.run(words, capture_output=True, check=True).stdout
    assert refused(authority.answer(request), DATA, believed) == ("T1", tokens.REFUSED)


def test_a_certificate_that_does_not_say_critically_it_stamps_is_refused(
    answer: bytes, authority: tsa.Authority, believed: Believed
) -> None:
    swapped = with_certificate(answer, authority.certificate(critical=False))
    assert refused(swapped, DATA, believed) == ("T1", tokens.NO_STAMPER)


def test_a_certificate_that_was_not_signed_along_is_refused(
    answer: bytes, authority: tsa.Authority, believed: Believed
) -> None:
    other = authority.certificate(until=datetime.now(UTC) + timedelta(days=1000))
    assert refused(with_certificate(answer, other), DATA, believed) == ("T1", tokens.UNNAMED)


def test_an_authority_nobody_believes_is_refused(answer: bytes, tmp_path: Path) -> None:
    stranger = tsa.authority(tmp_path)
    assert refused(answer, DATA, Believed((stranger.root,))) == ("T1", tokens.NOT_BELIEVED)
    assert refused(answer, DATA, Believed(())) == ("T1", tokens.NOT_BELIEVED)
    assert tokens.checked(answer, DATA, None), "who gave it was left open"


def test_a_certificate_that_had_expired_when_it_stamped_is_refused(tmp_path: Path) -> None:
    authority = tsa.authority(tmp_path)
    past = datetime.now(UTC) - timedelta(days=1)
    authority.stamps_with(authority.certificate(until=past))
    answer = authority.answer(tokens.request(DATA))
    assert refused(answer, DATA, Believed((authority.root,))) == ("T1", tokens.NOT_BELIEVED)


def test_a_certificate_that_expired_since_does_not_matter_where_openssl_is_told_the_moment(
    tmp_path: Path,
) -> None:
    authority = tsa.authority(tmp_path)
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    authority.stamps_with(authority.certificate(until=until))
    answer = authority.answer(tokens.request(DATA))
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds() + 1.1))
    token = tokens.checked(answer, DATA, Believed((authority.root,)))
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "answer").write_bytes(answer)
    words = ["openssl", "ts", "-verify", "-data", "data", "-in", "answer", "-CAfile", "ca.pem"]
    plain = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    then = [*words, "-attime", str(int(token.at.timestamp()))]
    told = subprocess.run(then, cwd=tmp_path, capture_output=True, check=False)
    assert (plain.returncode, told.returncode) == (1, 0)


def test_the_older_way_to_name_the_certificate_is_read_too(tmp_path: Path) -> None:
    authority = tsa.authority(tmp_path)
    authority.stamps_with(authority.certificate(), ess="sha1")
    answer = authority.answer(tokens.request(DATA))
    assert tokens.checked(answer, DATA, Believed((authority.root,)))
    other = with_certificate(answer, authority.certificate(until=datetime.now(UTC) + timedelta(days=1000)))
    assert refused(other, DATA, Believed((authority.root,))) == ("T1", tokens.UNNAMED)


def test_certificates_in_either_order_are_read(answer: bytes, believed: Believed) -> None:
    whole = der.only(answer)
    status, token = whole.inside
    kind, content = token.inside
    (signed,) = content.inside
    parts = [
        der.made(part.tag, reversed(part.inside)) if part.tag == tokens.CERTIFICATES else part
        for part in signed.inside
    ]
    content = der.made(content.tag, [der.made(signed.tag, parts)])
    other = der.made(whole.tag, [status, der.made(token.tag, [kind, content])]).data
    assert other != answer
    assert len(other) == len(answer)
    assert tokens.in_order(other) == tokens.in_order(answer)
    assert tokens.checked(other, DATA, believed) == tokens.checked(answer, DATA, believed)


def test_every_byte_that_is_signed_is_looked_at(answer: bytes, believed: Believed) -> None:
    digest = sha256(DATA).digest()
    imprint = answer.index(digest)
    for at in range(imprint, imprint + len(digest)):
        assert refused(flipped(answer, at), DATA, believed)[0] in {"T1", "T2"}
    for at in range(len(answer) - 60, len(answer)):  # the signature itself
        assert refused(flipped(answer, at), DATA, believed) == ("T1", tokens.NOT_BELIEVED)


def test_an_authority_with_the_number_0_is_no_reason_to_warn(answer: bytes, believed: Believed) -> None:
    numbered = bytes.fromhex("020101300a06082a8648ce3d040302")  # serialNumber 1, and how it is signed
    assert numbered in answer
    nought = answer.replace(numbered, numbered[:2] + b"\0" + numbered[3:])
    assert tokens.checked(nought, DATA, believed) == tokens.checked(answer, DATA, believed)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.booleans())
def test_damaged_bytes_give_an_answer_and_never_a_traceback(
    answer: bytes, believed: Believed, at: int, bit: int, cut: bool
) -> None:
    place = at % len(answer)
    damaged = (
        answer[:place] if cut else answer[:place] + bytes([answer[place] ^ 1 << bit]) + answer[place + 1 :]
    )
    found: tokens.Token | TokenError
    try:
        found = tokens.checked(damaged, DATA, believed)
    except TokenError as problem:
        found = problem
    if isinstance(found, TokenError):
        assert found.code in {"T1", "T2"}
    else:
        assert found == tokens.checked(answer, DATA, believed), "only bytes that nobody signed may change"


@given(st.binary(max_size=200))
def test_any_bytes_are_no_time_stamp(data: bytes) -> None:
    assert refused(data, DATA, None)[0] == "T1"


def test_an_answer_beyond_measure_is_not_read() -> None:
    assert refused(b"\x30" * (tokens.MOST_BYTES + 1), DATA, None) == ("T1", tokens.UNREADABLE)
