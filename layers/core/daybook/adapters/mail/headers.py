"""Headers that carry people's words: encoded and folded so that they read back as they were, and add no other header.

The email package's own folding (Python 3.11 to 3.13) loses spaces between encoded words, and the quotes around a name
that it breaks in two; a name could then become an address. So these headers are written here.
"""

from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.utils import quote

from daybook.domain.naming import one_line

LONGEST_NAME = 60
_WIDTH = 76


def text(header: str, words: str) -> str:
    """Return a header line of plain text, such as Subject, ending in CRLF. Source: RFC 5322 §2.2.3, RFC 2047."""
    return f"{header}: {_encoded(header, _undecodable(one_line(words)))}\r\n"


def mailbox(header: str, name: str, email: str) -> str | None:
    """Return a header line of one address, ending in CRLF; None if no header can hold the address.

    The latter goes for letters beyond ASCII before the @, which few providers take. Source: RFC 5322 §3.4.
    """
    address = addressable(email)
    if address is None:
        return None
    shown = _undecodable(one_line(name)[:LONGEST_NAME].strip())
    if not shown:
        return f"{header}: {address}\r\n"
    phrase = f'"{quote(shown)}"' if shown.isascii() else _encoded(header, shown)
    fold = "\r\n" if len(f"{header}: {phrase} <{address}>") > _WIDTH else ""
    return f"{header}: {phrase}{fold} <{address}>\r\n"


def addressable(email: str) -> str | None:
    """Return an address if a header can hold it."""
    try:
        address = Address(addr_spec=email).addr_spec
    except (ValueError, IndexError, MessageError):
        return None
    return address if address.isascii() else None


def _encoded(header: str, words: str) -> str:
    charset = "us-ascii" if words.isascii() else "utf-8"
    return Header(words, charset, header_name=header, maxlinelen=_WIDTH).encode(linesep="\r\n")


def _undecodable(words: str) -> str:
    """Keep what looks like an encoded word already from being decoded by its reader into an address, say."""
    return words.replace("=?", "= ?")
