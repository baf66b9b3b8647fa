"""What reading connected calendars, and taking down what they leave, needs of the world."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from daybook.calendar_ports import Connections, ExternalTime, NoticeBoard
from daybook.ports import Ledger, NewId
from daybook.provider_ports import Provider, Providers
from daybook.usecases import edits
from daybook.usecases.keep_channels import Keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports; `new_secret` makes tokens of channels."""

    connections: Connections
    providers: Providers
    ledger: Ledger
    external: ExternalTime
    notices: NoticeBoard
    following: edits.Ports
    new_id: NewId
    new_secret: Callable[[], str]

    def keeper(self, account: Provider, now: datetime) -> Keeper:
        """Return what keeps an account's channels."""
        return Keeper(
            account=account, connections=self.connections, new_id=self.new_id, new_secret=self.new_secret, now=now
        )
