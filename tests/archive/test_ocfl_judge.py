"""The validator that judges our objects is a judge: it tells the official good objects from the bad ones.

The fixtures are those of the OCFL editors for version 1.1 (public domain, CC0). They are no part of the
project; the test runs where they lie beside the checkout.
"""

from pathlib import Path

import ocfl
import pytest

FIXTURES = Path(__file__).parents[3] / "shared" / "vectors" / "ocfl-1.1" / "1.1"
OBJECTS = sorted(path for kind in ("good", "warn", "bad") for path in FIXTURES.glob(f"{kind}-objects/*"))

pytestmark = pytest.mark.skipif(not OBJECTS, reason="the official OCFL fixtures are not beside the checkout")


@pytest.mark.parametrize("folder", OBJECTS, ids=lambda path: path.name)
def test_an_official_object_is_classified(folder: Path) -> None:
    passed, validator = ocfl.Object().validate(str(folder))
    assert passed is (folder.parent.name != "bad-objects")
    assert bool(validator.log.codes) is (folder.parent.name != "good-objects")
