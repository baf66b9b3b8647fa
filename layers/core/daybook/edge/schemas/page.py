"""What the links and forms of pages carry; a page shows itself as well as it can rather than refuse an address."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from daybook.edge.fields import Fields, Moment, Text, View, plain_date


class Step(StrEnum):
    """What the attendee is about to do."""

    SHOW = "show"
    MOVE = "move"
    CANCEL = "cancel"


class Deed(StrEnum):
    """What a form asks for."""

    MOVE = "move"
    CANCEL = "cancel"


def _step(value: object) -> object:
    return value if value in set(Step) else Step.SHOW


def _day(value: object) -> date | None:
    try:
        return plain_date(value)
    except PydanticCustomError:
        return None


class ManageQuery(View):
    """The address of a booking's page; mail programs may add parameters of their own, and cut or change ours.

    `from` is the first date of the listed times, on the attendee's clock; `done` says what has just been done.
    """

    token: str = ""
    step: Annotated[Step, BeforeValidator(_step)] = Step.SHOW
    first: Annotated[date | None, BeforeValidator(_day), Field(alias="from")] = None
    done: Annotated[bool, BeforeValidator(lambda value: value == "1")] = False


class ManageForm(Fields):
    """What an attendee decided, proven by the manage token in the form itself: no cookie speaks for anybody."""

    token: str = ""
    action: Deed
    start: Moment | None = None
    slot: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")] | None = None
    reason: Text = ""
