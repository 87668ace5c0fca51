"""Sending by keyboard: an invoice queued by one key, what came back sent elsewhere, recipients on the card."""

from __future__ import annotations

from tests.builders import clerk, issued
from tests.services.mail_server import free_port
from tui_billing.rules.delivery import State
from tui_billing.screens.deliveries import DeliveriesScreen
from tui_billing.screens.delivery_detail import DeliveryScreen
from tui_billing.services import delivery, mailing, recipients
from tui_billing.services.context import transact


def _come_back(books, key: int) -> None:
    def do(work) -> None:
        delivery.move(work, key, State.SENDING)
        delivery.move(work, key, State.BOUNCED, code="550", reason="no such user")

    transact(books, clerk(), "deliver", do, record=False)


async def test_an_invoice_is_sent_by_one_key(workstation, books):
    issued(books, "ACME", "A10")
    recipients.set_ways(books, clerk(), 1, recipients.parse_ways("anna@acme.example"))
    async with workstation() as hand:
        await hand.keys("2", "enter", "m")
        assert hand.said == "send F2026-00001 to anna@acme.example: Enter queues it"
        await hand.keys("enter")
        assert books.rows("SELECT address, state FROM delivery") == [("anna@acme.example", "queued")]
        assert "anna@acme.example" in hand.row("#document")
        await hand.keys("m")
        assert isinstance(hand.app.screen, DeliveryScreen)


async def test_what_came_back_goes_to_another_address(workstation, books):
    done = issued(books, "ACME", "A10")
    recipients.set_ways(books, clerk(), 1, recipients.parse_ways("anna@acme.example"))
    delivery.enqueue(books, clerk(), [done["id"]])
    _come_back(books, 1)
    async with workstation((120, 40)) as hand:
        assert "1 delivery needs you" in hand.row("#board")
        await hand.keys("9")
        assert isinstance(hand.app.screen, DeliveriesScreen)
        assert "550 no such user" in hand.row("#list")
        await hand.keys("a", "ctrl+u", *"martin@acme", "enter")
        assert "what stands behind the @" in hand.said
        await hand.keys(*".example", "enter", "enter")
        states = books.rows("SELECT address, state FROM delivery ORDER BY id")
        assert states == [("anna@acme.example", "bounced"), ("martin@acme.example", "queued")]
        await hand.keys("end", "u", "enter")
        assert books.value("SELECT state FROM delivery WHERE id = 2") == "cancelled"


async def test_an_outage_shows_on_the_overview(workstation, books):
    settings = {"sender": "billing@duval.example", "host": "127.0.0.1", "port": free_port(), "security": "none"}
    recipients.change_settings(books, clerk(), settings)
    recipients.set_ways(books, clerk(), 1, recipients.parse_ways("anna@acme.example"))
    delivery.enqueue(books, clerk(), [issued(books, "ACME", "A10")["id"]])
    assert mailing.run(books, clerk(now=lambda: "2027-01-01T08:00:00.000000Z")).outage
    async with workstation((120, 40)) as hand:
        assert "no mail since" in hand.row("#board")


async def test_recipients_are_laid_down_on_the_card(workstation, books):
    async with workstation() as hand:
        await hand.keys("5", "enter", "m")
        await hand.keys(*"anna@acme.example, cc fr boss@acme.example, post", "enter", "enter")
        assert [way.text for way in recipients.ways_of(books, 1)] == [
            "anna@acme.example",
            "cc fr boss@acme.example",
            "post",
        ]
        await hand.keys("escape", "enter")
        assert "cc fr boss@acme.example" in hand.row("#card")
