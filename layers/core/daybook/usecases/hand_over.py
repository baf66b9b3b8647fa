"""Hand a mail to the provider, once: the log's conditional write is what makes it single."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from daybook.domain.mail import Mail, MailStatus
from daybook.mail_ports import Claimed, Composer, Mailer, MailLog, NeverSent, NotSent, NotYet, Outgoing

RESEND_AFTER = timedelta(minutes=2)
"""When nobody has heard of a mail that was about to be sent for so long, its sender died before the provider had it.

Had the provider taken it, its own event would have said so by then.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs."""

    log: MailLog
    composer: Composer
    mailer: Mailer
    base_url: str


def hand_over(mail: Mail, compose: Callable[[], Outgoing], *, post: Post, now: datetime) -> None:
    """Write and send a mail, unless that has been done; one that can never be sent is only put down in the log.

    Raises:
        NotYet: it is not our turn, or nobody knows yet whether it was sent.
        NotSent: the provider refused it, which the log then says.
    """
    post.mailer.require_turn()
    claimed = post.log.claim(mail, stale=now - RESEND_AFTER)
    if claimed is Claimed.DONE:
        return
    if claimed is Claimed.UNDECIDED:
        raise NotYet(f"{mail.name.text} may be on its way")
    try:
        outgoing = compose()
    except NeverSent as refusal:
        _mark(mail, MailStatus.FAILED, post.log, now, detail=str(refusal))
        return
    except Exception as fault:
        # Nothing has left, so it need not be waited for.
        _mark(mail, MailStatus.FAILED, post.log, now, detail=type(fault).__name__)
        raise
    try:
        message_id = post.mailer.send(outgoing, tags=_tags(mail))
    except NotSent as refusal:
        _mark(mail, MailStatus.FAILED, post.log, now, detail=str(refusal))
        raise
    _mark(mail, MailStatus.SENT, post.log, now, message_id=message_id)


def _tags(mail: Mail) -> Mapping[str, str]:
    return {"tenant": mail.tenant, "booking": mail.booking, "mail": mail.name.text}


def _mark(
    mail: Mail, status: MailStatus, log: MailLog, now: datetime, *, message_id: str = "", detail: str = ""
) -> None:
    log.mark(mail.tenant, mail.booking, mail.name, status, now=now, message_id=message_id, detail=detail)
