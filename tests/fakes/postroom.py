"""Everything that follows a booking, in memory and on the scene's clock: use cases between queues that try again."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from daybook.adapters.messages import Told
from daybook.domain.actor import Actor, Role
from daybook.domain.booking import Booking
from daybook.domain.connection import Connection
from daybook.domain.entry import CopyRequest
from daybook.domain.history import Deed, Event, Origin
from daybook.domain.mail import Mail, MailName, MailStatus, Method, Recipient
from daybook.domain.notice import Notice
from daybook.domain.timers import Timer
from daybook.edge.batches import EXPECTED, delay_after
from daybook.provider_ports import Provider
from daybook.usecases import host_calendars, write_back
from daybook.usecases.erase_booking import finish_erasure
from daybook.usecases.fan_out import fan_out
from daybook.usecases.hand_over import Post
from daybook.usecases.record_delivery import News, record_delivery
from daybook.usecases.run_timer import run_timer
from daybook.usecases.send_mail import remind, tell
from daybook.usecases.send_notice import send_notice
from daybook.usecases.set_timers import set_timers
from tests.fakes.post import (
    MemoryLetterbox,
    MemoryMailer,
    MemoryNoticeBoard,
    MemoryOutlet,
    MemoryQueue,
    MemoryTimers,
    PlainComposer,
    Sent,
)
from tests.fakes.scene import ACME, Scene

VISIBILITY = timedelta(minutes=6)
OUTAGES = (*EXPECTED, TimeoutError)
"""What a message comes back after; a lost answer reads TimeoutError here."""


class Postroom:
    """Sends the scene's mails.

    Attributes:
        twice: whether every message is delivered once more after it was dealt with.
        account: opens connected calendars; None: there are none.
        silent: whether the provider says nothing of what became of a mail.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.mailer, self.composer, self.timers = MemoryMailer(), PlainComposer(), MemoryTimers()
        self.mail = self._queue()
        self.timing = self._queue()
        self.copying = self._queue()
        self.notices = MemoryNoticeBoard(self.mail)
        self.account: Callable[[Connection], Provider] | None = None
        self.twice = self.silent = False
        self._carried: set[Event] = set()
        self._heard: set[str] = set()

    @property
    def post(self) -> Post:
        log = self.scene.ports.mails
        return Post(log=log, composer=self.composer, mailer=self.mailer, base_url="https://book.example.com")

    def events(self) -> list[Event]:
        """Return the outbox, in order for each booking."""
        bookings = self.scene.ports.bookings
        ids = bookings.by_host(ACME, None, since=None, until=None, cursor=None, limit=1000).ids
        return [event for one in ids for event in bookings.history(ACME, one)]

    def settle(self) -> None:
        """Do all that can be done now."""
        busy = True
        while busy:
            fresh = [event for event in self.events() if event not in self._carried]
            self._carried.update(fresh)
            outlets = {"mail": MemoryOutlet(self.mail), "timers": MemoryOutlet(self.timing)}
            calendars = MemoryOutlet(self.copying) if self.account else None
            lost = fan_out(fresh, **outlets, calendars=calendars, bus=MemoryOutlet())
            assert not lost
            timed = self.timing.work(self._twice(self.set_timers))
            copied = self.copying.work(self._twice(self.copy))
            rung = self.timers.ring(self.scene.now)
            for timer in rung:
                self._twice(self.ring)(timer)
            told = self.mail.work(self._twice(self.send))
            busy = bool(fresh or rung) or timed or copied or told or self._listen()

    def lose(self) -> None:
        """Let nobody hear of what has happened so far."""
        self._carried.update(self.events())

    def until(self, moment: datetime) -> None:
        """Let time pass, and everything happen when it is due."""
        self.settle()
        while self.scene.now < moment:
            due = [timer.at for timer in self.timers.set_for.values()]
            due += [
                message.visible_at for queue in (self.mail, self.timing, self.copying) for message in queue.messages
            ]
            self.scene.now = min([moment, *(one for one in due if one > self.scene.now)])
            self.settle()

    def send(self, told: Told) -> None:
        """Act as the mail worker does."""
        ports = self.scene.ports
        given = {"catalogue": ports.catalogue, "bookings": ports.bookings, "post": self.post, "now": self.scene.now}
        if isinstance(told, Timer):
            remind(told, **given)  # type: ignore[arg-type]
            return
        if isinstance(told, Notice):
            connections = ports.connections
            send_notice(told, catalogue=ports.catalogue, connections=connections, post=self.post, now=self.scene.now)
            return
        assert isinstance(told, Event)
        if told.deed is Deed.ERASURE_REQUESTED:
            booking = ports.bookings.booking(told.tenant, told.booking)
            assert booking is not None
            finish_erasure(booking, origin=self.origin(), ledger=ports.ledger, bookings=ports.bookings)
        else:
            tell(told, **given)  # type: ignore[arg-type]

    def copy(self, told: Told) -> None:
        """Act as the worker that writes into calendars does."""
        assert self.account
        assert isinstance(told, Event | CopyRequest)
        ports = self.scene.ports
        needed = host_calendars.Ports(
            catalogue=ports.catalogue,
            bookings=ports.bookings,
            ledger=ports.ledger,
            connections=ports.connections,
            sessions=ports.sessions,
            account=self.account,
            notices=self.notices,
            new_id=self.scene.new_id,
        )
        write_back.write_back(told, ports=needed, origin=self.origin())

    def set_timers(self, event: Told) -> None:
        assert isinstance(event, Event)
        set_timers(event, bookings=self.scene.ports.bookings, timers=self.timers)

    def ring(self, timer: Told) -> None:
        assert isinstance(timer, Timer)
        ports, letterbox = self.scene.ports, MemoryLetterbox(self.mail)
        run_timer(timer, origin=self.origin(), bookings=ports.bookings, ledger=ports.ledger, letterbox=letterbox)

    def hear(self, sent: Sent, status: MailStatus, *, permanent: bool = False, detail: str = "") -> None:
        """Let the provider say what became of a mail."""
        news = News(
            tenant=sent.tags["tenant"],
            booking=sent.tags["booking"],
            name=sent.name,
            status=status,
            message_id=sent.id,
            detail=detail,
            permanent=permanent,
        )
        ports = self.scene.ports
        record_delivery(news, origin=self.origin(), log=ports.mails, bookings=ports.bookings, ledger=ports.ledger)

    def names(self, recipient: Recipient | None = None) -> list[str]:
        """Return the names of the mails that were sent, in order."""
        return [sent.name.text for sent in self.mailer.sent if recipient in {None, sent.name.recipient}]

    def log(self, booking: Booking) -> dict[MailName, Mail]:
        return {mail.name: mail for mail in self._logged(booking.id)}

    def methods(self, booking: Booking, recipient: Recipient) -> list[Method | None]:
        """Return the calendar objects that a recipient got about a booking, in order."""
        log = self.log(booking)
        about = [sent for sent in self.mailer.sent if sent.tags["booking"] == booking.id]
        return [log[sent.name].method for sent in about if sent.name.recipient is recipient]

    def require_single(self) -> None:
        """No mail was sent twice, and the log knows of each that it arrived."""
        sent = [(one.tags["booking"], one.name) for one in self.mailer.sent]
        logged = [mail for one in {event.booking for event in self.events()} for mail in self._logged(one)]
        assert len(set(sent)) == len(sent)
        assert {(mail.booking, mail.name) for mail in logged} == set(sent)
        assert {mail.status for mail in logged} <= {MailStatus.DELIVERED}

    def origin(self) -> Origin:
        return Origin(Actor(Role.SYSTEM), self.scene.now, "message-1")

    def _logged(self, booking: str) -> Sequence[Mail]:
        return self.scene.ports.mails.mails(ACME, booking)

    def _queue(self) -> MemoryQueue[Told]:
        return MemoryQueue(lambda: self.scene.now, rest=delay_after, visibility=VISIBILITY, expected=OUTAGES)

    def _twice(self, act: Callable[[Told], None]) -> Callable[[Told], None]:
        def acted(told: Told) -> None:
            act(told)
            if self.twice:
                act(told)

        return acted

    def _listen(self) -> bool:
        fresh = [sent for sent in self.mailer.sent if sent.id not in self._heard and not self.silent]
        for sent in fresh:
            self._heard.add(sent.id)
            for status in (MailStatus.DELIVERED, MailStatus.SENT):  # in the wrong order
                self.hear(sent, status)
        return bool(fresh)
