"""What sends, rings and carries, in memory: a provider with its bad days, a composer, timers and queues."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from daybook.domain.history import Event
from daybook.domain.mail import Letter, MailName, Recipient
from daybook.domain.timers import Timer
from daybook.mail_ports import NotSent, NotYet, Outgoing

Body = TypeVar("Body")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)


class Died(BaseException):
    """The process ended here: nobody could catch it, and nothing after it was done."""


@dataclass(frozen=True)
class Sent:
    """A mail that the provider took."""

    id: str
    mail: Outgoing
    tags: Mapping[str, str]

    @property
    def name(self) -> MailName:
        return MailName.parse(self.tags["mail"])


class MemoryMailer:
    """`mail_ports.Mailer` that keeps what it takes.

    Attributes:
        refusal: the provider's word for why it takes nothing; empty: it does.
        busy: whether the next turn is far off.
        before, after: what happens, once, just before or just after the provider has taken a mail.
    """

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.refusal = ""
        self.before: BaseException | None = None
        self.after: BaseException | None = None
        self.busy = False

    def require_turn(self) -> None:
        if self.busy:
            raise NotYet

    def send(self, mail: Outgoing, *, tags: Mapping[str, str]) -> str:
        assert all(TAG.fullmatch(text) for pair in tags.items() for text in pair)
        if self.refusal:
            raise NotSent(self.refusal)
        if self.before:
            fault, self.before = self.before, None
            raise fault
        taken = Sent(f"id-{len(self.sent)}", mail, dict(tags))
        self.sent.append(taken)
        if self.after:
            fault, self.after = self.after, None
            raise fault
        return taken.id


class PlainComposer:
    """`mail_ports.Composer` that keeps the letters; a mail says what kind it is.

    Attributes:
        faults: why it cannot write to a recipient.
    """

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.faults: dict[Recipient, Exception] = {}

    def compose(self, letter: Letter) -> Outgoing:
        if letter.recipient in self.faults:
            raise self.faults[letter.recipient]
        self.letters.append(letter)
        to = letter.booking.attendee.email if letter.recipient is Recipient.ATTENDEE else letter.host.email
        return Outgoing(sender="bookings@daybook.example", to=to, raw=f"Subject: {letter.kind}\r\n\r\n".encode())


class MemoryTimers:
    """`mail_ports.Timers` in a dictionary.

    Attributes:
        dropped: what it was told to drop. deaf: whether it lets that ring nonetheless.
    """

    def __init__(self) -> None:
        self.set_for: dict[tuple[str, str], Timer] = {}
        self.dropped: list[str] = []
        self.deaf = False

    def set(self, timer: Timer) -> None:
        self.set_for[timer.booking, timer.name] = timer

    def drop(self, booking: str, names: Collection[str]) -> None:
        self.dropped += names
        for name in names:
            if not self.deaf:
                self.set_for.pop((booking, name), None)

    def names(self, booking: str) -> Collection[str]:
        return {name for owner, name in self.set_for if owner == booking}

    def ring(self, now: datetime) -> Sequence[Timer]:
        """Hand out what is due, in order; it is not set any longer."""
        due = sorted((timer for timer in self.set_for.values() if timer.at <= now), key=lambda timer: timer.at)
        self.set_for = {key: timer for key, timer in self.set_for.items() if timer not in due}
        return due


@dataclass(frozen=True)
class Message(Generic[Body]):
    group: str
    body: Body
    visible_at: datetime
    receives: int = 0


class MemoryQueue(Generic[Body]):
    """A queue that keeps the order of each group, and what failed for later.

    Args:
        rest: how long a message rests after its n-th failure. visibility: how long after its worker died.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        rest: Callable[[int], timedelta],
        visibility: timedelta,
        expected: tuple[type[Exception], ...],
    ) -> None:
        self.messages: list[Message[Body]] = []
        self._clock = clock
        self._rest = rest
        self._visibility = visibility
        self._expected = expected

    def add(self, group: str, body: Body) -> None:
        self.messages.append(Message(group, body, self._clock()))

    def work(self, act: Callable[[Body], None]) -> bool:
        """Hand out what is visible, each group as far as it goes; tell whether anything was."""
        waiting, self.messages = self.messages, []
        blocked: set[str] = set()
        for message in waiting:
            if message.group not in blocked and message.visible_at <= self._clock():
                left = self._handled(message, act)
            else:
                left = message
            if left is not None:
                blocked.add(left.group)
                self.messages.append(left)
        return self.messages != waiting

    def _handled(self, message: Message[Body], act: Callable[[Body], None]) -> Message[Body] | None:
        receives = message.receives + 1
        try:
            act(message.body)
        except self._expected:
            return replace(message, receives=receives, visible_at=self._clock() + self._rest(receives))
        except Died:
            return replace(message, receives=receives, visible_at=self._clock() + self._visibility)
        return None


class MemoryOutlet:
    """`mail_ports.Outlet` into a queue.

    Attributes:
        taken: what was put. broken: whether it loses everything.
    """

    def __init__(self, into: MemoryQueue[Event | Timer] | None = None) -> None:
        self.taken: list[Event] = []
        self.broken = False
        self._queue = into

    def put(self, events: Sequence[Event]) -> Collection[Event]:
        if self.broken:
            return events
        self.taken += events
        for event in events if self._queue else ():
            assert self._queue
            self._queue.add(event.booking, event)
        return []


class MemoryLetterbox:
    """`mail_ports.Letterbox` into a queue."""

    def __init__(self, into: MemoryQueue[Event | Timer]) -> None:
        self._queue = into

    def put(self, timer: Timer) -> None:
        self._queue.add(timer.booking, timer)
