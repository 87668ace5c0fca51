"""What `bank import` and `bank list` answer: JSON written line by line, or text for people."""

from __future__ import annotations

import sys
from typing import Any

from tui_billing.cli.output import encode, note, put
from tui_billing.locale import _
from tui_billing.rules.statement import Detail, Remark, Statement, StatementLine, plain_amount
from tui_billing.services.statement_taken import Taken

#: Fields of a line or a transaction that are told only where the file has them.
_OPTIONAL = (
    "payer_iban",
    "bank_reference",
    "creditor_reference",
    "end_to_end",
    "mandate",
    "bank_code",
    "return_reason",
    "original_currency",
)


def sentence(finding: Remark) -> str:
    """What a finding says, in the reader's language."""
    return _(finding.message, **finding.values)


def line_json(line: StatementLine | Detail, duplicate: bool | None = None) -> dict[str, Any]:
    """A line or a transaction as JSON tells it; amounts are decimal strings, signed."""
    told: dict[str, Any] = {}
    if isinstance(line, StatementLine):
        told["date"] = line.date.isoformat()
        told["value_date"] = line.value_date.isoformat() if line.value_date else None
    told["amount"] = plain_amount(line.amount, line.currency)
    told["currency"] = line.currency
    told |= {"text": line.text, "reference": line.reference, "payer": line.payer}
    if isinstance(line, StatementLine):
        told["status"] = "duplicate" if duplicate else "unmatched" if line.amount else "ignored"
    told |= {name: value for name in _OPTIONAL if (value := getattr(line, name, ""))}
    if line.charges:
        told["charges"] = plain_amount(line.charges, line.currency)
    if line.original_amount is not None:
        told["original_amount"] = plain_amount(line.original_amount, line.original_currency)
    if isinstance(line, StatementLine):
        told["details"] = [line_json(detail) for detail in line.details]
    return told


def told_line(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the books as `bank list` tells it."""
    for row in (line, *line["details"]):
        currency = row["currency"]
        for name in ("amount", "open", "charges"):
            if name in row:
                row[name] = plain_amount(row[name], currency)
        if row["original_amount"] is not None:
            row["original_amount"] = plain_amount(row["original_amount"], row["original_currency"])
    return line


def head_json(file: str, taken: Taken) -> dict[str, Any]:
    """The head of a statement as JSON tells it, without its lines."""
    statement = taken.statement
    return {
        "file": file,
        "format": statement.format,
        "account": statement.account or (taken.account.iban if taken.account else ""),
        "known": taken.known,
        "currency": statement.currency,
        "reference": statement.reference,
        "sequence": statement.sequence,
        "from": statement.date_from.isoformat() if statement.date_from else None,
        "to": statement.date_to.isoformat() if statement.date_to else None,
        "opening": _balance(statement.opening, statement),
        "closing": _balance(statement.closing, statement),
        "movements": plain_amount(statement.total, statement.currency),
        "count": taken.lines.count,
        "added": taken.added,
        "duplicates": sum(taken.duplicate),
        "refused": taken.refused,
    }


def _balance(minor: int | None, statement: Statement) -> str | None:
    return None if minor is None else plain_amount(minor, statement.currency)


def finding_json(file: str, finding: Remark) -> dict[str, Any]:
    """A finding as JSON tells it: its kind, code and sentence, and where it is."""
    told: dict[str, Any] = {"kind": finding.kind, "code": finding.code, "message": sentence(finding), "file": file}
    if finding.line:
        told["line"] = finding.line
    return told | {name: value for name in ("account", "reference") if (value := getattr(finding, name))}


class _Writer:
    """Keeps count of what decides the exit code, and says on standard error what was refused."""

    def __init__(self) -> None:
        #: Statements that could be read, those of them that were or may be taken in, refusals of any kind, and
        #: refusals of what could not even be read.
        self.read = self.taken = self.refused = self.unread = 0
        self.differs = False

    def _told(self, file: str, taken: Taken) -> None:
        self.read += 1
        self.taken += not taken.refused
        for finding in taken.findings:
            self._say(file, finding)

    def finding(self, file: str, finding: Remark) -> None:
        """Something to be said of the file, or of a statement that could not be read."""
        self.unread += finding.kind == "refused"
        self._say(file, finding)

    def _say(self, file: str, finding: Remark) -> None:
        self.refused += finding.kind == "refused"
        self.differs = self.differs or finding.kind == "difference"
        where = f", {finding.account}" if finding.account else ""
        line = f", {_('line {number}', number=finding.line)}" if finding.line else ""
        note(f"{file}{where}{line}: {sentence(finding)}")


class JsonWriter(_Writer):
    """One object, written while the files are read; the findings stand at its end."""

    def __init__(self) -> None:
        super().__init__()
        self._findings: list[dict[str, Any]] = []
        self._started = False

    def statement(self, file: str, taken: Taken) -> None:
        """A statement with its lines."""
        sys.stdout.write(',\n{"' if self._started else '{"statements": [\n{"')
        self._started = True
        head = encode(head_json(file, taken))
        sys.stdout.write(head[2:-1] + ', "lines": [')
        between = "\n"
        for line, duplicate in taken:
            sys.stdout.write(between + encode(line_json(line, duplicate)))
            between = ",\n"
        sys.stdout.write("]}")
        self._told(file, taken)

    def _say(self, file: str, finding: Remark) -> None:
        super()._say(file, finding)
        self._findings.append(finding_json(file, finding))

    def close(self) -> None:
        """End the object."""
        sys.stdout.write("" if self._started else '{"statements": [')
        sys.stdout.write("],\n" + f'"findings": {encode(self._findings)}' + "}\n")


class TextWriter(_Writer):
    """A few lines for each statement."""

    def __init__(self, dry_run: bool) -> None:
        super().__init__()
        self._dry_run = dry_run

    def statement(self, file: str, taken: Taken) -> None:
        """What became of a statement."""
        statement = taken.statement
        name = taken.account.name if taken.account else statement.account or "?"
        balances = (
            f"{_balance(statement.opening, statement) or '?'} → {_balance(statement.closing, statement) or '?'}"
            f" {statement.currency}"
        )
        duplicates = sum(taken.duplicate)
        if taken.refused:
            done = _("refused")
        elif self._dry_run:
            done = _("to add: {count}", count=taken.lines.count - duplicates)
        else:
            done = _("added: {count}", count=taken.added)
        put(f"{file}: {name}  {statement.date_from} – {statement.date_to}  {balances}  {done}")
        self._told(file, taken)

    def close(self) -> None:
        """Nothing more is to be written."""


def break_words(row: dict[str, Any]) -> str:
    """What a statement does not follow from, in words; "" where the chain holds."""
    words = []
    if str(row["break"]).strip("0."):
        words.append(_("{amount} missing before it", amount=row["break"]))
    if row["missing"]:
        words.append(_("{count} statements missing before it", count=row["missing"]))
    return "; ".join(words)
