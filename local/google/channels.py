"""Channels: who wants to be told that a calendar changed, and until when."""

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from local.google.access import Call, calendar_for
from local.google.discovery import Json
from local.google.errors import ApiError, invalid, required
from local.google.pushes import Pushes
from local.google.world import Access, Calendar, World

_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_LONGEST_TOKEN = 256
_LIFETIME = timedelta(seconds=604_800)
_AGENT = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)"


@dataclass(slots=True)
class Channel:
    """A channel. `number` is that of its last message."""

    id: str
    calendar_id: str
    address: str
    token: str | None
    expiration: datetime
    resource_id: str
    email: str
    client_id: str
    number: int = 0
    stopped: bool = False

    @property
    def resource_uri(self) -> str:
        calendar = quote(self.calendar_id, safe="@")
        return f"https://www.googleapis.com/calendar/v3/calendars/{calendar}/events?alt=json"


@dataclass(slots=True)
class Channels:
    """All channels there ever were: an id is never good twice."""

    pushes: Pushes
    all: dict[tuple[str, str], Channel] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - gaps, not secrets

    def watch(self, world: World, call: Call) -> Json:
        """Open a channel for a calendar's events; its first message says `sync`.

        Raises:
            ApiError: 400, an id that was used before, another type, an address without TLS, an end in the past.
        """
        calendar = calendar_for(world, call, Access.FREE_BUSY)
        body = call.body
        channel_id, address = _checked(body)
        if (call.client_id, channel_id) in self.all:
            raise invalid(f"Channel id {channel_id} not unique", reason="channelIdNotUnique")
        resource = sha256(f"{call.account.email} {calendar.id}".encode()).hexdigest()[:27]
        channel = Channel(
            channel_id,
            calendar.id,
            address,
            body.get("token"),
            _end(world, body),
            resource,
            call.account.email,
            call.client_id,
        )
        self.all[call.client_id, channel_id] = channel
        self._tell(channel, "sync")
        answer: Json = {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource_id,
            "resourceUri": channel.resource_uri,
            "expiration": str(int(channel.expiration.timestamp() * 1000)),
        }
        return answer | ({} if channel.token is None else {"token": channel.token})

    def stop(self, _world: World, call: Call) -> None:
        """Close a channel; only the account and the client that opened it may.

        Raises:
            ApiError: 404.
        """
        channel_id, resource = call.body.get("id"), call.body.get("resourceId")
        if not channel_id or not resource:
            raise required("Channel id and resource id are required.")
        channel = self.all.get((call.client_id, channel_id))
        good = channel is not None and (channel.resource_id, channel.email) == (resource, call.account.email)
        if channel is None or not good or channel.stopped:
            message = f"Channel '{channel_id}' not found for project '{call.client_id}'"
            raise ApiError(HTTPStatus.NOT_FOUND, "channelUnknown", message)
        channel.stopped = True

    def calendar_changed(self, world: World, calendar: Calendar) -> None:
        """Tell all who watch a calendar, the one that changed it among them."""
        for channel in self.open(world):
            if channel.calendar_id == calendar.id:
                self._tell(channel, "not_exists" if calendar.deleted else "exists")

    def open(self, world: World) -> list[Channel]:
        """Return the channels that live."""
        return [one for one in self.all.values() if not one.stopped and world.now() < one.expiration]

    def _tell(self, channel: Channel, state: str) -> None:
        # Numbers grow, but not by one (guide "Push notifications").
        channel.number += 1 if state == "sync" else self._chance.randint(1, 5000)
        headers = {
            "User-Agent": _AGENT,
            "Content-Type": "application/json; utf-8",
            "Content-Length": "0",
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Expiration": format_datetime(channel.expiration.astimezone(UTC), usegmt=True),
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-URI": channel.resource_uri,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(channel.number),
        }
        if channel.token is not None:
            headers["X-Goog-Channel-Token"] = channel.token
        self.pushes.put(channel.address, headers)


def _checked(body: Json) -> tuple[str, str]:
    channel_id, address = body.get("id", ""), body.get("address", "")
    if not _ID.fullmatch(channel_id):
        raise invalid("Invalid channel id.", reason="channelIdInvalid")
    if body.get("type") not in ("web_hook", "webhook"):
        raise invalid("Unknown channel type.", reason="unknownChannelType")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _nearby(parts.hostname or "")):
        raise invalid(f"WebHook callback must be HTTPS: {address}", reason="push.webhookUrlNotHttps")
    if len(body.get("token", "")) > _LONGEST_TOKEN:
        raise invalid("The channel token is too long.", reason="channelTokenTooLong")
    return channel_id, address


def _nearby(host: str) -> bool:
    """Tell whether a host is this machine or in its network: such receivers have no certificate."""
    try:
        return host == "localhost" or ip_address(host).is_private
    except ValueError:
        return False


def _end(world: World, body: Json) -> datetime:
    """Return when a channel ends: the earlier of what is asked and what Google grants."""
    now = world.now()
    try:
        asked = [now + timedelta(seconds=int(ttl)) for ttl in [body.get("params", {}).get("ttl")] if ttl is not None]
        if "expiration" in body:
            asked.append(datetime.fromtimestamp(int(body["expiration"]) / 1000, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise invalid("Invalid channel expiration.", reason="channelExpirationInvalid") from error
    end = min([*asked, now + world.trouble.longest_channel]) if asked else now + _LIFETIME
    if end <= now:
        raise invalid("The channel would have expired already.", reason="channelExpirationInvalid")
    return min(end, now + world.trouble.longest_channel)
