"""A page to try connected calendars: the demo's hosts, their accounts at the local Google, and a button to connect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

import urllib3

from local.answer import Answer
from local.google.page import page
from local.neighbour import Neighbour
from local.state import Account

HERE = "/_local/google"


@dataclass(frozen=True, slots=True)
class ConnectPage:
    """Asks the API as the tenant would; `account` is None until there is one."""

    api_url: str
    google: Neighbour
    account: Callable[[], Account | None]

    def show(self) -> Answer:
        """List the hosts with what is connected."""
        account = self.account()
        hosts = self._ask(account, "GET", "/hosts").get("items", []) if account else []
        cards = "".join(self._card(account, host) for host in hosts if account) or "<li>There is no host.</li>"
        body = f"""<h1>Connected calendars</h1>
<p class="quiet">Google is played on this machine: <a href="{escape(self.google.url)}">its accounts and calendars</a>.
What you enter, move or delete there reaches Daybook as it would from Google.</p>
<ul class="cards">{cards}</ul>"""
        return page("Connected calendars – local Daybook", body)

    def connect(self, body: bytes) -> Answer:
        """Make a link for a host, and lead the browser there."""
        host = parse_qs(body.decode("utf-8", "replace")).get("host", [""])[-1]
        account = self.account()
        made = self._ask(account, "POST", f"/hosts/{host}/calendars/google") if account and host.isalnum() else {}
        if "url" not in made:
            return page("Not connected", "<h1>That host cannot be connected</h1>", HTTPStatus.NOT_FOUND)
        return Answer(HTTPStatus.SEE_OTHER, "text/plain", b"", (("Location", made["url"]),))

    def _card(self, account: Account, host: Mapping[str, Any]) -> str:
        connected = self._ask(account, "GET", f"/hosts/{host['slug']}/calendars").get("items", [])
        name, shown = escape(host["name"]), "".join(map(self._connection, connected))
        email = host.get("email", "")
        there = email in self.google.server.world.accounts
        calendar = f'<p><a href="{escape(self.google.calendar_url(email))}">Calendar at the local Google</a></p>'
        shown = (shown or '<p class="quiet">Nothing connected.</p>') + (calendar if there else "")
        return f"""<li><h2 style="margin-top:0">{name}</h2>{shown}
<form method="post"><input type="hidden" name="host" value="{escape(host["slug"])}">
<button class="main">Connect a calendar of {name}</button></form></li>"""

    def _connection(self, one: Mapping[str, Any]) -> str:
        read = escape(one["synced_at"] or "never").replace("T", " ").replace("Z", " UTC")
        problem = f": {escape(one['problem'])}" if one["problem"] else ""
        link = escape(self.google.calendar_url(one["write_to"])) if one["write_to"] else ""
        bookings = f' · <a href="{link}">where bookings appear</a>' if link else ""
        return f"""<p>{escape(one["account"])} <span class="tag">{escape(one["state"])}{problem}</span>{bookings}</p>
<p class="quiet">Last read: {read}</p>"""

    def _ask(self, account: Account | None, method: str, path: str) -> dict[str, Any]:
        if account is None:
            return {}
        with urllib3.PoolManager(retries=False, timeout=30) as pool:
            headers = {"Authorization": f"Bearer {account.api_key}"}
            more: dict[str, Any] = {"json": {}} if method == "POST" else {}
            answer = pool.request(method, f"{self.api_url}/v1/{account.tenant}{path}", headers=headers, **more)
            found: dict[str, Any] = answer.json() if answer.status < HTTPStatus.BAD_REQUEST else {}
            return found
