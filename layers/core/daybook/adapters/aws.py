"""Clients of AWS, made by botocore itself: boto3 would add its resources and file transfers to every cold start."""

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.session import Session, get_session

if TYPE_CHECKING:
    from botocore.config import Config


@cache
def session() -> Session:
    return get_session()


def client(service: str, config: "Config") -> Any:
    """Make a client; region, credentials and endpoint come from the environment, as Lambda sets it."""
    return session().create_client(service, config=config)
