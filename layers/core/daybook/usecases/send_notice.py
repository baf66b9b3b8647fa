"""Tell a host what is wrong with a connected calendar."""

from datetime import datetime

from daybook.calendar_ports import Connections
from daybook.domain.connection import Connection, State
from daybook.domain.mail import Kind, Mail
from daybook.domain.notice import Notice, NoticeLetter
from daybook.ports import Catalogue
from daybook.usecases.hand_over import Post, hand_over


def send_notice(notice: Notice, *, catalogue: Catalogue, connections: Connections, post: Post, now: datetime) -> None:
    """Send a notice's mail, if it is still true; hosts get it whatever other mails they want.

    Raises:
        NotSent, NotYet: it could not be sent, and is to be tried again.
    """
    connection = connections.connection(notice.tenant, notice.host, notice.connection)
    found = catalogue.context(notice.tenant, notice.host, None, with_tenant=True)
    if connection is None or found.host is None or found.tenant is None or not _still(notice, connection):
        return
    letter = NoticeLetter(
        notice=notice,
        tenant=found.tenant,
        host=found.host,
        account=connection.account,
        written=connection.write_to is not None,
        now=now,
    )
    mail = Mail(
        tenant=notice.tenant,
        booking=notice.connection,
        name=notice.name,
        version=connection.version,
        queued_at=now,
        updated_at=now,
    )
    hand_over(mail, lambda: post.composer.compose(letter), post=post, now=now)


def _still(notice: Notice, connection: Connection) -> bool:
    """Nobody is asked to connect again what is connected by now, or left on purpose."""
    return notice.kind is not Kind.CALENDAR_LOST or connection.state is State.BROKEN
