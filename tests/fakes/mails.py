"""The log of mails in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from daybook.domain.mail import Mail, MailName, MailStatus
from daybook.mail_ports import Claimed
from tests.fakes.store import Store


class MemoryMails:
    """`mail_ports.MailLog` on dictionaries."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def mails(self, tenant: str, booking: str) -> Sequence[Mail]:
        found = [mail for key, mail in self._store.rows.mails.items() if key[:2] == (tenant, booking)]
        return sorted(found, key=lambda mail: (mail.name.sequence, mail.name.text))

    def claim(self, mail: Mail, *, stale: datetime) -> Claimed:
        with self._store.transaction() as rows:
            known = rows.mails.get((mail.tenant, mail.booking, mail.name))
            attempts = known.attempts if known else 0
            if known and known.status is MailStatus.QUEUED and known.queued_at > stale:
                return Claimed.UNDECIDED
            if known and known.status not in {MailStatus.QUEUED, MailStatus.FAILED}:
                return Claimed.DONE
            rows.mails[mail.tenant, mail.booking, mail.name] = replace(mail, attempts=attempts + mail.attempts)
            return Claimed.OURS

    def mark(
        self,
        tenant: str,
        booking: str,
        name: MailName,
        status: MailStatus,
        *,
        now: datetime,
        message_id: str = "",
        detail: str = "",
        below: MailStatus | None = None,
    ) -> bool:
        with self._store.transaction() as rows:
            known = rows.mails.get((tenant, booking, name))
            if known is None or known.status.rank >= (below or status).rank:
                return False
            rows.mails[tenant, booking, name] = replace(
                known, status=status, updated_at=now, message_id=message_id or known.message_id, detail=detail
            )
            return True
