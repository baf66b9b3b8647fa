"""The log of a booking's mails over HTTP: what was told to whom, and how far it came."""

from datetime import timedelta
from typing import Any

import pytest

from daybook import wiring
from daybook.domain.mail import Kind, Mail, MailName, MailStatus, Method, Recipient
from daybook.mail_ports import Claimed
from tests.harness import Api
from tests.integration.scenes import booked, issue, nothing_written

HOUR = timedelta(hours=1)


def logged(
    api: Api,
    booking: dict[str, Any],
    kind: Kind,
    *,
    sequence: int = 0,
    recipient: Recipient = Recipient.ATTENDEE,
    ahead: timedelta | None = None,
    method: Method | None = None,
) -> MailName:
    """Put a mail down as queued, as the mail worker does before it hands it over."""
    name = MailName(sequence, kind, recipient, ahead)
    mail = Mail(
        tenant=api.tenant,
        booking=booking["id"],
        name=name,
        version=1,
        method=method,
        queued_at=api.clock(),
        updated_at=api.clock(),
    )
    assert wiring.mails().claim(mail, stale=api.clock()) is Claimed.OURS
    return name


def news(api: Api, booking: dict[str, Any], name: MailName, status: MailStatus, **known: str) -> None:
    assert wiring.mails().mark(api.tenant, booking["id"], name, status, now=api.clock(), **known)


def mails(api: Api, booking: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    reply = api.get(f"/bookings/{booking['id']}/mails", bearer=given.pop("bearer", api.key))
    assert (reply.status, reply.json["next_cursor"]) == (200, None), reply.text
    return reply.json["items"]


def test_before_the_first_mail_there_is_none(studio: Api) -> None:
    assert mails(studio, booked(studio)) == []


def test_a_mail_shows_what_it_says_to_which_role_and_how_far_it_came(studio: Api) -> None:
    booking = booked(studio)
    name = logged(studio, booking, Kind.BOOKED, method=Method.REQUEST)
    fresh = {
        "kind": "booked",
        "recipient": "attendee",
        "ics_sequence": 0,
        "method": "REQUEST",
        "status": "queued",
        "message_id": None,
        "detail": None,
        "attempts": 1,
        "queued_at": "2027-03-01T06:00:00Z",
        "updated_at": "2027-03-01T06:00:00Z",
    }
    assert mails(studio, booking) == [fresh]
    studio.clock.advance(seconds=5)
    news(studio, booking, name, MailStatus.SENT, message_id="0102-abc")
    studio.clock.advance(seconds=5)
    news(studio, booking, name, MailStatus.BOUNCED, detail="General")
    come_back = {"status": "bounced", "message_id": "0102-abc", "detail": "General"}
    assert mails(studio, booking) == [{**fresh, **come_back, "updated_at": "2027-03-01T06:00:10Z"}]


def test_only_reminders_say_how_long_ahead(studio: Api) -> None:
    booking = booked(studio)
    for ahead in (24 * HOUR, HOUR):
        logged(studio, booking, Kind.REMINDER, ahead=ahead)
    logged(studio, booking, Kind.WELCOME)
    shown = {(one["kind"], one.get("minutes_ahead")) for one in mails(studio, booking)}
    assert shown == {("reminder", 1440), ("reminder", 60), ("welcome", None)}
    assert [one for one in mails(studio, booking) if "minutes_ahead" in one and one["minutes_ahead"] is None] == []


def test_a_mail_that_failed_counts_its_attempts(studio: Api) -> None:
    booking = booked(studio)
    name = logged(studio, booking, Kind.BOOKED)
    news(studio, booking, name, MailStatus.FAILED, detail="Throttling")
    studio.clock.advance(minutes=1)
    logged(studio, booking, Kind.BOOKED)
    [mail] = mails(studio, booking)
    assert (mail["status"], mail["attempts"], mail["queued_at"]) == ("queued", 2, "2027-03-01T06:01:00Z")


def test_they_come_in_the_order_of_the_invitations(studio: Api) -> None:
    booking = booked(studio)
    for sequence in (10, 2, 0):
        logged(studio, booking, Kind.RESCHEDULED, sequence=sequence)
        logged(studio, booking, Kind.RESCHEDULED, sequence=sequence, recipient=Recipient.HOST)
    assert [mail["ics_sequence"] for mail in mails(studio, booking)] == [0, 0, 2, 2, 10, 10]


def test_they_are_the_bookings_own(studio: Api) -> None:
    mine, other = booked(studio), booked(studio, "2027-03-01T11:00:00+01:00", "eve")
    logged(studio, other, Kind.BOOKED)
    assert mails(studio, mine) == []
    assert len(mails(studio, other)) == 1


def test_they_name_nobody(studio: Api) -> None:
    booking = booked(studio)
    logged(studio, booking, Kind.BOOKED)
    text = studio.host("GET", f"/bookings/{booking['id']}/mails").text.lower()
    assert not [word for word in ("bob", "ada", "@") if word in text]


def test_they_stay_when_the_person_is_erased(studio: Api) -> None:
    booking = booked(studio)
    logged(studio, booking, Kind.BOOKED)
    assert studio.host("DELETE", f"/bookings/{booking['id']}").status == 204
    assert [mail["kind"] for mail in mails(studio, booking)] == ["booked"]


class TestWhoSeesThem:
    def test_a_key_of_the_host_and_no_key_of_another(self, studio: Api) -> None:
        body = {"slug": "grace", "name": "Grace", "email": "grace@example.com", "timezone": "UTC"}
        assert studio.host("POST", "/hosts", body).status == 201
        booking = booked(studio)
        logged(studio, booking, Kind.BOOKED)
        assert len(mails(studio, booking, bearer=issue(studio, "read", host="ada"))) == 1
        refused = studio.get(f"/bookings/{booking['id']}/mails", bearer=issue(studio, "admin", host="grace"))
        assert (refused.status, refused.code) == (403, "scope")
        assert "kind" not in refused.text

    def test_no_other_tenant(self, studio: Api, globex: Api) -> None:
        booking = booked(studio)
        logged(studio, booking, Kind.BOOKED)
        for api in (studio, globex):
            assert api.get(f"/bookings/{booking['id']}/mails", bearer=globex.key).status == 404
        assert globex.host("GET", f"/bookings/{booking['id']}/mails").status == 404

    def test_not_the_attendee(self, studio: Api) -> None:
        booking = booked(studio)
        with nothing_written():
            refused = studio.get(f"/bookings/{booking['id']}/mails", bearer=booking["manage_token"])
        assert refused.status in {401, 403}


@pytest.mark.parametrize("path", ["/bookings/nothing/mails", "/bookings/01KJM7XQ4T9V2B8R5D3F6H1N0C/mails"])
def test_of_a_booking_that_is_not_there_are_404(studio: Api, path: str) -> None:
    assert studio.host("GET", path).code == "not_found"


def test_take_no_query(studio: Api) -> None:
    refused = studio.host("GET", f"/bookings/{booked(studio)['id']}/mails", query={"status": "sent"})
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/query/status")
