"""Who changes a booking."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """On whose behalf; a host's word outranks cut-offs."""

    ATTENDEE = "attendee"
    HOST = "host"
    SYSTEM = "system"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts; `id` is a key's or a connection's id, never a person's datum."""

    role: Role
    id: str = ""
