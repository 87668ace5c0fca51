"""Large books for measurements: up to a million documents, the same at every run.

    python -m benchmarks.generate --invoices N --db PATH-or-postgresql-URL

N documents are issued over the three years up to the sample's business date (which the books carry):
one in a hundred is a credit note, about 70 % are paid, 20 % open (2 % disputed), 10 % half paid, the open
ones mostly of the last months; half a percent is written off, and for one in 500 a bank line waits.
Customers are max(60, N / 100), `ACME` the first, one in twenty billed in USD, one in twenty within the
European Union without VAT; the items are the sample's. Amounts come from some thousand baskets whose totals
the project's own rules have worked out.

Rows are written in bulk behind the services' back. The audit chain holds a summary instead of an event for
each document, payment and allocation, which would be larger than all the rest: `verify` answers that these
and their postings have no audit event (check "content"), and nothing else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from random import Random

from benchmarks.baskets import (
    CASES,
    DAYS,
    DOLLAR,
    FIRST_DAY,
    Basket,
    Buyer,
    make_baskets,
    to_json_text,
    write_customers,
)
from benchmarks.bulk import Bulk, merge_search, unguarded
from tui_billing.cli.sample_data import BUSINESS_DATE, COMPANY, ITEMS, PEOPLE
from tui_billing.models.door import Books, open_books
from tui_billing.models.fields import RATE, scaled
from tui_billing.models.tables import Operator, Setting
from tui_billing.models.usual import fill_usual
from tui_billing.models.write import add
from tui_billing.rules.disputes import in_base
from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.journal import Entry, allocation_entries, opposite, receipt_entries
from tui_billing.rules.numbering import format_number
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import due_date, parse_terms
from tui_billing.rules.text import fold
from tui_billing.services import master, setup
from tui_billing.services.context import Context, transact

_HEADER = (
    "id, kind, state, number, series_id, counter, type_code, customer_id, buyer_name, issue_date, tax_point_date,"
    " delivery_date, due_date, currency, rate, rate_source, rate_date, purchase_order, original_id, reason,"
    " operation_category, payment_means, iban, bic, payment_reference, terms, language, seller, buyer, mentions,"
    " lines_total, net, tax, gross, payable, net_base, tax_base, gross_base, payable_base, open, open_base,"
    " credited, written_off, disputed, disputed_base, next_due, settled_on, operator_id, created_at, updated_at, issued_at,"
    " issued_by"
)
_LINE = (
    "id, invoice_id, position, item_id, item_code, description, quantity, unit, unit_price, net, vat_category,"
    " vat_rate, exemption_code, nature, original_line_id"
)
_GROUP = "invoice_id, category, rate, exemption_code, exemption_text, taxable, tax, taxable_base, tax_base"
_RECEIPT = (
    "id, customer_id, date, amount, currency, rate, rate_source, rate_date, amount_base, reference, payer,"
    " open, open_base, operator_id, entry_at"
)
_ALLOCATION = (
    "id, date, kind, invoice_id, receipt_id, credit_note_id, amount, amount_base, difference_base, reason,"
    " operator_id, entry_at"
)
_POSTING = "id, verb, date, document_date, entry_at, entity, entity_id, text, operator_id, command_id"
_POSTING_LINE = "posting_id, account, customer_id, debit, credit, currency, amount"
_BANK_LINE = "bank_account_id, date, value_date, amount, currency, text, reference, payer, fingerprint, open"
_DISPUTE = "id, invoice_id, customer_id, reason, amount, currency, owner_id, opened_on, answer_by"


def found(books: Books) -> Context:
    """The firm, its clerks and catalogue, by the services; returns the context they did it in."""
    context = Context("anna", BUSINESS_DATE, "supervisor", "generate")
    with books.write():
        for person in PEOPLE:
            add(Operator, login=person.login, name=person.name, role=person.role, language=person.language)
        add(Setting, key="business_date", value=BUSINESS_DATE.isoformat())
    setup.found_company(books, context, COMPANY)
    for thing in ITEMS:
        item = {"code": thing.code, "description": thing.english, "description_fr": thing.french, "unit": thing.unit}
        item |= {"unit_price": thing.price, "vat_rate": thing.rate, "nature": thing.nature}
        master.add_item(books, context.command(), item)
    first = BUSINESS_DATE - dt.timedelta(days=DAYS)
    master.add_rate(books, context.command(), "USD", first, DOLLAR, "ECB")
    return context


def fate_of(rng: Random, place: int, count: int) -> str:
    """What becomes of the document at a place: paid, open, half, disputed, written_off, credited, or a credit note."""
    if place % 100 == 99 and place >= 50:
        return "credit_note"
    if place % 100 == 49 and place + 50 < count:
        return "credited"
    # The newest tenth is mostly open, the oldest seven tenths are mostly paid: 30 % in all.
    age = 1 - place / count
    unpaid = 0.9 if age < 0.1 else 0.6 if age < 0.3 else 0.1286
    if rng.random() >= unpaid:
        return "written_off" if place % 140 == 25 else "paid"
    if rng.random() < 1 / 3:
        return "half"
    return "disputed" if rng.random() < 0.1 else "open"


class Generator:
    """Writes one document after the other with all that belongs to it."""

    def __init__(self, bulk: Bulk, buyers: list[Buyer], rng: Random, count: int) -> None:
        self.count = count
        self.rng = rng
        self.buyers = buyers
        self.baskets = {"home": make_baskets(rng, "home", 1500), "union": make_baskets(rng, "union", 300)}
        self.baskets["export"] = make_baskets(rng, "export", 300)
        party = {key: value for key, value in COMPANY.items() if key not in setup.DEFAULTS}
        self.seller = to_json_text(Party.from_json(party).to_json())
        self.headers = bulk.table("invoice", _HEADER)
        self.lines = bulk.table("invoice_line", _LINE)
        self.groups = bulk.table("vat_breakdown", _GROUP)
        self.parts = bulk.table("instalment", "invoice_id, position, due_date, amount, open, open_base")
        self.receipts = bulk.table("receipt", _RECEIPT)
        self.allocations = bulk.table("allocation", _ALLOCATION)
        self.postings = bulk.table("posting", _POSTING)
        self.posting_lines = bulk.table("posting_line", _POSTING_LINE)
        self.disputes = bulk.table("dispute", _DISPUTE)
        self.changes = bulk.table("dispute_change", "dispute_id, date, at, operator_id, status, amount")
        self.notes = bulk.table("dispute_note", "dispute_id, at, date, operator_id, kind, text")
        self.bank_lines = bulk.table("bank_line", _BANK_LINE)
        self.search = bulk.table("invoice_search", "rowid, text")
        self.series: dict[tuple[str, int], list] = {}
        self.kept: dict[int, tuple[Buyer, Basket, str, int]] = {}
        self.next_line = self.next_receipt = self.next_allocation = self.next_posting = self.next_dispute = 1
        self.terms = {text: parse_terms(text) for text in {buyer.terms for buyer in buyers}}
        self.dues: dict[tuple[str, dt.date], str] = {}

    def number(self, code: str, prefix: str, day: dt.date) -> tuple[str, int, int]:
        """(number, series id, counter): the next of its series."""
        series = self.series.setdefault((code, day.year), [len(self.series) + 1, prefix, 1, day])
        counter = series[2]
        series[2], series[3] = counter + 1, day
        return format_number(prefix, day.year, counter), series[0], counter

    def due(self, terms: str, day: dt.date) -> str:
        found = self.dues.get((terms, day))
        if found is None:
            found = self.dues[terms, day] = due_date(day, self.terms[terms]).isoformat()
        return found

    def write(self, key: int) -> None:
        """Issue the document with this id (from 1), and do what its fate asks for."""
        day, fate = self.day_of(key), fate_of(self.rng, key - 1, self.count)
        if fate == "credit_note":
            self._credit(key, day)
            return
        rng = self.rng
        buyer = rng.choice(self.buyers)
        basket = rng.choice(self.baskets[buyer.case])
        number, series, counter = self.number("invoice", "F", day)
        due = self.due(buyer.terms, day)
        issued = day.isoformat()
        opened, open_base, credited, lost, disputed, settled = basket.payable, basket.payable_base, 0, 0, 0, None
        if fate == "credited":
            self.kept[key] = (buyer, basket, number, self.next_line)
            later = self.day_of(key + 50)
            opened, open_base, credited, settled = 0, 0, basket.payable, later.isoformat()
        elif fate == "written_off":
            settled = min(dt.date.fromisoformat(due) + dt.timedelta(days=60), BUSINESS_DATE).isoformat()
            opened, open_base, lost = 0, 0, basket.payable
        elif fate == "paid":
            late = dt.date.fromisoformat(due) + dt.timedelta(days=rng.randint(-20, 20))
            settled = min(max(late, day), BUSINESS_DATE).isoformat()
            opened, open_base = 0, 0
        elif fate == "half":
            opened, open_base = opened - basket.half, open_base - basket.half_base
        elif fate == "disputed":
            disputed = max(opened // 2, 1)
        living = (
            opened,
            open_base,
            credited,
            lost,
            disputed,
            in_base(disputed, opened, open_base),
            due if opened else None,
            settled,
        )
        self._document(key, "invoice", number, series, counter, buyer, basket, day, due, living, None, self.next_line)
        self.parts.append((key, 1, due, basket.payable, opened, open_base))
        if fate == "paid":
            self._pay(key, number, buyer, basket, issued, str(settled), basket.payable, basket.payable_base)
        elif fate == "half":
            paid_on = min(day + dt.timedelta(days=rng.randint(3, 40)), BUSINESS_DATE).isoformat()
            self._pay(key, number, buyer, basket, issued, paid_on, basket.half, basket.half_base)
        elif fate == "written_off":
            self._allocate(
                "write_off", key, number, buyer, basket, issued, str(settled), basket.payable, basket.payable_base
            )
        elif fate == "open" and key % 200 < 2 and basket.currency == "EUR":
            # Its money has come and waits in the payment queue.
            today, payer = BUSINESS_DATE.isoformat(), buyer.name.upper()
            text = f"VIR SEPA {payer}"
            self.bank_lines.append((1, today, today, opened, "EUR", text, number, payer, f"generate-{key}", opened))
        elif fate == "disputed":
            self._dispute(key, buyer, basket, day, disputed)

    def day_of(self, key: int) -> dt.date:
        """The day on which a document is issued: they are spread evenly over the three years."""
        return BUSINESS_DATE - dt.timedelta(days=DAYS - DAYS * key // self.count)

    def _credit(self, key: int, day: dt.date) -> None:
        """A credit note over the whole of the invoice fifty places before, consumed at once."""
        buyer, basket, number, first_line = self.kept.pop(key - 50)
        own, series, counter = self.number("credit_note", "A", day)
        issued = day.isoformat()
        living = (0, 0, 0, 0, 0, 0, None, issued)
        self._document(
            key, "credit_note", own, series, counter, buyer, basket, day, issued, living, key - 50, first_line
        )
        before = self.day_of(key - 50).isoformat()
        self._allocate(
            "credit", key - 50, number, buyer, basket, before, issued, basket.payable, basket.payable_base, key
        )

    def _document(
        self,
        key: int,
        kind: str,
        number: str,
        series: int,
        counter: int,
        buyer: Buyer,
        basket: Basket,
        day: dt.date,
        due: str,
        living: tuple,
        original: int | None,
        original_line: int,
    ) -> None:
        issued, totals = day.isoformat(), basket.totals
        at = f"{issued}T09:{key // 60 % 60:02d}:{key % 60:02d}.000000Z"
        operator = 1 + key % 2
        order = f"PO-{key % 90_000:05d}" if key % 3 == 0 else ""
        foreign = basket.currency != "EUR"
        credit = original is not None
        self.headers.append(
            (
                key, kind, "issued", number, series, counter, "381" if credit else "380", buyer.id, buyer.name,
                issued, issued, issued, due, basket.currency, scaled(DOLLAR, RATE) if foreign else 10**RATE,
                "ECB" if foreign else "", FIRST_DAY if foreign else None, order, original,
                "Commande annulée" if credit else "", basket.nature, "30", COMPANY["iban"], COMPANY["bic"],
                payment_reference(number), buyer.terms, CASES[buyer.case][3], self.seller, buyer.party,
                basket.mentions, totals.lines_total, totals.net, totals.tax, totals.gross, totals.payable,
                basket.net_base, basket.tax_base, basket.net_base + basket.tax_base, basket.payable_base,
                *living, operator, at, at, at, operator,
            )
        )  # fmt: skip
        for offset, line in enumerate(basket.lines):
            source = original_line + offset if credit else None
            self.lines.append((self.next_line, key, *line, source))
            self.next_line += 1
        for group in basket.groups:
            self.groups.append((key, *group))
        self.search.append((key, fold(f"{number} {buyer.code} {buyer.name} {order}")))
        entries = opposite(basket.entries) if credit else basket.entries
        verb = "credit" if credit else "issue"
        self._post(verb, issued, issued, at, "invoice", key, number, operator, entries, buyer, basket.currency)

    def _post(
        self,
        verb: str,
        date: str,
        document_date: str,
        at: str,
        entity: str,
        key: int,
        text: str,
        operator: int,
        entries: list[Entry],
        buyer: Buyer,
        currency: str,
    ) -> None:
        posting = self.next_posting
        self.next_posting += 1
        command = f"generate-{posting}"
        self.postings.append((posting, verb, date, document_date, at, entity, key, text, operator, command))
        for entry in entries:
            customer = buyer.id if entry.account.startswith("41") else None
            self.posting_lines.append(
                (posting, entry.account, customer, entry.debit, entry.credit, currency, entry.amount)
            )

    def _pay(
        self,
        invoice: int,
        number: str,
        buyer: Buyer,
        basket: Basket,
        issued: str,
        date: str,
        amount: int,
        amount_base: int,
    ) -> None:
        """A receipt that settles `amount`; one in 150 brings 50.00 more, which stays on account."""
        extra = 5_000 if invoice % 150 == 7 and basket.currency == "EUR" else 0
        receipt, base = self.next_receipt, basket.in_base(amount + extra)
        self.next_receipt += 1
        at = f"{date}T10:{invoice % 60:02d}:00.000000Z"
        operator = 1 + invoice % 2
        foreign = basket.currency != "EUR"
        self.receipts.append(
            (
                receipt, buyer.id, date, amount + extra, basket.currency,
                scaled(DOLLAR, RATE) if foreign else 10**RATE, "ECB" if foreign else "",
                FIRST_DAY if foreign else None, base, number, buyer.name, extra, extra, operator, at,
            )
        )  # fmt: skip
        entries = receipt_entries(amount + extra, base)
        self._post("receive", date, date, at, "receipt", receipt, number, operator, entries, buyer, basket.currency)
        self._allocate(
            "payment", invoice, number, buyer, basket, issued, date, amount, amount_base, receipt, base - extra
        )

    def _allocate(
        self,
        kind: str,
        invoice: int,
        number: str,
        buyer: Buyer,
        basket: Basket,
        issued: str,
        date: str,
        amount: int,
        amount_base: int,
        source: int | None = None,
        source_base: int | None = None,
    ) -> None:
        key = self.next_allocation
        self.next_allocation += 1
        worth = amount_base if source_base is None else source_base
        at = f"{date}T10:{invoice % 60:02d}:01.000000Z"
        operator = 3 if kind == "write_off" else 1 + invoice % 2
        receipt, note = (source, None) if kind == "payment" else (None, source)
        reason = "Irrécouvrable" if kind == "write_off" else ""
        self.allocations.append(
            (key, date, kind, invoice, receipt, note, amount, amount_base, worth - amount_base, reason, operator, at)
        )
        entries = allocation_entries(kind, amount, amount_base, worth)
        verb = "write_off" if kind == "write_off" else "allocate"
        self._post(verb, date, issued, at, "allocation", key, number, operator, entries, buyer, basket.currency)

    def _dispute(self, invoice: int, buyer: Buyer, basket: Basket, day: dt.date, amount: int) -> None:
        key = self.next_dispute
        self.next_dispute += 1
        opened = min(day + dt.timedelta(days=9), BUSINESS_DATE)
        answer = (opened + dt.timedelta(days=7)).isoformat()
        date = opened.isoformat()
        at = f"{date}T11:00:00.000000Z"
        self.disputes.append((key, invoice, buyer.id, "price", amount, basket.currency, 1, date, answer))
        self.changes.append((key, date, at, 1, "received", amount))
        self.notes.append((key, at, date, 1, "opened", "Prix contesté"))
        self.notes.append((key, at, date, 2, "call", "They will look at it this week [sic]"))


def generate(url: str, count: int, *, say: bool = False) -> None:
    """Fill new books at a path or PostgreSQL URL with `count` documents. Raises `Unusable` where there are some."""
    begun = time.perf_counter()

    def tell(what: str) -> None:
        if say:
            print(f"{time.perf_counter() - begun:7.1f} s  {what}", flush=True)

    books = open_books(url, create=True)
    try:
        rng = Random(count)
        context = found(books)
        # Those who founded the firm have posted nothing: keys of documents and postings begin at 1.
        with unguarded(books):
            bulk = Bulk(books)
            generator = Generator(bulk, write_customers(bulk, rng, max(60, count // 100)), rng, count)
            bulk.flush()
            tell("customers")
            for key in range(1, count + 1):
                generator.write(key)
                bulk.flush(whole=False)
                if key % 100_000 == 0:
                    tell(f"{key:,} documents")
            series = bulk.table("series", "id, code, prefix, year, next_counter, last_issue_date")
            for (code, year), (series_id, prefix, following, last) in generator.series.items():
                series.append((series_id, code, prefix, year, following, last.isoformat()))
            bulk.flush()
            tell("rows are written")
            merge_search(books)
            tell("search index is merged")
        tell("indexes, guards, statistics")
        with books.write():
            fill_usual(books.db)
        books.db.execute_sql("ANALYZE usual")
        tell("what is usual is remembered")
        summary = {"v": 1, "documents": count, "customers": len(generator.buyers), "by": "benchmarks.generate"}
        transact(
            books,
            context.command(),
            "generate",
            lambda work: work.audit("generate", "company", 1, summary, f"{count} documents"),
        )
    finally:
        books.shut()
    tell("done")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, required=True, help="how many documents, 1 to 1,000,000")
    parser.add_argument("--db", required=True, help="a new SQLite file, or the URL of an empty PostgreSQL database")
    wanted = parser.parse_args()
    if not 1 <= wanted.invoices <= 1_000_000:
        parser.error("--invoices lies between 1 and 1,000,000")
    try:
        generate(wanted.db, wanted.invoices, say=True)
    except Problem as problem:
        print(f"generate: {problem}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
