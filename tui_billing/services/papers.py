"""The papers of a delivery: the file of the document, made where it is missing, and the mail it goes with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_billing.documents.files import document_path
from tui_billing.documents.mail import Attachment, Mail, compose
from tui_billing.models.door import Books
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.services.context import Context, company
from tui_billing.services.mail_texts import write_mail
from tui_billing.services.printing import document_folder, path_of
from tui_billing.services.recipients import Settings
from tui_billing.services.rendering import render_many, sha256_of


def make_papers(books: Books, context: Context, rows: Sequence[dict[str, Any]]) -> dict[int, Problem]:
    """Make the documents of deliveries that have no file yet; what is wrong, by the delivery's id."""
    invoices = list(dict.fromkeys(row["invoice_id"] for row in rows if row["invoice_id"] is not None))
    batch = render_many(books, context, invoices)
    wrong = dict(batch.problems)
    return {row["id"]: wrong[row["invoice_id"]] for row in rows if row["invoice_id"] in wrong}


def paper_of(books: Books, row: dict[str, Any]) -> Path:
    """Where the file of a delivery's document lies."""
    if row["invoice_id"] is not None:
        return path_of(books, row["invoice_id"])
    return document_path(document_folder(books), row["name"])


def mail_of(
    books: Books,
    known: Settings,
    rows: Sequence[dict[str, Any]],
    message_id: str,
    attempt: int,
    at: dt.datetime,
) -> tuple[bytes, str]:
    """(the mail to the recipients of `rows`, SHA-256 of the document in it); a Problem where the file is gone.

    The head names whoever this mail was ever meant for, so that a copy that is sent later looks like the first.
    """
    path = paper_of(books, rows[0])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(
            "{path} cannot be read: {reason}; render the document again",
            path=str(path),
            reason=error.strerror or str(error),
        ) from None
    everyone = books.rows(
        "SELECT address, role FROM delivery WHERE message_id = ? AND state <> 'cancelled' ORDER BY id", (message_id,)
    )
    to = [address for address, role in everyone if role != "cc"]
    copies = [address for address, role in everyone if role == "cc"]
    subject, body = write_mail(books, rows[0])
    mail = Mail(
        message_id=message_id,
        sender=known.sender,
        sender_name=known.sender_name or Party.from_json(company(books).party).full_name,
        to=to or copies,
        cc=copies if to else (),
        reply_to=known.reply_to,
        subject=subject,
        body=body,
        attachments=[Attachment(path.name, content)],
        attempt=attempt,
    )
    return compose(mail, at), sha256_of(path)
