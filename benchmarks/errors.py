"""Thirty errors in a batch of 500 invoices: which of them the checklist finds, and how often it cries wolf.

    python -m benchmarks.errors [--seed N] [--books PATH]

A firm with sixty customers is lived through for a year: each buys its own few items in its own quantities, some at a
discount or at a contract's price, most under an order number, some with orders and delivery notes in the books, some
the same each month. Then comes a batch of 500 invoices of the same making. Thirty of them are spoilt, three in each of
ten ways, by a hand that knows nothing of the checks; the truth is kept beside them. An error counts as found where a
finding speaks of what was spoilt, an invoice as a false alarm where anything is said of a clean one.

With --books the checklist is also timed on books that `benchmarks.generate` made, a million invoices say: the whole of
what Ctrl+S asks (customer, items, terms, totals, match, habits, doubles, rules).
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from tui_billing.models.door import Books, open_books
from tui_billing.rules.content import Content, LineContent
from tui_billing.rules.sources import source_from_json
from tui_billing.services import agreements, issue, master, setup, sources
from tui_billing.services.context import Context, transact
from tui_billing.services.foreseen import look_ahead
from tui_billing.services.items import add_item_in
from tui_billing.services.resolve import resolve

FIRST, TODAY = dt.date(2025, 11, 3), dt.date(2026, 11, 2)
CUSTOMERS, ITEMS, BATCH, EACH = 60, 40, 500, 3
COMPANY = {
    "name": "Probe", "legal_form": "SARL", "siren": "732829320", "vat_id": "FR44732829320", "early_payment": "none",
    "address": {"line1": "1 rue", "postcode": "69002", "city": "Lyon", "country": "FR"},
    "iban": "FR7630006000011234567890189", "late_penalty": "10",
}  # fmt: skip
#: way of spoiling -> findings that speak of it.
SPEAKS: dict[str, frozenset[str]] = {
    "wrong customer": frozenset(
        {
            "items_new",
            "order_of_other",
            "delivery_of_other",
            "order_unknown",
            "delivery_unknown",
            "contract_of_other",
            "order_unlike",
            "customer_unlike",
        }
    ),
    "slipped decimal in a price": frozenset({"price_unusual", "price_order", "price_contract"}),
    "slipped decimal in a quantity": frozenset(
        {"quantity_unusual", "over_billed", "over_delivered", "before_delivery", "over_ceiling"}
    ),
    "old price": frozenset({"price_old", "price_other", "price_order", "price_contract"}),
    "lost discount": frozenset({"discount_forgotten", "document_discount_forgotten", "price_order", "price_contract"}),
    "billed twice": frozenset({"duplicate", "over_billed", "over_delivered"}),
    "missing order number": frozenset({"order_usual", "purchase_order_missing", "order_fits", "orders_fit"}),
    "over-billing": frozenset({"over_billed", "over_delivered"}),
    "wrong VAT rate": frozenset({"vat_other"}),
    "list price instead of the contract's": frozenset({"price_contract"}),
}


@dataclass
class Buyer:
    """A customer's ways: items with a usual quantity, discount by item, what its papers look like."""

    code: str
    items: dict[str, Decimal]
    discounts: dict[str, str]
    own_prices: dict[str, str]
    document_discount: str
    numbers_orders: bool
    keeps_orders: bool
    contract: str = ""
    contract_prices: dict[str, str] = field(default_factory=dict)
    subscription: bool = False
    serial: int = 0


@dataclass
class Case:
    """An invoice of the batch: what is typed, and in which way it was spoilt ("" for a clean one)."""

    day: dt.date
    content: Content
    buyer: Buyer
    spoilt: str = ""
    paired: bool = False


class Firm:
    """Books with a year behind them, and the making of invoices."""

    def __init__(self, url: str, seed: int) -> None:
        self.rng = Random(seed)
        self.books = open_books(url, create=True)
        self.prices: dict[str, Decimal] = {}
        self.rates: dict[str, str] = {}
        setup.found_company(self.books, self.by(FIRST), COMPANY)
        transact(self.books, self.by(FIRST), "item", self._enter_items)
        self.buyers = [self._buyer(number) for number in range(CUSTOMERS)]
        self.old: dict[str, Decimal] = {}

    def by(self, day: dt.date) -> Context:
        return Context("probe", day, role="supervisor", origin="bench")

    def _enter_items(self, work: object) -> int:
        for number in range(ITEMS):
            code, price = f"I{number:02d}", Decimal(self.rng.randint(200, 90_000)) / 100
            self.prices[code], self.rates[code] = price, self.rng.choice(["20", "20", "20", "10", "5.5"])
            nature = "goods" if number % 2 else "services"
            add_item_in(
                work,  # type: ignore[arg-type]
                {
                    "code": code,
                    "description": f"Item {number}",
                    "unit_price": str(price),
                    "vat_rate": self.rates[code],
                    "nature": nature,
                },
            )
        return ITEMS

    def _buyer(self, number: int) -> Buyer:
        rng, code = self.rng, f"K{number:02d}"
        master.add_customer(
            self.books,
            self.by(FIRST),
            master.CustomerCard(
                code=code, name=f"Customer {number}", country="FR", city="Lyon", postcode="69001", terms="30"
            ),
        )
        chosen = rng.sample(sorted(self.prices), rng.randint(3, 6))
        usual = {item: Decimal(rng.choice([1, 2, 3, 4, 5, 8, 10, 12, 20, 25, 50, 100])) for item in chosen}
        keeps = number % 6 == 0
        buyer = Buyer(
            code,
            usual,
            {item: rng.choice(["5", "8", "10"]) for item in chosen} if number % 5 == 1 and number % 8 != 5 else {},
            {chosen[0]: str((self.prices[chosen[0]] * Decimal("0.93")).quantize(Decimal("0.01")))}
            if number % 7 == 2 and number % 8 != 5
            else {},
            rng.choice(["2", "3"]) if number % 11 == 4 else "",
            number % 3 != 0 or keeps,
            keeps,
            subscription=number % 10 == 9,
        )
        if number % 8 == 5:
            buyer.contract = f"C-{number}"
            buyer.contract_prices = {
                item: str((self.prices[item] * Decimal("0.9")).quantize(Decimal("0.01"))) for item in chosen
            }
            lines = [{"item": item, "unit_price": price} for item, price in buyer.contract_prices.items()]
            self._source(
                "contract", {"customer": code, "number": buyer.contract, "start_date": "2025-11-01", "lines": lines}
            )
        return buyer

    def _source(self, kind: str, data: dict, day: dt.date = FIRST) -> None:
        sources.add_source(self.books, self.by(day), source_from_json(kind, data))

    def invoice(self, buyer: Buyer, day: dt.date) -> Content:
        """What a careful clerk would type for this customer on this day, its papers entered before."""
        rng = self.rng
        buyer.serial += 1
        content = Content(customer=buyer.code, issue_date=day.isoformat())
        content.document_discount_percent = buyer.document_discount
        items = sorted(buyer.items) if buyer.subscription else rng.sample(sorted(buyer.items), rng.randint(1, 3))
        if rng.random() < 0.04 and not buyer.contract:
            # Now and then something that this customer has not bought before, beside what it buys.
            items.append(rng.choice(sorted(set(self.prices) - set(buyer.items))))
        for item in items:
            usual = buyer.items.get(item, Decimal(2))
            quantity = usual if buyer.subscription else max(round(usual * Decimal(rng.uniform(0.6, 1.7))), 1)
            price = buyer.contract_prices.get(item) or buyer.own_prices.get(item, "")
            content.lines.append(
                LineContent(
                    item=item,
                    quantity=str(quantity),
                    unit_price=price,
                    discount_percent=buyer.discounts.get(item, ""),
                )
            )
        if buyer.numbers_orders:
            content.purchase_order = f"{buyer.code}-{4500 + buyer.serial}"
        if buyer.subscription:
            content.period_start = day.replace(day=1).isoformat()
            content.period_end = day.isoformat()
        if buyer.keeps_orders:
            lines = [
                {"item": line.item, "quantity": line.quantity, "discount_percent": line.discount_percent}
                for line in content.lines
            ]
            self._source("order", {"customer": buyer.code, "number": content.purchase_order, "lines": lines}, day)
            content.delivery_note = f"BL-{buyer.code}-{buyer.serial}"
            came = [{"item": line["item"], "quantity": line["quantity"]} for line in lines]
            self._source(
                "delivery",
                {
                    "customer": buyer.code,
                    "number": content.delivery_note,
                    "order": content.purchase_order,
                    "lines": came,
                },
                day,
            )
        return content

    def live(self) -> None:
        """A year of invoices, a month between two of one customer; then the price list is raised."""
        days = [FIRST + dt.timedelta(days=30 * month) for month in range(12)]
        for month, day in enumerate(days):
            for buyer in self.buyers:
                if month >= 2 or self.rng.random() < 0.8:
                    issue.issue_content(self.books, self.by(day), self.invoice(buyer, day))
            if month == 6:
                for (key,) in self.books.rows("SELECT id FROM customer"):
                    agreements.confirm_customer(self.books, self.by(day), key)
            if month == 9:
                for item in sorted(self.prices)[::3]:
                    self.old[item] = self.prices[item]
                    self.prices[item] = (self.prices[item] * Decimal("1.04")).quantize(Decimal("0.01"))
                    agreements.set_price(self.books, self.by(day), item, self.prices[item])

    # -- spoiling --------------------------------------------------------

    def spoil(self, case: Case, way: str) -> bool:
        """Make one error of a kind in an invoice; False where this invoice has nothing that it could befall."""
        rng, content = self.rng, case.content
        line = rng.choice(content.lines)
        if way == "wrong customer":
            content.customer = rng.choice([b for b in self.buyers if b is not case.buyer]).code
        elif way == "slipped decimal in a price":
            price = Decimal(line.unit_price or self.prices[line.item])
            line.unit_price = format(price * 10 if rng.random() < 0.5 else price / 10, "f")
        elif way == "slipped decimal in a quantity":
            if line.item not in case.buyer.items:
                return False
            quantity = Decimal(line.quantity)
            line.quantity = format(quantity * 10 if rng.random() < 0.6 else quantity / 10, "f")
        elif way == "old price":
            lines = [one for one in content.lines if one.item in self.old and not one.unit_price]
            if not lines:
                return False
            lines[0].unit_price = str(self.old[lines[0].item])
        elif way == "lost discount":
            lines = [one for one in content.lines if one.discount_percent]
            if lines:
                rng.choice(lines).discount_percent = ""
            elif content.document_discount_percent:
                content.document_discount_percent = ""
            else:
                return False
        elif way == "missing order number":
            if not content.purchase_order:
                return False
            content.purchase_order = ""
        elif way == "over-billing":
            if not case.buyer.keeps_orders:
                return False
            line.quantity = str(int(line.quantity) + rng.randint(1, 3))
        elif way == "wrong VAT rate":
            line.vat_rate = rng.choice([rate for rate in ("20", "10", "5.5") if rate != self.rates[line.item]])
        elif way == "list price instead of the contract's":
            lines = [one for one in content.lines if one.item in case.buyer.contract_prices]
            if not lines:
                return False
            line = rng.choice(lines)
            line.unit_price = str(self.prices[line.item])
        case.spoilt = way
        return True

    def batch(self) -> list[Case]:
        """500 invoices over two weeks, thirty of them spoilt."""
        cases = []
        for number in range(BATCH):
            day = TODAY + dt.timedelta(days=number * 14 // BATCH)
            buyer = self.rng.choice([one for one in self.buyers if not (one.subscription and number % 3)])
            cases.append(Case(day, self.invoice(buyer, day), buyer))
        places = list(range(50, BATCH))
        self.rng.shuffle(places)
        for way in SPEAKS:
            for _ in range(EACH):
                if way == "billed twice":
                    place = places.pop()
                    twin = cases[place - self.rng.randint(1, 40)]
                    while twin.spoilt or twin.paired:
                        twin = cases[place - self.rng.randint(1, 40)]
                    twin.paired = True
                    cases[place] = Case(cases[place].day, deepcopy(twin.content), twin.buyer, way)
                    continue
                while True:
                    place = places.pop(0)
                    if not cases[place].paired and self.spoil(cases[place], way):
                        break
                    if not cases[place].paired:
                        places.append(place)
        return cases


def probe(url: str, seed: int, say: Callable[[str], None] = print) -> tuple[int, int, int, int]:
    """(errors found, errors, false alarms, clean invoices) of one seed."""
    firm = Firm(url, seed)
    try:
        firm.live()
        found = errors = alarms = clean = 0
        for case in firm.batch():
            known = resolve(firm.books, case.content, case.day)
            codes = {finding.code for finding in known.findings}
            if case.spoilt:
                errors += 1
                hit = bool(codes & SPEAKS[case.spoilt])
                found += hit
                if not hit:
                    say(f"missed: {case.spoilt}: {case.content.to_json()} said {sorted(codes)}")
                continue
            clean += 1
            if codes or known.problems:
                alarms += 1
                say(f"alarm:  {', '.join(str(f) for f in (*known.problems, *known.findings))}")
            if not known.blocking():
                issue.issue_content(firm.books, firm.by(case.day), case.content)
        return found, errors, alarms, clean
    finally:
        firm.books.shut()


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the whole checklist: by the clock, and of the processor alone (a shared machine waits besides)."""

    clock: list[float]
    processor: list[float]
    documents: int

    @staticmethod
    def words(took: list[float]) -> str:
        """Median, 95th percentile and the longest."""
        took = sorted(took)
        return (
            f"{statistics.median(took):5.1f} ms median, {took[len(took) * 95 // 100]:.1f} p95, {took[-1]:.1f} at most"
        )

    @property
    def late(self) -> float:
        """The 95th percentile of the processor's time."""
        return sorted(self.processor)[len(self.processor) * 95 // 100]


def timed(url: str, count: int = 240) -> Timing:
    """The whole of what Ctrl+S asks on large books, each invoice of another customer, each asked once before."""
    books: Books = open_books(url)
    try:
        rng = Random(1)
        codes = [row[0] for row in books.rows("SELECT code FROM customer ORDER BY id")]
        items = [row[0] for row in books.rows("SELECT code FROM item ORDER BY id")]
        whole = int(books.value("SELECT count(*) FROM invoice"))  # type: ignore[call-overload]
        contents = [
            Content(
                customer=code,
                purchase_order=f"PO-{number:05d}",
                lines=[LineContent(item=rng.choice(items), quantity=str(rng.randint(1, 9))) for _ in range(5)],
            )
            for number, code in enumerate(rng.sample(codes, min(count, len(codes))))
        ]
        timing = Timing([], [], whole)
        for _ in range(2):
            timing.clock.clear()
            timing.processor.clear()
            for content in contents:
                clock, processor = time.perf_counter(), time.thread_time()
                look_ahead(books, content, dt.date(2026, 11, 24))
                timing.clock.append((time.perf_counter() - clock) * 1000)
                timing.processor.append((time.thread_time() - processor) * 1000)
        return timing
    finally:
        books.shut()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=2026, help="another year, another batch")
    parser.add_argument("--books", default="", help="large books on which the checklist is timed")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found, errors, alarms, clean = probe(str(Path(folder) / "books.db"), wanted.seed)
    print(f"errors found   {found} of {errors}")
    print(f"false alarms   {alarms} of {clean} clean invoices ({alarms * 100 / clean:.1f} %, at most 2)")
    good = found == errors and alarms * 50 <= clean
    if wanted.books:
        timing = timed(wanted.books)
        count = len(timing.clock)
        print(f"the checklist of {count} invoices of as many customers, at {timing.documents:,} documents, warm")
        print(f"  by the clock {Timing.words(timing.clock)}")
        print(f"  processor    {Timing.words(timing.processor)} (p95 at most 20)")
        good = good and timing.late < 20
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
