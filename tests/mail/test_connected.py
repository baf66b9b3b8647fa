"""What mails know of connected calendars: video meetings, edits that were put back, and connections in trouble."""

from typing import Any

import pytest
from icalendar import Calendar

from daybook.domain.event_type import GOOGLE_MEET
from daybook.domain.host import CalendarPolicy
from daybook.domain.mail import Kind
from tests.mail.letters import (
    ATTENDEE,
    HOST,
    MAILS,
    MANAGE,
    NOTICES,
    SEAT,
    composed,
    host,
    letter,
    notice,
    tenant,
    text_of,
)

MEET = "https://meet.google.com/abc-defg-hij"
VIDEO: dict[str, Any] = {"location": GOOGLE_MEET}
MADE: dict[str, Any] = {"location": GOOGLE_MEET, "meeting_url": MEET}
WRITTEN = host(written_by="C1")
FOLLOWS = "The link to the meeting is not there yet."
REFUSED, STALE, UNWRITTEN = "Nobody can book a time", "Times may be offered", "do not appear in your calendar"


class TestAVideoMeeting:
    @pytest.mark.parametrize("recipient", [ATTENDEE, HOST])
    @pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.RESCHEDULED, Kind.REMINDER])
    def test_is_joined_from_every_mail(self, kind: Kind, recipient: Any) -> None:
        message = composed(letter(kind, recipient, booking=MADE, host=WRITTEN))
        assert f"Where: {MEET}" in text_of(message)
        assert f'href="{MEET}"' in text_of(message, "html")
        assert FOLLOWS not in text_of(message)

    def test_is_where_the_calendar_object_says(self) -> None:
        text = text_of(composed(letter(booking=MADE)), "calendar")
        [event] = Calendar.from_ical(text).walk("VEVENT")
        assert event["LOCATION"] == MEET
        assert event["CONFERENCE"] == MEET
        assert f"Join the meeting online: {MEET}" in event["DESCRIPTION"]

    def test_goes_into_calendars_by_hand(self) -> None:
        assert "location=https%3A%2F%2Fmeet.google.com%2Fabc-defg-hij" in text_of(composed(letter(booking=MADE)))

    def test_that_is_being_made_is_promised_to_who_can_look_it_up(self) -> None:
        to_attendee = text_of(composed(letter(booking=VIDEO, host=WRITTEN)))
        to_host = text_of(composed(letter(Kind.BOOKED, HOST, booking=VIDEO, host=WRITTEN)))
        assert "Where: Online, with Google Meet" in to_attendee
        assert FOLLOWS in to_attendee
        assert MANAGE in to_attendee
        assert "Where: Online, with Google Meet" in to_host
        assert FOLLOWS not in to_host

    def test_that_nobody_will_make_is_not_promised(self) -> None:
        assert FOLLOWS not in text_of(composed(letter(booking=VIDEO)))
        assert FOLLOWS not in text_of(composed(letter(Kind.CANCELLED, booking=VIDEO, host=WRITTEN)))

    def test_has_no_name_that_only_code_understands(self) -> None:
        for kind in (Kind.BOOKED, Kind.CANCELLED, Kind.REMINDER):
            message = composed(letter(kind, booking=VIDEO))
            everything = [text_of(message), text_of(message, "html")]
            if kind is Kind.BOOKED:
                everything.append(text_of(message, "calendar"))
            assert all(GOOGLE_MEET not in text for text in everything)

    def test_that_was_called_off_is_no_link(self) -> None:
        assert f'href="{MEET}"' not in text_of(composed(letter(Kind.CANCELLED, booking=MADE)), "html")


def test_an_edit_that_was_put_back_is_told_with_the_time_that_stands() -> None:
    message = composed(letter(Kind.EDIT_REFUSED, HOST))
    assert message["Subject"] == "Your change was put back: First conversation with Bob Guest, 1 Dec 2026, 14:00"
    assert "Tuesday, 1 December 2026, 14:00–14:30" in text_of(message)
    assert "Bob Guest has been told nothing" in text_of(message)


class TestAnEditOfASessionThatWasPutBack:
    @pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
    def test_names_none_of_those_who_sit_in_it(self, language: str) -> None:
        message = composed(letter(Kind.EDIT_REFUSED, HOST, booking=SEAT, host=host(language=language)))
        assert message["Reply-To"] is None
        for text in (message["Subject"], text_of(message), text_of(message, "html")):
            assert "First conversation" in text
            for told in ("Bob", "bob@example.com", "America/New_York", "Arithmetic"):
                assert told not in text

    def test_is_told_with_the_time_that_stands(self) -> None:
        message = composed(letter(Kind.EDIT_REFUSED, HOST, booking=SEAT))
        assert message["Subject"] == "Your change was put back: First conversation, 1 Dec 2026, 14:00"
        assert "Tuesday, 1 December 2026, 14:00–14:30" in text_of(message)
        assert "its attendees have been told nothing" in text_of(message)

    def test_is_the_only_mail_that_reads_otherwise_for_a_seat(self) -> None:
        for kind, recipient in MAILS:
            if kind is not Kind.EDIT_REFUSED:
                seat, alone = (letter(kind, recipient, booking=about) for about in (SEAT, {}))
                assert text_of(composed(seat)) == text_of(composed(alone))
                assert composed(seat)["Reply-To"] == composed(alone)["Reply-To"]


class TestANotice:
    @pytest.mark.parametrize("kind", NOTICES)
    def test_goes_from_the_tenant_to_the_host(self, kind: Kind) -> None:
        message = composed(notice(kind))
        assert message["From"].addresses[0].display_name == "Demo Studio"
        assert message["From"].addresses[0].addr_spec == "bookings@daybook.example"
        assert message["To"].addresses[0].addr_spec == "ada@example.com"
        assert message["Reply-To"].addresses[0].addr_spec == tenant().email
        assert message["Auto-Submitted"] == "auto-generated"
        assert {part.get_content_type() for part in message.walk()} == {
            "multipart/alternative",
            "text/plain",
            "text/html",
        }

    def test_says_which_calendar_what_follows_and_what_to_do(self) -> None:
        message = composed(notice())
        assert message["Subject"] == "Please connect your calendar again: ada@gmail.example"
        for text in (text_of(message), text_of(message, "html")):
            assert "ada@gmail.example" in text
            assert REFUSED in text
            assert UNWRITTEN in text
            assert "for a link to connect your calendar" in text
            assert STALE not in text

    def test_knows_the_hosts_policy_and_what_the_calendar_is_for(self) -> None:
        lenient = host(calendar_policy=CalendarPolicy.ACCEPT_STALE, connections=frozenset({"C1"}))
        text = text_of(composed(notice(host=lenient, written=False)))
        assert STALE in text
        assert REFUSED not in text
        assert UNWRITTEN not in text
        assert UNWRITTEN not in text_of(composed(notice(Kind.CALENDAR_UNREACHABLE)))
        only_written = text_of(composed(notice(host=host())))
        assert UNWRITTEN in only_written
        assert REFUSED not in only_written
        assert "What this means" not in text_of(composed(notice(host=host(), written=False)))

    def test_of_a_calendar_that_is_gone_says_nothing_of_the_others(self) -> None:
        text = text_of(composed(notice(Kind.CALENDAR_GONE)))
        assert "which calendars are to keep time busy" in text
        assert not {said for said in (REFUSED, STALE, UNWRITTEN) if said in text}

    @pytest.mark.parametrize(("language", "heading"), [("de", "nicht mehr verbunden"), ("fr", "n’est plus connecté")])
    def test_is_in_the_hosts_language(self, language: str, heading: str) -> None:
        message = composed(notice(host=host(language=language)))
        assert message["Content-Language"] == language
        assert heading in text_of(message)

    def test_escapes_what_people_typed(self) -> None:
        hostile = notice(
            host=host(name="<b>Ada</b>\r\nBcc: x@example.com"),
            tenant=tenant(name="<i>Studio</i>"),
            account="<script>@gmail.example",
        )
        message = composed(hostile)
        assert message["Bcc"] is None
        assert not any(tag in text_of(message, "html") for tag in ("<b>", "<i>", "<script>"))
