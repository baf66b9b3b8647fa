"""What a mail says, before it has a form: the same words once for HTML and once for plain text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from daybook.adapters.ics import summary
from daybook.adapters.mail.catalogue import Language, language_for
from daybook.adapters.mail.links import Entry, calendar_links, feedback_link, join_url
from daybook.adapters.mail.times import Clock
from daybook.adapters.mail.voice import Voice
from daybook.domain.booking import PENDING, Booking
from daybook.domain.brand import Brand
from daybook.domain.mail import Kind, Letter, MailName, Method, Recipient
from daybook.domain.naming import one_line, plain_name, printable

LONGEST_IN_SUBJECT = 100
_OVER = {Kind.DECLINED, Kind.CANCELLED, Kind.EXPIRED}
_MANAGED = {
    Kind.REQUEST_RECEIVED,
    Kind.BOOKED,
    Kind.CONFIRMED,
    Kind.RESCHEDULED,
    Kind.WELCOME,
    Kind.REMINDER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact. `link` leads somewhere; what is `struck` no longer holds."""

    label: str
    value: str
    link: str | None = None
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that the templates show; `quote` is a label and somebody's words, `actions` are labels and addresses."""

    language: str
    direction: str
    colon: str
    tenant: str
    brand: Brand
    subject: str
    greeting: str
    heading: str
    lead: str
    rows: Sequence[Row]
    quote: Row | None
    actions: Sequence[Row]
    calendar: tuple[str, str, Mapping[str, str]] | None
    notes: Sequence[str]
    signature: str
    footer: str


class Draft:
    """A letter in its reader's language and on their clock."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.to_attendee = letter.recipient is Recipient.ATTENDEE
        self.language = _language(letter)
        texts = self.language.catalogue.texts
        booking = letter.booking
        self.clock = Clock(
            ZoneInfo(booking.attendee.timezone) if self.to_attendee else letter.host.zone, self.language.locale
        )
        self.host = one_line(letter.host.name)
        self.what = one_line(booking.title) or texts["words.appointment"]
        typed = booking.attendee.name
        # The only thing an attendee typed that goes to an address they typed.
        self.guest = plain_name(typed) if self.to_attendee else one_line(typed) or texts["words.guest"]
        self._place = printable(booking.place).strip()
        # What was done to the one event of a session concerns all who sit in it, not whose booking tells of it.
        self._of_session = letter.kind is Kind.EDIT_REFUSED and booking.seat_of is not None
        moved = "_pending" if letter.kind is Kind.RESCHEDULED and booking.status in PENDING else ""
        self.key = f"{letter.kind}{'_session' if self._of_session else moved}.{letter.recipient}"

    @property
    def address(self) -> str:
        return self.letter.booking.attendee.email if self.to_attendee else self.letter.host.email

    @property
    def sender(self) -> str:
        return self.host

    @property
    def reply_to(self) -> tuple[str, str] | None:
        """Name and address of the other side; None if nothing gets there."""
        if self.to_attendee:
            return self.host, self.letter.host.email
        reaches = self.letter.kind is not Kind.UNDELIVERED and not self._of_session
        return (self.guest, self.letter.booking.attendee.email) if reaches else None

    @property
    def number(self) -> str:
        """Tell this mail from all others."""
        letter, booking = self.letter, self.letter.booking
        name = MailName(booking.sequence, letter.kind, letter.recipient, letter.ahead).text
        return f"{booking.id}.{booking.version}.{name}"

    @property
    def booking(self) -> Booking:
        """The booking as this reader may see it in a calendar."""
        booking = self.letter.booking
        title = summary(booking, to_host=not self.to_attendee, unnamed=self.what)
        return replace(booking, title=title, attendee=replace(booking.attendee, name=self.guest))

    @property
    def subject(self) -> str:
        values = {name: _shortened(value) for name, value in self._values().items()}
        return one_line(self._voice(values, marked=False).say(f"{self.key}.subject"))

    def description(self) -> str:
        """Say in a calendar entry what else this reader may want there: the attendee a link, the host the answers."""
        voice = self._voice(self._values(), marked=False)
        lines = self._joining(voice)
        if self.to_attendee and self.letter.manage_url:
            lines.append(f"{voice.say('actions.manage')}{self._colon} {self.letter.manage_url}")
        lines += [f"{question}{self._colon} {answer}" for question, answer in self.letter.answers]
        return "\n".join(lines)

    def content(self, *, marked: bool) -> Content:
        letter, catalogue = self.letter, self.language.catalogue
        voice = self._voice(self._values(), marked=marked)
        say = voice.say
        return Content(
            language=catalogue.tag,
            direction=catalogue.direction,
            colon=self._colon,
            tenant=one_line(letter.tenant.name),
            brand=letter.tenant.brand,
            subject=self.subject,
            greeting=self._greeting(voice),
            heading=say(f"{self.key}.heading"),
            lead=say(f"{self.key}.lead"),
            rows=[*self._what_and_when(voice), *self._who(voice), *self._answers()],
            quote=self._quote(voice),
            actions=list(self._actions(voice)),
            calendar=self._calendar(voice),
            notes=self._notes(voice),
            signature=printable(letter.tenant.brand.signature).strip(),
            footer=say(f"footer.{letter.recipient}"),
        )

    def _joining(self, voice: Voice) -> list[str]:
        url = join_url(self._place)
        return [f"{voice.say('actions.join')}{self._colon} {url}"] if url else []

    @property
    def _colon(self) -> str:
        return self.language.catalogue.colon

    def _voice(self, values: Mapping[str, str], *, marked: bool) -> Voice:
        return Voice(self.language.catalogue, values, marked=marked)

    def _values(self) -> Mapping[str, str]:
        """What the gaps of the catalogue's texts can be filled with."""
        letter, booking = self.letter, self.letter.booking
        return {
            "what": self.what,
            "host": self.host,
            "guest": self.guest,
            "tenant": one_line(letter.tenant.name),
            "email": "" if self.to_attendee else booking.attendee.email or "–",
            "short": self.clock.short(booking.start),
            "ahead": self.clock.ahead(letter.ahead) if letter.ahead is not None else "",
            "deadline": self.clock.moment(booking.deadline) if booking.deadline else "",
        }

    def _greeting(self, voice: Voice) -> str:
        if not self.to_attendee:
            return voice.say("greeting.named", guest=self.host)
        return voice.say("greeting.named" if self.guest else "greeting.nameless")

    def _what_and_when(self, voice: Voice) -> Sequence[Row]:
        letter, booking, say = self.letter, self.letter.booking, voice.say
        span = self.clock.span(booking.start, booking.end)
        rows = [
            Row(label=say("labels.what"), value=self.what),
            Row(label=say("labels.when"), value=span, struck=letter.kind in _OVER),
        ]
        if letter.earlier is not None:
            rows.append(Row(label=say("labels.earlier"), value=self.clock.span(*letter.earlier), struck=True))
        url = join_url(self._place)
        if url and letter.kind not in _OVER:
            rows.append(Row(label=say("labels.where"), value=say("actions.join"), link=url))
        elif self._place or booking.video:
            rows.append(Row(label=say("labels.where"), value=self._place or say("words.video")))
        return rows

    @property
    def _link_follows(self) -> bool:
        """Whether a video meeting is still to be made, and this reader can see it then."""
        letter, booking = self.letter, self.letter.booking
        awaited = booking.video and not booking.meeting_url and letter.host.written_by is not None
        return awaited and letter.kind in _MANAGED and bool(letter.manage_url)

    def _who(self, voice: Voice) -> Sequence[Row]:
        say = voice.say
        if self.to_attendee:
            return [Row(label=say("labels.host"), value=self.host)]
        if self._of_session:
            return []
        attendee = self.letter.booking.attendee
        rows = [Row(label=say("labels.guest"), value=self.guest)]
        if attendee.email:
            rows.append(Row(label=say("labels.email"), value=attendee.email))
        if attendee.timezone != self.letter.host.zone.key:
            rows.append(Row(label=say("labels.zone"), value=attendee.timezone))
        return rows

    def _answers(self) -> Sequence[Row]:
        answers = () if self._of_session else self.letter.answers
        return [Row(label=one_line(label), value=printable(answer).strip()) for label, answer in answers]

    def _quote(self, voice: Voice) -> Row | None:
        words = printable(self.letter.reason).strip()
        label = voice.say("labels.from_host" if self.to_attendee else "labels.from_guest")
        return Row(label=label, value=words) if words else None

    def _actions(self, voice: Voice) -> Sequence[Row]:
        """Return what can be done, the likeliest first."""
        letter, say = self.letter, voice.say
        actions = []
        url = join_url(self._place)
        if letter.kind is Kind.REMINDER and url:
            actions.append(Row(label=say("actions.join"), value="", link=url))
        if not self.to_attendee:
            return actions
        if letter.kind is Kind.FOLLOW_UP:
            target = letter.tenant.feedback_url
            link = feedback_link(target, letter.booking.id, email=letter.host.email, subject=self.subject)
            actions.append(Row(label=say("actions.feedback"), value="", link=link))
        if letter.kind in _MANAGED and letter.manage_url:
            actions.append(Row(label=say("actions.manage"), value="", link=letter.manage_url))
        return actions

    def _calendar(self, voice: Voice) -> tuple[str, str, Mapping[str, str]] | None:
        booking, say = self.letter.booking, voice.say
        if not self.to_attendee or self.letter.method is not Method.REQUEST or booking.status in PENDING:
            return None
        # Without the manage link, which is nobody's business but the reader's: these addresses go to the vendors.
        entry = Entry(
            title=self.what,
            start=booking.start,
            end=booking.end,
            details="\n".join(self._joining(self._voice(self._values(), marked=False))),
            location=self._place,
        )
        return say("calendar.heading"), say("calendar.note"), calendar_links(entry)

    def _notes(self, voice: Voice) -> Sequence[str]:
        booking = self.letter.booking
        notes = []
        if booking.status in PENDING and booking.deadline is not None:
            notes.append(voice.say("notes.lapses"))
        if self._link_follows:
            notes.append(voice.say("notes.link_follows"))
        if self.to_attendee:
            notes.append(voice.say("notes.reply_to_host"))
        elif booking.attendee.email and self.reply_to is not None:
            notes.append(voice.say("notes.reply_to_guest"))
        return notes


def _language(letter: Letter) -> Language:
    attendee = letter.recipient is Recipient.ATTENDEE
    own = letter.booking.attendee.language if attendee else letter.host.language
    return language_for(own, letter.tenant.language)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_IN_SUBJECT else f"{text[: LONGEST_IN_SUBJECT - 1].rstrip()}…"
