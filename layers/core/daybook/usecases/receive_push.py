"""Take in that a connected calendar has changed: prove who says so, and ask for it to be read."""

from dataclasses import dataclass

from daybook.calendar_ports import Connections, SyncQueue
from daybook.domain.errors import NotFound
from daybook.domain.tokens import secret_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A message of a channel. `resource` is the provider's name for what is watched; `number` grows by message."""

    channel: str
    token: str
    resource: str
    number: int
    first: bool
    """Whether it only says that the channel works."""


def receive_push(push: Push, *, connections: Connections, sync: SyncQueue) -> None:
    """Ask for the connection to be read. Raises NotFound: nobody of ours, or a wrong proof; both look the same.

    The first message may come before the provider has told us its name for the resource.
    """
    watch = connections.watch(push.channel)
    genuine = secret_matches(push.token, watch.channel.token_sha256 if watch else "")
    if watch is None or not genuine or watch.channel.resource not in {"", push.resource}:
        raise NotFound("There is no such channel.")
    if not push.first:
        cause = f"push-{push.channel}-{push.number}"
        sync.put(watch.tenant, watch.host, watch.connection, cause=cause)
