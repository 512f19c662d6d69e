"""Ten forms in four languages: lists of rows; a row says which fields it holds and how they are laid out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Fields that stand in one row of a form.

    Attributes:
        way: How they are laid out: a name of `WAYS`.
        names: Of the fields; of a heading or prose, the words.
        on: What is written on: `box`, `rule` or `dots`; for boxes to tick `box` or `circle`.
        side: Of a box to tick at which its label's box stands.
        groups: Cells of a comb, group by group.
    """

    way: str
    names: tuple[str, ...]
    on: str = "box"
    side: str = "left"
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form before it is filled in."""

    schema: str
    language: str
    title: str
    rows: tuple[Row, ...]


FORMS = (
    Form(
        "form-sepa-mandate",
        "de",
        "SEPA-Lastschriftmandat",
        (
            Row(
                "prose",
                (
                    "Ich ermächtige den Gläubiger, Zahlungen von meinem Konto einzuziehen.",
                    "Bitte in Druckbuchstaben ausfüllen.",
                ),
            ),
            Row("beside", ("account_holder",)),
            Row("beside", ("address",)),
            Row("comb", ("iban",), groups=(22,)),
            Row("beside", ("bank_name",), "rule"),
            Row("beside", ("mandate_reference",), "rule"),
            Row("choice", ("payment_kind",)),
            Row("under", ("signature_date", "signature")),
        ),
    ),
    Form(
        "form-bank-change",
        "es",
        "Cambio de datos bancarios",
        (
            Row("prose", ("Rellene todos los campos y devuelva el impreso firmado.",)),
            Row("above", ("company_name", "tax_id")),
            Row("above", ("contact_name", "phone")),
            Row("beside", ("old_iban",), "dots"),
            Row("comb", ("new_iban",), groups=(4, 4, 4, 4, 4, 4)),
            Row("comb", ("effective_date",), groups=(2, 2, 4)),
            Row("ticks", ("certificate_attached", "all_payments"), side="right"),
            Row("sign", ("signature",)),
        ),
    ),
    Form(
        "form-expense-claim",
        "pl",
        "Rozliczenie wydatków",
        (
            Row("beside", ("employee_name",), "rule"),
            Row("beside", ("department", "destination"), "rule"),
            Row("heading", ("Poniesione koszty",)),
            Row("table", ("expenses",), groups=(34, 100, 36)),
            Row("beside", ("total",)),
            Row("choice", ("payout",), side="right"),
            Row("ticks", ("receipts_attached", "advance_paid")),
            Row("beside", ("claim_date",), "dots"),
            Row("sign", ("signature",), "rule"),
        ),
    ),
    Form(
        "form-delivery-acceptance",
        "en",
        "Delivery acceptance",
        (
            Row("prose", ("Please check the goods before you sign.",)),
            Row("inside", ("delivery_number", "order_number")),
            Row("inside", ("supplier", "delivery_date")),
            Row("heading", ("Goods received",)),
            Row("table", ("items",), groups=(100, 36, 36)),
            Row("choice", ("condition",)),
            Row("beside", ("remarks",), "dots"),
            Row("under", ("receiver_name", "signature")),
        ),
    ),
    Form(
        "form-patient",
        "es",
        "Ficha de paciente",
        (
            Row("inside", ("surname", "first_name")),
            Row("inside", ("address", "town")),
            Row("heading", ("",)),
            Row("comb", ("birth_date",), groups=(8,)),
            Row("comb", ("insurance_number",), groups=(10,)),
            Row("beside", ("phone",)),
            Row("choice", ("sex",), "circle"),
            Row("choice", ("allergies",), "circle"),
            Row("choice", ("medication",), side="right"),
            Row("choice", ("smoker",)),
            Row("ticks", ("consent",)),
            Row("sign", ("signature",), "rule"),
        ),
    ),
    Form(
        "form-equipment-loan",
        "en",
        "Equipment loan",
        (
            Row("prose", ("The borrower answers for loss and damage.",)),
            Row("beside", ("borrower",), "dots"),
            Row("beside", ("department",), "dots"),
            Row("above", ("equipment", "serial_number"), "rule"),
            Row("above", ("loan_date", "return_date"), "rule"),
            Row("above", ("purpose",), "rule"),
            Row("ticks", ("charger", "case", "manual"), "circle"),
            Row("under", ("borrower_signature", "issuer_signature")),
        ),
    ),
    Form(
        "form-complaint",
        "de",
        "Reklamationsformular",
        (
            Row("above", ("customer_name", "customer_number"), "rule"),
            Row("above", ("order_number", "purchase_date"), "rule"),
            Row("above", ("product",)),
            Row("choice", ("defect",)),
            Row("choice", ("wish",), side="right"),
            Row("above", ("description",)),
            Row("ticks", ("receipt_attached",)),
            Row("beside", ("complaint_date",), "rule"),
            Row("sign", ("signature",)),
        ),
    ),
    Form(
        "form-tax-declaration",
        "pl",
        "Deklaracja podatkowa",
        (
            Row("comb", ("tax_id",), groups=(10,)),
            Row("comb", ("tax_year",), groups=(4,)),
            Row("choice", ("purpose",)),
            Row("inside", ("surname", "first_name")),
            Row("inside", ("town", "street")),
            Row("heading", ("",)),
            Row("comb", ("birth_date",), groups=(2, 2, 4)),
            Row("grid", ("income", "costs", "tax_due")),
            Row("inside", ("signature",)),
        ),
    ),
    Form(
        "form-visitor",
        "de",
        "Besucheranmeldung",
        (
            Row("grid", ("visitor_name", "company", "host", "visit_date", "car_plate", "badge_number")),
            Row("choice", ("parking",)),
            Row("choice", ("escort",), side="right"),
            Row("ticks", ("safety_briefing", "confidentiality")),
            Row("sign", ("signature",)),
        ),
    ),
    Form(
        "form-course",
        "es",
        "Inscripción en curso",
        (
            Row("beside", ("participant",), "dots"),
            Row("beside", ("tax_id", "phone"), "dots"),
            Row("beside", ("course",), "dots"),
            Row("comb", ("course_code",), groups=(6,)),
            Row("beside", ("start_date", "fee"), "rule"),
            Row("beside", ("company",)),
            Row("choice", ("shift",), "circle"),
            Row("ticks", ("invoice_wanted", "newsletter")),
            Row("beside", ("enrolment_date",), "dots"),
            Row("sign", ("signature",), "rule"),
        ),
    ),
)
