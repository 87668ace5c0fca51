"""What happens in the sample's year: every invoice with its day, its lines and what becomes of it.

Drawn from one seeded generator, so that each build plans the same year. Nothing here touches the books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tui_billing.cli import sample_customers as who
from tui_billing.cli import sample_data as data
from tui_billing.cli.sample_customers import Client
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.dates import month_end
from tui_billing.rules.terms import due_date, parse_terms

TODAY = data.BUSINESS_DATE
#: Issued documents in all, and how many of them are credit notes (see `CREDITS`).
DOCUMENTS = 900

#: Fates with a credit note -> how many invoices meet them; "credit_twice" gives two notes each.
CREDITS = {"credit_whole": 12, "credit_line": 9, "credit_after": 8, "dispute_credit": 5, "credit_twice": 2}
CREDIT_NOTES = sum(CREDITS.values()) + CREDITS["credit_twice"]

#: In the year, tuples of (fate, how many, days since it was due: least, most); a due date to come is negative.
FATES = (
    ("overdue", 11, 1, 30),
    ("overdue", 6, 31, 60),
    ("overdue", 4, 61, 90),
    ("overdue", 3, 91, 150),
    ("overdue_half", 3, 5, 70),
    ("half", 8, -60, -1),
    ("dispute_open", 6, -30, 35),
    ("write_off", 5, 130, 400),
    ("short", 6, 40, 400),
    ("credit_whole", CREDITS["credit_whole"], -20, 400),
    ("credit_line", CREDITS["credit_line"], 20, 400),
    ("credit_twice", CREDITS["credit_twice"], 20, 400),
    ("credit_after", CREDITS["credit_after"], 30, 400),
    ("dispute_credit", CREDITS["dispute_credit"], 40, 400),
    ("dispute_kept", 11, 40, 400),
    ("bounced", 4, 40, 400),
    ("bounced_open", 1, 15, 30),
    ("over", 6, 15, 400),
    ("paid_twice", 4, 30, 400),
    ("moved", 3, 30, 400),
    ("waiting", 12, -25, 12),
)
#: "waiting" is open while its money lies among the bank lines that nobody has matched yet.
NEEDS_LINES = frozenset({"credit_line", "credit_twice", "dispute_credit"})
SIMPLE = frozenset({"waiting", "half", "overdue_half", "short", "write_off", "over", "bounced"})


@dataclass(slots=True)
class Planned:
    """An invoice to come; `id` and `number` once it is issued."""

    client: Client
    date: dt.date
    due: dt.date
    content: Content
    person: str
    fate: str = ""
    id: int = 0
    number: str = ""

    @property
    def currency(self) -> str:
        return who.CURRENCY.get(self.client.code, "EUR")

    @property
    def overdue(self) -> int:
        """Days between the due date and the business date, negative where it is still to come."""
        return (TODAY - self.due).days


def is_working(day: dt.date) -> bool:
    """Whether somebody is at the desk."""
    return day.weekday() < 5 and day not in data.HOLIDAYS


def working(day: dt.date) -> dt.date:
    """The day itself, or the next one on which somebody works."""
    while not is_working(day):
        day += dt.timedelta(days=1)
    return day


def working_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every working day from `first` to `last`."""
    for offset in range((last - first).days + 1):
        day = first + dt.timedelta(days=offset)
        if is_working(day):
            yield day


def plan_year(rng: Random) -> list[Planned]:
    """All invoices of the year in the order in which they are issued, each with its fate."""
    days = list(working_days(data.FIRST_DAY, TODAY))
    chosen = sorted(rng.choices(range(len(days)), k=DOCUMENTS - CREDIT_NOTES - len(who.CLIENTS)))
    # Everybody buys at least once.
    visits: list[tuple[int, Client | None]] = [(index, None) for index in chosen]
    visits += [(rng.randrange(len(days)), client) for client in who.CLIENTS]
    visits.sort(key=lambda visit: visit[0])
    weights = [client.weight for client in who.CLIENTS]
    logins = [person.login for person in data.PEOPLE]
    shares = [person.share for person in data.PEOPLE]
    year = []
    for index, one in visits:
        client = one or rng.choices(who.CLIENTS, weights)[0]
        day = days[index]
        content = write_content(rng, client, day)
        terms = parse_terms(client.terms)
        year.append(Planned(client, day, due_date(day, terms), content, rng.choices(logins, shares)[0]))
    _allot_fates(rng, year)
    return year


def _allot_fates(rng: Random, year: list[Planned]) -> None:
    parts = {client.code for client in who.CLIENTS if "@" in client.terms}

    def take(fate: str, count: int, may: Callable[[Planned], bool]) -> None:
        free = [planned for planned in year if not planned.fate and may(planned)]
        for planned in rng.sample(free, count):
            planned.fate = fate

    # The firm that every example names owes something in each way that a clerk has to deal with.
    take("overdue", 2, lambda p: p.client.code == "ACME" and 1 <= p.overdue <= 40)
    take("waiting", 3, lambda p: p.client.code == "ACME" and -10 <= p.overdue <= 0)
    take("open", 2, lambda p: p.client.code == "ACME" and p.overdue < 0)
    for fate, count, least, most in FATES:

        def may(planned: Planned, fate: str = fate, least: int = least, most: int = most) -> bool:
            age = (TODAY - planned.date).days
            if not least <= planned.overdue <= most or age < 12:
                return False
            if fate in SIMPLE | NEEDS_LINES and planned.client.code in parts:
                return False
            if fate == "waiting" and planned.currency != "EUR":
                return False
            return fate not in NEEDS_LINES or len(planned.content.lines) >= 2

        take(fate, count, may)
    for planned in year:
        if not planned.fate:
            early = planned.overdue <= 0 and (TODAY - planned.date).days > 8 and rng.random() < 0.3
            planned.fate = "pay" if planned.overdue > 0 or planned.client.code in parts or early else "open"


def pay_day(rng: Random, planned: Planned) -> dt.date:
    """When a customer pays an invoice of theirs in full: by habit, never after the business date."""
    habit = planned.client.habit
    earliest = planned.date + dt.timedelta(days=3)
    if planned.overdue <= 0:
        return working_between(rng, earliest, TODAY - dt.timedelta(days=1))
    if habit == "batch":
        # All that is due by then goes out in one transfer a month; so it does with those who pay late.
        run = 8 + 4 * (len(planned.client.name) % 5)
        day = (
            planned.due.replace(day=run) if planned.due.day <= run else month_end(planned.due) + dt.timedelta(days=run)
        )
    elif habit == "late":
        day = month_end(planned.due) + dt.timedelta(days=25)
    else:
        day = planned.due + dt.timedelta(days=rng.choice((-8, -5, -3, -2, -1, 0, 0, 0, 1, 1, 2, 3, 5, 8)))
    day = max(day, earliest)
    if working(day) > TODAY:
        return working_between(rng, max(earliest, planned.due - dt.timedelta(days=4)), TODAY)
    return working(day)


def working_between(rng: Random, first: dt.date, last: dt.date) -> dt.date:
    """Some working day between two days, or the last one before `last`."""
    days = list(working_days(first, last)) or list(working_days(last - dt.timedelta(days=9), last))
    return rng.choice(days)


# -- what is typed -----------------------------------------------------------


def write_content(rng: Random, client: Client, day: dt.date) -> Content:
    """An invoice as a clerk would type it for this customer on this day."""
    codes = rng.sample(data.BASKETS[client.basket].split(), rng.choice((1, 1, 1, 2, 2, 2, 3, 3, 4)))
    things = {thing.code: thing for thing in data.ITEMS}
    lines = [_line(rng, things[code], client, day) for code in sorted(set(codes))]
    if rng.random() < 0.08:
        lines.append(_free_line(rng, client))
    if len(lines) > 2 and rng.random() < 0.04:
        lines.append(_returned(rng, things, client))
    has_goods = any(line.item and things[line.item].nature == "goods" for line in lines)
    content = Content(customer=client.code, lines=lines)
    required = client.code in who.ORDER_REQUIRED
    if required or rng.random() < 0.35:
        content.purchase_order = rng.choice(("45{:06d}", "BC-{:05d}", "PO {:06d}")).format(rng.randrange(10**5))
    if has_goods or client.code in who.EXEMPT or rng.random() < 0.6:
        content.delivery_date = (day - dt.timedelta(days=rng.randint(0, 6))).isoformat()
    if has_goods and rng.random() < 0.7:
        content.delivery_note = f"BL-{day:%y%m}-{rng.randrange(1000):03d}"
    if rng.random() < 0.2:
        content.sales_order = f"CM-{day:%Y}-{rng.randrange(10_000):04d}"
    if rng.random() < 0.1:
        content.project = rng.choice(("Lobby 2026", "Rénovation cour", "Vitrine d'été", "Fit-out phase 2"))
    content.contract = who.CONTRACT.get(client.code, "")
    content.buyer_reference = who.BUYER_REFERENCE.get(client.code, "")
    if rng.random() < 0.06:
        content.document_discount_percent = rng.choice(("2", "3", "5", "7.5"))
    if any(line.period_start for line in lines) and len(lines) == 1:
        content.period_start, content.period_end = lines[0].period_start, lines[0].period_end
    if rng.random() < 0.05:
        content.note = {"fr": "Merci de rappeler le numéro de la facture.", "en": "Please quote the invoice number."}[
            client.language
        ]
    return content


def _line(rng: Random, thing: data.Thing, client: Client, day: dt.date) -> LineContent:
    quarters = rng.randrange(thing.least, thing.most + 1, thing.step)
    line = LineContent(item=thing.code, quantity=format((Decimal(quarters) / 4).normalize(), "f"))
    if rng.random() < 0.12:
        line.discount_percent = rng.choice(("5", "10", "10", "15", "2.5"))
    elif client.code not in who.CURRENCY and rng.random() < 0.07:
        line.unit_price = format(
            (Decimal(thing.price) * rng.choice((Decimal("0.92"), Decimal("1.05")))).quantize(Decimal("0.01")), "f"
        )
    if thing.unit == "MON":
        first = day.replace(day=1)
        line.period_start, line.period_end = first.isoformat(), month_end(first).isoformat()
    return line


def _free_line(rng: Random, client: Client) -> LineContent:
    text, price = rng.choice(data.FREE_LINES[client.language])
    if who.CURRENCY.get(client.code) == "JPY":
        price = "9000"
    return LineContent(description=text, quantity="1", unit="C62", unit_price=price)


def _returned(rng: Random, things: dict[str, data.Thing], client: Client) -> LineContent:
    """Something taken back: a small negative line."""
    code = rng.choice([code for code in data.BASKETS[client.basket].split() if Decimal(things[code].price) < 60])
    return LineContent(item=code, quantity="-1", note={"fr": "Reprise", "en": "Returned"}[client.language])


#: Drafts that lie about on the business date: who typed it, for whom, (item, quantity) pairs, further values.
DRAFTS: tuple[tuple[str, str, tuple[tuple[str, str], ...], dict[str, str]], ...] = (
    ("marie", "ACME", (("A10", "2"), ("B20", "10")), {"purchase_order": "45001234"}),
    ("marie", "YAMADA", (("D50", "12"), ("D40", "24")), {"delivery_date": "2026-11-20"}),
    ("paul", "BRACK", (("F20", "20"),), {"note": "waiting for their order number [PO]"}),
    ("paul", "REGIE", (("G10", "18.5"), ("G20", "42"), ("B20", "2")), {"purchase_order": "BC-20417"}),
    ("paul", "OBRIE", (("D10", "3"), ("D20", "3")), {"document_discount_percent": "5"}),
    ("anna", "QUAI9", (("C40", "1"),), {"note": "à valider avec Bilal"}),
)
