"""Read and write units by DynamoDB's documented rules, from the items themselves.

Sources: AWS, "Item sizes and formats" (names and values in UTF-8; a number about one byte for two digits plus one;
lists, maps and sets three bytes and one an element) and "Read and write capacity" (4 KB a read unit, strongly
consistent; 1 KB a write unit; twice that in a transaction; an index written apart, not twice).
"""

from collections.abc import Callable, Mapping
from typing import Any

READ_BYTES, WRITE_BYTES = 4096, 1024


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes of an item in wire form."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def read_units(size: int) -> int:
    """Units of one strongly consistent read of `size` bytes; nothing found costs one all the same."""
    return max(-(-size // READ_BYTES), 1)


def write_units(size: int) -> int:
    """Units of one write in a transaction: prepare and commit."""
    return 2 * max(-(-size // WRITE_BYTES), 1)


def _number_size(text: str) -> int:
    digits = text.strip("-").replace(".", "").strip("0")
    return max((len(digits) + 1) // 2, 1) + 1 + text.startswith("-")


_SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_size,
    "B": len,
    "SS": lambda texts: 3 + sum(len(text.encode()) for text in texts),
    "NS": lambda texts: 3 + sum(_number_size(text) for text in texts),
    "L": lambda values: 3 + sum(1 + _value_size(value) for value in values),
    "M": lambda values: 3 + sum(1 + len(name.encode()) + _value_size(value) for name, value in values.items()),
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
}


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    return _SIZES[kind](content)
