"""Look into a host's connected calendars whether a span is still free, within the patience of who is about to book."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from daybook.calendar_ports import Connections, NoticeBoard, SyncQueue
from daybook.domain.connection import Calendar, Connection, State
from daybook.domain.errors import CalendarUnavailable
from daybook.domain.external import blocks, clipped, touched
from daybook.domain.host import CalendarPolicy
from daybook.domain.intervals import Span
from daybook.domain.ledger import moment_at
from daybook.domain.notice import unreachable
from daybook.ports import Catalogue
from daybook.provider_ports import GrantLost, ProviderDown, Providers, Refused

MOST_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What looking needs of the world, and whom it tells of what it finds."""

    catalogue: Catalogue
    connections: Connections
    providers: Providers
    sync: SyncQueue
    notices: NoticeBoard


def check_busy(tenant: str, host: str, span: Span, *, ports: Ports, patience: timedelta, now: datetime) -> bool:
    """Tell whether anything but our own bookings is busy in a span, granules since the epoch.

    What turns out busy, or wrong, is asked to be read at once: the ledger did not know.

    Args:
        patience: how long all calendars together, asked beside each other, may take.
    Raises:
        CalendarUnavailable: a calendar gave no answer in time, or may not be asked any more, and none said busy.
    """
    known = [one for one in ports.connections.connections(tenant, host) if one.busy_from]
    asked = [one for one in known if one.state is State.CONNECTED]
    found = _answers(asked, span, ports.providers, patience)
    for connection in asked:
        if found[connection.id] in {True, GrantLost, Refused}:
            # Each time anew: a wish that was granted a moment ago knew nothing of this.
            ports.sync.put(tenant, host, connection.id, cause=f"checked-{now.astimezone(UTC):%Y%m%dT%H%M%S%f}")
    if True in found.values():
        return True
    silent = [connection for connection in asked if found[connection.id] is not False]
    if silent:
        _tell(silent, ports, now)
    if silent or any(one.state is State.BROKEN for one in known):
        raise CalendarUnavailable("A calendar of the host gave no answer.")
    return False


Verdict = bool | type[Exception]
"""Busy or not; or what kept a connection from answering."""


def _answers(
    asked: Sequence[Connection], span: Span, providers: Providers, patience: timedelta
) -> Mapping[str, Verdict]:
    """Ask all calendars of all connections beside each other; the worst answer of its calendars is a connection's."""
    questions = [(one, calendar) for one in asked for calendar in sorted(one.busy_from)]
    verdicts: dict[str, Verdict] = {one.id: False for one in asked}
    if not questions:
        return verdicts
    pool = ThreadPoolExecutor(max_workers=min(len(questions), MOST_AT_ONCE))
    waiting: dict[Future[bool], Connection] = {
        pool.submit(_busy, connection, calendar, span, providers): connection for connection, calendar in questions
    }
    try:
        for answer in as_completed(waiting, timeout=patience.total_seconds()):
            connection = waiting.pop(answer)
            verdict = _verdict(answer)
            if verdict is True:
                return {**verdicts, connection.id: True}
            verdicts[connection.id] = verdict or verdicts[connection.id]
    except TimeoutError:
        verdicts.update({late.id: ProviderDown for late in waiting.values()})
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return verdicts


def _verdict(answer: Future[bool]) -> Verdict:
    try:
        return answer.result()
    except (GrantLost, ProviderDown, Refused) as error:
        return type(error)


def _busy(connection: Connection, calendar: str, span: Span, providers: Providers) -> bool:
    start, end = span
    account = providers.open(connection)  # one for each thread: their connections are not shared
    zone = _zone(calendar, connection.calendars)
    return any(
        first < end and start < last
        for found in account.events(calendar, moment_at(start), moment_at(end))
        if found.event is not None and blocks(found.event, unsettled_block=connection.unsettled_block)
        for first, last in touched(clipped(found.event, span), zone)
    )


def _zone(calendar: str, known: Sequence[Calendar]) -> ZoneInfo:
    return next((one.zone for one in known if one.id == calendar), ZoneInfo("UTC"))


def _tell(silent: Sequence[Connection], ports: Ports, now: datetime) -> None:
    """Let the host hear that bookings are refused; who accepts them unseen loses none."""
    host = ports.catalogue.host(silent[0].tenant, silent[0].host)
    if host is not None and host.calendar_policy is CalendarPolicy.STRICT:
        for connection in silent:
            ports.notices.put(unreachable(connection, now))
