"""The mail queue against a real server: nothing lost, nothing doubled, every reason on record."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued
from tests.services.mail_server import Habits, MailHouse, free_port, small_papers
from tui_billing.exchange.smtp import MailServer
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import delivery, mailing, recipients
from tui_billing.services.verify import verify

START = dt.datetime(2026, 11, 25, 8, 0, tzinfo=dt.UTC)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> str:
        self.at += dt.timedelta(milliseconds=1)
        return mailing.stored(self.at)

    def move(self, **by: float) -> None:
        self.at += dt.timedelta(**by)


@pytest.fixture
def house() -> Iterator[MailHouse]:
    server = MailHouse(Habits())
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui_billing.services import papers

    monkeypatch.setattr(papers, "make_papers", small_papers)


@pytest.fixture
def clock() -> Clock:
    return Clock()


Send = Callable[..., mailing.Run]


@pytest.fixture
def send(firm: Books, house: MailHouse, clock: Clock) -> Send:
    recipients.change_settings(firm, clerk(), {"sender": "billing@duval.example", "host": "127.0.0.1"})

    def run(**more: Any) -> mailing.Run:
        server = MailServer("127.0.0.1", house.port, "none", timeout=5, patience=5)
        return mailing.run(firm, clerk(now=clock), server=more.pop("server", server), **more)

    return run


def _write_to(books: Books, addresses: list[str], customer: str = "ACME") -> None:
    key = books.value("SELECT id FROM customer WHERE code = ?", (customer,))
    recipients.set_ways(books, clerk(), int(key), recipients.parse_ways(", ".join(addresses)))  # type: ignore[call-overload]


def _queue(books: Books, clock: Clock, *addresses: str) -> list[int]:
    """One invoice for each address, queued."""
    for address in addresses:
        _write_to(books, [address])
        done = issued(books)
        delivery.enqueue(books, clerk(now=clock), [done["id"]])
    return [key for (key,) in books.rows("SELECT id FROM delivery ORDER BY id")]


def _states(books: Books) -> dict[str, str]:
    return dict(books.rows("SELECT address, state FROM delivery ORDER BY id"))


def test_a_document_goes_out_once(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    _write_to(firm, ["anna@acme.example", "cc boss@acme.example"])
    recipients.change_settings(firm, clerk(), {"automatic": True})
    done = issued(firm)
    assert _states(firm) == {"anna@acme.example": "queued", "boss@acme.example": "queued"}
    assert delivery.enqueue(firm, clerk(now=clock), [done["id"]]) == 0
    clock.move(days=400)
    assert send().sent == 2
    assert send().done == 0
    assert [one.recipients for one in house.habits.taken] == [("anna@acme.example", "boss@acme.example")]
    message = house.habits.taken[0].message
    assert message["To"] == "anna@acme.example"
    assert message["Cc"] == "boss@acme.example"
    assert done["number"] in message["Subject"]
    (file,) = message.iter_attachments()
    assert file.get_filename() == f"{done['number']}.pdf"
    assert file.get_content_type() == "application/pdf"
    assert verify(firm) == []


def test_every_bad_habit_of_a_server(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    names = ("good", "refuse", "grey", "slow", "drop", "twice", "big")
    addresses = [f"{name}-{place}@acme.example" for place in range(3) for name in names]
    _queue(firm, clock, *addresses)
    clock.move(days=400)
    first = send()
    # where the server hangs up so late that nobody can know, the mail waits for a clerk's word
    assert (first.bounced, first.put_off + first.unsure) == (6, 6)
    for (key,) in firm.rows("SELECT id FROM delivery WHERE state = 'unsure'"):
        delivery.retry(firm, clerk(now=clock), key)
    assert _states(firm)["grey-1@acme.example"] == "queued"
    reason = "SELECT code, reason FROM delivery WHERE address = ?"
    assert firm.row(reason, ("refuse-0@acme.example",)) == ("550", "5.1.1 no such user here")
    assert firm.row(reason, ("big-0@acme.example",)) == ("552", "5.3.4 message too big")
    assert send().done == first.unsure, "what was put off waits"
    clock.move(minutes=6)
    second = send()
    assert (second.sent, second.done) == (6 - first.unsure, 6 - first.unsure)
    wanted = {one: 1 for one in addresses if not one.startswith(("refuse", "big"))}
    assert house.habits.deliveries() == wanted
    assert {one.id for one in house.habits.taken}.__len__() == len(wanted)
    assert verify(firm) == []


def test_a_mail_whose_fate_is_unknown_is_never_sent_again_unasked(
    firm: Books, house: MailHouse, send: Send, clock: Clock
) -> None:
    (key, _other) = _queue(firm, clock, "lost-1@acme.example", "vanish-1@acme.example")
    clock.move(days=400)
    assert send().unsure == 2
    clock.move(days=1)
    assert send().done == 0
    assert set(_states(firm).values()) == {"unsure"}
    assert delivery.confirm(firm, clerk(now=clock), key, "she has it") == "confirmed"
    assert delivery.retry(firm, clerk(now=clock), _other) == "queued"
    assert send().sent == 1
    assert house.habits.deliveries() == {"lost-1@acme.example": 1, "vanish-1@acme.example": 1}
    with pytest.raises(Refused):
        delivery.retry(firm, clerk(), _other)


def test_the_house_may_have_it_sent_again(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    recipients.change_settings(firm, clerk(), {"unsure": "resend"})
    _queue(firm, clock, "lost-1@acme.example")
    clock.move(days=400)
    assert send().unsure == 1
    clock.move(minutes=16)
    assert send().sent == 1
    assert len({one.id for one in house.habits.taken}) == 1, "the receiving side can drop the second one"


def test_an_outage_is_waited_for(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    _queue(firm, clock, "anna@acme.example")
    clock.move(days=400)
    nobody = MailServer("127.0.0.1", free_port(), "none", timeout=2)
    assert "refused" in send(server=nobody).outage.lower()
    since = firm.value("SELECT outage_since FROM delivery_setting")
    assert since
    assert send().outage, "it is not asked before its time"
    assert send(now_anyway=True, server=nobody).outage
    assert firm.value("SELECT outage_since FROM delivery_setting") == since
    clock.move(minutes=3)
    assert send().sent == 1
    assert firm.row("SELECT outage_since, outage_tries, next_try FROM delivery_setting") == (None, 0, None)


def test_a_server_without_tls_is_not_trusted(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    _queue(firm, clock, "anna@acme.example")
    clock.move(days=400)
    assert "STARTTLS" in send(server=MailServer("127.0.0.1", house.port, "starttls", timeout=5)).outage
    assert send(server=MailServer("127.0.0.1", house.port, "tls", timeout=5), now_anyway=True).outage
    assert house.habits.taken == []


def test_five_days_of_later_are_enough(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    _queue(firm, clock, "grey-1@acme.example")
    clock.move(days=400)
    for _ in range(60):
        house.habits.seen.clear()  # the server never gets to know us
        done = send()
        if done.failed:
            break
        clock.move(hours=4, minutes=1)
    assert _states(firm) == {"grey-1@acme.example": "failed"}
    assert 20 < int(firm.value("SELECT tries FROM delivery")) < 45  # type: ignore[call-overload]


def test_two_runs_at_once_share_the_work(firm_url: str, house: MailHouse, clock: Clock) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from tui_billing.models.door import open_books

    books = open_books(firm_url)
    recipients.change_settings(books, clerk(), {"sender": "billing@duval.example", "host": "127.0.0.1"})
    _queue(books, clock, *[f"n{place}@acme.example" for place in range(12)])
    clock.move(days=400)
    server = MailServer("127.0.0.1", house.port, "none", timeout=5)
    house.habits.delay = 0.01

    def run(_: int) -> mailing.Run:
        try:
            return mailing.run(books, clerk(now=clock), server=server)
        finally:
            books.close()

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(run, range(2)))
    assert sum(one.sent for one in done) == 12
    assert set(house.habits.deliveries().values()) == {1}
    books.shut()


@pytest.mark.parametrize(
    "text", ["a\nb@acme.example", "a@acme.example\r\nBcc: x@y.example", "no address", "a b@acme.example", "<a@b.c>"]
)
def test_what_is_no_address_is_refused(firm: Books, text: str) -> None:
    with pytest.raises(Problem) as caught:
        recipients.set_ways(firm, clerk(), 1, [recipients.Way("email", text)])
    assert caught.value.field == "recipients"
    assert recipients.ways_of(firm, 1) == ()


@pytest.mark.parametrize("able", [True, False])
def test_letters_beyond_ascii(firm: Books, send: Send, clock: Clock, able: bool) -> None:
    _write_to(firm, ["rené@acmé.example", "anna@acme.example"])
    delivery.enqueue(firm, clerk(now=clock), [issued(firm)["id"]])
    clock.move(days=400)
    server = MailHouse(Habits(), enable_SMTPUTF8=able)
    server.start()
    try:
        done = send(server=MailServer("127.0.0.1", server.port, "none", timeout=5))
    finally:
        server.stop()
    assert (done.sent, done.bounced) == ((2, 0) if able else (1, 1)), "the other one is not held up"
    if not able:
        assert "SMTPUTF8" in str(firm.value("SELECT reason FROM delivery WHERE state = 'bounced'"))


def test_settings_never_hold_a_password(firm: Books) -> None:
    with pytest.raises(Problem) as caught:
        recipients.change_settings(firm, clerk(), {"secret": "swordfish"})
    assert "env:NAME" in str(caught.value)
    with pytest.raises(Problem):
        recipients.change_settings(
            firm, clerk(), {"username": "me", "security": "none", "host": "mail.example", "secret": "env:X"}
        )
    known = recipients.change_settings(firm, clerk(), {"username": "me", "secret": "env:TUI_BILLING_TEST_SECRET"})
    with pytest.raises(Problem):
        mailing.mail_server(dataclasses.replace(known, host="h", sender="a@b.example"))


def test_sent_anew_is_a_row_of_its_own(firm: Books, house: MailHouse, send: Send, clock: Clock) -> None:
    (key,) = _queue(firm, clock, "refuse-1@acme.example")
    clock.move(days=400)
    assert send().bounced == 1
    delivery.send_anew(firm, clerk(now=clock), key, "anna@acme.example")
    assert send().sent == 1
    assert _states(firm) == {"refuse-1@acme.example": "bounced", "anna@acme.example": "sent"}
    with pytest.raises(Problem):
        delivery.send_anew(firm, clerk(now=clock), key, "anna@acme.example\nBcc: all@acme.example")
    assert firm.value("SELECT count(*) FROM delivery") == 2
    assert TODAY


def test_a_state_that_nothing_led_to_is_found(firm: Books, clock: Clock) -> None:
    _queue(firm, clock, "anna@acme.example")
    assert verify(firm) == []
    firm.db.execute_sql("UPDATE delivery SET state = 'sent'")
    assert [one.check for one in verify(firm)] == ["deliveries"]
