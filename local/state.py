"""The directory a local installation lives in, and the lock that keeps a second instance out of it."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

PATIENCE_SECONDS = 2.0
LAST_WORDS_SECONDS = 30.0
"""The engine of a runner that was killed saves, and its functions end, before they give the directory back."""


class StartFailedError(Exception):
    """Why the local stack cannot start: one line for the person at the keyboard."""


@dataclass(frozen=True, slots=True)
class Account:
    """The tenant a local installation begins with, and its admin key (`dbk_...`)."""

    tenant: str
    api_key: str


@dataclass(frozen=True, slots=True)
class State:
    """Paths inside the state directory, and the descriptor that holds its lock.

    `tmp` lies here too: whatever a killed run leaves behind goes away with the next start.
    """

    directory: Path
    lock: int

    @property
    def engine(self) -> Path:
        """What the engine saves and loads."""
        return self.directory / "engine"

    @property
    def objects(self) -> Path:
        """What lies in buckets."""
        return self.directory / "objects"

    @property
    def mail(self) -> Path:
        """Every mail that was sent, as .eml."""
        return self.directory / "mail"

    @property
    def google(self) -> Path:
        """What the local Google remembers."""
        return self.directory / "google"

    @property
    def replies(self) -> Path:
        """Where .eml files can be dropped, as if they had come by mail."""
        return self.directory / "replies"

    @property
    def tmp(self) -> Path:
        """Scratch space of the engine and its functions."""
        return self.directory / "tmp"

    @property
    def log(self) -> Path:
        """What the engine and the functions wrote since the last start."""
        return self.directory / "engine.log"

    @property
    def _account(self) -> Path:
        return self.directory / "account.json"

    def account(self) -> Account | None:
        """Read the account of an earlier start; None when no start has come that far."""
        return Account(**json.loads(self._account.read_text())) if self._account.exists() else None

    def keep(self, account: Account) -> None:
        """Write the account down, readable by its owner alone: the table holds no more than the key's hash."""
        draft = self._account.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(account)))
        draft.replace(self._account)


@contextmanager
def opened(directory: Path, *, fresh: bool) -> Iterator[State]:
    """Lock the state directory, making it where it is missing, and empty what must not outlive a run.

    A start that never finished leaves no account behind; its state is dropped like that of a fresh start.

    Raises:
        StartFailedError: another instance uses the directory, or it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartFailedError(f"cannot use the state directory {directory}: {error.strerror}") from error
    state = State(directory, lock)
    with os.fdopen(lock):
        _take(state)
        if fresh or state.account() is None:
            _drop(state._account, state.engine, state.objects, state.mail, state.replies, state.google)
        _drop(state.tmp, state.log)
        for path in (state.engine, state.objects, state.mail, state.replies, state.tmp):
            path.mkdir(exist_ok=True)
        try:
            yield state
        finally:
            _drop(state.tmp)


def _take(state: State) -> None:
    """Lock the directory; the engine of a run that was killed may still be saving for a moment."""
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(state.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            patience = PATIENCE_SECONDS if _alive(os.pread(state.lock, 20, 0)) else LAST_WORDS_SECONDS
            if time.monotonic() - began > patience:
                message = f"another instance uses the state directory {state.directory} (--state)"
                raise StartFailedError(message) from None
            time.sleep(0.05)
        else:
            os.ftruncate(state.lock, 0)
            os.pwrite(state.lock, str(os.getpid()).encode(), 0)
            return


def _alive(runner: bytes) -> bool:
    """Tell whether the runner that wrote its number into the lock still runs."""
    try:
        os.kill(int(runner), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    return True


def _drop(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
