"""The firms and people on the samples: all invented.

Their tax ids and accounts begin with stems that are not given out (tax
offices, banks and branches numbered nought, a province that does not exist)
and end in the check digits that the rule of their country asks for. The towns and postcodes do not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass

from stdnum import iban
from stdnum.de import vat as german_vat
from stdnum.es import ccc, cif, dni
from stdnum.gb import vat as british_vat
from stdnum.pl import nip


@dataclass(frozen=True)
class Party:
    """A firm or a person on paper.

    Attributes:
        tax_id: As printed, with the spaces or hyphens of its country.
        account: The IBAN without spaces, or empty.
    """

    name: str
    tax_id: str
    street: str
    town: str
    account: str = ""
    mail: str = ""
    trade: str = ""


def completed(stem: str, is_valid: Callable[[str], bool], endings: str = "0123456789") -> str:
    """The stem with the first ending that its validator takes.

    Args:
        stem: All but the check characters.
        is_valid: A validator of python-stdnum.
        endings: The check characters to try.

    Raises:
        ValueError: No ending completes this stem.
    """
    for ending in endings:
        if is_valid(stem + ending):
            return stem + ending
    raise ValueError(f"no check digit completes {stem}")


def spanish_firm(serial: int) -> str:
    """The NIF of a Spanish limited company (letter B) in province 69, which is none."""
    return completed(f"B69{serial:05d}", cif.is_valid)


def spanish_person(serial: int) -> str:
    """The NIF of a Spanish person."""
    return completed(f"{serial:08d}", dni.is_valid, "TRWAGMYFPDXBNJZSQVHLCKE")


def polish_firm(serial: int) -> str:
    """A Polish NIP; the first serial from `serial` on that has a check digit."""
    for number in range(serial, serial + 3):
        try:
            return completed(f"{number:09d}", nip.is_valid)
        except ValueError:  # a remainder of ten has no digit; such numbers are skipped
            continue
    raise ValueError(f"no NIP near {serial}")


def german_firm(serial: int) -> str:
    """A German VAT id with its prefix; the first digit may not be nought."""
    return "DE" + completed(f"9{serial:07d}", german_vat.is_valid)


def british_firm(serial: int) -> str:
    """A British VAT registration number without prefix."""
    stem = f"{serial:07d}"
    for check in range(97):
        if british_vat.is_valid(f"{stem}{check:02d}"):
            return f"{stem}{check:02d}"
    raise ValueError(f"no check digits complete {stem}")


def account(country: str, national: str) -> str:
    """The IBAN of a national account number.

    Args:
        country: Two letters.
        national: The account as the country writes it, check digits included.
    """
    return f"{country}{iban.calc_check_digits(country + '00' + national)}{national}"


def spanish_account(serial: int) -> str:
    """A Spanish IBAN at bank 0000, branch 0000, with both national check digits."""
    bare = f"00000000{'00'}{serial:010d}"
    checked = f"00000000{ccc.calc_check_digits(bare)}{serial:010d}"
    return account("ES", checked)


def polish_account(serial: int) -> str:
    """A Polish IBAN at bank 00000000."""
    return account("PL", f"00000000{serial:016d}")


def german_account(serial: int) -> str:
    """A German IBAN at bank 00000000."""
    return account("DE", f"00000000{serial:010d}")


def british_account(serial: int) -> str:
    """A British IBAN at the bank FICT, sort code 00-00-00."""
    return account("GB", f"FICT000000{serial:08d}")


def spaced(number: str, size: int = 4) -> str:
    """The number in groups, as it is printed."""
    return " ".join(number[at : at + size] for at in range(0, len(number), size))


def hyphened(number: str) -> str:
    """A NIP as older stationery prints it: 000-000-00-00."""
    return f"{number[:3]}-{number[3:6]}-{number[6:8]}-{number[8:]}"


def british_groups(number: str) -> str:
    """A VAT registration number as printed: GB 000 0000 00."""
    return f"GB {number[:3]} {number[3:7]} {number[7:]}"


FERRETERIA = Party(
    "Ferretería Quimera del Norte, S.L.",
    spanish_firm(63712),
    "Calle de la Bruma, 14",
    "99001 Villaejemplo",
    spanish_account(926194127),
    "facturas@quimera.example.com",
    "Herramienta, tornillería y cerrajería",
)
HORTALIZAS = Party(
    "Hortalizas Vega Imaginada, S.L.",
    spanish_firm(72429),
    "Camino del Azud, 3",
    "99012 Aldeanueva del Ejemplo",
    spanish_account(712417141),
    "pedidos@vegaimaginada.example.com",
    "Frutas y verduras al por mayor",
)
TRADUCTORA = Party(
    "Inés Ficticia Bermúdez",
    spanish_person(935739),
    "Plaza del Olmo, 7, 2º B",
    "99003 Villaejemplo",
    spanish_account(259324629),
    "ines@ficticia.example.com",
    "Traducción jurada e interpretación",
)
ATLANTIDA = Party(
    "Suministros Atlántida Soñada, S.L.",
    spanish_firm(21489),
    "Avenida del Timple, 120",
    "99044 Puerto Ejemplo",
    spanish_account(768865434),
    "atlantida@example.com",
    "Material de oficina en las islas",
)
PANADERIA = Party(
    "Panadería La Espiga Inventada, S.L.",
    spanish_firm(25986),
    "Calle del Horno, 2",
    "99005 Villaejemplo",
)
GESTORIA = Party(
    "Gestoría Mirador Soñado, S.L.",
    spanish_firm(85229),
    "Paseo de la Noria, 31, 1º",
    "99006 Villaejemplo",
    spanish_account(736387129),
    "oficina@mirador.example.com",
    "Asesoría y administración de fincas",
)
DRUKARNIA = Party(
    "Drukarnia Zmyślona S.A.",
    polish_firm(666882),
    "ul. Łąkowa 8",
    "00-000 Przykładowo",
    polish_account(25_821_585_761_863),
    "biuro@zmyslona.example.com",
    "Druk offsetowy i cyfrowy",
)
SERWIS = Party(
    "Serwis Wind „Żuraw” Sp. z o.o.",
    polish_firm(281453),
    "ul. Świętej Gęsi 21/4",
    "00-002 Wymyślin",
    polish_account(47_782_387_953_795),
    "serwis@zuraw.example.com",
    "Konserwacja i naprawa dźwigów",
)
HURTOWNIA = Party(
    "Hurtownia Ogrodnicza Paproć S.A.",
    polish_firm(767432),
    "ul. Źródlana 5",
    "00-003 Przykładowo",
    polish_account(33_441_835_513_796),
    "paproc@example.com",
    "Rośliny, nawozy, narzędzia",
)
KAWIARNIA = Party(
    "Kawiarnia Pod Zmyślonym Dębem",
    polish_firm(639189),
    "Rynek 1",
    "00-004 Wymyślin",
)
WERKSTATT = Party(
    "Werkstatt Nebelhain GmbH",
    german_firm(777728),
    "Tannenstraße 9",
    "00001 Musterhausen",
    german_account(714248326),
    "kontor@nebelhain.example.com",
    "Metallbau und Schlosserei",
)
BUCHHANDLUNG = Party(
    "Buchhandlung Silbermöwe e.K.",
    german_firm(121392),
    "Hafenweg 17",
    "00002 Beispielstadt",
    german_account(612473566),
    "laden@silbermoewe.example.com",
    "Bücher, Noten, Schreibwaren",
)
SOFTWARE = Party(
    "Kieselgrund Datentechnik GmbH",
    german_firm(822888),
    "Am Mühlgraben 40",
    "00003 Musterhausen",
    german_account(852326583),
    "rechnung@kieselgrund.example.com",
    "Netze, Server, Wartung",
)
JOINERY = Party(
    "Thistledown Joinery Ltd",
    british_firm(9999459),
    "4 Nowhere Lane",
    "Examplebury ZZ99 1ZZ",
    british_account(1496391),
    "accounts@thistledown.example.com",
    "Bespoke windows and staircases",
)
STATIONERS = Party(
    "Marlowe & Finch Imaginary Stationers",
    british_firm(9999652),
    "22 Make Believe Street",
    "Sampleton ZZ99 2ZZ",
    british_account(5259636),
    "orders@marlowefinch.example.com",
    "Paper since never",
)
ARCHIVE = Party(
    "Lanternfield Records Storage Ltd",
    british_firm(9994650),
    "Unit 6, Mirage Trading Estate",
    "Examplebury ZZ99 3ZZ",
    british_account(9996444),
    "billing@lanternfield.example.com",
    "Secure paper storage",
)
