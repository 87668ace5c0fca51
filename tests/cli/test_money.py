"""payment, dispute and report: what is received, contested and owed."""

from __future__ import annotations

import itertools
import json
import random
from decimal import Decimal

import pytest

STATUSES = ["draft", "written_off", "credited", "paid", "disputed", "overdue", "part_paid", "due_soon", "open"]
BUCKETS = ["not_due", "d1_30", "d31_60", "d61_90", "over_90"]


def pay(desk, customer="ACME", amount="100.00", date="2026-11-25", today="2026-11-25", **values):
    given = json.dumps({"customer": customer, "amount": amount, "date": date, **values})
    return desk.ok("payment", "receive", "-", "--json", given=given, today=today).json


def test_the_oldest_due_is_settled_first_and_the_rest_stays_on_account(desk):
    first, second = desk.invoice(), desk.invoice(due_date="2026-12-01")
    paid = pay(desk, amount="4000.00", reference="VIR 12")
    assert [(p["invoice"], p["amount"]) for p in paid["allocations"]] == [
        (second["number"], "1560.00"),
        (first["number"], "1560.00"),
    ]
    assert paid["open"] == "880.00" and paid["status"] == "open"
    assert desk.ok("payment", "list", "--json").json == [paid]
    assert "880.00" in desk.ok("payment", "list").out
    assert desk.ok("invoice", "show", first["number"], "--json").json["status"] == "paid"


def test_allocations_as_they_are_named(desk):
    first, second = desk.invoice()["number"], desk.invoice()["number"]
    wanted = [{"invoice": second, "amount": "10.00"}, {"invoice": first}]
    paid = pay(desk, amount="500.00", allocations=wanted)
    assert [(p["invoice"], p["amount"]) for p in paid["allocations"]] == [(second, "10.00"), (first, "490.00")]
    kept = pay(desk, amount="7.00", allocations=[])
    assert kept["open"] == "7.00" and kept["allocations"] == []


def test_allocate_take_back_reverse(desk):
    number = desk.invoice()["number"]
    receipt = pay(desk, amount="100.00", allocations=[])["id"]
    done = desk.ok("payment", "allocate", str(receipt), number, "60", "--json").json
    assert done["open"] == "1500.00" and done["invoice"] == number
    desk.ok("payment", "take-back", str(done["id"]), "--reason", "slip", "--json")
    assert desk.ok("invoice", "show", number, "--json").json["open"] == "1560.00"
    desk.wrong("payment", "take-back", str(done["id"]))
    assert desk.ok("payment", "reverse", str(receipt), "--reason", "bounced", "--json").json["status"] == "reversed"
    desk.wrong("payment", "reverse", str(receipt))
    desk.wrong("payment", "reverse", "999")
    desk.wrong("payment", "reverse", "9" * 30)
    assert desk.ok("verify").code == 0


def test_a_credit_note_is_allocated_by_its_number(desk):
    first = desk.invoice()["number"]
    pay(desk, amount="1560.00")
    note = desk.ok("invoice", "credit", first, "--json").json
    assert note["open"] == "1560.00"
    second = desk.invoice()["number"]
    done = desk.ok("payment", "allocate", note["number"], second, "1000.00", "--json").json
    assert done["open"] == "560.00"
    assert desk.ok("invoice", "show", note["number"], "--json").json["open"] == "560.00"


def test_many_payments_and_said_twice(desk):
    text = "\n".join(
        json.dumps({"customer": "ACME", "date": "2026-11-25", "amount": f"{n}.00", "command_id": f"p{n}"})
        for n in (1, 2, 3)
    )
    first = desk.ok("payment", "receive", "-", "--json", given=text).lines
    assert [each["amount"] for each in first] == ["1.00", "2.00", "3.00"]
    assert desk.ok("payment", "receive", "-", "--json", given=text).lines == first
    bad = json.dumps({"customer": "ACME", "date": "2026-11-25", "amount": "4.00"}) + '\n{"customer": "ACME"}'
    answer = desk("payment", "receive", "-", "--json", given=bad)
    assert answer.code == 2 and "line 2" in answer.err and len(answer.lines) == 1 and answer.err.count("\n") == 1
    assert len(desk.ok("payment", "list", "--json").json) == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "9" * 25}, "amount"),
        ({"amount": None}, "amount"),
        ({"amount": []}, "amount"),
        ({"currency": "GBP"}, "currency"),
        ({"currency": "???"}, "currency"),
        ({"customer": "NOBODY"}, "customer"),
        ({"customer": None}, "customer"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "2027-01-01"}, "date"),
        ({"reference": "x" * 10_000}, "reference"),
        ({"colour": "red"}, "colour"),
        ({"allocations": "all"}, "allocations"),
        ({"allocations": [{"amount": "1"}]}, "allocations.1"),
        ({"allocations": [{"invoice": "F2026-09999"}]}, "allocations.1.invoice"),
        ({"allocations": [{"invoice": "F2026-00001", "amount": "9000.00"}]}, "amount"),
        ({"allocations": [{"invoice": "F2026-00001", "amount": "0"}]}, "amount"),
    ],
)
def test_bad_payments_are_refused_at_their_field(lite, changes, field):
    lite.invoice()
    payment = {"customer": "ACME", "date": "2026-11-25", "amount": "9999.00", **changes}
    said = lite.wrong("payment", "receive", "-", "--json", given=json.dumps(payment))
    assert f"{field}: " in said
    assert lite.ok("payment", "list", "--json").json == []


def test_a_dispute_from_its_opening_to_its_end(desk):
    number = desk.invoice()["number"]
    opened = desk.ok("dispute", "open", number, "--amount", "60", "--reason", "price", "--note", "too [dear]\x1b[31m",
                     "--json").json  # fmt: skip
    assert (opened["invoice"], opened["amount"], opened["status"]) == (number, "60.00", "received")
    assert opened["notes"][0]["text"] == "too [dear]\ufffd[31m"
    assert desk.ok("invoice", "show", number, "--json").json["status"] == "disputed"
    noted = desk.ok("dispute", "note", str(opened["id"]), "called Mr Martin", "--kind", "call", "--json").json
    assert [note["kind"] for note in noted["notes"]] == ["opened", "call"]
    assert desk.ok("dispute", "show", number, "--json").json == noted
    assert [row["id"] for row in desk.ok("dispute", "list", "--json").json] == [opened["id"]]
    closed = desk.ok("dispute", "close", number, "reaffirmed", "--note", "as agreed", "--json").json
    assert (closed["status"], closed["outcome"], closed["closed_on"]) == ("closed", "reaffirmed", "2026-11-25")
    assert "\x1b" not in desk.ok("dispute", "show", str(opened["id"])).out
    for arguments in (
        ("open", "F2026-09999"),
        ("open", number, "--amount", "9999"),
        ("open", number, "--amount", "x"),
        ("open", number, "--reason", "mood"),
        ("note", "99", "text"),
        ("note", "nonsense", "text"),
        ("note", str(opened["id"]), "after the end"),
        ("close", str(opened["id"]), "withdrawn"),
        ("show", "99"),
    ):
        desk.wrong("dispute", *arguments)
    again = desk.ok("dispute", "open", number, "--json").json
    desk.wrong("dispute", "note", str(again["id"]), "x" * 10_000)
    desk.wrong("dispute", "note", str(again["id"]), "  ")
    desk.wrong("dispute", "close", str(again["id"]), "forgotten")


def test_the_status_report_has_every_status_and_adds_up(desk):
    desk.invoice(due_date="2026-11-26")
    desk.invoice(due_date="2026-12-31")
    desk.invoice(issue_date="2026-11-25", due_date="2026-11-25")
    desk.ok("invoice", "create", "-", given='{"customer": "ACME", "lines": [{"item": "B20"}]}')
    pay(desk, amount="100.00", allocations=[{"invoice": "F2026-00002"}])
    pay(desk, amount="11.00", allocations=[])
    desk.ok("dispute", "open", "F2026-00003", "--json")
    paid = desk.invoice(lines=[{"item": "B20"}])["number"]
    pay(desk, amount="54.00", allocations=[{"invoice": paid}])
    desk.ok("invoice", "credit", paid)
    report = desk.ok("report", "status", "--json").json
    assert list(report["statuses"]) == STATUSES
    assert report["today"] == "2026-11-25"
    told = {name: (each["count"], each["amount"]) for name, each in report["statuses"].items() if each["count"]}
    assert told == {
        "draft": (1, "54.00"),
        "paid": (1, "54.00"),
        "disputed": (1, "1560.00"),
        "part_paid": (1, "1460.00"),
        "due_soon": (1, "1560.00"),
    }
    assert report["credits"] == {"count": 1, "amount": "54.00"}
    assert report["on_account"] == {"count": 1, "amount": "11.00"}
    assert report["receivable"] == "4515.00"
    assert sum(Decimal(report["aging"][b]) for b in BUCKETS) == Decimal("4580.00")
    assert "part_paid" in desk.ok("report", "status").out
    by_status = {
        status: [
            row for row in desk.ok("invoice", "list", "--status", status, "--json").json if row["kind"] == "invoice"
        ]
        for status in STATUSES
    }
    assert {name: len(rows) for name, rows in by_status.items() if rows} == {name: n for name, (n, _) in told.items()}


def test_aging_on_a_past_day(desk):
    old = desk.invoice(issue_date="2026-06-01", due_date="2026-07-01", today="2026-06-01")["number"]
    pay(desk, amount="560.00", date="2026-08-15", today="2026-08-15", allocations=[{"invoice": old}])
    desk.ok("invoice", "credit", old, today="2026-10-01")
    assert desk.ok("report", "aging", "--json").json["total"] == "0.00"

    def aging(day):
        return desk.ok("report", "aging", "--as-of", day, "--json").json

    assert aging("2026-05-31")["customers"] == []
    assert aging("2026-06-15")["not_due"] == "1560.00"
    assert aging("2026-08-14")["d31_60"] == "1560.00"
    assert aging("2026-08-15")["d31_60"] == "1000.00"
    assert aging("2026-09-30")["over_90"] == "1000.00"
    after = aging("2026-10-01")
    assert after["total"] == "0.00" and after["credits"] == "560.00" and after["receivable"] == "-560.00"
    assert after["customers"][0]["customer"] == "ACME"
    desk.wrong("report", "aging", "--as-of", "yesterday")
    assert "ACME" in desk.ok("report", "aging", "--as-of", "2026-08-15").out


def test_aging_today_is_the_same_derived_and_kept(desk):
    chance = random.Random(7)
    days = [f"2026-{month:02}-{day:02}" for month in range(5, 12) for day in (3, 17)]
    for day in days:
        desk.invoice("USCO", today=day, lines=[{"item": "B20", "quantity": str(chance.randint(1, 9))}])
        desk.invoice("ACME", today=day)
        if chance.random() < 0.6:
            amount = f"{chance.randint(1, 300)}.{chance.randint(0, 99):02}"
            pay(desk, chance.choice(["USCO", "ACME"]), amount, date=day, today=day)
    kept = desk.ok("report", "aging", "--json").json
    assert desk.ok("report", "aging", "--as-of", "2026-11-25", "--json").json == kept
    status = desk.ok("report", "status", "--json").json
    assert status["aging"] == {bucket: kept[bucket] for bucket in BUCKETS}
    assert status["receivable"] == kept["receivable"]
    opened = [Decimal(status["statuses"][name]["amount"]) for name in STATUSES[4:]]
    assert sum(opened) == Decimal(kept["total"])
    for earlier, later in itertools.pairwise(days[::4]):
        assert desk.ok("report", "aging", "--as-of", earlier, "--json", today=later).code == 0
