"""Field types of the API: bounded, strict, and each with the error code that its misuse deserves."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, Strict, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z|[0-9A-HJKMNP-TV-Z]{26}\Z")

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(Z|z|[+-]\d\d:\d\d)?(?:\[([A-Za-z0-9_+/-]{1,64})\])?\Z"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    rf"@(?:{_LABEL}\.)+(?=[^.]{{2}}){_LABEL}\Z"
)
"""What a header can hold and SES can mail to: a dot-atom (RFC 5322 §3.2.3), ASCII alone, at a host (RFC 1123 §2.1)."""
_WEB_ADDRESS = re.compile(
    rf"https://{_LABEL}(?:\.{_LABEL})*(?::(?P<port>[0-9]{{1,5}}))?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?\Z"
)
"""The characters of RFC 3986 §2, none of which ends an attribute of HTML in double quotes."""
_TAG = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
_NOT_A_ZONE = re.compile(r"(right|posix)/|(localtime|posixrules|Factory)\Z")
"""What a database may hold beside zones: clocks with leap seconds, and names that differ by machine."""
_EARLIEST, _LATEST = 2000, 2199
"""Years between which all arithmetic is safe in every zone."""


def zone_named(name: str) -> ZoneInfo:
    """Return an IANA zone, legacy aliases included; a zone the database lacks is `unknown_timezone`."""
    try:
        found = None if _NOT_A_ZONE.match(name) else ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # the key may also name a folder of the database
        found = None
    if found is None:
        hint = "Use an IANA name such as Europe/Berlin."
        raise PydanticCustomError("unknown_timezone", "{hint}", {"hint": hint})
    return found


def moment(text: object) -> datetime:
    """Read an RFC 3339 moment, optionally with a zone beside it (RFC 9557), as UTC.

    A time without an offset, or with one that its zone contradicts, is `invalid_local_time`.
    """
    match = _MOMENT.match(text) if isinstance(text, str) else None
    if match is None:
        raise PydanticCustomError("moment", "Use RFC 3339 with an offset, such as 2027-03-01T09:00:00+01:00.")
    day, clock, seconds, fraction, offset, zone = match.groups()
    if offset is None:
        raise PydanticCustomError("invalid_local_time", "Add the offset: +01:00, or Z for UTC.")
    try:
        read = datetime.fromisoformat(f"{day}T{clock}{seconds or ':00'}{offset.upper()}")
    except ValueError:
        raise PydanticCustomError("moment", "There is no such date, time or offset.") from None
    if not _EARLIEST <= read.year <= _LATEST:
        raise PydanticCustomError("moment", "Use a year from 2000 to 2199.")
    if zone is not None and read.astimezone(zone_named(zone)).utcoffset() != read.utcoffset():
        raise PydanticCustomError("invalid_local_time", "The offset contradicts the zone beside it.")
    # Fractions matter only in that such a start is on no grid.
    return read.astimezone(UTC) + timedelta(microseconds=bool(fraction and fraction.strip(".0")))


def plain_date(text: object) -> date:
    """Read an ISO 8601 date, 2027-03-01."""
    try:
        if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            read = date.fromisoformat(text)
            if _EARLIEST <= read.year <= _LATEST:
                return read
    except ValueError:
        pass  # answered below, as every other wrong spelling
    raise PydanticCustomError("date", "Use a date such as 2027-03-01, from 2000 to 2199.")


def wall_time(text: object) -> timedelta:
    """Read HH:MM on the 5-minute grid, 24:00 included, as time since midnight."""
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5][05])|24:00", text, re.ASCII) if isinstance(text, str) else None
    if match is None or not isinstance(text, str):
        raise PydanticCustomError("wall_time", "Use HH:MM in steps of five minutes, 24:00 for the end of the day.")
    return timedelta(hours=int(text[:2]), minutes=int(text[3:]))


def no_controls(text: str) -> str:
    """Refuse control characters, so that no text can break out of a header, line or field."""
    if any(ord(character) < 32 or 127 <= ord(character) < 160 or character in "\u2028\u2029" for character in text):
        raise PydanticCustomError("control", "Leave out line breaks and control characters.")
    return text


def no_odd_controls(text: str) -> str:
    """Refuse control characters except line breaks and tabs."""
    no_controls(text.replace("\r\n", " ").replace("\n", " ").replace("\t", " "))
    return text


def email_address(text: str) -> str:
    if len(text) > 254 or not _EMAIL.match(text):
        raise PydanticCustomError("email", "Use an address such as ada@example.com.")
    return text


def web_address(text: str) -> str:
    """Accept an address that a mail may link to: https, a host, and nothing that logs somebody in."""
    match = _WEB_ADDRESS.match(text)
    if match is None or int(match["port"] or 0) > 65535:
        raise PydanticCustomError("web_address", "Use an address such as https://studio.example/feedback.")
    return text


class Fields(BaseModel, extra="forbid", defer_build=True):
    """A body or a query: unknown fields are refused, and null is as good as leaving a field out."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {name: one for name, one in value.items() if one is not None or name not in known}


class View(BaseModel, defer_build=True):
    """A part of an answer. pydantic builds it, as it does a body, at its first use: no function uses them all."""


Zone = Annotated[
    ZoneInfo,
    BeforeValidator(lambda value: zone_named(value) if isinstance(value, str) else value),
    WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]}),
]
ZoneName = Annotated[str, AfterValidator(lambda name: zone_named(name) and name), Field(max_length=64)]
Moment = Annotated[datetime, BeforeValidator(moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[date, BeforeValidator(plain_date), WithJsonSchema({"type": "string", "format": "date"})]
WallTime = Annotated[
    timedelta,
    BeforeValidator(wall_time),
    WithJsonSchema({"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][05]|24:00)$"}),
]
Pair = Annotated[list[str], Field(min_length=2, max_length=2)]
"""Opening and closing time, ["09:00", "17:00"]."""
Slug = Annotated[str, Field(pattern=SLUG, examples=["ada"])]
Line = Annotated[str, AfterValidator(no_controls), Field(min_length=1, max_length=500, pattern=r"\S")]
Text = Annotated[str, AfterValidator(no_odd_controls), Field(max_length=2000)]
Note = Annotated[str, AfterValidator(no_odd_controls), Field(max_length=100)]
"""A word beside something; short, for a host's item holds hundreds of them."""
Email = Annotated[
    str,
    AfterValidator(no_controls),
    AfterValidator(email_address),
    Field(min_length=3, max_length=254, json_schema_extra={"format": "email"}),
]
WebAddress = Annotated[str, AfterValidator(web_address), Field(max_length=500, json_schema_extra={"format": "uri"})]
Language = Annotated[str, Field(pattern=rf"^{_TAG}$", examples=["de-AT"])]
"""A BCP 47 tag."""
OwnLanguage = Annotated[str, Field(pattern=rf"^({_TAG})?$", examples=["de-AT"])]
"""A person's; empty: the tenant's."""
Count = Annotated[int, Strict(), Field(ge=1, le=1000)]
Minutes = Annotated[int, Strict(), Field(ge=0, le=1440, multiple_of=5)]
Duration = Annotated[int, Strict(), Field(ge=5, le=1440, multiple_of=5)]
LongMinutes = Annotated[int, Strict(), Field(ge=0, le=525600)]
Days = Annotated[int, Strict(), Field(ge=0, le=3650)]
Flag = Annotated[bool, Strict()]
