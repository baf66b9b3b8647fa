"""The local Google as one object that answers requests, and on a port of its own."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.answer import Answer, as_json, not_found
from local.google import calendars_api, conferences, events_api, freebusy, oauth
from local.google.access import Call, require_scope
from local.google.channels import Channels
from local.google.control import Control, Seen
from local.google.discovery import Method, calendar_v3
from local.google.errors import ApiError, not_modelled, unauthenticated
from local.google.grants import Grants
from local.google.identity import Identity
from local.google.listing import Listings
from local.google.partial import chosen
from local.google.people import People
from local.google.pushes import Deliver, Pushes, post
from local.google.screen import HERE
from local.google.trouble import Failure, Trouble, refusal
from local.google.world import World

Json = dict[str, Any]
_API = ("/calendar/v3/", "/batch")


class GoogleServer:
    """Answers requests; several threads may ask at once.

    Attributes:
        world: accounts, calendars, `mails` that Google would have sent.
        people: hands to do what people do.
        pushes: messages on their way, and what happens to them; without `pump` they wait for `pushes.run()`.
        calls: every request of an app or a browser, in order; not those to /_google/.
    """

    def __init__(self, clock: Callable[[], datetime], deliver: Deliver = post) -> None:
        self.world = World(clock)
        self.pushes = Pushes(clock, deliver)
        self.channels = Channels(self.pushes)
        self.grants = Grants(self.world)
        self.oauth = oauth.OAuth(self.world, self.grants, Identity(self.world))
        self.calls: list[Seen] = []
        self._lock = threading.RLock()
        self.people = People(self.world, self.oauth, self._lock)
        self._control = Control(self.world, self.people, self.pushes, self.calls)
        self._listings = Listings()
        self.world.changed = lambda calendar: self.channels.calendar_changed(self.world, calendar)
        self._methods: dict[str, Callable[[World, Call], Json | None]] = {
            "calendarList.list": calendars_api.list_calendars,
            "calendarList.get": calendars_api.get_entry,
            "calendars.insert": calendars_api.insert_calendar,
            "calendars.get": calendars_api.get_calendar,
            "calendars.delete": calendars_api.delete_calendar,
            "events.list": self._listings.list_events,
            "events.instances": events_api.list_instances,
            "events.get": events_api.get_event,
            "events.insert": events_api.insert_event,
            "events.patch": events_api.patch_event,
            "events.update": events_api.update_event,
            "events.delete": events_api.delete_event,
            "events.watch": self.channels.watch,
            "channels.stop": self.channels.stop,
            "freebusy.query": freebusy.query,
        }

    @property
    def trouble(self) -> Trouble:
        """What goes wrong; assign a fresh `Trouble()` to end it."""
        return self.world.trouble

    @trouble.setter
    def trouble(self, trouble: Trouble) -> None:
        self.world.trouble = trouble

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """Answer a request; None: hang up without an answer.

        Args:
            target: path and query, from this Google's root.
        """
        headers = {name.lower(): value for name, value in headers.items()}
        parts = urlsplit(target)
        query = parts.query
        if headers.get("x-http-method-override", method) != method:
            # How clients send queries that are too long for an address.
            method, query, body = headers["x-http-method-override"], body.decode(), b""
        if parts.path == "/":
            return Answer(HTTPStatus.SEE_OTHER, "text/plain", b"", (("Location", HERE),))
        with self._lock:
            self._settle()
            if parts.path.startswith(HERE):
                return self._control.answer(method, parts.path.removeprefix(HERE), query, headers, body)
            name, failure, answer = self._answered(method, parts.path, query, headers, body)
        if name == "events.watch" and self.trouble.sync_first:
            self.pushes.run()
        if failure is Failure.SLOW:
            threading.Event().wait(self.trouble.slow_seconds)
        return None if failure in (Failure.LOST_REQUEST, Failure.LOST_ANSWER) else answer

    def pump(self, stopped: threading.Event) -> None:
        """Carry out what takes time, and send messages as they become due, until stopped."""
        while not stopped.wait(0.05):
            with self._lock:
                self._settle()
            self.pushes.run()

    def _settle(self) -> None:
        conferences.settle(self.world)

    def _answered(
        self, verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[str, Failure | None, Answer]:
        email = ""
        name, method, failure = path, None, None
        try:
            if path.startswith(_API):
                method, in_path = self._method(verb, path)
                name = method.name
            else:
                in_path, name = {}, self._page(path)
            failure = self.trouble.strike(name, self.world.now())
            refused = None if failure is None else refusal(failure)
            if refused is not None:
                raise refused
            if failure is Failure.LOST_REQUEST:
                answer = not_found()
            elif method is None:
                answer = self._sign_in(name, verb, query, headers, body)
            else:
                call = self._call(method, in_path, query, headers, body)
                email = call.account.email
                answer = self._carried_out(call)
        except ApiError as error:
            answer = error.answer()
        self.calls.append(Seen(name, email, int(answer.status), self.world.now()))
        return name, failure, answer

    def _method(self, verb: str, path: str) -> tuple[Method, dict[str, str]]:
        if path.startswith("/batch"):
            raise not_modelled("batch requests")
        method, in_path = calendar_v3().find(verb, path)
        if method.name not in self._methods:
            raise not_modelled(method.name)
        return method, in_path

    def _page(self, path: str) -> str:
        pages = {
            oauth.AUTHORIZE: "oauth.authorize",
            oauth.TOKEN: "oauth.token",
            oauth.REVOKE: "oauth.revoke",
            oauth.USERINFO: "oauth.userinfo",
            oauth.KEYS: "oauth.keys",
        }
        return pages.get(path, unquote(path))

    def _sign_in(self, name: str, verb: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if name == "oauth.authorize" and verb in ("GET", "HEAD", "POST"):
            return self.oauth.authorize(verb, query, body)
        if name == "oauth.token" and verb == "POST":
            return self.oauth.token(headers, body)
        if name == "oauth.revoke" and verb == "POST":
            return self.oauth.revoke(query, body)
        if name == "oauth.userinfo" and verb in ("GET", "POST"):
            return self.oauth.userinfo(headers)
        if name == "oauth.keys" and verb == "GET":
            return as_json(HTTPStatus.OK, self.oauth.identity.keys())
        return not_found()

    def _call(
        self, method: Method, in_path: dict[str, str], query: str, headers: Mapping[str, str], body: bytes
    ) -> Call:
        """Check a call in Google's order: who, may they, is it well-formed."""
        token = self.grants.bearer(oauth.bearer_of(headers))
        if token is None:
            raise unauthenticated()
        scopes = frozenset(token.scopes)
        require_scope(method, scopes)
        document = calendar_v3()
        parameters = document.parameters(method, parse_qsl(query, keep_blank_values=True)) | in_path
        partial = method.verb == "PATCH"
        content = document.body(method, body, partial=partial)
        account = self.world.accounts[token.email]
        return Call(method, parameters, content, dict(headers), account, token.client_id, scopes)

    def _carried_out(self, call: Call) -> Answer:
        result = self._methods[call.method.name](self.world, call)
        if result is None:
            return Answer(HTTPStatus.NO_CONTENT, "application/json", b"")
        headers = (("ETag", result["etag"]),) if "etag" in result else ()
        if fields := call.parameters.get("fields"):
            result = chosen(calendar_v3().schemas, call.method.response or "", result, fields)
        return as_json(HTTPStatus.OK, result, headers)


@contextmanager
def pumping(google: GoogleServer) -> Iterator[None]:
    """Let a thread send the messages while the block runs."""
    stopped = threading.Event()
    thread = threading.Thread(target=google.pump, args=(stopped,), daemon=True, name="google-pushes")
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
