"""Months: open until they are proved and closed; a supervisor may post into a closed one for a stated reason."""

from __future__ import annotations

from typing import Any

from tui_billing.documents.proof_words import missing
from tui_billing.models.door import Books
from tui_billing.models.tables import Period
from tui_billing.models.write import add
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.proof import month_of
from tui_billing.services.context import Context, Work, hold_periods, transact
from tui_billing.services.proof import keep_in, prove_in


def close_period(books: Books, context: Context, month: str) -> dict[str, Any]:
    """Close a month that is over and proved (supervisors); returns {"month", "closed_on", "proof"}.

    Refused with the first thing that is missing where the proof does not hold; the proof is computed anew, and
    its figures are kept.
    """
    month, last = month_of(month)

    def do(work: Work) -> dict[str, Any]:
        hold_periods(books, to_close=True)
        if last >= work.today:
            raise Problem("{month} is not over yet; close it from the day after it", field="month", month=month)
        if books.row("SELECT 1 FROM period WHERE month = ?", (month,)):
            raise Refused("{month} is closed already", field="month", month=month)
        proof = prove_in(work, month)
        if not proof.proved:
            first = missing(proof)[0]
            raise Refused(first.message, field="month", **first.values)
        key = keep_in(work, proof)
        add(Period, month=month, closed_on=work.today, operator_id=work.operator_id)
        work.audit("close_period", "period", 0, {"v": 1, "month": month, "proof": key}, month)
        return {"month": month, "closed_on": work.today.isoformat(), "proof": key}

    return transact(books, context, "close_period", do)


def list_periods(books: Books) -> list[dict[str, Any]]:
    """Every month with postings or a proof, the newest first: {"month", "status", "closed_on", "closed_by",
    "proved_at"}; status is open, proved or closed."""
    months = [row[0] for row in books.rows("SELECT DISTINCT substr(date, 1, 7) FROM posting")]
    closed = {
        row[0]: row[1:]
        for row in books.rows(
            "SELECT p.month, p.closed_on, o.login FROM period p JOIN operator o ON o.id = p.operator_id"
        )
    }
    proofs = {row[0]: row[1:] for row in books.rows("SELECT month, at, proved FROM period_proof ORDER BY id")}
    found = []
    for month in sorted({*months, *closed, *proofs}, reverse=True):
        day, who = closed.get(month, (None, None))
        at, held = proofs.get(month, (None, 0))
        status = "closed" if day else "proved" if held else "open"
        found.append({"month": month, "status": status, "closed_on": day, "closed_by": who, "proved_at": at})
    return found
