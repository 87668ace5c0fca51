"""The conversation with a mail server: one mail to several recipients, and what became of it for each.

Built on smtplib, which reads a server's answers well; the order of things is kept here, because two of its steps
decide whether a mail may be sent again: nothing has left before the final dot, and nobody knows once the line breaks
between that dot and the answer (RFC 5321 4.2.5, 6.1).
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import select
import smtplib
import socket
import ssl
import struct
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui_billing.rules.delivery import needs_utf8
from tui_billing.rules.text import safe

Verdict = Literal["taken", "later", "never", "unsure"]
LONGEST_REASON = 300
#: After so many mails a line is closed and another one opened, as relays like it.
PER_LINE = 100
#: Seconds in which a server that has hung up in mid-mail is heard of, once it has all of the mail but its end.
GRACE = 0.003
_ENDS = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over; `timeout` and `patience` (for the answer to a whole mail) are seconds."""

    host: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = ""
    certificate: str = ""
    timeout: float = 60.0
    patience: float = 600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail for one recipient: the verdict, the server's code ("" for none) and its words."""

    verdict: Verdict
    code: str = ""
    reason: str = ""


class NoServer(Exception):  # noqa: N818 (a state of the world that the queue waits for)
    """The server cannot be used now: not there, not trusted, or it does not let this house in. `str()` says why."""


class _OutOfStep(Exception):  # noqa: N818
    """An answer that does not belong to what was asked; `outcome` is what it would mean."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class MailLine:
    """A line to a server, opened when it is needed and anew where it broke or fell out of step."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None
        self._sent = 0

    def __enter__(self) -> MailLine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye; a line that is gone already is let go."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if smtp.sock is not None:
                    smtp.sock.settimeout(min(5.0, self.server.timeout))
                smtp.quit()
            smtp.close()

    def send(
        self,
        sender: str,
        recipients: Sequence[str],
        content: bytes,
        *,
        copy_to: str = "",
        envelope_id: str = "",
        before_data: Callable[[list[str], bool], bool],
    ) -> dict[str, Outcome]:
        """Hand a mail over; what became of it for each recipient.

        `before_data` is called right before the mail itself goes out, with the recipients that the server takes
        and whether it takes the copy: whoever keeps a queue writes down here that the mail is under way. Where it
        answers False nothing is sent, and those recipients are not in what comes back. Raises `NoServer`.
        """
        for fresh in (False, True):
            if fresh:
                self.close()
            used = self._open()
            try:
                return self._hand_over(sender, recipients, content, copy_to, envelope_id, before_data)
            except _OutOfStep as error:
                self.close()
                if fresh or not used:
                    return dict.fromkeys(recipients, error.outcome)
            except _Gone as error:
                # the line of the mail before may have been let go meanwhile; a fresh one tells
                self.close()
                if fresh or not used:
                    return dict.fromkeys(recipients, Outcome("later", "", _said(error)))
        raise AssertionError("unreachable")

    # -- the line --------------------------------------------------------

    def _open(self) -> bool:
        """Have a line that is in step; whether it has carried a mail before."""
        if self._smtp is not None and (self._sent >= PER_LINE or _has_more(self._smtp)):
            self.close()  # a second answer to what was asked once: whatever comes next would be misread
        if self._smtp is not None:
            return True
        server = self.server
        try:
            self._smtp = smtp = self._connect()
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=_trust(server.certificate))
                smtp.ehlo()
            if server.username:
                smtp.login(server.username, server.password)
        except smtplib.SMTPNotSupportedError as error:
            self.close()
            raise NoServer(f"{server.host}: {_said(error)}") from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self.close()
            raise NoServer(f"{server.host}:{server.port}: {_said(error)}") from None
        self._sent = 0
        return False

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=_trust(server.certificate)
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.timeout)

    # -- one mail --------------------------------------------------------

    def _hand_over(
        self,
        sender: str,
        recipients: Sequence[str],
        content: bytes,
        copy_to: str,
        envelope_id: str,
        before_data: Callable[[list[str], bool], bool],
    ) -> dict[str, Outcome]:
        smtp = self._smtp
        assert smtp is not None
        outcomes: dict[str, Outcome] = {}
        utf8 = any(map(needs_utf8, (sender, *recipients)))
        if utf8 and not smtp.has_extn("smtputf8"):
            why = "the mail server cannot write to an address with letters beyond ASCII (SMTPUTF8)"
            outcomes = {one: Outcome("never", "", why) for one in recipients if needs_utf8(one)}
            recipients = [one for one in recipients if one not in outcomes]
            if needs_utf8(sender):
                raise NoServer(why)
            if not recipients:
                return outcomes
            utf8 = False
        self._greet(smtp, sender, content, utf8, envelope_id)
        taken = []
        notify = " NOTIFY=FAILURE,DELAY" if smtp.has_extn("dsn") else ""
        for one in recipients:
            code, reason = _ask(smtp, f"RCPT TO:<{one}>{notify}")
            if code in (250, 251):
                taken.append(one)
            elif code == 421:
                raise _Gone(reason)
            else:
                outcomes[one] = _outcome(code, reason)
        if not taken:
            if _ask(smtp, "RSET")[0] != 250:
                self.close()
            return outcomes
        copied = bool(copy_to) and _ask(smtp, f"RCPT TO:<{copy_to}>")[0] in (250, 251)
        if not before_data(taken, copied):
            if _ask(smtp, "RSET")[0] != 250:
                self.close()
            return outcomes
        code, reason = _ask(smtp, "DATA")
        if code != 354:
            raise _OutOfStep(_outcome(code, reason) if code >= 400 else Outcome("later", str(code), reason))
        self._sent += 1
        outcome = self._content(smtp, content)
        return outcomes | dict.fromkeys(taken, outcome)

    def _greet(self, smtp: smtplib.SMTP, sender: str, content: bytes, utf8: bool, envelope_id: str) -> None:
        options = f" SIZE={len(content)}" if smtp.has_extn("size") else ""
        if utf8:
            options += " BODY=8BITMIME SMTPUTF8"
        if envelope_id and smtp.has_extn("dsn"):
            options += f" RET=HDRS ENVID={envelope_id}"
        code, reason = _ask(smtp, f"MAIL FROM:<{sender}>{options}")
        if code == 421:
            raise _Gone(reason)
        if code == 552 or 400 <= code < 500:
            raise _OutOfStep(_outcome(code, reason))
        if code != 250:
            if self._sent:
                raise _Gone(reason)
            self.close()
            raise NoServer(f"{self.server.host}: {code} {reason}")

    def _content(self, smtp: smtplib.SMTP, content: bytes) -> Outcome:
        """Send the mail itself; only from its final dot on can it have been taken."""
        body = _ENDS.sub(b"\r\n", content)
        body = re.sub(rb"(?m)^\.", b"..", body)
        if not body.endswith(b"\r\n"):
            body += b"\r\n"
        try:
            smtp.send(body)
            _wait_until_read(smtp, self.server.timeout)
            if _has_more(smtp):  # an answer before the end: the server is closing
                code, reason = _reply(smtp)
                self.close()
                return _outcome(code, reason) if code >= 400 else Outcome("later", str(code), reason)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome("later", "", _said(error))
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self.server.patience)
            smtp.send(b".\r\n")
            code, reason = _reply(smtp)
            if smtp.sock is not None:
                smtp.sock.settimeout(self.server.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome("unsure", "", _said(error))
        if code == 250:
            return Outcome("taken", str(code), reason)
        if code == 421:
            self.close()
        return _outcome(code, reason) if code >= 400 else Outcome("unsure", str(code), reason)


class _Gone(Exception):  # noqa: N818
    """The line broke before the mail was sent."""


def _ask(smtp: smtplib.SMTP, command: str) -> tuple[int, str]:
    if "\r" in command or "\n" in command:
        raise ValueError("a command to a mail server is one line")
    try:
        smtp.send((command + "\r\n").encode("utf-8"))
        return _reply(smtp)
    except (OSError, smtplib.SMTPException) as error:
        raise _Gone(_said(error)) from None


def _reply(smtp: smtplib.SMTP) -> tuple[int, str]:
    code, words = smtp.getreply()
    return code, _tidy(words.decode("utf-8", "replace"))


def _has_more(smtp: smtplib.SMTP) -> bool:
    """Whether something lies on the line that nobody has asked for: a second answer, or its end."""
    sock, file = smtp.sock, smtp.file
    if sock is None or file is None:
        return True
    before = sock.gettimeout()
    try:
        sock.settimeout(0)
        ready = bool(select.select([sock], [], [], 0)[0])
        # under TLS "nothing yet" is an exception, so that an empty answer is the end
        return bool(file.peek(1)) or ready or isinstance(sock, ssl.SSLSocket)
    except (ssl.SSLWantReadError, BlockingIOError):
        return False
    except (OSError, ValueError):
        return True
    finally:
        with contextlib.suppress(OSError):
            sock.settimeout(before)


def _wait_until_read(smtp: smtplib.SMTP, timeout: float) -> None:
    """Hold the final dot back until the other machine has all that went before it, and has not hung up.

    Where the line breaks in mid-mail that is then known for certain. A system that cannot tell what is still under
    way is not waited for.
    """
    if smtp.sock is None:
        return
    end = time.monotonic() + timeout
    pause = 0.001
    while time.monotonic() < end:
        try:
            (left,) = struct.unpack("i", fcntl.ioctl(smtp.sock.fileno(), termios.TIOCOUTQ, b"\0" * 4))
        except OSError:
            return
        if select.select([smtp.sock], [], [], pause if left else GRACE)[0] or not left:
            return
        pause = min(0.1, pause * 2)
    raise TimeoutError


def _outcome(code: int, reason: str) -> Outcome:
    return Outcome("never" if 500 <= code < 600 else "later", str(code), reason)


def _trust(certificate: str) -> ssl.SSLContext:
    """Certificates are always verified; `certificate` is a file with the house's own authority."""
    return ssl.create_default_context(cafile=certificate or None)


def _said(error: Exception) -> str:
    """Why, in the words of the server or of the system."""
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return _tidy(f"{error.smtp_code} {text}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _tidy(f"its certificate is not trusted ({error.verify_message})")
    if isinstance(error, (socket.timeout, TimeoutError)):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return _tidy(error.strerror)
    return _tidy(str(error) or type(error).__name__)


def _tidy(text: str) -> str:
    return safe(text).strip()[:LONGEST_REASON]
