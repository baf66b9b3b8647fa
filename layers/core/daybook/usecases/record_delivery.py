"""Note what the provider says became of a mail."""

from dataclasses import dataclass

from daybook.domain.booking import Booking
from daybook.domain.history import Deed, Origin, event
from daybook.domain.mail import MailName, MailStatus, Recipient
from daybook.mail_ports import MailLog
from daybook.ports import Bookings, Ledger
from daybook.usecases.changing import changed


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the provider says of one mail.

    Attributes:
        permanent: a bounce that will not get better: the address is wrong, or suppressed.
        detail: the provider's class for it, `General` or `abuse`; never its prose, which may quote the address.
    """

    tenant: str
    booking: str
    name: MailName
    status: MailStatus
    message_id: str
    detail: str = ""
    permanent: bool = False


def record_delivery(news: News, *, origin: Origin, log: MailLog, bookings: Bookings, ledger: Ledger) -> None:
    """Put news in the log; a first hard bounce of the attendee's address becomes part of the booking's story.

    A bounce that may pass does not undo a delivery: SES calls out-of-office notes so.
    Source: Amazon SES, "Bounce types" (Transient, General).
    """
    passing = news.status is MailStatus.BOUNCED and not news.permanent
    log.mark(
        news.tenant,
        news.booking,
        news.name,
        news.status,
        now=origin.now,
        message_id=news.message_id,
        detail=news.detail,
        below=MailStatus.DELIVERED if passing else None,
    )
    if not (news.permanent and news.name.recipient is Recipient.ATTENDEE):
        return
    booking = bookings.booking(news.tenant, news.booking)
    if booking is None:
        return

    def step(current: Booking) -> Booking:
        if current.undeliverable_at is not None or not current.attendee.email:
            return current
        after = current.undeliverable(now=origin.now)
        ledger.settle(current, after, event(Deed.UNDELIVERABLE, origin, before=current, after=after))
        return after

    changed(booking, step, bookings=bookings)
