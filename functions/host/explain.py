"""Explain why a start is offered or not."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.slot import ExplainQuery, ExplanationView
from daybook.usecases.explain_start import explain_start


@endpoint(
    "GET /v1/{tenant}/hosts/{host}/event-types/{event_type}/explain",
    query=ExplainQuery,
    returns={200: ExplanationView},
    refuses=(errors.InvalidLocalTime,),
)
def explain(call: Call[Nothing, ExplainQuery]) -> Answer:
    """Explain which rule, booking, event or buffer decides about a start.

    Every rule with what it saw, in the order in which booking refuses.
    """
    call.require_key(Scope.READ, Scope.CATALOGUE, host=call.path["host"])
    explanation = explain_start(
        call.tenant,
        call.path["host"],
        call.path["event_type"],
        call.query.start,
        catalogue=wiring.catalogue(),
        ledger=wiring.ledger(),
        bookings=wiring.bookings(),
        now=call.now,
    )
    return Answer(ExplanationView.of(explanation, call.query.start))


handler = entrypoint(explain)
