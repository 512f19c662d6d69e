import pytest
from hypothesis import given
from hypothesis import strategies as st

from docscan.extraction import payloads
from docscan.model import Code, Page
from docscan.places import Box

PLACE = Box(100, 200, 300, 400)
DIGEST = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"  # 43 signs, as a digest has
VERIFACTU = (
    "https://www2.agenciatributaria.gob.es/wlpl/TIKE-CONT/ValidarQR"
    "?nif=B12345674&numserie=F26-0042%2FA&fecha=12-03-2026&importe=121.00"
)
TICKETBAI = (
    "https://batuz.eus/QRTBAI/?id=TBAI-B12345674-120326-aB3dE5fG7hI9j-207&s=F26-&nf=0042&i=121.00&cr=141"
)
KSEF = f"https://qr.ksef.mf.gov.pl/invoice/5260001246/12-03-2026/{DIGEST}"
EPC = "\n".join(
    [
        "BCD", "002", "1", "SCT", "COBADEFFXXX", "Tischlerei Birkenhain GmbH",
        "DE89370400440532013000", "EUR119", "", "", "RE-2026-0815",
    ]
)  # fmt: skip
SWISS = "\n".join(
    [
        "SPC", "0200", "1", "CH4431999123000889012", "S", "Schreinerei Alpbach AG", "Dorfweg", "3", "3860",
        "Meiringen", "CH", "", "", "", "", "", "", "", "480.25", "CHF", "S", "Hotel Seeblick AG", "", "", "",
        "", "CH", "QRR", "000000000000000000000008151", "Rechnung 815", "EPD",
    ]
)  # fmt: skip


def said(text: str, kind: str = "QR") -> dict[str, str]:
    page = Page(3, 2480, 3508, 300, "read", codes=(Code(kind, text, PLACE),))
    statements = list(payloads.statements([page]))
    assert {(statement.origin, statement.page, statement.box) for statement in statements} <= {
        ("code", 3, PLACE)
    }
    return {statement.subject: statement.value for statement in statements}


FISCAL = {
    "supplier_tax_id": "B12345674",
    "invoice_number": "F26-0042",
    "issue_date": "2026-03-12",
    "total": "121.00",
}


@pytest.mark.parametrize(
    ("text", "source", "stated"),
    [
        (VERIFACTU, "VeriFactu QR", FISCAL | {"invoice_number": "F26-0042/A"}),
        (TICKETBAI, "TicketBAI QR", FISCAL),
        (KSEF, "KSeF QR", {"supplier_tax_id": "5260001246", "issue_date": "2026-03-12"}),
        (
            EPC,
            "EPC QR",
            {
                "iban": "DE89370400440532013000",
                "supplier_name": "Tischlerei Birkenhain GmbH",
                "payment_reference": "RE-2026-0815",
                "payable": "119.00",
                "currency": "EUR",
            },
        ),
        (
            SWISS,
            "Swiss QR",
            {
                "iban": "CH4431999123000889012",
                "supplier_name": "Schreinerei Alpbach AG",
                "customer_name": "Hotel Seeblick AG",
                "payable": "480.25",
                "currency": "CHF",
                "payment_reference": "000000000000000000000008151",
            },
        ),
    ],
    ids=["verifactu", "ticketbai", "ksef", "epc", "swiss"],
)
def test_a_code_states_what_its_standard_says(text: str, source: str, stated: dict[str, str]) -> None:
    assert payloads.understood(Code("QR", text, PLACE))[0] == source
    assert said(text) == stated


@pytest.mark.parametrize(
    "text",
    [
        VERIFACTU.replace("agenciatributaria.gob.es", "agenciatributaria.example"),
        VERIFACTU.replace("https://www2.agencia", "https://evil.example/?www2.agencia"),
        TICKETBAI.replace("batuz.eus", "batuz.example"),
        TICKETBAI.replace("TBAI-B", "TBAY-B"),
        KSEF.replace("mf.gov.pl", "mf.gov.example"),
        KSEF.removesuffix(DIGEST),
        EPC.replace("BCD", "BCE"),
        "\n".join(EPC.splitlines()[:6]),
        SWISS.replace("CHF", "USD"),
        "https://[broken",
        "ARCHIVE-0001",
        "",
    ],
)
def test_what_has_another_form_or_another_address_states_nothing(text: str) -> None:
    assert said(text) == {}


def test_a_part_that_is_no_value_is_left_out_and_the_rest_is_kept() -> None:
    broken = VERIFACTU.replace("12-03-2026", "31-02-2026").replace("121.00", "many")
    assert said(broken) == {"supplier_tax_id": "B12345674", "invoice_number": "F26-0042/A"}


def test_a_bar_code_is_kept_and_states_nothing() -> None:
    assert said(VERIFACTU, kind="Code 128") == {}


@given(st.text(max_size=200) | st.lists(st.text(max_size=12), max_size=40).map("\n".join))
def test_any_text_is_understood_or_left(text: str) -> None:
    assert payloads.understood(Code("QR", text, PLACE))[0] in {"QR", "EPC QR", "Swiss QR"}


@given(st.text(max_size=40), st.sampled_from(["nif", "numserie", "fecha", "importe"]))
def test_whatever_stands_in_an_address_statements_are_of_their_form(text: str, name: str) -> None:
    statements = said(f"https://prewww2.aeat.es/wlpl/TIKE-CONT/ValidarQR?{name}={text}")
    assert set(statements) <= set(FISCAL)
    assert all(statements.values())
