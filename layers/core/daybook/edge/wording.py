"""A reader's words and clock: the texts of pages in their language, moments in their zone."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from daybook import wiring

LANGUAGES = Path(__file__).with_name("templates") / "languages"


@dataclass(frozen=True, slots=True)
class Wording:
    """Says things in one language."""

    language: "wiring.Language"

    @classmethod
    def of(cls, *tags: str) -> "Wording":
        """Choose by BCP 47 tags in order of preference; English if there is a catalogue for none of them."""
        return cls(wiring.language(*(tag for tag in tags if tag), folder=LANGUAGES))

    @property
    def tag(self) -> str:
        return self.language.catalogue.tag

    @property
    def direction(self) -> str:
        return self.language.catalogue.direction

    def __call__(self, key: str, **values: str) -> str:
        """Return a text with its {placeholders} filled in; plain, to be escaped where it is shown. Raises KeyError."""
        return self.language.catalogue.texts[key].format(**values)

    def known(self, key: str) -> bool:
        return key in self.language.catalogue.texts

    def span(self, start: datetime, end: datetime, zone: ZoneInfo) -> str:
        """Say when a meeting is, with the zone's name and offset."""
        return wiring.clock(zone, self.language).span(start, end)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        return wiring.clock(zone, self.language).moment(at)

    def day(self, day: date) -> str:
        return _spaced(format_date(day, "full", locale=self.language.locale))

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        return _spaced(format_time(at, "short", tzinfo=zone, locale=self.language.locale))


def accepted(header: str) -> tuple[str, ...]:
    """Return the languages of an Accept-Language header, most wanted first. Source: RFC 9110 §12.5.4."""
    wanted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        text = weight.strip().removeprefix("q=") or "1"
        quality = float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else 0.0
        if quality and tag.replace("-", "").isalnum() and tag.isascii():
            wanted.append((-quality, tag))
    return tuple(tag for _, tag in sorted(wanted, key=lambda pair: pair[0]))


def _spaced(text: str) -> str:
    """Replace the narrow spaces that CLDR sets times with, as mails do."""
    return text.replace("\u202f", "\u00a0")
