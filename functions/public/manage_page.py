"""Show a booking to its attendee as a page, to move or cancel it."""

from daybook import wiring
from daybook.domain.booking import Booking
from daybook.domain.errors import DaybookError, ValidationFailed
from daybook.domain.history import Origin
from daybook.domain.tokens import manage_token
from daybook.edge import pages
from daybook.edge.access import admission, opened, secret_of
from daybook.edge.api import Answer, Credential, endpoint, entrypoint
from daybook.edge.manage_view import Wish, address, managed
from daybook.edge.observability import counted, refused
from daybook.edge.requests import Call, Nothing, form_of
from daybook.edge.schemas.page import Deed, ManageForm, ManageQuery, Step
from daybook.usecases.cancel import cancel
from daybook.usecases.reschedule import Target, reschedule

PAGE = "/manage/{tenant}/{booking}"


@endpoint(f"GET {PAGE}", query=ManageQuery, returns={200: "text/html"}, credential=Credential.NONE)
def show_page(call: Call[Nothing, ManageQuery]) -> Answer:
    """Show a booking to its attendee, and what can be done with it; changes nothing, for mail scanners follow links."""
    asked = call.query
    booking, _ = opened(pages.bearing(call, asked.token), token=None)
    wish = Wish(step=asked.step, first=asked.first, done=asked.done)
    return managed(booking, asked.token, wish, now=call.now)


@endpoint(f"POST {PAGE}", body=ManageForm, read=form_of, returns={303: None}, credential=Credential.NONE)
def change_booking(sent: Call[ManageForm, Nothing]) -> Answer:
    """Move or cancel a booking as its attendee; what is refused is said on the page."""
    call = pages.bearing(sent, sent.body.token)
    admit = admission(call)
    booking, actor = opened(call)
    try:
        admit()
        changed = _changed(booking, call.body, call.origin(actor))
    except DaybookError as refusal:
        refused(refusal.code)
        return _said(refusal, call)
    # The token lives until 30 days after the end, and the end may have moved.
    return pages.see_other(address(changed, manage_token(secret_of(call.tenant, call.now), changed), done="1"))


def _changed(booking: Booking, form: ManageForm, origin: Origin) -> Booking:
    ledger, bookings = wiring.ledger(), wiring.bookings()
    if form.action is Deed.CANCEL:
        cancelled = cancel(booking, form.reason, origin=origin, ledger=ledger, bookings=bookings)
        counted("Cancelled")
        return cancelled
    if (form.start is None) is (form.slot is None):
        raise ValidationFailed.at("/start", "Choose a time.")
    target = Target(start=form.start, slot=form.slot, reason=form.reason)
    moved = reschedule(
        booking,
        target,
        origin=origin,
        catalogue=wiring.catalogue(),
        ledger=ledger,
        bookings=bookings,
        check_busy=wiring.check_busy,
    )
    counted("Rescheduled")
    return moved


def _said(refusal: DaybookError, call: Call[ManageForm, Nothing]) -> Answer:
    """Show the booking as it is by now; a second click on what has been done already is no mistake."""
    booking, _ = opened(call)
    form = call.body
    wanted, present = (form.slot, booking.slot) if form.slot else (form.start, booking.start)
    if form.action is Deed.MOVE and wanted == present and booking.blocks(call.now):
        return pages.see_other(address(booking, form.token, done="1"))
    wish = Wish(step=Step(form.action), around=form.start, refusal=refusal, typed=form.reason)
    return managed(booking, form.token, wish, now=call.now)


handler = entrypoint(show_page, change_booking, tell=pages.told)
