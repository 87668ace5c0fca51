"""The checklist tells what would forbid to send a document, while it can still be mended, and stops nothing."""

from __future__ import annotations

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued, typed
from tui_billing.services import master
from tui_billing.services.foreseen import look_ahead
from tui_billing.services.printing import printable


def codes(books, content) -> dict[str, str]:
    known = look_ahead(books, content, TODAY)
    assert not known.blocking()
    return {one.code: one.field for one in known.warnings()}


def test_an_ordinary_invoice_has_nothing_to_say(firm):
    assert not {code for code in codes(firm, typed("ACME", "A10")) if code.startswith(("BR-", "OWN", "PEPPOL"))}


def test_what_is_foreseen_names_the_field(firm):
    address = {"country": "DE", "city": "Berlin", "postcode": "10115", "email": "a@amt.example"}
    card = master.CustomerCard(code="AMT", name="Amt", einvoice_format="xrechnung", **address)
    master.add_customer(firm, clerk(), card)
    found = codes(firm, typed("AMT", "A10"))
    assert found["BR-DE-15"] == "buyer_reference" and found["BR-DE-5"] == "seller.contact"
    assert "BR-DE-15" not in codes(firm, typed("AMT", "A10", buyer_reference="04011000-12345-03"))
    odd = {"item": "A10", "unit": "ZZ9"}
    assert codes(firm, typed("ACME", odd))["BR-CL-23"] == "lines.1.unit"
    assert issued(firm, "ACME", odd)["number"]


def test_the_customer_s_reference_stands_on_the_invoice(firm):
    card = master.CustomerCard(code="AMT", name="Amt", country="DE", city="Berlin", buyer_reference="04011000-12345-03")
    master.add_customer(firm, clerk(), card)
    assert printable(firm, issued(firm, "AMT")["id"]).references.buyer_reference == "04011000-12345-03"
    own = issued(firm, "AMT", buyer_reference="X")["id"]
    assert printable(firm, own).references.buyer_reference == "X"
