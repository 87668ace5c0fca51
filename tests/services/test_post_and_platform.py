"""The pile for the post in mailing order, and the platform's folders: each once, whole, and answered for."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import clerk, issued
from tui_billing.exchange.cdar import read_cdar
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import delivery, platform, recipients
from tui_billing.services.post import print_batch
from tui_billing.services.rendering import render_many
from tui_billing.services.verify import verify

CDAR = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossDomainAcknowledgementAndResponse
 xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossDomainAcknowledgementAndResponse:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100">
 <rsm:AcknowledgementDocument><ram:TypeCode>23</ram:TypeCode>
  <ram:ReferenceReferencedDocument><ram:IssuerAssignedID>{number}</ram:IssuerAssignedID>
   <ram:TypeCode>380</ram:TypeCode><ram:ProcessConditionCode>{code}</ram:ProcessConditionCode>
   <ram:ProcessCondition>{words}</ram:ProcessCondition>{more}
  </ram:ReferenceReferencedDocument></rsm:AcknowledgementDocument>
</rsm:CrossDomainAcknowledgementAndResponse>"""
REASON = (
    "<ram:SpecifiedDocumentStatus><ram:ReasonCode>TX_TVA_ERR</ram:ReasonCode>"
    "<ram:Reason>Taux de TVA erroné</ram:Reason></ram:SpecifiedDocumentStatus>"
)


def _send_by(books: Books, way: str, *customers: str) -> list[str]:
    numbers = []
    for code in customers:
        key = books.value("SELECT id FROM customer WHERE code = ?", (code,))
        recipients.set_ways(books, clerk(), int(key), recipients.parse_ways(way))  # type: ignore[call-overload]
        more = {"purchase_order": "PO 1"} if code == "DUPO" else {}
        done = issued(books, code, **more)
        delivery.enqueue(books, clerk(), [done["id"]])
        numbers.append(done["number"])
    return numbers


def _pages(path: Path) -> list[str]:
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages]


def test_the_pile_lies_in_mailing_order(firm: Books, tmp_path: Path) -> None:
    us, acme, german = _send_by(firm, "post", "USCO", "ACME", "KLEIN")
    done = print_batch(firm, clerk(), tmp_path / "pile.pdf")
    assert (done.documents, done.pages) == (3, 3)
    texts = _pages(tmp_path / "pile.pdf")
    assert len(texts) == 8, "a cover and three documents, each on a sheet of its own"
    order = [number for text in texts[1:] for number in (us, acme, german) if number in text]
    assert order == [acme, german, us], "at home first, then by country"
    assert all(number in texts[0] for number in order)
    assert set(firm.rows("SELECT state, batch FROM delivery")) == {("sent", done.batch)}
    with pytest.raises(Refused):
        print_batch(firm, clerk(), tmp_path / "again.pdf")
    again = print_batch(firm, clerk(), tmp_path / "again.pdf", batch=done.batch)
    assert again.documents == 3
    assert _pages(tmp_path / "again.pdf") == texts
    assert verify(firm) == []


def test_a_file_that_cannot_be_written_sends_nothing(firm: Books, tmp_path: Path) -> None:
    _send_by(firm, "post", "ACME")
    with pytest.raises(Problem) as caught:
        print_batch(firm, clerk(), Path("/dev/full/pile.pdf"))
    assert "pile.pdf" in str(caught.value)
    assert firm.value("SELECT state FROM delivery") == "queued"


def test_a_platform_is_handed_each_file_once(firm: Books, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    back.mkdir()
    recipients.change_settings(firm, clerk(), {"outbox": str(out), "statuses": str(back)})
    good, bad = _send_by(firm, "platform", "ACME", "KLEIN")
    assert platform.exchange(firm, clerk()).placed == 2
    assert platform.exchange(firm, clerk()).placed == 0
    assert sorted(path.name for path in out.iterdir()) == sorted([f"{good}.pdf", f"{bad}.pdf"])
    for place, (number, code, words, more) in enumerate(
        [
            (good, "200", "Déposée", ""),
            (good, "212", "Encaissée", ""),
            (good, "202", "Reçue", ""),
            (bad, "210", "Refusée", REASON),
            ("F2026-99999", "200", "Déposée", ""),
        ]
    ):
        (back / f"{place}.xml").write_text(CDAR.format(number=number, code=code, words=words, more=more))
    (back / "7.xml").write_text('<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>')
    done = platform.exchange(firm, clerk())
    assert done.statuses == 3, "what came late changes nothing"
    assert len(done.problems) == 2
    assert dict(firm.rows("SELECT name, state FROM delivery")) == {good: "paid", bad: "refused"}
    assert "TX_TVA_ERR" in str(firm.value("SELECT reason FROM delivery WHERE state = 'refused'"))
    assert list(back.glob("*.xml")) == []
    assert (back / "read" / "7.xml").exists(), "what cannot be read is told, and kept"
    assert verify(firm) == []


def test_a_full_disk_in_the_outbox_hands_nothing_over(firm: Books, tmp_path: Path) -> None:
    recipients.change_settings(firm, clerk(), {"outbox": "/dev/full/out"})
    (number,) = _send_by(firm, "platform", "ACME")
    with pytest.raises(Problem) as caught:
        platform.exchange(firm, clerk())
    assert number in str(caught.value)
    assert firm.value("SELECT state FROM delivery") == "queued"
    recipients.change_settings(firm, clerk(), {"outbox": str(tmp_path / "out")})
    assert platform.exchange(firm, clerk()).placed == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{number}.pdf"]
    assert verify(firm) == []


def test_a_run_that_died_between_file_and_word(firm: Books, tmp_path: Path) -> None:
    recipients.change_settings(firm, clerk(), {"outbox": str(tmp_path / "out")})
    lies, fetched = _send_by(firm, "platform", "ACME", "KLEIN")
    platform.exchange(firm, clerk())
    firm.db.execute_sql("UPDATE delivery SET state = 'sending', holder = 'gone', held_at = '2026-01-01T00:00:00.0Z'")
    (tmp_path / "out" / f"{fetched}.pdf").unlink()
    assert platform.exchange(firm, clerk()).placed == 1
    assert dict(firm.rows("SELECT name, state FROM delivery")) == {lies: "sent", fetched: "unsure"}


def test_what_is_no_status_message() -> None:
    for content in (b"", b"<x/>", b"\0", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'):
        with pytest.raises(Problem) as caught:
            read_cdar(content, "odd.xml")
        assert "odd.xml" in str(caught.value)


def test_a_batch_stops_and_goes_on(firm: Books) -> None:
    ids = [issued(firm)["id"] for _ in range(8)]
    seen: list[int] = []
    first = render_many(firm, clerk(), ids, progress=lambda batch: seen.append(batch.done), stop=lambda: len(seen) >= 2)
    assert first.stopped
    assert 2 <= first.made < 8
    rest = render_many(firm, clerk(), ids)
    assert (rest.made, rest.there, rest.stopped) == (8 - first.made, first.made, False)
    path = Path(str(firm.value("SELECT path FROM rendering ORDER BY id LIMIT 1")))
    path.write_bytes(b"spoilt")
    assert render_many(firm, clerk(), ids).made == 1
    assert path.read_bytes().startswith(b"%PDF")
    assert json.dumps(seen)


def test_a_document_that_breaks_the_rules_does_not_leave(firm: Books, tmp_path: Path) -> None:
    from tui_billing.models.tables import Rendering
    from tui_billing.models.write import add

    recipients.change_settings(firm, clerk(), {"outbox": str(tmp_path / "out")})
    bad, good = _send_by(firm, "platform", "ACME", "KLEIN")
    ids = [key for (key,) in firm.rows("SELECT invoice_id FROM delivery ORDER BY id")]
    render_many(firm, clerk(), ids)
    row = firm.row("SELECT path, sha256 FROM rendering WHERE invoice_id = ?", (ids[0],))
    assert row is not None
    finding = {"code": "BR-CO-10", "message": "the lines do not add up", "values": {}, "field": "", "blocking": True}
    add(Rendering, invoice_id=ids[0], path=row[0], sha256=row[1], at="2026-11-25T10:00:00.000000Z", findings=[finding])
    done = platform.exchange(firm, clerk())
    assert (done.placed, len(done.problems)) == (1, 1)
    assert dict(firm.rows("SELECT name, state FROM delivery")) == {bad: "failed", good: "sent"}
    assert "BR-CO-10" in str(firm.value("SELECT reason FROM delivery WHERE state = 'failed'"))


def test_a_customer_who_asks_for_ubl_gets_it(firm: Books, tmp_path: Path) -> None:
    recipients.change_settings(firm, clerk(), {"outbox": str(tmp_path / "out")})
    firm.db.execute_sql("UPDATE customer SET einvoice_format = 'ubl' WHERE code = 'ACME'")
    (number,) = _send_by(firm, "platform", "ACME")
    done = platform.exchange(firm, clerk())
    assert (done.placed, done.problems) == (1, [])
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"{number}.xml"
    assert b"oasis" in path.read_bytes()
