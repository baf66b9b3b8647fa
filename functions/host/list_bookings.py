"""List bookings."""

from daybook import wiring
from daybook.domain import errors
from daybook.domain.tenant import Scope
from daybook.edge.access import secret_of
from daybook.edge.api import Answer, endpoint, entrypoint
from daybook.edge.cursors import sealed, unsealed
from daybook.edge.requests import Call, Nothing
from daybook.edge.schemas.booking import BookingList, BookingsQuery, BookingView
from daybook.usecases import list_bookings as usecase


@endpoint(
    "GET /v1/{tenant}/bookings",
    query=BookingsQuery,
    returns={200: BookingList},
    refuses=(errors.RangeTooLarge, errors.UnknownTimezone),
)
def list_bookings(call: Call[Nothing, BookingsQuery]) -> Answer:
    """List a host's or the tenant's bookings by start.

    Past ones come latest first. May lag a second behind. A key that is bound to a host sees that host's alone.
    """
    asked = call.query
    call.require_tenant()
    host = asked.host or (call.caller.host if call.caller else None)
    call.require_key(Scope.READ, Scope.BOOKINGS, host=host)
    secret = secret_of(call.tenant, call.now)
    listing = f"bookings {host} {asked.status} {asked.first} {asked.last} {asked.timezone.key}"
    since, until = asked.span()
    found, cursor = usecase.list_bookings(
        usecase.BookingsQuery(
            tenant=call.tenant,
            host=host,
            status=asked.status,
            since=since,
            until=until,
            cursor=unsealed(secret, listing, asked.cursor),
        ),
        bookings=wiring.bookings(),
        now=call.now,
    )
    views = [BookingView.of(booking, now=call.now) for booking in found]
    return Answer(BookingList(items=views, next_cursor=sealed(secret, listing, cursor)))


handler = entrypoint(list_bookings)
