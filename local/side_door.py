"""What only the local stack answers, under /_local/: where functions hand in mail, and where people read it."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from local.answer import Answer, not_found
from local.outbox import Outbox
from local.outbox_pages import show
from local.replies import Inbox
from local.ses import SENT, TROUBLE, Ses

LOCAL = "/_local/"
OUTBOX = "/_local/outbox"
MAILER = "/_local/ses"
REPLIES = "/_local/replies"


@dataclass(frozen=True, slots=True)
class SideDoor:
    """Answers by method and path."""

    outbox: Outbox
    ses: Ses
    inbox: Inbox

    def answer(self, method: str, target: str, body: bytes) -> Answer | None:
        """Answer a request; None: hang up instead.

        Args:
            target: path and query.
        """
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        posts: dict[str, Callable[[], Answer | None]] = {
            MAILER + SENT: lambda: self.ses.send(body),
            MAILER + TROUBLE: lambda: self.ses.make_trouble(body),
            REPLIES: lambda: self.inbox.take(body, query),
        }
        if method == "POST" and parts.path in posts:
            return posts[parts.path]()
        if method in ("GET", "HEAD") and parts.path.startswith(OUTBOX):
            return show(self.outbox, parts.path.removeprefix(OUTBOX).strip("/"), query)
        return not_found()
