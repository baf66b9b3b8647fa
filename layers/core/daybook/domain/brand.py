"""How a tenant's mails and pages look, and whether they can be read."""

import re
from dataclasses import dataclass

_COLOUR = re.compile(r"#[0-9a-f]{6}")
DARK, LIGHT = "#030303", "#fefefe"
"""Inks that are neither pure black nor pure white, which some mail clients invert in dark mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What a tenant's mails show.

    Attributes:
        colour: `#rrggbb`, lower case, behind headings and buttons.
        logo_url: https, or None.
        signature: text under every mail.
    """

    colour: str = "#1f4fd8"
    logo_url: str | None = None
    signature: str = ""

    @property
    def ink(self) -> str:
        """The colour of text on `colour`: whichever can be read better; always 4.5 : 1 at least."""
        return max((DARK, LIGHT), key=lambda ink: contrast(ink, self.colour))


def is_colour(text: str) -> bool:
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
