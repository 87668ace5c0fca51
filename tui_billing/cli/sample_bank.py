"""The bank statements of the sample's last weeks: what came in, what went out, what nobody has matched yet."""

from __future__ import annotations

import datetime as dt

from tui_billing.cli import sample_data as data
from tui_billing.cli.sample_desk import Money, Year, is_working
from tui_billing.cli.sample_money import CHARGE, bounced, explain_line
from tui_billing.models.tables import BankAccount, BankLine, BankStatement
from tui_billing.models.write import add
from tui_billing.rules.canonical import digest
from tui_billing.rules.identifiers import check_iban
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.services import clear

OPENING = 4_821_055
#: What goes out in a month: day, amount in cents, text, who gets it.
OUTGOINGS = (
    (5, -185_000, "LOYER ATELIER", "SCI DES QUAIS"),
    (10, -42_317, "ELECTRICITE", "RHONE ENERGIE"),
    (15, -93_800, "BOIS ET PANNEAUX", "SCIERIE DU HAUT-JURA"),
    (20, -318_400, "TVA CA3", "DGFIP"),
    (28, -1_124_600, "SALAIRES", "VIREMENT MULTIPLE"),
    (30, -1_890, "FRAIS DE TENUE DE COMPTE", "CREDIT DES QUAIS"),
)
#: Lines that no invoice explains at a glance: day, amount, currency, text, reference, payer.
RIDDLES = (
    ("2026-11-19", 21_600, "EUR", "VIR INST MME BERANGER TRAVAUX SALON", "", "ELODIE BERANGER"),
    ("2026-11-20", 9_990, "EUR", "REMISE CHEQUE 0004417", "", ""),
    ("2026-11-23", 48_000, "EUR", "VIR SEPA DAR ANNOUR", "FACTURE NOVEMBRE", "DAR ANNOUR"),
    ("2026-11-24", 132_000, "USD", "INCOMING WIRE TEXAS", "LONE STAR INV BALANCE LESS FEES", "LONE STAR FIXTURES"),
)


#: Until here the statements tell all that was booked, and the month before is closed; since then some lines wait.
OPEN_SINCE = dt.date(2026, 11, 1)
#: What the bookkeeper has booked elsewhere goes through this account.
ELSEWHERE = "471000"


def add_dollar_account(year: Year) -> None:
    """The second account, for payments from overseas."""
    name, iban, bic, currency = data.DOLLAR_ACCOUNT
    with year.books.write():
        add(BankAccount, name=name, iban=check_iban(iban), bic=bic, currency=currency)


def print_statement(year: Year, day: dt.date, coming: list[Money]) -> None:
    """The day's statement with a line for each transfer in the books' currency; `coming` gets their ids."""
    _catch_up(year, day)
    rows: list[tuple[int, str, str, str, str, str, Money | None]] = []
    for money in coming:
        first = money.invoices[0]
        amount = year.amount_of(money)
        if first.currency != "EUR" or amount <= 0:
            continue
        payer = bank_name(first.client.name) or first.client.code
        text, reference, status = f"VIR SEPA {payer}", year.reference_of(money), "unmatched"
        if money.way == "waiting" and day < OPEN_SINCE:
            money.way = "matched"
        if money.way == "waiting":
            text, reference, amount = _seen_by_the_bank(money, payer, reference, amount)
        rows.append((amount, text[:140], reference, payer[:70], status, iban_of(first.client.number), money))
    for when, amount, text, payee in OUTGOINGS:
        if when == day.day:
            rows.append((amount, text, "", payee, "ignored", "", None))
    for on, amount, currency, text, reference, payer in RIDDLES:
        if on == day.isoformat() and currency == "EUR":
            rows.append((amount, text, reference, payer, "unmatched", "", None))
    back = bounced(year, day)
    if back is not None:
        payer = bank_name(back[2])
        rows.append((-back[1] - CHARGE, f"REJET {payer}"[:140], back[3], payer[:70], "returned", "", None))
    dollars = [row for row in RIDDLES if row[0] == day.isoformat() and row[2] == "USD"]
    with year.books.write():
        aside = _write(year, day, 1, "EUR", rows) if rows else []
        for _, amount, currency, text, reference, payer in dollars:
            _write(year, day, 2, currency, [(amount, text, reference, payer, "unmatched", "", None)])
    for line, text, returned in aside:
        booked = ELSEWHERE if day < OPEN_SINCE else ""
        explain_line(year, line, text, back if returned else None, booked)


def _seen_by_the_bank(money: Money, payer: str, reference: str, amount: int) -> tuple[str, str, int]:
    """(text, reference, amount) of a transfer that still waits: some are plain, some give less to go by."""
    number = money.invoices[0].number
    plain = f"VIR SEPA {payer}"
    if len(money.invoices) > 1:
        return plain, "FACTURES " + " ".join(planned.number[-5:] for planned in money.invoices), amount
    return (
        (plain, reference, amount),
        (f"{plain} {number.replace('-', '')}", "", amount),
        (plain, "", amount),
        (f"VIR {payer} FRAIS DEDUITS", number, amount - 1_250),
    )[money.invoices[0].id % 4]


def _write(year: Year, day: dt.date, account: int, currency: str, rows: list) -> list[tuple[int, str, bool]]:
    """Write a statement; (id, text, whether it is a return) of the lines that no customer explains."""
    aside: list[tuple[int, str, bool]] = []
    before = year.books.value(
        "SELECT closing FROM bank_statement WHERE bank_account_id = ? ORDER BY id DESC LIMIT 1", (account,)
    )
    opening = int(before) if before is not None else 0  # type: ignore[call-overload]
    statement = add(
        BankStatement,
        bank_account_id=account,
        reference=f"{day:%Y%j}",
        date_from=day,
        date_to=day,
        opening=opening,
        closing=opening + sum(row[0] for row in rows),
        source=f"camt053-{day:%Y%m%d}-{currency}.xml",
        at=year.desk.now(),
    )
    for place, (amount, text, reference, payer, status, iban, money) in enumerate(rows):
        line = add(
            BankLine,
            bank_account_id=account,
            statement_id=statement,
            date=day,
            value_date=day,
            amount=amount,
            currency=currency,
            text=text,
            reference=reference,
            payer=payer,
            payer_iban=iban,
            fingerprint=digest(f"{account}|{day}|{amount}|{text}|{reference}|{place}"),
            position=place,
            open=amount,
            return_reason=reference if status == "returned" else "",
        )
        if status != "unmatched":
            aside.append((line, text, status == "returned"))
        if money is not None and money.way != "waiting":
            money.bank_line = line
    return aside


def _catch_up(year: Year, day: dt.date) -> None:
    """On the first day of a month: what the month before holds of money that no statement has shown yet.

    The first one takes the accounts over, with all that came in since the firm began.
    """
    until = day.replace(day=1) - dt.timedelta(days=1)
    first = year.books.row("SELECT 1 FROM bank_statement") is None
    if until >= OPEN_SINCE or (not first and is_working(day - dt.timedelta(days=1)) and day.day != 1):
        return
    if first:
        until = day - dt.timedelta(days=1)
    elif year.books.row("SELECT 1 FROM bank_statement WHERE date_to >= ?", (until.isoformat(),)) is not None:
        return
    for account, currencies in ((1, "r.currency <> 'USD'"), (2, "r.currency = 'USD'")):
        _show_all(year, account, currencies, until, first=first)


def _show_all(year: Year, account: int, which: str, until: dt.date, *, first: bool) -> None:
    """A statement up to a day with a line for each payment that none has shown, linked with it."""
    books, value = year.books, "r.amount" if account == 2 else "r.amount_base"
    found = books.rows(
        f"SELECT r.id, r.date, {value}, r.reference, r.payer FROM receipt r WHERE r.reversed_on IS NULL AND r.date <= ?"
        f" AND {which} AND NOT EXISTS (SELECT 1 FROM clearing c WHERE c.receipt_id = r.id) ORDER BY r.date, r.id",
        (until.isoformat(),),
    )
    rows: list[tuple] = []
    if first and account == 1:
        rows.append((OPENING, "VIREMENT D'OUVERTURE", "", "", "unmatched", "", None))
    rows += [
        (amount, f"VIR {bank_name(payer)}"[:140], reference, bank_name(payer)[:70], "unmatched", "", None)
        for _id, _date, amount, reference, payer in found
    ]
    if not rows:
        return
    before = int(books.value("SELECT coalesce(max(id), 0) FROM bank_line") or 0)  # type: ignore[call-overload]
    with books.write():
        _write(year, until, account, "USD" if account == 2 else "EUR", rows)
    by = year.desk.by("anna")
    if first and account == 1:
        before += 1
        clear.post_to_account(books, by, before, "890000", "capital")
    for place, (receipt, *_values) in enumerate(found, before + 1):
        clear.link_receipt(books, year.desk.by("anna"), place, receipt)


def bank_name(name: str) -> str:
    """A name as banks send it: capitals of their small set of characters."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in " -'.") else " " for char in fold(name))
    return " ".join(plain.upper().split())


def iban_of(siren: str) -> str:
    """A made-up French account of a company, "" where it has no SIREN."""
    if len(siren) != 9 or not siren.isdigit():
        return ""
    for check in range(2, 99):
        try:
            return check_iban(f"FR{check:02d}30004{siren[:5]}00{siren}12")
        except Problem:
            continue
    return ""
