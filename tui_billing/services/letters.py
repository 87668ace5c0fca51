"""Letters to customers: statements of account, reminders, plain letters; written once, kept, and sent like invoices."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tui_billing.documents.letter import Enclosure, LetterColumn, LetterRow, LetterTable, PrintableLetter
from tui_billing.documents.mentions import legal_line
from tui_billing.documents.words import TITLES
from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.queries.account import Item, Movement, movements, open_items, opening
from tui_billing.models.tables import Letter
from tui_billing.models.write import add
from tui_billing.rules.aging import bucket_of
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.delivery import enqueue_letter

AGES = {
    "not_due": N_("not due"),
    "d1_30": N_("1 to 30 days"),
    "d31_60": N_("31 to 60 days"),
    "d61_90": N_("61 to 90 days"),
    "over_90": N_("over 90 days"),
}
KINDS = {
    "receipt": N_("Payment"),
    "reversal": N_("Payment returned"),
    "write_off": N_("Written off"),
    "refund": N_("Refund"),
    "difference": N_("Difference given up"),
    **TITLES,
}
#: level -> (title, what it says before the table, after it)
REMINDERS: dict[int, tuple[str, str, str]] = {
    1: (
        N_("Reminder"),
        N_("In our books the invoices below are still open. Perhaps the payment has crossed this letter."),
        N_("We would be obliged if you paid them by {day}."),
    ),
    2: (
        N_("Second reminder"),
        N_("In spite of our reminder the invoices below are still open."),
        N_("Please pay them by {day}. Late payment bears interest and a fixed sum for recovery, as the invoices say."),
    ),
    3: (
        N_("Formal notice"),
        N_("We have reminded you of the invoices below without success and give you formal notice to pay them."),
        N_("Unless they are paid by {day} we shall hand the claim over for recovery, at your cost."),
    ),
}
_DAYS = {1: 10, 2: 8, 3: 8}


@dataclass(frozen=True, slots=True)
class _Addressee:
    id: int
    code: str
    party: Party
    language: str


def statement(books: Books, customer_id: int, day: dt.date, since: dt.date | None = None) -> PrintableLetter:
    """The statement of account of a customer as of a day, one table a currency.

    Without `since` what is open on that day, by due date, with its age; with it everything that happened from that day
    on between the balance before and the balance after.
    """
    if since is not None and since > day:
        raise Problem("a statement ends after it begins; give an earlier first day", field="since")
    to = _addressee(books, customer_id)
    _ = _in(to.language)
    items = open_items(books, customer_id, day)
    currencies = sorted({one.currency for one in items})
    if since is not None:
        moved = movements(books, customer_id, since, day)
        currencies = sorted({*currencies, *(one.currency for one in moved), *opening(books, customer_id, since)})
    tables = []
    for currency in currencies or [company(books).currency]:
        own = [one for one in items if one.currency == currency]
        if since is None:
            tables.append(_open_table(own, currency, day, to.language, len(currencies) > 1))
        else:
            first = opening(books, customer_id, since).get(currency, 0)
            rows = [one for one in moved if one.currency == currency]
            tables.append(_activity_table(first, rows, own, currency, (since, day), to.language, len(currencies) > 1))
    owed = [(one, sum(item.open for item in items if item.currency == one)) for one in currencies]
    shown = ", ".join(format_money(amount, one, to.language, code=True) for one, amount in owed)
    facts = [(_("Customer no."), to.code)]
    if since is not None:
        facts.append((_("Period"), f"{format_date(since, to.language)} – {format_date(day, to.language)}"))
    facts.append((_("Balance"), shown or format_money(0, company(books).currency, to.language, code=True)))
    return _letter(
        books,
        to,
        "statement",
        _("Statement of account"),
        day,
        facts=tuple(facts),
        before=(_("Your account with us stands as follows on {day}:", day=format_date(day, to.language)),),
        tables=tuple(tables),
        after=(_pay_words(books, to.language), _("If anything here differs from your books, please tell us.")),
        open=shown,
    )


def reminder(books: Books, customer_id: int, day: dt.date, level: int = 1) -> PrintableLetter:
    """A reminder of what is overdue and not disputed; `Refused` where nothing is."""
    if level not in REMINDERS:
        raise Problem("a reminder is of level 1, 2 or 3", field="level")
    to = _addressee(books, customer_id)
    _ = _in(to.language)
    late = [
        one
        for one in open_items(books, customer_id, day)
        if one.due is not None and one.due < day and one.open > 0 and not one.disputed
    ]
    if not late:
        raise Refused("nothing of {code} is overdue", code=to.code)
    currencies = sorted({one.currency for one in late})
    tables = [
        _open_table([one for one in late if one.currency == currency], currency, day, to.language, len(currencies) > 1)
        for currency in currencies
    ]
    owed = [(one, sum(item.open for item in late if item.currency == one)) for one in currencies]
    shown = ", ".join(format_money(amount, one, to.language, code=True) for one, amount in owed)
    title, before, after = REMINDERS[level]
    last = day + dt.timedelta(days=_DAYS[level])
    greeting = to.party.contact or _("Sir or Madam")
    return _letter(
        books,
        to,
        "reminder",
        _(title),
        day,
        facts=((_("Customer no."), to.code), (_("Overdue"), shown), (_("Payable by"), format_date(last, to.language))),
        before=(_("Dear {contact},", contact=greeting), _(before)),
        tables=tuple(tables),
        after=(
            _(after, day=format_date(last, to.language)) + " " + _pay_words(books, to.language),
            _("Yours sincerely"),
            Party.from_json(company(books).party).full_name,
        ),
        open=shown,
    )


def plain_letter(
    books: Books, customer_id: int, day: dt.date, title: str, text: str, enclosures: Sequence[Enclosure] = ()
) -> PrintableLetter:
    """A letter of a house's own words; an empty line ends a paragraph. What is enclosed is named at its end."""
    to = _addressee(books, customer_id)
    title = clean(title, 100, "title")
    if not title:
        raise Problem("a letter needs a title", field="title")
    paragraphs = [clean(part, 5000, "text") for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    if not paragraphs:
        raise Problem("a letter needs a text", field="text")
    named = [one.name for one in enclosures]
    after = (say(N_("Enclosed: {names}"), to.language, names=", ".join(named)),) if named else ()
    return _letter(books, to, "letter", title, day, before=tuple(paragraphs), after=after, enclosures=tuple(enclosures))


def write_letter(
    books: Books, context: Context, customer_id: int, letter: PrintableLetter, *, send: bool
) -> dict[str, Any]:
    """Keep a letter as it is, and queue it for the customer's recipients where `send`; {"id", "name", "queued"}."""
    return transact(books, context, "letter", lambda work: write_in(work, customer_id, letter, send=send))


def write_in(work: Work, customer_id: int, letter: PrintableLetter, *, send: bool) -> dict[str, Any]:
    """The same inside an open transaction."""
    name = letter.name
    count = 1
    while work.books.row("SELECT 1 FROM letter WHERE name = ?", (name,)):
        count += 1
        name = f"{letter.name}-{count}"
    content = {**letter.to_json(), "name": name}
    key = add(
        Letter,
        kind=letter.kind,
        name=name,
        customer_id=customer_id,
        date=letter.date,
        language=letter.language,
        content=content,
        operator_id=work.operator_id,
        at=work.at,
    )
    queued = enqueue_letter(work, key, name, customer_id, letter.language) if send else []
    work.audit("write", "letter", key, {"v": 1, "content": content, "recipients": queued}, name)
    return {"id": key, "name": name, "queued": queued}


def letter_of(books: Books, letter_id: int) -> PrintableLetter:
    """A letter as it was written."""
    content = books.value("SELECT content FROM letter WHERE id = ?", (letter_id,))
    if content is None:
        raise NotFound("there is no letter {id}", id=letter_id)
    return PrintableLetter.from_json(json.loads(str(content)))


# -- parts ---------------------------------------------------------------


def _in(language: str) -> Callable[..., str]:
    def speak(message: str, **values: object) -> str:
        return say(message, language, **values)

    return speak


def _letter(books: Books, to: _Addressee, kind: str, title: str, day: dt.date, **parts: Any) -> PrintableLetter:
    seller = Party.from_json(company(books).party)
    prefix = {"statement": "S", "reminder": "R", "letter": "L"}[kind]
    code = "".join(char if char.isalnum() else "-" for char in to.code)[:18]
    footer = legal_line(seller.full_name, seller.legal_info, seller.siren, seller.vat_id, to.language)
    return PrintableLetter(
        kind, f"{prefix}{day:%Y%m%d}-{code}", title, day, to.language, seller, to.party, footer=footer, **parts
    )


def _addressee(books: Books, customer_id: int) -> _Addressee:
    row = books.row("SELECT code, name, legal_form, language FROM customer WHERE id = ?", (customer_id,))
    if row is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    place = books.row(
        "SELECT line1, line2, line3, postcode, city, region, country FROM address"
        " WHERE customer_id = ? AND kind = 'billing' ORDER BY id LIMIT 1",
        (customer_id,),
    )
    contact = books.value("SELECT name FROM contact WHERE customer_id = ? ORDER BY id LIMIT 1", (customer_id,))
    party = Party(
        name=row[1], legal_form=row[2], address=Address(*place) if place else Address(), contact=str(contact or "")
    )
    return _Addressee(customer_id, row[0], party, row[3])


def _pay_words(books: Books, language: str) -> str:
    firm = company(books)
    if not firm.iban:
        return say(N_("Please state the invoice number with your payment."), language)
    iban = "\u00a0".join(firm.iban[place : place + 4] for place in range(0, len(firm.iban), 4))
    return say(N_("Please pay to {iban}, stating the invoice number."), language, iban=iban)


def _open_table(items: Sequence[Item], currency: str, day: dt.date, language: str, named: bool) -> LetterTable:
    _ = _in(language)
    rows = []
    for one in items:
        late = (day - one.due).days if one.due is not None and one.due < day and one.open > 0 else 0
        rows.append(
            LetterRow(
                (
                    one.number,
                    _(KINDS[one.kind]) + (f" · {_('disputed')}" if one.disputed else ""),
                    format_date(one.date, language),
                    format_date(one.due, language) if one.due else "",
                    str(late) if late else "",
                    format_money(one.amount, currency, language),
                    format_money(one.open, currency, language),
                ),
                share=one.open,
            )
        )
    total = sum(one.open for one in items)
    columns = (
        LetterColumn(_("Number")),
        LetterColumn(_("Document"), flex=True),
        LetterColumn(_("Date of issue")),
        LetterColumn(_("Due date")),
        LetterColumn(_("Days late"), amount=True),
        LetterColumn(_("Amount"), amount=True),
        LetterColumn(_("Open"), amount=True),
    )
    cells = (
        "",
        _("Total open, {currency}", currency=currency),
        "",
        "",
        "",
        "",
        format_money(total, currency, language),
    )
    return LetterTable(
        _("In {currency}", currency=currency) if named else "",
        columns,
        tuple(rows),
        LetterRow(cells, strong=True),
        currency,
        boxes=_boxes(items, currency, day, language),
    )


def _boxes(items: Sequence[Item], currency: str, day: dt.date, language: str) -> tuple[tuple[str, str], ...]:
    sums = dict.fromkeys(AGES, 0)
    for one in items:
        sums[bucket_of(one.due, day) if one.due is not None and one.open > 0 else "not_due"] += one.open
    return tuple((say(AGES[age], language), format_money(amount, currency, language)) for age, amount in sums.items())


def _activity_table(
    first: int,
    rows: Sequence[Movement],
    items: Sequence[Item],
    currency: str,
    period: tuple[dt.date, dt.date],
    language: str,
    named: bool,
) -> LetterTable:
    _ = _in(language)

    def amount(minor: int) -> str:
        return format_money(minor, currency, language)

    balance = first
    since, day = period
    shown = [
        LetterRow(("", format_date(since, language), _("Balance brought forward"), "", "", amount(first)), faint=True)
    ]
    for one in rows:
        balance += one.amount
        debit, credit = (amount(one.amount), "") if one.amount >= 0 else ("", amount(-one.amount))
        text = _(KINDS[one.kind]) + (f" · {one.text}" if one.text else "")
        shown.append(
            LetterRow(
                (one.number, format_date(one.date, language), text, debit, credit, amount(balance)), share=one.amount
            )
        )
    columns = (
        LetterColumn(_("Number")),
        LetterColumn(_("Date")),
        LetterColumn(_("Document"), flex=True),
        LetterColumn(_("Debit"), amount=True),
        LetterColumn(_("Credit"), amount=True),
        LetterColumn(_("Balance"), amount=True),
    )
    debits = sum(one.amount for one in rows if one.amount > 0)
    credits = -sum(one.amount for one in rows if one.amount < 0)
    name = _("Balance on {day}", day=format_date(day, language))
    total = LetterRow(("", "", f"{name}, {currency}", amount(debits), amount(credits), amount(balance)), strong=True)
    boxes = _boxes(items, currency, day, language)
    heading = _("In {currency}", currency=currency) if named else ""
    return LetterTable(heading, columns, tuple(shown), total, currency, first, boxes)
