"""The clerk's rules for bank lines: kept, put in order, taken out, and tried on the lines of a period.

A rule that was used stays in the books when it is removed: what it cleared names it. Its versions are in the audit
trail. How often a rule was applied is counted from the clearings that stand, and so is never wrong.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.queries.bank import bank_lines
from tui_billing.models.queries.bank_rules import cleared_with, hits
from tui_billing.models.tables import BankRule
from tui_billing.models.write import add, change
from tui_billing.rules.matching.bank_rules import (
    Rule,
    Seen,
    check_rule,
    conditions_from,
    first_rule,
    stored_conditions,
)
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.text import quote, safe
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.reasons import find_reason

_COLUMNS = (
    "b.id, b.position, b.name, b.conditions, b.action, b.customer_id, c.code, b.reason_code, w.clerk_limit,"
    " CASE WHEN w.gain_account <> '' THEN w.clerk_limit ELSE 0 END, b.account, b.reason, b.version"
)
#: What a dry run says of a line: it waits, was cleared as the rule says, or otherwise.
WAITS, AGREES, DIFFERS = "waits", "agrees", "differs"


def read_rules(books: Books) -> list[Rule]:
    """The rules in use, in their order; one query."""
    rows = books.rows(
        f"SELECT {_COLUMNS} FROM bank_rule b LEFT JOIN customer c ON c.id = b.customer_id"
        " LEFT JOIN write_off_reason w ON w.code = b.reason_code AND w.active = 1"
        " WHERE b.active = 1 ORDER BY b.position, b.id"
    )
    return [_rule(row) for row in rows]


def _rule(row: tuple) -> Rule:
    key, position, name, conditions, action, customer, code, reason_code, limit, gain, account, reason, version = row
    return Rule(
        name,
        conditions_from(json.loads(conditions)),
        action,
        key,
        position,
        customer or 0,
        code or "",
        reason_code,
        limit or 0,
        gain or 0,
        account,
        reason,
        version=version,
    )


def list_rules(books: Books) -> list[Rule]:
    """The rules in use, in their order, each with how many lines it cleared or helped to clear."""
    counted = hits(books)
    return [replace(rule, hits=counted.get(rule.id, 0)) for rule in read_rules(books)]


def find_rule(books: Books, rule_id: int) -> Rule:
    """A rule in use by its id."""
    found = next((rule for rule in read_rules(books) if rule.id == rule_id), None)
    if found is None:
        raise NotFound("there is no rule {id}; list them with: tui-billing bank rule list", id=rule_id)
    return found


def seen_of(row: dict[str, Any], inner: dict[str, Any] | None = None) -> Seen:
    """What rules may ask of a bank line's row; `inner`: of one of its transactions, else of its only one."""
    details = row["details"]
    one = inner or (details[0] if len(details) == 1 else {})

    def both(*names: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(each[name]) for each in (one, row) for name in names if each.get(name)))

    return Seen(
        (inner or row)["amount"],
        row["currency"],
        both("text"),
        both("reference", "creditor_reference", "end_to_end", "mandate"),
        both("payer"),
        both("payer_iban"),
        both("bank_code"),
        both("account", "iban"),
    )


# -- writing ------------------------------------------------------------------


def _complete(books: Books, rule: Rule, target: str) -> dict[str, Any]:
    """The columns of a rule as it is kept; `target` is the customer, reason, account or words that it names."""
    target = safe(target).strip()
    kept = check_rule(replace(rule, reason=target if rule.action == "ignore" else rule.reason))
    values: dict[str, Any] = {"name": kept.name, "conditions": stored_conditions(kept), "action": kept.action}
    values |= {"customer_id": None, "reason_code": "", "account": "", "reason": kept.reason}
    if kept.action == "customer":
        customer = facts.customer_by_code(books, target)
        if customer is None:
            raise NotFound(
                "there is no customer {code}; type part of the name to find the code",
                field="target",
                code=quote(target),
            )
        values["customer_id"] = customer.id
    elif kept.action == "write_off":
        try:
            reason = find_reason(books, target)
        except Problem as problem:
            raise Problem(problem.message, field="target", **problem.values) from None
        if not reason.clerk_limit:
            raise Problem(
                "the reason {code} has no amount that a clerk may give up; choose another one",
                field="target",
                code=reason.code,
            )
        values["reason_code"] = reason.code
    elif kept.action == "account":
        if books.value("SELECT 1 FROM account WHERE code = ?", (target,)) is None:
            raise NotFound("there is no account {code} in the chart", field="target", code=quote(target))
        if target.startswith(("41", "512")):
            raise Problem(
                "account {code} is moved by payments and refunds; choose another account", field="target", code=target
            )
        values["account"] = target
    return values


def add_rule(books: Books, context: Context, rule: Rule, target: str, position: int | None = None) -> int:
    """Keep a new rule, at a place in the order (1 is the first) or as the last; its id. Raises Problem with a field."""

    def do(work: Work) -> int:
        order = _order(work)
        key = add(BankRule, position=len(order) + 1, **_complete(books, rule, target))
        if position is not None and position <= len(order):
            order.insert(max(0, position - 1), key)
            _put(order)
        _audit(work, "add", key)
        return key

    return transact(books, context, "bank_rule", do)


def change_rule(books: Books, context: Context, version: int, rule: Rule, target: str) -> int:
    """Change the rule with `rule.id`; `version` is the one that was read. Returns the new version."""

    def do(work: Work) -> int:
        values = _complete(books, rule, target)
        _hold(work, rule.id, version)
        change(BankRule, rule.id, version=version + 1, **values)
        _audit(work, "change", rule.id)
        return version + 1

    return transact(books, context, "bank_rule", do)


def move_rule(books: Books, context: Context, rule_id: int, position: int) -> int:
    """Put a rule at a place in the order, 1 the first; the place that it has then."""

    def do(work: Work) -> int:
        order = _order(work)
        if rule_id not in order:
            raise NotFound("there is no rule {id}; list them with: tui-billing bank rule list", id=rule_id)
        order.remove(rule_id)
        place = min(max(1, position), len(order) + 1)
        order.insert(place - 1, rule_id)
        _put(order)
        _audit(work, "move", rule_id)
        return place

    return transact(books, context, "bank_rule", do)


def remove_rule(books: Books, context: Context, rule_id: int, version: int | None = None) -> None:
    """Use a rule no more; what it cleared stays cleared."""

    def do(work: Work) -> None:
        order = _order(work)
        now = _hold(work, rule_id, version)
        change(BankRule, rule_id, active=False, version=now + 1)
        _put([key for key in order if key != rule_id])
        _audit(work, "remove", rule_id)

    transact(books, context, "bank_rule", do)


def _order(work: Work) -> list[int]:
    """The ids of the rules in their order, locked."""
    lock = " FOR UPDATE" if work.books.engine == "postgres" else ""
    return [row[0] for row in work.books.rows(f"SELECT id FROM bank_rule WHERE active = 1 ORDER BY position, id{lock}")]


def _put(order: Sequence[int]) -> None:
    for position, key in enumerate(order, 1):
        change(BankRule, key, position=position)


def _hold(work: Work, rule_id: int, version: int | None) -> int:
    row = locked(work.books, "bank_rule", "version, active", rule_id)
    if row is None:
        raise NotFound("there is no rule {id}; list them with: tui-billing bank rule list", id=rule_id)
    if not row[1]:
        raise Refused("this rule was removed already")
    if version is not None and row[0] != version:
        theirs = find_rule(work.books, rule_id)
        shown = {"name": theirs.name, "action": theirs.action, "target": theirs.target}
        raise Conflict("the rule was changed meanwhile; look at it again before you save", mine={}, theirs=shown)
    return int(row[0])


_CONTENT = "position, name, conditions, action, customer_id, reason_code, account, reason, active, version"


def rule_content(books: Books, rule_id: int) -> dict[str, Any]:
    """What the audit chain hashes of a rule; `verify` compares it."""
    row = books.row(f"SELECT {_CONTENT} FROM bank_rule WHERE id = ?", (rule_id,))
    assert row is not None
    return {"v": 1, **dict(zip(_CONTENT.split(", "), row, strict=True))}


def _audit(work: Work, action: str, key: int) -> None:
    content = rule_content(work.books, key)
    work.audit(action, "bank_rule", key, content, str(content["name"]))


# -- a dry run ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """A line that a rule fits, what the rule does with such a line, and what was done with this one.

    `done` are (kind of clearing, the customer's code or the account or why); `outcome` is waits, agrees or differs.
    """

    line_id: int
    date: str
    amount: int
    currency: str
    payer: str
    text: str
    rule: Rule
    done: tuple[tuple[str, str], ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A dry run: the lines of the period that some rule fits, and how many lines there were in all."""

    since: dt.date
    until: dt.date
    lines: int
    tried: tuple[Tried, ...]

    @property
    def counts(self) -> dict[str, int]:
        """{"lines", "fit", "waits", "agrees", "differs"}."""
        found = Counter(one.outcome for one in self.tried)
        return {
            "lines": self.lines,
            "fit": len(self.tried),
            WAITS: found[WAITS],
            AGREES: found[AGREES],
            DIFFERS: found[DIFFERS],
        }


def last_month(today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of the month before."""
    last = today.replace(day=1) - dt.timedelta(days=1)
    return last.replace(day=1), last


def try_rules(books: Books, since: dt.date, until: dt.date, rules: Sequence[Rule] | None = None) -> Trial:
    """What the rules (those in use, or these) would have done with each line of a period; nothing is written.

    A rule that gives a difference up agrees with every payment: whose it is, such a rule does not say.
    """
    if until < since:
        raise Problem("the period ends before it begins; name the earlier day first", field="to")
    rules = read_rules(books) if rules is None else rules
    done = cleared_with(books, since, until)
    found, count = [], 0
    for row in bank_lines(books, since=since, until=until):
        count += 1
        rule = first_rule(rules, seen_of(row))
        if rule is None:
            continue
        theirs = tuple(done.get(row["id"], ()))
        found.append(
            Tried(
                row["id"],
                str(row["date"]),
                row["amount"],
                row["currency"],
                row["payer"],
                row["text"],
                rule,
                theirs,
                _outcome(rule, theirs),
            )
        )
    return Trial(since, until, count, tuple(found))


def try_draft(books: Books, rule: Rule, target: str, since: dt.date, until: dt.date) -> Trial:
    """The same of one rule that is not kept yet, by itself; raises what `add_rule` would."""
    values = _complete(books, rule, target)
    drafted = replace(
        rule,
        customer_id=values["customer_id"] or 0,
        customer=target.strip().upper() if rule.action == "customer" else "",
        reason_code=values["reason_code"],
        account=values["account"],
        reason=values["reason"],
    )
    return try_rules(books, since, until, [drafted])


def _outcome(rule: Rule, done: Sequence[tuple[str, str]]) -> str:
    if not done:
        return WAITS
    main = [one for one in done if one[0] != "charge"]
    agrees = {
        "customer": all(one == ("receipt", rule.customer) for one in main),
        "write_off": all(kind == "receipt" for kind, _target in main),
        "account": all(one == ("account", rule.account) for one in main),
        "ignore": all(kind == "ignored" for kind, _target in main),
    }[rule.action]
    return AGREES if main and agrees else DIFFERS
