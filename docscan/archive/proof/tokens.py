"""A time stamp as its authority sent it (RFC 3161), and what has to be right about it.

1. It was granted.
2. It stamps the SHA-256 of these bytes.
3. It answers this request (nonce); asked only when it arrives.
4. It was given under the policy that is asked for, if any is.
5. The certificate that signed it may stamp times and nothing else (extended
   key usage, critical), and is the one the signed attributes name (ESSCertID).
6. The signature is right, and at the time it states the certificate was valid
   and led to one that is believed. That it has expired since does not matter.

The library for the last step reads strict DER only. Many authorities send their
certificates in another order than DER asks for; no signature covers that order,
so they are put in order first.
"""

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from docscan.archive.proof import der
from docscan.archive.proof.der import Element
from docscan.errors import ArchiveError, ConfigError
from docscan.frozen import dataclass
from docscan.messages import sentence

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse, TimeStampTokenInfo

GRANTED = b"\0"
SHA256 = "2.16.840.1.101.3.4.2.1"
CERTIFICATES = 0xA0  # [0] in SignedData
ATTRIBUTES = 0xA0  # [0] in SignerInfo
# 1.2.840.113549.1.9.16.2.12 (RFC 2634) and .47 (RFC 5035), and the digest where none is named
SIGNING_CERTIFICATE = {
    bytes.fromhex("2a864886f70d010910020c"): "sha1",
    bytes.fromhex("2a864886f70d010910022f"): "sha256",
}
DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
# what the libraries raise over bytes that are no time stamp, or none that anybody would make
MALFORMED = (ValueError, LookupError, x509.InvalidVersion, x509.DuplicateExtension, UnsupportedAlgorithm)
MOST_BYTES = 65_536  # of an answer; one with three certificates has about 6,000
WAY_OUT = "Ask again; or name another authority, or its certificates, in docscan.toml."
# why a token does not count: phrases of docscan/messages/custody.toml
UNREADABLE, REFUSED, ANSWERS_ANOTHER, OTHER_POLICY, NO_STAMPER, UNNAMED, NOT_BELIEVED = (
    f"B25{n}" for n in range(7)
)


class TokenError(ArchiveError):
    """A time stamp that proves nothing.

    Attributes:
        code: `T1` when it is not valid, `T2` when it stamps something else.
        why: The code of a phrase, or empty.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(sentence(code, "en", reason=f"@{why}"), hint=WAY_OUT)
        self.code = code
        self.why = why


@dataclass(frozen=True, slots=True)
class Believed:
    """Whom a time stamp is to come from.

    Attributes:
        certificates: One of them has to be above the certificate that signed it.
        policy: Under which it is to be given, as dotted numbers; empty for any.
    """

    certificates: tuple[x509.Certificate, ...]
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid time stamp says.

    Attributes:
        at: When its authority saw the digest.
        authority: The authority's name.
        policy: Under which it was given, as dotted numbers.
    """

    at: datetime
    authority: str
    policy: str


def available() -> bool:
    """Whether this installation can look into time stamps (the extra `tsa`)."""
    try:
        import rfc3161_client  # noqa: F401, PLC0415 - an extra; looked for, not used
    except ModuleNotFoundError:
        return False
    return True


def request(data: bytes) -> bytes:
    """A request to stamp these bytes: their SHA-256, a nonce, and the wish for certificates.

    Raises:
        ConfigError: The extra `tsa` is not installed.
    """
    expect_available()
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - an extra

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    made: TimeStampRequest = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    return made.as_bytes()


def nonce_of(asked: bytes) -> int:
    """The number by which an answer is known to be the one to this request.

    Raises:
        TokenError: It is no request of ours.
    """
    try:
        whole = der.only(asked).inside
        numbers = [part for part in whole[2:] if part.tag == der.INTEGER]
        return int.from_bytes(numbers[0].content, signed=True)
    except MALFORMED as problem:
        raise TokenError("T1", UNREADABLE) from problem


@contextmanager
def _unwarned() -> Iterator[None]:
    """Nobody is warned of what certificates had in older days, such as a root with the number 0."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


@_unwarned()
def checked(answer: bytes, data: bytes, believed: Believed | None, nonce: int | None = None) -> Token:
    """What a time stamp says of these bytes, once all is found right.

    Args:
        answer: As the authority sent it.
        data: What it is to stamp.
        believed: Whom it is to come from; None to leave open who gave it.
        nonce: Of the request, if it is known.

    Raises:
        TokenError: Something is not right.
        ConfigError: The extra `tsa` is not installed.
    """
    found, info, ordered = _read(answer)  # step 1
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise TokenError("T2")  # step 2
    if nonce is not None and info.nonce != nonce:  # step 3
        raise TokenError("T1", ANSWERS_ANOTHER)
    policy = info.policy.dotted_string
    if believed and believed.policy not in {"", policy}:  # step 4
        raise TokenError("T1", OTHER_POLICY)
    signer = _signer(found)
    _expect_stamper(signer)  # step 5
    _expect_named(ordered, signer)
    if believed:
        _expect_believed(found, data, believed.certificates)  # step 6
    return Token(info.gen_time, _name(signer), policy)


def expect_available() -> None:
    """See that time stamps can be looked into.

    Raises:
        ConfigError: The extra `tsa` is not installed.
    """
    if not available():
        raise ConfigError(
            "Time stamps need a library that is not installed.",
            hint="Install it: pip install 'docscan[tsa]'",
        )


def in_order(answer: bytes) -> bytes:
    """An answer with its certificates in the order of DER; other bytes are left as they are.

    Raises:
        ValueError: It has not the parts of an answer with a time stamp.
    """
    whole = der.only(answer)
    status, token = _parts(whole, 2)
    kind, content = _parts(token, 2)
    signed = content.inside[0]
    parts = [
        der.made(part.tag, sorted(part.inside, key=lambda item: item.data))
        if part.tag == CERTIFICATES
        else part
        for part in signed.inside
    ]
    content = der.made(content.tag, [der.made(signed.tag, parts)])
    return der.made(whole.tag, [status, der.made(token.tag, [kind, content])]).data


def _read(answer: bytes) -> tuple["TimeStampResponse", "TimeStampTokenInfo", bytes]:
    """An answer, what it states, and its bytes in order."""
    expect_available()
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - an extra

    try:
        _expect_granted(answer)  # step 1
        data = in_order(answer)
        found = decode_timestamp_response(data)
        info = found.tst_info
    except MALFORMED as problem:
        raise TokenError("T1", UNREADABLE) from problem
    return found, info, data


def _expect_granted(answer: bytes) -> None:
    if len(answer) > MOST_BYTES:
        raise ValueError("it is too long")
    status = der.only(answer).inside[0].inside[0]
    if status.tag == der.INTEGER and status.content != GRANTED:
        raise TokenError("T1", REFUSED)


def _signer(found: "TimeStampResponse") -> x509.Certificate:
    """The certificate that the signature names by issuer and number."""
    try:
        (info,) = found.signed_data.signer_infos
        certificates = [x509.load_der_x509_certificate(data) for data in found.signed_data.certificates]
        return next(
            one
            for one in certificates
            if (one.issuer, one.serial_number) == (info.issuer, info.serial_number)
        )
    except (*MALFORMED, StopIteration) as problem:
        raise TokenError("T1", UNREADABLE) from problem


def _expect_stamper(signer: x509.Certificate) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, *MALFORMED) as problem:
        raise TokenError("T1", NO_STAMPER) from problem
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise TokenError("T1", NO_STAMPER)


def _expect_named(answer: bytes, signer: x509.Certificate) -> None:
    """The certificate is the one whose digest was signed along; another of the same name is not."""
    data = signer.public_bytes(Encoding.DER)
    try:
        algorithm, digest = _named(answer)
    except (*MALFORMED, StopIteration) as problem:
        raise TokenError("T1", UNNAMED) from problem
    if hashlib.new(algorithm, data).digest() != digest:
        raise TokenError("T1", UNNAMED)


def _named(answer: bytes) -> tuple[str, bytes]:
    """The digest of the signer's certificate in the signed attributes, and by which algorithm."""
    signed = der.only(answer).inside[1].inside[1].inside[0]
    signer = signed.inside[-1].inside[0]
    attributes = next(part for part in signer.inside if part.tag == ATTRIBUTES)
    for attribute in attributes.inside:
        kind, values = _parts(attribute, 2)
        if kind.content in SIGNING_CERTIFICATE:
            certificate = values.inside[0].inside[0].inside[0].inside  # the first is the signer's
            named = certificate[0].tag == der.SEQUENCE
            algorithm = (
                DIGESTS[certificate[0].inside[0].content] if named else SIGNING_CERTIFICATE[kind.content]
            )
            return algorithm, next(part.content for part in certificate if part.tag == der.OCTETS)
    raise ValueError("it does not name the certificate")


def _expect_believed(
    found: "TimeStampResponse", data: bytes, certificates: Sequence[x509.Certificate]
) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415 - an extra

    if not certificates:
        raise TokenError("T1", NOT_BELIEVED)
    builder = VerifierBuilder(roots=list(certificates))
    try:
        builder.build().verify_message(found, data)
    except (VerificationError, *MALFORMED) as problem:
        raise TokenError("T1", NOT_BELIEVED) from problem


def _name(signer: x509.Certificate) -> str:
    names = signer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else signer.subject.rfc4514_string()


def _parts(element: Element, number: int) -> tuple[Element, ...]:
    found = element.inside
    if len(found) != number:
        raise ValueError("it has other parts")
    return found
