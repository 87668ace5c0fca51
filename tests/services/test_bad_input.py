"""Bad input: one sentence at its field, and nothing half-written; hostile text is data."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.builders import TODAY, clerk, issued
from tui_billing.rules.content import Content, LineContent, content_from_json
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.services import allocate, dispute_outcome, disputes, drafts, issue, master, receive, show
from tui_billing.services.resolve import resolve
from tui_billing.services.verify import verify

LONG = "x" * 10_000


def line(**fields):
    return {"customer": "ACME", "lines": [{"item": "A10", **fields}]}


#: (what was typed, field, words of the sentence)
WRONG_INVOICES = {
    "no customer": ({"lines": [{"item": "A10"}]}, "customer", "no customer"),
    "unknown customer": ({"customer": "NOBODY", "lines": [{"item": "A10"}]}, "customer", "no customer NOBODY"),
    "no line": ({"customer": "ACME"}, "lines", "no line"),
    "unknown item": ({"customer": "ACME", "lines": [{"item": "X99"}]}, "lines.1.item", "no item X99"),
    "neither item nor text": ({"customer": "ACME", "lines": [{}]}, "lines.1.item", "item or a description"),
    "text without a price": (
        {"customer": "ACME", "lines": [{"description": "Study"}]},
        "lines.1.unit_price",
        "needs a price",
    ),
    "quantity is no number": (line(quantity="two"), "lines.1.quantity", "two"),
    "quantity of NaN": (line(quantity="NaN"), "lines.1.quantity", "NaN"),
    "quantity with exponent": (line(quantity="1e400"), "lines.1.quantity", "1e400"),
    "quantity with group sign": (line(quantity="1,000"), "lines.1.quantity", "1,000"),
    "quantity in other digits": (line(quantity="١٢"), "lines.1.quantity", "١٢"),
    "quantity of too many decimals": (line(quantity="1.00001"), "lines.1.quantity", "decimals"),
    "quantity of nothing": (line(quantity="0"), "lines.1.quantity", "0 bills nothing"),
    "quantity too large": (line(quantity="9999999999"), "lines.1.quantity", "too large"),
    "price of too many decimals": (line(unit_price="1.0000001"), "lines.1.unit_price", "decimals"),
    "price too large": (line(unit_price="9999999999999"), "lines.1.unit_price", "too large"),
    "amount too large": (line(quantity="1000000000", unit_price="1000000000000"), "quantity", "too large"),
    "discount beyond 100": (line(discount_percent="100.5"), "lines.1.discount_percent", "between 0 % and 100 %"),
    "rate beyond 100": (line(vat_rate="120"), "lines.1.vat_rate", "between 0 % and 100 %"),
    "unknown VAT category": (line(vat_category="Q"), "lines.1.vat_category", "Q is no VAT category"),
    "exempt without reason": (line(vat_category="E"), "exemption_code", "reason of the exemption"),
    "document discount beyond 100": (
        {**line(), "document_discount_percent": "101"},
        "document_discount_percent",
        "between 0 % and 100 %",
    ),
    "date that does not exist": ({**line(), "issue_date": "2026-02-30"}, "issue_date", ""),
    "date that is no date": ({**line(), "due_date": "soon"}, "due_date", "soon"),
    "delivery that does not exist": ({**line(), "delivery_date": "2026-13-01"}, "delivery_date", ""),
    "period that does not exist": ({**line(), "period_start": "2026-00-10"}, "period_start", ""),
    "period the wrong way round": (
        {**line(), "period_start": "2026-11-10", "period_end": "2026-11-01"},
        "period_end",
        "before it begins",
    ),
    "line period that is none": (line(period_end="31/11/2026"), "lines.1.period_end", ""),
    "due before issue": ({**line(), "due_date": "2026-11-24"}, "due_date", "before the issue date"),
    "unknown currency": ({**line(), "currency": "ZZZ"}, "currency", "ZZZ is not a currency"),
    "currency without a rate": ({**line(), "currency": "GBP"}, "currency", "no exchange rate for GBP"),
    "no order number where one is asked for": (
        {"customer": "DUPO", "lines": [{"item": "A10"}]},
        "purchase_order",
        "purchase order",
    ),
    "less than nothing": (line(quantity="-1"), "lines", "less than 0"),
    "something that could not be read": ({**line(), "invalid": {"lines.1.quantity": "2x"}}, "lines.1.quantity", "2x"),
}


@pytest.mark.parametrize("case", WRONG_INVOICES)
def test_a_wrong_invoice_is_refused_at_its_field(firm, case):
    data, field, words = WRONG_INVOICES[case]
    content = content_from_json(data)
    with pytest.raises(Problem) as refused:
        issue.issue_content(firm, clerk(), content)
    assert refused.value.field == field and words in str(refused.value)
    assert "\n" not in str(refused.value) and str(refused.value)
    assert firm.value("SELECT count(*) FROM invoice") == 0
    assert firm.value("SELECT count(*) FROM series") == 0
    # Entry says the same before anything is issued, and the draft keeps what was typed.
    assert next(problem.field for problem in resolve(firm, content, TODAY).blocking()) == field
    draft, _ = drafts.save_draft(firm, clerk(), content)
    assert drafts.load_draft(firm, draft).content == content
    show.invoice_json(firm, draft, TODAY)
    assert verify(firm) == []


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"customer": "ACME", "lines": [{"item": "A10", "quantity": 0.1}]}, "lines.1.quantity"),
        ({"customer": "ACME", "lines": [{"item": "A10", "price": "1"}]}, "lines.1.price"),
        ({"customer": "ACME", "total": "1"}, "total"),
        ({"customer": "ACME", "lines": {"item": "A10"}}, "lines"),
        ({"customer": "ACME", "lines": ["A10"]}, "lines"),
        ({"customer": ["ACME"]}, "customer"),
        ({"customer": LONG}, "customer"),
        (line(description=LONG), "lines.1.description"),
        ({**line(), "note": LONG}, "note"),
        ({**line(), "purchase_order": LONG}, "purchase_order"),
    ],
)
def test_a_wrong_shape_or_length_is_refused_by_name(data, field):
    with pytest.raises(Problem) as refused:
        content_from_json(data)
    assert refused.value.field == field
    if "10000" in str(refused.value):
        assert "fit" in str(refused.value)


def test_what_was_not_read_from_json_is_measured_too(books):
    for content, field in (
        (Content(customer="ACME", purchase_order=LONG, lines=[LineContent(item="A10")]), "purchase_order"),
        (Content(customer="ACME", lines=[LineContent(item="A10", description=LONG)]), "lines.1.description"),
    ):
        with pytest.raises(Problem) as refused:
            issue.issue_content(books, clerk(), content)
        assert refused.value.field == field
        draft, _ = drafts.save_draft(books, clerk(), content)  # nothing typed is lost
        assert drafts.load_draft(books, draft).content == content
        show.invoice_json(books, draft, TODAY)
        with pytest.raises(Problem) as again:
            issue.issue_draft(books, clerk(), draft)
        assert again.value.field == field
    assert verify(books) == []


def test_dates_follow_the_numbers(books):
    issued(books, issue_date="2026-11-20")
    with pytest.raises(Problem) as refused:
        issued(books, issue_date="2026-11-19")
    assert refused.value.field == "issue_date" and "2026-11-20" in str(refused.value)
    assert issued(books, issue_date="2026-11-20")["number"] == "F2026-00002"
    assert verify(books) == []


def payment(books, **fields):
    values = {"customer": "ACME", "date": TODAY, "amount": 100, **fields}
    return receive.receive(books, clerk(), receive.Payment(**values))


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"amount": 0}, "amount", "more than 0"),
        ({"amount": -5}, "amount", "more than 0"),
        ({"customer": "NOBODY"}, "customer", "no customer NOBODY"),
        ({"customer": "NO\x00BODY"}, "customer", "no customer"),
        ({"currency": "USD"}, "currency", "billed in EUR"),
        ({"currency": "ZZZ"}, "currency", "ZZZ is not a currency"),
        ({"date": TODAY + dt.timedelta(days=1)}, "date", "today or earlier"),
        ({"reference": LONG}, "reference", "10000"),
        ({"note": LONG}, "note", "10000"),
        ({"amount": 10**16}, "amount", "too large"),
    ],
)
def test_a_wrong_payment_is_refused_at_its_field(firm, fields, field, words):
    done = issued(firm)
    with pytest.raises(Problem) as refused:
        payment(firm, **fields)
    assert refused.value.field == field and words in str(refused.value)
    assert firm.value("SELECT count(*) FROM receipt") == 0
    assert show.invoice_json(firm, done["id"], TODAY)["open"] == "780.00"
    assert verify(firm) == []


def test_a_wrong_allocation_is_refused(books):
    done, other = issued(books), issued(books, "USCO")
    paid = payment(books, amount=50000, allocations=())
    for amount, words in (
        (0, "more than 0"),
        (-1, "more than 0"),
        (78001, "only 780.00 EUR"),
        (60000, "only 500.00 EUR"),
    ):
        with pytest.raises(Problem, match=words) as refused:
            allocate.allocate_payment(books, clerk(), paid["id"], done["id"], amount)
        assert refused.value.field == "amount"
    with pytest.raises(Problem, match="another customer"):
        allocate.allocate_payment(books, clerk(), paid["id"], other["id"], 100)
    for receipt, invoice in ((paid["id"], 10**6), (10**6, done["id"])):
        with pytest.raises(NotFound):
            allocate.allocate_payment(books, clerk(), receipt, invoice, 100)
    with pytest.raises(Problem, match=r"only 780\.00 EUR"):  # the whole payment is refused, not half of it taken
        payment(books, amount=100000, allocations=[(done["id"], 90000)])
    with pytest.raises(Problem) as refused:
        allocate.write_off(books, clerk(role="supervisor"), done["id"], 100, "  ")
    assert refused.value.field == "reason"
    assert books.value("SELECT count(*) FROM allocation") == 0 and books.value("SELECT count(*) FROM receipt") == 1
    assert verify(books) == []


def test_a_payment_in_the_customer_s_currency_only(books):
    issued(books, "ACME", "A10", currency="USD")
    usd = payment(books, currency="USD", amount=100)
    assert usd["open"] == 0
    euro = payment(books, amount=100)  # the customer's own currency stays on account
    assert euro["open"] == 100
    with pytest.raises(Problem, match="the payment is in EUR, the invoice in USD"):
        allocate.allocate_payment(books, clerk(), euro["id"], books.value("SELECT max(id) FROM invoice"), 50)
    assert verify(books) == []


def test_a_wrong_dispute_is_refused(books):
    done = issued(books)
    for fields, field in (
        ({"reason": "weather"}, "reason"),
        ({"amount": 0}, "amount"),
        ({"amount": 78001}, "amount"),
        ({"note": LONG}, "text"),
        ({"contact": LONG}, "contact"),
    ):
        with pytest.raises(Problem) as refused:
            disputes.open_dispute(books, clerk(), done["id"], **fields)
        assert refused.value.field == field
    key = disputes.open_dispute(books, clerk(), done["id"])
    for call, field in (
        (lambda: disputes.note_dispute(books, clerk(), key, " \n"), "text"),
        (lambda: disputes.note_dispute(books, clerk(), key, "x", "song"), "kind"),
        (lambda: disputes.move_dispute(books, clerk(), key, "closed", 1), "status"),
        (lambda: dispute_outcome.close_dispute(books, clerk(), key, "won"), "outcome"),
    ):
        with pytest.raises(Problem) as refused:
            call()
        assert refused.value.field == field
    assert books.value("SELECT count(*) FROM dispute") == 1 and verify(books) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "A B"}, "code"),
        ({"code": "acme"}, "code"),
        ({"name": ""}, "name"),
        ({"name": LONG}, "name"),
        ({"country": "XX"}, "country"),
        ({"language": "de"}, "language"),
        ({"currency": "EURO"}, "currency"),
        ({"terms": "whenever"}, "terms"),
        ({"siren": "123456789"}, "siren"),
        ({"vat_id": "FR00000000000"}, "vat_id"),
        ({"vat_category": "Q"}, "vat_category"),
        ({"credit_limit": "lots"}, "credit_limit"),
    ],
)
def test_a_wrong_customer_is_refused_at_its_field(firm, fields, field):
    card = master.CustomerCard(**{"code": "NEW", "name": "New", "country": "FR", **fields})
    with pytest.raises(Problem) as refused:
        master.add_customer(firm, clerk(), card)
    assert refused.value.field == field
    assert firm.value("SELECT count(*) FROM customer") == 5


#: Markup, escape sequences, tabs, NULs, right-to-left and combining characters, quotes of every language below.
HOSTILE = (
    "[red]x[/x] [@click=app.quit]y[/] \\[b]",
    "\x1b]52;c;eA==\x07\x1b[31m\x9b31m",
    "a\tb\r\nc",
    "nul\x00nul",
    "\u202egnp.exe\u202c \u200f\u2066x\u2069",
    "e\u0301\u0301\u0301 z\u0337\u0338",
    "'; DROP TABLE invoice; -- \" ` % _ ! {x} %s ?",
    "lone \ud800 surrogate",
    "{empty} {int} $1 :name",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_data(books, text):
    card = master.CustomerCard(code="HOST", name=text, country="FR", city=text, note=text)
    master.add_customer(books, clerk(), card)
    item = {"code": "H1", "description": text, "unit_price": "1", "vat_rate": "20"}
    master.add_item(books, clerk(), item)
    lines = [{"item": "H1"}, {"description": text, "unit_price": "2", "note": text}]
    data = {"customer": "HOST", "purchase_order": text, "note": text, "lines": lines}
    content = content_from_json(data)
    draft, version = drafts.save_draft(books, clerk(), content, buyer_name=text)
    draft, version = drafts.save_draft(books, clerk(), content, draft_id=draft, version=version, buyer_name=text)
    raw = Content(customer="HOST", purchase_order=text, typed=text, focus="note", invalid={"note": text})
    kept, _ = drafts.save_draft(books, clerk(), raw, buyer_name=text)
    assert drafts.load_draft(books, kept).content.typed == text
    show.invoice_json(books, kept, TODAY)
    done = issue.issue_draft(books, clerk(), draft)
    paid = receive.receive(books, clerk(), receive.Payment("HOST", TODAY, 100, reference=text, payer=text, note=text))
    key = disputes.open_dispute(books, clerk(), done["id"], note=text, contact=text)
    disputes.note_dispute(books, clerk(), key, text)
    receive.reverse_receipt(books, clerk(), paid["id"], text)
    allocate.write_off(books, clerk(role="supervisor"), done["id"], 10, text)
    assert verify(books) == []
    whole = json.dumps(show.invoice_json(books, done["id"], TODAY), ensure_ascii=False)
    stored = [whole, *books.rows("SELECT name, note FROM customer WHERE code = 'HOST'")[0]]
    stored += [row[0] for row in books.rows("SELECT text FROM dispute_note WHERE kind IN ('opened', 'note')")]
    stored += books.row("SELECT reference, payer, note, reversal_reason FROM receipt WHERE id = ?", (paid["id"],))
    stored += books.row("SELECT reason FROM allocation WHERE kind = 'write_off'")
    stored += [row[0] for row in books.rows("SELECT text FROM posting")]
    for kept_text in stored:
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066\u200f" for c in kept_text), kept_text
    if text.startswith("["):
        assert text in whole.replace("\\\\", "\\")
