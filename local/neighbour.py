"""The local Google as the stack's neighbour: on the next port, with Daybook as a client and accounts of demo hosts."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from daybook.calendar_wiring import CALLBACK
from local.engine import Engine
from local.google.memory import remembered
from local.google.port import serving
from local.google.screen import HERE
from local.google.server import GoogleServer

CLIENT_ID = "daybook.apps.local-google.example"
CLIENT_SECRET = "local-google-secret-that-no-log-may-show"  # noqa: S105 - opens nothing but this machine's own Google
SECRET_PARAMETER = "/daybook/google-client-secret"  # noqa: S105 - a name
PARAMETERS = {"GoogleClientId": CLIENT_ID, "GoogleClientSecretParameter": SECRET_PARAMETER}

PEOPLE = {
    "ada@studio.example": ("Ada Lovelace", "Europe/Berlin"),
    "grace@studio.example": ("Grace Hopper", "America/New_York"),
}
"""Addresses of the demo's hosts, who have an account there: name and time zone."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A running Google; `url` is its address, without a slash at the end."""

    url: str
    server: GoogleServer

    @property
    def environment(self) -> Mapping[str, str]:
        """What functions must know to find it instead of the real one."""
        return {"DAYBOOK_GOOGLE_URL": self.url}

    def calendar_url(self, address: str) -> str:
        """Where the calendar of an account can be read and changed."""
        return f"{self.url}{HERE}calendars/{quote(address, safe='@')}"


@contextmanager
def neighbour(memory: Path, api_url: str, host: str, port: int) -> Iterator[Neighbour]:
    """Run a Google that continues from a file and knows the API at `api_url` as its client.

    Args:
        port: the one to take if it is free; else, and for 0, any other.
    """
    server = GoogleServer(lambda: datetime.now(UTC))
    with ExitStack() as stack:
        known = stack.enter_context(remembered(server, memory))
        if not known:
            move_in(server, datetime.now(UTC))
        server.people.register(CLIENT_ID, CLIENT_SECRET, [api_url + CALLBACK])
        try:
            url = stack.enter_context(serving(server, host, port))
        except OSError:
            url = stack.enter_context(serving(server, host))
        yield Neighbour(url.replace("//0.0.0.0:", "//127.0.0.1:"), server)


def move_in(server: GoogleServer, now: datetime) -> None:
    """Open the accounts; Ada has something to do every day, so that connecting her calendar shows."""
    for address, (name, zone) in PEOPLE.items():
        server.people.add_account(address, name=name, timezone=zone)
    zone_info = ZoneInfo(PEOPLE["ada@studio.example"][1])
    tomorrow = now.astimezone(zone_info).date() + timedelta(days=1)
    start = datetime.combine(tomorrow, time(10), zone_info)
    server.people.insert(
        "ada@studio.example",
        summary="Reading the proofs",
        start=start,
        end=start + timedelta(hours=1),
        recurrence=["RRULE:FREQ=DAILY;COUNT=60"],
    )


def keep_secret(engine: Engine) -> None:
    """Put the client's secret where functions look for it."""
    engine.client("ssm").put_parameter(Name=SECRET_PARAMETER, Value=CLIENT_SECRET, Type="SecureString", Overwrite=True)
