"""Bank statements taken in: each in one transaction, nothing twice, what does not agree told."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tui_billing.exchange.bank.csv_columns import Mapping as Columns
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.exchange.bank.spool import Lines, statements
from tui_billing.models.door import Books
from tui_billing.models.tables import BankDetail, BankLine, BankStatement
from tui_billing.models.write import add, add_all, add_values
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import (
    Remark,
    Statement,
    StatementLine,
    fingerprint,
    places_of,
)
from tui_billing.services.bank_accounts import (
    OwnAccount,
    account_of,
    find_account,
    list_accounts,
    list_mappings,
    mapping_named,
)
from tui_billing.services.context import Context, Work, new_command_id, transact
from tui_billing.services.statement_chain import earlier_pages, same_statement
from tui_billing.services.statement_rows import (
    COLUMNS,
    LONGEST_NAME,
    cleaned,
    head_content,
    kept,
    row_of,
    span,
    stored_balances,
    vouched_row,
)
from tui_billing.services.statement_taken import Taken, judge, tell_duplicates, tell_neighbours

_HEAD = ("account", "reference", "sequence")

Key = tuple[dt.date, int, str, str]
#: (bytes read, bytes of the file, lines so far)
Progress = Callable[[int, int, int], None]


def import_statements(
    books: Books | None,
    context: Context | None,
    path: Path,
    *,
    account: str = "",
    mapping: str | Columns = "",
    currency: str = "",
    day_first: bool | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = bool,
) -> Iterator[Taken | Remark]:
    """Take in the statements of a file, each in a transaction of its own, and tell of each what became of it.

    A `Remark` stands for a statement that could not be read. Raises Problem where nothing of the file can be. With
    `dry_run` nothing is written and the account need not be known; `books` may then be None. `cancelled` is asked
    before each statement.
    """
    run = _Run(books, context, path, dry_run)
    options = run.options(account, mapping, currency, day_first)
    counted = 0
    for found in statements(run.source, options):
        if cancelled():
            yield Remark("note", "cancelled", "stopped here; the statements before this one are in")
            return
        if isinstance(found, Remark):
            yield found
            continue
        statement, lines = found
        counted += lines.count
        if progress:
            progress(run.source.position, run.source.size, counted)
        yield run.take(statement, lines)


class _Run:
    """One file on its way in."""

    def __init__(self, books: Books | None, context: Context | None, path: Path, dry_run: bool) -> None:
        self.books, self.dry_run = books, dry_run
        self.context = replace(context, batch_id=context.batch_id or new_command_id()) if context else None
        try:
            self.source = Source(path)
            size = self.source.size
            if path.is_dir():
                raise Problem("{path} is a folder; name the bank's file", path=path.name)
        except OSError as error:
            raise Problem(
                "{path} cannot be read: {reason}", path=str(path), reason=error.strerror or str(error)
            ) from None
        assert size >= 0
        self.path = path
        self.accounts = list_accounts(books) if books else []
        self.chosen: OwnAccount | None = None
        self._running: dict[int, Counter[Key]] = {}
        self._seen: set[tuple] = set()

    def options(self, account: str, mapping: str | Columns, currency: str, day_first: bool | None) -> Options:
        columns: Columns | None = mapping if isinstance(mapping, Columns) else None
        if self.books:
            if account:
                self.chosen = find_account(self.books, account)
            if isinstance(mapping, str) and mapping:
                key, columns = mapping_named(self.books, mapping)
                self.chosen = self.chosen or next((own for own in self.accounts if own.id == key), None)
            elif columns is None:
                columns = self._drawn()
        elif mapping and columns is None:
            raise Problem("a mapping lies in the books; name them with --db", field="mapping")
        if self.chosen is None and len(self.accounts) == 1:
            # QIF and most CSV name no account: with one account there is nothing to choose.
            fallback = self.accounts[0]
        else:
            fallback = self.chosen  # type: ignore[assignment]
        self.fallback: OwnAccount | None = fallback
        return Options(
            currency=currency.upper() or (fallback.currency if fallback else ""),
            account=account if self.chosen is None else self.chosen.iban,
            day_first=day_first,
            mapping=columns,
        )

    def _drawn(self) -> Columns | None:
        """The mapping that was drawn for a CSV with these headings."""
        from tui_billing.exchange.bank.csv_columns import peek
        from tui_billing.exchange.bank.csv_headings import header_key
        from tui_billing.exchange.bank.detect import detect

        assert self.books
        drawn = list_mappings(self.books)
        if not drawn or detect(self.source) != "csv":
            return None
        for key, _, header, columns in reversed(drawn):
            if self.chosen and key != self.chosen.id:
                continue
            rows = peek(self.source, columns.separator)
            if header and columns.heading <= len(rows) and header_key(rows[columns.heading - 1]) == header:
                self.chosen = self.chosen or next((own for own in self.accounts if own.id == key), None)
                return columns
        return None

    def take(self, statement: Statement, lines: Lines) -> Taken:
        """Look at a statement, and write it where that is wanted and nothing stands against it."""
        for name in _HEAD:
            setattr(statement, name, kept(getattr(statement, name), LONGEST_NAME))
        taken = Taken(self.path, statement, lines, self._own(statement), findings=list(statement.findings))
        if taken.account and not statement.currency:
            self._lend_currency(taken, taken.account.currency)
        judge(taken, self.chosen, self.context.today if self.context else None, self.dry_run)
        if taken.account is None or self.books is None or (taken.refused and not self.dry_run):
            return taken
        first = self._counts_before(taken)
        if self.dry_run or taken.refused:
            self._rehearse(taken, first)
            return taken
        assert self.context
        counts, said = Counter[Key](), len(taken.findings)

        def do(work: Work) -> dict[str, Any]:
            # A transaction that lost a race begins again, with nothing of the first try left.
            counts.clear()
            counts.update(first)
            del taken.findings[said:]
            return self._write(work, taken, counts)

        done = transact(self.books, self.context.command(), "import_statement", do)
        first.update(counts - first)
        taken.statement_id, taken.added = done["id"], done["added"]
        return taken

    def _own(self, statement: Statement) -> OwnAccount | None:
        if statement.account:
            found = account_of(self.accounts, statement.account)
            if found or not self.chosen:
                return found
            # The clerk has said which account it is; only an IBAN can contradict that.
            return None if len(statement.account) > 15 and statement.account[:2].isalpha() else self.chosen
        return self.chosen or self.fallback

    def _lend_currency(self, taken: Taken, currency: str) -> None:
        """A file without a currency is in the account's; it was read with two decimals."""
        if places_of(currency) != places_of(""):
            taken.remark(
                "refused",
                "no_currency",
                "the file does not say its currency; say it with --currency {currency}",
                currency=currency,
            )
            return
        taken.statement.currency = taken.lines.currency = currency

    # -- which lines are there already --------------------------------------

    def _counts_before(self, taken: Taken) -> Counter[Key]:
        """How many lines alike come before this statement's own, so that equal payments are told apart.

        A statement that opens where another of the same day closed holds none of its lines: it goes on counting.
        Where there are no balances to see that by, the statements of one file are counted through.
        """
        statement, own = taken.statement, taken.account
        assert own and self.books
        identity = (own.id, same_statement(statement))
        if statement.opening is None:
            running = Counter[Key]() if identity in self._seen else self._running.setdefault(own.id, Counter())
            self._seen.add(identity)
            return running
        pages = earlier_pages(self.books, own.id, statement)
        counts: Counter[Key] = Counter()
        if pages:
            marks = ", ".join("?" * len(pages))
            for date, amount, currency, reference, count in self.books.rows(
                "SELECT date, amount, currency, bank_reference, count(*) FROM bank_line WHERE bank_account_id = ?"
                f" AND statement_id IN ({marks}) AND date = ? GROUP BY date, amount, currency, bank_reference",
                (own.id, *pages, statement.date_from.isoformat() if statement.date_from else ""),
            ):
                counts[(dt.date.fromisoformat(date), amount, currency, reference)] += count
        return counts

    def _marked(self, taken: Taken, counts: Counter[Key]) -> Iterator[list[tuple[StatementLine, str, bool]]]:
        """Chunks of (line as it is kept, fingerprint, whether the books have it)."""
        assert taken.account and self.books
        own, seen = taken.account.id, counts
        taken.duplicate = bytearray()
        for chunk in taken.lines.chunks():
            marked: list[tuple[StatementLine, str]] = []
            for raw in chunk:
                line = cleaned(raw)
                key = (line.date, line.amount, line.currency, line.bank_reference)
                marked.append((line, fingerprint(own, line, seen[key])))
                seen[key] += 1
            places = ", ".join("?" * len(marked))
            known = {
                mark
                for (mark,) in self.books.rows(
                    f"SELECT fingerprint FROM bank_line WHERE fingerprint IN ({places})", [mark for _, mark in marked]
                )
            }
            taken.duplicate += bytes(mark in known for _, mark in marked)
            yield [(line, mark, mark in known) for line, mark in marked]

    def _rehearse(self, taken: Taken, first: Counter[Key]) -> None:
        # What one file holds twice is there twice in a rehearsal, too: the count goes on as it does when written.
        assert self.books
        for _chunk in self._marked(taken, first):
            pass
        tell_duplicates(taken)
        tell_neighbours(self.books, taken)

    # -- writing -------------------------------------------------------------

    def _write(self, work: Work, taken: Taken, counts: Counter[Key]) -> dict[str, Any]:
        """The statement, its new lines and their transactions, in the open transaction."""
        statement, own = taken.statement, taken.account
        assert own and self.books
        tell_neighbours(self.books, taken)
        key, added, moved = 0, 0, 0
        digest = hashlib.sha256()
        for chunk in self._marked(taken, counts):
            new: list[tuple[StatementLine, str]] = []
            sums: list[int] = []
            for line, mark, known in chunk:
                moved += line.amount
                if not known:
                    new.append((line, mark))
                    sums.append(moved)
            key = key or (self._write_head(work, own.id, statement) if new else 0)
            rows = [
                row_of(own.id, key, added + place, *one, after)
                for place, (one, after) in enumerate(zip(new, sums, strict=True))
            ]
            for stored in add_values(BankLine, COLUMNS, rows):
                digest.update(vouched_row(stored))
            self._write_details(new)
            added += len(rows)
        if not key and statement.balances != "none" and not self._is_there(own.id, statement):
            # Its lines came with others, or it has none: its balances still belong to the chain.
            key = self._write_head(work, own.id, statement)
        tell_duplicates(taken)
        if key:
            content = {**head_content(self.books, key), "lines": added, "digest": digest.hexdigest()}
            work.audit("import_statement", "bank_statement", key, content, f"{own.name} {statement.date_to}")
        return {"id": key or None, "added": added}

    def _is_there(self, account_id: int, statement: Statement) -> bool:
        assert self.books
        row = self.books.row(
            "SELECT 1 FROM bank_statement WHERE bank_account_id = ? AND reference = ? AND sequence = ?"
            " AND date_from = ? AND date_to = ? AND opening = ? AND closing = ?",
            (account_id, statement.reference, statement.sequence, *span(statement), *stored_balances(statement)),
        )
        return row is not None

    def _write_head(self, work: Work, account_id: int, statement: Statement) -> int:
        date_from, date_to = span(statement)
        opening, closing = stored_balances(statement)
        return add(
            BankStatement,
            bank_account_id=account_id,
            reference=statement.reference,
            date_from=date_from,
            date_to=date_to,
            opening=opening,
            closing=closing,
            source=kept(self.path.name, LONGEST_NAME),
            at=work.at,
            sequence=statement.sequence,
            format=statement.format,
            sha256=self.source.sha256,
            balances=statement.balances,
            operator_id=work.operator_id,
        )

    def _write_details(self, new: list[tuple[StatementLine, str]]) -> None:
        """The transactions of entries that hold several; one alone is the entry itself."""
        batches = {mark: line for line, mark in new if len(line.details) > 1}
        if not batches:
            return
        assert self.books
        places = ", ".join("?" * len(batches))
        ids = self.books.rows(f"SELECT fingerprint, id FROM bank_line WHERE fingerprint IN ({places})", list(batches))
        add_all(
            BankDetail,
            [
                {"bank_line_id": key, "position": place, **detail._asdict()}
                for mark, key in ids
                for place, detail in enumerate(batches[mark].details)
            ],
        )
