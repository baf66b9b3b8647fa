"""Domain values as JSON has them, and back: moments as RFC 3339, lengths as ISO 8601, zones by name."""

from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

T = TypeVar("T")

_UNITS = (("H", timedelta(hours=1)), ("M", timedelta(minutes=1)), ("S", timedelta(seconds=1)))


def plain(value: object) -> dict[str, Any]:
    """Return a dataclass's fields as JSON-like values; what is None is left out, at every depth."""
    fields: dict[str, Any] = _spelt(msgspec.to_builtins(value, builtin_types=(timedelta,), enc_hook=_zone_name))
    return fields


def rebuilt(kind: type[T], fields: object) -> T:
    """Make a dataclass of what `plain` returned; fields that are not known are passed over.

    Raises:
        ValueError: something is missing or of another kind.
    """
    return msgspec.convert(fields, kind, dec_hook=_zone)


def _spelt(value: Any) -> Any:
    match value:
        case dict():
            return {name: _spelt(one) for name, one in value.items() if one is not None}
        case list() | tuple():
            return [_spelt(one) for one in value]
        case timedelta():
            return _duration(value)
    return value


def _duration(length: timedelta) -> str:
    """Spell a length of whole seconds as people do, PT1H30M. Source: ISO 8601-1, 5.5.2."""
    sign, rest = ("-", -length) if length < timedelta(0) else ("", length)
    days, rest = f"{rest.days}D" if rest.days else "", rest - timedelta(rest.days)
    clock = ""
    for letter, unit in _UNITS:
        count, rest = divmod(rest, unit)
        clock += f"{count}{letter}" if count else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def _zone_name(value: object) -> str:
    if isinstance(value, ZoneInfo):
        return value.key
    raise NotImplementedError(type(value))


def _zone(kind: type[Any], value: str) -> object:
    if issubclass(kind, ZoneInfo):
        return kind(value)
    raise NotImplementedError(kind)
