"""What changes of a dispute while it stands: its lines and amounts, who looks after it, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries.claims import claims_of
from tui_billing.models.queries.credits import Creditable, creditable
from tui_billing.models.tables import Dispute, DisputeLine
from tui_billing.models.write import add_all, change
from tui_billing.rules.disputes import PRIORITIES
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.disputes import (
    Claim,
    dispute_content,
    one_of,
    operator_named,
    record_change,
    require_claim,
    same_version,
    standing,
    write_note,
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to change of a dispute; what is left out stays.

    `lines` are (position, minor units with VAT): None is all that is left of the line, 0 takes it out of the dispute.
    `amount` (minor units) is for a dispute about no lines, or about one.
    """

    lines: Sequence[Claim] = ()
    amount: int | None = None
    note: str = ""
    owner: str = ""
    priority: str = ""
    answer_by: dt.date | None = None
    contact: str | None = None


def amend_dispute(
    books: Books,
    context: Context,
    dispute_id: int,
    amount: int | None = None,
    note: str = "",
    *,
    lines: Sequence[Claim] = (),
) -> None:
    """Contest other amounts, or other lines, from today on: the customer gives in for a part, or finds more."""
    change_dispute(books, context, dispute_id, Amendment(lines=lines, amount=amount, note=note))


def assign_dispute(
    books: Books,
    context: Context,
    dispute_id: int,
    *,
    owner: str = "",
    priority: str = "",
    answer_by: dt.date | None = None,
    contact: str | None = None,
) -> None:
    """Give a dispute another owner, priority, day of answer or contact; what is left out stays."""
    wanted = Amendment(owner=owner, priority=priority, answer_by=answer_by, contact=contact)
    change_dispute(books, context, dispute_id, wanted)


def change_dispute(
    books: Books, context: Context, dispute_id: int, wanted: Amendment, version: int | None = None
) -> None:
    """Change a dispute in one transaction; `version` is the one that was looked at.

    Raises `Problem` for more than is open and undisputed, and `Refused` for a line that another dispute contests,
    for one that is credited, and where nothing would be contested any more.
    """
    if wanted.priority:
        one_of(
            wanted.priority,
            PRIORITIES,
            "priority",
            "{priority} is no priority of a dispute; it is one of {priorities}",
            "priorities",
        )
    if wanted.lines and wanted.amount is not None:
        raise Problem("name the disputed lines or an amount, not both; lines have amounts of their own", field="amount")

    def do(work: Work) -> None:
        row, number = standing(work, dispute_id)
        if version is not None:
            same_version(row, version)
        if wanted.lines or wanted.amount is not None:
            _contest(work, dispute_id, row, number, wanted)
            row["version"] += 1
        elif wanted.note:
            write_note(work, dispute_id, "note", wanted.note)
        values = _assigned(books, wanted)
        if values:
            change(Dispute, dispute_id, **values, version=row["version"] + 1)
            work.audit("assign_dispute", "dispute", dispute_id, dispute_content(books, dispute_id), number)

    transact(books, context, "dispute", do)


def _assigned(books: Books, wanted: Amendment) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if wanted.owner:
        values["owner_id"] = operator_named(books, wanted.owner)
    if wanted.priority:
        values["priority"] = wanted.priority
    if wanted.answer_by is not None:
        values["answer_by"] = wanted.answer_by
    if wanted.contact is not None:
        values["contact"] = clean(wanted.contact, 200, "contact")
    return values


def _contest(work: Work, dispute_id: int, row: dict[str, Any], number: str, wanted: Amendment) -> None:
    """Another amount from today on, by lines where the dispute is about lines."""
    books, currency = work.books, row["currency"]
    about, known = creditable(books, row["invoice_id"])
    before = dict(claims_of(books, dispute_id))
    claims = wanted.lines or _only_line(before, known, number, wanted.amount)
    after = dict(before)
    for position, amount in dict(claims).items():
        if amount == 0:
            after.pop(_contested(before, known, number, position), None)
        else:
            line, part = require_claim(known, number, about.currency, position, amount, dispute_id)
            after[line.id] = part
    opened, disputed = books.row("SELECT open, disputed FROM invoice WHERE id = ?", (row["invoice_id"],))  # type: ignore[misc]
    most = row["amount"] + opened - disputed
    total = sum(after.values()) if after or before else wanted.amount or 0
    if (before and not after) or not total:
        raise Refused("a dispute contests at least one line; where nothing is left of it, close it", field="lines")
    if after and all(amount is None for _, amount in claims):
        total = min(total, most)  # of lines that are partly paid, what is still open
    if not 0 < total <= most:
        raise Problem(
            "the disputed amount of {number} lies between 0 and {open} {currency}",
            field="lines" if wanted.lines else "amount",
            number=number,
            open=plain(most, currency),
            currency=currency,
        )
    change(Dispute, dispute_id, amount=total, version=row["version"] + 1)
    told = [
        f"#{line.position} {plain(before.get(line.id, 0), currency)} → {plain(after.get(line.id, 0), currency)}"
        for line in known
        if before.get(line.id, 0) != after.get(line.id, 0)
    ]
    told.append(f"{plain(row['amount'], currency)} → {plain(total, currency)} {currency}")
    write_note(work, dispute_id, "amount", f"{'; '.join(told)} {wanted.note}".strip())
    changed = record_change(work, dispute_id, row["invoice_id"], row["status"], total)
    add_all(
        DisputeLine,
        [
            {"dispute_id": dispute_id, "line_id": line.id, "amount": after.get(line.id, 0), "change_id": changed}
            for line in known
            if before.get(line.id, 0) != after.get(line.id, 0)
        ],
    )
    work.audit("amend_dispute", "dispute", dispute_id, dispute_content(books, dispute_id), number)


def _only_line(before: dict[int, int], known: Sequence[Creditable], number: str, amount: int | None) -> Sequence[Claim]:
    """An amount for the one line that a dispute is about; of several lines each has its own."""
    if not before:
        return ()
    positions = [line.position for line in known if line.id in before]
    if len(positions) > 1:
        raise Refused(
            "this dispute is about lines {lines} of {number}; say which amount changes, for example {line}=100",
            field="amount",
            lines=", ".join(map(str, positions)),
            number=number,
            line=positions[0],
        )
    return [(positions[0], amount)]


def _contested(before: dict[int, int], known: Sequence[Creditable], number: str, position: int) -> int:
    """The id of a line that this dispute is about."""
    for line in known:
        if line.position == position and line.id in before:
            return line.id
    raise Problem(
        "line {line} of {number} is not in this dispute; it cannot be taken out",
        field="lines",
        line=position,
        number=number,
    )
