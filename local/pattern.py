"""Which stream records a function wants: the filter patterns of event source mappings.

Source: AWS Lambda, "Filter rule syntax". Equals, or, exists, prefix, suffix and anything-but are understood.
"""

from collections.abc import Mapping
from typing import Any


def matches(pattern: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Say whether a record has all that a pattern asks for.

    Args:
        pattern: nested like the record; leaves are lists of rules of which one must hold.
    Raises:
        ValueError: the pattern has a rule that is not understood.
    """
    return all(_fits(wanted, record.get(name, _ABSENT)) for name, wanted in pattern.items())


_ABSENT = object()


def _fits(wanted: Any, value: object) -> bool:
    if isinstance(wanted, dict):
        return matches(wanted, value if isinstance(value, dict) else {})
    return any(_holds(rule, value) for rule in wanted)


def _holds(rule: Any, value: object) -> bool:
    match rule:
        case {"exists": bool(wanted)}:
            return (value is not _ABSENT) == wanted
        case {"prefix": str(start)}:
            return isinstance(value, str) and value.startswith(start)
        case {"suffix": str(end)}:
            return isinstance(value, str) and value.endswith(end)
        case {"anything-but": list(unwanted)}:
            return value is not _ABSENT and value not in unwanted
        case dict():
            raise ValueError(f"filter rule not understood: {rule}")
    return bool(value == rule)
