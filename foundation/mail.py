"""E-mail sender: one plain text to one address over SMTP, with errors that say whether it may have gone out."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 15.0
LONGEST_ADDRESS = 120


class MailError(Exception):
    """Failure to send a mail. `is_final`: another try gets the same answer. `is_unsure`: it may have gone out."""

    def __init__(self, said: str, *, is_final: bool = False, is_unsure: bool = False) -> None:
        super().__init__(said)
        self.is_final = is_final
        self.is_unsure = is_unsure


class Mailer(Protocol):
    """Sender of mails, as jobs use it."""

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a plain text to one address. Raises `MailError`."""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Sender over SMTP: `smtps` is TLS from the start, `smtp` becomes TLS (STARTTLS) before any password is said.

    Without `is_strict` (a trial on this machine) an unencrypted server is taken, if it asks for no password.
    """

    host: str
    port: int
    is_tls: bool
    user: str
    password: str
    sender: str
    is_strict: bool = True

    @classmethod
    def read(cls, address: str, sender: str, *, is_strict: bool) -> "SmtpMailer":
        """Parse `smtp://user:password@host:587`. Raises ValueError with what is wrong.

        >>> made = SmtpMailer.read("smtps://notice%40b.cn:pass@mail.b.cn", "notice@b.cn", is_strict=True)
        >>> made.host, made.port, made.user, made.is_tls
        ('mail.b.cn', 465, 'notice@b.cn', True)
        """
        parts = urlsplit(address)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("must be smtp://user:password@host:587 or smtps://…:465")
        if not is_address(sender):
            raise ValueError("needs MAIL_FROM, the address mails come from")
        is_tls = parts.scheme == "smtps"
        port = parts.port or (465 if is_tls else 587)
        return cls(
            parts.hostname,
            port,
            is_tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            sender,
            is_strict,
        )

    def send(self, to: str, subject: str, text: str) -> None:
        """Send a plain text to one address. Raises `MailError`."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Message-ID"] = make_msgid(domain=self.sender.partition("@")[2])
        message.set_content(text)
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(_said(error)) from error
        try:
            self._hand_over(server, to, message)
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.is_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            server.ehlo()
            if self.is_strict or self.password or server.has_extn("starttls"):
                server.starttls(context=context)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, to: str, message: EmailMessage) -> None:
        try:
            if self.user:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
            for code, said in (server.mail(self.sender), server.rcpt(to)):
                if code not in (250, 251):
                    raise smtplib.SMTPResponseException(code, said)
        except smtplib.SMTPResponseException as error:
            raise MailError(_said(error), is_final=500 <= error.smtp_code < 600) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(_said(error)) from error
        try:
            code, said = server.data(message.as_bytes())
        except smtplib.SMTPDataError as error:
            raise MailError(_said(error), is_final=500 <= error.smtp_code < 600) from error
        except (OSError, smtplib.SMTPException) as error:
            # The text was on its way: the server may have taken it before the connection was lost.
            raise MailError(_said(error), is_unsure=True) from error
        if code != 250:
            raise MailError(f"{code} {said.decode(errors='replace')}"[:200], is_final=500 <= code < 600)


def is_address(text: str) -> bool:
    """Whether a text can be an e-mail address. That it is somebody's is known when they answer to it.

    >>> [is_address(each) for each in ("a@b.cn", "陈@b.cn", "a@b", "a b@c.cn", "a@b.cn\\nBcc: x@y.cn", "")]
    [True, False, False, False, False, False]
    """
    name, _, host = text.partition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>"()[]\\')
    parts = host.split(".")
    return (
        is_plain and bool(name) and len(parts) > 1 and all(parts) and "@" not in host and len(text) <= LONGEST_ADDRESS
    )


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {said}"[:200]
    return f"{type(error).__name__}: {error}"[:200]
