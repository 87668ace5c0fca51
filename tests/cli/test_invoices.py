"""invoice: create (one and many), issue, show, list, credit, render, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

KEYS = {
    "id",
    "number",
    "kind",
    "status",
    "customer",
    "issue_date",
    "due_date",
    "currency",
    "lines",
    "vat_breakdown",
    "totals",
    "open",
}


def order(**values):
    return json.dumps({"customer": "acme", "lines": [{"item": "a10", "quantity": "2"}], **values})


def test_create_answers_the_contract(desk):
    invoice = desk.ok("invoice", "create", "-", "--issue", "--json", given=order(purchase_order="PO-1")).json
    assert set(invoice) >= KEYS
    assert invoice["number"] == "F2026-00001" and invoice["status"] == "open" and invoice["customer"] == "ACME"
    assert invoice["issue_date"] == "2026-11-25" and invoice["due_date"] == "2026-12-31"
    assert invoice["vat_breakdown"] == [
        {"category": "S", "rate": "20", "taxable": "1300.00", "tax": "260.00", "exemption_code": None}
    ]
    assert invoice["totals"] == {
        "lines": "1300.00",
        "allowances": "0.00",
        "charges": "0.00",
        "net": "1300.00",
        "tax": "260.00",
        "gross": "1560.00",
        "prepaid": "0.00",
        "payable": "1560.00",
        "rounding": "0.00",
    }
    assert invoice["open"] == "1560.00"
    assert desk.ok("invoice", "show", "F2026-00001", "--json").json == invoice
    assert "F2026-00001" in desk.ok("invoice", "show", "F2026-00001").out


def test_a_draft_is_kept_listed_and_issued(desk):
    draft = desk.ok("invoice", "create", "-", "--json", given=order()).json
    assert draft["number"] is None and draft["status"] == "draft"
    listed = desk.ok("invoice", "list", "--json").json
    assert [(row["id"], row["number"], row["status"]) for row in listed] == [(draft["id"], None, "draft")]
    issued = desk.ok("invoice", "issue", str(draft["id"]), "--json").json
    assert issued["number"] == "F2026-00001"
    assert "F2026-00001" in desk.wrong("invoice", "issue", str(draft["id"]))
    assert desk.ok("verify").code == 0


def test_many_are_answered_one_a_line_in_order(desk):
    text = "\n\n".join(order(lines=[{"item": "B20", "quantity": str(n)}]) for n in range(1, 6))
    answers = desk.ok("invoice", "create", "-", "--issue", "--json", given=text).lines
    assert [answer["number"] for answer in answers] == [f"F2026-0000{n}" for n in range(1, 6)]
    assert [answer["lines"][0]["quantity"] for answer in answers] == ["1", "2", "3", "4", "5"]


def test_an_array_and_a_laid_out_object_are_read_too(desk):
    listed = json.dumps([json.loads(order()), json.loads(order())], indent=2)
    assert len(desk.ok("invoice", "create", "-", "--issue", "--json", given=listed).lines) == 2
    laid_out = json.dumps(json.loads(order()), indent=2)
    assert desk.ok("invoice", "create", "-", "--json", given=laid_out).json["status"] == "draft"


def test_a_bad_line_stops_the_batch_and_those_ahead_stay(desk):
    good, bad = order(), order(lines=[{"item": "A10", "quantity": "1x"}])
    answer = desk("invoice", "create", "-", "--issue", "--json", given="\n".join([good, good, bad, good]))
    assert answer.code == 2
    assert [each["number"] for each in answer.lines] == ["F2026-00001", "F2026-00002"]
    assert answer.err.count("\n") == 1
    assert "line 3" in answer.err and "lines.1.quantity" in answer.err and "2 before it" in answer.err
    assert len(desk.ok("invoice", "list", "--json").json) == 2
    assert desk.ok("verify", "--json").json["ok"]


def test_what_is_no_json_ahead_of_others_names_its_line(desk):
    answer = desk("invoice", "create", "-", "--issue", "--json", given=order() + "\n{oops}\n" + order())
    assert answer.code == 2 and len(answer.lines) == 1 and "line 2" in answer.err


@pytest.mark.parametrize("option", [["--issue"], []])
def test_a_command_said_twice_is_done_once(desk, option):
    text = "\n".join(order(command_id=f"import-{n}") for n in range(3))
    first = desk.ok("invoice", "create", "-", *option, "--json", given=text).lines
    assert desk.ok("invoice", "create", "-", *option, "--json", given=text).lines == first
    assert len(desk.ok("invoice", "list", "--json").json) == 3


def test_a_batch_that_stopped_is_taken_up_again(lite):
    texts = [order(command_id=f"b-{n}") for n in range(4)]
    broken = [*texts[:2], order(command_id="b-2", customer="NOBODY"), texts[3]]
    assert lite("invoice", "create", "-", "--issue", given="\n".join(broken)).code == 2
    answers = lite.ok("invoice", "create", "-", "--issue", "--json", given="\n".join(texts)).lines
    assert [answer["number"] for answer in answers] == [f"F2026-0000{n}" for n in range(1, 5)]


def test_an_id_of_another_command_is_refused(lite):
    payment = {"customer": "ACME", "date": "2026-11-25", "amount": "1.00", "command_id": "same"}
    lite.ok("payment", "receive", "-", given=json.dumps(payment))
    assert "command_id" in lite.wrong("invoice", "create", "-", "--issue", given=order(command_id="same"))


LINE = {"item": "A10", "quantity": "1"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer": "NOBODY"}, "customer"),
        ({"customer": ""}, "customer"),
        ({"customer": None}, "customer"),
        ({"lines": []}, "lines"),
        ({"lines": [{"item": "ZZZ"}]}, "lines.1.item"),
        ({"lines": [{}]}, "lines.1.item"),
        ({"lines": [LINE, {**LINE, "quantity": "abc"}]}, "lines.2.quantity"),
        ({"lines": [{**LINE, "quantity": "1.23456"}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "quantity": "0"}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "quantity": "9" * 30}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "quantity": "1e5"}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "quantity": "NaN"}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "quantity": "\u0661"}]}, "lines.1.quantity"),
        ({"lines": [{**LINE, "unit_price": "1.2345678"}]}, "lines.1.unit_price"),
        ({"lines": [{**LINE, "unit_price": "1,5"}]}, "lines.1.unit_price"),
        ({"lines": [{**LINE, "vat_rate": "120"}]}, "lines.1.vat_rate"),
        ({"lines": [{**LINE, "vat_category": "X"}]}, "lines.1.vat_category"),
        ({"lines": [{**LINE, "discount_percent": "101"}]}, "lines.1.discount_percent"),
        ({"lines": [{**LINE, "colour": "red"}]}, "lines.1.colour"),
        ({"lines": "A10"}, "lines"),
        ({"issue_date": "2026-02-30"}, "issue_date"),
        ({"issue_date": "30/02/2026"}, "issue_date"),
        ({"due_date": "2026-11-01"}, "due_date"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "GBP"}, "currency"),
        ({"purchase_order": "x" * 10_000}, "purchase_order"),
        ({"note": "x" * 10_000}, "note"),
        ({"document_discount_percent": "200"}, "document_discount_percent"),
        ({"nonsense": 1}, "nonsense"),
        ({"invalid": {}}, "invalid"),
        ({"command_id": "a b\x00"}, "command_id"),
        ({"command_id": ["x"]}, "command_id"),
    ],
)
def test_bad_values_are_refused_at_their_field(lite, changes, field):
    said = lite.wrong("invoice", "create", "-", "--issue", "--json", given=order(**changes))
    assert f"{field}: " in said
    assert lite.ok("invoice", "list", "--json").json == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "[",
        "{",
        "nonsense",
        "5",
        '"text"',
        "[1]",
        "null",
        '{"customer": NaN}',
        '{"customer": "A", "customer": "B"}',
        "[" * 100_000,
        b"\xff\xfe\x00",
        b"{\xe9}",
    ],
)
def test_what_is_no_invoice_at_all_is_refused(lite, text):
    lite.wrong("invoice", "create", "-", "--issue", given=text)


def test_a_missing_file_is_refused(lite, tmp_path):
    assert "nowhere.json" in lite.wrong("invoice", "create", str(tmp_path / "nowhere.json"))
    lite.wrong("invoice", "create", str(tmp_path))


def test_an_issue_date_before_the_last_number_is_refused(desk):
    desk.invoice(issue_date="2026-11-20")
    said = desk.wrong("invoice", "create", "-", "--issue", given=order(issue_date="2026-11-19"))
    assert "issue_date" in said and "2026-11-20" in said


def test_numbers_of_json_pass_through_no_float(lite):
    text = '{"customer": "ACME", "lines": [{"item": "A10", "quantity": 0.1, "unit_price": 1234567890.123456}]}'
    invoice = lite.ok("invoice", "create", "-", "--issue", "--json", given=text).json
    assert invoice["lines"][0]["unit_price"] == "1234567890.123456"
    assert invoice["totals"]["net"] == "123456789.01"


def test_a_blocking_finding_is_exit_one(lite):
    lite.ok("customer", "add", "--code", "DE", "--name", "Kunde", "--country", "DE", "--vat-category", "K")
    answer = lite("invoice", "create", "-", "--issue", given=order(customer="DE"))
    assert answer.code == 1 and answer.err.count("\n") == 1
    assert lite.ok("invoice", "list", "--json").json == []
    draft = lite.ok("invoice", "create", "-", "--json", given=order(customer="DE")).json
    assert draft["findings"]
    assert lite("invoice", "issue", str(draft["id"])).code == 1


def test_a_total_below_nothing_is_refused(desk):
    refused = desk("invoice", "create", "-", "--issue", given=order(lines=[{"item": "A10", "quantity": "-1"}]))
    assert refused.code == 1 and "credit" in refused.err  # a finding of the checklist stops it
    assert desk.ok("verify").code == 0


def test_texts_are_data(desk):
    hostile = "[red]x[/y] \x1b[31m\u202eevil\x00 e\u0301\tend"
    invoice = desk.invoice(lines=[{"description": hostile, "quantity": "1", "unit_price": "5"}], note=hostile)
    assert invoice["lines"][0]["description"] == "[red]x[/y] \ufffd[31m\ufffdevil\ufffd \u00e9 end"
    for arguments in (("invoice", "show", invoice["number"]), ("invoice", "list"), ("invoice", "list", "--json")):
        out = desk.ok(*arguments).out
        assert "\x1b" not in out and "\x00" not in out and "\u202e" not in out


def test_list_by_status_and_customer(desk):
    desk.invoice()
    desk.invoice("USCO")
    rows = desk.ok("invoice", "list", "--json").json
    assert [(row["number"], row["customer"], row["currency"]) for row in rows] == [
        ("F2026-00001", "ACME", "EUR"),
        ("F2026-00002", "USCO", "USD"),
    ]
    assert len(desk.ok("invoice", "list", "--customer", "usco", "--json").json) == 1
    assert len(desk.ok("invoice", "list", "--status", "open", "--json").json) == 2
    assert len(desk.ok("invoice", "list", "--status", "overdue", "--json", today="2027-02-01").json) == 2
    assert desk.ok("invoice", "list", "--status", "paid", "--json").json == []
    assert "late" in desk.wrong("invoice", "list", "--status", "late")
    assert "NOBODY" in desk.wrong("invoice", "list", "--customer", "NOBODY")


def test_credit_whole_and_by_line(desk):
    number = desk.invoice(lines=[{"item": "A10", "quantity": "2"}, {"item": "B20"}])["number"]
    note = desk.ok("invoice", "credit", number, "--line", "2", "--reason", "not used", "--json").json
    assert (note["number"], note["kind"], note["original"]) == ("A2026-00001", "credit_note", number)
    assert note["totals"]["gross"] == "54.00" and note["open"] == "0.00"
    rest = desk.ok("invoice", "credit", number, "--json").json
    assert rest["totals"]["gross"] == "1560.00"
    assert desk.ok("invoice", "show", number, "--json").json["status"] == "credited"
    assert number in desk.wrong("invoice", "credit", number)
    desk.wrong("invoice", "credit", number, "--line", "9")
    desk.wrong("invoice", "credit", number, "--line", "x")
    desk.wrong("invoice", "credit", "F1999-1")
    assert desk.ok("verify").code == 0


@pytest.mark.parametrize("number", ["F2026-99999", "²", "9" * 40, "-1", "", "\x1b[31m", "0"])
def test_an_unknown_number_is_refused(lite, number):
    said = lite.wrong("invoice", "show", "--", number)
    assert "\x1b" not in said


def test_explain_tells_the_steps(desk):
    number = desk.invoice("USCO", lines=[{"item": "A10", "quantity": "2", "discount_percent": "10"}])["number"]
    told = desk.ok("explain", number, "--json").json
    assert told["number"] == number and told["steps"][0]["heading"]
    assert {"amount", "currency", "label", "detail", "heading"} == set(told["steps"][0])
    shown = desk.ok("explain", number).out
    assert "Lines" in shown and "{" not in shown
    desk.wrong("explain", "F2026-09999")


def test_render_writes_a_pdf_and_remembers_it(desk, tmp_path):
    number = desk.invoice("USCO")["number"]
    answer = desk.ok("invoice", "render", number, "-o", str(tmp_path / "out" / "x.pdf"), "--json").json
    assert Path(answer["path"]).read_bytes().startswith(b"%PDF") and len(answer["sha256"]) == 64
    default = desk.ok("invoice", "render", number, "--json").json["path"]
    assert default.endswith(f"{number}.pdf") and "documents" in Path(default).parts[-3:-1]
    draft = desk.ok("invoice", "create", "-", "--json", given=order()).json
    assert "draft" in desk.wrong("invoice", "render", str(draft["id"]), "-o", str(tmp_path / "y.pdf"))
    desk.wrong("invoice", "render", number, "-o", "/proc/nowhere/x.pdf")
