"""What a mail about a connected calendar says; it is for its host alone."""

from collections.abc import Callable, Iterator, Mapping

from daybook.adapters.mail.catalogue import language_for
from daybook.adapters.mail.content import Content, Row
from daybook.adapters.mail.voice import Voice
from daybook.domain.host import CalendarPolicy
from daybook.domain.mail import Kind
from daybook.domain.naming import one_line, printable
from daybook.domain.notice import NoticeLetter


class NoticeDraft:
    """A notice in its host's language. Who can mend things is the tenant, so that is who writes and is written back."""

    def __init__(self, letter: NoticeLetter) -> None:
        self.letter = letter
        self.language = language_for(letter.host.language, letter.tenant.language)
        self.key = f"{letter.notice.kind}.host"

    @property
    def address(self) -> str:
        return self.letter.host.email

    @property
    def sender(self) -> str:
        return one_line(self.letter.tenant.name)

    @property
    def reply_to(self) -> tuple[str, str]:
        return self.sender, self.letter.tenant.email

    @property
    def number(self) -> str:
        return f"{self.letter.notice.connection}.{self.letter.notice.name.text}"

    @property
    def subject(self) -> str:
        return one_line(self._voice(marked=False).say(f"{self.key}.subject"))

    def content(self, *, marked: bool) -> Content:
        letter, catalogue = self.letter, self.language.catalogue
        say = self._voice(marked=marked).say
        return Content(
            language=catalogue.tag,
            direction=catalogue.direction,
            colon=catalogue.colon,
            tenant=self.sender,
            brand=letter.tenant.brand,
            subject=self.subject,
            greeting=say("greeting.named", guest=one_line(letter.host.name)),
            heading=say(f"{self.key}.heading"),
            lead=say(f"{self.key}.lead"),
            rows=[row for row in self._rows(say) if row.value],
            quote=None,
            actions=(),
            calendar=None,
            notes=[say("notes.reply_to_tenant")],
            signature=printable(letter.tenant.brand.signature).strip(),
            footer=say("footer.host"),
        )

    def _rows(self, say: Callable[[str], str]) -> Iterator[Row]:
        yield Row(label=say("labels.account"), value=one_line(self.letter.account))
        yield Row(label=say("labels.outcome"), value="\n".join(self._outcome()))
        yield Row(label=say("labels.remedy"), value=self._voice(marked=False).say(f"{self.key}.remedy"))

    def _outcome(self) -> Iterator[str]:
        """Say what the host must reckon with. Plain text: rows are escaped where they stand."""
        letter, say = self.letter, self._voice(marked=False).say
        if letter.notice.kind is Kind.CALENDAR_GONE:
            return  # the rest of the account is as it was
        if letter.notice.connection in letter.host.connections:
            strict = letter.host.calendar_policy is CalendarPolicy.STRICT
            yield say("outcomes.refused" if strict else "outcomes.stale")
        if letter.written and letter.notice.kind is Kind.CALENDAR_LOST:
            yield say("outcomes.unwritten")

    def _voice(self, *, marked: bool) -> Voice:
        return Voice(self.language.catalogue, self._values(), marked=marked)

    def _values(self) -> Mapping[str, str]:
        return {
            "tenant": self.sender,
            "host": one_line(self.letter.host.name),
            "account": one_line(self.letter.account),
        }
