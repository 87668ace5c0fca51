"""Drawing how a bank's CSV is read: the number of each column typed once, the first lines shown as they would be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import Input

from tui_billing.exchange.bank.csv_columns import Mapping
from tui_billing.exchange.bank.csv_headings import header_key
from tui_billing.locale import N_, _, translate
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import StatementLine
from tui_billing.rules.text import fit, fold, quote, width
from tui_billing.screens.amounts import short_day
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.statement_words import amount_words
from tui_billing.services.bank_accounts import find_account, list_accounts, save_mapping
from tui_billing.services.statement_preview import rows_of, suggest, try_mapping
from tui_billing.widgets.cells import ellipsis
from tui_billing.widgets.reader import Line, Reader, wrapped

#: Seconds without a key after which the lines are read again.
PAUSE = 0.15
_SEPARATORS = {";": ";", ",": ",", "tab": "\t", "|": "|"}
_ORDERS = {"": "", "dmy": "dmy", "mdy": "mdy", "ymd": "ymd", "jma": "dmy", "mja": "mdy", "amj": "ymd"}
#: Field -> what a column means.
_ROLES = (
    ("date", "date"),
    ("amount", "amount"),
    ("debit", "debit"),
    ("credit", "credit"),
    ("text", "text"),
    ("payer", "payer"),
    ("payer_iban", "payer_iban"),
    ("reference", "reference"),
    ("value_date", "value_date"),
    ("balance", "balance"),
)
_SHOWN_ROWS = 3
_CELL = 14


class CsvMappingScreen(FormScreen):
    """Numbers of columns; below them the rows of the file and the lines that they make. Ctrl+S keeps the drawing."""

    AUTO_FOCUS = "#date"
    FIELDS = (
        ("account", N_("Account"), 30),
        ("name", N_("Name"), 30),
        ("separator", N_("Separator"), 4),
        ("heading", N_("Heading row"), 4),
        ("date", N_("Date"), 8),
        ("order", N_("dmy, mdy, ymd"), 4),
        ("amount", N_("Amount"), 8),
        ("debit", N_("or debit"), 8),
        ("credit", N_("and credit"), 8),
        ("decimal", N_("Decimal sign"), 4),
        ("text", N_("Text"), 12),
        ("payer", N_("Payer"), 8),
        ("payer_iban", N_("Payer's IBAN"), 8),
        ("reference", N_("Reference"), 8),
        ("value_date", N_("Value date"), 8),
        ("balance", N_("Balance"), 8),
    )

    def __init__(self, path: str, account: str, then: Callable[[Mapping, str], None]) -> None:
        super().__init__()
        self._path, self._account, self._then = path, account, then
        self._rows: list[list[str]] = []
        self._pause: Timer | None = None
        self._currency = ""
        self._guessed: Mapping | None = None
        self._shown: tuple[str, ...] = ()

    @property
    def form_name(self) -> str:
        return f"columns of {self._path}"

    def title_words(self) -> str:
        return _("COLUMNS OF A CSV")

    def hints(self) -> ComposeResult:
        yield Reader(id="sheet", focusable=False)

    async def start_values(self) -> dict[str, str]:
        sheet = await asyncio.to_thread(suggest, self._path)
        self._rows = sheet.rows
        accounts = await self.desk.ask(list_accounts)
        self._currency = accounts[0].currency if accounts else ""
        chosen = self._account or (accounts[0].name if len(accounts) == 1 else "")
        mapping = self._guessed = sheet.mapping
        names = {sign: name for name, sign in _SEPARATORS.items()}
        values = {
            "account": chosen,
            "name": re.split(r"[\d_.\-]", self._path.rpartition("/")[2])[0].strip() or "CSV",
            "separator": names[mapping.separator],
            "heading": str(mapping.heading),
            "order": mapping.order,
            "decimal": mapping.decimal,
        }
        for field, role in _ROLES:
            values[field] = " ".join(str(place + 1) for place in mapping.columns.get(role, ()))
        self._follow_later()
        return values

    # -- what is typed ------------------------------------------------------

    def _mapping(self) -> Mapping:
        """What the fields say; Problem with the first wrong one."""
        typed = self.values()
        separator = _SEPARATORS.get(typed["separator"].lower())
        if separator is None:
            raise Problem("a separator is ; or , or | or tab", field="separator")
        if not typed["heading"].isdigit() or len(typed["heading"]) > 3:
            raise Problem("type the number of the row with the headings, 0 where there is none", field="heading")
        order = _ORDERS.get(fold(typed["order"]))
        if order is None:
            raise Problem("type dmy, mdy or ymd, or nothing where the file shows it", field="order")
        if typed["decimal"] not in ("", ",", "."):
            raise Problem("type , or . or nothing where the file shows it", field="decimal")
        columns = {role: self._columns(name, typed[name]) for name, role in _ROLES if typed[name]}
        heading = int(typed["heading"])
        columns |= self._kept(separator, heading, columns)
        cells = self._rows[heading - 1] if 0 < heading <= len(self._rows) else []
        made = Mapping(separator, heading, columns, order, typed["decimal"], header_key(cells) if cells else "")
        made.check()
        return made

    def _kept(self, separator: str, heading: int, columns: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """What the headings say beyond the fields (a column of signs, of statuses, ...), as long as they hold."""
        guessed = self._guessed
        if guessed is None or (separator, heading) != (guessed.separator, guessed.heading):
            return {}
        asked = {role for _, role in _ROLES}
        taken = {place for places in columns.values() for place in places}
        # A sign and a fee are those of the amount beside which they were found.
        amount = columns.get("amount")
        same_amount = amount is not None and amount == guessed.columns.get("amount", amount)
        unbound = {"status", "currency", "bank_reference", "end_to_end", "mandate"}
        return {
            role: places
            for role, places in guessed.columns.items()
            if role not in asked and not taken & set(places) and (role in unbound or same_amount)
        }

    def _columns(self, name: str, text: str) -> tuple[int, ...]:
        """Places of columns by their numbers; several only for the text."""
        numbers = text.replace(",", " ").split()
        widest = max(map(len, self._rows), default=0)
        for number in numbers:
            if not number.isdigit() or not 1 <= int(number) <= max(widest, 1):
                raise Problem(
                    "{text} is no column; type a number from 1 to {count}", field=name, text=quote(number), count=widest
                )
        if len(numbers) > 1 and name != "text":
            raise Problem("one column is enough here; type its number", field=name)
        return tuple(int(number) - 1 for number in numbers)

    # -- the lines as they would be -----------------------------------------

    @on(Input.Changed)
    def _follow_later(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._follow)

    def _follow(self) -> None:
        typed = tuple(self.values().values())
        if typed != self._shown:
            self._shown = typed
            self.run_worker(self._show(), group="sheet", exclusive=True, exit_on_error=False)

    async def _show(self) -> None:
        separator = _SEPARATORS.get(self.values()["separator"].lower(), ";")
        try:
            self._rows = await asyncio.to_thread(rows_of, self._path, separator)
            mapping = self._mapping()
            lines = await asyncio.to_thread(try_mapping, self._path, mapping, self._currency)
        except Problem as error:
            cut = wrapped("! " + translate(error), max(20, self.size.width - 2))
            below: list[Line] = [[(" " + text, "red")] for text in cut]
        else:
            below = [_line(line) for line in lines]
        self.query_one("#sheet", Reader).show([*self._sheet(), *below])

    def _sheet(self) -> list[Line]:
        """The rows of the file under the numbers of their columns."""
        heading = self.values()["heading"]
        start = max(0, int(heading) - 1) if heading.isdigit() and len(heading) < 4 else 0
        rows = self._rows[start : start + _SHOWN_ROWS]
        count = max(map(len, rows), default=0)
        room = max(6, min(_CELL, self.size.width // max(count, 1) - 1))

        def cells(row: list[str]) -> str:
            shown = [fit(" ".join(cell.split()), room, ellipsis()) for cell in row]
            return " " + " ".join(cell + " " * (room - width(cell)) for cell in shown)

        numbers = cells([str(place) for place in range(1, count + 1)])
        return [[(numbers, "bold")], *([(cells(row), "dim")] for row in rows), []]

    # -- keeping it ----------------------------------------------------------

    def question(self) -> str:
        self._mapping()
        if not self.values()["account"]:
            raise Problem("say which account the file is of: its IBAN or name", field="account")
        if not self.values()["name"]:
            raise Problem("the mapping needs a name, for example that of the bank", field="name")
        return _("keep these columns as {name}: Enter keeps them", name=self.values()["name"])

    async def carry_out(self) -> str:
        mapping = self._mapping()
        typed = self.values()
        own = await self.desk.ask(find_account, typed["account"])
        # The whole file must be readable by it, not its first lines only.
        await asyncio.to_thread(try_mapping, self._path, replace(mapping, order=mapping.order), own.currency)
        await self.desk.do(save_mapping, own.id, typed["name"], mapping, command_id=self.command_id)
        self.call_later(self._then, mapping, own.iban)
        return _("the columns are kept as {name}", name=typed["name"])


def _line(line: StatementLine) -> Line:
    amount = amount_words(line.amount, line.currency).rjust(13)
    who = f"{line.payer}  " if line.payer else ""
    return [(f" {short_day(line.date)} {amount}  {who}{line.text}  {line.reference}", "green")]
