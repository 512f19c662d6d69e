"""What is filled into a form by chance: values as people write them, and as a record says them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from stdnum.de import vat
from stdnum.es import nif
from stdnum.iban import calc_check_digits
from stdnum.pl import nip
from wording import Tongue

SCHEMAS = Path(__file__).with_name("forms_schemas")
ENGINES = {"es": "spa", "pl": "pol", "de": "deu", "en": "eng"}
ROLES = {"company": "firm", "company_name": "firm", "supplier": "firm"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is filled in: as written, and as the record should say it."""

    written: str
    value: str | bool


def properties(schema: str) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a schema, in its order."""
    described: Mapping[str, Mapping[str, Any]] = json.loads((SCHEMAS / f"{schema}.json").read_text("utf-8"))
    return described["properties"]


def answers(schema: str, language: str, rng: np.random.Generator) -> dict[str, Answer]:
    """A filling of a form, a cell of a table as `table.row.column`; some boxes and rules stay empty."""
    tongue = Tongue(ENGINES[language], rng)
    filled: dict[str, Answer] = {}
    for name, rules in properties(schema).items():
        if rules["x-type"] != "table":
            filled[name] = _answer(name, rules, tongue)
            continue
        for row in range(1, tongue.number(2, 4) + 1):
            for column, inner in rules["items"]["properties"].items():
                filled[f"{name}.{row}.{column}"] = _answer(column, inner, tongue)
    return filled


def _answer(name: str, rules: Mapping[str, Any], tongue: Tongue) -> Answer:
    kind = rules["x-type"]
    if kind in ("tick", "signature"):
        chosen = bool(tongue.rng.random() < (0.75 if kind == "signature" else 0.5))
        return Answer("", chosen)
    if kind == "choice":
        return Answer("", tongue.pick(rules["enum"]))
    if "examples" in rules:
        value = tongue.pick(rules["examples"])
        return Answer(value, value)
    return _OF_NAME[kind](name, tongue) if kind in _OF_NAME else _OF_TYPE[kind](tongue)


def _date(name: str, tongue: Tongue) -> Answer:
    year = tongue.number(1950, 2004) if name == "birth_date" else tongue.number(2024, 2026)
    day = date(year, 1, 1) + timedelta(days=tongue.number(0, 364))
    return Answer(day.strftime(tongue.pick(("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y"))), day.isoformat())


def _amount(tongue: Tongue) -> Answer:
    cents = tongue.number(500, 250_000)
    return Answer(tongue.figure(cents), f"{cents // 100}.{cents % 100:02}")


def _iban(tongue: Tongue) -> Answer:
    country = str(tongue.words["country"])
    account = tongue.digits({"ES": 20, "PL": 24, "DE": 18, "GB": 14}[country])
    code = f"{country}{calc_check_digits(f'{country}00{account}')}{account}"
    return Answer(" ".join(code[at : at + 4] for at in range(0, len(code), 4)), code)


def _tax_id(tongue: Tongue) -> Answer:
    country = tongue.words["country"]
    if country == "PL":
        value = next(v for v in iter(lambda: tongue.digits(10), "") if v[0] != "0" and nip.is_valid(v))
        return Answer(value, value)
    if country == "DE":
        value = next(v for v in iter(lambda: tongue.digits(9), "") if v[0] != "0" and vat.is_valid(v))
        return Answer(f"DE{value}", f"DE{value}")
    number = tongue.digits(8)
    value = number + next(letter for letter in "TRWAGMYFPDXBNJZSQVHLCKE" if nif.is_valid(number + letter))
    return Answer(value, value)


def _name(name: str, tongue: Tongue) -> Answer:
    if name in ROLES:
        value = tongue.firm()
    elif name == "first_name":
        value = tongue.one("first")
    else:
        value = tongue.one("last") if name == "surname" else tongue.person()
    return Answer(value, value)


def _address(name: str, tongue: Tongue) -> Answer:
    street = tongue.street()
    value = f"{street}, {tongue.one('towns')}" if name == "address" else street
    return Answer(value, value)


def _number(name: str, tongue: Tongue) -> Answer:
    if name == "tax_year":
        value = str(tongue.number(2019, 2025))
    elif name == "course_code":
        value = tongue.pick("ABCDEFGHKLMNPRTX") + tongue.pick("ABCDEFGHKLMNPRTX") + tongue.digits(4)
    elif name == "insurance_number":
        value = tongue.digits(10)
    else:
        value = tongue.pick((tongue.digits(6), f"{tongue.pick(('LS', 'PO', 'KD', 'AB'))}-{tongue.digits(5)}"))
    return Answer(value, value)


def _quantity(tongue: Tongue) -> Answer:
    value = str(tongue.number(10, 99))
    return Answer(value, value)


def _phone(tongue: Tongue) -> Answer:
    value = f"{tongue.number(600, 699)} {tongue.digits(3)} {tongue.digits(3)}"
    return Answer(value, value)


_OF_TYPE = {"amount": _amount, "iban": _iban, "tax-id": _tax_id, "quantity": _quantity, "text": _phone}
_OF_NAME = {
    "date": _date,
    "name": _name,
    "address": _address,
    "number": _number,
}  # it says which kind of value
