"""What every log of mails promises: each mail is claimed by one, and news only ever leads further."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daybook.domain.mail import Kind, Mail, MailName, MailStatus, Method, Recipient
from daybook.mail_ports import Claimed, MailLog
from tests.contract.conftest import Desk
from tests.fakes import values
from tests.fakes.ports import Ports
from tests.fakes.values import HOUR, NOW

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
BOOKED = MailName(0, Kind.BOOKED, Recipient.ATTENDEE)
LONG_AGO = NOW - HOUR


class Desktop:
    """One tenant's log, where mails are claimed and marked with the rest filled in."""

    def __init__(self, log: MailLog, tenant: str) -> None:
        self.log = log
        self.tenant = tenant

    def claim(self, name: MailName = BOOKED, *, stale: Any = LONG_AGO, **fields: Any) -> Claimed:
        return self.log.claim(values.mail(self.tenant, name, **fields), stale=stale)

    def mark(self, status: MailStatus, name: MailName = BOOKED, **given: Any) -> bool:
        return self.log.mark(self.tenant, "B1", name, status, **{"now": NOW + MINUTE, **given})

    def all(self, booking: str = "B1") -> Sequence[Mail]:
        return self.log.mails(self.tenant, booking)

    @property
    def only(self) -> Mail:
        [mail] = self.all()
        return mail


@pytest.fixture
def post(ports: Ports, tenant: str) -> Desktop:
    return Desktop(ports.mails, tenant)


def known(post: Desktop, status: MailStatus) -> None:
    """Let a mail be known to have come as far as `status`."""
    assert post.claim() is Claimed.OURS
    if status is not MailStatus.QUEUED:
        assert post.mark(status)


@pytest.mark.parametrize(
    "name",
    [
        BOOKED,
        MailName(12, Kind.REMINDER, Recipient.HOST, timedelta(minutes=90)),
        MailName(1, Kind.FOLLOW_UP, Recipient.ATTENDEE),
    ],
)
def test_a_mail_comes_back_as_it_was_claimed(post: Desktop, name: MailName) -> None:
    moment = NOW + timedelta(microseconds=123456)
    mail = values.mail(
        post.tenant, name, version=7, method=Method.REQUEST, stamp=NOW, queued_at=moment, updated_at=moment
    )
    assert post.all() == []
    assert post.log.claim(mail, stale=LONG_AGO) is Claimed.OURS
    assert post.only == mail


class TestClaiming:
    def test_is_for_one(self, post: Desktop) -> None:
        assert post.claim() is Claimed.OURS
        before = post.only
        assert post.claim(version=2, queued_at=NOW + MINUTE) is Claimed.UNDECIDED
        assert post.only == before

    def test_of_what_nobody_has_heard_of_since_is_allowed_and_counted(self, post: Desktop) -> None:
        post.claim()
        assert post.claim(queued_at=NOW + HOUR, stale=NOW) is Claimed.OURS
        assert (post.only.attempts, post.only.queued_at) == (2, NOW + HOUR)
        assert post.claim(queued_at=NOW + HOUR, stale=NOW) is Claimed.UNDECIDED

    @pytest.mark.parametrize("fraction", [0, 1, 500_000, 999_999])
    def test_goes_by_the_exact_moment(self, post: Desktop, fraction: int) -> None:
        queued = NOW + fraction * INSTANT
        post.claim(queued_at=queued)
        assert post.claim(queued_at=queued, stale=queued - INSTANT) is Claimed.UNDECIDED
        assert post.claim(queued_at=queued, stale=queued) is Claimed.OURS

    def test_of_what_failed_is_allowed_at_once_and_begins_anew(self, post: Desktop) -> None:
        known(post, MailStatus.FAILED)
        assert post.claim(version=2, queued_at=NOW + MINUTE) is Claimed.OURS
        mail = post.only
        assert (mail.status, mail.version, mail.attempts, mail.detail) == (MailStatus.QUEUED, 2, 2, "")

    @pytest.mark.parametrize("status", [one for one in MailStatus if one.rank >= MailStatus.SENT.rank])
    def test_of_what_has_left_is_refused_for_ever(self, post: Desktop, status: MailStatus) -> None:
        known(post, status)
        before = post.only
        assert post.claim(queued_at=NOW + HOUR, stale=NOW + HOUR) is Claimed.DONE
        assert post.only == before

    def test_again_takes_back_a_calendar_object(self, post: Desktop) -> None:
        post.claim(method=Method.REQUEST, stamp=NOW)
        post.claim(stale=NOW)
        assert (post.only.method, post.only.stamp) == (None, None)


class TestNews:
    @pytest.mark.parametrize("before", list(MailStatus))
    @pytest.mark.parametrize("news", list(MailStatus))
    def test_counts_if_it_leads_further(self, post: Desktop, before: MailStatus, news: MailStatus) -> None:
        known(post, before)
        further = news.rank > before.rank
        assert post.mark(news) is further
        assert post.only.status is (news if further else before)

    @pytest.mark.parametrize("before", list(MailStatus))
    def test_may_count_only_for_what_has_not_come_so_far(self, post: Desktop, before: MailStatus) -> None:
        known(post, before)
        assert post.mark(MailStatus.BOUNCED, below=MailStatus.DELIVERED) is (before.rank < MailStatus.DELIVERED.rank)
        assert (post.only.status is before) is (before.rank >= MailStatus.DELIVERED.rank)

    def test_is_kept_with_its_words(self, post: Desktop) -> None:
        post.claim()
        post.mark(MailStatus.SENT, message_id="id-1")
        assert (post.only.message_id, post.only.updated_at, post.only.queued_at) == ("id-1", NOW + MINUTE, NOW)
        post.mark(MailStatus.BOUNCED, detail="General", now=NOW + HOUR)
        mail = post.only
        assert (mail.message_id, mail.detail, mail.updated_at) == ("id-1", "General", NOW + HOUR)

    def test_that_comes_late_changes_nothing(self, post: Desktop) -> None:
        post.claim()
        post.mark(MailStatus.DELIVERED, message_id="id-1")
        before = post.only
        assert not post.mark(MailStatus.FAILED, message_id="id-2", detail="Throttling", now=NOW + HOUR)
        assert post.only == before

    def test_of_a_failure_does_not_stop_a_later_try(self, post: Desktop) -> None:
        post.claim()
        assert post.mark(MailStatus.FAILED, detail="Throttling")
        assert post.only.detail == "Throttling"
        assert post.claim() is Claimed.OURS
        assert post.mark(MailStatus.FAILED, detail="Throttling")
        assert post.claim() is Claimed.OURS
        assert post.mark(MailStatus.SENT, message_id="id-1")
        mail = post.only
        assert (mail.status, mail.attempts, mail.message_id, mail.detail) == (MailStatus.SENT, 3, "id-1", "")

    @pytest.mark.parametrize("status", list(MailStatus))
    def test_of_an_unknown_mail_makes_none(self, post: Desktop, status: MailStatus) -> None:
        assert not post.mark(status)
        assert post.all() == []


class TestTheLog:
    def test_comes_by_sequence(self, post: Desktop) -> None:
        for sequence in (10, 2, 0, 100, 9):
            post.claim(replace(BOOKED, sequence=sequence))
        assert [mail.name.sequence for mail in post.all()] == [0, 2, 9, 10, 100]

    def test_keeps_each_mail_apart(self, post: Desktop) -> None:
        day, hour = timedelta(hours=24), timedelta(hours=1)
        names = {
            BOOKED,
            replace(BOOKED, recipient=Recipient.HOST),
            replace(BOOKED, sequence=1),
            replace(BOOKED, kind=Kind.WELCOME),
            replace(BOOKED, kind=Kind.REMINDER, ahead=day),
            replace(BOOKED, kind=Kind.REMINDER, ahead=hour),
            replace(BOOKED, kind=Kind.REMINDER),
        }
        assert {post.claim(name) for name in names} == {Claimed.OURS}
        assert post.mark(MailStatus.SENT)
        assert {mail.name for mail in post.all()} == names
        assert [mail.name for mail in post.all() if mail.status is MailStatus.SENT] == [BOOKED]

    def test_is_of_one_booking_of_one_tenant(self, post: Desktop) -> None:
        other = Desktop(post.log, f"{post.tenant}-other")
        assert {post.claim(), post.claim(booking="B2"), other.claim()} == {Claimed.OURS}
        post.mark(MailStatus.SENT)
        assert other.only.status is MailStatus.QUEUED
        assert [mail.status for mail in post.all("B2")] == [MailStatus.QUEUED]

    def test_and_the_history_do_not_mix(self, post: Desktop, desk: Desk) -> None:
        booking = desk.booked("B1")
        post.claim()
        assert len(desk.ports.bookings.history(desk.tenant, "B1")) == 1
        assert len(post.all()) == 1
        assert desk.stored(booking) == booking
