"""Why a start or a day is not offered: the codes the public sees (semantics: S13)."""

from enum import StrEnum


class Reason(StrEnum):
    """One code per rule; never who or what stands in the way."""

    PAST = "past"
    OUTSIDE_WINDOW = "outside_window"
    BLOCKED = "blocked"
    NO_SERVICE_HOURS = "no_service_hours"
    TOO_SOON = "too_soon"
    LIMIT_REACHED = "limit_reached"
    FULLY_BOOKED = "fully_booked"
    CALENDAR_CONFLICTS = "calendar_conflicts"
