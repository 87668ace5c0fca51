"""The code to scan: what a telephone reads off the page is the payment, to the cent; and the link opens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.payment_code import payment_code
from tui_billing.documents.printable import CREDIT_NOTE, PaymentMeans, PrintableInvoice, PrintedTotals

LINK = "https://pay.example/F2026-00042?amount=1800.00&reference=RF93F202600042"


def scanned(pdf: bytes) -> list[str]:
    """What stands in the codes of all pages, seen as a picture of 144 dots an inch."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        found += [code.text for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())]
    return found


def totals(payable: int) -> PrintedTotals:
    return PrintedTotals(lines=payable, net=payable, tax=0, gross=payable, payable=payable)


def with_means(made: PrintableInvoice, **changes: str) -> PrintableInvoice:
    return dataclasses.replace(made, payment=dataclasses.replace(made.payment, **changes))


def test_a_telephone_reads_the_payment_off_the_page(invoice):
    (text,) = scanned(render(with_means(invoice("fr"), link=LINK)).pdf)
    assert text.split("\n") == [
        *("BCD", "002", "1", "SCT"),
        "AGRIFRPP",
        "Atelier Duval SARL",
        "FR7630006000011234567890189",
        "EUR1800",
        "",
        "RF93F202600042",
    ]


@pytest.mark.parametrize(
    ("payable", "told"), [(1, "EUR0.01"), (123456, "EUR1234.56"), (99999999999, "EUR999999999.99")]
)
def test_the_amount_is_to_the_cent(invoice, payable, told):
    (text,) = scanned(render(invoice("en", totals=totals(payable))).pdf)
    assert text.split("\n")[7] == told


def test_no_code_where_no_transfer_in_euro_is_asked_for(invoice):
    made = invoice("en")
    assert payment_code(made)
    refused: list[Callable[[PrintableInvoice], PrintableInvoice]] = [
        lambda one: dataclasses.replace(one, kind=CREDIT_NOTE),
        lambda one: dataclasses.replace(one, currency="USD"),
        lambda one: dataclasses.replace(one, totals=totals(0)),
        lambda one: dataclasses.replace(one, totals=totals(100_000_000_000)),
        lambda one: dataclasses.replace(one, payment=PaymentMeans()),
        lambda one: with_means(one, iban=""),
        lambda one: with_means(one, code="59"),
    ]
    for change in refused:
        assert payment_code(change(made)) is None
    assert scanned(render(with_means(made, code="59")).pdf) == []


def test_the_longest_name_and_a_foreign_reference_still_fit(invoice):
    made = with_means(invoice("en"), account_name="Ünlü & Söhne Šlapáková " * 5, reference="order 45 / 2026")
    (text,) = scanned(render(made).pdf)
    lines = text.split("\n")
    assert len(lines[5]) <= 70 and lines[5].startswith("Ünlü & Söhne Šlapáková")
    assert lines[9:] == ["", "order 45 / 2026"]
    (text,) = scanned(render(with_means(made, account_name="𝔘" * 200, reference="x" * 140)).pdf)
    assert len(text.encode()) <= 331


def test_the_link_opens_where_it_stands(invoice, pages):
    rendered = render(with_means(invoice("en"), link=LINK))
    addresses = {
        note.get_object()["/A"]["/URI"]
        for page in PdfReader(BytesIO(rendered.pdf)).pages
        for note in page.get("/Annots") or ()
    }
    assert addresses == {LINK}
    assert LINK in "".join("".join(pages(rendered.pdf)).split())


def test_a_page_too_full_for_the_code_gives_it_the_next(invoice, lines_of):
    for count in range(8, 30, 3):
        made = invoice("en", **lines_of(count))
        assert len(scanned(render(made).pdf)) == 1, count
