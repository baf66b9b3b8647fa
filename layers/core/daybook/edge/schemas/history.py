"""The history of a booking over HTTP."""

from typing import Self

from daybook.domain.history import Event, State
from daybook.edge.fields import View
from daybook.edge.times import utc_text


class ActorView(View):
    role: str
    id: str


class StateView(View):
    status: str
    start_utc: str
    end_utc: str
    ics_sequence: int

    @classmethod
    def of(cls, state: State) -> Self:
        return cls(
            status=state.status,
            start_utc=utc_text(state.start),
            end_utc=utc_text(state.end),
            ics_sequence=state.sequence,
        )


class EventView(View):
    """One change of a booking; no personal data."""

    version: int
    event: str
    at: str
    actor: ActorView
    request_id: str
    before: StateView | None
    after: StateView

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls(
            version=event.version,
            event=event.deed,
            at=utc_text(event.at),
            actor=ActorView(role=event.actor.role, id=event.actor.id),
            request_id=event.request_id,
            before=StateView.of(event.before) if event.before else None,
            after=StateView.of(event.after),
        )


class HistoryView(View):
    items: list[EventView]
    next_cursor: None = None
