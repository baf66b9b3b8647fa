"""The local Google's memory on disk, so that connections outlive a restart of `make run`."""

import contextlib
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.google.server import GoogleServer

_EVERY_SECONDS = 2.0


@contextmanager
def remembered(google: GoogleServer, path: Path) -> Iterator[bool]:
    """Continue from a file, and keep it up to date while the block runs and when it ends.

    Accounts, calendars, grants and channels are kept; troubles, counted calls and messages on their way are not.
    What an older version of this code has written is left aside.

    Yields:
        whether there was anything to continue from.
    """
    loaded = False
    with contextlib.suppress(
        OSError, pickle.UnpicklingError, AttributeError, ImportError, KeyError, TypeError, EOFError
    ):
        # The file is this machine's own, and as trustworthy as the code beside it.
        _apply(google, pickle.loads(path.read_bytes()))  # noqa: S301
        loaded = True
    stopped = threading.Event()
    keeper = threading.Thread(target=_keep, args=(google, path, stopped), daemon=True, name="google-memory")
    keeper.start()
    try:
        yield loaded
    finally:
        stopped.set()
        keeper.join()


def _parts(google: GoogleServer) -> dict[str, Any]:
    world, grants = google.world, google.oauth.grants
    return {
        "accounts": world.accounts,
        "calendars": world.calendars,
        "clients": grants.clients,
        "granted": grants.granted,
        "access": grants.access,
        "refresh": grants.refresh,
        "channels": google.channels.all,
    }


def _apply(google: GoogleServer, saved: dict[str, Any]) -> None:
    parts = _parts(google)
    found = [(part, saved[name]) for name, part in parts.items()]
    google.world.revision = saved["revision"]
    for part, before in found:
        part.clear()
        part.update(before)


def _keep(google: GoogleServer, path: Path, stopped: threading.Event) -> None:
    before = b""
    ended = False
    while not ended:
        ended = stopped.wait(_EVERY_SECONDS)
        with google.people.lock:
            now = pickle.dumps(_parts(google) | {"revision": google.world.revision})
        if now != before:
            fresh = path.with_suffix(".new")
            fresh.write_bytes(now)
            fresh.replace(path)
            before = now
