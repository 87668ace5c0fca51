"""What the former system issued comes into the books, once, outside our own numbering."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import clerk, issued
from tests.einvoice.documents import FRENCH, SELLER, made
from tui_billing.documents.semantic import semantic
from tui_billing.exchange.einvoice import cii
from tui_billing.exchange.einvoice.read import Received, read
from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.problem import Refused
from tui_billing.rules.totals import LineInput, Vat
from tui_billing.services.legacy import take_over
from tui_billing.services.show import invoice_json
from tui_billing.services.verify import verify


def old(number: str, kind: str = "invoice") -> Received:
    lines = [
        LineInput(Decimal(2), Decimal(650), Vat("S", Decimal(20))),
        LineInput(Decimal(3), Decimal("1.11"), Vat("S", Decimal("5.5"))),
    ]
    said: EInvoice = replace(semantic(made(lines, [], FRENCH, kind=kind)), number=number)
    return read(cii.write(said))


def test_taken_over_and_right(books):
    before = issued(books)
    done = take_over(books, clerk(), old("2025/118"))
    credit = take_over(books, clerk(), old("AV-7", "credit_note"))
    document = invoice_json(books, done["id"], clerk().today)
    assert document["number"] == "2025/118" and document["open"] == document["totals"]["payable"] == "1563.51"
    assert invoice_json(books, credit["id"], clerk().today)["kind"] == "credit_note"
    assert issued(books)["number"] == before["number"][:-1] + "2"  # our own numbers go on without a gap
    assert verify(books) == []
    assert books.value("SELECT count(*) FROM customer WHERE siren = ?", (FRENCH.siren,)) == 1
    sums = books.row("SELECT sum(debit), sum(credit) FROM posting_line WHERE account = '890000'")
    assert tuple(map(int, sums)) == (156351, 156351)


def test_refusals_leave_nothing(firm):
    take_over(firm, clerk(), old("2025/118"))
    rows = firm.value("SELECT count(*) FROM audit")
    with pytest.raises(Refused, match="already"):
        take_over(firm, clerk(), old("2025/118"))
    with pytest.raises(Refused, match="gives itself"):
        take_over(firm, clerk(), old("F2026-00042"))
    stranger = old("X-1")
    seller = replace(
        stranger.invoice.seller, vat_id="", legal_id=replace(stranger.invoice.seller.legal_id, value="552100554")
    )
    with pytest.raises(Refused, match="not by this company"):
        take_over(firm, clerk(), replace(stranger, invoice=replace(stranger.invoice, seller=seller)))
    assert firm.value("SELECT count(*) FROM audit") == rows and SELLER.siren == "732829320"
    assert verify(firm) == []


def test_said_twice_done_once(firm):
    context = clerk()
    assert take_over(firm, context, old("2025/118")) == take_over(firm, context, old("2025/118"))


def test_the_file_itself_is_kept_with_it(books):
    from tui_billing.services.attachments import attached_to, read_attachment

    received = old("2025/119")
    done = take_over(books, clerk(), received, "ancienne facture.xml")
    (paper,) = attached_to(books, "invoice", done["id"])
    assert (paper.name, read_attachment(books, paper.id)[1]) == ("ancienne facture.xml", received.original)
    assert verify(books) == []


def test_the_lines_of_extended_are_lines_of_ours(firm):
    from tests.einvoice.test_variants import in_extended
    from tests.einvoice.whole import agreed

    seller = old("X").invoice.seller
    said = agreed(replace(in_extended(), number="2025-120", accounting_currency="", prepayments=(), seller=seller))
    said = replace(said, totals=replace(said.totals, tax_accounting=None))
    done = take_over(firm, clerk(), read(cii.write(said)))
    document = invoice_json(firm, done["id"], clerk().today)
    assert [line["net"] for line in document["lines"]] == ["1295.00"] * 3
    assert document["lines"][0]["description"].split("\n")[:3] == ["Lot 1", "Remarque", "Livré le matin"]
    assert document["totals"]["lines"] == "3885.00"
    assert verify(firm) == []
