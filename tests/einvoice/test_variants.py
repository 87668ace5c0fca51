"""Files as others write them: whatever the standard allows is read, equal to what was meant, its totals agreeing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest

from tests.einvoice.whole import agreed, line, unset, whole
from tui_billing.exchange.einvoice import cii, ubl
from tui_billing.exchange.einvoice.read import read
from tui_billing.exchange.einvoice.tree import parse
from tui_billing.rules.en16931 import model as m
from tui_billing.rules.en16931.arithmetic import compare, compute
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.problem import Problem
from tui_billing.services.einvoices import kind_of

D = Decimal
EXTENDED = m.EXTENDED


def blocking(invoice: m.EInvoice) -> list[str]:
    return [f"{one.code} {one}" for one in check(invoice) if one.blocking]


def in_ubl(invoice: m.EInvoice, **more) -> m.EInvoice:
    """What UBL has no room for is left out: all of it stands in elements that only CII has."""
    sub = line("1.1", adjustments=(), net=D("1300.00"))
    first = replace(invoice.lines[0], sub_lines=(sub,))
    collected = (m.Prepayment(D("19.96"), "TEL", "Téléphone"),)
    return replace(invoice, lines=(first, *invoice.lines[1:]), prepayments=collected, **more)


def in_extended(**more) -> m.EInvoice:
    """Groups, what they gather, information, words alone: the lines of EXTENDED."""
    head = m.Line(number="1", status="GROUP", net=D("2590.00"), item=m.Item(name="Lot 1"))
    note = m.Line(number="2", status="INFORMATION", parent="1", note="Livré le matin", item=m.Item(name="Remarque"))
    parts = [
        replace(line(number, status="DETAIL", parent="1"), exemption_text="Sans objet", exemption_code="VATEX-EU-O")
        for number in ("3", "4")
    ]
    priced = line("5", status="INFORMATION", net=D("999.00"))
    lines = (head, note, *parts, priced, line("6"))
    return whole(
        customization=EXTENDED,
        lines=lines,
        vat=(),
        prepayments=(m.Prepayment(D("7.00"), text="Consigne"),),
        instalments=(m.Instalment(whole().due_date, D("4000.00")), m.Instalment(None, D("569.01"))),
        **more,
    )


def test_the_whole_model_travels_in_cii():
    said = (whole(), in_extended())
    assert unset(said) - {"EInvoice.tax_point_date", "EInvoice.faults"} == {
        "Line.sub_lines",
        "Prepayment.kind",
    }, "a field that is new is tried here as well"
    for one in said:
        assert cii.read(parse(cii.write(one))) == one
        assert blocking(one) == []
    dated = whole(tax_point_code="", tax_point_date=whole().issue_date)
    assert cii.read(parse(cii.write(dated))) == dated


@pytest.mark.parametrize("kind", ["380", "381"])
def test_the_whole_model_travels_in_ubl(kind: str):
    said = in_ubl(whole(type_code=kind))
    back = ubl.read(parse(ubl.write(said)))
    if kind == "381":  # its schema has the lot behind the other papers
        said = replace(said, attachments=(*said.attachments[1:], said.attachments[0]))
    assert back == said
    assert blocking(whole(type_code=kind)) == []


def plain(text: str) -> Callable[[str], bytes]:
    return lambda xml: xml.replace("UTF-8", text, 1).encode(text)


def prefixed(xml: str) -> bytes:
    names = {"rsm": "a-1", "ram": "_b", "udt": "c.c", "qdt": "é"}
    for old, new in names.items():
        xml = re.sub(rf"(</?|xmlns:){old}(?=[:=])", rf"\g<1>{new}", xml)
    return xml.encode()


def by_default(xml: str) -> bytes:
    """No prefix at all: each element declares its own namespace."""
    spaces = dict(re.findall(r'xmlns:(\w+)="([^"]+)"', xml))
    xml = re.sub(r' xmlns:\w+="[^"]+"', "", xml)
    return re.sub(r"<(/?)(\w+):(\w+)", lambda one: _unprefixed(one, spaces), xml).encode()


def _unprefixed(one: re.Match[str], spaces: dict[str, str]) -> str:
    return f"</{one[3]}" if one[1] else f'<{one[3]} xmlns="{spaces[one[2]]}"'


def spaced(xml: str) -> bytes:
    """Comments, instructions, CDATA and blanks wherever they may stand."""
    xml = re.sub(r">([^<>\n]+)</", r">\n\t<!-- c -->\1 <?p i?>\r\n</", xml)
    return xml.replace("Bonjour", "<![CDATA[Bonjour]]>").encode()


FORMS: dict[str, Callable[[str], bytes]] = {
    "BOM": lambda xml: xml.encode("utf-8-sig"),
    "UTF-16": plain("UTF-16"),
    "UTF-16 without BOM": lambda xml: xml.replace("UTF-8", "UTF-16LE", 1).encode("UTF-16LE"),
    "ISO-8859-1": lambda xml: xml.replace("UTF-8", "ISO-8859-1", 1).encode("ISO-8859-1", "xmlcharrefreplace"),
    "windows-1252": lambda xml: xml.replace("UTF-8", "windows-1252", 1).encode("windows-1252"),
    "ASCII": lambda xml: xml.replace("UTF-8", "US-ASCII", 1).encode("ascii", "xmlcharrefreplace"),
    "no declaration": lambda xml: xml.partition("?>")[2].encode(),
    "blanks in front": lambda xml: b"\r\n \t" + xml.encode(),
    "odd prefixes": prefixed,
    "default namespaces": by_default,
    "comments": spaced,
    "one line": lambda xml: re.sub(r">\s+<", "><", xml).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_however_it_is_written(form: str):
    said = whole()
    assert read(FORMS[form](cii.write(said).decode())).invoice == said


@pytest.mark.parametrize("form", [one for one in FORMS if one != "odd prefixes"])
def test_however_ubl_is_written(form: str):
    said = whole()
    xml = ubl.write(said).decode()
    if form == "default namespaces":
        xml = xml.replace("<Invoice xmlns=", "<i:Invoice xmlns:i=").replace("</Invoice>", "</i:Invoice>")
    assert read(FORMS[form](xml)).invoice == said


TYPES = {
    **dict.fromkeys(["326", "380", "386", "389", "393", "751", "80", "82", "395", "575", "780"], "invoice"),
    **dict.fromkeys(["384", "471", "472", "473"], "corrective"),
    **dict.fromkeys(["81", "83", "261", "381", "396", "502", "503", "532"], "credit_note"),
}


@pytest.mark.parametrize("code", TYPES)
def test_every_kind_of_document(code: str):
    said = whole(type_code=code)
    for syntax in (cii, ubl):
        received = read(syntax.write(said))
        assert set(received.invoice.attachments) == set(said.attachments)
        assert replace(received.invoice, attachments=said.attachments) == said
        assert kind_of(received.invoice) == TYPES[code]
        assert compare(received.invoice) == []


GUIDELINES = {
    "urn:cen.eu:en16931:2017": False,
    m.XRECHNUNG: False,
    m.PEPPOL: False,
    m.BASIC: False,
    "urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_1.2": False,
    "urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic": False,
    "urn:cen.eu:en16931:2017#conformant#urn:zugferd.de:2p0:extended": True,
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": True,
    "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr": True,
    "urn:ferd:CrossIndustryDocument:invoice:1p0:comfort": False,
    "urn:ferd:CrossIndustryDocument:invoice:1p0:extended": False,
}


@pytest.mark.parametrize("guideline", GUIDELINES)
def test_every_guideline_is_known(guideline: str):
    said = whole(customization=guideline)
    assert said.is_factur_x_extended is GUIDELINES[guideline]
    assert not said.is_without_lines
    assert compare(read(cii.write(said)).invoice) == []


@pytest.mark.parametrize(
    "guideline",
    ["urn:factur-x.eu:1p0:minimum", "urn:factur-x.eu:1p0:basicwl", "urn:zugferd.de:2p0:minimum"],
)
def test_a_profile_without_lines(guideline: str):
    said = replace(whole(), customization=guideline, lines=(), attachments=())
    back = read(cii.write(said)).invoice
    assert (back.lines, compare(back), blocking(back)) == ((), [], [])
    wrong = replace(back, totals=replace(back.totals, gross=D("1.00")))
    assert "gross" in {one.field for one in compare(wrong)}


def test_lines_of_extended_that_carry_no_amount():
    said = in_extended()
    assert blocking(said) == []
    assert compute(said).lines == D("3885.00"), "three details; the group and what informs are not counted"
    plain_profile = replace(said, customization=m.EN16931)
    assert {"BR-22", "BR-26", "BR-CO-04"} <= {one.code for one in check(plain_profile)}
    lost = replace(said, lines=(replace(said.lines[3], parent="99"), *said.lines))
    assert "BR-FXEXT-11" in {one.code for one in check(lost)}
    wrong = replace(said, lines=(replace(said.lines[0], net=D("1.00")), *said.lines[1:]))
    assert [one.code for one in check(wrong) if one.blocking] == ["BR-FXEXT-08"]


def test_words_alone_are_a_line_in_extended_and_zugferd_1():
    words = m.Line(number="9", note="Danke für Ihren Auftrag")
    for guideline in (EXTENDED, "urn:ferd:CrossIndustryDocument:invoice:1p0:comfort"):
        said = whole(customization=guideline, lines=(line(), words), vat=())
        back = read(cii.write(said)).invoice
        assert back.lines[1] == words
        assert (blocking(back), compare(back)) == ([], [])
    assert {"BR-22", "BR-24", "BR-25"} <= {one.code for one in check(whole(lines=(line(), words), vat=()))}


def test_several_notes_on_a_line():
    xml = cii.write(whole()).decode()
    one = "<ram:IncludedNote>\n     <ram:Content>Selon devis</ram:Content>\n    </ram:IncludedNote>"
    assert one in xml
    two = read(xml.replace(one, one + one.replace("Selon devis", "Merci"), 1).encode()).invoice
    assert two.lines[0].note == "Selon devis\nMerci"


def test_flags_dates_and_empty_elements():
    said = whole()
    xml = cii.write(said).decode()
    odd = (
        xml.replace(">false<", ">0<")
        .replace(">true<", ">1<")
        .replace('format="102">20261124<', 'format="203">202611240000<')
    )
    odd = odd.replace("<ram:PaymentReference>", "<ram:TaxCurrencyCode/><ram:PaymentReference>").replace(
        "</ram:ApplicableHeaderTradeDelivery>",
        "<ram:DespatchAdviceReferencedDocument/></ram:ApplicableHeaderTradeDelivery>",
    )
    assert read(odd.encode()).invoice == said
    dated = ubl.write(said).decode().replace("<cbc:IssueDate>2026-11-24<", "<cbc:IssueDate> 2026-11-24+01:00 <")
    dated = dated.replace("</cac:PostalAddress>", "<cbc:Department/></cac:PostalAddress>").replace(
        "<cac:PaymentTerms>", "<cac:PaymentTerms/><cac:PaymentTerms>"
    )
    assert read(dated.encode()).invoice == said


def test_vat_in_the_accounting_currency_may_come_first():
    xml = ubl.write(whole()).decode()
    (last,) = re.findall(r' <cac:TaxTotal>\s*<cbc:TaxAmount currencyID="CHF">.*?</cac:TaxTotal>\n', xml, re.S)
    turned = xml.replace(last, "").replace(" <cac:TaxTotal>", last + " <cac:TaxTotal>", 1)
    assert turned != xml
    assert read(turned.encode()).invoice == whole()


def _pdf(name: str, content: bytes) -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment(name, content)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "name", ["ZUGFeRD-invoice.xml", "zugferd-invoice.xml", "xrechnung.xml", "factur-x.xml", "Facture 12.XML"]
)
def test_whatever_the_pdf_calls_it(name: str):
    received = read(_pdf(name, cii.write(whole())))
    assert received.in_pdf
    assert received.invoice == whole()


ORDER = b'<o:SCRDMCCBDACIOMessageStructure xmlns:o="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:128"/>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ORDER, "an order"),
        (_pdf("order-x.xml", ORDER), "an order"),
        (b"<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'/>", "an order"),
        (b"<DespatchAdvice/>", "a despatch advice"),
        (b"<CrossDomainAcknowledgementAndResponse/>", "a platform's status"),
        (b"<FatturaElettronica/>", "FatturaElettronica"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_invoice_is_named(content: bytes, words: str):
    with pytest.raises(Problem) as caught:
        read(content)
    assert words in str(caught.value)


def test_a_stated_total_is_never_trusted():
    said = whole()
    for syntax in (cii, ubl):
        xml = syntax.write(replace(said, totals=replace(said.totals, gross=said.totals.gross + D("0.01"))))
        assert "gross" in {one.field for one in compare(read(xml).invoice)}
    off = agreed(replace(said, lines=(line(), line("2"))))
    assert compare(off) == []
