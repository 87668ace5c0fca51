"""Every example is read, its totals agree, and what is written is what was read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.einvoice.corpora import each_example, examples
from tui_billing.exchange.einvoice import cii, ubl
from tui_billing.exchange.einvoice.read import read
from tui_billing.exchange.einvoice.tree import parse
from tui_billing.rules.en16931.arithmetic import compare
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.problem import Problem


@each_example()
def test_example_agrees(example: Path):
    received = read(example.read_bytes())
    assert compare(received.invoice) == []
    assert [str(one) for one in check(received.invoice) if one.blocking] == []


@each_example()
def test_what_is_written_is_what_was_read(example: Path):
    received = read(example.read_bytes())
    syntax = cii if received.syntax == "cii" else ubl
    written = syntax.write(received.invoice)
    assert syntax.read(parse(written)) == received.invoice
    assert syntax.write(received.invoice) == written


@each_example()
def test_one_cent_is_a_difference(example: Path):
    """Each stated total off by a cent is named, and nothing but what it touches."""
    from dataclasses import replace

    invoice = read(example.read_bytes()).invoice
    for name in ("lines", "net", "tax", "gross", "payable"):
        stated = getattr(invoice.totals, name)
        if stated is None:
            continue
        wrong = replace(invoice, totals=replace(invoice.totals, **{name: stated + Decimal("0.01")}))
        fields = [one.field for one in compare(wrong)]
        assert name in fields and len(fields) <= 2


def test_examples_are_all_there():
    assert len(examples()) in (0, 33)


SMALL = b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "not well-formed"),
        (b"<html/>", "which is no invoice"),
        (b"<!DOCTYPE Invoice [<!ENTITY a 'b'>]>" + SMALL, "entities"),
        (b"<!DOCTYPE Invoice SYSTEM 'http://example.org/x.dtd'>" + SMALL, "entities"),
        (b"<Invoice>" * 80 + b"</Invoice>" * 80, "too deep"),
        (b"<?xml version='1.0' encoding='martian'?>" + SMALL, "encoding"),
        (b"%PDF-1.7 nothing", "damaged"),
        (b"<Invoice><IssueDate>2026-02-30</IssueDate></Invoice>", "no date"),
        (b"<Invoice><TaxTotal><TaxAmount>1e9</TaxAmount></TaxTotal></Invoice>", "no decimal number"),
        (b"<Invoice><TaxTotal><TaxAmount>NaN</TaxAmount></TaxTotal></Invoice>", "no decimal number"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(content: bytes, words: str):
    with pytest.raises(Problem) as caught:
        read(content)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def _pdf(*files: tuple[str, bytes]) -> bytes:
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files:
        writer.add_attachment(name, content)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_pdf_without_and_with_two():
    with pytest.raises(Problem, match="no electronic invoice"):
        read(_pdf())
    with pytest.raises(Problem, match="no electronic invoice"):
        read(_pdf(("note.txt", b"hello"), ("other.xml", b"<other/>")))
    with pytest.raises(Problem, match="2 electronic invoices"):
        read(_pdf(("factur-x.xml", SMALL), ("xrechnung.xml", SMALL + b"\n")))
    assert read(_pdf(("factur-x.xml", SMALL), ("order.xml", b"<order/>"))).in_pdf
    assert read(_pdf(("invoice.xml", SMALL))).syntax == "ubl"


@pytest.mark.prove
@pytest.mark.parametrize("syntax", [cii, ubl], ids=["cii", "ubl"])
def test_five_thousand_lines_are_read_and_added_up(syntax):
    from dataclasses import replace

    from tests.einvoice.test_rules import base

    one = base("S")
    count = 5000
    lines = tuple(replace(one.lines[0], number=str(place)) for place in range(count))
    invoice = read(syntax.write(replace(one, lines=lines))).invoice
    assert len(invoice.lines) == count
    net = one.lines[0].net * count
    assert next(difference.computed for difference in compare(invoice) if difference.field == "lines") == net
