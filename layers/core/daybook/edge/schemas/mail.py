"""The mail log over HTTP."""

from typing import Self

from daybook.domain.event_type import MINUTE
from daybook.domain.mail import Mail
from daybook.edge.fields import View
from daybook.edge.times import utc_text


class MailView(View):
    """One mail and how far it came; `recipient` is a role, never an address.

    `minutes_ahead` is there on reminders, `message_id` once the provider took the mail, `detail` is the provider's word
    for a failure, bounce or complaint.
    """

    kind: str
    recipient: str
    ics_sequence: int
    method: str | None
    minutes_ahead: int | None = None
    status: str
    message_id: str | None
    detail: str | None
    attempts: int
    queued_at: str
    updated_at: str

    @classmethod
    def of(cls, mail: Mail) -> Self:
        view = cls(
            kind=mail.name.kind,
            recipient=mail.name.recipient,
            ics_sequence=mail.name.sequence,
            method=mail.method,
            status=mail.status,
            message_id=mail.message_id or None,
            detail=mail.detail or None,
            attempts=mail.attempts,
            queued_at=utc_text(mail.queued_at),
            updated_at=utc_text(mail.updated_at),
        )
        if mail.name.ahead is not None:
            view.minutes_ahead = mail.name.ahead // MINUTE
        return view


class MailLogView(View):
    items: list[MailView]
    next_cursor: None = None
