"""Pages to read what was sent: all mails, and one with its looks, its text and its calendar object."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses
from html import escape
from http import HTTPStatus
from urllib.parse import urlencode

from local.answer import Answer
from local.connect_page import HERE as CONNECT
from local.outbox import Outbox, Sent

HERE = "/_local/outbox"
PAGE_SIZE = 50
# Whatever a mail holds: no scripts, no forms, nothing loaded from anywhere. Links open beside it.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_FATES = {"Send": "sent", "Delivery": "delivered", "Bounce": "bounced", "Complaint": "complained"}


def show(outbox: Outbox, name: str, query: Mapping[str, str]) -> Answer:
    """Return the list of mails for no name, else one mail: as a page, or a part of it by its ending."""
    if not name:
        return _page("Outbox", _list(outbox, query.get("to", ""), query.get("before", "")))
    stem, _, ending = name.partition(".")
    mail = outbox.get(stem)
    if mail is not None and not ending:
        return _page(_subject(mail.message), _one(mail, outbox.names()))
    part = _part(mail, ending) if mail is not None else None
    return part or _page("No such mail", "<h1>There is no such mail</h1>", HTTPStatus.NOT_FOUND)


def _part(mail: Sent, ending: str) -> Answer | None:
    if ending == "eml":
        return _download("message/rfc822", mail.raw, f"{mail.name}.eml")
    if ending == "ics" and (calendar := _text(mail.message, "calendar")):
        return _download("text/calendar; charset=utf-8", calendar.encode(), f"{mail.name}.ics")
    if ending == "html" and (html := _text(mail.message, "html")):
        body = html.replace("<head>", '<head><base target="_blank">', 1).encode()
        policy = (("Content-Security-Policy", _MAIL_POLICY),)
        return Answer(HTTPStatus.OK, "text/html; charset=utf-8", body, policy)
    return None


def _download(content_type: str, body: bytes, name: str) -> Answer:
    disposition = ("Content-Disposition", f'attachment; filename="{name}"')
    return Answer(HTTPStatus.OK, content_type, body, (disposition,))


def _list(outbox: Outbox, to: str, before: str) -> str:
    names = outbox.names()
    matching: list[Sent] = []
    for name in names:
        if before and name >= before:
            continue
        mail = outbox.get(name)
        if mail is not None and to.lower() in _recipients(mail).lower():
            matching.append(mail)
        if len(matching) > PAGE_SIZE:
            break
    rows = "\n".join(map(_row, matching[:PAGE_SIZE])) or '<li class="none">No mail here yet.</li>'
    older = ""
    if len(matching) > PAGE_SIZE:
        link = urlencode({"to": to, "before": matching[PAGE_SIZE - 1].name})
        older = f'<p><a href="{HERE}?{escape(link)}">Older mails</a></p>'
    count = "1 mail" if len(names) == 1 else f"{len(names)} mails"
    return f"""<h1>Outbox</h1>
<p class="quiet">{count}, newest first. Nothing leaves this machine. · <a href="{CONNECT}">Connected calendars</a></p>
<form action="{HERE}"><label for="to">Sent to</label>
<input id="to" name="to" type="search" value="{escape(to)}" autocomplete="off"><button>Filter</button></form>
<ol class="mails">
{rows}
</ol>{older}"""


def _row(mail: Sent) -> str:
    message = mail.message
    return f"""<li><h2><a href="{HERE}/{escape(mail.name)}">{escape(_subject(message))}</a></h2>
<p class="quiet">To {escape(_recipients(mail))} · {_time(mail)}</p>
<p>{_badges(mail)}</p>
<details><summary>Text</summary><pre>{escape(_text(message, "plain"))}</pre></details></li>"""


def _one(mail: Sent, names: list[str]) -> str:
    message, link = mail.message, f"{HERE}/{escape(mail.name)}"
    html, calendar = _text(message, "html"), _text(message, "calendar")
    shown = ("From", "Reply-To", "To", "Subject")
    facts = [(name, str(message[name])) for name in shown if message[name]]
    facts += [("Envelope to", ", ".join(mail.way.to))] if mail.way.to else []
    facts += [("Tags", ", ".join(f"{name}={value}" for name, value in mail.way.tags.items()))] if mail.way.tags else []
    looks = f'<iframe title="The mail as it looks" sandbox="allow-popups allow-popups-to-escape-sandbox" src="{link}.html"></iframe>'  # noqa: E501
    downloads = [f'<a href="{link}.eml" download>Download .eml</a>']
    downloads += [f'<a href="{link}.ics" download>Download .ics</a>'] if calendar else []
    return f"""<nav aria-label="Mails">{_neighbours(mail.name, names)}</nav>
<h1>{escape(_subject(message))}</h1>
<p>{_badges(mail)} <span class="quiet">{_time(mail)}</span></p>
<dl>{"".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)}</dl>
<p>{" · ".join(downloads)}</p>
{looks if html else ""}
<details{"" if html else " open"}><summary>Text</summary><pre>{escape(_text(message, "plain"))}</pre></details>
{f"<details><summary>Calendar object</summary><pre>{escape(calendar)}</pre></details>" if calendar else ""}
<details><summary>Parts and headers</summary><pre>{escape(_tree(message))}

{escape(_headers(mail.raw))}</pre></details>"""


def _neighbours(name: str, names: list[str]) -> str:
    place = names.index(name)
    links = [("All mails", "")]
    links += [("Newer", names[place - 1])] if place else []
    links += [("Older", names[place + 1])] if place + 1 < len(names) else []
    return " · ".join(f'<a href="{HERE}/{escape(to)}">{text}</a>' for text, to in links)


def _badges(mail: Sent) -> str:
    badges = [(kind, kind, sequence) for kind, sequence in _calendar_objects(mail.message)]
    badges += [(news, _FATES.get(news, news), "") for news in mail.way.news[-1:]]
    return " ".join(
        f'<span class="badge {escape(look.lower())}">{escape(text)}{escape(more)}</span>' for look, text, more in badges
    )


def _calendar_objects(message: EmailMessage) -> Iterable[tuple[str, str]]:
    """Yield method and sequence of the calendar object, if there is one."""
    calendar = re.sub(r"\r?\n[ \t]", "", _text(message, "calendar"))
    if method := re.search(r"^METHOD:(\w+)", calendar, re.MULTILINE):
        sequence = re.search(r"^SEQUENCE:(\d+)", calendar, re.MULTILINE)
        yield method[1], f" · SEQUENCE {sequence[1]}" if sequence else ""


def _text(message: EmailMessage, subtype: str) -> str:
    """Return the first part of a subtype of text/, nothing if there is none or it cannot be read."""
    for part in message.walk():
        if part.get_content_type() == f"text/{subtype}" and not part.is_multipart():
            data = part.get_payload(decode=True)
            return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    return ""


def _tree(message: EmailMessage) -> str:
    def lines(part: EmailMessage, depth: int) -> Iterable[str]:
        yield "  " * depth + str(part["Content-Type"] or part.get_content_type()).replace("\n", "")
        for child in part.iter_parts() if part.is_multipart() else ():
            if isinstance(child, EmailMessage):
                yield from lines(child, depth + 1)

    return "\n".join(lines(message, 0))


def _headers(raw: bytes) -> str:
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0].decode("utf-8", "replace").replace("\r\n", "\n")


def _subject(message: EmailMessage) -> str:
    return str(message["Subject"] or "(no subject)")


def _recipients(mail: Sent) -> str:
    in_header = [address for _, address in getaddresses([str(value) for value in mail.message.get_all("To", [])])]
    return ", ".join(mail.way.to or in_header)


def _time(mail: Sent) -> str:
    if not mail.way.arrived:
        return ""
    arrived = datetime.fromisoformat(mail.way.arrived)
    return f'<time datetime="{escape(mail.way.arrived)}">{arrived:%d %B %Y, %H:%M:%S} UTC</time>'


def _page(title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main>
{body}
</main></body></html>
"""
    return Answer(status, "text/html; charset=utf-8", page.encode())


_STYLE = """
:root{--ink:#1c2430;--quiet:#5a6475;--paper:#f6f7f9;--card:#fff;--line:#d9dee6;--link:#1f4fd8;
--request:#1f4fd8;--cancel:#a4262c;--good:#1c6b3a;--bad:#a4262c}
@media (prefers-color-scheme:dark){:root{--ink:#e7eaf0;--quiet:#a3adbd;--paper:#14181f;--card:#1c222b;--line:#333c49;
--link:#8fb0ff;--request:#8fb0ff;--cancel:#ff9a9e;--good:#7fd6a0;--bad:#ff9a9e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.75rem 0;overflow-wrap:anywhere}
h2{font-size:1.05rem;line-height:1.3;margin:0;overflow-wrap:anywhere}
p{margin:.35rem 0}a{color:var(--link)}.quiet{color:var(--quiet);font-size:.925rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:1rem 0}
input,button{font:inherit;color:inherit;background:var(--card);border:1px solid var(--quiet);border-radius:.4rem;
padding:.35rem .7rem}
.mails{list-style:none;margin:0;padding:0}
.mails li{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;margin:.6rem 0}
.badge{display:inline-block;border:1px solid;border-radius:1rem;padding:0 .6rem;font-size:.8rem;font-weight:600;
white-space:nowrap;color:var(--quiet)}
.badge.request{color:var(--request)}.badge.cancel{color:var(--cancel)}
.badge.delivery{color:var(--good)}.badge.bounce,.badge.complaint{color:var(--bad)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.8rem 0}
dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
iframe{display:block;width:100%;height:56rem;border:1px solid var(--line);border-radius:.6rem;background:#fff;
resize:vertical;margin:1rem 0}
details{margin:.5rem 0}.mails details{margin:.25rem 0 0}summary{cursor:pointer}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:.4rem;
padding:.8rem;margin:.5rem 0;font-size:.875rem}
"""
