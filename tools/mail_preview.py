"""Write every mail in every language to files one can open: `make mail-preview`."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from daybook.adapters.mail.catalogue import catalogues
from daybook.adapters.mail.composer import MailComposer
from daybook.domain.attendee import Attendee
from daybook.domain.booking import Booking, Status
from daybook.domain.brand import Brand
from daybook.domain.host import Host
from daybook.domain.mail import Kind, Letter, Method, Recipient
from daybook.domain.notice import Notice, NoticeLetter
from daybook.domain.tenant import Tenant

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
START = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
LENGTH = timedelta(minutes=45)
CONNECTION = "01JD7ZM0R2S4T6V8W0X2Y4Z6A8"
NOT_TO_HOSTS = {Kind.WELCOME, Kind.FOLLOW_UP}
NOT_TO_ATTENDEES = {Kind.UNDELIVERED, Kind.EDIT_REFUSED}
NOTICES = {Kind.CALENDAR_LOST, Kind.CALENDAR_UNREACHABLE, Kind.CALENDAR_GONE}
"""What is about no booking."""
STATUS = {
    Kind.REQUEST_RECEIVED: Status.PENDING_CONFIRMATION,
    Kind.DECLINED: Status.DECLINED,
    Kind.CANCELLED: Status.CANCELLED,
    Kind.EXPIRED: Status.EXPIRED,
}
METHOD = {
    Kind.BOOKED: Method.REQUEST,
    Kind.CONFIRMED: Method.REQUEST,
    Kind.RESCHEDULED: Method.REQUEST,
    Kind.CANCELLED: Method.CANCEL,
}
REASON = {Kind.CANCELLED, Kind.DECLINED}


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail as files: `<name>.html`, `.txt` and `.eml`."""

    name: str
    subject: str


def letters(language: str) -> Iterator[tuple[str, Letter | NoticeLetter]]:
    """Yield every mail there is with a name for it; both readers read the same language."""
    for kind in Kind:
        if kind in NOTICES:
            yield f"{kind}-host", notice(kind, language)
            continue
        if kind not in NOT_TO_ATTENDEES:
            yield f"{kind}-attendee", letter(kind, Recipient.ATTENDEE, language)
        if kind not in NOT_TO_HOSTS:
            yield f"{kind}-host", letter(kind, Recipient.HOST, language)
        if kind is Kind.RESCHEDULED:
            for recipient in Recipient:
                moved = letter(kind, recipient, language)
                pending = replace(
                    moved.booking, status=Status.PENDING_CONFIRMATION, deadline=START - timedelta(hours=36)
                )
                yield f"{kind}-pending-{recipient}", replace(moved, booking=pending)
        if kind is Kind.EDIT_REFUSED:
            refused = letter(kind, Recipient.HOST, language)
            seat = replace(refused.booking, seat_of="consulting", capacity=8)
            yield f"{kind}-session-host", replace(refused, booking=seat)


def letter(kind: Kind, recipient: Recipient, language: str) -> Letter:
    """Return a sample of one kind."""
    to_host = recipient is Recipient.HOST
    status = STATUS.get(kind, Status.CONFIRMED)
    return Letter(
        kind=kind,
        recipient=recipient,
        tenant=_tenant(),
        host=_host(language),
        booking=_booking(status, language),
        now=NOW,
        method=METHOD.get(kind),
        ahead=timedelta(hours=24) if kind is Kind.REMINDER else None,
        answers=(("Phone", "+44 20 7946 0018"), ("Topic", "Universal machines\nand their limits")) if to_host else (),
        earlier=(START - timedelta(days=1), START - timedelta(days=1) + LENGTH) if kind is Kind.RESCHEDULED else None,
        reason="The train does not run that day." if kind in REASON else "",
        manage_url="" if to_host else "https://book.example/manage/studio/01JD7ZK?token=dbm_preview",
    )


def notice(kind: Kind, language: str) -> NoticeLetter:
    """Return a sample of what a host hears of a connected calendar."""
    about = Notice(tenant="studio", host="ada", connection=CONNECTION, kind=kind, number=3)
    host = replace(_host(language), connections=frozenset({CONNECTION}))
    return NoticeLetter(notice=about, tenant=_tenant(), host=host, account="ada@studio.example", written=True, now=NOW)


def _tenant() -> Tenant:
    return Tenant(
        slug="studio",
        name="Demo Studio",
        email="studio@studio.example",
        brand=Brand(colour="#0f6e5c", signature="Demo Studio\nMarket Square 4, Potsdam"),
        created_at=NOW,
    )


def _host(language: str) -> Host:
    return Host(
        slug="ada",
        name="Ada Lovelace",
        email="ada@studio.example",
        zone=ZoneInfo("Europe/Berlin"),
        language=language,
    )


def _booking(status: Status, language: str) -> Booking:
    return Booking(
        id="01JD7ZK3M6Q8R9S0T1V2W3X4Y5",
        tenant="studio",
        host="ada",
        event_type="consulting",
        status=status,
        start=START,
        end=START + LENGTH,
        attendee=Attendee(name="Alan Turing", email="alan@example.com", timezone="Europe/London", language=language),
        attendee_key="",
        title="Consulting",
        location="https://meet.example/ada",
        deadline=START - timedelta(hours=36) if status is Status.PENDING_CONFIRMATION else None,
        uid="01JD7ZK3M6Q8R9S0T1V2W3X4Y5@studio.example",
        created_at=NOW,
        updated_at=NOW,
    )


def write(folder: Path, languages: Sequence[str]) -> Path:
    """Write all previews into a folder, over earlier ones, and return its index page."""
    composer = MailComposer("studio.example", replies=False)
    written: dict[str, list[Preview]] = {}
    for language in languages:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for name, one in letters(language):
            raw = composer.compose(one).raw
            message = message_from_bytes(raw, policy=policy.default)
            path = folder / language / name
            path.with_suffix(".eml").write_bytes(raw)
            for subtype, suffix in (("html", ".html"), ("plain", ".txt")):
                part = message.get_body((subtype,))
                text = part.get_content() if part else ""
                path.with_suffix(suffix).write_text(text, encoding="utf-8", newline="")
            page = path.with_suffix(".html")
            page.with_suffix(".dark.html").write_text(_dark(page.read_text(encoding="utf-8")), encoding="utf-8")
            written.setdefault(language, []).append(Preview(f"{language}/{name}", str(message["Subject"])))
    index = folder / "index.html"
    index.write_text(_index(written), encoding="utf-8")
    return index


def _dark(html: str) -> str:
    """Return a mail as a client in dark mode shows it, whatever the browser at hand prefers."""
    return html.replace("@media (prefers-color-scheme: dark)", "@media all").replace("light dark", "dark")


def _index(written: dict[str, list[Preview]]) -> str:
    links = " ".join(f'<a href="#{language}">{language}</a>' for language in written)
    sections = "".join(
        f'<h2 id="{language}">{language}</h2>' + "".join(map(_figure, previews))
        for language, previews in written.items()
    )
    return _PAGE.format(links=links, sections=sections)


def _figure(preview: Preview) -> str:
    frames = "".join(
        f'<iframe src="{preview.name}{suffix}" title="{escape(preview.name)}, {shade}" loading="lazy" sandbox></iframe>'
        for suffix, shade in ((".html", "light"), (".dark.html", "dark"))
    )
    files = " ".join(f'<a href="{preview.name}{suffix}">{suffix[1:]}</a>' for suffix in (".html", ".txt", ".eml"))
    return f"<section><h3>{escape(preview.subject)}</h3><p>{escape(preview.name)} · {files}</p>{frames}</section>\n"


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mails of Daybook</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem; }}
section {{ display: grid; gap: 0 1rem; }}
@media (min-width: 48rem) {{ section {{ grid-template-columns: 1fr 1fr; }} }}
h3, p {{ grid-column: 1 / -1; margin: 0.5rem 0; }}
iframe {{ width: 100%; height: 46rem; border: 1px solid #888; border-radius: 8px; }}
</style>
</head>
<body>
<h1>Mails of Daybook</h1>
<p>{links}</p>
{sections}
</body>
</html>
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mail-preview", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/mail-preview"), help="where to: %(default)s")
    parser.add_argument(
        "--language", action="append", choices=sorted(catalogues()), help="may be repeated; all if not given"
    )
    given = parser.parse_args(arguments)
    index = write(given.out, given.language or sorted(catalogues()))
    print(f"{index.resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
