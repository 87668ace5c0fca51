"""UBL orders and despatch advices, and CSV of all three: read whole or refused in one sentence with its place."""

from __future__ import annotations

import pytest

from tests.builders import TODAY, clerk
from tests.services.test_match import order
from tui_billing.rules.problem import Problem
from tui_billing.services.batch import AtLine
from tui_billing.services.importing import InRow
from tui_billing.services.source_import import import_sources, read_file, rehearse_sources
from tui_billing.services.verify import verify

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = f'xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2"'
LINE = """<cac:OrderLine><cac:LineItem><cbc:ID>{id}</cbc:ID><cbc:Quantity unitCode="C62">{quantity}</cbc:Quantity>
<cac:Price><cbc:PriceAmount currencyID="EUR">420.00</cbc:PriceAmount><cbc:BaseQuantity>10</cbc:BaseQuantity></cac:Price>
<cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{item}</cbc:ID>
</cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>"""
BUYER = """<cac:BuyerCustomerParty><cac:Party><cbc:EndpointID schemeID="0002">{endpoint}</cbc:EndpointID>
<cac:PartyName><cbc:Name>{name}</cbc:Name></cac:PartyName><cac:PostalAddress><cac:Country>
<cbc:IdentificationCode>FR</cbc:IdentificationCode></cac:Country></cac:PostalAddress></cac:Party></cac:BuyerCustomerParty>"""


def ubl_order(number="PO-7", endpoint="552081317", name="ACME Industries", quantity="10", item="B20"):
    lines = LINE.format(id="10", quantity=quantity, name="Bracket", item=item)
    lines += LINE.format(id="20", quantity="2", name="Pallet of theirs", item="THEIRS-1")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Order xmlns="{UBL}Order-2" {SPACES}><cbc:ID>{number}</cbc:ID>'
        f"<cbc:IssueDate>2026-11-02</cbc:IssueDate><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        f"{BUYER.format(endpoint=endpoint, name=name)}{lines}</Order>"
    ).encode()


def despatch(number="BL-7", order_number="PO-7", quantity="4", reference="10", unit="C62"):
    return (
        f'<DespatchAdvice xmlns="{UBL}DespatchAdvice-2" {SPACES}><cbc:ID>{number}</cbc:ID>'
        f"<cbc:IssueDate>2026-11-09</cbc:IssueDate><cac:OrderReference><cbc:ID>{order_number}</cbc:ID></cac:OrderReference>"
        f"<cac:DespatchLine><cbc:ID>1</cbc:ID>"
        f'<cbc:DeliveredQuantity unitCode="{unit}">{quantity}</cbc:DeliveredQuantity>'
        f"<cac:OrderLineReference><cbc:LineID>{reference}</cbc:LineID></cac:OrderLineReference>"
        f"<cac:Item><cbc:Name>Bracket</cbc:Name></cac:Item></cac:DespatchLine></DespatchAdvice>"
    ).encode()


def test_a_ubl_order_and_its_despatch_advice_are_taken_in(books):
    import_sources(books, clerk(), "order", ubl_order())
    assert books.rows(
        "SELECT item_code, description, quantity, unit, unit_price, reference FROM order_line ORDER BY position"
    ) == [
        ("B20", "Bracket", 100_000, "C62", 42_000_000, "10"),
        ("", "Pallet of theirs", 20_000, "C62", 42_000_000, "20"),
    ]
    assert books.row("SELECT number, date, currency, source, customer_id FROM purchase_order") == (
        "PO-7", "2026-11-02", "EUR", "ubl", 1,
    )  # fmt: skip
    import_sources(books, clerk(), "delivery", despatch())
    assert books.row("SELECT delivered FROM order_line WHERE position = 1") == (40_000,)
    assert verify(books) == []


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("order", b"", "the file is empty"),
        ("order", b"<Order", "this is not XML: .*line 1"),
        ("order", b'<?xml version="1.0"?><!DOCTYPE x><Order/>', "declares a document type"),
        ("order", b"<Invoice/>", "this XML is .*Invoice.*, not a UBL Order or DespatchAdvice"),
        ("order", despatch(), "this file holds delivery; import it with"),
        ("contract", ubl_order(), "a contract is imported as CSV"),
        ("order", ubl_order(endpoint="1", name="Nobody"), "no customer is known by .*Nobody"),
        ("order", ubl_order(quantity="ten"), "ten is not a number"),
        ("order", ubl_order(quantity="-1"), "line 1 orders -1"),
        ("delivery", despatch(order_number="PO-9"), "no customer is known by"),
        ("order", b"customer,number\nACME,1\n", "quantity"),
        ("order", b"customer,number,quantity,colour\nACME,1,1,red\n", "colour"),
        ("order", b"customer,number,quantity\n", "heads and no row"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_taken_in_gets_one_sentence(firm, kind, data, sentence):
    with pytest.raises(Problem, match=sentence):
        import_sources(firm, clerk(), kind, data)
    assert firm.row("SELECT count(*) FROM purchase_order") == (0,)


def test_what_is_wrong_is_named_with_its_place(firm):
    import_sources(firm, clerk(), "order", ubl_order())
    for data, sentence in (
        (despatch(quantity="0"), "line 1 delivers 0"),
        (despatch(quantity="-1"), "line 1 takes back 1"),
        (despatch(unit="KGM"), "delivered in KGM and was ordered in C62"),
        (despatch(reference="99"), "order PO-7 has no line .*99"),
    ):
        (one,) = rehearse_sources(firm, clerk(), "delivery", data, customer="ACME")
        assert isinstance(one.problem, AtLine) and one.problem.line == 1
        with pytest.raises(Problem, match=sentence):
            import_sources(firm, clerk(), "delivery", data, customer="ACME")
    rows = b"customer,number,item,quantity\nACME,1,A10,1\nACME,1,ZZZ,1\n"
    with pytest.raises(InRow) as found:
        import_sources(firm, clerk(), "order", rows)
    assert found.value.line == 3


def test_all_three_come_from_csv(firm):
    rows = b"customer;number;start_date;ceiling;item;unit_price;line_ceiling\nACME;C1;2026-01-01;5000;B20;40,5;100\n"
    with pytest.raises(Problem):
        import_sources(firm, clerk(), "contract", rows)  # a decimal comma is not ISO
    import_sources(firm, clerk(), "contract", rows.replace(b"40,5", b"40.5"))
    import_sources(firm, clerk(), "order", b"customer,number,item,quantity,contract\nACME,P1,B20,4,C1\n")
    import_sources(firm, clerk(), "delivery", b"customer,number,order,item,quantity\nACME,BL1,P1,B20,3\n")
    assert firm.row("SELECT ceiling FROM contract") == (500_000,)
    assert firm.row("SELECT quantity, delivered FROM order_line") == (40_000, 30_000)
    assert firm.row("SELECT date FROM delivery_note") == (TODAY.isoformat(),)


def test_a_rehearsal_writes_nothing(books):
    order(books, "P1")
    before = books.rows("SELECT count(*) FROM audit")
    rows = b"customer,number,item,quantity\nACME,P2,A10,1\nACME,P1,A10,1\n"
    outlooks = rehearse_sources(books, clerk(), "order", rows)
    assert [one.problem is None for one in outlooks] == [True, False]
    assert books.rows("SELECT count(*) FROM purchase_order") == [(1,)]
    assert books.rows("SELECT count(*) FROM audit") == before


def test_a_file_that_is_none_is_said(tmp_path):
    with pytest.raises(Problem, match="is no file"):
        read_file(str(tmp_path))
    with pytest.raises(Problem, match="is no file"):
        read_file(str(tmp_path / "nothing"))
