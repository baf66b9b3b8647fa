"""How many bookings a second each part takes, and what a million hosts ask of it: rates from the amounts of cost.py.

As if what follows a booking came as fast as bookings do. Limits are AWS's documented quotas and the template's own;
an account's stand in Service Quotas. Sources: DynamoDB Developer Guide, "Quotas" and "On-demand capacity mode";
EventBridge Scheduler User Guide, "Quotas"; AWS Lambda, API Gateway and SES, "Quotas".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import cost
from benchmarks.measure import Line, Say
from tools.routes import template

HOSTS, BOOKINGS_A_DAY, PEAK = 1_000_000, 4, 5
"""Each host is booked four times on a working day; the busiest hour sees five times the average."""
A_DAY = 86_400
AT_PEAK = HOSTS * BOOKINGS_A_DAY / A_DAY * PEAK


@dataclass(frozen=True, slots=True)
class Part:
    """Something that takes so much, and no more: a second, or where `busy at once` is meant, at any time.

    Attributes:
        at_first: where nobody asked for more. by_quota: by the larger quota, if there is one.
    """

    name: str
    per_booking: float
    at_first: float
    by_quota: float | None = None


def parts() -> Iterator[Part]:
    """Yield what could be too slow."""
    reads, writes = cost.units()
    runs = cost.REQUESTS + cost.WORKER_RUNS
    a_route = float(template()["Parameters"]["RequestsPerSecond"]["Default"])
    yield Part("table, write units", writes, 4_000, 40_000)
    yield Part("table, read units", reads, 12_000, 40_000)
    yield Part("gateway, month views", cost.VIEWS, a_route)
    yield Part("gateway, all requests", cost.REQUESTS, 10_000)
    yield Part("Lambda, busy at once", runs * cost.SECONDS, 1_000)
    for queue, messages in cost.MESSAGES.items():
        yield Part(f"workers at {queue}, busy at once", messages * cost.SECONDS, at_once(queue))
    yield Part("Scheduler, timers set; 5,000 in large regions", cost.TIMERS * (1 + cost.MOVES), 250, 5_000)
    yield Part("Scheduler, timers that ring", cost.TIMERS, 1_000)
    yield Part("SES, mails", cost.MAILS, 14)


def at_once(queue: str) -> float:
    """Return how many runs work off a queue at the same time, at most."""
    resources = template()["Resources"].values()
    mappings = [each["Properties"] for each in resources if each["Type"] == "AWS::Lambda::EventSourceMapping"]
    [found] = [each for each in mappings if each["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}]
    most = found["ScalingConfig"]["MaximumConcurrency"]
    return float(template()["Parameters"][most["Ref"]]["Default"] if isinstance(most, dict) else most)


def run(_quick: bool, _say: Say) -> Iterator[Line]:  # noqa: FBT001 - as all benchmarks
    """List for each part what it takes, and what it would have to take."""
    for part in parts():
        figures = {"each booking": part.per_booking, "limit": part.at_first}
        figures["bookings/s"] = part.at_first / part.per_booking
        if part.by_quota:
            figures |= {"larger limit": part.by_quota, "then bookings/s": part.by_quota / part.per_booking}
        yield Line(part.name, figures | {"a million hosts at peak": part.per_booking * AT_PEAK})
