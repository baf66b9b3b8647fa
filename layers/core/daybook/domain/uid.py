"""Calendar UIDs: they stay for the life of a booking, and lead from a calendar's reply back to it."""


def uid_of(tenant: str, booking: str, mail_domain: str) -> str:
    """Spell a booking's UID, `<ulid>.<tenant>@<domain>`: globally unique, never used again. Source: RFC 7986 §5.3."""
    return f"{booking.lower()}.{tenant}@{mail_domain}"


def session_uid(tenant: str, session: str, booking_uid: str) -> str:
    """Spell the UID of a session's event, in the domain of its bookings: it names none of them."""
    return uid_of(tenant, f"session-{session}", booking_uid.rpartition("@")[2])


def named_by(uid: str) -> tuple[str, str] | None:
    """Return tenant and booking of a UID; None if it is not spelt like one of ours."""
    local, at, _ = uid.partition("@")
    booking, dot, tenant = local.partition(".")
    return (tenant, booking.upper()) if at and dot and tenant and booking else None
