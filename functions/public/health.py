"""Say that the API is up."""

from daybook import wiring
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.fields import View
from daybook.edge.requests import Call, Nothing


class HealthView(View):
    status: str


@endpoint("GET /v1/health", returns={200: HealthView}, credential=Credential.NONE)
def health(_: Call[Nothing, Nothing]) -> Answer:
    """Say that the API is up; touches no data."""
    return Answer(HealthView(status="ok"))


handler = entrypoint(health, warm=wiring.settings)
