"""Where mail ends up locally: files in a directory, each message with a note of its way."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Way:
    """How a mail came, and what SES would say became of it.

    Attributes:
        to: addresses of the envelope, which may differ from those in the message.
        news: SES event types, the latest last: `Send`, `Delivery`.
    """

    arrived: str
    to: Sequence[str] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    news: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail: `name` is SES's message id, too; `raw` is the message as it was sent."""

    name: str
    raw: bytes
    way: Way

    @property
    def message(self) -> EmailMessage:
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(self.raw)


class Outbox:
    """Mails in a directory, `<time>-<random>.eml` each, so that names sort by age, and a `.json` beside it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def new_name(self, now: datetime) -> str:
        """Return a name nobody has yet."""
        return f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"

    def put(self, mail: Sent) -> None:
        """Keep a mail: all of it, or nothing."""
        path = self._directory / f"{mail.name}.eml"
        path.with_suffix(".json").write_text(json.dumps(asdict(mail.way)))
        draft = path.with_suffix(".new")
        draft.write_bytes(mail.raw)
        draft.rename(path)

    def get(self, name: str) -> Sent | None:
        """Return one mail."""
        # Only what is there has a name: no way out of the directory.
        return self._read(name) if name in self.names() else None

    def names(self) -> list[str]:
        """Return the names of all mails, newest first."""
        return sorted((path.stem for path in self._directory.glob("*.eml")), reverse=True)

    def mails(self) -> Iterator[Sent]:
        """Yield all mails, newest first."""
        return map(self._read, self.names())

    def _read(self, name: str) -> Sent:
        path = self._directory / f"{name}.eml"
        note = path.with_suffix(".json")
        way = Way(**json.loads(note.read_text())) if note.exists() else Way(arrived="")
        return Sent(name, path.read_bytes(), way)
