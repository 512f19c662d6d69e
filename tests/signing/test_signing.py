"""A copy is signed, says how it was made, and shows every change made to it afterwards."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import img2pdf
import pikepdf
import pytest
import tsa
from asn1crypto import x509 as asn1_x509
from certificates import NOW, PASSWORD, certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pikepdf import pdfa
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import validation
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from docscan import signing
from docscan.archive.config import Config, Signing, Stamping
from docscan.errors import ConfigError, SignatureError
from docscan.ocr import archival, rebound
from docscan.signing import Making, Seal
from docscan.signing.xmp import NAMESPACE

MAKING = Making("docscan/0.1.0", "2026-03-02T09:30:00Z", "es-aeat", "ab" * 32)
AREA = "http://www.aiim.org/pdfa/ns/"
FROM_P, FROM_FILE = {"password_env": "P"}, {"password_file": "secret"}


def config(**named: str) -> Config:
    return Config("acme", signature=Signing(key="company.p12", **named))


def loaded(folder: Path, **named: str) -> Seal:
    return signing.load(config(**FROM_P, **named), folder, {"P": PASSWORD}, NOW)


@pytest.fixture
def root(tmp_path: Path) -> x509.Certificate:
    return certificate(tmp_path)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy as it comes from the reading: one scanned page, PDF/A-2b."""
    image = io.BytesIO()
    Image.new("L", (400, 300), 220).save(image, "PNG", dpi=(200, 200))
    path = tmp_path / "document.pdf"
    with pikepdf.open(io.BytesIO(img2pdf.convert(image.getvalue(), nodate=True))) as document:
        assert archival.save(document, path) == ""
    return path


def validated(path: Path, *roots: x509.Certificate) -> PdfSignatureStatus:
    trusted = [asn1_x509.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    with path.open("rb") as file:
        (found,) = PdfFileReader(file).embedded_signatures
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = validation.validate_pdf_signature(found, context)
        assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        return status


def told(path: Path) -> str:
    with pikepdf.open(path) as document:
        return document.Root.Metadata.read_bytes().decode()


def test_a_signed_copy_is_whole_trusted_and_allows_no_change(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    seal = loaded(tmp_path)
    signing.sign(copy, seal, MAKING)
    status = validated(copy, root)
    assert status.bottom_line
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    assert status.coverage is validation.SignatureCoverageLevel.ENTIRE_FILE
    assert status.docmdp_ok
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["company.p12", "document.pdf"]


def test_a_change_appended_later_is_no_longer_valid(tmp_path: Path, copy: Path, root: x509.Certificate):
    signing.sign(copy, loaded(tmp_path), MAKING)
    with copy.open("r+b") as file:
        writer = IncrementalPdfFileWriter(file)
        writer.root["/Lang"] = writer.root["/Type"]
        writer.update_root()
        writer.write_in_place()
    assert not validated(copy, root).bottom_line


def test_a_changed_byte_under_the_signature_is_no_longer_valid(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    signing.sign(copy, loaded(tmp_path), MAKING)
    data = bytearray(copy.read_bytes())
    data[data.index(b"/MediaBox") + 1] ^= 1
    copy.write_bytes(data)
    status = validated(copy, root)
    assert not status.intact
    assert not status.bottom_line


def test_the_signed_bytes_say_program_version_moment_profile_and_original(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    signing.sign(copy, loaded(tmp_path), replace(MAKING, profile="a < b & c"))
    with pikepdf.open(copy) as document, document.open_metadata() as metadata:
        said = {key.rpartition("}")[2]: value for key, value in metadata.items() if NAMESPACE in key}
        assert metadata.pdfa_status == "2B"
    assert said == {
        "Software": "docscan",
        "Version": "0.1.0",
        "Time": "2026-03-02T09:30:00Z",
        "Profile": "a < b & c",
        "Original": "ab" * 32,
    }
    # pikepdf's check knows no forms, and no properties beside the usual ones, described or not
    unknown = {"pikepdf:schema-Catalog", "ISO_19005_2:6.6.2.3.1-1"}
    assert {finding.rule for finding in pdfa.validate_written(copy, "2b").findings} == unknown


def test_what_that_check_does_not_know_is_as_pdf_a_wants_it(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    signing.sign(copy, loaded(tmp_path), MAKING)
    data = copy.read_bytes()
    with pikepdf.open(copy) as document:
        assert not set(document.Root.keys()) & {"/AA", "/Requirements", "/NeedsRendering"}
        form = document.Root.AcroForm
        assert set(form.keys()) == {"/Fields", "/SigFlags"}, "no XFA, no NeedAppearances (6.4.1, 6.4.2)"
        (field,) = form.Fields
        (note,) = document.pages[0].Annots
        assert note.objgen == field.objgen
        assert not set(field.keys()) & {"/A", "/AA"}, "a field does nothing (6.4.1)"
        shown, hidden = 4, 1 | 2 | 32 | 256  # Print; Invisible, Hidden, NoView, ToggleNoView (6.3.2)
        assert (int(field.F) & shown, int(field.F) & hidden) == (shown, 0)
        assert [int(side) for side in field.Rect] == [0, 0, 0, 0], "so it needs no appearance (6.3.3)"
        assert set(document.Root.Perms.keys()) == {"/DocMDP"}, "6.1.12"
        (reference,) = field.V.Reference
        assert not set(reference.keys()) & {"/DigestLocation", "/DigestMethod", "/DigestValue"}, "6.1.12"
        start, upto, after, rest = (int(number) for number in field.V.ByteRange)
        assert (start, after + rest) == (0, len(data)), "all of the file but the signature (6.4.3)"
        assert data[upto : upto + 1] + data[after - 1 : after] == b"<>"


def test_each_property_of_our_own_is_described_as_pdf_a_wants_it(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    seal = replace(loaded(tmp_path), homologation="2026/0001")
    signing.sign(copy, seal, replace(MAKING, homologation=seal.homologation))
    tree = ET.fromstring(told(copy))  # noqa: S314 - written by the test
    said = [name for fact in tree.iter() for name in plain(fact) if name.startswith(f"{{{NAMESPACE}}}")]
    (schemas,) = tree.iter(f"{{{AREA}extension/}}schemas")
    schema, *described = (
        facts for facts in map(plain, schemas.iter()) if any(AREA in name for name in facts)
    )
    space, prefix, name = (f"{{{AREA}schema#}}{one}" for one in ("namespaceURI", "prefix", "schema"))
    assert (schema[space], schema[prefix], bool(schema[name])) == (NAMESPACE, "docscan", True)
    assert f'xmlns:docscan="{NAMESPACE}"' in told(copy)
    of = f"{{{AREA}property#}}"
    assert [one[f"{of}name"] for one in described] == [name.partition("}")[2] for name in said]
    for one in described:
        assert (one[f"{of}valueType"], one[f"{of}category"]) == ("Text", "internal")
        assert one[f"{of}description"]


def plain(fact: ET.Element) -> dict[str, str]:
    """The simple properties of a resource, which RDF writes as attributes or as elements."""
    return {**fact.attrib, **{part.tag: part.text for part in fact if part.text and part.text.strip()}}


def test_a_part_of_a_signed_copy_is_pdf_a_without_a_signature_and_can_be_signed_anew(
    tmp_path: Path, copy: Path, root: x509.Certificate
):
    seal, part = loaded(tmp_path), tmp_path / "part.pdf"
    signing.sign(copy, seal, MAKING)
    rebound.cut(copy, 1, 1, part)
    assert pdfa.validate_written(part, "2b").findings == []
    assert NAMESPACE not in told(part)
    signing.sign(part, seal, MAKING)
    assert validated(part, root).bottom_line
    assert told(part).count(MAKING.at) == 1
    assert validated(copy, root).bottom_line, "it was only read"


def test_an_authority_says_when_it_was_signed(tmp_path: Path, copy: Path, root: x509.Certificate):
    (tmp_path / "tsa").mkdir()
    authority = tsa.authority(tmp_path / "tsa")
    with authority.served() as url:
        asking = replace(config(**FROM_P), timestamp=Stamping(url=url))
        signing.sign(copy, signing.load(asking, tmp_path, {"P": PASSWORD}, NOW), MAKING)
    status = validated(copy, root, authority.root)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - NOW) < timedelta(hours=1)


@pytest.mark.parametrize("reference", ["", "2026/0001"])
def test_certified_is_said_under_a_homologation_and_nowhere_else(
    tmp_path: Path, copy: Path, root, reference: str
):
    seal = loaded(tmp_path, **({"homologation": reference} if reference else {}))
    signing.sign(copy, seal, replace(MAKING, homologation=seal.homologation))
    packet = told(copy)
    assert ("certificada" in packet.lower()) is bool(reference)
    assert ("Homologation" in packet) is bool(reference)


def test_a_copy_without_metadata_gets_them(tmp_path: Path, root: x509.Certificate):
    path = tmp_path / "plain.pdf"
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(path)
    signing.sign(path, loaded(tmp_path), MAKING)
    assert NAMESPACE in told(path)
    assert validated(path, root).bottom_line


def test_what_cannot_be_signed_stays_as_it_was(tmp_path: Path, copy: Path, root: x509.Certificate):
    before = copy.read_bytes()
    unheard = replace(config(**FROM_P), timestamp=Stamping(url="http://127.0.0.1:9/"))
    seal = signing.load(unheard, tmp_path, {"P": PASSWORD}, NOW)
    with pytest.raises(SignatureError) as caught:
        signing.sign(copy, seal, MAKING)
    assert "run again" in caught.value.hint
    assert copy.read_bytes() == before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["company.p12", "document.pdf"]


def test_the_password_may_stand_in_a_file(tmp_path: Path, root: x509.Certificate):
    (tmp_path / "secret").write_text(PASSWORD + "\n")
    assert len(signing.load(config(**FROM_FILE), tmp_path, {}, NOW).certificate) == 64


@pytest.mark.parametrize(
    ("settings", "environment", "said"),
    [
        (Signing(), {}, "names no key"),
        (Signing(key="nowhere.p12"), {}, "nowhere.p12 cannot be opened"),
        (Signing(key="company.p12"), {}, "company.p12 cannot be opened"),
        (Signing(key="company.p12", **FROM_P), {}, "variable P is not set"),
        (Signing(key="company.p12", **FROM_P), {"P": "wrong"}, "company.p12 cannot be opened"),
        (Signing(key="company.p12", **FROM_FILE), {}, "secret cannot be read"),
        (Signing(key="rubbish.p12"), {}, "rubbish.p12 cannot be opened"),
    ],
)
def test_a_key_that_cannot_be_had_is_told_before_anything_is_read(
    tmp_path: Path, root: x509.Certificate, settings: Signing, environment: dict[str, str], said: str
):
    (tmp_path / "rubbish.p12").write_bytes(b"\x30\x82rubbish")
    with pytest.raises(ConfigError) as caught:
        signing.load(Config("acme", signature=settings), tmp_path, environment, NOW)
    assert said in str(caught.value)
    assert caught.value.hint


def test_a_certificate_that_is_over_signs_nothing(tmp_path: Path):
    certificate(tmp_path, days=-1)
    with pytest.raises(ConfigError, match="is valid from"):
        loaded(tmp_path)
