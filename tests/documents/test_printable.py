"""An invoice travels as plain JSON and comes back the same, or is refused with the key that is wrong."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from tui_billing.documents.printable import BooksTax, PrintableInvoice
from tui_billing.rules.problem import Problem


def test_round_trip(invoice):
    books = BooksTax("EUR", 123, Decimal("0.92310000"), "ECB", date(2026, 11, 20))
    there = invoice("fr", books_tax=books, period_start=date(2026, 11, 1))
    assert PrintableInvoice.from_json(json.loads(json.dumps(there.to_json()))) == there


def test_amounts_are_integers_decimals_strings_dates_iso(invoice):
    data = invoice().to_json()
    assert data["totals"]["gross"] == 185662
    assert data["lines"][2]["unit_price"] == "12.3456"
    assert data["issue_date"] == "2026-11-24"


def test_what_is_left_out_has_its_default(invoice):
    data = invoice().to_json()
    del data["note"], data["lines"][0]["item"]
    back = PrintableInvoice.from_json(data)
    assert (back.note, back.lines[0].item) == ("", "")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda data: data.pop("number"), "invoice.number"),
        (lambda data: data.update(colour="red"), "invoice.colour"),
        (lambda data: data["totals"].update(gross=1856.62), "invoice.totals.gross"),
        (lambda data: data["totals"].update(gross=True), "invoice.totals.gross"),
        (lambda data: data["lines"][1].update(quantity="NaN"), "invoice.lines[1].quantity"),
        (lambda data: data["lines"][1].update(quantity=10), "invoice.lines[1].quantity"),
        (lambda data: data.update(issue_date="2026-02-30"), "invoice.issue_date"),
        (lambda data: data.update(lines={}), "invoice.lines"),
        (lambda data: data.update(seller="Duval"), "invoice.seller"),
    ],
)
def test_a_wrong_value_is_named(invoice, change, path):
    data = invoice().to_json()
    change(data)
    with pytest.raises(Problem) as caught:
        PrintableInvoice.from_json(data)
    assert path in str(caught.value)


def test_an_unknown_kind_is_refused(invoice):
    with pytest.raises(Problem, match="receipt is no kind"):
        PrintableInvoice.from_json(invoice().to_json() | {"kind": "receipt"})
