"""A document judged by everybody at once: our rules, the official ones, readers that are not ours, poppler."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.semantic import FRENCH
from tui_billing.exchange.einvoice import official
from tui_billing.exchange.einvoice.read import read
from tui_billing.rules.en16931.arithmetic import compare
from tui_billing.rules.money import from_minor

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
#: Figure -> the element of either syntax's document totals that holds it, and what factur-x calls it.
FIGURES = {
    "lines": ("LineTotalAmount", "LineExtensionAmount", "BT-106"),
    "net": ("TaxBasisTotalAmount", "TaxExclusiveAmount", "BT-109"),
    "gross": ("GrandTotalAmount", "TaxInclusiveAmount", "BT-112"),
    "payable": ("DuePayableAmount", "PayableAmount", "BT-115"),
}


@dataclass
class Tally:
    """What has been judged: documents, lines, and how often each judge was asked."""

    documents: int = 0
    lines: int = 0
    longest: int = 0
    pages: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.documents += other.documents
        self.lines += other.lines
        self.longest = max(self.longest, other.longest)
        self.pages += other.pages
        self.asked += other.asked
        self.kinds += other.kinds

    def __str__(self) -> str:
        asked = ", ".join(f"{name} {count}" for name, count in sorted(self.asked.items()))
        kinds = " ".join(f"{name} {count}" for name, count in sorted(self.kinds.items()))
        return (
            f"{self.documents} documents, {self.lines} lines (up to {self.longest}), {self.pages} pages: no error"
            f"\n  judged by: {asked}\n  kinds: {kinds}"
        )


def judge(invoice: PrintableInvoice, folder: Path, tally: Tally, *, profiles: bool = True) -> None:
    """Everything that must hold of a document, in both syntaxes and as a PDF; AssertionError names what does not."""
    from tui_billing.documents.einvoice import structure

    seller = invoice.seller.address.country
    # a customer asks for one of the profiles beside EN 16931 now and then
    for form in ("facturx", "ubl", *(("basic", "extended")[tally.documents % 2 :][:1] if profiles else ())):
        said = structure(invoice, form)
        _none(form, [f"{one.code} {one}" for one in said.findings if one.blocking])
        is_french = seller in FRENCH
        verdicts = official.judge(said.xml, french=is_french)
        _none(form, [f"{one.rule} {one.text} {one.place}" for one in verdicts if one.is_fatal])
        tally.asked["XSD"] += 1
        tally.asked["EN 16931" if form in ("facturx", "ubl") else form.upper()] += 1
        tally.asked["BR-FR"] += is_french
        _read_by_others(said.xml, invoice, tally)
        back = read(said.xml).invoice
        _none(form, [str(one) for one in compare(back, is_copy=back.is_credit_note)])
        # what is read is what was written, but for what UBL has no room for
        if form != "ubl" and back != said.invoice:
            raise AssertionError(f"{form}: read back it is another document")
        tally.asked["our reader"] += 1
    _page(invoice, folder, tally)
    tally.documents += 1
    tally.lines += len(invoice.lines)
    tally.longest = max(tally.longest, len(invoice.lines))
    tally.kinds[invoice.kind] += 1
    tally.kinds.update({group.category for group in invoice.vat})


def _none(form: str, objections: list[str]) -> None:
    """An AssertionError that says what stands there, also in a process that pytest does not know."""
    if objections:
        raise AssertionError(f"{form}: " + "; ".join(objections))


def _same(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found} where {wanted} was meant")


def _read_by_others(xml: bytes, invoice: PrintableInvoice, tally: Tally) -> None:
    """The factur-x library's reader, and a walk over the elements that knows nothing of our mapping."""
    from facturx import parse_ubl_cii_xml
    from lxml import etree

    wanted = {name: from_minor(getattr(invoice.totals, name), invoice.currency) for name in FIGURES}
    told = parse_ubl_cii_xml(xml, check_xsd=False)
    others = {name: Decimal(str(told[term])) for name, (_, _, term) in FIGURES.items()}
    _same("the totals by factur-x", others, wanted)
    root = etree.fromstring(xml)
    is_ubl = root.tag.endswith(("Invoice", "CreditNote")) and "oasis" in root.tag
    found = _walk_ubl(root) if is_ubl else _walk_cii(root)
    vat: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    for group in invoice.vat:
        key = group.category, Decimal(group.rate).normalize()
        base, tax = vat.get(key, (Decimal(0), Decimal(0)))
        vat[key] = base + from_minor(group.taxable, invoice.currency), tax + from_minor(group.tax, invoice.currency)
    tax = from_minor(invoice.totals.tax, invoice.currency)
    nets = [from_minor(line.net, invoice.currency) for line in invoice.lines]
    _same("the figures in the XML", found, {**wanted, "tax": tax, "vat": vat, "nets": nets})
    tally.asked["factur-x reader"] += 1
    tally.asked["lxml walk"] += 1


def _number(node: Any) -> Decimal:
    return Decimal(node.text)


def _walk_cii(root: Any) -> dict[str, Any]:
    (sums,) = root.iter(RAM + "SpecifiedTradeSettlementHeaderMonetarySummation")
    (settled,) = root.iter(RAM + "ApplicableHeaderTradeSettlement")
    found: dict[str, Any] = {name: _number(sums.find(RAM + cii)) for name, (cii, _, _) in FIGURES.items()}
    currency = settled.findtext(RAM + "InvoiceCurrencyCode")
    (found["tax"],) = [
        _number(one) for one in sums.findall(RAM + "TaxTotalAmount") if one.get("currencyID") == currency
    ]
    found["vat"] = {
        (one.findtext(RAM + "CategoryCode"), Decimal(one.findtext(RAM + "RateApplicablePercent") or 0).normalize()): (
            _number(one.find(RAM + "BasisAmount")),
            _number(one.find(RAM + "CalculatedAmount")),
        )
        for one in settled.findall(RAM + "ApplicableTradeTax")
    }
    found["nets"] = [
        _number(line.find(f".//{RAM}SpecifiedTradeSettlementLineMonetarySummation/{RAM}LineTotalAmount"))
        for line in root.iter(RAM + "IncludedSupplyChainTradeLineItem")
    ]
    return found


def _walk_ubl(root: Any) -> dict[str, Any]:
    sums = root.find(CAC + "LegalMonetaryTotal")
    found: dict[str, Any] = {name: _number(sums.find(CBC + ubl)) for name, (_, ubl, _) in FIGURES.items()}
    currency = root.findtext(CBC + "DocumentCurrencyCode")
    (total,) = [
        one for one in root.findall(CAC + "TaxTotal") if one.find(CBC + "TaxAmount").get("currencyID") == currency
    ]
    found["tax"] = _number(total.find(CBC + "TaxAmount"))
    found["vat"] = {
        (
            one.findtext(f"{CAC}TaxCategory/{CBC}ID"),
            Decimal(one.findtext(f"{CAC}TaxCategory/{CBC}Percent") or 0).normalize(),
        ): (_number(one.find(CBC + "TaxableAmount")), _number(one.find(CBC + "TaxAmount")))
        for one in total.findall(CAC + "TaxSubtotal")
    }
    lines = [*root.findall(CAC + "InvoiceLine"), *root.findall(CAC + "CreditNoteLine")]
    found["nets"] = [_number(line.find(CBC + "LineExtensionAmount")) for line in lines]
    return found


def _page(invoice: PrintableInvoice, folder: Path, tally: Tally) -> None:
    """The PDF: its XML taken out by the factur-x library, opened and read by poppler."""
    from facturx import get_xml_from_pdf

    rendered = render(invoice)
    assert rendered.structured is not None
    name, xml = get_xml_from_pdf(rendered.pdf, check_xsd=True)
    _same("the file in the PDF", (name, xml), ("factur-x.xml", rendered.structured.xml))
    tally.asked["factur-x out of the PDF"] += 1
    tally.pages += rendered.pages
    path = folder / f"{tally.documents:05}.pdf"
    path.write_bytes(rendered.pdf)
    if shutil.which("pdfinfo") is None:
        return

    def run(*command: str) -> str:
        done = subprocess.run([*command, path.name], cwd=folder, capture_output=True, text=True, check=True)
        _same(f"what {command[0]} complains of", done.stderr, "")
        return done.stdout

    _same("pages", re.findall(r"^Pages: +(\d+)", run("pdfinfo"), re.M), [str(rendered.pages)])
    text = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True).stdout
    flat = re.sub(r"\D", "", text)
    payable = re.sub(r"\D", "", str(from_minor(abs(invoice.totals.payable), invoice.currency)))
    _same("number and amount on the page", (invoice.number in text, payable in flat), (True, True))
    tally.asked["poppler"] += 1
