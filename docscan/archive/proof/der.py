"""As much of DER (X.690) as it takes to look into a time stamp: elements, one inside the other."""

from collections.abc import Iterable

from docscan.frozen import dataclass

INTEGER = 0x02
OCTETS = 0x04
OID = 0x06
SEQUENCE = 0x30
SET = 0x31
LONGEST = 3  # bytes that may say how long an element is: 16 MB


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, and what is inside."""

    tag: int
    content: bytes

    @property
    def data(self) -> bytes:
        """The element as it is written."""
        length = len(self.content)
        if length < 0x80:
            return bytes([self.tag, length]) + self.content
        said = length.to_bytes((length.bit_length() + 7) // 8)
        return bytes([self.tag, 0x80 | len(said)]) + said + self.content

    @property
    def inside(self) -> tuple["Element", ...]:
        """The elements this one is made of.

        Raises:
            ValueError: They are not whole.
        """
        return tuple(elements(self.content))


def elements(data: bytes) -> Iterable[Element]:
    """The elements that follow one another.

    Raises:
        ValueError: One is not whole, or of a form that a time stamp never has.
    """
    at = 0
    while at < len(data):
        head = data[at : at + 2]
        if len(head) < 2 or head[0] & 0x1F == 0x1F:
            raise ValueError("it is not DER")
        length, start = head[1], at + 2
        if length & 0x80:
            more = length & 0x7F
            length = int.from_bytes(data[start : start + more])
            start += more
            if not 0 < more <= LONGEST or length < 0x80:
                raise ValueError("it is not DER")
        at = start + length
        if at > len(data):
            raise ValueError("it was cut short")
        yield Element(head[0], data[start:at])


def only(data: bytes) -> Element:
    """The one element there is.

    Raises:
        ValueError: There is none, or something follows it.
    """
    found = tuple(elements(data))
    if len(found) != 1:
        raise ValueError("it is more or less than one element")
    return found[0]


def made(tag: int, parts: Iterable[Element]) -> Element:
    """An element made of others."""
    return Element(tag, b"".join(part.data for part in parts))
