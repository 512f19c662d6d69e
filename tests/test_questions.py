"""What a person is asked of a record, and what is offered instead of what was read."""

from pathlib import Path

from filing import filed
from shelf import Shelf
from typed import typed

from docscan import questions

INVOICE = """
Ferretería Quimera, S.L.            FACTURA
NIF: B69637122                      Número de factura: QN-2026/0117
Pedido: PED-5102                    Albarán: 99012
Fecha de emisión: 12/03/2026
Base imponible        100,00 €
IVA 21 %              21,00 €
Total factura         121,00 €
"""


def test_a_number_may_be_another_number_but_no_tax_id(shelf: Shelf, tmp_path: Path) -> None:
    page = typed(INVOICE)
    record = filed(shelf, tmp_path, page)
    types = {"invoice_number": "number", "supplier_tax_id": "tax-id"}
    found = {one.name: one for one in questions.asked(record, (page,), types, everything=True)}
    offered = found["invoice_number"].alternatives
    assert "99012" in offered
    assert not any("B69637122" in value or "QN-2026/0117" in value for value in offered)
