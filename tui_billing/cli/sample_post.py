"""What left the house in the last weeks of the sample: by mail, by post, by the platform, and what became of each."""

from __future__ import annotations

import datetime as dt
from itertools import count

from tui_billing.cli.sample_desk import Desk, Year
from tui_billing.cli.sample_plan import TODAY, Planned
from tui_billing.models.queries import facts
from tui_billing.rules.delivery import State
from tui_billing.services import delivery, recipients
from tui_billing.services.context import Work, transact

#: From this day on the house sends by itself; no server is named, so that nothing leaves a copy of the sample.
FIRST_SENT = dt.date(2026, 11, 2)
SETTINGS = {"sender": "facturation@atelier.example", "reply_to": "comptabilite@atelier.example"}
WAYS = {
    "ACME": "platform",
    "GARON": "platform",
    "REGIE": "platform",
    "IMPRI": "platform",
    "CURIE": "platform",
    "STADT": "post",
    "COOP": "post",
    "BERAN": "post",
    "ALPES": "comptes@alpes.example, cc direction@alpes.example",
    "NYC": "accounts@nyc.example, cc fr paris@nyc.example",
}
Step = tuple[State, str, str]
_TAKEN: tuple[Step, ...] = ((State.SENDING, "", ""), (State.SENT, "250", "2.0.0 Ok: queued"))
#: What befalls a document, one after the other, by the way it goes.
FATES: dict[str, tuple[tuple[Step, ...], ...]] = {
    "email": (
        _TAKEN,
        (*_TAKEN, (State.CONFIRMED, "2.0.0", "250 delivered to mailbox")),
        _TAKEN,
        (*_TAKEN, (State.BOUNCED, "5.1.1", "550 no such user here")),
        _TAKEN,
        (*_TAKEN, (State.CONFIRMED, "2.0.0", "250 delivered to mailbox")),
        (_TAKEN[0], (State.UNSURE, "", "Connection reset by peer")),
        _TAKEN,
        (_TAKEN[0], (State.FAILED, "451", "4.7.1 greylisted, come back later")),
        _TAKEN,
        ((State.CANCELLED, "", "remis en main propre"),),
        _TAKEN,
    ),
    "post": (((State.SENT, "", "P2026-11"),),),
    "platform": (
        (*_TAKEN[:1], (State.SENT, "", ""), (State.DEPOSITED, "200", "Déposée")),
        (*_TAKEN[:1], (State.SENT, "", ""), (State.DEPOSITED, "200", "Déposée"), (State.RECEIVED, "202", "Reçue")),
        (*_TAKEN[:1], (State.SENT, "", ""), (State.RECEIVED, "205", "Approuvée"), (State.PAID, "212", "Encaissée")),
        (*_TAKEN[:1], (State.SENT, "", ""), (State.REFUSED, "210", "ADR_ERR: adresse de facturation erronée")),
    ),
}


def begin_sending(year: Year) -> None:
    """Name the sender and who gets what; each invoice from then on leaves the day after it was issued."""
    books, desk = year.books, year.desk
    recipients.change_settings(books, desk.by("anna"), SETTINGS)
    for code, ways in WAYS.items():
        customer = facts.customer_by_code(books, code)
        assert customer is not None, code
        recipients.set_ways(books, desk.by("marie"), customer.id, recipients.parse_ways(ways))
    turns = {channel: count() for channel in FATES}
    for planned in year.plan:
        if FIRST_SENT <= planned.date < TODAY:
            year.later(planned.date + dt.timedelta(days=1), lambda one=planned: _send(desk, one, turns))  # type: ignore[misc]


def _send(desk: Desk, planned: Planned, turns: dict[str, count[int]]) -> None:
    books = desk.books
    delivery.enqueue(books, desk.by("paul"), [planned.id])
    for key, channel in books.rows("SELECT id, channel FROM delivery WHERE invoice_id = ? ORDER BY id", (planned.id,)):
        fate = FATES[channel][next(turns[channel]) % len(FATES[channel])]

        def do(work: Work, key: int = key, fate: tuple[Step, ...] = fate) -> None:
            for state, code, reason in fate:
                more = {"tries": 1, "first_try": work.at} if state is State.SENDING else {}
                delivery.move(work, key, state, code=code, reason=reason, **more)

        transact(books, desk.by("paul"), "deliver", do, record=False)
