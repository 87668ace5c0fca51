"""Templates in the books: versions that stay, the choice for a document, what was billed before, a reprint to the byte."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued, typed
from tui_billing.documents.invoice_pdf import render
from tui_billing.models.door import Books
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.services import credit, master, previews, templates
from tui_billing.services.printing import printable
from tui_billing.services.verify import verify

HOURS = {"description": "Works", "quantity": "20", "unit": "P1", "unit_price": "100", "vat_rate": "20"}


def chosen(books: Books, invoice_id: int) -> tuple[str, int]:
    template = printable(books, invoice_id).template
    return template.code, template.version


def test_the_customer_s_template_goes_before_the_kind_s_and_the_house_s(books: Books) -> None:
    goods, services = ("B20 2",), ("A10",)
    month = {"period_start": "2026-11-01", "period_end": "2026-11-30", "item": "A10"}
    assert chosen(books, issued(books, "ACME", *goods)["id"]) == ("goods", 1)
    assert chosen(books, issued(books, "ACME", *services)["id"]) == ("services", 1)
    assert chosen(books, issued(books, "ACME", month)["id"]) == ("subscription", 1)
    assert chosen(books, issued(books, "ACME", HOURS)["id"]) == ("progress", 1)
    templates.set_template(books, clerk(), "ours", {"logo": "right"}, like="standard")
    for choice in ({}, {"kind": "goods"}, {"customer": "ACME"}, {"customer": "ACME", "kind": "goods"}):
        code = "-".join(["ours", *choice.values()]).lower()
        templates.set_template(books, clerk(), code, {}, like="ours") if choice else None
        templates.use_template(books, clerk(), code, **choice)
    assert chosen(books, issued(books, "DUPO", *services, purchase_order="1")["id"])[0] == "ours"
    assert chosen(books, issued(books, "DUPO", *goods, purchase_order="1")["id"])[0] == "ours-goods"
    assert chosen(books, issued(books, "ACME", *services)["id"])[0] == "ours-acme"
    assert chosen(books, issued(books, "ACME", *goods)["id"])[0] == "ours-acme-goods"
    templates.use_template(books, clerk(), "", customer="ACME", kind="goods")
    assert chosen(books, issued(books, "ACME", *goods)["id"])[0] == "ours-acme"
    listed = {one.code: one for one in templates.list_templates(books)}
    assert listed["ours"].uses == ("all",) and listed["ours-acme"].uses == ("ACME",)
    assert listed["ours-acme"].documents == 2
    assert verify(books) == []


def test_a_document_keeps_the_version_that_it_was_issued_with(books: Books) -> None:
    done = issued(books, "ACME", "A10")
    before = render(printable(books, done["id"])).pdf
    context = clerk()
    assert templates.set_template(books, context, "services", {"accent": "#8a1c1c"})["version"] == 2
    assert templates.set_template(books, context, "services", {"accent": "#8a1c1c"})["version"] == 2
    # what changes nothing is no version
    assert templates.set_template(books, clerk(), "services", {"accent": "#8A1C1C"})["version"] == 2
    assert render(printable(books, done["id"])).pdf == before
    again = issued(books, "ACME", "A10")
    assert chosen(books, again["id"]) == ("services", 2)
    note = credit.credit(books, clerk(), done["id"], reason="wrong")
    assert chosen(books, note["id"]) == ("services", 2)
    with pytest.raises(Conflict):
        templates.set_template(books, clerk(), "services", {"logo": "none"}, version=1)
    with pytest.raises(Problem, match="already"):
        templates.set_template(books, clerk(), "goods", {}, like="services")
    with pytest.raises(NotFound, match="standard"):
        templates.template_of(books, "nowhere")
    assert verify(books) == []


def test_progress_says_what_was_billed_before_and_what_is_retained(books: Books) -> None:
    def bill(quantity: str, **more: str) -> int:
        line = HOURS | {"quantity": quantity}
        return issued(books, "WORKS", line, contract="CT-7", **more)["id"]

    card = {"code": "WORKS", "name": "Works", "country": "FR", "postcode": "69001", "city": "Lyon"}
    master.add_customer(books, clerk(), master.CustomerCard(**card, terms="95%@30+5%@365r"))

    first, second = bill("20"), bill("35")
    made = printable(books, second)
    assert made.template.code == "progress"
    assert made.progress is not None and (made.progress.reference, made.progress.before) == ("CT-7", 2000_00)
    assert [(line.previous, line.net) for line in made.lines] == [(2000_00, 3500_00)]
    # the invoice and its VAT are whole; the part that is retained falls due later
    assert made.totals.payable == 4200_00
    assert [(part.amount, part.retained) for part in made.instalments] == [(3990_00, False), (210_00, True)]
    assert made.instalments[1].due_date == TODAY + dt.timedelta(days=365)
    assert "5 % 365 days (retention money)" in made.terms
    credit.credit(books, clerk(), first, amount=600_00, reason="less")
    third = printable(books, bill("5"))
    assert third.progress is not None and third.progress.before == 5500_00 - 500_00
    # what comes after changes nothing of what was printed
    assert printable(books, second) == made and printable(books, first).progress.before == 0


def test_a_draft_is_shown_as_it_would_be_printed(books: Books) -> None:
    made = previews.draft_of(books, typed("ACME", "B20 3", note="Soon"), TODAY)
    assert made.template.code == "goods" and made.watermark == "DRAFT" and made.number == ""
    assert made.totals.gross == 162_00 and made.lines[0].unit and made.note == "Soon"
    assert render(made).structured is None
    with pytest.raises(Problem):
        previews.draft_of(books, typed("ACME", {"item": "nothing"}), TODAY)
