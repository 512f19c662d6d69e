"""Handing over: documents that leave the archive with their proofs, and those that come from another one.

`proofs` writes an excerpt, which is some documents with what proves them,
`bag` packs one (or everything) into a BagIt bag, and `taking_over` files what
is in such a bag.
"""
