"""bank match: what waiting lines could be cleared with; rehearse, and post what is certain."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.bank import app
from tui_billing.cli.options import Json
from tui_billing.cli.output import note, put, put_json_with, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.matching.facts import Suggestion
from tui_billing.rules.statement import plain_amount
from tui_billing.services.matching import Matched, post_certain, rehearse
from tui_billing.widgets.match_words import reasons
from tui_billing.widgets.rule_words import by_rule, rule_words

Post = Annotated[bool, typer.Option("--post-certain", help="Post the lines that are certain.")]
Rehearse = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be posted; nothing is written.")]


@app.command("match")
def match(post: Post = False, dry_run: Rehearse = False, as_json: Json = False) -> None:
    """Match all waiting lines of money that came with what is open, each with the reasons.

    Without --post-certain, and with --dry-run, nothing is written. What is ambiguous is never posted.
    """
    books, context = session.open()
    matched = rehearse(books)
    done: dict[tuple[int, int], dict[str, Any]] = {}
    if post and not dry_run:
        certain = list(matched.certain())
        answers = post_certain(books, context, certain)
        done = {(one.line_id, one.position): answer for one, answer in zip(certain, answers, strict=True)}
    if as_json:
        lines = (_told(one, done.get((one.line_id, one.position))) for one in matched)
        put_json_with("lines", lines, {"counts": matched.counts, "posted": _posted(done)})
        return
    heads = [_("line"), _("date"), _("amount"), "", _("payer"), _("standing"), _("customer"), _("settles"), _("why")]
    put_table(heads, [_row(one) for one in matched], right=(0, 2))
    for (line, _position), answer in done.items():
        if "problem" in answer:
            note(f"{line}: {_(answer['problem'], **answer['values'])}")
    told = matched.counts
    if post and not dry_run:
        put(_("{count} posted, {left} left", count=_posted(done), left=len(matched) - _posted(done)))
    else:
        put(_("{certain} of {count} are certain", certain=told["certain"], count=len(matched)))


def _posted(done: dict[tuple[int, int], dict[str, Any]]) -> int:
    return sum("problem" not in answer for answer in done.values())


def _row(one: Matched) -> list[object]:
    best = one.verdict.best
    words = ", ".join(reasons(best)) if best else ""
    if one.rule is not None:
        words = f"{by_rule(one.rule.name)}: {rule_words(one.rule)}"
    settles = " ".join(share.item.number for share in best.shares) if best else ""
    code = best.customer.code if best else ""
    amount = plain_amount(one.amount, one.currency)
    return [one.line_id, one.date, amount, one.currency, one.payer, one.verdict.standing, code, settles, words]


def _told(one: Matched, done: dict[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {"id": one.line_id}
    if one.position:
        told["detail"] = one.position
    told |= {"date": one.date, "amount": plain_amount(one.amount, one.currency), "currency": one.currency}
    told |= {"payer": one.payer, "text": one.text, "standing": one.verdict.standing.value}
    told["rivals"] = one.verdict.rivals
    if one.rule is not None:
        told["rule"] = {"id": one.rule.id, "name": one.rule.name, "then": one.rule.action, "target": one.rule.target}
    told["suggestions"] = [_suggested(each, one.currency) for each in one.verdict.suggestions]
    told["posted"] = done is not None and "problem" not in done
    if done is not None and "problem" in done:
        told["problem"] = _(done["problem"], **done["values"])
    return told


def _suggested(one: Suggestion, currency: str) -> dict[str, Any]:
    def money(minor: int) -> str:
        return plain_amount(minor, currency)

    return {
        "customer": one.customer.code,
        "name": one.customer.name,
        "certain": one.certain,
        "allocations": [
            {"invoice": share.item.number, "amount": money(share.paid)}
            | ({"given_up": money(share.given_up), "reason": share.reason_code} if share.given_up else {})
            for share in one.shares
        ],
        "credits": [
            {"credit_note": use.credit.number, "invoice": use.invoice.number, "amount": money(use.amount)}
            for use in one.credits
        ],
        "on_account": money(one.on_account),
        **({"kept": money(one.surplus), "kept_reason": one.surplus_code} if one.surplus else {}),
        "bank_fee": money(one.bank_fee),
        "facts": [{"fact": fact.value, "documents": list(numbers)} for fact, numbers in one.facts],
        "reasons": reasons(one),
    }
