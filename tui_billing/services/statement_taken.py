"""A statement that was read, and what is to be said of it: what stands against it, what does not agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui_billing.exchange.bank.spool import Lines
from tui_billing.models.door import Books
from tui_billing.rules.statement import (
    Remark,
    Statement,
    StatementLine,
    balance_difference,
    chain_break,
    missing_between,
    plain_amount,
)
from tui_billing.rules.text import safe
from tui_billing.services.bank_accounts import OwnAccount
from tui_billing.services.statement_chain import neighbours

#: A bank may date an entry on its next working day; one further ahead is no booked entry.
AHEAD = 5


@dataclass
class Taken:
    """A statement that was read, and taken in unless it was a rehearsal or `refused`.

    `duplicate` has a byte for each line, 1 where the books have it already. `known` is whether the account is one
    of the company's; `findings` is what is to be said, in the order in which it was found. The lines can be gone
    through until the next statement is asked for.
    """

    path: Path
    statement: Statement
    lines: Lines
    account: OwnAccount | None = None
    statement_id: int | None = None
    added: int = 0
    duplicate: bytearray = field(default_factory=bytearray)
    findings: list[Remark] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether the account is one of the company's."""
        return self.account is not None

    @property
    def refused(self) -> bool:
        """Whether it is not to be taken in."""
        return any(finding.kind == "refused" for finding in self.findings)

    def remark(self, kind: str, code: str, message: str, line: int = 0, **values: object) -> None:
        """Add a finding about this statement."""
        self.findings.append(Remark(kind, code, message, values, line).about(self.statement))

    def __iter__(self) -> Iterator[tuple[StatementLine, bool]]:
        """(line, whether it is in the books already) in the order of the file."""
        flags = self.duplicate or bytes(self.lines.count)
        return ((line, bool(flag)) for line, flag in zip(self.lines, flags, strict=True))


def judge(taken: Taken, chosen: OwnAccount | None, today: dt.date | None, dry_run: bool) -> None:
    """What stands against a statement, and what does not agree in it."""
    statement, own = taken.statement, taken.account
    if own is None and not dry_run:
        if statement.account:
            taken.remark(
                "refused",
                "unknown_account",
                "{account} is none of your accounts; add it with: tui-billing bank account add, or name one with"
                " --account",
                account=statement.account,
            )
        else:
            taken.remark(
                "refused",
                "no_account",
                "the file does not say its account; name it with --account, for example its IBAN",
            )
    elif own and chosen and own.id != chosen.id:
        taken.remark(
            "refused",
            "other_account",
            "this is a statement of {account}, not of {chosen}; leave --account out",
            account=own.name,
            chosen=chosen.name,
        )
    if own and statement.currency and statement.currency != own.currency:
        taken.remark(
            "refused",
            "currency",
            "the statement is in {currency}, the account {account} is kept in {own}; give the right account",
            currency=statement.currency,
            account=own.name,
            own=own.currency,
        )
    difference = balance_difference(statement)
    if difference and not any(finding.code == "balance_currency" for finding in taken.findings):
        taken.remark(
            "difference",
            "sum",
            "opening {opening} and movements {total} are not the closing balance {closing}: {difference} is"
            " missing; ask the bank",
            opening=plain_amount(statement.opening or 0, statement.currency),
            total=plain_amount(statement.total, statement.currency),
            closing=plain_amount(statement.closing or 0, statement.currency),
            difference=plain_amount(difference, statement.currency),
        )
    _judge_lines(taken, None if dry_run else today)


def _judge_lines(taken: Taken, today: dt.date | None) -> None:
    statement = taken.statement
    latest = today + dt.timedelta(AHEAD) if today else None
    cleaned = zero = 0
    for line in taken.lines:
        zero += not line.amount
        said = line.text + line.payer + line.reference
        cleaned += safe(said) != said
        if line.currency != statement.currency:
            taken.remark(
                "refused",
                "line_currency",
                "an entry of {date} is in {found}, the statement in {currency}; ask the bank for one statement a"
                " currency",
                date=line.date.isoformat(),
                found=line.currency or "?",
                currency=statement.currency or "?",
            )
            break
        if today and latest and line.date > latest:
            taken.remark(
                "refused",
                "future",
                "an entry is dated {date}, after today ({today}); get the file again when the day has come",
                date=line.date.isoformat(),
                today=today.isoformat(),
            )
            break
    if cleaned:
        taken.remark(
            "note",
            "cleaned",
            "{count} texts held characters that a screen could obey; they are replaced",
            count=cleaned,
        )
    if zero:
        taken.remark("note", "zero", "{count} entries are of 0.00; nothing is to be matched there", count=zero)


def tell_duplicates(taken: Taken) -> None:
    """Say how many lines the books have already."""
    count = sum(taken.duplicate)
    if count:
        taken.remark(
            "note",
            "duplicate",
            "{count} of {lines} entries are in the books already and are not added again",
            count=count,
            lines=taken.lines.count,
        )


def tell_neighbours(books: Books, taken: Taken) -> None:
    """The chain: where this statement opens is where the one before closed."""
    statement, own = taken.statement, taken.account
    assert own
    before, after = neighbours(books, own.id, statement)
    for first, second, opening in (
        (before, statement.reference or statement.sequence or str(statement.date_from), statement.opening),
        (after, "", after.opening if after else None),
    ):
        if first is None or opening is None:
            continue
        closing = first.closing if first is before else statement.closing
        if closing is None or not chain_break(closing, opening):
            continue
        name = second or (after.reference if after else "")
        taken.remark(
            "difference",
            "chain",
            "{name} opens with {opening}, the statement before it closed with {closing}: {difference} lies between"
            " them; get the missing statement",
            name=name,
            opening=plain_amount(opening, statement.currency),
            closing=plain_amount(closing, statement.currency),
            difference=plain_amount(chain_break(closing, opening), statement.currency),
        )
    if before and (gap := missing_between(before.sequence, statement.sequence)):
        taken.remark(
            "note",
            "sequence",
            "{count} statements seem to be missing between number {before} and {number}",
            count=gap,
            before=before.sequence,
            number=statement.sequence,
        )
