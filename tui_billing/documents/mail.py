"""A mail with a document: plain text in the recipient's language, the file attached, its id the same at every try."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from tui_billing.locale import LANGUAGES, N_, say
from tui_billing.rules.delivery import check_address, needs_utf8
from tui_billing.rules.text import safe

#: Which try of a mail a copy is of: a server that took it may be asked by its archive.
TRY_HEADER = "X-Delivery-Try"
_TYPES = {
    "pdf": ("application", "pdf"),
    "xml": ("application", "xml"),
    "png": ("image", "png"),
    "jpg": ("image", "jpeg"),
    "jpeg": ("image", "jpeg"),
    "tif": ("image", "tiff"),
    "tiff": ("image", "tiff"),
}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail: its name and its bytes; the end of the name says what it is."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; the addresses are checked again, whoever asks for it."""

    message_id: str
    sender: str
    sender_name: str
    to: Sequence[str]
    subject: str
    body: str
    attachments: Sequence[Attachment]
    cc: Sequence[str] = ()
    reply_to: str = ""
    attempt: int = 1


#: code -> (subject, text), as they come with the program; a house may word its own.
TEXTS: dict[str, tuple[str, str]] = {
    "invoice": (
        N_("{document} from {company}"),
        N_(
            "Dear {contact},\n\nPlease find attached {document} of {issue_date} over {amount}, due on {due_date}.\n\n"
            "Your order: {order}\n\nYours sincerely\n{company}"
        ),
    ),
    "credit_note": (
        N_("{document} from {company}"),
        N_(
            "Dear {contact},\n\nPlease find attached {document} of {issue_date} over {amount}.\n\n"
            "Yours sincerely\n{company}"
        ),
    ),
    "statement": (
        N_("{document} from {company}"),
        N_(
            "Dear {contact},\n\nPlease find attached your statement of account as of {issue_date}; {open} are open.\n\n"
            "Yours sincerely\n{company}"
        ),
    ),
    "letter": (
        N_("{document} from {company}"),
        N_("Dear {contact},\n\nPlease find our letter of {issue_date} attached.\n\nYours sincerely\n{company}"),
    ),
}
TEXTS["corrective"] = TEXTS["invoice"]
TEXTS["reminder"] = TEXTS["letter"]
#: Who is written to where no contact is known.
NOBODY = N_("Sir or Madam")


def standard_text(code: str, language: str) -> tuple[str, str]:
    """Subject and body that come with the program, in a language it speaks (else English)."""
    language = language if language in LANGUAGES else "en"
    subject, body = TEXTS.get(code, TEXTS["letter"])
    return say(subject, language), say(body, language)


def compose(mail: Mail, at: dt.datetime) -> bytes:
    """The mail as it goes over the line, CRLF at every line end.

    Nothing of the data can become a header: addresses are checked, names and subject hold no line break.
    """
    everyone = [mail.sender, *mail.to, *mail.cc, *([mail.reply_to] if mail.reply_to else [])]
    utf8 = any(map(needs_utf8, everyone))
    message = EmailMessage(policy=(policy.SMTPUTF8 if utf8 else policy.SMTP).clone(cte_type="7bit"))
    message["From"] = _address(mail.sender, mail.sender_name)
    message["To"] = [_address(one) for one in mail.to]
    if mail.cc:
        message["Cc"] = [_address(one) for one in mail.cc]
    if mail.reply_to:
        message["Reply-To"] = _address(mail.reply_to)
    message["Subject"] = safe(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mail.message_id}>"
    # no holiday notes, please (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    message[TRY_HEADER] = f"{mail.message_id} {mail.attempt}"
    message.set_content(mail.body, cte="quoted-printable")
    for file in mail.attachments:
        main, sub = _TYPES.get(file.name.rpartition(".")[2].lower(), ("application", "octet-stream"))
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=safe(file.name))
    return message.as_bytes()


def _address(text: str, name: str = "") -> Address:
    local, _, domain = check_address(text).rpartition("@")
    return Address(safe(name).strip(), local, domain)
