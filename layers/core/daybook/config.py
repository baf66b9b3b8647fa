"""Settings from the environment, read at first use."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


class MissingSetting(Exception):
    """An environment variable without which nothing can work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment decides.

    Attributes:
        base_url: public origin of links, without a slash at the end; empty: the request's own.
        mail_domain: right side of calendar UIDs.
        posts_per_minute_per_address, posts_per_minute_per_tenant, active_bookings_per_email: 0 is no limit.
    """

    table: str
    base_url: str
    mail_domain: str
    posts_per_minute_per_address: int
    posts_per_minute_per_tenant: int
    active_bookings_per_email: int

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings. Raises MissingSetting, naming every variable that is missing."""
        missing = [name for name in ("DAYBOOK_TABLE", "DAYBOOK_MAIL_DOMAIN") if not env.get(name)]
        if missing:
            raise MissingSetting(f"set {', '.join(missing)}")
        return cls(
            table=env["DAYBOOK_TABLE"],
            base_url=env.get("DAYBOOK_BASE_URL", "").rstrip("/"),
            mail_domain=env["DAYBOOK_MAIL_DOMAIN"],
            posts_per_minute_per_address=int(env.get("DAYBOOK_POSTS_PER_MINUTE_PER_ADDRESS") or 0),
            posts_per_minute_per_tenant=int(env.get("DAYBOOK_POSTS_PER_MINUTE_PER_TENANT") or 0),
            active_bookings_per_email=int(env.get("DAYBOOK_ACTIVE_BOOKINGS_PER_EMAIL") or 0),
        )


def optional(name: str, env: Mapping[str, str] = os.environ) -> str:
    """Return a variable that a deployment may leave out; empty if it does."""
    return env.get(name, "")


def setting(name: str, env: Mapping[str, str] = os.environ) -> str:
    """Return a variable that only some functions are given. Raises MissingSetting."""
    value = env.get(name)
    if not value:
        raise MissingSetting(f"set {name}")
    return value
