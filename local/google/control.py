"""What is not Google's, under /_google/: pages for people, and JSON for tests that act as people or make trouble."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.answer import Answer, as_json, not_found
from local.google.errors import ApiError
from local.google.oauth import RefusedError
from local.google.people import People
from local.google.pushes import Pushes
from local.google.screen_forms import Screen, form_of
from local.google.trouble import Failure, Trouble
from local.google.world import ROLES, World

Json = dict[str, Any]
_ROLES = {name: access for access, name in ROLES.items()}
_PLAIN = {field.name for field in fields(Trouble)} - {"down_until", "meet_delay", "longest_channel", "_orders"}
_PUSHES = ("lose", "double", "delay", "reorder", "all_lost")


@dataclass(frozen=True, slots=True)
class Seen:
    """A call that was answered: `method` such as events.list or oauth.token; `email` is empty where nobody showed."""

    method: str
    email: str
    status: int
    at: datetime


@dataclass(frozen=True)
class Control:
    """Answers by path; works while Google is down, and is not counted among its calls.

    Pages: `/_google/`, `/_google/calendars/<id>`. JSON to look at, by GET: accounts, calls, mails, pushes, and
    busy?calendar_id=&from=&to=. JSON to send, by POST: trouble, forget (calls, mails and ended pushes), and
    hands/<name of a method of People> with its arguments; times are texts with an offset, dates, or as in the API.
    """

    world: World
    people: People
    pushes: Pushes
    calls: list[Seen]

    def answer(self, verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request.

        Args:
            path: below /_google/.
            headers: spelt in small letters.
        """
        try:
            return self._answered(verb, path, dict(parse_qsl(query)), headers, body)
        except ApiError as error:
            return error.answer()
        except LookupError as error:
            return as_json(HTTPStatus.NOT_FOUND, {"message": f"there is no {error}"})
        except (RefusedError, TypeError, ValueError, AttributeError) as error:
            return as_json(HTTPStatus.BAD_REQUEST, {"message": str(error)})

    def _answered(self, verb: str, path: str, asked: Json, headers: Mapping[str, str], body: bytes) -> Answer:
        if path == "" or path.startswith("calendars/"):
            return self._page(verb, path, asked, headers, body)
        if verb == "GET":
            return self._shown(path, asked)
        # A page from elsewhere cannot send this type without asking first, and is not allowed to.
        if verb == "POST" and headers.get("content-type", "").partition(";")[0] == "application/json":
            return as_json(HTTPStatus.OK, self._done(path, json.loads(body or b"{}")))
        return not_found()

    def _page(self, verb: str, path: str, asked: Json, headers: Mapping[str, str], body: bytes) -> Answer:
        screen = Screen(self.world, self.people)
        # A page from elsewhere must not click here.
        if verb == "POST" and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return as_json(HTTPStatus.FORBIDDEN, {"message": "this form was sent from another site"})
        form = form_of(body) if verb == "POST" else None
        if path:
            return screen.calendar(unquote(path.removeprefix("calendars/")), asked, form)
        return screen.overview() if form is None else screen.decide(form)

    def _shown(self, path: str, asked: Json) -> Answer:
        if path == "busy":
            after, before = (datetime.fromisoformat(asked[name]) for name in ("from", "to"))
            busy = self.people.busy(asked["calendar_id"], after, before)
            return as_json(HTTPStatus.OK, {"busy": [[start.isoformat(), end.isoformat()] for start, end in busy]})
        pages: dict[str, Callable[[], Json]] = {
            "accounts": lambda: {email: list(account.roles) for email, account in self.world.accounts.items()},
            "calls": lambda: {
                "methods": Counter(call.method for call in self.calls),
                "failed": Counter(call.method for call in self.calls if call.status >= 400),
            },
            "mails": lambda: {"mails": [asdict(mail) | {"at": mail.at.isoformat()} for mail in self.world.mails]},
            "pushes": self._pushes,
        }
        return as_json(HTTPStatus.OK, pages[path]()) if path in pages else not_found()

    def _pushes(self) -> Json:
        ended = [
            {
                "channel": push.headers["X-Goog-Channel-ID"],
                "state": push.state,
                "number": int(push.headers["X-Goog-Message-Number"]),
                "status": push.status,
                "tries": push.tries,
                "done": push.done,
            }
            for push in list(self.pushes.ended)
        ]
        return {"waiting": self.pushes.waiting, "ended": ended}

    def _done(self, path: str, asked: Json) -> Json:
        if path == "forget":
            for seen in (self.calls, self.world.mails, self.pushes.ended):
                seen.clear()
            return {}
        if path == "trouble":
            self.pushes.disturb(**_push_trouble(asked.pop("pushes", {})))
            self.world.trouble = _trouble(asked, self.world.now())
            return {}
        people = self.people
        hands: dict[str, Callable[..., object]] = {
            name: getattr(people, name)
            for name in (
                "add_account", "add_calendar", "share", "register", "consent", "withdraw", "insert", "edit", "delete",
                "respond", "event", "expire_sync_tokens",
            )
        }  # fmt: skip
        for name in asked.keys() & {"start", "end"}:
            asked[name] = _time(asked[name])
        if "role" in asked:
            asked["role"] = _ROLES[asked["role"]]
        result = hands[path.removeprefix("hands/")](**asked)
        return {"result": result if isinstance(result, str | dict) else None}


def _time(value: Any) -> Any:
    """Read a date, or a time with an offset; objects are as the API has them."""
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)


def _trouble(asked: Json, now: datetime) -> Trouble:
    """Read `{"down_seconds": 60, "fail": [{"failure": "500", "calls": 2, "only": "events.list"}]}`.

    What is unsaid ends. Beside these: the fields of `Trouble`, of which meet_delay and longest_channel are in seconds.
    """
    plain = {name: asked.pop(name) for name in asked.keys() & _PLAIN}
    made = Trouble(**plain)
    for name in asked.keys() & {"meet_delay", "longest_channel"}:
        setattr(made, name, timedelta(seconds=asked.pop(name)))
    if (seconds := asked.pop("down_seconds", None)) is not None:
        made.down_until = now + timedelta(seconds=seconds)
    for order in asked.pop("fail", []):
        made.fail(Failure(order["failure"]), calls=order.get("calls", 1), only=order.get("only"))
    if asked:
        raise ValueError(f"no such trouble: {sorted(asked)}")
    return made


def _push_trouble(asked: Json) -> Json:
    if unknown := asked.keys() - {*_PUSHES, "late_by"}:
        raise ValueError(f"no such trouble: {sorted(unknown)}")
    return asked | ({"late_by": timedelta(seconds=asked["late_by"])} if "late_by" in asked else {})
