"""Which mails a change calls for, what calendar object they carry, and which would only mislead."""

import re
from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.booking import PENDING, Status
from daybook.domain.history import Deed, Event
from daybook.domain.host import Invitations
from daybook.domain.mail import (
    TOLD_BY,
    Kind,
    Mail,
    MailName,
    MailStatus,
    Method,
    Recipient,
    called_for,
    method_of,
    next_stamp,
    superseded,
)
from tests.fakes import values
from tests.fakes.values import NOW

ATTENDEE, HOST = Recipient.ATTENDEE, Recipient.HOST
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
SILENT = {Deed.COMPLETED, Deed.NO_SHOW, Deed.ANSWERED, Deed.ERASURE_REQUESTED, Deed.ERASED}
PLACING = {Deed.REQUESTED, Deed.BOOKED}
BOTH_HEAR = set(Deed) - SILENT - {Deed.UNDELIVERABLE}


def mail(kind: Kind, recipient: Recipient = ATTENDEE, *, version: int = 1, **fields: Any) -> Mail:
    return values.mail("acme", MailName(0, kind, recipient), version=version, **fields)


class TestAName:
    @pytest.mark.parametrize("recipient", list(Recipient))
    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize("sequence", [0, 7, 123456])
    def test_is_read_as_it_was_spelt(self, sequence: int, kind: Kind, recipient: Recipient) -> None:
        for ahead in (None, timedelta(0), HOUR, timedelta(days=28)):
            name = MailName(sequence, kind, recipient, ahead)
            assert MailName.parse(name.text) == name
            assert re.fullmatch(r"[a-z0-9_-]+", name.text)

    def test_says_what_it_is(self) -> None:
        assert MailName(2, Kind.REMINDER, HOST, HOUR).text == "2-reminder_60-host"
        assert MailName(0, Kind.REQUEST_RECEIVED, ATTENDEE).text == "0-request_received-attendee"

    @pytest.mark.parametrize(
        "text",
        ["", "booked", "0-booked", "0-booked-nobody", "0-sold-host", "x-booked-host", "0-sold_60-host", "0-1-2-3"],
    )
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            MailName.parse(text)


def test_a_status_outranks_those_before_it() -> None:
    order = ["queued", "failed", "sent", "delivered", "bounced", "complained"]
    assert sorted(MailStatus, key=lambda status: status.rank) == order
    assert [MailStatus(one).rank for one in order] == list(range(6))


class TestAChange:
    def calls(self, deed: Deed, *log: Mail, first: bool = False, welcome: bool = True, **host: Any) -> list[str]:
        event: Event = values.step(deed, None, values.booking("acme", sequence=3))
        tenant = values.tenant("acme", welcome=welcome)
        names = called_for(event, tenant=tenant, host=values.host(**host), first=first, log=log)
        return [name.text for name in names]

    @pytest.mark.parametrize("deed", sorted(BOTH_HEAR))
    def test_is_told_to_attendee_and_host(self, deed: Deed) -> None:
        kind = TOLD_BY[deed]
        assert self.calls(deed) == [f"3-{kind}-attendee", f"3-{kind}-host"]

    @pytest.mark.parametrize("deed", sorted(SILENT))
    def test_may_be_told_to_nobody(self, deed: Deed) -> None:
        assert self.calls(deed, first=True) == []

    @pytest.mark.parametrize("invitations", list(Invitations))
    def test_is_kept_from_hosts_who_want_no_mail(self, invitations: Invitations) -> None:
        recipients = [text.rpartition("-")[2] for text in self.calls(Deed.BOOKED, invitations=invitations)]
        assert recipients == (["attendee"] if invitations is Invitations.NONE else ["attendee", "host"])

    @pytest.mark.parametrize("deed", sorted(BOTH_HEAR - {Deed.REQUESTED}))
    def test_of_what_is_in_a_hosts_calendar_is_told_to_one_who_wants_no_mail_any_more(self, deed: Deed) -> None:
        has_it = mail(Kind.BOOKED, HOST, method=Method.REQUEST)
        told, attendee_has_it = mail(Kind.BOOKED, HOST), mail(Kind.BOOKED, method=Method.REQUEST)
        host = f"3-{TOLD_BY[deed]}-host"
        assert host in self.calls(deed, has_it, invitations=Invitations.NONE)
        assert host not in self.calls(deed, told, attendee_has_it, invitations=Invitations.NONE)

    @pytest.mark.parametrize("invitations", list(Invitations))
    def test_that_a_mail_came_back_is_for_the_host_whatever_else_they_want(self, invitations: Invitations) -> None:
        assert self.calls(Deed.UNDELIVERABLE, invitations=invitations) == ["3-undelivered-host"]

    @pytest.mark.parametrize("deed", list(Deed))
    def test_brings_a_welcome_with_a_first_booking_alone(self, deed: Deed) -> None:
        welcome = "3-welcome-attendee"
        assert (welcome in self.calls(deed, first=True)) is (deed in PLACING)
        assert welcome not in self.calls(deed)
        assert welcome not in self.calls(deed, first=True, welcome=False)


class TestTheCalendarObject:
    def method(
        self,
        kind: Kind,
        recipient: Recipient = ATTENDEE,
        status: Status = Status.CONFIRMED,
        *log: Mail,
        invitations: Invitations = Invitations.CALENDAR,
    ) -> Method | None:
        host = values.host(invitations=invitations)
        return method_of(MailName(1, kind, recipient), status, host=host, log=log)

    @pytest.mark.parametrize("recipient", list(Recipient))
    @pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.CONFIRMED, Kind.RESCHEDULED])
    def test_of_what_is_agreed_goes_to_both(self, kind: Kind, recipient: Recipient) -> None:
        assert self.method(kind, recipient) is Method.REQUEST

    @pytest.mark.parametrize("invitations", [Invitations.PLAIN, Invitations.NONE])
    @pytest.mark.parametrize("kind", [Kind.BOOKED, Kind.CONFIRMED, Kind.RESCHEDULED])
    def test_is_not_for_a_host_whose_events_come_another_way(self, kind: Kind, invitations: Invitations) -> None:
        assert self.method(kind, HOST, invitations=invitations) is None
        assert self.method(kind, ATTENDEE, invitations=invitations) is Method.REQUEST

    @pytest.mark.parametrize("status", sorted(PENDING))
    def test_of_what_waits_goes_only_where_it_is_already(self, status: Status) -> None:
        has_it = mail(Kind.CONFIRMED, method=Method.REQUEST)
        assert self.method(Kind.RESCHEDULED, ATTENDEE, status) is None
        assert self.method(Kind.RESCHEDULED, ATTENDEE, status, has_it) is Method.REQUEST
        assert self.method(Kind.RESCHEDULED, HOST, status, has_it) is None

    @pytest.mark.parametrize("invitations", [Invitations.PLAIN, Invitations.NONE])
    def test_follows_an_event_that_is_in_a_calendar_whatever_the_host_wants_by_now(
        self, invitations: Invitations
    ) -> None:
        has_it = mail(Kind.BOOKED, HOST, method=Method.REQUEST)
        for kind in (Kind.RESCHEDULED, Kind.CONFIRMED):
            assert self.method(kind, HOST, Status.CONFIRMED, has_it, invitations=invitations) is Method.REQUEST
        assert self.method(Kind.CANCELLED, HOST, Status.CANCELLED, has_it, invitations=invitations) is Method.CANCEL

    def test_that_the_provider_refused_is_in_no_calendar(self) -> None:
        refused = mail(Kind.BOOKED, method=Method.REQUEST, status=MailStatus.FAILED)
        assert self.method(Kind.CANCELLED, ATTENDEE, Status.CANCELLED, refused) is None
        assert self.method(Kind.RESCHEDULED, ATTENDEE, Status.PENDING_CONFIRMATION, refused) is None

    @pytest.mark.parametrize("kind", [Kind.CANCELLED, Kind.DECLINED, Kind.EXPIRED])
    def test_is_taken_out_only_from_where_it_was_put(self, kind: Kind) -> None:
        has_it = mail(Kind.BOOKED, method=Method.REQUEST)
        told = mail(Kind.REQUEST_RECEIVED)
        assert self.method(kind, ATTENDEE, Status.CANCELLED, has_it) is Method.CANCEL
        assert self.method(kind, HOST, Status.CANCELLED, has_it) is None
        assert self.method(kind, ATTENDEE, Status.CANCELLED, told) is None

    @pytest.mark.parametrize(
        "kind", [Kind.REQUEST_RECEIVED, Kind.WELCOME, Kind.REMINDER, Kind.FOLLOW_UP, Kind.UNDELIVERED]
    )
    def test_is_not_part_of_other_mails(self, kind: Kind) -> None:
        has_it = mail(Kind.BOOKED, method=Method.REQUEST)
        assert self.method(kind, ATTENDEE, Status.CONFIRMED, has_it) is None


class TestAStamp:
    def test_is_now_in_whole_seconds(self) -> None:
        assert next_stamp(ATTENDEE, [], now=NOW + 0.999 * SECOND) == NOW
        before = mail(Kind.BOOKED, stamp=NOW - HOUR)
        assert next_stamp(ATTENDEE, [before, mail(Kind.REMINDER)], now=NOW) == NOW

    def test_is_later_than_any_before_to_the_same_person(self) -> None:
        log = [mail(Kind.BOOKED, stamp=NOW), mail(Kind.RESCHEDULED, stamp=NOW + SECOND), mail(Kind.BOOKED, HOST)]
        assert next_stamp(ATTENDEE, log, now=NOW) == NOW + 2 * SECOND
        assert next_stamp(HOST, log, now=NOW) == NOW


class TestSomethingOlder:
    BOOKED = MailName(0, Kind.BOOKED, ATTENDEE)

    def test_would_mislead_who_was_told_of_something_later(self) -> None:
        later = mail(Kind.CANCELLED, version=2)
        assert superseded(self.BOOKED, 1, [later])
        assert not superseded(self.BOOKED, 2, [later])
        assert not superseded(self.BOOKED, 3, [later])
        assert not superseded(self.BOOKED, 1, [])

    def test_is_news_to_the_other_recipient(self) -> None:
        assert not superseded(self.BOOKED, 1, [mail(Kind.CANCELLED, HOST, version=2)])

    def test_but_that_mail_does_not_arrive_is_news_whatever_was_told_since(self) -> None:
        moved = mail(Kind.RESCHEDULED, HOST, version=3)
        assert not superseded(MailName(0, Kind.UNDELIVERED, HOST), 2, [moved])
        assert superseded(MailName(0, Kind.BOOKED, HOST), 1, [moved])

    @pytest.mark.parametrize("kind", [Kind.REMINDER, Kind.FOLLOW_UP, Kind.WELCOME, Kind.UNDELIVERED])
    def test_is_not_outdone_by_mails_of_another_sort(self, kind: Kind) -> None:
        host_booked = MailName(0, Kind.BOOKED, HOST)
        assert not superseded(host_booked, 1, [mail(kind, HOST, version=2)])
