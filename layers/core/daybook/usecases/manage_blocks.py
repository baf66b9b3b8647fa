"""Block time a host is away."""

from datetime import UTC, datetime, timedelta

from daybook.domain.errors import ValidationFailed
from daybook.domain.host import Host
from daybook.domain.schedule import Block
from daybook.ports import Catalogue

MOST = 400
KEPT = timedelta(days=2)
"""Past blocks are dropped when another is written; two days cover every zone."""


def put_block(tenant: str, host: Host, block: Block, *, catalogue: Catalogue, now: datetime) -> Block:
    """Add or replace a block. Existing bookings stay. Raises ValidationFailed when there are too many."""
    past = [one.id for one in host.blocks.values() if one.id != block.id and ended(one) < now - KEPT]
    if len(host.blocks) - len(past) >= MOST and block.id not in host.blocks:
        raise ValidationFailed.at("", f"A host has at most {MOST} blocks; remove some.")
    catalogue.put_block(tenant, host.slug, block, pruned=past)
    return block


def ended(block: Block) -> datetime:
    """Return a moment by which a block is over in every zone."""
    if block.end is not None:
        return block.end
    day = block.day or datetime.max.replace(tzinfo=UTC).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + KEPT


def remove_block(tenant: str, host: Host, block: str, *, catalogue: Catalogue) -> None:
    catalogue.remove_block(tenant, host.slug, block)
