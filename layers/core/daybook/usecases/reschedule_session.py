"""Move all who sit in a session to another time, or nobody."""

from collections.abc import Sequence

from daybook.domain.booking import Booking
from daybook.domain.errors import Busy, SlotTaken
from daybook.domain.history import Deed, Origin, event
from daybook.ports import MOST_MOVED, Catalogue, Move, Stale
from daybook.session_ports import Sessions, SharedMove
from daybook.usecases.reschedule import Target, moved_to


def reschedule_session(
    sitting: Sequence[Booking], moved: SharedMove, *, origin: Origin, catalogue: Catalogue, sessions: Sessions
) -> None:
    """Move a session to where its event is, by the rules that each of its bookings would move by, in one transaction.

    Raises:
        SlotTaken: the time is not free, another session is there, or more sit here than can move at once.
        Busy: somebody came, left or changed meanwhile. Otherwise as `reschedule`.
    """
    if len(sitting) > MOST_MOVED:
        raise SlotTaken
    first = sitting[0]
    context = catalogue.context(first.tenant, first.host, first.event_type)
    moves: list[Move] = []
    for booking in sitting:
        after, bounds = moved_to(booking, Target(start=moved.after.start), context, origin)
        moves.append(Move(booking, after, event(Deed.RESCHEDULED, origin, before=booking, after=after), bounds))
    try:
        sessions.move(moves, moved, now=origin.now)
    except Stale:
        raise Busy("The session is being changed by others; try again.") from None
