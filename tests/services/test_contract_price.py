"""A contract's price is the default price of its customer's invoices: of the day, indexed, in its unit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.builders import TODAY, clerk, issued, typed
from tests.services.test_match import contract, line_of
from tui_billing.rules.sources import source_from_json
from tui_billing.services import sources
from tui_billing.services.resolve import resolve
from tui_billing.services.source_contract import index_contract


def prices(books, *lines, day=TODAY, **fields):
    known = resolve(books, typed("ACME", *lines, issue_date=day.isoformat(), **fields), TODAY)
    return [(line.unit_price, line.discount_percent, line.agreed and line.agreed.contract) for line in known.lines]


def test_a_line_without_a_price_takes_the_contract_s_of_the_day(books):
    key = contract(books, "C1", "40", start_date="2026-01-01", end_date="2026-12-31")
    index_contract(books, clerk(), key, dt.date(2026, 7, 1), Decimal("1.05"), "Syntec")
    assert prices(books, "B20 2", day=dt.date(2026, 6, 30)) == [(Decimal(40), 0, "C1")]
    assert prices(books, "B20 2", "A10 1") == [(Decimal("42.00"), 0, "C1"), (Decimal(650), 0, None)]
    assert prices(books, "B20 2", day=dt.date(2027, 1, 1)) == [(Decimal(45), 0, None)]
    assert prices(books, "B20 2 39") == [(Decimal(39), 0, None)]
    assert prices(books, {"item": "B20", "quantity": "1", "unit": "KGM"}) == [(Decimal(45), 0, None)]
    done = issued(books, "ACME", "B20 2")
    assert books.value("SELECT net FROM invoice WHERE id = ?", (done["id"],)) == 8400
    assert line_of(books, "contract_line", 1) == 2


def test_its_discount_and_its_ceiling_count_and_another_contract_can_be_named(books):
    for number, price, discount, ceiling in (("C1", "40", "10", "5"), ("C2", "38", "", "")):
        line = {"item": "B20", "unit_price": price, "discount_percent": discount, "ceiling": ceiling}
        data = {"customer": "ACME", "number": number, "start_date": "2026-01-01", "lines": [line]}
        sources.add_source(books, clerk(), source_from_json("contract", data))
    assert prices(books, "B20 2", contract="C1") == [(Decimal(40), 10, "C1")]
    assert prices(books, {"item": "B20", "discount_percent": "0"}, contract="C1") == [(Decimal(40), 0, "C1")]
    assert prices(books, "B20 2", contract="C2") == [(Decimal(38), 0, "C2")]
    known = resolve(books, typed("ACME", "B20 6", contract="C1"), TODAY)
    assert [f.code for f in known.findings if f.blocking] == ["over_ceiling"]
    said = {f.code for f in resolve(books, typed("ACME", "B20 2 39", contract="C1"), TODAY).findings}
    assert "price_contract" in said and "price_other" not in said
