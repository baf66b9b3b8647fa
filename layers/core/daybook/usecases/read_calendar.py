"""Read one connected calendar: what changed since last time, or everything if that is not enough."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from daybook.calendar_ports import Copy
from daybook.domain.ledger import PER_DAY, moment_at
from daybook.domain.snapshot import Snapshot
from daybook.provider_ports import Found, Provider, TokenExpired

Ours = tuple[Found, Copy]
Copies = Callable[[], Mapping[str, Copy]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading a calendar brought.

    Attributes:
        before: the token it began from; None: from nothing.
        token: what the next reading begins from.
        ours: what became of our own events.
        changed: whether anything may be busy or free that was not so before.
    """

    calendar: str
    before: str | None
    snapshot: Snapshot
    token: str
    ours: Sequence[Ours]
    changed: bool


def read_calendar(
    calendar: str,
    known: tuple[Snapshot, str] | None,
    empty: Snapshot,
    *,
    account: Provider,
    copies: Copies,
    afresh: bool,
    now: datetime,
) -> Reading:
    """Bring what is known of a calendar up to date; nothing is written.

    Args:
        known: the stored snapshot and its token. It is of no use for other days, dates or rules than `empty` has.
        copies: finds our own events of the host, by id; asked only if there is something to find.
    Raises:
        GrantLost, ProviderDown, Refused.
    """
    before = known[1] if known else None
    if known and not afresh and _alike(known[0], empty):
        try:
            found, token = _pages(calendar, known[1], empty, account)
        except TokenExpired:
            found = None
        # Of a series that was cut short, occurrences far ahead vanish without a word.
        if found is not None and not any(one.series for one in found):
            snapshot, ours = _applied(calendar, known[0], found, copies)
            return Reading(
                calendar=calendar, before=before, snapshot=snapshot, token=token, ours=ours, changed=bool(found)
            )
    found, token = _pages(calendar, None, empty, account)
    snapshot, ours = _applied(calendar, empty, found, copies)
    ours = [*ours, *_missing(calendar, found, copies, account, now)]
    return Reading(calendar=calendar, before=before, snapshot=snapshot, token=token, ours=ours, changed=True)


def _alike(known: Snapshot, empty: Snapshot) -> bool:
    return (known.days, known.zone, known.unsettled_block) == (empty.days, empty.zone, empty.unsettled_block)


def _pages(calendar: str, token: str | None, empty: Snapshot, account: Provider) -> tuple[Sequence[Found], str]:
    """Read all pages, for only the last has the token that continues from them."""
    since, until = (moment_at(day * PER_DAY) for day in (empty.days.start, empty.days.stop))
    found: list[Found] = []
    last: str | None = None
    for page in account.changes(calendar, token, since=since, until=until):
        found += page.found
        last = page.token
    if last is None:
        raise RuntimeError("a list that ends without a token")
    return found, last


def _applied(
    calendar: str, snapshot: Snapshot, found: Sequence[Found], copies: Copies
) -> tuple[Snapshot, Sequence[Ours]]:
    """Return the snapshot after changes, and those of them that are about our own events, which never block."""
    own = copies() if found else {}
    ours = [(one, own[one.id]) for one in found if one.id in own and own[one.id].calendar == calendar]
    foreign = ((one.id, None if one.id in own else one.event) for one in found)
    return snapshot.applied(foreign), ours


def _missing(calendar: str, found: Sequence[Found], copies: Copies, account: Provider, now: datetime) -> Sequence[Ours]:
    """Return events of ours that a full list does not have and that are not as we left them.

    They were deleted while nobody looked, moved out of the window, or made to repeat: then the list has occurrences.
    """
    there = {one.id for one in found}
    lost = [
        copy for copy in copies().values() if copy.calendar == calendar and copy.event not in there and copy.end > now
    ]
    looked = ((account.event(calendar, copy.event) or Found(id=copy.event, event=None), copy) for copy in lost)
    return [(found, copy) for found, copy in looked if found.etag != copy.etag]
