"""A company's certificate, by an authority made for the test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)
PASSWORD = "correct horse"  # noqa: S105 - of a key made for the test


def certificate(folder: Path, *, days: int = 30) -> x509.Certificate:
    """A company's certificate by an authority of its own, with its key in `company.p12`."""
    key, authority = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    first = NOW - timedelta(days=60)

    def made(
        subject: x509.Name, whose: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, ca: bool
    ) -> x509.Certificate:
        usage = dict.fromkeys(
            ("data_encipherment", "key_encipherment", "key_agreement", "encipher_only", "decipher_only"),
            False,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(whose.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(NOW + timedelta(days=days if not ca else 400))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca,
                    content_commitment=not ca,
                    key_cert_sign=ca,
                    crl_sign=ca,
                    **usage,
                ),
                critical=True,
            )
            .sign(authority, hashes.SHA256())
        )

    root = made(issuer, authority, ca=True)
    own = made(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Company")]), key, ca=False)
    packed = pkcs12.serialize_key_and_certificates(
        b"company", key, own, [root], BestAvailableEncryption(PASSWORD.encode())
    )
    (folder / "company.p12").write_bytes(packed)
    return root
