"""Names as people typed them, made fit to be mailed to somebody else."""

import re
import unicodedata

LONGEST_NAME = 80

_DOT = "[.\u3002]"
"""The full stop, and the one browsers also take for one in a host name (UTS #46); others decompose to these."""
_JOINERS = "\u200c\u200d"
"""Persian names and emoji are spelt with them, so they are kept, except where they could hide a dot."""
_LINKING = re.compile(
    rf"""
      ://                                            # any address with a scheme
    | \b(?:mailto|tel|sms|javascript|data|https?):\S # what mail clients link without slashes
    | @                                              # a mail address, or a handle
    | \bwww{_DOT}
    | \S{_DOT}\w{{2}}                                # example.com, and whatever looks like it
    | \d{_DOT}\d+{_DOT}\d+{_DOT}\d                   # 192.0.2.1
    """,
    re.VERBOSE | re.IGNORECASE,
)


def one_line(text: str) -> str:
    """Return a text without control and formatting characters, with single spaces between its words.

    What is left can stand in a header: it cannot end a line, nor turn the direction of what follows it.
    """
    return " ".join("".join(map(_tame, text)).split())


def printable(text: str) -> str:
    """Return a text of several lines without other control and formatting characters; a line ends in one LF."""
    return "\n".join("".join(map(_tame, line)).rstrip() for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text))


def plain_name(name: str) -> str:
    """Return what may be mailed of a name somebody typed; perhaps nothing.

    Whoever books types a name and anybody's address. Without this, a "name" could carry a link to a stranger.
    Words that a mail client could turn into a link are dropped, so are control characters; at most 80 characters stay.
    """
    words = one_line(name).split(" ")
    kept = [word for word in words if not _LINKING.search(_bare(word))]
    return " ".join(kept)[:LONGEST_NAME].rstrip()


def _bare(word: str) -> str:
    """Return a word as a careless reader, or a linking client, may see it: without accents, forms and joiners."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(one for one in plain if not unicodedata.category(one).startswith("M") and one not in _JOINERS)


def _tame(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    unwanted = category in {"Cf", "Cs"} and character not in _JOINERS
    return "" if unwanted else character
