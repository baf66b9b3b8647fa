"""Moments as the API spells them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def utc_text(moment: datetime) -> str:
    """Spell a moment in UTC: 2027-03-01T08:00:00Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def zoned_text(moment: datetime, zone: ZoneInfo) -> str:
    """Spell a moment on a zone's clock: 2027-03-01T09:00:00+01:00."""
    return moment.astimezone(zone).isoformat(timespec="seconds")
