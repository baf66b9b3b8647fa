"""Pages of mails: readable in light and dark, by ear, on a phone, and with links that lead where they say."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from daybook.adapters.mail.links import Entry, calendar_links, feedback_link
from daybook.domain.brand import Brand, contrast
from daybook.domain.mail import Kind, Letter, Method
from tests.mail.letters import ATTENDEE, HALF_HOUR, HOST, MANAGE, START, composed, letter, tenant, text_of, variants

EVERY_LETTER = pytest.mark.parametrize(("name", "one"), list(variants()), ids=[name for name, _ in variants()])
CALENDARS = ["Google", "Outlook.com", "Office 365", "Yahoo"]


class Outline(HTMLParser):
    """What assistive technology goes by: headings, links with their texts, tables, pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.links: dict[str, str] = {}
        self.pictures: list[dict[str, str | None]] = []
        self.tables: list[str | None] = []
        self.open: list[str] = []
        self._link = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag not in {"meta", "br", "img"}:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "table":
            self.tables.append(told.get("role"))
        if tag == "img":
            self.pictures.append(told)
        if tag == "a":
            self._link = str(told["href"])
            self.links[self._link] = ""

    def handle_data(self, data: str) -> None:
        if "a" in self.open:
            self.links[self._link] += data

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{tag} is closed out of order"


def page(one: Letter) -> str:
    return text_of(composed(one), "html")


@EVERY_LETTER
def test_a_page_has_one_title_in_order_and_tables_that_are_no_tables(name: str, one: Letter) -> None:
    outline = Outline(page(one))
    assert outline.open == []
    assert outline.headings in (["h1"], ["h1", "h2"])
    assert set(outline.tables) == {"presentation"}
    assert all(label.strip() for label in outline.links.values())
    assert len(set(outline.links.values())) == len(outline.links), "links that read alike lead to different places"


@EVERY_LETTER
def test_a_page_holds_in_dark_mode(name: str, one: Letter) -> None:
    text = page(one)
    assert '<meta name="color-scheme" content="light dark">' in text
    assert '<meta name="supported-color-schemes" content="light dark">' in text
    for rule in ("@media (prefers-color-scheme: dark)", "[data-ogsc]", "[data-ogsb]"):
        assert rule in text
    assert not re.search(r"#(000|fff)(000|fff)?\b", text, re.IGNORECASE)
    assert not re.search(r"\b(black|white)\b", text.replace("white-space", ""))
    assert "max-width:600px" in text


def test_inks_can_be_read_on_their_grounds() -> None:
    style = page(letter())
    light = {"card": "#fefefe", "soft": "#f3f4f6"}
    dark = {"card": "#1d2024", "soft": "#272b30"}
    for inks, grounds in (({"#1c2024", "#59626d"}, light), ({"#eceef0", "#a9b1ba"}, dark)):
        for ink in inks:
            for ground in grounds.values():
                assert ink in style
                assert ground in style
                assert contrast(ink, ground) >= 4.5, (ink, ground)


def test_the_brand_shows_with_ink_that_can_be_read() -> None:
    brand = Brand(colour="#ffee00", logo_url="https://studio.example/logo.png?a=1&b=2", signature="Studio <Berlin>\nQ")
    text = page(letter(tenant=tenant(brand=brand)))
    [picture] = Outline(text).pictures
    assert (picture["src"], picture["alt"]) == (brand.logo_url, "Demo Studio")
    assert f"color:{brand.ink};background-color:#ffee00" in text
    assert "Studio &lt;Berlin&gt;<br>Q" in text
    assert "\r\n-- \r\nStudio <Berlin>\r\nQ\r\n" in text_of(composed(letter(tenant=tenant(brand=brand))))
    assert Outline(page(letter())).pictures == []


@pytest.mark.parametrize(
    ("kind", "managed"),
    [
        (Kind.REQUEST_RECEIVED, True),
        (Kind.BOOKED, True),
        (Kind.CONFIRMED, True),
        (Kind.RESCHEDULED, True),
        (Kind.WELCOME, True),
        (Kind.REMINDER, True),
        (Kind.DECLINED, False),
        (Kind.CANCELLED, False),
        (Kind.EXPIRED, False),
        (Kind.FOLLOW_UP, False),
    ],
)
def test_an_attendee_manages_what_can_still_be_managed(kind: Kind, managed: bool) -> None:
    message = composed(letter(kind, ATTENDEE))
    assert (Outline(text_of(message, "html")).links.get(MANAGE) == "View, move or cancel") is managed
    assert (MANAGE in text_of(message)) is managed


def test_calendar_links_stand_below_the_invitation_alone() -> None:
    for _, one in variants():
        shown = any(name in Outline(page(one)).links.values() for name in CALENDARS)
        assert shown is (one.recipient is ATTENDEE and one.method is Method.REQUEST), one.kind
    pending = letter(Kind.RESCHEDULED, pending=True, method=Method.REQUEST)
    assert "calendar.google.com" not in page(pending)


def test_calendar_links_carry_utc_and_no_token() -> None:
    join = "https://meet.example/ada?x=1&y=2"
    outline = Outline(page(letter(booking={"title": "Talk & walk + 50 %", "location": join})))
    links = {label: link for link, label in outline.links.items() if label in CALENDARS}
    assert list(links) == CALENDARS
    assert all("+" not in link and "dbm_" not in link for link in links.values())
    google, live, office, yahoo = (
        {name: value for name, [value] in parse_qs(urlsplit(link).query).items()} for link in links.values()
    )
    assert google == {
        "action": "TEMPLATE",
        "text": "Talk & walk + 50 %",
        "dates": "20261201T130000Z/20261201T133000Z",
        "details": f"Join the meeting online: {join}",
        "location": join,
    }
    assert live == office
    assert (live["startdt"], live["enddt"]) == ("2026-12-01T13:00:00Z", "2026-12-01T13:30:00Z")
    assert (live["rru"], live["path"]) == ("addevent", "/calendar/action/compose")
    assert (yahoo["st"], yahoo["et"], yahoo["v"]) == ("20261201T130000Z", "20261201T133000Z", "60")
    assert [urlsplit(link).hostname for link in links.values()] == [
        "calendar.google.com",
        "outlook.live.com",
        "outlook.office.com",
        "calendar.yahoo.com",
    ]


@pytest.mark.parametrize("text", ["a" * 2000, "🦘" * 500, "ü " * 900, "https://meet.example/" + "a" * 1900])
def test_calendar_links_are_of_a_length_that_everybody_takes(text: str) -> None:
    entry = Entry(title=text[-500:], start=START, end=START + HALF_HOUR, details=text, location=text)
    for link in calendar_links(entry).values():
        assert len(link) < 2000
        query = dict(parse_qsl(urlsplit(link).query))
        assert query.get("text", query.get("subject", query.get("title", ""))).endswith("…")
        # What is cut says so; an address is whole or missing.
        texts = [query[name] for name in ("details", "body", "desc", "location", "in_loc") if name in query]
        assert all(one.endswith("…") for one in texts)
        assert bool(texts) is not text.startswith("https")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://studio.example/feedback", "https://studio.example/feedback?booking=B1"),
        ("https://studio.example/f?lang=de&x=#top", "https://studio.example/f?lang=de&x=&booking=B1#top"),
        (None, "mailto:ada@example.com?subject=How%20was%20it%3F%20First%20conversation%20with%20Ada%20Lovelace"),
    ],
)
def test_feedback_goes_to_the_tenant_or_the_host(url: str | None, expected: str) -> None:
    message = composed(letter(Kind.FOLLOW_UP, tenant=tenant(feedback_url=url)))
    assert Outline(text_of(message, "html")).links == {expected: "Tell us how it was"}
    assert expected in text_of(message)


def test_an_odd_address_cannot_add_to_a_mail_link() -> None:
    link = feedback_link(None, "B1", email="a&cc=b?x@y.example", subject="1&2")
    assert link == "mailto:a%26cc%3Db%3Fx@y.example?subject=1%262"


def test_a_reminder_of_a_meeting_online_leads_there_first() -> None:
    about = {"location": "https://meet.example/ada"}
    to_attendee, to_host = (
        Outline(page(letter(Kind.REMINDER, recipient, booking=about))) for recipient in (ATTENDEE, HOST)
    )
    assert list(to_attendee.links) == ["https://meet.example/ada", MANAGE]
    assert list(to_host.links) == ["https://meet.example/ada"]


def test_a_move_tells_both_times_and_an_end_strikes_its_own() -> None:
    moved = page(letter(Kind.RESCHEDULED))
    assert "<s><bdi>Tuesday, 1 December 2026, 07:30–08:00" in moved
    assert "<s><bdi>Tuesday, 1 December 2026, 08:00–08:30" not in moved
    assert "<s><bdi>Tuesday, 1 December 2026, 08:00–08:30" in page(letter(Kind.CANCELLED))
    assert "Earlier time: Tuesday, 1 December 2026, 07:30–08:00" in text_of(composed(letter(Kind.RESCHEDULED)))


@pytest.mark.parametrize("recipient", [ATTENDEE, HOST])
def test_a_request_says_until_when_it_waits(recipient: str) -> None:
    to = ATTENDEE if recipient is ATTENDEE else HOST
    until = {ATTENDEE: "Sunday, 29 November 2026, 08:00", HOST: "Sunday, 29 November 2026, 14:00"}[to]
    for one in (letter(Kind.REQUEST_RECEIVED, to), letter(Kind.RESCHEDULED, to, pending=True)):
        assert f"Without an answer by {until}" in text_of(composed(one))
    assert "Without an answer" not in text_of(composed(letter(Kind.BOOKED, to)))


def test_text_and_page_say_the_same() -> None:
    for _, one in variants():
        message = composed(one)
        body = text_of(message, "html").partition('role="article">')[2]
        shown = unescape(re.sub(r"<[^>]+>", "", re.sub(r"<!--.*?-->", "", body)))
        for line in text_of(message).splitlines():
            label, _, value = line.partition(": ")
            said = value if re.fullmatch(r"[\w’ -]+\??", label) else line
            if (
                said.strip()
                and not re.search("https://|mailto:", said)
                and not said.startswith("--")
                and not said.endswith(":")
            ):
                assert said in shown, said
