"""Hostile texts in the books: every screen is visited and all that went to the terminal is searched.

Some texts come through the services (and are stored clean), others are written into the tables as they are, as a
stranger with another tool could. None may be obeyed: not by the terminal, not as markup.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from tests.terminal import desk

#: Clipboard, colour, title and screen by ESC and by C1, right-to-left marks, NUL, BEL; no program of ours sends these.
PAYLOAD = "\x1b]52;c;ZXZpbA==\x07\x1b[66;66m\x9b66;66m\x9d0;evil\x9c\x1b]0;evil\x1b\\\u202e\u2066\u200f\x00\x07\x85\x90"
MARKUP = "[b]Ev[/b][/x]"
TEXT = MARKUP + PAYLOAD
FORBIDDEN = (
    b"\x1b]52",
    b"\x1b[66;66m",
    b"\x1b]0;evil",
    b"\x00",
    b"\x07",
    *(mark.encode() for mark in "\x80\x85\x90\x9b\x9c\x9d\u202e\u2066\u200f"),
)


def write_past_the_services(db) -> None:
    """Raw bytes in every table that no trigger guards."""
    change = desk.change
    change(db, "UPDATE customer SET name = ?, phone = ?, email = ?, note = ? WHERE code = 'BETA'", *[TEXT] * 4)
    change(
        db,
        "UPDATE address SET line1 = ?, city = ?, region = ? WHERE customer_id IN"
        " (SELECT id FROM customer WHERE code = 'BETA')",
        *[TEXT] * 3,
    )
    change(
        db,
        "UPDATE contact SET name = ?, role = ? WHERE customer_id IN (SELECT id FROM customer WHERE code = 'BETA')",
        TEXT,
        TEXT,
    )
    change(db, "UPDATE item SET description = ?, description_fr = ? WHERE code IN ('A20', 'D10')", TEXT, TEXT)
    change(
        db,
        "INSERT INTO bank_line (bank_account_id, date, amount, open, currency, text, reference, payer, fingerprint)"
        " SELECT bank_account_id, date, amount, amount, currency, ?, ?, ?, 'evil ' || id FROM bank_line"
        " WHERE status = 'unmatched'",
        *[TEXT] * 3,
    )
    change(db, "UPDATE dispute SET contact = ? WHERE status <> 'closed'", TEXT)
    change(db, "UPDATE operator SET name = ?, login = ? WHERE login = 'paul'", TEXT, "paul" + TEXT)
    party = json.loads(desk.value(db, "SELECT party FROM company"))
    change(db, "UPDATE company SET party = ?", json.dumps(party | {"name": TEXT, "legal_form": ""}))
    form = {
        "customer": "BETA",
        "purchase_order": TEXT,
        "note": TEXT,
        "typed": TEXT,
        "focus": "lines.3",
        "lines": [{"item": "A20", "quantity": "2", "description": TEXT}, {"item": TEXT}],
        "invalid": {"lines.2": TEXT, "due_date": TEXT},
    }
    change(
        db,
        "UPDATE invoice SET buyer_name = ?, purchase_order = ?, form = ? WHERE state = 'draft'",
        TEXT,
        TEXT,
        json.dumps(form),
    )
    change(
        db,
        "INSERT INTO dispute_note (dispute_id, at, date, operator_id, kind, text)"
        " SELECT id, '2026-11-24T08:00:00.000000Z', '2026-11-24', 1, 'note', ? FROM dispute",
        TEXT,
    )
    change(
        db,
        "INSERT INTO change (at, operator_id, action, entity, entity_id, label)"
        " SELECT '2026-11-24T08:00:00.000000Z', id, 'issue', 'invoice', 1, ? FROM operator LIMIT 1",
        TEXT,
    )


def write_through_the_services(db) -> str:
    """The same through the command line, where it is stored clean; the invoice's number."""

    def tell(text: str, *arguments: str) -> str:
        command = [sys.executable, "-m", "tui_billing", "--db", str(db), *arguments]
        env = {"PYTHONPATH": str(desk.ROOT), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, input=text.encode(), env=env, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        for bad in FORBIDDEN:
            assert bad not in done.stdout + done.stderr, (arguments, bad)
        return done.stdout.decode()

    sheet = io.StringIO()
    csv.writer(sheet).writerows(
        [
            ("code", "name", "country", "city", "contact", "siren", "address_line1", "postcode"),
            ("EVIL", TEXT, "FR", TEXT, TEXT, "732829320", TEXT, "69001"),
        ]
    )
    tell(sheet.getvalue(), "customer", "import", "-")
    sheet = io.StringIO()
    csv.writer(sheet).writerows([("code", "description", "unit_price", "vat_rate"), ("EV1", TEXT, "10", "20")])
    tell(sheet.getvalue(), "item", "import", "-")
    line = {"item": "EV1", "quantity": "1"}, {"description": TEXT, "quantity": "1", "unit_price": "5", "vat_rate": "20"}
    told = tell(
        json.dumps({"customer": "EVIL", "purchase_order": MARKUP, "note": TEXT, "lines": line}),
        "invoice",
        "create",
        "-",
        "--issue",
        "--json",
    )
    number = json.loads(told)["number"]
    tell("", "dispute", "open", number, "--reason", "price", "--note", TEXT.replace("\x00", ""), "--contact", MARKUP)
    tell(
        json.dumps({"customer": "EVIL", "date": "2026-11-24", "amount": "1", "reference": TEXT}),
        "payment",
        "receive",
        "-",
    )
    return number


def test_the_command_line_shows_nothing_hostile_either(hostile):
    for words in (("customer", "show", "BETA"), ("invoice", "list", "--status", "draft"), ("dispute", "list")):
        done = desk.run(hostile, *words)
        assert done.returncode == 0 and MARKUP in done.stdout, done.stdout + done.stderr
        for bad in FORBIDDEN:
            assert bad not in (done.stdout + done.stderr).encode(), (words, bad)


#: Ways through the workstation, each from the overview.
WAYS = {
    "overview": "",
    "invoices": "2",
    "invoice filter": "2/ev<enter>",
    "draft": "2<down><enter>",
    "draft, its lines": "2<down><enter><up><up><enter>",
    "detail": "2/791<enter><enter>",
    "explain": "2/791<enter>x",
    "history": "2/791<enter>h",
    "entry of a customer": "nbeta<enter>a20 2<enter>d10<enter><up><enter><esc>",
    "entry, looked up": "nev<down><down>",
    "entry, item looked up": "nbeta<enter>a<c-l><down>",
    "entry, to be issued": "nevil<enter>ev1 2<enter><c-s>",
    "explain of an entry": "nbeta<enter>a20 2<enter><f2>",
    "payments": "3<end>",
    "payments, moved": "3<down><down><enter><esc><end><enter>",
    "payment form": "pevil<enter>1<enter>x<c-s>",
    "payment of a bank line": "3p",
    "disputes": "4",
    "dispute": "4<enter>",
    "new dispute": "2/791<enter>d",
    "customers": "5",
    "customer filter": "5/ev<enter>",
    "customer card": "5/evil<enter><enter>",
    "raw customer card": "5/beta<enter><enter>",
    "customer form": "5/beta<enter>e",
    "items": "8",
    "item filter": "8/a20<enter>",
    "item form": "8<f6>",
    "help": "?",
    "command line": ":cus ev<enter>",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    db = desk.copy_sample(tmp_path_factory.mktemp("hostile"))
    assert write_through_the_services(db).endswith("00791")
    write_past_the_services(db)
    return db


#: Textual's own: the shape of the mouse pointer.
POINTER = b"\x1b]22;default\x07"
#: Where the text must be legible as it stands, and was not just left out.
LEGIBLE = ("overview", "invoices", "draft", "detail", "payments", "dispute", "customers", "raw customer card", "items")


def visit_all(db, rows: int, cols: int) -> int:
    """Go every way in one session; how many were gone. Whatever was written to the terminal is searched."""
    legible = []
    with desk.open_workstation(db, rows=rows, cols=cols) as term:
        searched = 0
        for name, keys in WAYS.items():
            term.wait_for("n new invoice  p payment  1 overview")
            term.write(keys)
            term.settle(0.15)
            assert term.alive, f"{name} ended it:\n{term.framed()}"
            raw = term.raw
            fresh, searched = raw[max(0, searched - 20) :].replace(POINTER, b""), len(raw)
            for bad in FORBIDDEN:
                assert bad not in fresh, f"{bad!r} was sent on the way to {name}:\n{term.framed()}"
            if "[b]Ev" in term.text:
                legible.append(name)
            term.write("<f3*5>")
    missing = [name for name in LEGIBLE if name not in legible]
    assert not missing, f"the text is not legible as it stands: {missing}"
    return len(WAYS)


def test_nothing_hostile_reaches_the_terminal(hostile):
    visit_all(hostile, 24, 80)


@pytest.mark.prove
def test_prove_nothing_hostile_reaches_a_wide_terminal(hostile):
    ways = visit_all(hostile, 24, 80) + visit_all(hostile, 40, 120)
    print(f"hostile texts: {ways} ways through every screen, 0 control sequences of theirs sent")
