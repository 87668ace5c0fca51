"""What the sample's November holds of rarer money: a discount, cheques by tape, a refund, a bounced debit, a fee."""

from __future__ import annotations

import datetime as dt

from tui_billing.cli.sample_desk import Year
from tui_billing.rules.differences import EARLY_PAYMENT
from tui_billing.services import clear, deposits, receive
from tui_billing.services.periods import close_period
from tui_billing.services.reasons import offered_discount

#: Days on which somebody takes the discount of their terms, if one is open then.
EARLY = (dt.date(2026, 10, 6), dt.date(2026, 10, 22), dt.date(2026, 11, 5), dt.date(2026, 11, 17))
CHEQUES, REFUND = dt.date(2026, 11, 19), dt.date(2026, 11, 20)
#: The month that is proved and closed, and the day on which it is.
CLOSED, CLOSED_ON = "2026-10", dt.date(2026, 11, 5)
#: The day a direct debit comes back, the bank's reason, and what it charges (cents).
BOUNCE, WHY, CHARGE = dt.date(2026, 11, 18), "AM04", 350


def plan_money(year: Year) -> None:
    """Have it done on its days."""
    for day in EARLY:
        year.later(day, lambda: _pay_early(year))
    year.later(CHEQUES, lambda: _take_cheques(year))
    year.later(REFUND, lambda: _pay_back(year))
    year.later(CLOSED_ON, lambda: close_period(year.books, year.desk.by("anna"), CLOSED))


def _pay_early(year: Year) -> None:
    """The first invoice whose terms still offer their discount is paid less it."""
    books, day = year.books, year.desk.today
    for key, code, opened in books.rows(
        "SELECT i.id, c.code, i.open FROM invoice i JOIN customer c ON c.id = i.customer_id"
        " WHERE i.state = 'issued' AND i.kind = 'invoice' AND i.open = i.payable AND i.disputed = 0"
        " AND i.currency = 'EUR' AND i.terms LIKE '%-%' ORDER BY i.id"
    ):
        offer = offered_discount(books, key)
        if offer is None or offer.last_day < day:
            continue
        paid = opened - offer.amount
        part = clear.Part(key, paid, offer.amount, EARLY_PAYMENT)
        money = receive.Payment(code, day, paid, "EUR", "ESCOMPTE DEDUIT", allocations=(), parts=(part,))
        receive.receive(books, year.desk.by("marie"), money)
        return


def _take_cheques(year: Year) -> None:
    """Three cheques of customers who are late, one of them typed wrong at first."""
    late = [one for one in year.plan if one.fate == "overdue" and one.id and one.client.code != "ACME"]
    late = [one for one in late if one.currency == "EUR"][:3]
    books = year.books
    tape = deposits.begin(books, year.desk.by("paul"), reference="0004421")
    for place, one in enumerate(late, 1):
        if place == 2:
            deposits.enter(books, year.desk.by("paul"), tape.id, "51.00")
            deposits.enter(books, year.desk.by("paul"), tape.id, "-51.00")
        tape = deposits.enter(books, year.desk.by("paul"), tape.id, f"{place * 15}.00 {one.number}")
    deposits.state_slip(books, year.desk.by("paul"), tape.id, count=tape.count, total=tape.total)
    deposits.post(books, year.desk.by("paul"), tape.id)


def _pay_back(year: Year) -> None:
    """Money that was paid twice, and that nothing is open for, goes back."""
    row = year.books.row(
        "SELECT r.id, c.code, r.open FROM receipt r JOIN customer c ON c.id = r.customer_id"
        " WHERE r.open >= 5000 AND r.currency = 'EUR' ORDER BY r.id LIMIT 1"
    )
    if row is not None:
        source = clear.Source("payment", row[0], row[2])
        clear.refund(year.books, year.desk.by("anna"), clear.Refund(row[1], [source], reason="payé deux fois"))


def bounced(year: Year, day: dt.date) -> tuple[int, int, str, str] | None:
    """(receipt, its amount, payer, why) of the payment that comes back on a day, None where none does."""
    if year.bounces:
        key, why = year.bounces.pop(0)
        row = year.books.row("SELECT id, amount, payer FROM receipt WHERE id = ?", (key,))
        return None if row is None else (row[0], row[1], row[2], why)
    if day != BOUNCE:
        return None
    row = year.books.row(
        "SELECT r.id, r.amount, r.payer FROM receipt r JOIN customer c ON c.id = r.customer_id"
        " WHERE r.bank_line_id IS NOT NULL AND r.reversed_on IS NULL AND r.open = 0 AND c.code <> 'ACME'"
        " AND r.currency = 'EUR' AND r.date >= ? ORDER BY r.id LIMIT 1",
        ((day - dt.timedelta(days=9)).isoformat(),),
    )
    return None if row is None else (row[0], row[1], row[2], WHY)


def explain_line(year: Year, line: int, text: str, back: tuple[int, int, str, str] | None, elsewhere: str = "") -> None:
    """A line of the statement that no customer explains: a fee goes to 627, the rest is booked elsewhere.

    `back` is the payment that it takes back; `elsewhere` is the account that it goes through; "" sets it aside.
    """
    by = year.desk.by("anna")
    if back is not None:
        clear.return_payment(year.books, by, line, back[0], back[3], CHARGE)
    elif text.startswith("FRAIS"):
        clear.post_to_account(year.books, by, line, "627000", text)
    elif elsewhere:
        clear.post_to_account(year.books, by, line, elsewhere, text)
    else:
        clear.ignore_line(year.books, by, line, text)
