"""What leaves the house satisfies schema, EN 16931 and France's rules; independent readers find the same totals."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.einvoice.documents import AMERICAN, DAY, FRENCH, GERMAN, made
from tests.einvoice.official import findings
from tui_billing.documents.einvoice import checked, structure
from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.printable import PrintableInvoice, PrintedInstalment
from tui_billing.documents.renderer import write_invoice, write_xml
from tui_billing.documents.semantic import semantic
from tui_billing.exchange.einvoice import official, ubl
from tui_billing.exchange.einvoice.read import read
from tui_billing.exchange.einvoice.tree import parse
from tui_billing.exchange.einvoice.validator import Validator
from tui_billing.rules.en16931.arithmetic import line_net
from tui_billing.rules.totals import LineInput, Vat

ROOT = Path(__file__).parents[2]
S20 = Vat("S", Decimal(20))


def simple(**more) -> PrintableInvoice:
    lines = [LineInput(Decimal(2), Decimal(650), S20), LineInput(Decimal(3), Decimal("1.11"), Vat("S", Decimal("5.5")))]
    return made(lines, [], more.pop("buyer", FRENCH), **more)


@pytest.mark.parametrize(("form", "buyer"), [("xrechnung", GERMAN), ("peppol", GERMAN), ("ubl", AMERICAN)])
def test_other_formats(form: str, buyer):
    import dataclasses

    invoice = simple(buyer=buyer)
    seller = dataclasses.replace(invoice.seller, contact="Claire Martin", phone="+33 4 72 00 00 00")
    said = structure(dataclasses.replace(invoice, seller=seller), form)
    assert said.findings == ()
    assert b"<cbc:CustomizationID>urn:cen.eu:en16931:2017" in said.xml
    pytest.importorskip("saxonche")
    assert [one for one in official.judge(said.xml, french=False) if one.is_fatal] == []
    assert len(ubl.read(parse(said.xml)).notes) == (1 if form != "ubl" else 3)


@pytest.mark.parametrize("profile", ["basic", "extended"])
def test_the_profiles_beside_en_16931(profile: str):
    import dataclasses

    exempt = LineInput(Decimal(1), Decimal(90), Vat("E", Decimal(0), "VATEX-FR-CGI261-4"))
    invoice = made(
        [LineInput(Decimal(2), Decimal(650), S20, Decimal(10)), exempt], [], FRENCH, texts=["Conseil\nde près"]
    )
    parts = tuple(
        PrintedInstalment(place, DAY + dt.timedelta(30 * place), amount)
        for place, amount in ((1, invoice.totals.payable - 5000), (2, 5000))
    )
    rendered = render(dataclasses.replace(invoice, profile=profile, instalments=parts))
    assert rendered.structured is not None
    xmp = PdfReader(BytesIO(rendered.pdf)).trailer["/Root"]["/Metadata"].get_data().decode()
    assert f"<fx:ConformanceLevel>{profile.upper()}</fx:ConformanceLevel>" in xmp
    back = read(rendered.pdf).invoice
    assert back == rendered.structured.invoice
    assert findings(rendered.structured.xml) == []
    if profile == "basic":
        assert (back.seller.contact, back.lines[0].item.description, back.payment_means[0].bic) == (None, "", "")
    else:
        assert [one.amount for one in back.instalments] == [Decimal("1444.00"), Decimal("50.00")]
        assert back.lines[1].exemption_code == "VATEX-FR-CGI261-4"


def test_xrechnung_without_a_reference_names_the_field():
    import dataclasses

    invoice = simple(buyer=GERMAN)
    bare = dataclasses.replace(invoice, references=dataclasses.replace(invoice.references, buyer_reference=""))
    codes = {one.code: one.field for one in structure(bare, "xrechnung").findings if one.blocking}
    assert codes["BR-DE-15"] == "buyer_reference" and "BR-DE-6" in codes


def test_the_pdf_carries_its_xml_and_says_so():
    first, again = render(simple()), render(simple())
    assert first.pdf == again.pdf and first.structured is not None
    back = read(first.pdf)
    assert back.in_pdf and back.xml == first.structured.xml and back.invoice == semantic(simple())
    reader = PdfReader(BytesIO(first.pdf))
    (file,) = [one.get_object() for one in reader.trailer["/Root"]["/AF"]]
    assert (file["/UF"], file["/AFRelationship"]) == ("factur-x.xml", "/Data")
    assert "/OutputIntents" in reader.trailer["/Root"]
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in xmp and "pdfaExtension:schemas" in xmp
    assert "<pdfaid:part>3</pdfaid:part>" in xmp


def test_a_price_of_nothing_has_no_sign():
    """A return of next to nothing, at prices that include VAT: its net is 0.00, and so is its price (BR-27)."""
    lines = [LineInput(Decimal("-0.1"), Decimal("0.01"), S20), LineInput(Decimal(2), Decimal(1), S20)]
    said = structure(made(lines, [], FRENCH, prices_include_vat=True))
    assert said.findings == ()
    assert b">-0.00<" not in said.xml
    assert findings(said.xml) == []


def test_a_price_for_many_makes_the_line_to_the_cent():
    """At prices that include VAT six decimals of one piece are too few for 30,000: the price is for 100 of them."""
    said = structure(made([LineInput(Decimal(30000), Decimal("0.0331"), S20)], [], FRENCH, prices_include_vat=True))
    (line,) = said.invoice.lines
    assert (line.price.base_quantity, line.price.base_unit) == (Decimal(100), "DAY")
    assert line_net(line) == line.net
    assert said.findings == ()
    assert findings(said.xml) == []


def test_a_currency_of_three_decimals_has_a_page_and_no_xml():
    kuwait = made(
        [LineInput(Decimal(1), Decimal("1.234"), Vat("G", Decimal(0), "VATEX-EU-G"))], [], AMERICAN, currency="KWD"
    )
    rendered = render(kuwait)
    assert rendered.structured is None and b"factur-x.xml" not in rendered.pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not here")
@pytest.mark.parametrize("more", [{}, {"kind": "credit_note"}, {"language": "en", "currency": "USD"}])
def test_the_page_says_all_that_the_xml_says(tmp_path: Path, more: dict):
    """FNFE, V1.4: the readable page holds all information of the structured file (codes stand as words)."""
    assert _unsaid(simple(**more), tmp_path) == []


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not here")
def test_the_pages_of_the_sample_say_all(tmp_path: Path):
    from tui_billing.models.door import open_books
    from tui_billing.services.printing import printable

    books = open_books(str(shutil.copyfile(ROOT / "sample.db", tmp_path / "sample.db")))
    ids = [key for (key,) in books.rows("SELECT id FROM invoice WHERE state = 'issued' ORDER BY id")][::9]
    unsaid = {key: missing for key in ids if (missing := _unsaid(printable(books, key), tmp_path))}
    books.shut()
    assert unsaid == {}
    print(f"\n{len(ids)} pages of the sample say all that their XML says")


def _unsaid(invoice: PrintableInvoice, folder: Path) -> list[str]:
    """Texts of the XML that the page does not show, and what poppler says of the file."""
    rendered = render(invoice)
    assert rendered.structured is not None
    if rendered.missing:
        return []  # no font of this machine has them: the page shows boxes, and the rendering names them
    (folder / "x.pdf").write_bytes(rendered.pdf)

    def run(*command: str) -> str:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout

    assert "factur-x.xml" in run("pdfdetach", "-list", "x.pdf")
    page = _flat(run("pdftotext", "-raw", "x.pdf", "-"))
    return [text for text in _texts(parse(rendered.structured.xml)) if _flat(text) not in page]


#: Elements that hold codes, and figures that the page writes in the customer's way.
_CODES = re.compile(
    r".*(Code|Indicator|Percent|Quantity|Amount|DateTimeString|DateString|ID)$|TaxTotalAmount|CountryID"
)
_KEPT = {"IBANID", "IssuerAssignedID", "BuyerReference", "PaymentReference", "SellerAssignedID"}


def _texts(node) -> list[str]:
    found = []
    if not node.children and node.text.strip() and (node.name in _KEPT or not _CODES.fullmatch(node.name)):
        found.append(node.text.strip())
    for child in node.children:
        if child.name != "ExchangedDocumentContext":
            found += _texts(child)
    return found


def _flat(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_the_worker_checks_and_survives(tmp_path: Path):
    pytest.importorskip("saxonche")
    validator = Validator()
    good = structure(simple()).xml
    assert [one for one in validator.judge(good, french=True) or () if one.is_fatal] == []
    assert validator.process_id
    os.kill(validator.process_id, signal.SIGKILL)
    broken = good.replace(b"<ram:TypeCode>380<", b"<ram:TypeCode>999<", 1)
    found = validator.judge(broken, french=True)
    assert found is not None and any(one.is_fatal for one in found)
    validator.close()
    written = write_invoice(simple(), tmp_path / "x.pdf")
    assert (written.engine, written.findings, written.is_refused) == ("ok", (), False)


def test_an_engine_that_crashes_costs_no_document(tmp_path: Path):
    validator = Validator([sys.executable, "-c", "import os; os.abort()"])
    assert validator.judge(structure(simple()).xml, french=True) is None
    validator.close()


def test_without_the_engine_own_checks_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(official, "is_available", lambda: False)
    import dataclasses

    invoice = simple()
    payment = dataclasses.replace(invoice.payment, iban="FR7630006000011234567890188")
    written = write_invoice(dataclasses.replace(invoice, payment=payment), tmp_path / "x.pdf")
    assert written.engine == "absent" and written.is_refused and (tmp_path / "x.pdf").exists()
    assert [one["code"] for one in written.findings] == ["OWN-IBAN"]


def test_an_official_objection_names_rule_and_field():
    import dataclasses

    pytest.importorskip("saxonche")
    invoice = simple()
    silent = dataclasses.replace(invoice, mentions=(), operation="")
    found = checked(structure(silent)).findings
    fields = {one.field for one in found if one.blocking}
    assert {"late_penalty_text", "operation_category"} <= fields
    assert all("BR-FR" in one.code for one in found if one.blocking)


def test_xml_alone(tmp_path: Path):
    written = write_xml(simple(), tmp_path / "x.xml", "ubl")
    assert (written.format, written.pages) == ("ubl", 0)
    assert read((tmp_path / "x.xml").read_bytes()).syntax == "ubl"
