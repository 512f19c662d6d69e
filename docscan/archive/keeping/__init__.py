"""How long records are kept, what stops their end, and how they are destroyed.

- `schedules`: what `retention.toml` says: classes, periods, actions, their legal basis
- `standing`: what the ledger says of every object: classes assigned, holds, proposals, destruction
- `retention`: which records are due on a day
- `holds`: what must not be destroyed, whatever is due
- `proposals`: what a proposal lists, and whether two people stand behind a destruction
- `disposal`: a destruction proposed by one person, approved by another, executed
- `erasure`: the destruction itself, and every trace of it outside the ledger
"""
