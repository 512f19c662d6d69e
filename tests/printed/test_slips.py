"""What stands on the papers about a loan, in each language."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import lending
import pdfplumber
import pypdfium2
import pytest
import zxingcpp
from depot import AGENT, NOW, Depot, founded, furnish, working

from docscan.errors import LoanError
from docscan.holdings import loans, places
from docscan.holdings.conditions import GRADES, REASONS, Condition
from docscan.holdings.lending import INSISTED
from docscan.holdings.loans import Asked
from docscan.messages import LANGUAGES, sentence
from docscan.printed import paper, slips
from docscan.printed.paper import Mark

MARK = Mark("docscan/0123456789abcdef", 12_345, bytes(range(32)))


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    folder: Path = tmp_path_factory.mktemp("depot")
    with working(founded(folder / "archive")) as register:
        found = furnish(register, items=45)
        person = lending.renamed(found)
        lending.lent(found, found.items[:40], person, Condition(204, "good"))
        lending.lent(found, found.items[40:41], found.persons[1])
        yield found


def pages(slip: slips.Slip) -> list[str]:
    with pdfplumber.open(io.BytesIO(paper.pdf(slips.paper(slip, MARK)))) as document:
        return [page.extract_text() for page in document.pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_of_forty_items_names_each_and_has_its_four_signatures_on_one_page(
    depot: Depot, language: str
):
    found = pages(lending.loan_slip(depot, "2026/000001", language))
    text = "\n".join(found)
    for number, item in enumerate(depot.items[:40], 1):
        assert f"\n{number} {item.code} " in text
    assert [sum(sentence(code, language) in page for page in found) for code in slips.LOAN_SIGNATURES] == [
        1
    ] * 4
    assert all(sentence(code, language) in found[-1] for code in slips.LOAN_SIGNATURES)
    assert text.count(f"{paper.begun('B138', language)}:") == 4
    assert sentence("B440", language, count="40")[:30] in found[-1]
    assert f"204 {sentence('B470', language)} 2026-04-01" in text
    assert lending.NAME[:40] in text
    assert lending.TITLE[:30] in text.replace("\n", " ")
    assert lending.TITLE[:160] not in text.replace("\n", " ")
    assert all(sentence("B400", language, number="2026/000001") in page for page in found)


def test_a_slip_says_who_allowed_an_original_and_why(depot: Depot):
    slip = lending.loan_slip(depot, "2026/000002", "es")
    line = replace(slip.rows[0].line, reason="court")
    told = replace(slip, rows=(replace(slip.rows[0], line=line),), authorisers=("P-000001E Łęcka",))
    (text,) = pages(told)
    assert "Motivo tribunal" in text
    assert "Original autorizado por P-000001E Łęcka" in text
    assert "Motivo" not in pages(slip)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_rise_in_their_words_and_list_what_is_due(depot: Depot, language: str):
    now = NOW + timedelta(days=40)
    (_, other) = lending.drafted(depot, now, language)
    said = set()
    for level, wording in enumerate(slips.WORDINGS, 1):
        letter = replace(other, level=level, wording=wording)
        (text,) = pages(letter)
        assert f"1 {depot.items[40].code} Expediente Muñoz 40 2026-03-02 2026-04-01" in text
        assert slips.title(letter) in text.replace("\n", " ")
        assert slips.title(letter) in slips.text(letter)
        assert depot.items[40].code in slips.text(letter)
        said |= {slips.title(letter), text.replace("\n", " ").partition("2026-04-11")[2][:200]}
    assert len(said) == 2 * len(slips.WORDINGS)
    assert slips.title(replace(other, wording="last notice")) == slips.title(
        replace(other, wording="reminder")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_is_read_by_a_reader_and_says_where_the_item_belongs_and_who_has_it(
    depot: Depot, language: str
):
    item = depot.items[40]
    slip = lending.out_card(depot, item.code, language)
    made = paper.pdf(slips.paper(slip, MARK))
    (page,) = pypdfium2.PdfDocument(made)
    found = [
        (one.format.name, one.text) for one in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
    ]
    assert sorted(found) == sorted([("Code128", item.code), ("QRCode", item.code), ("QRCode", MARK.text)])
    (text,) = pages(slip)
    for said in (
        "B-000001C · L-000001B · Central / 2 / A / 3 / 0",
        "2026/000002",
        "P-000002F Zoë Kowalska 1",
    ):
        assert said in text
    assert not slip.by_email


def test_a_card_is_in_the_archives_language_and_other_papers_are_in_the_borrowers(depot: Depot):
    assert lending.out_card(depot, depot.items[0].code).language == "es"
    assert lending.loan_slip(depot, "2026/000001").language == "pl"
    assert lending.loan_slip(depot, "2026/000002").language == "es"


def test_what_is_in_its_place_needs_no_card_and_what_is_not_back_no_receipt(depot: Depot):
    for named in ("2026/000009", depot.items[44].code):
        with pytest.raises(LoanError) as refused:
            lending.loan_slip(depot, named)
        assert refused.value.code == "Q190"
    with pytest.raises(LoanError) as refused:
        lending.receipt(depot, "2026/000002")
    assert refused.value.code == "Y020"


@pytest.mark.parametrize(
    ("steps", "code", "way"),
    [
        ((), "Y030", "take it away"),
        (("request",), "Y032", "docscan loan approve F-000001D"),
        (("out", "in"), "Y034", "take the card away: docscan loan shelve F-000001D"),
        (("out", "in", "check"), "Y034", "docscan loan shelve F-000001D"),
        (("out", "in", "shelve"), "Y030", "take it away"),
        (("missing",), "Y036", "docscan history F-000001D"),
    ],
)
def test_what_needs_no_card_is_told_apart(tmp_path: Path, steps: tuple[str, ...], code: str, way: str):
    with working(founded(tmp_path / "archive")) as register:
        found = furnish(register)
        (item, *_), (person, *_) = found.items, found.persons
        for act in steps:
            if act == "missing":
                register.write([places.missing(register, item.id)], now=NOW, agent=AGENT)
                continue
            person_code = person.code if act in ("request", "out") else ""
            loans.act(register, Asked(act, item.code, person_code), now=NOW, agent=AGENT)  # type: ignore[arg-type]
        with pytest.raises(LoanError) as refused:
            lending.out_card(found, item.code)
    assert refused.value.code == code
    hint = f"Y{int(code[1:]) + 1:03}"
    assert refused.value.hint == sentence(hint, "es", item=item.code)
    assert way in sentence(hint, "en", item=item.code)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_tells_what_came_back_otherwise_apart_from_what_is_still_out(tmp_path: Path, language: str):
    with working(founded(tmp_path / "archive")) as register:
        found = furnish(register)
        number = lending.lent(found, found.items[:3], found.persons[0], Condition(204, "good"))
        lending.back(
            found,
            found.items[0],
            Condition(203, "worn", 2),
            because=("folios missing", "folios added", "damaged on loan"),
        )
        (text,) = pages(lending.receipt(found, number, language))
    heading, still = sentence("B441", language, count="1"), sentence("B443", language)
    returned, _, rest = text.partition(f"\n{still}\n")
    assert "204 / 203" in returned.partition(heading)[2]
    assert sentence("B471", language) in returned
    assert sentence("B481", language).split()[0] in returned
    assert sentence("B485", language, count="2").split()[-1] in returned
    assert [code for code in (one.code for one in found.items[:3]) if code in rest] == [
        one.code for one in found.items[1:3]
    ]
    assert found.items[0].code in returned
    assert heading in rest.replace("\n", " ")
    assert all(sentence(code, language) in rest for code in slips.RECEIPT_SIGNATURES)


def test_every_word_of_the_ledger_has_its_phrase():
    assert (set(slips.GRADE_PHRASES), set(slips.REASON_PHRASES)) == (set(GRADES), set(REASONS))
    assert set(slips.INSISTED_PHRASES) == set(INSISTED)
    for language in LANGUAGES:
        assert all(sentence(code, language) for code in slips.INSISTED_PHRASES.values())
