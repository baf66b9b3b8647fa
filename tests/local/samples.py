"""The sample service, and what an installation of it needs besides."""

from datetime import datetime
from pathlib import Path

from local.state import Account

SAMPLE = Path(__file__).parent / "sample" / "template.yaml"


def no_seed(_url: str, _dynamodb: object, _table: str, _now: datetime) -> Account:
    """Put nothing in: the sample knows no tenants."""
    return Account("sample", "good")
