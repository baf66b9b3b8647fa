"""What only the local stack answers, under /_local/: where functions hand in mail, and where people read it."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from local import connect_page
from local.answer import Answer, not_found
from local.engine import Engine
from local.outbox import Outbox
from local.outbox_pages import show
from local.replies import Inbox
from local.ses import SENT, TROUBLE, Ses

LOCAL = "/_local/"
OUTBOX = "/_local/outbox"
CONNECT = connect_page.HERE
MAILER = "/_local/ses"
REPLIES = "/_local/replies"
SWEEP = "/_local/sweep"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Looks for connected calendars that want to be read, now instead of every five minutes."""

    engine: Engine
    function: str

    def run(self) -> Answer:
        """Invoke the function and wait for it."""
        answer = self.engine.client("lambda").invoke(FunctionName=self.function, Payload=b"{}")
        failed = "FunctionError" in answer
        return Answer(HTTPStatus.BAD_GATEWAY if failed else HTTPStatus.NO_CONTENT, "text/plain", b"")


@dataclass(frozen=True, slots=True)
class SideDoor:
    """Answers by method and path."""

    outbox: Outbox
    ses: Ses
    inbox: Inbox
    sweep: Sweep
    connecting: connect_page.ConnectPage

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
            SWEEP: self.sweep.run,
            CONNECT: lambda: self.connecting.connect(body),
            REPLIES: lambda: self.inbox.take(body, query),
        }
        if method == "POST" and parts.path in posts:
            return posts[parts.path]()
        if method in ("GET", "HEAD") and parts.path.startswith(OUTBOX):
            return show(self.outbox, parts.path.removeprefix(OUTBOX).strip("/"), query)
        if method in ("GET", "HEAD") and parts.path == CONNECT:
            return self.connecting.show()
        return not_found()
