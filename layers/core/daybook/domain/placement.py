"""Make a booking out of what is offered and who wants it."""

from collections.abc import Mapping
from datetime import datetime

from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking, Status
from daybook.domain.event_type import Terms
from daybook.domain.limits import Counter
from daybook.domain.policy import Policy, confirmation_deadline
from daybook.domain.uid import uid_of


def place(
    *,
    id: str,
    tenant: str,
    host: str,
    terms: Terms,
    policy: Policy,
    start: datetime,
    end: datetime,
    attendee: Attendee,
    attendee_key: str,
    answers: Mapping[str, str],
    title: str,
    location: str | None,
    slot: str | None,
    counted: tuple[Counter, ...],
    mail_domain: str,
    now: datetime,
) -> Booking:
    """Make a new booking: confirmed at once, or waiting for the host where the event type wants that."""
    pending = policy.requires_confirmation
    return Booking(
        id=id,
        tenant=tenant,
        host=host,
        event_type=terms.event_type,
        slot=slot,
        seat_of=terms.signature if terms.capacity > 1 else None,
        capacity=terms.capacity,
        status=Status.PENDING_CONFIRMATION if pending else Status.CONFIRMED,
        start=start,
        end=end,
        buffer_before=terms.buffer_before,
        buffer_after=terms.buffer_after,
        attendee=attendee,
        attendee_key=attendee_key,
        answers=answers,
        title=title,
        location=location,
        policy=policy,
        counted=counted,
        deadline=confirmation_deadline(policy, start, now) if pending else None,
        uid=uid_of(tenant, id, mail_domain),
        created_at=now,
        updated_at=now,
    )
