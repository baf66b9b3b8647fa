"""What telling people needs from the world outside: mails, their log, timers, and the ways out of the outbox."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from daybook.domain.history import Event
from daybook.domain.mail import Letter, Mail, MailName, MailStatus
from daybook.domain.timers import Timer


class NotYet(Exception):
    """It cannot be done now, and is to be tried again later."""


class NotSent(Exception):
    """The provider did not take a mail, for certain: it may be handed over again. `args[0]` is its word for why."""


class NeverSent(NotSent):
    """No repetition would mend it either, and the log says why."""


class Claimed(Enum):
    """What claiming a mail came to."""

    OURS = "ours"
    DONE = "done"
    UNDECIDED = "undecided"
    """Somebody else is at it, or was when they died: nobody knows yet whether it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A composed mail: one recipient; `raw` is the whole message (RFC 5322) with CRLF."""

    sender: str
    to: str
    raw: bytes


class MailLog(Protocol):
    """What became of the mails of a booking."""

    def mails(self, tenant: str, booking: str) -> Sequence[Mail]:
        """Read the log, strongly consistent, by sequence."""

    def claim(self, mail: Mail, *, stale: datetime) -> Claimed:
        """Put a mail down as queued, if it is new, has failed, or has been queued since before `stale`.

        The conditional write is what makes each mail single; a repeated claim counts one attempt more.
        """

    def mark(
        self, tenant: str, booking: str, name: MailName, status: MailStatus, *, now: datetime, message_id: str = "",
        detail: str = "", below: MailStatus | None = None,
    ) -> bool:  # fmt: skip
        """Note news of a mail; False if it is unknown, or known to have come as far already, or as far as `below`."""


class Composer(Protocol):
    """Writes mails."""

    def compose(self, letter: Letter) -> Outgoing:
        """Return the mail a letter makes. Raises NeverSent: nothing can be addressed to its recipient."""


class Mailer(Protocol):
    """Hands mails to the provider."""

    def require_turn(self) -> None:
        """Raises NotYet: the pace lets the next mail leave so late that nobody should wait with it claimed."""

    def send(self, mail: Outgoing, *, tags: Mapping[str, str]) -> str:
        """Return the provider's message id.

        Args:
            tags: come back with every event about the mail; letters, digits, `_` and `-` alone.
        Raises:
            NotSent: the provider refused it. Any other error leaves open whether it was taken.
        """


class Timers(Protocol):
    """Rings at moments; at least once, at most a minute late."""

    def set(self, timer: Timer) -> None:
        """Set a timer, in place of the booking's earlier one of the same name; one that is due rings at once."""

    def drop(self, booking: str, names: Collection[str]) -> None:
        """Stop timers; what is not set, or rings already, is left alone."""


class Letterbox(Protocol):
    """The queue of what is to be told by mail, in order for each booking."""

    def put(self, timer: Timer) -> None:
        """Ask for the mail of a timer that rang."""


class Outlet(Protocol):
    """A way out of the outbox: a worker's queue, or the bus."""

    def put(self, events: Sequence[Event]) -> Collection[Event]:
        """Pass events on, in order; return those that could not be."""
