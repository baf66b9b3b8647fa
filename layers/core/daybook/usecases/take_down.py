"""Take down what a disconnected account has left: its busy time here, channels and grant there."""

from dataclasses import replace
from datetime import datetime

from daybook.domain.connection import Connection, State
from daybook.domain.snapshot import window
from daybook.ports import Stale
from daybook.provider_ports import GrantLost, Refused
from daybook.usecases.importing import Ports
from daybook.usecases.write_external import write_external


def take_down(connection: Connection, *, ports: Ports, now: datetime) -> None:
    """Remove a connection, once nothing is left of it.

    Raises:
        ProviderDown: to be tried again. Stale: it was connected again meanwhile.
    """
    days = window(connection.id, now)
    leaving = replace(connection, state=State.LEAVING)
    write_external(leaving, days, {}, connections=ports.connections, ledger=ports.ledger, external=ports.external)
    current = ports.connections.connection(connection.tenant, connection.host, connection.id)
    if current is None or current.version != connection.version:
        raise Stale
    shared = set(ports.connections.users(connection.subject)) - {(connection.tenant, connection.host)}
    try:
        account = ports.providers.open(connection)
        ports.keeper(account, now).close(connection.channels.values())
        if not shared:  # Google ends all that the account's owner ever allowed us, whoever it was for
            account.revoke()
    except (GrantLost, Refused):
        pass  # whoever lets us in no longer has nothing of ours to give back
    ports.connections.remove(connection)
