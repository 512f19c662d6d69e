"""Files that a broken digest takes for one another are two documents.

Two pairs of blocks that collide were published: of MD5 (Wang, Feng, Lai and
Yu, "Collisions for Hash Functions MD4, MD5, HAVAL-128 and RIPEMD", 2004) and
of SHA-1 (Stevens, Bursztein, Karpman, Albertini and Markov, "The first
collision for full SHA-1", 2017). Whatever follows such a block follows both
and keeps their digests alike, so each pair makes two PDFs here: the blocks of
MD5 stand before the PDF's mark, which may come within the first 1024 bytes
(ISO 32000-1, annex H); those of SHA-1 were made to lie in a PDF's first object.
"""

import hashlib
from pathlib import Path

import pytest
from shelf import NOW, Shelf

from docscan import archive as archives
from docscan.archive import objects
from docscan.auditor import verify_archive as script

MD5 = (
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a"
    "085125e8f7cdc99fd91dbdf280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70",
    "d131dd02c5e6eec4693d9a0698aff95c2fcab50712467eab4004583eb8fb7f8955ad340609f4b30283e4888325f1415a"
    "085125e8f7cdc99fd91dbd7280373c5bd8823e3156348f5bae6dacd436c919c6dd53e23487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080280d1ec69821bcb6a8839396f965ab6ff72a70",
)
SHA1 = (
    "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb7"
    "6038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514"
    "e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1",
    "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3"
    "dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500"
    "eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1",
)
SHA1_BEGINNING = (
    b"%PDF-1.3\n%\xe2\xe3\xcf\xd3\n\n\n1 0 obj\n<</Width 2 0 R/Height 3 0 R/Type 4 0 R/Subtype 5 0 R"
    b"/Filter 6 0 R/ColorSpace 7 0 R/Length 8 0 R/BitsPerComponent 8>>\nstream\n\xff\xd8\xff\xfe\x00$"
    b"SHA-1 is dead!!!!!\x85/\xec\t#9u\x9c9\xb1\xa1\xc6<L\x97\xe1\xff\xfe\x01"
)
IMAGE = (b"8", b"8", b"/XObject", b"/Image", b"/DCTDecode", b"/DeviceRGB", b"168")  # objects 2 to 8


def printed(line: str, beginning: bytes) -> bytes:
    """A PDF of one page with a line of text, after a beginning that ends with its first object."""
    text = f"BT /F1 24 Tf 40 100 Td ({line}) Tj ET".encode()
    page = (
        b"<</Type/Page/Parent 10 0 R/MediaBox[0 0 400 200]/Contents 12 0 R/Resources<</Font<</F1 13 0 R>>>>>>"
    )
    bodies = dict(enumerate(IMAGE, 2)) | {
        9: b"<</Type/Catalog/Pages 10 0 R>>",
        10: b"<</Type/Pages/Kids[11 0 R]/Count 1>>",
        11: page,
        12: b"<</Length %d>>\nstream\n%b\nendstream" % (len(text), text),
        13: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    made, places = beginning, {1: beginning.index(b"1 0 obj")}
    for number, body in bodies.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(places))
    return (
        made
        + b"xref\n0 14\n0000000000 65535 f \n%btrailer\n<</Size 14/Root 9 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(made))
    )


def twins_of_md5() -> tuple[bytes, ...]:
    document = printed("Rechnung 4711", b"%PDF-1.3\n1 0 obj\nnull\nendobj\n")
    return tuple(bytes.fromhex(block) + document for block in MD5)


def twins_of_sha1() -> tuple[bytes, ...]:
    ended = b"\nendstream\nendobj\n"
    return tuple(printed("Rechnung 4712", SHA1_BEGINNING + bytes.fromhex(block) + ended) for block in SHA1)


TWINS = {"md5": twins_of_md5(), "sha1": twins_of_sha1()}

each_digest = pytest.mark.parametrize("digest", TWINS)


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """All four dropped into one inbox and digitised in one run."""
    root = tmp_path_factory.mktemp("twins") / "twins"
    shelf = Shelf(archives.create(root, name="twins", language="en", now=NOW, agent="tester"))
    for digest, (one, other) in TWINS.items():
        shelf.drop(f"{digest}-one.pdf", one)
        shelf.drop(f"{digest}-other.pdf", other)
    assert shelf.run() == {"received": 4, "archived": 4, "duplicates": 0, "put_aside": 0, "waiting": 0}
    return shelf


def originals(shelf: Shelf, digest: str) -> list[Path]:
    rows = [row for row in shelf.rows() if digest in row.source]
    return [
        objects.path_of(shelf.archive, row.id, "original") for row in sorted(rows, key=lambda row: row.source)
    ]


@each_digest
def test_the_twins_collide(digest: str) -> None:
    one, other = TWINS[digest]
    assert one != other
    assert hashlib.new(digest, one).digest() == hashlib.new(digest, other).digest()


@each_digest
def test_twins_are_two_documents_each_with_its_bytes(filed: Shelf, digest: str) -> None:
    assert [path.read_bytes() for path in originals(filed, digest)] == list(TWINS[digest])
    assert filed.findings() == []


@each_digest
def test_one_twin_in_the_place_of_the_other_is_told(filed: Shelf, digest: str) -> None:
    path, _ = originals(filed, digest)
    one, other = TWINS[digest]
    name = str(path.relative_to(filed.root))
    try:
        path.write_bytes(other)
        assert filed.findings() == [f"D1 {name}"]
        found = script.check(filed.root, (), {}, []).findings
        assert [(finding.code, finding.path) for finding in found] == [("D1", name)]
    finally:
        path.write_bytes(one)
