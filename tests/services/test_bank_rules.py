"""Rules on the books: kept in order, applied by the queue and in one go, tried on a period, and taken out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import TODAY, clerk, issued
from tests.services.test_matching import bank_line
from tui_billing.models.door import Books
from tui_billing.models.queries import payments
from tui_billing.rules.matching.bank_rules import Rule, parse_condition
from tui_billing.rules.matching.facts import Fact, Standing
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.services.bank_rules import (
    add_rule,
    change_rule,
    find_rule,
    last_month,
    list_rules,
    move_rule,
    remove_rule,
    try_draft,
    try_rules,
)
from tui_billing.services.clear import clear_line, take_back_line
from tui_billing.services.matching import post_certain, rehearse, take_of
from tui_billing.services.queue import propose
from tui_billing.services.verify import verify


def keep(books: Books, name: str, typed: str, action: str, target: str, **more: int) -> int:
    return add_rule(books, clerk(), Rule(name, (parse_condition(typed),), action), target, **more)


def names(books: Books) -> list[str]:
    return [f"{rule.position} {rule.name}" for rule in list_rules(books)]


def proposal(books: Books, line: int):
    found = payments.page(books, "first", None, 50).rows
    return propose(books, next(row for row in found if (row.kind, row.id) == ("bank_line", line)))


def test_rules_are_kept_in_order_changed_and_taken_out(books):
    first = keep(books, "fees", "text contains frais", "account", "627000")
    second = keep(books, "wages", "text starts paie", "ignore", "wages")
    third = keep(books, "acme", "payer is acme", "customer", "acme", position=1)
    assert names(books) == ["1 acme", "2 fees", "3 wages"]
    assert move_rule(books, clerk(), second, 1) == 1 and move_rule(books, clerk(), third, 99) == 3
    assert names(books) == ["1 wages", "2 fees", "3 acme"]
    fees = find_rule(books, first)
    assert change_rule(books, clerk(), fees.version, replace(fees, name="charges"), "658000") == 2
    assert find_rule(books, first).account == "658000"
    with pytest.raises(Conflict):
        change_rule(books, clerk(), fees.version, fees, "627000")
    remove_rule(books, clerk(), second)
    with pytest.raises(Refused):
        remove_rule(books, clerk(), second)
    with pytest.raises(NotFound):
        move_rule(books, clerk(), second, 1)
    assert names(books) == ["1 charges", "2 acme"]
    told = [row[0] for row in books.rows("SELECT action FROM audit WHERE entity = 'bank_rule' ORDER BY seq")]
    assert told == ["add", "add", "add", "move", "move", "change", "remove"] and verify(books) == []


def test_what_a_rule_cannot_do_is_refused_at_its_field(books):
    for action, target in (
        ("customer", "NOBODY"),
        ("write_off", "why"),
        ("write_off", "bad_debt"),
        ("account", "999"),
        ("account", "411000"),
        ("ignore", " "),
    ):
        with pytest.raises(Problem) as caught:
            keep(books, "rule", "text contains x", action, target)
        assert caught.value.field == "target", (action, target)
    assert list_rules(books) == []


def test_what_a_rule_clears_is_certain_and_names_the_rule(books):
    fees = keep(books, "fees", "text contains frais", "account", "627000")
    wages = keep(books, "wages", "text contains paie", "ignore", "wages")
    lines = [
        bank_line(books, -12_50, "FRAIS DE TENUE"),
        bank_line(books, -900_00, "PAIE 11"),
        bank_line(books, -1, "X"),
    ]
    assert proposal(books, lines[0]).rule.id == fees and proposal(books, lines[2]).rule is None
    matched = rehearse(books)
    assert [(one.line_id, one.rule.id, one.is_certain) for one in matched] == [
        (lines[0], fees, True),
        (lines[1], wages, True),
    ]
    assert books.value("SELECT count(*) FROM clearing") == 0, "a rehearsal writes nothing"
    context = replace(clerk(), batch_id="batch")
    answers = post_certain(books, context, matched)
    assert answers == post_certain(books, context, matched), "said again, nothing is done again"
    assert books.rows("SELECT kind, account, reason, rule_id FROM clearing ORDER BY id") == [
        ("charge", "627000", "FRAIS DE TENUE", fees),
        ("ignored", "", "wages", wages),
    ]
    assert [rule.hits for rule in list_rules(books)] == [1, 1]
    take_back_line(books, clerk(), lines[0])
    assert [rule.hits for rule in list_rules(books)] == [0, 1] and verify(books) == []


def test_a_refused_one_stops_no_other(books):
    keep(books, "fees", "text contains frais", "account", "627000")
    gone, other = bank_line(books, -1_00, "FRAIS"), bank_line(books, -2_00, "FRAIS")
    matched = rehearse(books)
    post_certain(books, clerk(), matched[:1])
    first, second = post_certain(books, clerk(), matched)
    assert "problem" in first and first["line"] == gone and second["open"] == 0 and second["line"] == other


def test_a_rule_makes_the_customer_known(books):
    invoice = issued(books, "ACME", "A10 1")
    other = issued(books, "DUPO", "A10 1", purchase_order="1")
    line = bank_line(books, 780_00, "VIR 4711", "HOLDING XYZ")
    assert rehearse(books)[0].verdict.standing != Standing.CERTAIN
    rule = keep(books, "holding", "payer matches *xyz", "customer", "ACME")
    best = proposal(books, line).verdict.best
    assert best.customer.code == "ACME" and (Fact.RULE, ("holding",)) in best.facts
    named = bank_line(books, 780_00, f"VIR {other['number']}", "HOLDING XYZ")
    assert Fact.OTHER_NUMBER in {fact for fact, _numbers in proposal(books, named).verdict.best.facts}
    assert not {one.line_id: one for one in rehearse(books)}[named].is_certain
    clear_line(books, clerk(), take_of(line, best))
    assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice["id"],)) == 0
    assert list_rules(books)[0].hits == 1 and find_rule(books, rule).customer == "ACME" and verify(books) == []


def test_a_rule_gives_a_small_difference_up_for_its_reason(books):
    invoice = issued(books, "ACME", "A10 1")
    text = f"SUMUP {invoice['number']}"
    line = bank_line(books, 776_00, text, "SUMUP")
    plain = proposal(books, line).verdict.best.shares[0]
    assert (plain.given_up, plain.reason_code) != (4_00, "goodwill")
    keep(books, "card fees", "text starts sumup", "write_off", "goodwill")
    best = proposal(books, line).verdict.best
    assert (best.shares[0].given_up, best.shares[0].reason_code) == (4_00, "goodwill")
    (again,) = rehearse(books)
    assert again.verdict.best.shares == best.shares and not again.is_certain, "what is given up, a clerk posts"
    clear_line(books, clerk(), take_of(line, best))
    assert books.value("SELECT open FROM invoice WHERE id = ?", (invoice["id"],)) == 0 and verify(books) == []
    second = issued(books, "ACME", "A10 1")
    short = bank_line(books, 700_00, f"SUMUP {second['number']}")
    assert proposal(books, short).verdict.best.shares[0].given_up == 0, "more than the reason allows"


def test_a_dry_run_stands_beside_what_was_done(books):
    issued(books, "ACME", "A10 1")
    one, two, three = (
        bank_line(books, amount, text) for amount, text in ((-5_00, "FRAIS"), (-6_00, "FRAIS"), (9, "Y"))
    )
    keep(books, "fees", "text contains frais", "account", "627000")
    post_certain(books, clerk(), rehearse(books)[:1])
    first, last = TODAY.replace(day=1), TODAY
    trial = try_rules(books, first, last)
    assert [(tried.line_id, tried.outcome) for tried in trial.tried] == [(one, "agrees"), (two, "waits")]
    assert trial.counts == {"lines": 3, "fit": 2, "waits": 1, "agrees": 1, "differs": 0}
    draft = Rule("small", (parse_condition("amount below 5.50"),), "ignore", reason="small")
    assert [(tried.line_id, tried.outcome) for tried in try_rules(books, first, last, [draft]).tried] == [
        (one, "differs"),
        (three, "waits"),
    ]
    assert try_rules(books, *last_month(TODAY)).lines == 0
    with pytest.raises(Problem):
        try_rules(books, last, first)


def test_rules_are_read_once_for_many_lines(books, monkeypatch):
    keep(books, "fees", "text contains frais", "account", "627000")
    counted: list[str] = []
    rows = Books.rows
    monkeypatch.setattr(
        Books, "rows", lambda self, sql, parameters=(): counted.append(sql) or rows(self, sql, parameters)
    )

    def asked() -> int:
        counted.clear()
        rehearse(books)
        return len(counted)

    bank_line(books, 1_00, "A")
    asked()
    few = asked()
    for _ in range(5):
        bank_line(books, 1_00, "FRAIS")
    assert asked() == few
    counted.clear()
    try_rules(books, TODAY, TODAY)
    assert len(counted) <= 5


def test_a_rule_that_gives_a_difference_up_keeps_what_is_paid_too_much_as_a_gain(books):
    bill = issued(books)
    keep(books, "cents", "payer contains acme", "write_off", "rounding")
    line = bank_line(books, 780_40, f"VIR {bill['number']}", payer="ACME INDUSTRIES")
    one = proposal(books, line).suggestion
    assert (one.surplus, one.surplus_code, one.on_account, one.shares[0].given_up) == (40, "rounding", 0, 0)
    clear_line(books, clerk(), take_of(line, one))
    assert books.row("SELECT amount, open FROM receipt") == (780_40, 0)
    assert books.rows("SELECT kind, amount, reason_code FROM consumption") == [("difference", 40, "rounding")]
    gain = books.value("SELECT gain_account FROM write_off_reason WHERE code = 'rounding'")
    assert books.value("SELECT sum(credit - debit) FROM posting_line WHERE account = ?", (gain,)) == 40
    assert books.row("SELECT rule_id FROM clearing") == (1,) and verify(books) == []
    take_back_line(books, clerk(), line)
    assert books.value("SELECT sum(credit - debit) FROM posting_line WHERE account = ?", (gain,)) == 0
    assert verify(books) == []
    # More than the reason allows stays on account, as it does without a rule.
    far = bank_line(books, 830_00, f"VIR {bill['number']}", payer="ACME INDUSTRIES")
    assert (proposal(books, far).suggestion.surplus, proposal(books, far).suggestion.on_account) == (0, 50_00)


def test_a_draft_is_tried_by_itself_and_not_kept(books):
    since, until = last_month(TODAY)
    bank_line(books, -12_50, "FRAIS", date=until)
    bank_line(books, 5_00, "FRAIS REMBOURSES", date=until)
    keep(books, "all", "text contains frais", "ignore", "x")
    draft = Rule("fees", tuple(map(parse_condition, ("text contains frais", "direction is out"))), "account")
    trial = try_draft(books, draft, "627000", since, until)
    assert [(one.text, one.rule.target) for one in trial.tried] == [("FRAIS", "627000")] and trial.lines == 2
    with pytest.raises(NotFound):
        try_draft(books, draft, "999", since, until)
    assert [rule.name for rule in list_rules(books)] == ["all"]
    assert find_rule(books, 1).forgets_direction and not draft.forgets_direction
