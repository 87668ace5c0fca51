"""Rules of the checklist: written by a supervisor, proposed by a closed dispute, and how often they have struck."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import CheckRule, CheckStrike
from tui_billing.models.write import add, add_all, change
from tui_billing.rules.check_rules import Rule, check_parameters
from tui_billing.rules.problem import Conflict, NotFound
from tui_billing.rules.text import clean
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, require_right, transact


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """A rule as it stands in the list; `origin` is "written" or "dispute", `hits` counts documents."""

    id: int
    kind: str
    customer: str
    severity: str
    parameters: dict[str, str]
    text: str
    origin: str
    dispute_id: int | None
    active: bool
    hits: int
    operator: str
    version: int


def rules_for(books: Books, customer_id: int) -> list[Rule]:
    """The active rules that hold for a customer, those for everybody among them."""
    rows = books.rows(
        "SELECT id, kind, severity, customer_id, parameters, text FROM check_rule"
        " WHERE active = 1 AND (customer_id IS NULL OR customer_id = ?) ORDER BY id",
        (customer_id,),
    )
    return [Rule(row[0], row[1], row[2], row[3], json.loads(row[4]), row[5]) for row in rows]


def add_rule(
    books: Books,
    context: Context,
    kind: str,
    *,
    customer_id: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    severity: str = "warning",
    text: str = "",
) -> int:
    """Write a rule; return its id. For a supervisor."""
    return transact(
        books,
        context,
        "check_rule",
        lambda work: add_rule_in(
            work, kind, customer_id=customer_id, parameters=parameters, severity=severity, text=text
        ),
    )


def add_rule_in(
    work: Work,
    kind: str,
    *,
    customer_id: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    severity: str = "warning",
    text: str = "",
    dispute_id: int | None = None,
) -> int:
    """The same inside an open transaction, as a closed dispute does it: `dispute_id` says what was learned from.

    What a clerk learns from a dispute warns at once; to block, it waits for a supervisor to switch it on.
    """
    found = check_parameters(kind, parameters or {}, severity, text)
    supervisor = work.context.role == "supervisor"
    if dispute_id is None:
        require_right(work.context, "check_rule")
    code = ""
    if customer_id is not None:
        code = str(work.books.value("SELECT code FROM customer WHERE id = ?", (customer_id,)) or "")
        if not code:
            raise NotFound("there is no customer with id {id}", id=customer_id)
    rule = add(
        CheckRule,
        kind=kind,
        customer_id=customer_id,
        parameters=found,
        severity=severity,
        text=clean(text, 200, "text"),
        origin="dispute" if dispute_id is not None else "written",
        dispute_id=dispute_id,
        active=supervisor or severity == "warning",
        operator_id=work.operator_id,
        created_at=work.at,
    )
    work.audit("add_rule", "check_rule", rule, rule_content(work.books, rule), f"{kind} {code}".strip())
    return rule


def set_rule(
    books: Books,
    context: Context,
    rule_id: int,
    *,
    active: bool | None = None,
    severity: str | None = None,
    version: int | None = None,
) -> int:
    """Switch a rule on or off, or let it block or warn; return its new version. For a supervisor."""

    def do(work: Work) -> int:
        row = locked(books, "check_rule", "kind, severity, active, version, parameters, text", rule_id)
        if row is None:
            raise NotFound("there is no rule {id}; list them with: tui-billing check list", id=rule_id)
        if version is not None and version != row[3]:
            raise Conflict(
                "somebody else has changed this meanwhile; look at it again (F5)",
                mine={"version": version},
                theirs={"version": row[3]},
            )
        wanted = severity or row[1]
        check_parameters(row[0], json.loads(row[4]), wanted, row[5])
        change(
            CheckRule,
            rule_id,
            severity=wanted,
            active=bool(row[2]) if active is None else active,
            version=row[3] + 1,
        )
        work.audit("change_rule", "check_rule", rule_id, rule_content(books, rule_id), row[0])
        return int(row[3]) + 1

    return transact(books, context, "check_rule", do)


def list_rules(books: Books, customer_id: int | None = None) -> list[WrittenRule]:
    """All rules, or those that hold for one customer; what struck most comes first."""
    where, parameters = (
        ("", ())
        if customer_id is None
        else (
            " WHERE r.customer_id IS NULL OR r.customer_id = ?",
            (customer_id,),
        )
    )
    rows = books.rows(
        "SELECT r.id, r.kind, coalesce(c.code, ''), r.severity, r.parameters, r.text, r.origin, r.dispute_id, r.active,"
        " r.hits, o.login, r.version FROM check_rule r JOIN operator o ON o.id = r.operator_id"
        f" LEFT JOIN customer c ON c.id = r.customer_id{where} ORDER BY r.hits DESC, r.id",
        parameters,
    )
    found = []
    for row in rows:
        values: Any = (*row[:4], json.loads(row[4]), *row[5:8], bool(row[8]), *row[9:])
        found.append(WrittenRule(*values))
    return found


def strike(books: Books, context: Context, draft_id: int, rules: Sequence[int]) -> None:
    """Count that rules have stopped a draft; a rule counts once a document."""
    if rules:
        transact(books, context, "draft", lambda work: strike_in(work, draft_id, rules), record=False)


def strike_in(work: Work, invoice_id: int, rules: Sequence[int]) -> None:
    """The same inside an open transaction: rules have spoken on a document."""
    books = work.books
    for rule in sorted(set(rules)):
        if books.row("SELECT 1 FROM check_strike WHERE rule_id = ? AND invoice_id = ?", (rule, invoice_id)):
            continue
        books.db.execute_sql(books.sql("UPDATE check_rule SET hits = hits + 1 WHERE id = ?"), (rule,))
        row = {"rule_id": rule, "invoice_id": invoice_id, "date": work.today, "operator_id": work.operator_id}
        add_all(CheckStrike, [row])


def rule_content(books: Books, rule_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a rule."""
    row = books.row(
        "SELECT kind, customer_id, parameters, severity, text, origin, dispute_id, active FROM check_rule WHERE id = ?",
        (rule_id,),
    )
    assert row is not None
    names = ("kind", "customer_id", "parameters", "severity", "text", "origin", "dispute_id", "active")
    return {"v": 1, **dict(zip(names, row, strict=True))}
