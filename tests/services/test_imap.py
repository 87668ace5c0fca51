"""Bounces that lie on an IMAP server: read over TLS, once, and only marked where they are dealt with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import clerk
from tests.services.imap_server import PASSWORD, MailBox, imap_house
from tests.services.test_bounces import PLAIN, REPORT, _sent, _states
from tui_billing.exchange.mailbox import read_mailbox
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.services import recipients
from tui_billing.services.bounces import read_returns


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailBox]:
    with imap_house(tmp_path_factory.mktemp("imap")) as box:
        yield box


@pytest.fixture
def box(server: MailBox, firm: Books, monkeypatch: pytest.MonkeyPatch) -> MailBox:
    monkeypatch.setenv("TUI_BILLING_TEST_MAILBOX", PASSWORD)
    changes = {
        "sender": "billing@duval.example",
        "mailbox": server.url,
        "mailbox_secret": "env:TUI_BILLING_TEST_MAILBOX",
        "certificate": str(server.authority),
    }
    recipients.change_settings(firm, clerk(), changes)
    return server


def test_bounces_are_read_once(firm: Books, box: MailBox) -> None:
    message, _ = _sent(firm, "anna@acme.example", "cc boss@acme.example")
    values = {"id": message, "address": "anna@acme.example", "envelope": "\n", "kind": "message/rfc822"}
    report = REPORT.format(**values, action="failed", status="5.1.1", words="550 no such user")
    thanks = f"From: anna@acme.example\nIn-Reply-To: <{message}>\nSubject: Re: Invoice\n\nThank you!\n"
    box.lay(thanks.encode(), report.encode(), PLAIN.format(id="else@x.example", address="z@x.example").encode())
    done = read_returns(firm, clerk())
    assert (done.mails, done.bounced, _states(firm)) == (3, 1, ["bounced", "sent"])
    assert box.unseen() == 0
    assert read_returns(firm, clerk()).mails == 0


def test_what_is_not_dealt_with_stays_unread(box: MailBox) -> None:
    box.lay(b"Subject: one\r\n\r\n1\r\n", b"Subject: two\r\n\r\n2\r\n")
    reading = read_mailbox(box.url, PASSWORD, str(box.authority))
    assert b"one" in next(reading)
    reading.close()  # the run died over the first
    assert box.unseen() == 2
    assert [b"two" in mail for mail in read_mailbox(box.url, PASSWORD, str(box.authority))] == [False, True]
    assert box.unseen() == 0


def test_a_server_that_is_not_to_be_trusted_or_does_not_let_us_in(box: MailBox) -> None:
    for url, password, authority in (
        (box.url, "wrong", str(box.authority)),
        (box.url, PASSWORD, ""),
        (box.url.replace("INBOX", "Nowhere"), PASSWORD, str(box.authority)),
    ):
        with pytest.raises(Problem) as caught:
            list(read_mailbox(url, password, authority))
        assert caught.value.field == "mailbox"
        assert PASSWORD not in str(caught.value)
