"""Take Google's word that a calendar has changed."""

from daybook import calendar_wiring
from daybook.domain.errors import NotFound
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.usecases import receive_push as usecase

LONGEST = 64
"""Characters of a channel's id (Google: Channel resource)."""


@endpoint(
    f"POST {calendar_wiring.WEBHOOK}",
    returns={204: None},
    credential=Credential.NONE,
    read=lambda _: {},
)
def receive_push(call: Call[Nothing, Nothing]) -> Answer:
    """Note that a calendar has changed, if the sender knows the channel's token; what changed is read later.

    Everything is in the headers, and a body is not looked at. Source: Google Calendar, "Push notifications".
    """
    sent = call.headers
    channel, number = sent.get("x-goog-channel-id", ""), sent.get("x-goog-message-number", "")
    spelt = len(channel) <= LONGEST and channel.replace("-", "").replace("_", "").isalnum() and channel.isascii()
    if not (spelt and number.isdecimal() and number.isascii()):
        raise NotFound("There is no such channel.")
    push = usecase.Push(
        channel=channel,
        token=sent.get("x-goog-channel-token", ""),
        resource=sent.get("x-goog-resource-id", ""),
        number=int(number[:20]),
        first=sent.get("x-goog-resource-state") == "sync",
    )
    usecase.receive_push(push, connections=calendar_wiring.connections(), sync=calendar_wiring.sync_queue())
    return Answer(status=204)


handler = entrypoint(receive_push)
