"""Signing: the searchable copy says how it was made, and is signed before it is filed.

Nobody acts between the reading of a document and its signature: the metadata
are written, the signature is put over all of it, and any later change of the
file shows (PAdES, ETSI EN 319 142-1; certified with no changes allowed, ISO
32000-2, 12.8.2.2). The ledger does not depend on it.
"""

from docscan.signing.pades import Seal, asked, load, sign
from docscan.signing.xmp import Making

__all__ = ["Making", "Seal", "asked", "load", "sign"]
