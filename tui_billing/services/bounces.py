"""What came back: the mailbox is read, and each report finds the delivery it is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tui_billing.documents.mail import TRY_HEADER
from tui_billing.exchange.bounce_mail import Report, read_mail
from tui_billing.exchange.mailbox import read_mailbox
from tui_billing.models.door import Books
from tui_billing.rules.delivery import State
from tui_billing.rules.problem import Refused
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.delivery import move
from tui_billing.services.mailing import instant
from tui_billing.services.recipients import password, settings

#: Until the archive's copy of a mail must have come: after that its absence says that the mail was not taken.
COPY_COMES = dt.timedelta(hours=1)


@dataclass(slots=True)
class Read:
    """What a reading of the mailbox brought: mails read, recipients bounced, delayed, confirmed, and made certain."""

    mails: int = 0
    bounced: int = 0
    delayed: int = 0
    confirmed: int = 0
    #: Mails of unknown fate that the archive has: they are sent.
    arrived: int = 0
    #: Mails of unknown fate that the archive never got: they are sent again.
    again: int = 0


def read_returns(books: Books, context: Context) -> Read:
    """Read the mailbox of the settings; each mail is done in one transaction, and then marked as read.

    Afterwards what is `unsure` is settled where the archive can know: a copy of that very try says that the server
    took the mail; none after an hour, in an archive whose address the server took too, says that it did not.
    Raises `Refused` where no mailbox is set, Problem where it cannot be read.
    """
    known = settings(books)
    if not known.mailbox:
        raise Refused("no mailbox is set; name it with: tui-billing send set mailbox=PATH-or-imaps://USER@HOST/INBOX")
    done = Read()
    for content in read_mailbox(known.mailbox, password(known.mailbox_secret, "mailbox_secret"), known.certificate):
        reports = read_mail(content, TRY_HEADER)
        if reports:

            def do(work: Work, reports: list[Report] = reports) -> list[str]:
                return [word for report in reports for word in _apply(work, report)]

            for word in transact(books, context.command(), "deliver", do, record=False):
                setattr(done, word, getattr(done, word) + 1)
        done.mails += 1
    if known.archive:
        done.again = _settle_absent(books, context)
    return done


def _apply(work: Work, report: Report) -> list[str]:
    marks = ", ".join("?" * len(report.message_ids))
    if not report.message_ids:
        return []
    lock = " FOR UPDATE" if work.books.engine == "postgres" else ""
    rows = work.books.rows(
        f"SELECT id, address, state, tries FROM delivery WHERE message_id IN ({marks}) ORDER BY id{lock}",
        report.message_ids,
    )
    words = []
    for key, address, state, tries in rows:
        if report.recipient and report.recipient != address.lower() and len(rows) > 1:
            continue
        if report.what == "copy":
            if state == State.UNSURE and tries == report.attempt:
                move(work, key, State.SENT, reason="the archive has a copy of it")
                words.append("arrived")
        elif report.what == "failed" and state in (State.SENT, State.UNSURE, State.CONFIRMED):
            move(work, key, State.BOUNCED, code=report.code, reason=report.reason)
            words.append("bounced")
        elif report.what == "delivered" and state in (State.SENT, State.UNSURE):
            move(work, key, State.CONFIRMED, code=report.code, reason=report.reason)
            words.append("confirmed")
        elif report.what == "delayed" and state == State.SENT:
            move(work, key, State.SENT, code=report.code, reason=report.reason)
            words.append("delayed")
    return words


def _settle_absent(books: Books, context: Context) -> int:
    """Queue again what was under way with a copy for the archive, and of which no copy has come for an hour."""

    def do(work: Work) -> int:
        limit = instant(work.at) - COPY_COMES
        found = 0
        for key, changed in books.rows("SELECT id, changed_at FROM delivery WHERE state = 'unsure' ORDER BY id"):
            last = books.row(
                "SELECT code FROM delivery_attempt WHERE delivery_id = ? AND state = 'sending' ORDER BY id DESC LIMIT 1",
                (key,),
            )
            if last == ("archived",) and instant(changed) <= limit:
                move(work, key, State.QUEUED, reason="the archive never got its copy", due_at=work.at)
                found += 1
        return found

    return transact(books, context.command(), "deliver", do, record=False)
