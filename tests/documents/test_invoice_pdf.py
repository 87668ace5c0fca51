"""The printed invoice: what stands on it, where it breaks, PDF/A-3b and always the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tui_billing import locale
from tui_billing.documents import kept_fonts, typeface
from tui_billing.documents.invoice_layout import lay_out
from tui_billing.documents.invoice_pdf import characters, render
from tui_billing.documents.printable import (
    BooksTax,
    PaymentMeans,
    PrintedInstalment,
    PrintedLine,
    PrintedTotals,
    PrintedVat,
    References,
)
from tui_billing.documents.sheet import Word

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def no_fonts(monkeypatch):
    """A machine without any font of its own."""
    typeface.face_with.cache_clear()
    monkeypatch.setattr(typeface, "installed_fonts", lambda char: iter(()))
    yield
    typeface.face_with.cache_clear()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_mention_and_amount_is_on_the_page(invoice, pages, language):
    made = invoice(language)
    text = " ".join(" ".join(pages(render(made).pdf)).split())
    for mention in made.mentions:
        assert " ".join(mention.text.split()) in text
    amounts = [1300_00, 405_00, 14_43, 1719_43, 170_50, 1548_93, 307_69, 1856_62, 56_62, 1800_00, 900_00]
    amounts += [1534_50, 306_90, 79]
    for minor in amounts:
        shown = f"{minor / 100:,.2f}"
        assert (shown.replace(",", " ").replace(".", ",") if language == "fr" else shown) in text
    for fact in (
        "F2026-00042",
        "Atelier Duval SARL",
        "ACME Industries SAS",
        "732829320",
        "FR44732829320",
        "552100554",
        "45001234",
        "CT-7",
        "M. Martin",
        "ACME Entrepôt, Zone Nord, 59000 Lille",
        "FR76 3000 6000 0112 3456 7890 189",
        "AGRIFRPP",
        "RF93F202600042",
        "Livre [édition 2026]",
        "Couverture abîmée",
        "Merci.",
        "24/11/2026",
        "20/11/2026",
        "24/12/2026",
        "31/12/2026",
    ):
        assert fact in text, fact


@pytest.mark.parametrize("language", ["en", "fr"])
def test_golden_text(invoice, pages, language):
    if language == "fr" and locale.say("Invoice", "fr") == "Invoice":
        pytest.skip("the French catalogue is not built")
    text = "\n".join(pages(render(invoice(language)).pdf)) + "\n"
    assert text == (GOLDEN / f"invoice_{language}.txt").read_text(encoding="utf-8")


def test_it_says_that_it_is_pdf_a_3b_and_embeds_every_font(invoice):
    reader = PdfReader(BytesIO(render(invoice("fr")).pdf))
    root = reader.trailer["/Root"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/Lang"] == "fr-FR"
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfaid:part[>=\"]+3", xmp)
    assert re.search(r"pdfaid:conformance[>=\"]+B", xmp)
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert len(fonts) == 2
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor
        assert "/ToUnicode" in font.get_object()


def test_the_same_invoice_is_the_same_bytes_in_any_process(invoice):
    made = invoice("fr")
    first = render(made)
    assert render(made).pdf == first.pdf
    assert hashlib.sha256(first.pdf).hexdigest() == first.sha256
    program = (
        "import json, sys\n"
        "from tui_billing.documents.printable import PrintableInvoice\n"
        "from tui_billing.documents.invoice_pdf import render\n"
        "print(render(PrintableInvoice.from_json(json.load(sys.stdin))).sha256)\n"
    )
    for seed in ("0", "1"):
        answer = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(made.to_json()),
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert answer.stdout.strip() == first.sha256


def test_a_kept_font_says_the_same_as_one_read_anew(invoice, pages, monkeypatch):
    made = invoice("fr")
    kept_fonts._kept.cache_clear()
    for cut in ("NotoSans-Regular.ttf", "NotoSansWestern-Regular.ttf", "NotoSansWestern-Bold.ttf"):
        assert kept_fonts._kept(typeface.FONTS / cut, "noto", "") is not None
    kept = render(made)
    monkeypatch.setattr(kept_fonts, "_kept", lambda *_: None)
    anew = render(made)
    assert pages(anew.pdf) == pages(kept.pdf)
    # The western cut goes in whole: some 7 kB a style, for two thirds of what a document costs.
    assert len(kept.pdf) - len(anew.pdf) < 16_000


def test_what_no_font_has_is_named_and_boxed(invoice, pages, no_fonts):
    line = PrintedLine(1, "Thé 中 \ue000 \x07 fin", Decimal(1), Decimal(1), 100, "S", Decimal(20))
    rendered = render(invoice(lines=(line,)))
    assert rendered.missing == ("U+4E2D 中", "U+E000", "U+0007")
    assert "Thé ▯ ▯ ▯ fin" in pages(rendered.pdf)[0]


def test_nothing_is_missing_from_european_text(invoice, pages, no_fonts):
    name = "Œuvre Łódź Ångström Škoda Ürün ΑΘΗΝΑ Київ “quoted” ‘x’ – — … € £ ₴ ½ ² № Việt"
    rendered = render(invoice(note=name))
    assert rendered.missing == ()
    assert name in pages(rendered.pdf)[0]


def test_a_font_of_the_machine_stands_in(invoice, pages):
    if not typeface.face_with("\u05e9"):
        pytest.skip("no font of this machine has Hebrew")
    rendered = render(invoice(note="a שלום [b]"))
    assert rendered.missing == ()
    text = pages(rendered.pdf)[0]
    assert "[b]" in text
    fonts = PdfReader(BytesIO(rendered.pdf)).pages[0]["/Resources"]["/Font"]
    assert len(fonts) == 3


@pytest.mark.parametrize(
    "text",
    [
        "x" * 5000,
        "mot " * 1250,
        "中文" * 500,
        "[red]gras[/x] {curly} %s \\n \\",
        "שלום (עולם) مرحبا 12,50",
        "e\u0301\u0301\u0301\u0301" * 200,
        "\n" * 50,
        "",
        "\ud800",
    ],
)
def test_no_text_breaks_the_page(invoice, text, no_fonts):
    line = PrintedLine(1, text, Decimal(1), Decimal(1), 100, "S", Decimal(20), item=text[:60], unit=text[:60])
    rendered = render(invoice(lines=(line,), note=text, terms=text[:300]))
    reader = PdfReader(BytesIO(rendered.pdf))
    assert len(reader.pages) == rendered.pages
    for page in reader.pages:
        assert page.extract_text()


def test_three_hundred_lines_carry_their_subtotal(invoice, lines_of, pages):
    rendered = render(invoice(**lines_of(300)))
    texts = pages(rendered.pdf)
    assert len(texts) == rendered.pages > 5
    seen = 0
    for place, text in enumerate(texts):
        assert f"Page {place + 1} of {len(texts)}" in text
        assert "RCS Lyon – SIREN 732829320" in text
        here = len(re.findall(r"Ligne \d+", text))
        assert ("Unit price" in text) == bool(here), "the head is on every page with lines"
        brought = re.search(r"Brought forward\s([\d,.]+)", text)
        assert bool(brought) == bool(place and here)
        if brought:
            assert brought[1] == f"{seen * 10:,.2f}"
        seen += here
        carried = re.search(r"Carried forward\s([\d,.]+)", text)
        assert bool(carried) == (seen < 300)
        if carried:
            assert carried[1] == f"{seen * 10:,.2f}"
    assert seen == 300


def test_totals_never_stand_without_a_line(invoice, lines_of):
    for count in range(1, 60):
        made = invoice(**lines_of(count))
        texts = [
            "\n".join(mark.text for mark in page if isinstance(mark, Word))
            for page in lay_out(made, typeface.Typeface(characters(made))).pages
        ]
        (page,) = [text for text in texts if "Amount due" in text]
        assert f"Ligne {count}\n" in page, count
        assert "VAT breakdown" in page


def test_a_credit_note_names_its_invoice_and_asks_for_nothing(invoice, pages):
    references = References(preceding_number="F2026-00007", preceding_date=date(2026, 2, 3))
    made = invoice(kind="credit_note", number="A2026-00001", references=references, instalments=(), due_date=None)
    text = pages(render(made).pdf)[0]
    assert "Credit note" in text
    assert "F2026-00007 of 03/02/2026" in text
    assert "Amount credited" in text and "Amount due" not in text and "To pay by" not in text


def test_vat_of_a_foreign_currency_stands_in_the_books_currency_too(invoice, pages):
    books = BooksTax("EUR", 28403, Decimal("0.9231"), "ECB", date(2026, 11, 20))
    text = pages(render(invoice(currency="USD", books_tax=books)).pdf)[0]
    assert "VAT in EUR" in text and "284.03 EUR" in text
    assert "1 USD = 0.9231 EUR (ECB, 20/11/2026)" in text
    assert "Amount due, USD 1,800.00" in text


def test_a_currency_has_its_own_decimals(invoice, pages):
    totals = PrintedTotals(lines=1300000, net=1300000, tax=130000, gross=1430000, payable=1430000)
    line = PrintedLine(1, "Yen", Decimal(2), Decimal(650000), 1300000, "S", Decimal(10))
    made = invoice(
        currency="JPY", lines=(line,), totals=totals, vat=(PrintedVat("S", Decimal(10), 1300000, 130000),),
        adjustments=(), instalments=(),
    )  # fmt: skip
    assert "1,430,000 JPY" in pages(render(made).pdf)[0]


def test_an_exemption_stands_with_its_group(invoice, pages):
    groups = (
        PrintedVat("AE", Decimal(0), 10000, 0, "VATEX-EU-AE", "Autoliquidation."),
        PrintedVat("E", Decimal(0), 10000, 0, "VATEX-EU-132"),
    )
    text = pages(render(invoice(vat=groups)).pdf)[0]
    assert "Reverse charge (AE, 0 %)" in text and "Autoliquidation." in text and "VATEX-EU-132" in text


def test_more_vat_groups_than_a_page_holds_go_on_over_the_page(invoice, pages):
    groups = tuple(
        PrintedVat("E", Decimal(0), 10001 + place, 0, "VATEX-EU-132", f"Raison {place}.\nSuite") for place in range(70)
    )
    text = " ".join(pages(render(invoice(vat=groups)).pdf))
    assert all(f"Raison {place}." in text and f"{(10001 + place) / 100:.2f}" in text for place in range(70))


def test_ninety_instalments_go_on_over_the_page(invoice, pages):
    parts = tuple(PrintedInstalment(place + 1, date(2027, 1, 1), 10001 + place) for place in range(90))
    text = " ".join(pages(render(invoice(instalments=parts)).pdf))
    assert all(f"{(10001 + place) / 100:.2f}" in text for place in range(90))


def _picture(mode: str, size: tuple[int, int], form: str) -> bytes:
    made = BytesIO()
    Image.new(mode, size, 0 if mode == "1" else None).save(made, form)
    return made.getvalue()


@pytest.mark.parametrize(
    "logo",
    [
        _picture("RGBA", (1200, 400), "PNG"),
        _picture("CMYK", (300, 300), "JPEG"),
        _picture("L", (40, 900), "PNG"),
        _picture("1", (200, 50), "PNG"),
        _picture("P", (200, 50), "PNG"),
        _picture("I;16", (64, 64), "PNG"),
        _picture("RGB", (4000, 3000), "JPEG"),
    ],
)
def test_any_picture_is_a_logo(invoice, logo):
    made = invoice(payment=PaymentMeans())  # without a code to scan
    rendered = render(made, logo=logo)
    (image,) = PdfReader(BytesIO(rendered.pdf)).pages[0].images
    assert max(image.image.size) <= 720
    assert rendered.pdf == render(made, logo=logo).pdf


@pytest.mark.parametrize("logo", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_bad_logo_is_left_out(invoice, logo):
    assert render(invoice(), logo=logo).pdf == render(invoice()).pdf
