"""A time-stamping authority on this machine: `openssl ts` behind certificates made for the occasion."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = "1.2.3.4.1"
CONFIG = """\
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = {policy}
digests = sha256
ess_cert_id_alg = {ess}
"""


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: `ca.pem` is whom to believe."""

    folder: Path
    root: x509.Certificate
    root_key: ec.EllipticCurvePrivateKey
    key: ec.EllipticCurvePrivateKey

    @property
    def certificates(self) -> Path:
        return self.folder / "ca.pem"

    def certificate(
        self, *, until: datetime | None = None, since: datetime | None = None, critical: bool = True
    ) -> x509.Certificate:
        """A certificate to stamp with; all of them have one number, name and key."""
        now = datetime.now(UTC)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = x509.CertificateBuilder().subject_name(named("Test TSA")).issuer_name(self.root.subject)
        made = made.public_key(self.key.public_key()).serial_number(7)
        made = made.not_valid_before(since or now - timedelta(days=9))
        made = made.not_valid_after(until or now + timedelta(days=9))
        made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return made.add_extension(usage, critical=critical).sign(self.root_key, hashes.SHA256())

    def stamps_with(self, certificate: x509.Certificate, ess: str = "sha256") -> None:
        (self.folder / "tsa.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        config = CONFIG.format(folder=self.folder, policy=POLICY, ess=ess)
        (self.folder / "tsa.cnf").write_text(config)

    def answer(self, request: bytes) -> bytes:
        (self.folder / "request.tsq").write_bytes(request)
        words = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request.tsq"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, check=True)
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[str]:
        """The authority at an address of this machine."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                asked = self.headers["Content-Type"] == "application/timestamp-query"
                body = authority.answer(request) if asked and self.path == "/tsa" else b"nothing"
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/tsa"
            finally:
                server.shutdown()
                thread.join()


def authority(folder: Path) -> Authority:
    """A new authority whose certificate is valid now."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(named("Test CA")).issuer_name(named("Test CA"))
    made = made.public_key(root_key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=99)).not_valid_after(now + timedelta(days=99))
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    root = made.sign(root_key, hashes.SHA256())
    (folder / "ca.pem").write_bytes(root.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(private)
    (folder / "serial").write_text("01\n")
    found = Authority(folder, root, root_key, key)
    found.stamps_with(found.certificate())
    return found
