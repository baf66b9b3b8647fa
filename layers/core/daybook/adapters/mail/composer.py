"""Puts mails together: one message (RFC 5322, MIME) for one reader, with or without an invitation (iMIP, RFC 6047)."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from daybook.adapters import ics
from daybook.adapters.mail import headers
from daybook.adapters.mail.content import Draft
from daybook.adapters.templates import template
from daybook.domain.mail import Kind, Letter, MailName
from daybook.mail_ports import NeverSent, Outgoing

TEMPLATES = Path(__file__).with_name("templates")


class MailComposer:
    """Writes mails from the service address of a mail domain.

    Args:
        replies: whether what calendars answer is read.
    """

    def __init__(self, mail_domain: str, *, replies: bool) -> None:
        self._mail_domain = mail_domain
        self._replies = replies

    @property
    def sender(self) -> str:
        """The one address mails come from; the organizer of every invitation, too, which clients compare."""
        return f"bookings@{self._mail_domain}"

    def compose(self, letter: Letter) -> Outgoing:
        """Return the mail a letter makes.

        Raises:
            LookupError: there is no such mail to this recipient.
            NeverSent: no mail can be addressed to what stands for the recipient's address.
        """
        draft = Draft(letter)
        to = headers.addressable(draft.address)
        if to is None:
            raise NeverSent("InvalidAddress")
        message = self._headed(letter)
        text = template(TEMPLATES, "mail.txt").render(mail=draft.content(marked=False))
        message.set_content(text, cte="quoted-printable")
        html = template(TEMPLATES, "mail.html").render(mail=draft.content(marked=True))
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        if letter.method is not None:
            self._invite(message, draft)
        # Last, for a content header that stands before there are parts goes to the first of them.
        message["Content-Language"] = draft.language.catalogue.tag
        return Outgoing(sender=self.sender, to=to, raw=self._worded(draft, to).encode("ascii") + message.as_bytes())

    def _headed(self, letter: Letter) -> EmailMessage:
        """Return a message of headers alone. The provider puts its own Date and Message-ID in place of these."""
        booking = letter.booking
        name = MailName(booking.sequence, letter.kind, letter.recipient, letter.ahead).text
        message = EmailMessage(policy=SMTP)
        message["Date"] = letter.now
        message["Message-ID"] = f"<{booking.id}.{booking.version}.{name}@{self._mail_domain}>"
        message["Auto-Submitted"] = "auto-generated"
        return message

    def _worded(self, draft: Draft, to: str) -> str:
        """Return the headers that carry people's words."""
        letter = draft.letter
        attendee, host = letter.booking.attendee, letter.host
        name, email = (draft.host, host.email) if draft.to_attendee else (draft.guest, attendee.email)
        answered = letter.kind is not Kind.UNDELIVERED
        lines = [
            headers.mailbox("From", draft.host, self.sender),
            headers.mailbox("To", "", to),
            headers.mailbox("Reply-To", name, email) if answered else None,
            headers.text("Subject", draft.subject),
        ]
        return "".join(line for line in lines if line)

    def _invite(self, message: EmailMessage, draft: Draft) -> None:
        """Add the calendar object: last of the alternatives, which clients act on, and as a file to click.

        `method` of the part must equal METHOD in the object, or clients show a plain attachment (RFC 6047 §2.4). The
        file is application/ics, for a second text/calendar part could be acted on a second time. Base64 keeps relays
        from touching either.
        """
        method = draft.letter.method
        text = ics.invitation(
            draft.booking,
            draft.letter.host,
            service_address=self.sender,
            now=draft.letter.now,
            method=method,
            description=draft.description(),
            replies=self._replies,
        )
        message.add_alternative(text, subtype="calendar", params={"method": str(method)}, cte="base64")
        message.add_attachment(
            text.encode(), maintype="application", subtype="ics", filename="invite.ics", params={"name": "invite.ics"}
        )
