"""Handing mails to SES: what is asked, what a failure means, and how fast."""

from collections.abc import Sequence

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from daybook.adapters.ses import SesMailer
from daybook.domain.mail import Kind, MailName, Recipient
from daybook.mail_ports import NotSent, NotYet, Outgoing
from tests.fakes.aws import Answer, Recorder, error

MAIL = Outgoing(
    sender='"Ada" <bookings@daybook.example>', to="bob@example.com", raw=b"Subject: Booked\r\n\r\nHello\r\n"
)
TAGS = {"tenant": "acme", "booking": "01", "mail": MailName(2, Kind.WELCOME, Recipient.ATTENDEE).text}
URL = "https://email.eu-central-1.amazonaws.com"


class Clock:
    """Time that passes while somebody sleeps, and never else."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += seconds


def mailer(
    client: Recorder, clock: Clock | None = None, *, per_second: float = 0, configuration_set: str = "set"
) -> SesMailer:
    clock = clock or Clock()
    return SesMailer(
        client,
        configuration_set=configuration_set,
        per_second=per_second,
        sleep=clock.sleep,
        monotonic=clock,
    )


def ses(*answers: Answer) -> Recorder:
    return Recorder("sesv2", {"send_email": list(answers or ({"MessageId": "id-1"},))})


def test_a_mail_goes_to_one_recipient_as_it_was_composed() -> None:
    client = ses()
    assert mailer(client).send(MAIL, tags=TAGS) == "id-1"
    assert client.given("send_email") == [
        {
            "FromEmailAddress": MAIL.sender,
            "Destination": {"ToAddresses": ["bob@example.com"]},
            "Content": {"Raw": {"Data": MAIL.raw}},
            "EmailTags": [
                {"Name": "tenant", "Value": "acme"},
                {"Name": "booking", "Value": "01"},
                {"Name": "mail", "Value": "2-welcome-attendee"},
            ],
            "ConfigurationSetName": "set",
        }
    ]


def test_without_a_configuration_set_none_is_named() -> None:
    client = ses()
    mailer(client, configuration_set="").send(MAIL, tags=TAGS)
    [asked] = client.given("send_email")
    assert "ConfigurationSetName" not in asked


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (error("MessageRejected", 400), "MessageRejected"),
        (error("AccountSuspendedException", 400), "AccountSuspendedException"),
        (error("AccessDeniedException", 403), "AccessDeniedException"),
        (error("TooManyRequestsException", 429), "TooManyRequestsException"),
        (error("Throttling", 500), "Throttling"),
        (error("ServiceUnavailable", 503), "ServiceUnavailable"),
        (EndpointConnectionError(endpoint_url=URL), "EndpointConnectionError"),
        (ConnectTimeoutError(endpoint_url=URL), "ConnectTimeoutError"),
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_was_certainly_not_taken_may_be_sent_again(failure: Exception, word: str) -> None:
    client = ses(failure)
    with pytest.raises(NotSent) as refusal:
        mailer(client).send(MAIL, tags=TAGS)
    assert refusal.value.args == (word,)
    assert len(client.calls) == 1


@pytest.mark.parametrize(
    "failure",
    [
        error("InternalFailure", 500),
        error("InternalServiceErrorException", 500),
        error("BadGateway", 502),
        error("GatewayTimeout", 504),
        error("SomethingElse", 503),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
    ],
    ids=lambda one: str(one)[:30],
)
def test_what_may_have_been_taken_stays_open_and_is_not_repeated(failure: Exception) -> None:
    client = ses(failure)
    with pytest.raises(type(failure)) as raised:
        mailer(client).send(MAIL, tags=TAGS)
    assert raised.value is failure
    assert len(client.calls) == 1


class TestThePace:
    def naps(self, per_second: float, waits: Sequence[float], *answers: Answer) -> list[float]:
        """Send a mail after each of some waits; return how long the mailer slept in all its calls."""
        clock = Clock()
        post = mailer(ses(*answers), clock, per_second=per_second)
        for wait in waits:
            clock.time += wait
            try:
                post.send(MAIL, tags=TAGS)
            except NotSent:
                continue
        return clock.naps

    def test_of_the_first_mail_is_immediate_and_of_others_the_share(self) -> None:
        assert self.naps(4, [0, 0, 0, 0]) == [0.25] * 3

    def test_counts_time_that_passed_by_itself(self) -> None:
        assert self.naps(4, [0, 0.125, 0.25]) == [0.125]

    def test_saves_nothing_up(self) -> None:
        assert self.naps(4, [0, 100, 0, 0]) == [0.25] * 2

    def test_may_be_slower_than_one_a_second(self) -> None:
        assert self.naps(0.5, [0, 0]) == [2.0]

    def test_counts_mails_that_were_refused(self) -> None:
        assert self.naps(4, [0, 0], error("Throttling", 400)) == [0.25]

    def test_of_a_turn_that_is_far_off_is_not_waited_for(self) -> None:
        clock = Clock()
        post = mailer(ses({"MessageId": "1"}, {"MessageId": "2"}), clock, per_second=0.1)
        post.require_turn()
        post.send(MAIL, tags=TAGS)
        with pytest.raises(NotYet):
            post.require_turn()
        clock.time += 7
        post.require_turn()
        post.send(MAIL, tags=TAGS)
        assert clock.naps == [3.0]

    def test_of_what_is_recommended_at_most_is_always_waited_for(self) -> None:
        """Twice as many workers as mails a second, docs/runbook.md: each has half a mail a second."""
        post = mailer(ses(*[{"MessageId": "1"}] * 3), per_second=0.5)
        for _ in range(3):
            post.require_turn()
            post.send(MAIL, tags=TAGS)

    def test_without_a_limit_is_none(self) -> None:
        assert self.naps(0, [0] * 5) == []
