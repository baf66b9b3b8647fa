"""Ask for connected calendars to be read that nobody spoke of, and count those that nobody can read."""

from typing import Any

from daybook import calendar_wiring, wiring
from daybook.edge.observability import counted, metrics
from daybook.starting import ready
from daybook.usecases import sweep_calendars as usecase


def handler(_: dict[str, Any], __: Any) -> None:
    """Run every five minutes; the metrics are what alarms look at."""
    swept = usecase.sweep_calendars(
        connections=calendar_wiring.connections(), sync=calendar_wiring.sync_queue(), now=wiring.now()
    )
    counted("ConnectionsSwept", swept.asked)
    counted("ConnectionsBehind", swept.behind)
    counted("ConnectionsBroken", swept.broken)
    metrics.flush_metrics()


ready(wiring.client)
