"""Tell people what happened to a booking, and remind them of it: each mail once, none that is no longer true."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.domain.booking import PENDING, Booking, Role, Status
from daybook.domain.event_type import EventType
from daybook.domain.history import Deed, Event
from daybook.domain.host import Host, Invitations
from daybook.domain.mail import (
    ENDINGS,
    Kind,
    Letter,
    Mail,
    MailName,
    MailStatus,
    Recipient,
    called_for,
    method_of,
    next_stamp,
    superseded,
)
from daybook.domain.policy import confirmation_deadline
from daybook.domain.tenant import Tenant
from daybook.domain.timers import Timer, TimerKind, still_ahead
from daybook.domain.tokens import manage_token
from daybook.mail_ports import Claimed, Composer, Mailer, MailLog, NeverSent, NotSent, NotYet, Outgoing
from daybook.ports import Bookings, Catalogue

RESEND_AFTER = timedelta(minutes=2)
"""When nobody has heard of a mail that was about to be sent for so long, its sender died before the provider had it.

Had the provider taken it, its own event would have said so by then.
"""

Mark = Callable[[MailStatus, str, str], bool]
"""Notes how far a mail has come, the provider's id for it, and its word for why."""
_REASONED = frozenset({Deed.RESCHEDULED, Deed.CANCELLED, Deed.DECLINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs."""

    log: MailLog
    composer: Composer
    mailer: Mailer
    base_url: str


def tell(event: Event, *, catalogue: Catalogue, bookings: Bookings, post: Post, now: datetime) -> None:
    """Send the mails a change calls for.

    Raises:
        NotSent, NotYet: some could not be sent, to be tried again; the others were.
    """
    scene = _scene(event.tenant, event.booking, catalogue, bookings)
    if scene is None:
        return
    log = post.log.mails(event.tenant, event.booking)
    told = _as_of(scene.booking, event)
    first = event.deed in {Deed.REQUESTED, Deed.BOOKED} and bookings.is_first(scene.booking)

    def letters() -> Iterable[tuple[MailName, Letter]]:
        for name in called_for(event, tenant=scene.tenant, host=scene.host, first=first, log=log):
            if superseded(name, event.version, log) or _has_left(name, log):
                continue
            if scene.booking.erasing and name.kind not in ENDINGS:
                continue  # whoever is to be forgotten hears of nothing but the end, and so does the host
            method = method_of(name, told.status, host=scene.host, log=log)
            stamp = next_stamp(name.recipient, log, now=now) if method else now
            letter = scene.letter(name, told, stamp, base_url=post.base_url)
            yield (
                name,
                replace(
                    letter,
                    method=method,
                    earlier=_earlier(event),
                    reason=_reason(scene.booking, event, name.recipient),
                ),
            )

    _send_all(letters(), event.version, post, now)


def remind(timer: Timer, *, catalogue: Catalogue, bookings: Bookings, post: Post, now: datetime) -> None:
    """Send the mails of a timer that rang: a reminder, or what follows a meeting.

    Raises:
        NotSent, NotYet: as `tell`.
    """
    scene = _scene(timer.tenant, timer.booking, catalogue, bookings)
    if scene is None or scene.booking.erasing or scene.booking.sequence != timer.sequence:
        return
    ahead = still_ahead(scene.booking, timer.ahead, now) if timer.ahead is not None else None
    names = list(_reminders(timer, scene, ahead))
    log = post.log.mails(timer.tenant, timer.booking) if names else []
    letters = (
        (name, replace(scene.letter(name, scene.booking, now, base_url=post.base_url), ahead=ahead))
        for name in names
        if not _has_left(name, log)
    )
    _send_all(letters, scene.booking.version, post, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A booking and all who are part of it."""

    booking: Booking
    tenant: Tenant
    host: Host
    event_type: EventType | None
    secret: bytes

    def letter(self, name: MailName, told: Booking, now: datetime, *, base_url: str) -> Letter:
        to_attendee = name.recipient is Recipient.ATTENDEE
        if self.booking.erasing and not to_attendee:
            told = replace(told, attendee=told.attendee.nobody)
        path = f"{base_url}/manage/{self.booking.tenant}/{self.booking.id}"
        # Whoever asked to be forgotten has no link any more, not even in the mail that says good-bye.
        token = manage_token(self.secret, self.booking) if to_attendee and not self.booking.erasing else ""
        return Letter(
            kind=name.kind,
            recipient=name.recipient,
            tenant=self.tenant,
            host=self.host,
            booking=told,
            now=now,
            answers=() if to_attendee else self._answers(),
            manage_url=f"{path}?token={token}" if token else "",
        )

    def _answers(self) -> tuple[tuple[str, str], ...]:
        questions = self.event_type.questions if self.event_type else ()
        labels = {question.id: question.label for question in questions}
        return tuple((labels.get(name, name), answer) for name, answer in self.booking.answers.items() if answer)


def _scene(tenant: str, booking_id: str, catalogue: Catalogue, bookings: Bookings) -> _Scene | None:
    booking = bookings.booking(tenant, booking_id)
    if booking is None:
        return None
    found = catalogue.context(tenant, booking.host, booking.event_type, with_secret=True, with_tenant=True)
    if found.tenant is None or found.secret is None:
        return None
    host = found.host or _stand_in(booking.host, found.tenant)
    return _Scene(booking=booking, tenant=found.tenant, host=host, event_type=found.event_type, secret=found.secret)


def _stand_in(slug: str, tenant: Tenant) -> Host:
    """Return whom mails name when their host was removed while they waited; replies go to the tenant."""
    return Host(
        slug=slug,
        name=slug,
        email=tenant.email,
        zone=ZoneInfo("UTC"),
        language=tenant.language,
        invitations=Invitations.NONE,
    )


def _as_of(booking: Booking, event: Event) -> Booking:
    """Return the booking as it stood after a change; what history does not keep is as today."""
    after = event.after
    waits = after.status in PENDING
    return replace(
        booking,
        status=after.status,
        start=after.start,
        end=after.end,
        sequence=after.sequence,
        deadline=confirmation_deadline(booking.policy, after.start, event.at) if waits else None,
        updated_at=event.at,
    )


def _earlier(event: Event) -> tuple[datetime, datetime] | None:
    moved = event.deed is Deed.RESCHEDULED and event.before is not None
    return (event.before.start, event.before.end) if moved and event.before else None


def _reason(booking: Booking, event: Event, recipient: Recipient) -> str:
    """What an attendee typed goes to the host alone: nobody can be made to mail strangers a text.

    It is told with the deed it was given for; what others do afterwards, a confirmation say, was not their word.
    """
    from_host = event.actor.role is Role.HOST
    its_own = event.deed in _REASONED and booking.sequence == event.after.sequence
    return booking.reason if its_own and (from_host or recipient is Recipient.HOST) else ""


def _reminders(timer: Timer, scene: _Scene, ahead: timedelta | None) -> Iterable[MailName]:
    booking, host = scene.booking, scene.host
    if timer.kind is TimerKind.REMINDER:
        if booking.status is Status.CONFIRMED and ahead:
            yield MailName(timer.sequence, Kind.REMINDER, Recipient.ATTENDEE, timer.ahead)
            if host.reminders and host.invitations is not Invitations.NONE:
                yield MailName(timer.sequence, Kind.REMINDER, Recipient.HOST, timer.ahead)
    elif booking.status in {Status.CONFIRMED, Status.COMPLETED} and scene.tenant.follow_up:
        yield MailName(timer.sequence, Kind.FOLLOW_UP, Recipient.ATTENDEE)


def _has_left(name: MailName, log: Iterable[Mail]) -> bool:
    return any(mail.name == name and mail.status.rank >= MailStatus.SENT.rank for mail in log)


def _send_all(letters: Iterable[tuple[MailName, Letter]], version: int, post: Post, now: datetime) -> None:
    failures: list[Exception] = []
    for name, letter in letters:
        try:
            _send(name, letter, version, post, now)
        except Exception as failure:  # one recipient's trouble is not the other's
            failures.append(failure)
    if failures:
        # What passes by itself must not hide a fault that somebody has to look at.
        raise next((each for each in failures if not isinstance(each, NotSent | NotYet)), failures[0])


def _send(name: MailName, letter: Letter, version: int, post: Post, now: datetime) -> None:
    booking = letter.booking
    address = booking.attendee.email if name.recipient is Recipient.ATTENDEE else letter.host.email
    if not address:
        return  # forgotten meanwhile
    mail = Mail(
        tenant=booking.tenant,
        booking=booking.id,
        name=name,
        version=version,
        method=letter.method,
        stamp=letter.now if letter.method else None,
        queued_at=now,
        updated_at=now,
    )
    post.mailer.require_turn()
    claimed = post.log.claim(mail, stale=now - RESEND_AFTER)
    if claimed is Claimed.DONE:
        return
    if claimed is Claimed.UNDECIDED:
        raise NotYet(f"{name.text} may be on its way")
    mark = _marker(mail, post.log, now)
    outgoing = _composed(letter, post.composer, mark)
    if outgoing is None:
        return
    try:
        message_id = post.mailer.send(
            outgoing, tags={"tenant": booking.tenant, "booking": booking.id, "mail": name.text}
        )
    except NotSent as refusal:
        mark(MailStatus.FAILED, "", str(refusal))
        raise
    mark(MailStatus.SENT, message_id, "")


def _composed(letter: Letter, composer: Composer, mark: Mark) -> Outgoing | None:
    """Return the mail a letter makes; None if there can never be one, which the log then says."""
    try:
        return composer.compose(letter)
    except NeverSent as refusal:
        mark(MailStatus.FAILED, "", str(refusal))
        return None
    except Exception as fault:
        mark(MailStatus.FAILED, "", type(fault).__name__)  # nothing has left, so it need not be waited for
        raise


def _marker(mail: Mail, log: MailLog, now: datetime) -> Mark:
    def mark(status: MailStatus, message_id: str, detail: str) -> bool:
        return log.mark(mail.tenant, mail.booking, mail.name, status, now=now, message_id=message_id, detail=detail)

    return mark
