"""Names of companies as engines read them: their legal forms and signs put right.

A legal form holds no figures, and a word no bracket that nothing closes: what
engines read as such is a letter or a sign that looks alike.
"""

import re

# How companies end their names in the countries of the four languages and their neighbours, and in Malaysia.
LEGAL_FORM = re.compile(
    r"(?<!\w)(?:GmbH|AG|KG|OHG|UG|e\.\s?K\.|GbR|S\.\s?L\.(?:\s?U\.?)?|S\.\s?A\.(?:\s?U\.?)?|SLU?|SAU?|"
    r"sp\.\s?z\s?o\.\s?o\.|S\.A\.|sp\.\s?j\.|sp\.\s?k\.|Ltd\.?|Limited|LLC|Inc\.?|PLC|B\.V\.|SARL|SAS|"
    r"S\.r\.l\.|Sdn\.?\s?Bhd\.?|S/B|Bhd\.?|Co\.|Corp\.?)(?!\w)",
    re.IGNORECASE,
)

_Z_O_O = re.compile(r"(?<!\w)([Ss][Pp])[.,]? ?([zZ])[.,]? ?[0oO][.,]? ?[0oO][.,]?(?=$|[\s,;)])")
_SDN_BHD = re.compile(r"(?<!\w)S[DOÓ0][NMH]([.,;]?) ?[B38]H[DO0](?!\w)")
_REGISTERED = re.compile(r"[,.]? ?[({\[][^()]*\d{4}[^()]*[)}\]]?$")
_AND = re.compile(r"(?<=[A-Za-z]{2} )[86](?= Co\.? KG| [A-Z]{3})")
_UPRIGHT = re.compile(r"(?<=[^\W\d_])[\[\]|!](?=[^\W\d_]|$|\s)")
_CLOSING = re.compile(r"(?<=[^\W\d_])\)(?=[^\W\d_]|\s[^\W\d_])")


def without_register(name: str) -> str:
    """A name without the number of a register after it."""
    return _REGISTERED.sub("", name) or name


def formed(name: str) -> str:
    """A name with its legal form and signs put right: `Sp. z 0.0.` is `Sp. z o.o.`."""
    name = _SDN_BHD.sub(r"SDN\1 BHD", _Z_O_O.sub(r"\1. \2 o.o.", name))
    name = _UPRIGHT.sub(lambda found: _stroke(name, found.start()), name)
    if "(" not in name:
        name = _CLOSING.sub(lambda found: _stroke(name, found.start()), name)
    return _AND.sub("&", name)


def _stroke(name: str, at: int) -> str:
    """The letter that an upright stroke is among others: `I` after a capital, `l` after a small one."""
    return "I" if name[at - 1].isupper() else "l"
