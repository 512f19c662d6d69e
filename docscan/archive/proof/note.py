"""A signed note: a text with signatures below it that anybody can check (C2SP signed-note, tlog-cosignature).

On disk: the text, which ends with a newline; an empty line; and for each
signature one line, an em dash, the name of the key, and in base64 four bytes
that tell keys of one name apart and the signature itself.

A log signs the text (Ed25519, type 0x01). A witness signs the text and the time
at which it was the newest it had seen (`cosignature/v1`, type 0x04).

There is one way to write each note, and nothing else is read: base64 that
decodes to the same bytes but is written otherwise would be a byte that nobody
vouches for.
"""

import base64
import binascii
import hashlib
from dataclasses import field
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from docscan.frozen import dataclass

ED25519 = 1
COSIGNATURE = 4
TYPES = frozenset({ED25519, COSIGNATURE})  # 6, ML-DSA-44, waits for a library that has it
KEY_BYTES = 32
ID_BYTES = 4
TIME_BYTES = 8
SIGNATURE_BYTES = 64
MOST_BYTES = 65_536  # of a note; one of ours has about 250
MOST_SIGNATURES = 64  # the specification asks for 16 at least
LATEST = 2**63 - 1  # seconds; the specification's limit for a cosignature
DASH = "— "
SECRET = "PRIVATE+KEY+"  # noqa: S105 - how the text of such a key begins (golang.org/x/mod/sumdb/note)


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that a note may be signed by.

    Attributes:
        name: Of the log or witness: no spaces and no plus sign.
        key_id: Four bytes that follow from the rest.
        type: 1 for a log's signatures, 4 for a witness's.
        key: The 32 bytes of the Ed25519 public key.
    """

    name: str
    key_id: bytes
    type: int
    key: bytes

    @property
    def vkey(self) -> str:
        """The key as text: `name+id+base64`."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.type]) + self.key)}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name.

    Attributes:
        name: Of the log or witness.
        seed: The 32 secret bytes of the Ed25519 key.
    """

    name: str
    seed: bytes = field(repr=False)

    @property
    def skey(self) -> str:
        """The private key as text: `PRIVATE+KEY+name+id+base64`."""
        return f"{SECRET}{self.name}+{self.verifier.key_id.hex()}+{_base64(bytes([ED25519]) + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """What checks its signatures as a log."""
        return verifier(self.name, self.public)

    @property
    def witness(self) -> Verifier:
        """What checks its cosignatures as a witness."""
        return verifier(self.name, self.public, COSIGNATURE)

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return _private(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        return _private(self.seed).sign(message)


@lru_cache(maxsize=8)  # a command signs twice with one key, and asks for its public one before
def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: by the key of that name and id, the bytes that it made."""

    name: str
    key_id: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it was read; what it says counts once a known key was found valid.

    Attributes:
        text: Ends with a newline.
        signatures: At least one.
    """

    text: str
    signatures: tuple[Signature, ...]


def generated(name: str) -> Signer:
    """A new private key.

    Raises:
        ValueError: The name cannot be that of a key.
    """
    return Signer(_named(name), Ed25519PrivateKey.generate().private_bytes_raw())


def verifier(name: str, key: bytes, type_: int = ED25519) -> Verifier:
    """The public key of that name and type.

    Raises:
        ValueError: The name, the type or the length of the key is not allowed.
    """
    if type_ not in TYPES or len(key) != KEY_BYTES:
        raise ValueError("the key is of another kind")
    digest = hashlib.sha256(_named(name).encode() + b"\n" + bytes([type_]) + key).digest()
    return Verifier(name, digest[:ID_BYTES], type_, key)


def parsed_vkey(text: str) -> Verifier:
    """Read a public key.

    Raises:
        ValueError: It is not exactly the text that `Verifier.vkey` gives.
    """
    name, _, rest = text.partition("+")
    data = _bytes(rest.partition("+")[2])
    if not data:
        raise ValueError("the key is empty")
    found = verifier(name, data[1:], data[0])
    if found.vkey != text:
        raise ValueError("the key does not agree with its id")
    return found


def parsed_skey(text: str) -> Signer:
    """Read a private key.

    Raises:
        ValueError: It is not exactly the text that `Signer.skey` gives.
    """
    name, _, rest = text.removeprefix(SECRET).partition("+")
    data = _bytes(rest.partition("+")[2])
    if len(data) != 1 + KEY_BYTES:
        raise ValueError("it is no private key")
    found = Signer(_named(name), data[1:])
    if found.skey != text:
        raise ValueError("the key does not agree with its id")
    return found


def signed(text: str, signer: Signer) -> bytes:
    """A note with the signature of a log.

    Args:
        text: Printable lines, the last of them ended.
        signer: Whose note it is.

    Raises:
        ValueError: The text cannot be that of a note.
    """
    line = _line(signer.verifier, signer.sign(text.encode()))
    return _checked(f"{text}\n{line}")


def cosigned(data: bytes, signer: Signer, at: int) -> bytes:
    """The note with the signature of a witness added.

    Args:
        data: The note as it was read and found valid.
        signer: The witness.
        at: When this was the newest note the witness had seen, in seconds since 1970.

    Raises:
        ValueError: It is no note, or the time is none.
    """
    note = parsed(data)
    if not 0 <= at <= LATEST:
        raise ValueError("the time of a cosignature is a number of seconds")
    signature = at.to_bytes(TIME_BYTES) + signer.sign(_witnessed(note.text, at))
    return _checked(data.decode() + _line(signer.witness, signature))


def parsed(data: bytes) -> Note:
    """Read a note.

    Raises:
        ValueError: It is not exactly what a note is written as.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("it is too long for a note")
    content = data.decode()  # a UnicodeDecodeError is a ValueError
    if any(sign < " " and sign != "\n" for sign in content):
        raise ValueError("it has control characters")
    text, _, rest = content.rpartition("\n\n")
    if not text or not rest.endswith("\n"):
        raise ValueError("it has no text, no signature or no end")
    lines = rest[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError("it has too many signatures")
    return Note(f"{text}\n", tuple(_signature(line) for line in lines))


def valid(note: Note, verifier: Verifier) -> bool:
    """Whether a key signed the note; every signature under its name and id has to be right."""
    if verifier.type == COSIGNATURE:
        return cosignature_time(note, verifier) is not None
    found = _by(note, verifier)
    return bool(found) and all(right(verifier, one.data, note.text.encode()) for one in found)


def cosignature_time(note: Note, verifier: Verifier) -> int | None:
    """When a witness says it had seen nothing newer, in seconds since 1970; None where it did not sign."""
    times = []
    for one in _by(note, verifier):
        at = int.from_bytes(one.data[:TIME_BYTES])
        if at > LATEST or not right(verifier, one.data[TIME_BYTES:], _witnessed(note.text, at)):
            return None
        times.append(at)
    return max(times, default=None) if verifier.type == COSIGNATURE else None


def _by(note: Note, verifier: Verifier) -> list[Signature]:
    return [one for one in note.signatures if (one.name, one.key_id) == (verifier.name, verifier.key_id)]


def right(verifier: Verifier, signature: bytes, message: bytes) -> bool:
    """Whether the bytes are the key's signature of a message."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(verifier.key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _witnessed(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"{DASH}{verifier.name} {_base64(verifier.key_id + signature)}\n"


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space:
        raise ValueError("a signature is of another form")
    data = _bytes(encoded)
    if len(data) <= ID_BYTES:
        raise ValueError("a signature is too short")
    return Signature(_named(name), data[:ID_BYTES], data[ID_BYTES:])


def _named(name: str) -> str:
    if not name or "+" in name or any(sign.isspace() for sign in name):
        raise ValueError("the name of a key is empty, or has a space or a plus sign")
    return name


def _checked(content: str) -> bytes:
    data = content.encode()
    parsed(data)
    return data


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """What canonical base64 stands for.

    Raises:
        ValueError: It is no base64, or could be written otherwise.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as problem:
        raise ValueError("it is not base64") from problem
    if _base64(data) != text:
        raise ValueError("the base64 is not canonical")
    return data
