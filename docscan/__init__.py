"""docscan reads, verifies and archives a back office's paper.

A document's journey: the *inbox* receives it (`accession`), its page images are
cleaned (`cleanup`) and read (`ocr`), its fields extracted (`extraction`) and
verified (`verification`); it is deposited (`archive`) and indexed (`search`).
`journey` tells that story in one place.
"""

__version__ = "0.1.0"
PROGRAM = f"docscan/{__version__}"
