"""What is to be said of boxes when something is put into them or taken out: that one is full, or sealed."""

from collections.abc import Iterator

from docscan.holdings.entities import Box
from docscan.holdings.register import Register
from docscan.messages import sentence


def doubts(register: Register, *, into: str = "", out_of: str = "") -> Iterator[str]:
    """Sentences about boxes, in the archive's language; nothing is refused for their sake.

    Args:
        register: Open, and with the item where it is now.
        into: The UUID of where an item was put.
        out_of: The UUID of where an item was taken from.
    """
    language = register.archive.config.language
    for place in dict.fromkeys(filter(None, (into, out_of))):
        box = register.known(place, ("box",))
        if not isinstance(box, Box):
            continue
        count = _count(register, box)
        if place == into and 0 < box.capacity < count:
            yield sentence("N320", language, box=box.code, count=str(count), most=str(box.capacity))
        if box.seal:
            yield sentence("N322", language, box=box.code, seal=box.seal)


def _count(register: Register, box: Box) -> int:
    """How many items belong in a box."""
    query = "SELECT count(*) FROM placement WHERE until IS NULL AND place = ? AND kind = 'item'"
    ((found,),) = register.rows(query, box.id)
    return int(found)
