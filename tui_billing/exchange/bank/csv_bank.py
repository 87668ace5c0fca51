"""A bank's CSV by its mapping: whatever separator, encoding, decimal sign and order of dates it has."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import re
from collections.abc import Iterator

from tui_billing.exchange.bank.csv_columns import SEPARATORS, Mapping, guess, peek
from tui_billing.exchange.bank.csv_headings import header_key, role_of
from tui_billing.exchange.bank.csv_values import bare, cell_of, is_pending
from tui_billing.exchange.bank.evidence import Amounts, Dates, read_date
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Remark, Statement, StatementLine, is_iban, loose_minor, meaningful, places_of
from tui_billing.rules.text import fold, quote

LONGEST_CELL = 100_000
#: First letters of what stands in a column of signs where money went out (Debit, Soll, Af, sortie, D, S, -).
_OUT = ("d", "s", "af", "-", "out", "lastschrift", "belastung")
_IN = ("c", "h", "bij", "+", "in", "gutschrift", "k")


def read(source: Source, options: Options) -> Iterator[StatementLine | Statement | Remark]:
    """The one statement of the file; Problem where its columns are not known or its dates can be read two ways."""
    mapping = options.mapping if isinstance(options.mapping, Mapping) else guess(source)
    if mapping is None:
        if not source.has_line_ends or all(len(row) < 2 for sign in SEPARATORS for row in peek(source, sign)):
            raise Problem("this is no bank statement; ask the bank for CAMT.053, MT940 or CSV")
        raise Problem(
            "the columns of this CSV are not known; draw them once in the workstation (:import), or name a --mapping"
        )
    mapping.check()
    sheet = _Sheet(source, options, mapping)
    try:
        sheet.look_through()
        yield from sheet.read()
    except csv.Error as error:
        raise Problem("row {row} cannot be read: {reason}", row=sheet.row, reason=str(error)) from None


class _Sheet:
    """The file while its rows pass by, twice: once for how it writes, once for what."""

    def __init__(self, source: Source, options: Options, mapping: Mapping) -> None:
        self.source, self.options, self.mapping = source, options, mapping
        self.row = 0
        self.statement = Statement(format="csv", account=options.account, currency=options.currency)
        self._order, self._sign = mapping.order, mapping.decimal
        self._balances = _Running()
        self._skipped = self._pending = 0
        self._ended = True
        self._width = 0

    def _rows(self) -> Iterator[list[str]]:
        """The rows under the headings."""
        csv.field_size_limit(LONGEST_CELL)
        with self.source.text() as file:
            first = file.readline(1000)
            if not first.lstrip("\ufeff").lower().startswith("sep="):
                lines: Iterator[str] = itertools.chain([first], file)
            else:
                lines = itertools.chain(["\n"], file)
            reader = csv.reader(self._watched(lines), delimiter=self.mapping.separator)
            for self.row, cells in enumerate(reader, 1):
                if self.row == self.mapping.heading:
                    self._check_heading(cells)
                    self._width = len(cells)
                elif self.row < self.mapping.heading and not is_iban(self.statement.account or self.options.account):
                    self._look_for_account(cells)
                if self.row > self.mapping.heading and any(cell.strip() for cell in cells):
                    if self.mapping.has("status") and is_pending(self._cell(cells, "status")):
                        self._pending += 1
                    else:
                        yield cells

    def _watched(self, lines: Iterator[str]) -> Iterator[str]:
        """Remember whether the last line had its end: one without may have been cut off."""
        for line in lines:
            self._ended = line.endswith(("\n", "\r"))
            yield line

    def _look_for_account(self, cells: list[str]) -> None:
        """Above the headings many banks write whose account it is: an IBAN, or a number under its own word."""
        for place, cell in enumerate(cells):
            for word in re.findall(r"[A-Z]{2}\d{2}[A-Z0-9 ]{10,40}", cell):
                if is_iban(word.strip()):
                    self.statement.account = word.replace(" ", "")
                    return
            name, _, number = cell.partition(":")
            number = number.strip() or cell_of(cells, place + 1)
            if role_of(name) == "account" and re.fullmatch(r"[0-9 ./-]{6,34}", number):
                self.statement.account = number

    def _check_heading(self, cells: list[str]) -> None:
        if self.mapping.header and header_key(cells) != self.mapping.header:
            raise Problem(
                "row {row} has other headings than the columns were drawn for; draw them again or name a --mapping",
                row=self.row,
            )

    def _cell(self, cells: list[str], role: str) -> str:
        found = [cell_of(cells, place) for place in self.mapping.columns.get(role, ())]
        # Many banks say in a second column what the first says shorter.
        told = [
            text
            for place, text in enumerate(found)
            if text and not any(text in other for other in (*found[:place], *(o for o in found[place:] if o != text)))
        ]
        return " ".join(told)

    def _money(self, cells: list[str]) -> list[str]:
        return [text for role in ("amount", "debit", "credit", "balance", "fee") if (text := self._cell(cells, role))]

    def look_through(self) -> None:
        """See how the file writes its dates and amounts."""
        dates, amounts = Dates(), Amounts()
        for cells in self._rows():
            dates.see(self._cell(cells, "date"))
            for text in self._money(cells):
                amounts.see(text)
        self._order = self._order or dates.order(self.options.day_first)
        self._sign = self._sign or amounts.sign
        self._pending = 0

    def read(self) -> Iterator[StatementLine | Statement | Remark]:
        statement = self.statement
        first: dt.date | None = None
        last: dt.date | None = None
        for cells in self._rows():
            try:
                line = self._line(cells)
            except Problem as problem:
                # No row of a table is left out in silence: with one that cannot be read the sums would be wrong.
                yield Remark("refused", "row", problem.message, problem.values, self.row).about(statement)
                return
            if line is None:
                self._skipped += 1
                continue
            first, last = min(first or line.date, line.date), max(last or line.date, line.date)
            statement.take(line)
            yield line
        statement.reach(first, last)
        self._balances.tell(statement)
        if not self._ended:
            statement.remark("note", "no_line_end", "the last row has no line end; look whether it is whole", self.row)
        if self._pending:
            statement.remark(
                "note",
                "pending_rows",
                "{count} rows are pending or were declined and are left out",
                count=self._pending,
            )
        if self._skipped:
            statement.remark("note", "rows", "{count} rows hold no amount and are left out", count=self._skipped)
        yield statement

    def _line(self, cells: list[str]) -> StatementLine | None:
        if not self._ended and len(cells) < self._width:
            raise Problem("the file breaks off in its last row; get it again")
        day_text = self._cell(cells, "date")
        stated = [self._cell(cells, role) for role in ("amount", "debit", "credit")]
        if not any(stated) or (not re.search(r"\d", day_text) and _is_a_total(cells)):
            return None
        if not day_text:
            raise Problem("there is an amount but no date")
        day = read_date(day_text, self._order)
        currency = (self._cell(cells, "currency") or self.statement.currency).upper()
        if len(currency) != 3 or not currency.isalpha():
            currency = {"€": "EUR", "$": "USD", "£": "GBP"}.get(currency, self.statement.currency)
        self.statement.currency = self.statement.currency or currency
        fee = loose_minor(bare(self._cell(cells, "fee")) or "0", places_of(currency), self._sign)
        amount = self._amount(cells, stated, places_of(currency)) - fee
        balance = self._cell(cells, "balance")
        if balance and not self._balances.broken:
            self._balances.see(amount, loose_minor(bare(balance), places_of(currency), self._sign), self.row)
        account = self._cell(cells, "account")
        if account and not self.statement.account:
            self.statement.account = account
        elif account and account != self.statement.account and not self.options.account:
            raise Problem(
                "the row is of another account ({account}); one file holds one account", account=quote(account)
            )
        value = self._cell(cells, "value_date")
        end_to_end = meaningful(self._cell(cells, "end_to_end"))
        return StatementLine(
            date=day,
            amount=amount,
            currency=currency,
            value_date=read_date(value, self._order) if value else None,
            text=self._cell(cells, "text"),
            reference=meaningful(self._cell(cells, "reference")) or end_to_end,
            payer=self._cell(cells, "payer"),
            payer_iban=self._cell(cells, "payer_iban").replace(" ", ""),
            bank_reference=meaningful(self._cell(cells, "bank_reference")),
            end_to_end=end_to_end,
            mandate=self._cell(cells, "mandate"),
            charges=max(fee, 0),
        )

    def _amount(self, cells: list[str], stated: list[str], places: int) -> int:
        """Signed; a debit is taken off whatever sign it is written with."""
        amount, debit, credit = (loose_minor(bare(text), places, self._sign) if text else 0 for text in stated)
        moved = credit - abs(debit)
        if moved and stated[0] and abs(moved) != abs(amount):
            raise Problem(
                "the row states {amount} and, as a debit or credit, {other}; draw the columns anew",
                amount=quote(stated[0]),
                other=quote(stated[1] or stated[2]),
            )
        if moved or not stated[0]:
            return moved
        sign = fold(self._cell(cells, "sign"))
        if not self.mapping.has("sign") or not sign:
            return amount
        if sign.startswith(_OUT):
            return -abs(amount)
        if sign.startswith(_IN):
            return abs(amount)
        raise Problem("{text} says neither debit nor credit", text=quote(sign))


def _is_a_total(cells: list[str]) -> bool:
    """Whether a row without a date only adds up: its words say so."""
    words = fold(" ".join(cells))
    return any(word in words for word in ("total", "solde", "saldo", "balance", "summe", "kontostand"))


class _Running:
    """A column of balances, followed from the oldest row to the newest or the other way round."""

    def __init__(self) -> None:
        self.broken = False
        self._rises = self._falls = True
        self._first: tuple[int, int] | None = None
        self._last = (0, 0)
        self._row = 0

    def see(self, amount: int, balance: int, row: int) -> None:
        """Take a row into account."""
        if self._first is None:
            self._first = (amount, balance)
        else:
            before_amount, before = self._last
            self._rises = self._rises and balance == before + amount
            self._falls = self._falls and before == balance + before_amount
            if not (self._rises or self._falls):
                self.broken, self._row = True, row
        self._last = (amount, balance)

    def tell(self, statement: Statement) -> None:
        """Give the statement its balances; a column that does not follow its amounts is told."""
        if self._first is None:
            return
        if self.broken:
            statement.remark(
                "difference",
                "running_balance",
                "row {row}: the balance does not follow from the amounts; rows may be missing",
                self._row,
                row=self._row,
            )
            return
        oldest, newest = (self._first, self._last) if self._rises else (self._last, self._first)
        statement.opening, statement.closing = oldest[1] - oldest[0], newest[1]
