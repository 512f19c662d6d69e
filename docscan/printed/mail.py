"""An e-mail as a file (RFC 5322) that a mail program opens and a person sends: docscan sends nothing."""

from datetime import datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from docscan import PROGRAM
from docscan.frozen import dataclass

MOST_ENCODED = 70  # signs of an encoded word: at most 75 (RFC 2047, 2), and a line of 78 begins with `From: `


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom an e-mail is, to whom, and about what.

    Attributes:
        sender: Who sends it.
        recipient: Who is to get it.
        subject: Its subject.
        id: A UUID, for its `Message-ID`.
    """

    sender: Address
    recipient: Address
    subject: str
    id: str


def address(text: str, name: str = "") -> Address | None:
    """An address that an e-mail can be sent to or from; None for what is none.

    Args:
        text: Such as `archive@example.com`: plain letters only, which every mail server takes.
        name: Whose it is; of one that is too long for a single encoded word the end is left out,
            as not every program puts several together again.
    """
    words = name.split()
    while len(Header(" ".join(words), "utf-8", maxlinelen=MOST_ENCODED).encode()) > MOST_ENCODED:
        words.pop()
    try:
        found = Address(display_name=" ".join(words), addr_spec=text)
    except (ValueError, IndexError, MessageError):  # the parser's, at texts that are no addresses
        return None
    return found if text.isascii() and found.username and found.domain else None


def message(envelope: Envelope, text: str, name: str = "", data: bytes = b"", *, now: datetime) -> bytes:
    """An e-mail, with a PDF attached where one is named.

    Args:
        envelope: From whom, to whom, and about what.
        text: What it says.
        name: Of the PDF; empty for none.
        data: The PDF's bytes.
        now: When, with its time zone.
    """
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = envelope.sender, envelope.recipient
    made["Subject"] = " ".join(envelope.subject.split())
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{envelope.id}@{envelope.sender.domain}>"
    made["User-Agent"] = PROGRAM
    made["X-Unsent"] = "1"  # mail programs of Microsoft open it as a draft
    made.set_content(text)
    if name:
        made.add_attachment(data, maintype="application", subtype="pdf", filename=name)
        made.set_boundary(f"docscan-{envelope.id}")
    return made.as_bytes()


def is_between(data: bytes, sender: Address, recipient: Address) -> bool:
    """Whether an e-mail is from somebody to somebody.

    Args:
        data: As `message` made it.
        sender: Who would send it.
        recipient: Who would get it.
    """
    read = message_from_bytes(data, policy=SMTP)
    return (*read["From"].addresses, *read["To"].addresses) == (sender, recipient)
