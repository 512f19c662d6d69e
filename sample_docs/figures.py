"""How amounts and dates are printed in the four languages, and in the record."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MONTHS_IN_ORDER = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
    "listopada grudnia",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
MONTHS = {language: names.split() for language, names in MONTHS_IN_ORDER.items()}
SPELT = {"es": "{d} de {m} de {y}", "pl": "{d} {m} {y} r.", "de": "{d}. {m} {y}", "en": "{d} {m} {y}"}
NUMERIC = {"es": "%d/%m/%Y", "pl": "%d.%m.%Y", "de": "%d.%m.%Y", "en": "%d/%m/%Y"}


def cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two places, as tax rules in the EU ask for."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def amount_printed(amount: Decimal, language: str) -> str:
    """The amount with the language's thousands and decimal signs, without currency."""
    figures = f"{amount:,.2f}"
    if language == "en":
        return figures
    group = " " if language == "pl" else "."
    return figures.replace(",", "_").replace(".", ",").replace("_", group)


def money(amount: Decimal, language: str) -> str:
    """The amount with the currency's sign where the language puts it."""
    figures = amount_printed(amount, language)
    if language == "en":
        return f"-£{figures[1:]}" if figures.startswith("-") else f"£{figures}"
    return f"{figures} {'zł' if language == 'pl' else '€'}"


def number_printed(number: Decimal, language: str) -> str:
    """A quantity or rate without superfluous noughts."""
    figures = f"{number.normalize():f}"
    return figures if language == "en" else figures.replace(".", ",")


def day_printed(iso: str, language: str, style: str = "numeric") -> str:
    """The date as the language writes it.

    Args:
        iso: `2026-03-12`.
        language: `es`, `pl`, `de` or `en`.
        style: `numeric`, `spelt` or `iso`.
    """
    day = date.fromisoformat(iso)
    if style == "iso":
        return iso
    if style == "spelt":
        return SPELT[language].format(d=day.day, m=MONTHS[language][day.month - 1], y=day.year)
    return day.strftime(NUMERIC[language])
