"""PAdES signatures by pyHanko, with a key from a PKCS#12 file (extra `sign`)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from docscan.archive.config import Config
from docscan.archive.custody import read_small
from docscan.errors import ConfigError, SignatureError
from docscan.frozen import dataclass
from docscan.pipeline import Pipeline
from docscan.signing import xmp
from docscan.signing.xmp import Making

FIELD = "docscan"
DIGEST = "sha256"
MAX_KEY = 1_000_000  # bytes: a key with a long chain of certificates has some thousands
MAX_PASSWORD = 1_024  # bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """What copies are signed with.

    Attributes:
        signer: pyHanko's, with the key and its certificates.
        timestamper: pyHanko's, where docscan.toml names an authority; else None.
        homologation: As docscan.toml names it.
    """

    signer: Any
    timestamper: Any = None
    homologation: str = ""

    @property
    def certificate(self) -> str:
        """SHA-256 of the signer's certificate, in hex."""
        return hashlib.sha256(self.signer.signing_cert.dump()).hexdigest()


def load(config: Config, root: Path, environment: Mapping[str, str], now: datetime) -> Seal:
    """Open the key that `docscan.toml` names.

    Args:
        config: The archive's.
        root: The archive's folder, from which paths are meant.
        environment: Where the password may stand.
        now: When it is to be used, with its time zone.

    Raises:
        ConfigError: No key is named, it cannot be opened, its certificate is
            not valid now, or what signs is not installed.
    """
    try:
        from pyhanko.sign import signers, timestamps  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise ConfigError(
            "The pipeline signs what it files, and what signs is not installed.",
            hint="Install it: pip install 'docscan[sign]'.",
        ) from problem
    settings = config.signature
    if not settings.key:
        raise ConfigError(
            "The pipeline signs what it files, and docscan.toml names no key.",
            hint='Write under [signature]: key = "company.p12".',
        )
    password = _password(config, root, environment)
    try:
        data = read_small(root / settings.key, MAX_KEY)
        signer = signers.SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=password)
    except (OSError, ValueError, TypeError) as problem:
        raise ConfigError(
            f"The key {settings.key} cannot be opened: {problem}.",
            hint="See that it is a PKCS#12 file, and that its password is right.",
        ) from problem
    url = config.timestamp.url
    seal = Seal(signer, timestamps.HTTPTimeStamper(url) if url else None, settings.homologation)
    _expect_valid(settings.key, signer, now)
    return seal


def asked(
    pipeline: Pipeline, config: Config, root: Path, environment: Mapping[str, str], now: datetime
) -> Seal | None:
    """Open the key for a pipeline that signs what it files.

    Args:
        pipeline: The archive's.
        config: The archive's.
        root: The archive's folder, from which paths are meant.
        environment: Where the password may stand.
        now: When it is to be used, with its time zone.

    Returns:
        None for a pipeline that signs nothing.

    Raises:
        ConfigError: The key cannot be used.
    """
    return load(config, root, environment, now) if pipeline.signature.standard else None


def sign(path: Path, seal: Seal, making: Making) -> None:
    """Write into a PDF how it was made, and sign all of it; no change is allowed afterwards.

    Args:
        path: The searchable copy, replaced by the signed one.
        seal: What to sign with.
        making: What to write into it.

    Raises:
        SignatureError: It cannot be signed, or the time-stamping authority does not answer.
    """
    described, signed = path.with_suffix(".described"), path.with_suffix(".signed")
    try:
        xmp.describe(path, described, making)
        _signed(described, signed, seal)
    finally:
        described.unlink(missing_ok=True)
    signed.replace(path)


def _signed(source: Path, target: Path, seal: Seal) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - an extra
    from pyhanko.pdf_utils.metadata import model, xmp_xml  # noqa: PLC0415 - as above
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - as above
    from pyhanko.sign import fields, signers  # noqa: PLC0415 - as above
    from pyhanko.sign.general import SigningError  # noqa: PLC0415 - as above
    from pyhanko.sign.timestamps import TimestampRequestError  # noqa: PLC0415 - as above

    model.NS[xmp.PREFIX] = xmp.NAMESPACE  # pyHanko writes the metadata anew
    xmp_xml.register_namespaces()  # type: ignore[no-untyped-call]  # which pyHanko has no types for
    how = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    try:
        with source.open("rb") as file, target.open("w+b") as output:
            writer = IncrementalPdfFileWriter(file)
            signers.sign_pdf(writer, how, seal.signer, timestamper=seal.timestamper, output=output)
    except (PdfError, SigningError, TimestampRequestError, OSError) as problem:
        target.unlink(missing_ok=True)
        raise SignatureError(
            f"A document cannot be signed: {problem}.",
            hint="Nothing is lost: mend the key or the time-stamping authority, then run again.",
        ) from problem


def _password(config: Config, root: Path, environment: Mapping[str, str]) -> bytes | None:
    settings = config.signature
    if settings.password_env:
        if settings.password_env not in environment:
            raise ConfigError(
                f"The environment variable {settings.password_env} is not set.",
                hint="It holds the password of the key that docscan.toml names.",
            )
        return environment[settings.password_env].encode()
    if not settings.password_file:
        return None
    try:
        return read_small(root / settings.password_file, MAX_PASSWORD).rstrip(b"\r\n")
    except OSError as problem:
        raise ConfigError(
            f"The password file {settings.password_file} cannot be read: {problem}.",
            hint="docscan.toml names it under [signature].",
        ) from problem


def _expect_valid(name: str, signer: Any, now: datetime) -> None:
    validity = signer.signing_cert["tbs_certificate"]["validity"]
    first, last = validity["not_before"].native, validity["not_after"].native
    if not first <= now <= last:
        raise ConfigError(
            f"The certificate of {name} is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only.",
            hint="Name a key with a certificate that is valid today.",
        )
