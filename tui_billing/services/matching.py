"""Matching bank lines with open items: suggestions for one, a rehearsal of many, and posting what is certain.

Amounts are minor units. A booked entry with transactions of its own (a batch) is matched transaction by
transaction, each part of the line for its own customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import open_book
from tui_billing.models.queries.bank import bank_lines, waiting
from tui_billing.rules.content import LIMITS
from tui_billing.rules.differences import ROUNDING
from tui_billing.rules.matching.bank_rules import Rule, first_rule
from tui_billing.rules.matching.facts import Line, Standing, Suggestion, Verdict
from tui_billing.rules.matching.many import Progress, Together, match_many
from tui_billing.rules.matching.settle import Limits
from tui_billing.rules.matching.suggest import Matcher
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.services.bank_rules import read_rules, seen_of
from tui_billing.services.clear import Credit, Part, Take, clear_line, clear_lines, ignore_line, post_to_account
from tui_billing.services.context import Context, company, new_command_id
from tui_billing.services.matched import Matched, Rehearsal, matched
from tui_billing.services.reasons import find_reason

#: Sums that are looked up for one of many lines.
_STEPS = 4_000
#: Transactions of a booked entry that are looked up each by what it could be about; for more all is read.
_FEW = 200


def limits_of(books: Books) -> Limits:
    """Within what differences are explained: the company's tolerance, and what a clerk may give a bank as its fee."""
    return Limits(company(books).match_tolerance, find_reason(books, "bank_fee").clerk_limit)


def suggest(books: Books, line: Line) -> Verdict:
    """Everything that one line could be cleared with; a fixed number of queries.

    Never `certain`: what is certain is so beside all that is open, and all other lines (`rehearse`).
    """
    verdict = Matcher(open_book.for_line(books, line), limits_of(books)).suggest(line)
    if verdict.standing == Standing.CERTAIN:
        return Verdict(verdict.suggestions, Standing.CLEAR, verdict.rivals)
    return verdict


def suggest_details(books: Books, row: dict[str, Any], rules: Sequence[Rule] = ()) -> list[Matched]:
    """Each transaction of a line's row with its own verdict, [] where the line is matched whole.

    What one transaction settles, the next does not find open any more. Never `certain`, as with `suggest`. A fixed
    number of queries.
    """
    pieces = [(position, line) for _row, position, line, whole in _pieces(row, rules) if not whole]
    if not pieces:
        return []
    lines = [line for _position, line in pieces]
    book = open_book.for_lines(books, lines) if len(lines) <= _FEW else open_book.everything(books)
    matcher = Matcher(book, limits_of(books), steps=_STEPS, brief=True)
    verdicts = match_many(matcher, lines)
    return [
        matched(row["id"], position, line, replace(verdict, standing=Standing.CLEAR), whole=False)
        if verdict.standing == Standing.CERTAIN
        else matched(row["id"], position, line, verdict, whole=False)
        for (position, line), verdict in zip(pieces, verdicts, strict=True)
    ]


def rehearse(books: Books, progress: Progress | None = None) -> Rehearsal:
    """Every waiting line of money that came, and all that a rule clears, by date, each with its verdict.

    Nothing is written. The rules are read once. What `progress` raises ends it.
    """
    rules = read_rules(books)
    matcher = Matcher(open_book.everything(books), limits_of(books), steps=_STEPS, brief=True)
    found = Rehearsal(matcher.book.payers, rules)
    together = Together(matcher, waiting(books), progress)
    for row in bank_lines(books, unmatched=True):
        rule = clearing_rule(rules, row)
        if rule is not None:
            found.add(row["id"], 0, line_of(row), Verdict((), Standing.CERTAIN), whole=True, rule=rule)
        elif row["open"] > 0:
            for _row, position, line, whole in _pieces(row, rules):
                found.add(row["id"], position, line, together.look(len(found), line), whole=whole)
    together.settle(found)
    return found


def clearing_rule(rules: Sequence[Rule], row: dict[str, Any]) -> Rule | None:
    """The rule that sets a line's row aside or posts it to an account, where that is the first that fits."""
    rule = first_rule(rules, seen_of(row)) if rules else None
    return rule if rule is not None and rule.clears else None


def ruled_line(rules: Sequence[Rule], row: dict[str, Any], line: Line, inner: dict[str, Any] | None = None) -> Line:
    """The line with what the first rule that fits makes known: the customer, a difference that is given up."""
    rule = first_rule(rules, seen_of(row, inner)) if rules else None
    if rule is None or rule.clears:
        return line
    return replace(
        line,
        customer_id=rule.customer_id,
        rule_id=rule.id,
        rule=rule.name,
        reason_code=rule.reason_code,
        limit=rule.limit if rule.action == "write_off" else 0,
        gain=rule.gain if rule.action == "write_off" else 0,
    )


def _pieces(row: dict[str, Any], rules: Sequence[Rule]) -> Iterator[tuple[dict[str, Any], int, Line, bool]]:
    """The line, or each of its transactions that no clearing stands on, where these make up what is open of it."""
    details = row["details"]
    left = [one for one in details if not one["taken"]]
    split = (
        len(details) > 1
        and sum(one["amount"] for one in left) == row["open"]
        and all(one["amount"] > 0 and one["currency"] == row["currency"] for one in details)
    )
    if not split:
        inner = details[0] if len(details) == 1 else {}
        yield row, 0, ruled_line(rules, row, line_of(row, inner)), True
        return
    for position, one in enumerate(details, 1):
        if not one["taken"]:
            line = line_of({**one, "open": one["amount"], "date": row["date"]})
            yield row, position, ruled_line(rules, row, line, one), False


def line_of(row: dict[str, Any], inner: dict[str, Any] | None = None) -> Line:
    """What there is to match by of a bank line's row (`inner`: of its only transaction too)."""
    inner = inner or {}
    names = ("creditor_reference", "reference", "text", "end_to_end")
    parts = {str(each[name]): None for each in (row, inner) for name in names if each.get(name)}
    return Line(
        row["open"],
        row["currency"],
        " ; ".join(parts),
        row["payer"] or inner.get("payer", ""),
        row["payer_iban"] or inner.get("payer_iban", ""),
        str(row["date"]),
        row.get("charges") or inner.get("charges") or 0,
    )


def take_of(
    line_id: int, suggestion: Suggestion, amount: int | None = None, rule_id: int | None = None, detail: int = 0
) -> Take:
    """What a suggestion clears a line with; `amount` of it, None all that is open; `detail` the transaction's place."""
    return Take(
        line_id,
        suggestion.customer.code,
        tuple(Part(one.item.id, one.paid, one.given_up, one.reason_code) for one in suggestion.shares),
        tuple(Credit(one.credit.id, one.invoice.id, one.amount) for one in suggestion.credits),
        amount,
        suggestion.bank_fee,
        rule_id or suggestion.rule_id or None,
        suggestion.surplus,
        suggestion.surplus_code or ROUNDING,
        detail=detail,
    )


def post_certain(books: Books, context: Context, found: Iterable[Matched]) -> list[dict[str, Any]]:
    """Post what is certain, in chunks that hold the gate for a moment each; what is refused stays waiting.

    Returns for each in order what the verb answers that cleared it, or {"line", "problem", "values"}.
    """
    context = replace(context, batch_id=context.batch_id or new_command_id())
    sure = [one for one in found if one.is_certain]
    certain = [one for one in sure if one.rule is None and one.verdict.best is not None]
    takes = [
        take_of(one.line_id, one.verdict.best, None if one.whole else one.amount, detail=one.position)  # type: ignore[arg-type]
        for one in certain
    ]
    cleared = iter(clear_lines(books, context, takes))
    return [next(cleared) if one.rule is None else _by_rule(books, context, one) for one in sure]


def post_details(books: Books, context: Context, details: Iterable[Matched]) -> list[dict[str, Any]]:
    """Post a line's transactions that `may_post`, each by itself; what is refused stays open on the line.

    Each has a command id of its own, by its position: two alike (two part payments of one invoice) are two, and the
    same command said again posts nothing. Returns for each what `clear_line` answers, or {"line", "problem",
    "values"}.
    """
    context = replace(context, batch_id=context.batch_id or context.command_id)
    answers: list[dict[str, Any]] = []
    for one in details:
        if one.verdict.best is None or not one.may_post:
            continue
        own = context.command(f"{context.command_id}:{one.position}")
        try:
            answers.append(
                clear_line(books, own, take_of(one.line_id, one.verdict.best, one.amount, detail=one.position))
            )
        except Problem as problem:
            answers.append(_refused(one.line_id, problem))
    return answers


def _refused(line_id: int, problem: Problem) -> dict[str, Any]:
    """What stands for an answer; raises what is no matter of this line."""
    if isinstance(problem, Unusable):
        raise problem
    values = {name: str(value) for name, value in problem.values.items()}
    return {"line": line_id, "problem": problem.message, "values": values}


def _by_rule(books: Books, context: Context, one: Matched) -> dict[str, Any]:
    assert one.rule is not None
    try:
        own = context.command(f"{context.batch_id}:{one.line_id}:rule")
        return clear_by_rule(books, own, one.line_id, one.rule, one.text)
    except Problem as problem:
        return _refused(one.line_id, problem)


def clear_by_rule(books: Books, context: Context, line_id: int, rule: Rule, text: str = "") -> dict[str, Any]:
    """Set a line aside, or post it to an account, as a rule says; the clearing names the rule."""
    reason = rule.reason or text[: LIMITS["reason"]]
    if rule.action == "ignore":
        return ignore_line(books, context, line_id, reason, rule.id)
    return post_to_account(books, context, line_id, rule.account, reason, rule.id)
