"""Check digits: whether they agree, and whether they could have."""

import itertools
import re
from collections.abc import Sequence
from types import ModuleType

from stdnum import iban as _iban
from stdnum.de import vat as _de_vat
from stdnum.es import nif as _es_nif
from stdnum.eu import vat as _eu_vat
from stdnum.exceptions import ValidationError
from stdnum.pl import nip as _pl_nip

# Forms with check digits that can fail. A German tax number (`201/113/40209`)
# is not among them: stdnum accepts any of the right length.
_WITH_CHECK = (_es_nif, _pl_nip, _eu_vat, _de_vat)
# What surely is a tax id of one of these countries, so that disagreeing digits mean something.
_FORMS = re.compile(r"(?:ES)?[A-Z]\d{7}[0-9A-J]|(?:ES)?\d{8}[A-Z]|PL\d{10}|DE\d{9}|\d{10}")


def tax_id_agrees(value: str) -> bool:
    """Whether the check digits of a tax id agree in a country that has them."""
    return any(_valid(module, value) for module in _WITH_CHECK)


def tax_id_disagrees(value: str) -> bool:
    """Whether a value has the form of a Spanish, Polish or German tax id, and wrong check digits."""
    return bool(_FORMS.fullmatch(value)) and not tax_id_agrees(value)


def iban_agrees(value: str) -> bool:
    """Whether the check digits of an account number agree; a bare Polish one is completed."""
    complete = f"PL{value}" if re.fullmatch(r"\d{26}", value) else value
    try:
        _iban.validate(complete)
    except ValidationError:
        return False
    return True


def repeated(value: str) -> bool:
    """Whether all digits are the same, or run up by one: made up, whatever the check digits say."""
    figures = [int(sign) for sign in value if sign.isdecimal()]
    return len(figures) >= 5 and (_steps(figures) in ({0}, {1}))


def same(one: str, other: str) -> bool:
    """Whether two ids are one, printed with its country or without; or two names but for capitals."""
    longer, shorter = sorted((one.casefold(), other.casefold()), key=len, reverse=True)
    return longer == shorter or (len(shorter) >= 7 and longer[:2].isalpha() and longer[2:] == shorter)


def _steps(figures: Sequence[int]) -> set[int]:
    return {(after - before) % 10 for before, after in itertools.pairwise(figures)}


def _valid(module: ModuleType, value: str) -> bool:
    try:
        module.validate(value)
    except ValidationError:
        return False
    return True
