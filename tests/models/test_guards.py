"""What another tool can do to the books: it is stopped by the database, or found by `verify` by its number."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import psycopg
import pytest

from tests.builders import TODAY, clerk, issued, typed
from tui_billing.models.door import open_books
from tui_billing.rules.problem import Refused
from tui_billing.services import credit, disputes, drafts, issue, receive
from tui_billing.services.verify import verify

#: The number that the attacks are on: neither the first nor the last.
NUMBER = "F2026-00002"
MINE = f"(SELECT id FROM invoice WHERE number = '{NUMBER}')"
DRAFT = "(SELECT max(id) FROM invoice WHERE state = 'draft')"
COLUMNS = "position, description, quantity, unit, unit_price, net, vat_category, vat_rate, nature"

BLOCKED = {
    "change the total": f"UPDATE invoice SET gross = gross + 1 WHERE id = {MINE}",
    "change the buyer": f"UPDATE invoice SET buyer_name = 'x' WHERE id = {MINE}",
    "change the date and what is open": f"UPDATE invoice SET open = 0, issue_date = '2026-01-01' WHERE id = {MINE}",
    "change the number": f"UPDATE invoice SET number = 'F2026-00099' WHERE id = {MINE}",
    "back to draft": f"UPDATE invoice SET state = 'draft', number = NULL WHERE id = {MINE}",
    "delete": f"DELETE FROM invoice WHERE id = {MINE}",
    "upsert": "INSERT INTO invoice (id, kind, type_code, issue_date, currency, operator_id, created_at, updated_at)"
    f" VALUES ({MINE}, 'invoice', '380', '2026-01-01', 'EUR', 1, '', '')"
    " ON CONFLICT (id) DO UPDATE SET gross = 1",
    "issue past the verb": "INSERT INTO invoice (kind, state, number, counter, customer_id, due_date, type_code,"
    " issue_date, currency, operator_id, created_at, updated_at)"
    " VALUES ('invoice', 'issued', 'F2026-00098', 98, 1, '2026-12-01', '380', '2026-12-01', 'EUR', 1, '', '')",
    "change a line": f"UPDATE invoice_line SET net = net - 1 WHERE invoice_id = {MINE}",
    "delete a line": f"DELETE FROM invoice_line WHERE invoice_id = {MINE}",
    "add a line": f"INSERT INTO invoice_line (invoice_id, {COLUMNS})"
    f" VALUES ({MINE}, 99, 'x', 10000, 'C62', 1, 1, 'S', 200000, 'goods')",
    "move a line out": f"UPDATE invoice_line SET invoice_id = {DRAFT}, position = 77 WHERE invoice_id = {MINE}",
    "move a line in": f"UPDATE invoice_line SET invoice_id = {MINE} WHERE invoice_id = {DRAFT}",
    "change the VAT": f"UPDATE vat_breakdown SET tax = tax + 1 WHERE invoice_id = {MINE}",
    "delete the VAT": f"DELETE FROM vat_breakdown WHERE invoice_id = {MINE}",
    "change an instalment": f"UPDATE instalment SET due_date = '2030-01-01' WHERE invoice_id = {MINE}",
    "add an allowance": f"INSERT INTO invoice_adjustment (invoice_id, is_charge, amount) VALUES ({MINE}, 0, 1)",
    "change a payment": "UPDATE receipt SET amount = amount + 1",
    "delete a payment": "DELETE FROM receipt",
    "change an allocation": "UPDATE allocation SET amount = amount - 1",
    "delete an allocation": "DELETE FROM allocation",
    "change a posting": "UPDATE posting SET date = '2026-01-01'",
    "change a journal line": "UPDATE posting_line SET account = '706000' WHERE account = '701000'",
    "delete a journal line": "DELETE FROM posting_line",
    "change a note": "UPDATE dispute_note SET text = 'nothing'",
    "delete a note": "DELETE FROM dispute_note",
    "change the audit": "UPDATE audit SET operator = 'nobody'",
    "delete the audit's end": "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
    "forge an event": "INSERT INTO audit SELECT seq + 1, at, operator, origin, action, entity, entity_id, payload,"
    " prev, 'forged' FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
    "event out of order": "INSERT INTO audit SELECT seq + 5, at, operator, origin, action, entity, entity_id, payload,"
    " hash, 'forged' FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
    "forget a command": "DELETE FROM command",
}
REPLACE = (
    "INSERT OR REPLACE INTO invoice (id, kind, type_code, issue_date, currency, operator_id, created_at, updated_at)"
    f" SELECT id, kind, type_code, issue_date, currency, operator_id, created_at, updated_at FROM invoice WHERE id = {MINE}"
)


@pytest.fixture
def busy(books):
    """Four invoices, a payment, a credit note, a dispute and a draft; `verify` finds nothing wrong."""
    done = [issued(books, "ACME", "A10", "B20 2") for _ in range(4)]
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 5000, allocations=[(done[1]["id"], 5000)]))
    credit.credit(books, clerk(), done[3]["id"])
    disputes.open_dispute(books, clerk(), done[1]["id"], amount=100, note="first")
    drafts.save_draft(books, clerk(), typed())
    with books.write():
        books.db.execute_sql(
            f"INSERT INTO invoice_line (invoice_id, {COLUMNS})"
            f" VALUES ({DRAFT}, 55, 'x', 10000, 'C62', 1, 1, 'S', 200000, 'goods')"
        )
    assert verify(books) == []
    return books


class PlainSqlite:
    """Python's own sqlite3 in a process of its own: two SQLite libraries in one process lose each other's locks."""

    CODE = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    how, text = json.loads(line)
    try:
        rows = getattr(connection, how)(text).fetchall()
        answer = [rows, "", ""]
    except sqlite3.Error as error:
        answer = [[], type(error).__name__, str(error)]
    print(json.dumps(answer), flush=True)
"""

    def __init__(self, path):
        command = [sys.executable, "-c", self.CODE, str(path)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def execute(self, text, how="execute"):
        self.process.stdin.write(json.dumps([how, text]) + "\n")
        self.process.stdin.flush()
        rows, kind, message = json.loads(self.process.stdout.readline())
        if kind:
            raise getattr(sqlite3, kind)(message)
        return rows

    def executescript(self, text):
        self.execute(text, "executescript")

    def close(self):
        self.process.communicate()


def other_tool(books):
    """A connection by the plain driver of the engine, in autocommit."""
    if books.engine == "sqlite":
        return PlainSqlite(books.path)
    return psycopg.connect(books.url, autocommit=True)


def test_attacks_are_stopped(busy):
    tool = other_tool(busy)
    attacks = dict(BLOCKED)
    if busy.engine == "postgres":
        for table in ("invoice", "invoice_line", "posting_line", "audit", "allocation", "receipt"):
            attacks[f"truncate {table}"] = f"TRUNCATE {table} CASCADE"
    through = []
    for name, attack in attacks.items():
        try:
            tool.execute(attack)
            through.append(name)
        except (sqlite3.IntegrityError, psycopg.errors.CheckViolation):
            pass
    tool.close()
    assert through == []
    assert verify(busy) == []


def test_replace_is_stopped_where_triggers_recurse(busy):
    if busy.engine != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    tool = other_tool(busy)
    tool.execute("PRAGMA recursive_triggers = ON")
    for foreign_keys in ("ON", "OFF"):
        tool.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        with pytest.raises(sqlite3.IntegrityError, match="issued document"):
            tool.execute(REPLACE)
    tool.close()
    assert verify(busy) == []


def assert_found(books, number=NUMBER):
    """The first document that `verify` names is the one that was touched."""
    found = verify(books)
    numbers = [difference.number for difference in found if difference.number]
    assert numbers and numbers[0] == number, found


def test_replace_without_recursion_is_found(busy):
    if busy.engine != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    tool = other_tool(busy)
    tool.execute(REPLACE)
    tool.close()
    assert_found(busy)


@pytest.mark.parametrize(
    "name",
    [
        "change the total",
        "change the buyer",
        "change a line",
        "delete a line",
        "add a line",
        "change the VAT",
        "change an instalment",
        "change an allocation",
        "change a journal line",
        "back to draft",
    ],
)
def test_what_is_done_behind_the_guards_is_found(busy, name):
    attack = BLOCKED[name]
    if name == "change a journal line":
        attack += f" AND posting_id IN (SELECT id FROM posting WHERE entity = 'invoice' AND entity_id = {MINE})"
    unguarded(busy, [attack])
    assert_found(busy)


def unguarded(books, attacks):
    """Take every guard away, do it, and put them all back: what a patient intruder would do."""
    tool = other_tool(books)
    if books.engine == "sqlite":
        kept = tool.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for trigger, _ in kept:
            tool.execute(f"DROP TRIGGER {trigger}")
        for attack in attacks:
            tool.execute(attack)
        for _, text in kept:
            tool.execute(text)
    else:
        tool.execute("SET session_replication_role = replica")
        for attack in attacks:
            tool.execute(attack)
    tool.close()


def test_an_invoice_taken_out_whole_is_found(busy):
    key = busy.value(f"SELECT id FROM invoice WHERE number = '{NUMBER}'")
    attacks = [f"DELETE FROM allocation WHERE invoice_id = {key}"]
    attacks += [f"DELETE FROM dispute_note WHERE dispute_id IN (SELECT id FROM dispute WHERE invoice_id = {key})"]
    attacks += [f"DELETE FROM dispute WHERE invoice_id = {key}"]
    children = ("invoice_line", "vat_breakdown", "instalment")
    attacks += [f"DELETE FROM {table} WHERE invoice_id = {key}" for table in children]
    journal = f"SELECT id FROM posting WHERE entity = 'invoice' AND entity_id = {key}"
    attacks += [f"DELETE FROM posting_line WHERE posting_id IN ({journal})"]
    attacks += [f"DELETE FROM posting WHERE entity = 'invoice' AND entity_id = {key}"]
    attacks += [f"DELETE FROM invoice WHERE id = {key}"]
    unguarded(busy, attacks)
    found = verify(busy)
    assert any(each.number == NUMBER and "vanished" in each.message for each in found), found
    assert any(each.check == "numbers" for each in found)


def test_an_audit_event_that_was_rewritten_is_found(busy):
    unguarded(
        busy,
        [
            f"UPDATE audit SET payload = replace(payload, '\"net\":', '\"nett\":') WHERE action = 'issue' AND entity_id = {MINE}"
        ],
    )
    assert_found(busy)


def test_an_end_of_the_audit_that_was_cut_off_is_found(busy):
    last = busy.value("SELECT seq FROM audit WHERE action = 'credit'")
    unguarded(
        busy,
        [
            f"DELETE FROM audit WHERE seq >= {last}",
            "UPDATE chain_head SET seq = (SELECT max(seq) FROM audit),"
            " hash = (SELECT hash FROM audit WHERE seq = (SELECT max(seq) FROM audit))",
        ],
    )
    assert any(each.number == "A2026-00001" for each in verify(busy))


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (f"UPDATE invoice SET open = open - 1 WHERE id = {MINE}", NUMBER),
        (f"UPDATE invoice SET disputed = 0 WHERE id = {MINE}", NUMBER),
        (f"UPDATE invoice SET next_due = '2027-01-01' WHERE id = {MINE}", NUMBER),
        (f"UPDATE instalment SET open = open - 1 WHERE invoice_id = {MINE}", NUMBER),
        ("UPDATE receipt SET open = open + 1, open_base = open_base + 1 WHERE open < amount", ""),
        ("UPDATE series SET next_counter = next_counter + 1", ""),
        ("UPDATE chain_head SET seq = seq - 1", ""),
    ],
)
def test_what_the_verbs_keep_up_to_date_is_proved(busy, change, number):
    tool = other_tool(busy)
    tool.execute(change)
    tool.close()
    found = verify(busy)
    assert found and (not number or number in [each.number for each in found])


def without_a_guard(books):
    """Take one guard away, in every way that the engine has; yields how to put it back."""
    if books.engine == "sqlite":
        text = books.value("SELECT sql FROM sqlite_master WHERE name = 'invoice_frozen'")
        weaker = str(text).replace("OLD.state <> 'draft'", "0")
        yield "DROP TRIGGER invoice_frozen", str(text)
        yield f"DROP TRIGGER invoice_frozen; {weaker}", f"DROP TRIGGER invoice_frozen; {text}"
        return
    yield (
        "ALTER TABLE invoice DISABLE TRIGGER invoice_frozen",
        "ALTER TABLE invoice ENABLE TRIGGER invoice_frozen",
    )
    body = books.value("SELECT prosrc FROM pg_proc WHERE proname = 'billing_refuse'")
    head = "CREATE OR REPLACE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $x$"
    yield f"{head} BEGIN RETURN NEW; END $x$", f"{head}{body}$x$"


def test_nothing_is_posted_while_a_guard_is_missing(busy):
    for away, back in without_a_guard(busy):
        tool = other_tool(busy)
        run = tool.executescript if busy.engine == "sqlite" else tool.execute
        run(away)
        opened = open_books(busy.url)
        with pytest.raises(Refused, match=r"invoice_frozen|guards") as refused:
            issue.issue_content(opened, clerk(), typed())
        assert "verify" in str(refused.value)
        assert any(each.check == "guards" and "invoice_frozen" in each.message for each in verify(opened))
        drafts.save_draft(opened, clerk(), typed())  # what is being typed is kept all the same
        run(back)
        assert verify(opened) == []
        issue.issue_content(opened, clerk(), typed())
        opened.shut()
        tool.close()
