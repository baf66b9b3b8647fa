"""Pages as a browser takes them: links opened, forms sent, redirects followed, and what is read on them."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from tests.harness import Api, Reply


def path(booking: dict[str, Any]) -> str:
    return f"/manage/{booking['tenant']}/{booking['id']}"


def seen(api: Api, booking: dict[str, Any], *, token: str | None = None, **query: str) -> Reply:
    """Open the link of a mail."""
    return api.get(path(booking), query={"token": booking["manage_token"] if token is None else token, **query})


def sent(api: Api, booking: dict[str, Any], action: str, *, token: str | None = None, **fields: str) -> Reply:
    """Press a button of the page."""
    form = {"token": booking["manage_token"] if token is None else token, "action": action, **fields}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return api.call("POST", path(booking), raw=urlencode(form), headers=headers)


def opened(api: Api, booking: dict[str, Any], link: str | None) -> Reply:
    """Follow a link of the page."""
    parts = urlsplit(urljoin(f"https://api.example.com{path(booking)}", link))
    return api.get(parts.path, query=dict(parse_qsl(parts.query)))


def followed(api: Api, booking: dict[str, Any], reply: Reply) -> Reply:
    """Go where a browser is led after a form."""
    assert reply.status == 303, reply.text
    return opened(api, booking, reply.headers["location"])


def words(reply: Reply) -> str:
    """Return what is read on a page."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", reply.text, flags=re.DOTALL)
    return " ".join(unescape(text).replace("\u00a0", " ").split())


def values(reply: Reply, name: str = "start") -> list[str]:
    return re.findall(rf'<button[^>]* name="{name}" value="([^"]*)"', reply.text)


class Elements(HTMLParser):
    """Every element of a page with its attributes; refuses tags that do not match."""

    VOID = frozenset({"meta", "input", "img", "br"})

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(reply.text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]
