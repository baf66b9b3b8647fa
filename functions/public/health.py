"""Say that the API is up."""

from pydantic import BaseModel

from daybook import wiring
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.requests import Call, Nothing


class HealthView(BaseModel):
    status: str


@endpoint("GET /v1/health", returns={200: HealthView}, credential=Credential.NONE)
def health(_: Call[Nothing, Nothing]) -> Answer:
    """Say that the API is up; touches no data."""
    return Answer(HealthView(status="ok"))


handler = entrypoint(health, warm=wiring.settings)
