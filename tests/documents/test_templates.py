"""Templates on the page: every kind with one line, 25, 300 and a long text; and what a template may not be."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from tui_billing.documents.invoice_layout import lay_out
from tui_billing.documents.invoice_pdf import characters, render
from tui_billing.documents.printable import PrintableInvoice, PrintedLine, PrintedProgress
from tui_billing.documents.sheet import HEIGHT, LEFT, RIGHT, TOP, Picture, Word
from tui_billing.documents.template import BUILT_IN, PLAIN, REQUIRED, Template, changed, contrast, from_json, to_json
from tui_billing.documents.typeface import Typeface
from tui_billing.rules.billed_kind import billed_kind
from tui_billing.rules.problem import Problem

BY_CODE = {template.code: template for template in BUILT_IN}


def laid_out(invoice: PrintableInvoice, logo: float | None = None):
    return lay_out(invoice, Typeface(characters(invoice) | set("0123456789.,- ")), logo)


def words_of(page) -> str:
    return " ".join(" ".join(mark.text for mark in page if isinstance(mark, Word)).split())


def lines_with(count: int, text: str = "Ligne", **more):
    return tuple(
        PrintedLine(
            place + 1,
            f"{text} {place + 1}",
            Decimal(place % 7) + Decimal("0.5"),
            Decimal("1234.5"),
            1_000_00,
            "S",
            Decimal(20),
            item=f"A{place}",
            unit="jour",
            discount_percent=Decimal(10 if place % 3 else 0),
            period_start=date(2026, 11, 1),
            period_end=date(2026, 11, 30),
            previous=50_000_00,
            **more,
        )
        for place in range(count)
    )


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", sorted(BY_CODE))
@pytest.mark.parametrize("count", [1, 25, 300])
def test_every_kind_keeps_its_margins_its_columns_and_its_sums(invoice, lines_of, code, count, language):
    changes = lines_of(count) | {"lines": lines_with(count)}
    progress = PrintedProgress("CT-7", 99_000_00) if code == "progress" else None
    made = invoice(language, **changes, template=BY_CODE[code], progress=progress)
    sheet = laid_out(made, 3.0)
    for page in sheet.pages:
        for mark in page:
            if isinstance(mark, Word):
                wide = sheet.typeface.width(mark.text, mark.size, "B" if mark.font == "B" else "")
                assert mark.x >= LEFT - 0.1 and mark.x + wide <= RIGHT + 0.1, mark
                assert TOP - 6 < mark.y < HEIGHT - 5, mark
    texts = [words_of(page) for page in sheet.pages]
    last = len(texts)
    carried, brought = ("À reporter", "Report") if language == "fr" else ("Carried forward", "Brought forward")
    for number, text in enumerate(texts, 1):
        assert (f"Page {number} sur {last}" if language == "fr" else f"Page {number} of {last}") in text
        # what is carried over stands at the foot of one page and at the head of the next
        assert (carried in text) == (brought in texts[number] if number < last else False)
    # the sums stand with a line of the table
    total = next(
        place for place, text in enumerate(texts) if ("Total HT" if language == "fr" else "Total excl") in text
    )
    assert f"Ligne {count}" in texts[total]
    # a column's figures end at one place on all pages
    edges = {
        round(mark.x + sheet.typeface.width(mark.text, mark.size), 2)
        for page in sheet.pages
        for mark in page
        if isinstance(mark, Word) and mark.text.replace("\u202f", " ") in ("1,000.00", "1 000,00") and mark.size == 8.5
    }
    assert len(edges) <= 1 + (count == 1)


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_text_of_five_thousand_signs_goes_on_over_the_pages(invoice, lines_of, code):
    words = " ".join(f"mot{place:04d}" for place in range(625))
    lines = (dataclasses.replace(lines_with(1)[0], description=words), *lines_with(3)[1:])
    sheet = laid_out(invoice(**lines_of(3) | {"lines": lines}, template=BY_CODE[code]))
    said = " ".join(words_of(page) for page in sheet.pages)
    assert len(words) == 4999 and all(f"mot{place:04d}" in said for place in range(625))
    assert len(sheet.pages) <= 8


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_what_has_no_column_stands_in_the_text(invoice, lines_of, code):
    said = " ".join(
        words_of(page)
        for page in laid_out(invoice(**lines_of(2) | {"lines": lines_with(2)}, template=BY_CODE[code])).pages
    )
    for fact in ("A1", "01/11/2026 – 30/11/2026", "10 %", "1,234", "jour", "20 %"):
        assert fact in said, fact


def test_columns_that_the_page_has_no_room_for_are_given_up(invoice, lines_of):
    every = changed(
        PLAIN, {"columns": "position item text period quantity unit price discount vat previous net todate"}
    )
    huge = tuple(dataclasses.replace(line, net=10**14, previous=10**14) for line in lines_with(2))
    sheet = laid_out(invoice(**lines_of(2) | {"lines": huge}, template=every))
    said = " ".join(words_of(page) for page in sheet.pages)
    assert "1,000,000,000,000.00" in said and "01/11/2026 – 30/11/2026" in said
    for mark in sheet.pages[0]:
        if isinstance(mark, Word):
            assert mark.x + sheet.typeface.width(mark.text, mark.size, "B" if mark.font == "B" else "") <= RIGHT + 0.1


def test_texts_colours_logo_and_payment_are_the_template_s(invoice):
    own = changed(
        PLAIN,
        {
            "intro.en": "Dear {contact}\nwe bill {document} of {issue_date}.",
            "closing.en": "Due {due_date}: {amount}.",
            "footer.en": "Member of the guild",
            "heads.en": "quantity=Hours; price=Rate",
            "accent": "8A1C1C",
            "logo": "right",
            "payment": "line",
        },
    )
    sheet = laid_out(invoice(template=own), 3.0)
    said = words_of(sheet.pages[0])
    for text in ("we bill Invoice F2026-00042 of 24/11/2026.", "Due 31/12/2026: 1,800.00 EUR.", "Hours", "Rate"):
        assert text in said, text
    assert "Dear" in said and "IBAN: FR76 3000" in said
    # the house's line stands below its legal one, never in its place
    assert said.index("SIREN 732829320 – FR44732829320") < said.index("Member of the guild")
    assert {mark.colour for mark in sheet.pages[0] if isinstance(mark, Word) and mark.text == "Invoice"} == {
        (138, 28, 28)
    }
    (logo,) = [mark for mark in sheet.pages[0] if isinstance(mark, Picture)]
    assert logo.x + logo.width == pytest.approx(RIGHT)
    assert not [
        m for m in laid_out(invoice(template=changed(own, {"logo": "none"})), 3.0).pages[0] if isinstance(m, Picture)
    ]


def test_a_template_travels_with_its_document(invoice):
    own = changed(
        BY_CODE["goods"], {"intro.fr": "Bonjour {contact}", "columns": "position text:70 quantity unit price vat net"}
    )
    made = invoice("fr", template=own, progress=PrintedProgress("CT-7", 5), watermark="BROUILLON")
    assert PrintableInvoice.from_json(made.to_json()) == made
    assert from_json(own.code, own.version, to_json(own)) == own
    assert render(made).pdf == render(PrintableInvoice.from_json(made.to_json())).pdf


def test_a_watermark_is_on_every_page_and_the_xml_on_none(invoice, lines_of):
    rendered = render(invoice(**lines_of(60), watermark="DRAFT"))
    assert rendered.structured is None and rendered.pages == 3
    sheet = laid_out(invoice(**lines_of(60), watermark="DRAFT"))
    assert [type(page[0]).__name__ for page in sheet.pages] == ["Stamp"] * 3


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"columns": "position text"}, "columns", "quantity"),
        ({"columns": "position text quantity unit price vat net colour"}, "columns", "colour"),
        ({"columns": "position text text quantity unit price vat net"}, "columns", "twice"),
        ({"columns": "position text quantity:3 unit price vat net"}, "columns", "6 to 120"),
        ({"columns": "position text quantity:60 unit:60 price:60 vat net"}, "columns", "narrower"),
        ({"accent": "blue"}, "accent", "blue"),
        ({"grey": "#dddddd"}, "grey", "pale"),
        ({"intro.fr": "Bonjour {nom}"}, "intro.fr", "{nom}"),
        ({"heads.fr": "quantity"}, "heads.fr", "quantity"),
        ({"logo": "middle"}, "logo", "left"),
        ({"font": "Arial"}, "font", "columns"),
    ],
)
def test_what_does_not_fit_is_named_with_its_field(typed, field, words):
    with pytest.raises(Problem) as caught:
        changed(PLAIN, typed)
    assert caught.value.field == field and words in str(caught.value)


def test_what_comes_with_the_program_is_what_the_books_begin_with():
    import importlib

    first = importlib.import_module("tui_billing.models.migrations.0011_templates")
    assert {code: content | first._LOOK for code, content in first.FIRST.items()} == {
        one.code: to_json(one) for one in BUILT_IN
    }
    for template in BUILT_IN:
        assert all(template.has(name) for name in REQUIRED)
        assert contrast(template.accent) > 7 and isinstance(template, Template)


@pytest.mark.parametrize(
    ("lines", "retained", "kind"),
    [
        ([("goods", "C62", False)], False, "goods"),
        ([("goods", "C62", False), ("services", "HUR", False)], False, "services"),
        ([("services", "MON", True)], False, "subscription"),
        ([("services", "MON", True), ("services", "HUR", False)], False, "services"),
        ([("services", "P1", False)], False, "progress"),
        ([("services", "HUR", False)], True, "progress"),
        ([], False, "services"),
    ],
)
def test_the_kind_of_an_invoice(lines, retained, kind):
    assert billed_kind(lines, retained=retained) == kind
