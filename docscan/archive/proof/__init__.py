"""Proof: what shows somebody outside that the ledger is whole, without taking our word for it.

`merkle` is the hash tree over the ledger's lines, `note` a text with
signatures, `keys` where the private key lies, and `checkpoint` the signed
statement of how many events there are and what the tree over them hashes to.
"""
