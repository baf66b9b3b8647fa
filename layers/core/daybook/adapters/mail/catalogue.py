"""The words of mails, one TOML file a language: docs/mail.md says how to add one."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

LANGUAGES = Path(__file__).with_name("languages")
LAST_RESORT = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language.

    Attributes:
        tag: BCP 47, as `lang` says it.
        locale: how dates are written, where the reader's own tag does not say more.
        direction: `ltr` or `rtl`.
        colon: what stands between a label and what it labels, in plain text.
        texts: by dotted key.
    """

    tag: str
    locale: str
    direction: str
    texts: Mapping[str, str]
    colon: str = ":"

    @classmethod
    def read(cls, path: Path) -> "Catalogue":
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        head = {name: content.pop(name) for name in ("locale", "direction", "colon") if name in content}
        return cls(tag=path.stem, texts=dict(_flat(content)), **head)


@dataclass(frozen=True, slots=True)
class Language:
    """What one reader reads: a catalogue, and dates as in their country."""

    catalogue: Catalogue
    locale: Locale


@cache
def catalogues(folder: Path = LANGUAGES) -> Mapping[str, Catalogue]:
    """Return every catalogue by its tag in lower case; read once a process."""
    return {path.stem.lower(): Catalogue.read(path) for path in sorted(folder.glob("*.toml"))}


def language_for(*tags: str, folder: Path = LANGUAGES) -> Language:
    """Choose the language for wishes in order of preference; each with its region first, then without; then English.

    Plain `en` writes dates day first on a 24-hour clock, `en-US` as in America.
    """
    known = catalogues(folder)
    for tag in (*tags, LAST_RESORT):
        parts = tag.lower().replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            catalogue = known.get("-".join(parts[:length]))
            if catalogue is not None:
                return Language(catalogue, _locale(parts, catalogue))
    raise LookupError(f"no catalogue for {LAST_RESORT}")


def _locale(parts: Sequence[str], catalogue: Catalogue) -> Locale:
    if len(parts) > 1:
        try:
            return Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            pass  # a region that has no way of its own to write dates, or none at all
    return Locale.parse(catalogue.locale)


def _flat(table: Mapping[str, Any], prefix: str = "") -> Sequence[tuple[str, str]]:
    return [
        pair
        for key, value in table.items()
        for pair in (_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)])
    ]
