"""Direct debits and refunds: valid files, never the same invoice in two live ones, the same command once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.builders import clerk, issued
from tui_billing.exchange.sepa.message import prepare
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import payment_orders
from tui_billing.services.collecting import collect
from tui_billing.services.disputes import open_dispute
from tui_billing.services.mandates import MandateCard, add_mandate, list_mandates, revoke_mandate
from tui_billing.services.order_lists import list_orders, show_order
from tui_billing.services.pay_refunds import pay_refunds
from tui_billing.services.payment_orders import cancel_order, drop_part
from tui_billing.services.receive import Payment, receive, reverse_receipt
from tui_billing.services.refunds import Refund, Source, refund, reverse_refund
from tui_billing.services.settings import change_company
from tui_billing.services.verify import verify

IBAN = "DE89370400440532013000"
LATER = dt.date(2027, 2, 1)
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.008.001.08}"


@pytest.fixture
def house(books: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    """The small company with its creditor identifier, and two customers with mandates."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    boss = clerk("anna", "supervisor")
    change_company(books, boss, {"creditor_identifier": "FR72ZZZ123456", "bic": "AGRIFRPP"})
    add_mandate(books, clerk(), MandateCard("ACME", IBAN, dt.date(2026, 1, 5), holder="ACME & Söhne 株式会社"))
    add_mandate(books, clerk(), MandateCard("DUPO", "FR7630006000011234567890189", dt.date(2026, 1, 5), once=True))
    yield books


def two_due(books: Books) -> list[dict]:
    return [issued(books, "ACME", "A10 2"), issued(books, "ACME", "B20 3")]


def read(path: str) -> ElementTree.Element:
    return ElementTree.fromstring(Path(path).read_bytes())


def texts(root: ElementTree.Element, tag: str) -> list[str]:
    return [element.text or "" for element in root.iter(SPACE + tag)]


def test_a_collection_asks_for_what_is_due(house):
    first, second = two_due(house)
    done = collect(house, clerk(), date=LATER)
    assert (done["count"], done["total"]) == (2, "1722.00")
    root = read(done["path"])
    assert texts(root, "SeqTp") == ["FRST", "RCUR"]
    assert texts(root, "InstdAmt") == ["1560.00", "162.00"]
    assert texts(root, "ReqdColltnDt") == ["2027-02-01"] * 2
    assert texts(root, "MsgId") == [done["message_id"]] and len(done["message_id"]) <= 35
    assert set(texts(root, "MndtId")) == {"ACME-1"}
    assert texts(root, "Nm")[-1] == "ACME + Sohne Zhu Shi Hui She"
    assert set(texts(root, "TwnNm")) == {"Lyon"} and not texts(root, "AdrLine")
    references = [
        house.value("SELECT payment_reference FROM invoice WHERE id = ?", (one["id"],)) for one in (first, second)
    ]
    assert texts(root, "EndToEndId") == references
    (mandate,) = list_mandates(house, clerk().today, None)[:1]
    assert (mandate["first_used"], mandate["last_used"]) == ("2027-02-01", "2027-02-01")
    assert verify(house) == []


def test_nothing_is_collected_twice_until_its_file_is_gone(house):
    (first, _), context = two_due(house), clerk()
    done = collect(house, context, date=LATER)
    content = Path(done["path"]).read_bytes()
    assert collect(house, context, date=LATER) == done  # said twice, done once
    assert Path(done["path"]).read_bytes() == content
    with pytest.raises(Refused):
        collect(house, clerk(), date=LATER)
    with pytest.raises(Refused):
        collect(house, clerk(), date=LATER, invoices=[first["id"]])
    drop_part(house, clerk(), done["id"], first["number"], "AM04")
    assert [part["status"] for part in show_order(house, done["id"])["parts"]] == ["dropped", "waiting"]
    again = collect(house, clerk(), date=LATER)
    assert again["count"] == 1
    cancel_order(house, clerk(), done["id"])
    with pytest.raises(Refused):
        cancel_order(house, clerk(), done["id"])
    assert collect(house, clerk(), date=LATER)["total"] == "162.00"
    assert [one["status"] for one in list_orders(house)] == ["made", "made", "cancelled"]
    assert verify(house) == []


def test_a_bounced_debit_can_be_collected_again(house):
    first, _second = two_due(house)
    done = collect(house, clerk(), date=LATER, invoices=[first["id"]])
    later = clerk(today=LATER)
    paid = receive(house, later, Payment("ACME", LATER, 156000, allocations=[(first["id"], 156000)]))
    assert show_order(house, done["id"])["parts"][0]["status"] == "settled"
    reverse_receipt(house, clerk(today=LATER), paid["id"], "AC04")
    again = collect(house, clerk(today=LATER), date=LATER + dt.timedelta(1), invoices=[first["id"]])
    assert texts(read(again["path"]), "SeqTp") == ["RCUR"]


def test_what_stands_in_the_way_is_said(house):
    first, _second = two_due(house)
    boss = clerk("anna", "supervisor")
    with pytest.raises(Problem, match="first possible date"):
        collect(house, clerk(), date=clerk().today)
    with pytest.raises(Problem, match="TARGET"):
        collect(house, clerk(), date=dt.date(2026, 12, 25))
    with pytest.raises(Refused):
        collect(house, clerk(), date=dt.date(2026, 11, 26))  # nothing is due yet
    with pytest.raises(Refused):
        collect(house, clerk(), date=LATER, scheme="B2B")
    open_dispute(house, clerk(), first["id"], reason="price")
    assert collect(house, clerk(), date=LATER)["count"] == 1
    once = [issued(house, "DUPO", purchase_order="1"), issued(house, "DUPO", purchase_order="2")]
    with pytest.raises(Refused, match="one collection"):
        collect(house, clerk(), date=LATER, invoices=[one["id"] for one in once])
    assert texts(read(collect(house, clerk(), date=LATER, invoices=[once[0]["id"]])["path"]), "SeqTp") == ["OOFF"]
    with pytest.raises(Refused):
        collect(house, clerk(), date=LATER, invoices=[once[1]["id"]])
    revoke_mandate(house, clerk(), "ACME-1")
    third = issued(house, "ACME")
    with pytest.raises(Refused):
        collect(house, clerk(), date=LATER, invoices=[third["id"]])
    with pytest.raises(Refused, match="revoked already"):
        revoke_mandate(house, clerk(), "ACME-1")
    change_company(house, boss, {"creditor_identifier": ""})
    with pytest.raises(Refused, match="creditor identifier"):
        collect(house, clerk(), date=LATER)


def test_the_last_collection_ends_its_mandate_and_an_old_one_has_lapsed(house):
    two_due(house)
    done = collect(house, clerk(), date=LATER, last=["ACME-1"])
    assert texts(read(done["path"]), "SeqTp") == ["FRST", "FNAL"]
    assert list_mandates(house, LATER)[0]["status"] == "revoked"
    old = MandateCard("ACME", IBAN, dt.date(2023, 1, 5), reference="OLD")
    add_mandate(house, clerk(), old)
    third = issued(house, "ACME")
    with pytest.raises(Refused, match="lapsed"):
        collect(house, clerk(), date=LATER, invoices=[third["id"]])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": "NONE"}, "customer"),
        ({"iban": "US12"}, "iban"),
        ({"iban": "AE070331234567890123456"}, "iban"),
        ({"scheme": "COR1"}, "scheme"),
        ({"reference": "a/b//c"}, "reference"),
        ({"reference": "é"}, "reference"),
        ({"signed_on": dt.date(2026, 11, 26)}, "signed_on"),
        ({"bic": "XX"}, "bic"),
        ({"reference": "ACME-1"}, "reference"),
    ],
)
def test_a_wrong_mandate_names_its_field(house, change, field):
    with pytest.raises(Problem) as told:
        add_mandate(
            house,
            clerk(),
            MandateCard(**{"customer": "ACME", "iban": IBAN, "signed_on": dt.date(2026, 1, 5), **change}),
        )
    assert told.value.field == field


def test_two_clerks_at_once_make_one_collection(house):
    two_due(house)

    def one(name: str) -> str:
        try:
            return str(collect(house, clerk(name), date=LATER)["count"])
        except Refused:
            return "refused"
        finally:
            house.close()  # this thread's connection

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ["marie", "paul"])) == ["2", "refused"]
    assert house.value("SELECT count(*) FROM payment_order_part") == 2


def test_a_file_that_cannot_be_written_makes_no_order(house, monkeypatch):
    two_due(house)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(payment_orders, "write_atomically", full)
        with pytest.raises(Problem, match="No space left"):
            collect(house, clerk(), date=LATER)
    assert house.value("SELECT count(*) FROM payment_order") == 0
    assert collect(house, clerk(), date=LATER)["count"] == 2


def test_a_crash_before_the_renaming_loses_no_file(house):
    two_due(house)
    path = Path(collect(house, clerk(), date=LATER)["path"])
    path.replace(path.with_name(f".{path.name}.new"))
    assert Path(show_order(house, 1)["path"]).read_bytes()


def test_refunds_are_paid_by_a_valid_file_once(house):
    """pain.001.001.09: structured address, each refund in one live file; what the bank will pay is not taken back."""
    kept = receive(house, clerk(), Payment("ACME", clerk().today, 5000, allocations=()))
    other = receive(house, clerk(), Payment("DUPO", clerk().today, 700, allocations=()))
    paid = refund(
        house,
        clerk(),
        Refund("ACME", [Source("payment", kept["id"], 1234)], iban=IBAN, reason="paid twice", payee="ACME & Söhne"),
    )
    refund(house, clerk(), Refund("DUPO", [Source("payment", other["id"], 700)]))  # no IBAN: not for a file
    order = pay_refunds(house, clerk(), date=LATER)
    assert (order["count"], order["total"]) == (1, "12.34")
    content = Path(order["path"]).read_bytes()
    prepare("pain.001.001.09").validate(content.decode())
    root = ElementTree.fromstring(content)
    space = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
    found = {
        tag: [one.text for one in root.iter(space + tag)] for tag in ("InstdAmt", "EndToEndId", "AdrLine", "TwnNm")
    }
    assert found == {"InstdAmt": ["12.34"], "EndToEndId": [f"REFUND-{paid['id']}"], "AdrLine": [], "TwnNm": ["Lyon"]}
    with pytest.raises(Refused, match="no refund waits"):
        pay_refunds(house, clerk(), date=LATER)
    with pytest.raises(Refused, match="cancel that first"):
        reverse_refund(house, clerk(), paid["id"], "a slip")
    drop_part(house, clerk(), order["id"], refund_id=paid["id"], reason="AC04")
    with pytest.raises(Refused, match="not in order 1 any more"):
        drop_part(house, clerk(), order["id"], refund_id=paid["id"])
    assert [part["status"] for part in show_order(house, order["id"])["parts"]] == ["dropped"]
    order = pay_refunds(house, clerk(), date=LATER)
    cancel_order(house, clerk(), order["id"], "not sent")
    reverse_refund(house, clerk(), paid["id"], "a slip")
    assert house.value("SELECT open FROM receipt WHERE id = ?", (kept["id"],)) == 5000
    assert verify(house) == []
