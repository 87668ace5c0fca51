"""Statements and their lines as they are kept: cleaned, with the columns they have, and what the audit vouches for."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Detail, Statement, StatementLine
from tui_billing.rules.text import safe

#: Longest text that is kept of a line, in characters; what is beyond it ends in "…".
LONGEST = 2000
LONGEST_NAME = 200
#: Columns of a line, and those of a transaction inside it, that are the file's own text.
_TEXTS = ("text", "reference", "payer", "payer_iban", "bank_reference", "creditor_reference", "end_to_end", "mandate")
_DETAIL_TEXTS = ("text", "reference", "creditor_reference", "end_to_end", "mandate", "payer", "payer_iban")
#: Columns of a line that its statement's audit event vouches for.
AUDITED = ("date", "amount", "currency", "text", "reference", "payer", "payer_iban", "fingerprint", "moved")
#: Raised with every change of these; version -> how many of them were vouched for.
VERSION = 2
_AUDITED_IN = {1: len(AUDITED) - 1, 2: len(AUDITED)}


def vouched(values: Iterable[object]) -> bytes:
    """The bytes of a line that go into its statement's digest; no text that is kept holds the separator."""
    return ("\x1f".join(map(str, values)) + "\x1e").encode()


def head_content(books: Books, statement_id: int, version: int = VERSION) -> dict[str, Any]:
    """What the audit event says of a statement's head, as it stands in the books."""
    names = "bank_account_id, reference, sequence, date_from, date_to, opening, closing, balances, sha256"
    row = books.row(f"SELECT {names} FROM bank_statement WHERE id = ?", (statement_id,))
    return {"v": version, **dict(zip(names.split(", "), row or (), strict=bool(row)))}


def statement_content(books: Books, statement_id: int, version: int | None = VERSION) -> dict[str, Any]:
    """The content that `verify` compares: the head, how many lines there are, and the digest of them.

    KeyError for a version of it that nobody has written.
    """
    audited = AUDITED[: _AUDITED_IN[version or 0]]
    digest, count, last = hashlib.sha256(), 0, -1
    names = ", ".join(audited)
    while rows := books.rows(
        f"SELECT position, {names} FROM bank_line WHERE statement_id = ? AND position > ? ORDER BY position LIMIT 2000",
        (statement_id, last),
    ):
        for _, *values in rows:
            digest.update(vouched(values))
        count, last = count + len(rows), rows[-1][0]
    return {**head_content(books, statement_id, version or 0), "lines": count, "digest": digest.hexdigest()}


def span(statement: Statement) -> tuple[str, str]:
    """First and last day as they are stored; Problem where the statement has none at all."""
    day = statement.date_from or statement.date_to
    if day is None:
        raise Problem("the statement has no date; get it from the bank again", field="date")
    return (statement.date_from or day).isoformat(), (statement.date_to or day).isoformat()


def stored_balances(statement: Statement) -> tuple[int, int]:
    """(opening, closing) as they are stored; what the bank does not state follows from the movements."""
    if statement.closing is None:
        opening = statement.opening or 0
        return opening, opening + statement.total
    return statement.closing - statement.total if statement.opening is None else statement.opening, statement.closing


def kept(text: str, limit: int) -> str:
    """A text of the file as it is kept: harmless, composed, cut where it is beyond all measure."""
    if text.isascii() and text.isprintable():
        made = text.strip()
    else:
        made = safe(unicodedata.normalize("NFC", text)).strip()
    return made if len(made) <= limit else made[: limit - 1] + "…"


def cleaned(line: StatementLine) -> StatementLine:
    """The line with its texts as they are kept."""
    changed: dict[str, Any] = {}
    for name in _TEXTS:
        text = getattr(line, name)
        if text and (made := kept(text, LONGEST if name == "text" else LONGEST_NAME)) != text:
            changed[name] = made
    if len(line.details) > 1:
        changed["details"] = tuple(map(_cleaned_detail, line.details))
    return line._replace(**changed) if changed else line


def _cleaned_detail(detail: Detail) -> Detail:
    changed: dict[str, Any] = {name: kept(getattr(detail, name), LONGEST) for name in _DETAIL_TEXTS}
    return detail._replace(**changed)


#: What is kept of a line as the file has it, before and after what the books add.
_KEPT = StatementLine._fields[: StatementLine._fields.index("details")]
COLUMNS = (*_KEPT, "bank_account_id", "statement_id", "fingerprint", "status", "position", "open", "moved")
_AUDITED_AT = [COLUMNS.index(name) for name in AUDITED]


def row_of(
    account_id: int, statement_id: int, position: int, line: StatementLine, mark: str, moved: int
) -> list[object]:
    """The values of a line's row, in the order of COLUMNS; an entry of nothing is never matched."""
    status = "unmatched" if line.amount else "ignored"
    return [*line[: len(_KEPT)], account_id, statement_id, mark, status, position, line.amount, moved]


def vouched_row(stored: Sequence[object]) -> bytes:
    """The bytes of a row, as it is stored, that go into its statement's digest."""
    return vouched([stored[place] for place in _AUDITED_AT])
