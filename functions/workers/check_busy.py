"""Look into a host's connected calendars for whoever is about to book; invoked by functions, never from outside.

Question: `{"tenant": …, "host": …, "start": …, "end": …}`, granules since the epoch. Answer: `{"busy": true}`,
`{"busy": false}`, or `{"unavailable": true}`.
"""

from datetime import timedelta
from typing import Any

from daybook import calendar_wiring, wiring
from daybook.domain.errors import CalendarUnavailable
from daybook.edge.observability import counted, metrics
from daybook.starting import ready
from daybook.usecases.check_busy import Ports, check_busy

PATIENCE = timedelta(seconds=1.8)


def handler(event: dict[str, Any], _: Any) -> dict[str, bool]:
    ports = Ports(
        catalogue=wiring.catalogue(),
        connections=calendar_wiring.connections(),
        providers=calendar_wiring.providers(calendar_wiring.QUICK_TIMEOUT, tries=0),
        sync=calendar_wiring.sync_queue(),
        notices=calendar_wiring.notices(),
    )
    try:
        span = (event["start"], event["end"])
        busy = check_busy(event["tenant"], event["host"], span, ports=ports, patience=PATIENCE, now=wiring.now())
    except CalendarUnavailable:
        counted("CalendarUnavailable")
        return {"unavailable": True}
    else:
        counted("CalendarBusy" if busy else "CalendarFree")
        return {"busy": busy}
    finally:
        metrics.flush_metrics()


# Somebody waits for the answer: Google's client, too, is loaded before the first question.
ready(wiring.client, calendar_wiring.load_client)
