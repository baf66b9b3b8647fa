"""libical's opinion, through ctypes: does an object keep RFC 5546, and what would a calendar make of it?"""

import ctypes
from ctypes.util import find_library
from functools import cache
from pathlib import Path


def available() -> bool:
    return _path("ical") is not None and _path("icalss") is not None


def complaints(text: str) -> list[str]:
    """Return what libical finds against an object: by its own grammar, and by RFC 5546's table for its METHOD."""
    core = _core()
    component = core.icalparser_parse_string(text.encode())
    if not component:
        return ["it cannot be parsed"]
    core.icalrestriction_check(component)
    shown = core.icalcomponent_as_ical_string(component).decode().replace("\r\n ", "")
    return [line for line in shown.splitlines() if line.startswith("X-LIC-ERROR")]


def classified(text: str, stored: str | None, user: str) -> str:
    """Return what an object means to a user's calendar that holds `stored`: REQUEST-NEW, CANCEL-EVENT and so on."""
    core = _core()
    kind = ctypes.CDLL(_path("icalss")).icalclassify
    kind.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p]
    known = core.icalparser_parse_string(stored.encode()) if stored else None
    found = kind(core.icalparser_parse_string(text.encode()), known, user.encode())
    name: bytes = core.icalproperty_enum_to_string(found)
    return name.decode()


@cache
def _core() -> ctypes.CDLL:
    core = ctypes.CDLL(_path("ical"), mode=ctypes.RTLD_GLOBAL)
    core.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    core.icalparser_parse_string.restype = ctypes.c_void_p
    core.icalrestriction_check.argtypes = [ctypes.c_void_p]
    core.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    core.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    core.icalproperty_enum_to_string.argtypes = [ctypes.c_int]
    core.icalproperty_enum_to_string.restype = ctypes.c_char_p
    core.icalerror_set_errors_are_fatal(0)
    return core


def _path(name: str) -> str | None:
    """Find a library of Debian's libical3; its development files, with names without a number, are not needed."""
    found = find_library(name)
    if found:
        return found
    return next((str(path) for path in sorted(Path("/usr/lib").glob(f"*/lib{name}.so.3"))), None)
