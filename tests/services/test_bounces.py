"""What comes back: reports of every shape find their delivery, whatever else lies in the mailbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import *  # noqa: F403
from tests.builders import clerk, issued
from tests.services.mail_server import make_maildir
from tui_billing.exchange.bounce_mail import read_mail
from tui_billing.models.door import Books
from tui_billing.rules.delivery import State
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import delivery, recipients
from tui_billing.services.bounces import read_returns
from tui_billing.services.context import transact

REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: billing@duval.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

Sorry.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope}
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--x
Content-Type: {kind}

From: billing@duval.example
Message-ID: <{id}>
Subject: Invoice

--x--
"""
PLAIN = """From: Mail Delivery Subsystem <mailer-daemon@old.example>
X-Failed-Recipients: {address}
Subject: failure notice

{address}
  SMTP error: 550 5.1.1 mailbox unknown

------ This is a copy of the message ------
From: billing@duval.example
Message-ID: <{id}>
"""


@pytest.fixture
def box(firm: Books, tmp_path: Path) -> Path:
    folder = make_maildir(tmp_path / "box")
    settings = {"sender": "billing@duval.example", "mailbox": str(folder)}
    recipients.change_settings(firm, clerk(), settings)
    return folder


def _sent(books: Books, *ways: str) -> tuple[str, list[int]]:
    """A mail that the server has taken: its id, its rows."""
    recipients.set_ways(books, clerk(), 1, recipients.parse_ways(", ".join(ways)))
    delivery.enqueue(books, clerk(), [issued(books)["id"]])
    rows = books.rows("SELECT id, message_id FROM delivery ORDER BY id")

    def do(work):
        for key, _ in rows:
            delivery.move(work, key, State.SENT, code="250")

    transact(books, clerk(), "deliver", do, record=False)
    return rows[0][1], [key for key, _ in rows]


def _lay(box: Path, *mails: str) -> None:
    for place, mail in enumerate(mails):
        (box / "new" / f"{place}.mail").write_bytes(mail.encode())


def _states(books: Books) -> list[str]:
    return [state for (state,) in books.rows("SELECT state FROM delivery ORDER BY id")]


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "text/plain"])
def test_a_report_finds_its_delivery(firm: Books, box: Path, kind: str) -> None:
    message, _ = _sent(firm, "anna@acme.example", "cc boss@acme.example")
    values = {"id": message, "address": "anna@acme.example", "action": "failed", "status": "5.1.1", "kind": kind}
    envelope = f"Original-Envelope-Id: {message}" if kind == "text/plain" else ""
    _lay(box, REPORT.format(**values, words="550 no such user", envelope=f"{envelope}\n"))
    done = read_returns(firm, clerk())
    assert (done.mails, done.bounced) == (1, 1)
    assert _states(firm) == ["bounced", "sent"]
    assert firm.row("SELECT code, reason FROM delivery WHERE state = 'bounced'") == ("5.1.1", "550 no such user")
    assert read_returns(firm, clerk()).mails == 0
    assert len(list((box / "cur").iterdir())) == 1


def test_late_is_not_lost(firm: Books, box: Path) -> None:
    message, _ = _sent(firm, "anna@acme.example")
    values = {"id": message, "address": "anna@acme.example", "kind": "message/rfc822", "envelope": "\n"}
    _lay(box, REPORT.format(**values, action="delayed", status="4.4.1", words="no answer from host"))
    assert read_returns(firm, clerk()).delayed == 1
    assert _states(firm) == ["sent"]
    _lay(box, REPORT.format(**values, action="delivered", status="2.0.0", words="250 OK"))
    assert read_returns(firm, clerk()).confirmed == 1
    assert _states(firm) == ["confirmed"]


def test_a_report_that_follows_no_standard(firm: Books, box: Path) -> None:
    message, _ = _sent(firm, "anna@acme.example")
    _lay(box, PLAIN.format(id=message, address="anna@acme.example"))
    assert read_returns(firm, clerk()).bounced == 1
    assert "mailbox unknown" in str(firm.value("SELECT reason FROM delivery"))


def test_other_mail_changes_nothing(firm: Books, box: Path) -> None:
    message, _ = _sent(firm, "anna@acme.example")
    answer = f"From: anna@acme.example\nIn-Reply-To: <{message}>\nSubject: Re: Invoice\n\nThank you!\n"
    strange = REPORT.replace("{id}", "someone@else.example")
    values = {"address": "anna@acme.example", "action": "failed", "status": "5.1.1", "words": "x"}
    _lay(box, answer, strange.format(**values, kind="message/rfc822", envelope="\n"), "\0\0\n\n", "")
    assert (read_returns(firm, clerk()).mails, _states(firm)) == (4, ["sent"])


@given(st.binary(max_size=400))
def test_whatever_lies_there_never_breaks_the_reading(noise: bytes) -> None:
    read_mail(noise, "X-Delivery-Try")
    head, _, tail = REPORT.partition("--x")
    read_mail(head.encode() + b"--x" + noise + tail.encode(), "X-Delivery-Try")


def test_a_mailbox_that_cannot_be_read(firm: Books, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        read_returns(firm, clerk())
    for where in (str(tmp_path / "nowhere"), "imaps://mail.example/INBOX", "imap://me:pw@127.0.0.1:1/INBOX"):
        recipients.change_settings(firm, clerk(), {"mailbox": where})
        with pytest.raises(Problem) as caught:
            read_returns(firm, clerk())
        assert caught.value.field == "mailbox"
        assert "pw" not in str(caught.value)
