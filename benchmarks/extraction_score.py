"""Which of the values said are right, how many documents need nobody, and what confidence is worth."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from docscan.extraction.values import read_date

AMOUNTS = ("net", "tax", "total")
CORE = ("invoice_number", "issue_date", "total")
# the corpora's names of what docscan calls otherwise
TRUTH_NAMES = {"supplier_tax_id": "supplier_vat", "customer_tax_id": "customer_vat"}
FIELDS = (
    "invoice_number", "issue_date", "due_date", "supplier_tax_id", "customer_tax_id", "supplier_name",
    "customer_name", "net", "tax", "total", "currency", "iban",
)  # fmt: skip
BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one field whose value is printed on the page.

    Attributes:
        value: What was said; empty when nothing was.
        truth: What is printed.
        right: Whether they are the same.
        verified: Said to be.
        confidence: From 0 to 1.
    """

    field: str
    value: str
    truth: str
    right: bool
    verified: bool = False
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Of many documents.

    Attributes:
        through: Documents whose number, date and total are right, as far as they are printed.
    """

    documents: int
    through: int
    answers: tuple[Answer, ...]

    @property
    def said(self) -> int:
        """Fields that were answered."""
        return sum(bool(answer.value) for answer in self.answers)

    @property
    def right(self) -> int:
        """Fields that were answered rightly."""
        return sum(answer.right for answer in self.answers)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, over all fields."""
        return 2 * self.right / max(1, self.said + len(self.answers))

    @property
    def verified(self) -> int:
        """Fields said to be proven."""
        return sum(answer.verified for answer in self.answers)

    @property
    def wrong(self) -> int:
        """Fields said to be proven, and wrong."""
        return sum(answer.verified and not answer.right for answer in self.answers)

    @property
    def straight(self) -> float:
        """The share of documents that need nobody."""
        return self.through / max(1, self.documents)

    def share(self, field: str) -> float:
        """Of a field's printed values those said rightly."""
        asked = [answer for answer in self.answers if answer.field == field]
        return sum(answer.right for answer in asked) / max(1, len(asked))


def tallied(documents: Iterable[Sequence[Answer]]) -> Tally:
    """Many documents as one."""
    each = list(documents)
    through = sum(all(a.right for a in answers if a.field in CORE) for answers in each)
    return Tally(len(each), through, tuple(answer for answers in each for answer in answers))


def answers(said: Mapping[str, Any], truth: Mapping[str, Any]) -> Iterator[Answer]:
    """What was said of each field that is printed.

    Args:
        said: The fields of a record, as `docscan read --json` gives them.
        truth: Of the corpus; of its receipts, too.
    """
    known = dict(truth) | _of_receipt(truth)
    for field in FIELDS:
        name = TRUTH_NAMES.get(field, field)
        if not known.get(name) or known.get("_visible", {}).get(name) is False:
            continue
        found = said.get(field) or {}
        value = str(found.get("value") or "")
        good = bool(value) and right(field, value, known)
        verified = found.get("status") == "verified"
        yield Answer(field, value, str(known[name]), good, verified, found.get("confidence", 0.0))


def _of_receipt(truth: Mapping[str, Any]) -> dict[str, str]:
    """The names and forms of the other corpora for what a receipt says."""
    if "company" not in truth:
        return {}
    day = read_date(truth.get("date", ""))
    total = re.sub(r"[^\d.]", "", truth.get("total", ""))
    return {"supplier_name": truth["company"], "issue_date": day.value if day else "", "total": total}


def lines_found(said: Mapping[str, Any], truth: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many lines a document has, how many were said, and how many of these have an amount of its own.

    Args:
        said: A record, as `docscan read --json` gives it.
        truth: Of the corpus.
    """
    amounts = [_cents(line.get("line_total")) for line in truth.get("lines") or ()]
    left = [amount for amount in amounts if amount is not None]
    lines, hits = said.get("lines", ()), 0
    for line in lines:
        if (amount := _cents(line["amount"])) in left:
            left.remove(amount)
            hits += 1
    return len(amounts), len(lines), hits


def _cents(text: object) -> Decimal | None:
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None


def right(field: str, said: str, truth: Mapping[str, Any]) -> bool:
    """Whether a value says what is printed; a total may be what is left to pay."""
    expected = str(truth[TRUTH_NAMES.get(field, field)])
    if field in AMOUNTS:
        others = [str(truth["payable"])] if field == "total" and truth.get("payable") else []
        return any(_same_amount(said, value) for value in (expected, *others))
    if field.endswith("tax_id"):
        return _bare(said) == _bare(expected)
    one, other = _letters(said), _letters(expected)
    if field.endswith("name"):
        return one == other or (min(len(one), len(other)) >= 6 and (one in other or other in one))
    return one[:8] == other[:8] if field.endswith("date") else one == other


def _same_amount(said: str, expected: str) -> bool:
    """The same to the cent; a credit note may print its amounts without their sign."""
    try:
        one, other = (Decimal(text).quantize(Decimal("0.01")) for text in (said, expected))
    except InvalidOperation:
        return False
    return one == other or (other < 0 and one == -other)


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper().replace("Ł", "L"))
    return re.sub(r"[^0-9A-Z]", "", plain)


def _bare(text: str) -> str:
    """A tax id without its country."""
    return re.sub(r"^[A-Z]{2}(?=[A-Z0-9]*\d{4})", "", _letters(text))


def reliability(said: Iterable[Answer]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number, of the answers in each tenth of confidence."""
    bins: list[list[Answer]] = [[] for _ in range(BINS)]
    for answer in said:
        if answer.value:
            bins[min(BINS - 1, int(answer.confidence * BINS))].append(answer)
    return [
        (sum(a.confidence for a in held) / len(held), sum(a.right for a in held) / len(held), len(held))
        for held in bins
        if held
    ]


def calibration_error(said: Iterable[Answer]) -> float:
    """The expected calibration error: how far confidence is from the share right, weighed by number."""
    table = reliability(said)
    return sum(abs(sure - good) * held for sure, good, held in table) / max(
        1, sum(held for *_, held in table)
    )
