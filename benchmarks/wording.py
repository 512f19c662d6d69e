"""Says what offices write: names, dates, amounts and sentences by chance, in four languages."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

WORDING = Path(__file__).with_name("wording.toml")
DOMAINS = ("example.com", "example.org", "example.net")  # reserved for examples, RFC 2606
ACCOUNTS = {"ES": 22, "PL": 26, "DE": 20, "GB": 18}  # digits of an IBAN after the country's letters
TAX_IDS = {"ES": "B{}", "PL": "PL{}", "DE": "DE{}", "GB": "GB{}"}
TAX_DIGITS = {"ES": 8, "PL": 10, "DE": 9, "GB": 9}
ASCII = str.maketrans("áéíóúñüöäßąćęłńśźżÁÍÓÉŚŁŻÜÖÄŹ", "aeiounuoasacelnszzAIOESLZUOAZ")


class Tongue:
    """One language and the chance that picks from it."""

    def __init__(self, language: str, rng: np.random.Generator) -> None:
        """A tongue that says the same things for the same state of `rng`.

        Args:
            language: `spa`, `pol`, `deu` or `eng`.
            rng: What picks.
        """
        self.language, self.rng = language, rng
        self.words: Mapping[str, Any] = _wording()[language]
        self.labels: Mapping[str, Any] = self.words["labels"]

    def one(self, key: str) -> str:
        """Any of a list."""
        return self.said(self.pick(self.words[key]))

    def pick(self, values: Sequence[str]) -> str:
        """Any of the values."""
        return values[int(self.rng.integers(len(values)))]

    def number(self, low: int, high: int) -> int:
        """Any whole number from `low` to `high`."""
        return int(self.rng.integers(low, high + 1))

    def digits(self, count: int) -> str:
        """So many digits."""
        return "".join(map(str, self.rng.integers(0, 10, count)))

    def figure(self, cents: int) -> str:
        """An amount without its currency, as the language writes it."""
        whole = f"{cents // 100:,}".replace(",", self.words["thousands"])
        return f"{whole}{self.words['decimal']}{cents % 100:02}"

    def money(self, cents: int) -> str:
        """An amount with its currency."""
        figure, sign = self.figure(cents), self.words["currency"]
        return f"{sign}{figure}" if sign == "£" else f"{figure} {sign}"

    def date(self) -> str:
        """A day of 2024 to 2027."""
        month = self.number(1, 12)
        return self.pick(self.words["date"]).format(
            d=self.number(1, 28), m=month, y=self.number(2024, 2027), month=self.words["months"][month - 1]
        )

    def firm(self) -> str:
        """A firm that does not exist."""
        return f"{self.one('names')} {self.one('places')} {self.one('forms')}"

    def person(self) -> str:
        """Somebody who does not exist."""
        return f"{self.one('first')} {self.one('last')}"

    def street(self) -> str:
        """A street with a number, where the language puts it."""
        street, number = self.one("streets"), self.number(1, 180)
        return f"{number} {street}" if self.language == "eng" else f"{street} {number}"

    def town(self) -> str:
        """A town without its postcode, which stands behind it in English and before it elsewhere."""
        words = self.one("towns").split(maxsplit=1)
        return words[0] if self.language == "eng" else words[-1]

    def iban(self) -> str:
        """An account of the country's length, in groups of four."""
        code = self.words["country"] + self.digits(ACCOUNTS[self.words["country"]])
        return " ".join(code[start : start + 4] for start in range(0, len(code), 4))

    def tax_id(self) -> str:
        """A tax id of the country's form."""
        country = self.words["country"]
        return TAX_IDS[country].format(self.digits(TAX_DIGITS[country]))

    def mail(self) -> str:
        """An address in a domain kept for examples."""
        name = self.pick(self.words["last"]).split()[0].translate(ASCII).lower()
        return f"{name}{self.pick(('', '.office', '24'))}@{self.pick(DOMAINS)}"

    def paragraph(self, sentences: int) -> str:
        """Sentences one after the other."""
        chosen = self.rng.permutation(len(self.words["sentences"]))[:sentences]
        return " ".join(self.said(self.words["sentences"][index]) for index in chosen)

    def said(self, template: str) -> str:
        """A template with its slots filled."""
        return re.sub(r"\{(\w+)\}", lambda slot: self._slots()[slot[1]](), template)

    def _slots(self) -> Mapping[str, Callable[[], str]]:
        return {
            "thing": lambda: self.one("things"),
            "town": lambda: self.one("towns"),
            "last": lambda: self.one("last"),
            "name": self.person,
            "date": self.date,
            "iban": self.iban,
            "mail": self.mail,
            "web": lambda: f"www.{self.pick(DOMAINS)}/{self.digits(3)}",
            "phone": lambda: f"+{self.digits(2)} {self.digits(3)} {self.digits(3)} {self.digits(3)}",
            "amount": lambda: self.money(self.number(1_000, 2_500_000)),
            "percent": lambda: str(self.number(2, 45)),
            "days": lambda: str(self.number(5, 90)),
            "digits": lambda: self.digits(6),
            "time": lambda: f"{self.number(8, 19)}:{self.pick(('00', '15', '30', '45'))}",
            "ref": lambda: f"{self.pick(('EX', 'R', 'KD', 'A'))}-{self.digits(4)}/{self.number(24, 27)}",
            "tax_id": lambda: f"{self.labels['tax_id']} {self.tax_id()}",
        }


@cache
def _wording() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(WORDING.read_text(encoding="utf-8"))
