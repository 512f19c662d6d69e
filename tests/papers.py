"""E-invoices of fictitious sales, outlined; `xml` writes them out as each standard has them."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

NAMESPACES = {
    "CrossIndustryInvoice": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "CrossIndustryDocument": "urn:ferd:CrossIndustryDocument:invoice:1p0",
    "Invoice": "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    "CreditNote": "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    "Facturae": "http://www.facturae.gob.es/formato/Versiones/Facturaev3_2_2.xml",
    "Faktura": "http://crd.gov.pl/wzor/2025/06/25/13775/",
}


def xml(outline: str, encoding: str = "utf-8") -> bytes:
    """The document that an outline describes.

    Args:
        outline: One element a line, indented by one blank a level: `Parent > Child @name=value: text`.
        encoding: Of the document.
    """
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in outline.strip("\n").splitlines()]
    root = lines[0][1].split()[0]
    body = _element(lines[0][1], lines[1:], f' xmlns="{NAMESPACES.get(root, "urn:other")}"')
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)


def _element(told: str, inner: Sequence[tuple[int, str]], extra: str = "") -> str:
    path, _, text = told.partition(": ")
    opened, closed = "", ""
    for part in path.split(" > "):
        name, *attributes = part.split(" @")
        quoted = "".join(f' {key}="{value}"' for key, _, value in (one.partition("=") for one in attributes))
        opened, closed, extra = f"{opened}<{name}{quoted}{extra}>", f"</{name}>{closed}", ""
    starts = [at for at, (depth, _) in enumerate(inner) if depth == inner[0][0]]
    ends = [*starts[1:], len(inner)]
    children = (
        _element(inner[start][1], inner[start + 1 : end]) for start, end in zip(starts, ends, strict=False)
    )
    return f"{opened}{escape(text)}{''.join(children)}{closed}"


CII = """
CrossIndustryInvoice
 ExchangedDocument
  ID: RE-2026-0815
  TypeCode: 380
  IssueDateTime > DateTimeString @format=102: 20260312
 SupplyChainTradeTransaction
  IncludedSupplyChainTradeLineItem
   AssociatedDocumentLineDocument > LineID: 1
   SpecifiedTradeProduct > Name: Eichenbrett  geölt
   SpecifiedLineTradeAgreement > NetPriceProductTradePrice > ChargeAmount: 12.5000
   SpecifiedLineTradeDelivery > BilledQuantity @unitCode=MTR: 8.0000
   SpecifiedLineTradeSettlement
    ApplicableTradeTax
     TypeCode: VAT
     RateApplicablePercent: 19.00
    SpecifiedTradeSettlementLineMonetarySummation > LineTotalAmount: 100.00
  IncludedSupplyChainTradeLineItem
   AssociatedDocumentLineDocument
    LineID: 2
    LineStatusReasonCode: INFORMATION
   SpecifiedTradeProduct > Name: Davon Zuschnitt
   SpecifiedLineTradeSettlement > SpecifiedTradeSettlementLineMonetarySummation > LineTotalAmount: 20.00
  ApplicableHeaderTradeAgreement
   SellerTradeParty
    Name: Tischlerei Birkenhain GmbH
    PostalTradeAddress
     PostcodeCode: 01067
     LineOne: Ahornweg 4
     CityName: Dresden
     CountryID: DE
    SpecifiedTaxRegistration > ID @schemeID=FC: 203/115/40218
    SpecifiedTaxRegistration > ID @schemeID=VA: DE 136 695 976
   BuyerTradeParty > Name: Hotel Seeblick AG
   BuyerOrderReferencedDocument > IssuerAssignedID: B-771
  ApplicableHeaderTradeDelivery > ActualDeliverySupplyChainEvent
   OccurrenceDateTime > DateTimeString @format=102: 20260310
  ApplicableHeaderTradeSettlement
   PaymentReference: 0815-12
   InvoiceCurrencyCode: EUR
   SpecifiedTradeSettlementPaymentMeans > PayeePartyCreditorFinancialAccount > IBANID: DE89370400440532013000
   ApplicableTradeTax
    CalculatedAmount: 19.00
    TypeCode: VAT
    BasisAmount: 100.00
    RateApplicablePercent: 19.00
   SpecifiedTradePaymentTerms > DueDateDateTime > DateTimeString @format=102: 20260411
   SpecifiedTradeSettlementHeaderMonetarySummation
    LineTotalAmount: 100.00
    TaxBasisTotalAmount: 100.00
    TaxTotalAmount @currencyID=PLN: 81.70
    TaxTotalAmount @currencyID=EUR: 19.00
    GrandTotalAmount: 119.00
    TotalPrepaidAmount: 9.00
    DuePayableAmount: 110.00
   InvoiceReferencedDocument > IssuerAssignedID: RE-2026-0700
"""

ZUGFERD_1 = """
CrossIndustryDocument
 HeaderExchangedDocument
  ID: 471102
  TypeCode: 381
  IssueDateTime > DateTimeString @format=102: 20250305
 SpecifiedSupplyChainTradeTransaction
  ApplicableSupplyChainTradeAgreement > SellerTradeParty > Name: Papierhaus Lindner
  ApplicableSupplyChainTradeSettlement
   InvoiceCurrencyCode: EUR
   ApplicableTradeTax
    CalculatedAmount @currencyID=EUR: 7.00
    BasisAmount @currencyID=EUR: 100.00
    ApplicablePercent: 7.00
   SpecifiedTradeSettlementMonetarySummation
    TaxBasisTotalAmount @currencyID=EUR: 100.00
    TaxTotalAmount @currencyID=EUR: 7.00
    GrandTotalAmount @currencyID=EUR: 107.00
  IncludedSupplyChainTradeLineItem
   SpecifiedSupplyChainTradeAgreement > NetPriceProductTradePrice > ChargeAmount @currencyID=EUR: 0.0525
   SpecifiedSupplyChainTradeDelivery > BilledQuantity @unitCode=C62: 1904.76
   SpecifiedSupplyChainTradeSettlement
    ApplicableTradeTax > ApplicablePercent: 7.00
    SpecifiedTradeSettlementMonetarySummation > LineTotalAmount @currencyID=EUR: 100.00
   SpecifiedTradeProduct > Name: Blätter
"""

UBL = """
Invoice
 ID: V/26/33
 IssueDate: 2026-03-12
 DueDate: 2026-04-11
 DocumentCurrencyCode: EUR
 OrderReference > ID: B-771
 BillingReference > InvoiceDocumentReference > ID: V/26/12
 AccountingSupplierParty > Party
  PartyName > Name: Birkenhain
  PostalAddress
   StreetName: Ahornweg 4
   CityName: Dresden
   PostalZone: 01067
  PartyTaxScheme
   CompanyID: DE136695976
   TaxScheme > ID: VAT
  PartyLegalEntity > RegistrationName: Tischlerei Birkenhain GmbH
 AccountingCustomerParty > Party > PartyName > Name: Hotel Seeblick AG
 Delivery > ActualDeliveryDate: 2026-03-10
 PaymentMeans
  PaymentID: 0815-12
  PayeeFinancialAccount > ID: DE89 3704 0044 0532 0130 00
 TaxTotal
  TaxAmount @currencyID=EUR: 19.00
  TaxSubtotal
   TaxableAmount @currencyID=EUR: 100.00
   TaxAmount @currencyID=EUR: 19.00
   TaxCategory
    Percent: 19
    TaxScheme > ID: VAT
 LegalMonetaryTotal
  TaxExclusiveAmount @currencyID=EUR: 100.00
  TaxInclusiveAmount @currencyID=EUR: 119.00
  PrepaidAmount @currencyID=EUR: 9.00
  PayableAmount @currencyID=EUR: 110.00
 InvoiceLine
  InvoicedQuantity @unitCode=MTR: 8
  LineExtensionAmount @currencyID=EUR: 100.00
  Item
   Name: Eichenbrett geölt
   ClassifiedTaxCategory > Percent: 19
  Price > PriceAmount @currencyID=EUR: 12.5
"""
UBL_CREDIT_NOTE = (
    UBL.replace("Invoice\n", "CreditNote\n", 1)
    .replace("InvoiceLine", "CreditNoteLine")
    .replace("InvoicedQuantity", "CreditedQuantity")
)

FACTURAE = """
Facturae
 FileHeader > SchemaVersion: 3.2.2
 Parties
  SellerParty
   TaxIdentification > TaxIdentificationNumber: B12345674
   LegalEntity
    CorporateName: Carpintería El Roble, S.L.
    AddressInSpain
     Address: Calle del Olmo 7
     PostCode: 37001
     Town: Salamanca
  BuyerParty
   TaxIdentification > TaxIdentificationNumber: 12345678Z
   Individual
    Name: Inés
    FirstSurname: Valle
    SecondSurname: Campo
 Invoices > Invoice
  InvoiceHeader
   InvoiceNumber: 0042
   InvoiceSeriesCode: F26-
   InvoiceClass: OO
  InvoiceIssueData
   IssueDate: 2026-03-12
   InvoiceCurrencyCode: EUR
  TaxesOutputs > Tax
   TaxTypeCode: 01
   TaxRate: 21.00
   TaxableBase > TotalAmount: 100.00
   TaxAmount > TotalAmount: 21.00
  InvoiceTotals
   TotalGrossAmountBeforeTaxes: 100.00
   TotalTaxOutputs: 21.00
   TotalTaxesWithheld: 15.00
   InvoiceTotal: 106.00
   TotalOutstandingAmount: 106.00
   TotalExecutableAmount: 106.00
  Items > InvoiceLine
   ItemDescription: Puerta de roble
   Quantity: 1.0
   UnitPriceWithoutTax: 100.000000
   TotalCost: 100.00
   GrossAmount: 100.00
   TaxesOutputs > Tax
    TaxTypeCode: 01
    TaxRate: 21.00
  PaymentDetails > Installment
   InstallmentDueDate: 2026-04-11
   InstallmentAmount: 106.00
   AccountToBeCredited > IBAN: ES9121000418450200051332
"""
FACTURAE_CORRECTION = FACTURAE.replace(
    "InvoiceClass: OO",
    "InvoiceClass: OR\n   Corrective\n    InvoiceNumber: 0007\n    InvoiceSeriesCode: F26-",
)

KSEF = """
Faktura
 Podmiot1
  DaneIdentyfikacyjne
   NIP: 5260001246
   Nazwa: Stolarnia Dąb sp. z o.o.
  Adres
   KodKraju: PL
   AdresL1: ul. Bukowa 3
   AdresL2: 00-001 Warszawa
 Podmiot2 > DaneIdentyfikacyjne
  KodUE: DE
  NrVatUE: 136695976
  Nazwa: Hotel Seeblick AG
 Fa
  KodWaluty: PLN
  P_1: 2026-03-12
  P_2: FV/12/2026
  P_6: 2026-03-10
  P_13_1: 100.00
  P_14_1: 23.00
  P_13_2: 50.00
  P_14_2: 4.00
  P_13_7: 10.00
  P_15: 187.00
  RodzajFaktury: VAT
  FaWiersz
   NrWierszaFa: 1
   P_7: Drzwi dębowe
   P_8A: szt.
   P_8B: 2
   P_9A: 50
   P_11: 100
   P_12: 23
  FaWiersz
   NrWierszaFa: 2
   P_7: Szkolenie
   P_8A: h
   P_8B: 1
   P_9A: 10
   P_11: 10
   P_12: zw
  Platnosc
   TerminPlatnosci > Termin: 2026-04-11
   RachunekBankowy > NrRB: 61109010140000071219812874
"""
KSEF_CORRECTION = KSEF.replace(
    "RodzajFaktury: VAT", "RodzajFaktury: KOR\n  DaneFaKorygowanej > NrFaKorygowanej: FV/9/2026"
)
