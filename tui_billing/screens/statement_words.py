"""A bank's file in words and colours: its statements, what would be added, what does not agree."""

from __future__ import annotations

from tui_billing.locale import _
from tui_billing.rules.dates import format_date
from tui_billing.rules.money import CURRENCIES
from tui_billing.rules.statement import Remark, plain_amount
from tui_billing.screens.amounts import money, short_day
from tui_billing.services.statement_preview import Outlook, Preview
from tui_billing.widgets.cells import use_ascii
from tui_billing.widgets.reader import Line, wrapped

#: Kind of a remark -> colour, sign, the same in ASCII.
_KINDS = {"refused": ("red", "✕", "x"), "difference": ("yellow", "▲", "!"), "note": ("dim", "·", "-")}
_CELLS = 74


def amount_words(minor: int, currency: str) -> str:
    """The amount as the clerk's language writes it; in a currency of earlier years, or none yet, as it is stored."""
    return money(minor, currency) if currency in CURRENCIES else plain_amount(minor, currency)


def remark_lines(remark: Remark) -> list[Line]:
    """A remark, wrapped, with its sign; what it is is said by the sign as well as by the colour."""
    colour, sign, plain = _KINDS[remark.kind]
    where = _("line {number}", number=remark.line) + ": " if remark.line else ""
    lines = wrapped(where + _(remark.message, **remark.values), _CELLS - 4)
    head = plain if use_ascii() else sign
    return [[(f"  {head if not place else ' '} ", colour), (text, colour)] for place, text in enumerate(lines)]


def outlook_lines(outlook: Outlook, done: bool, language: str) -> list[Line]:
    """Everything that is shown of a file."""
    lines: list[Line] = []
    for preview in outlook.statements:
        lines += [*_statement(preview, done, language), []]
    for remark in outlook.remarks:
        if remark.account:
            lines.append([(f" {remark.account} {remark.reference}", "bold")])
        lines += [*remark_lines(remark), []]
    return lines


def _statement(preview: Preview, done: bool, language: str) -> list[Line]:
    statement = preview.statement
    days = " – ".join(format_date(day, language) for day in (statement.date_from, statement.date_to) if day)
    name = preview.account or _("no account")
    head: Line = [(f" {name}", "bold"), (f"  {days}  {statement.format}", "dim")]

    def balance(minor: int | None) -> str:
        return "?" if minor is None else amount_words(minor, statement.currency)

    arrow = "->" if use_ascii() else "→"
    sums = f"{balance(statement.opening)} {arrow} {balance(statement.closing)} {statement.currency}"
    if preview.refused:
        told = (_("is not taken in"), "red")
    elif done:
        told = (_("added: {count}", count=preview.added), "green")
    else:
        told = (_("to add: {count}", count=preview.count - preview.duplicates), "green")
    known = _("known: {count}", count=preview.duplicates) if preview.duplicates else ""
    lines: list[Line] = [head, [(f"   {sums}  ", ""), told, (f"  {known}", "dim")]]
    for remark in preview.remarks:
        if remark.code not in ("duplicate", "unknown_account", "no_account"):
            lines += remark_lines(remark)
    if not preview.known:  # said for who sits at the screen, where an account is named in its field
        lines += remark_lines(_unknown(preview))
    for line in preview.first:
        amount = amount_words(line.amount, line.currency).rjust(13)
        who = line.payer or line.reference
        lines.append([(f"     {short_day(line.date)} {amount}  {who}  {line.text}", "dim")])
    if preview.count > len(preview.first):
        lines.append([(f"     … {preview.count - len(preview.first)}", "dim")])
    return lines


def _unknown(preview: Preview) -> Remark:
    if preview.statement.account:
        return Remark(
            "refused",
            "unknown_account",
            "{account} is none of your accounts; add it with: tui-billing bank account add, or name one above",
            {"account": preview.statement.account},
        )
    return Remark("refused", "no_account", "the file does not say its account; name it above, for example by its IBAN")


def outlook_words(outlook: Outlook, done: bool) -> str:
    """One sentence about the whole file."""
    refused = len(outlook.statements) - len(outlook.wanted) + len(outlook.remarks)
    if done:
        added = sum(preview.added for preview in outlook.statements)
        words = _("{count} entries are added", count=added)
    elif not outlook.wanted:
        words = _("nothing of this file can be taken in")
    else:
        words = _("{statements} statements, {count} entries to add", statements=len(outlook.wanted), count=outlook.new)
    if refused:
        words += "; " + _("{count} refused", count=refused)
    if outlook.stopped:
        words += "; " + _("stopped")
    return words
