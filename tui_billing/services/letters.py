"""Letters to customers: statements of account, reminders, plain letters; written once, kept, and sent like invoices."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.documents.letter import Enclosure, PrintableLetter
from tui_billing.documents.mentions import legal_line
from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.queries.account import Item, movements, open_items, opening
from tui_billing.models.tables import Letter
from tui_billing.models.write import add
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.party import Address, Party
from tui_billing.rules.places import fill
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean, quote
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.delivery import enqueue_letter
from tui_billing.services.letter_tables import activity_table, open_table, speaker
from tui_billing.services.letter_texts import COVER, REMINDER, STATEMENT, TABLE, Text, text_of
from tui_billing.services.templates import template_for_letters

#: Days that a reminder of a level gives.
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
    _ = speaker(to.language)
    items = open_items(books, customer_id, day)
    currencies = sorted({one.currency for one in items})
    if since is not None:
        moved = movements(books, customer_id, since, day)
        currencies = sorted({*currencies, *(one.currency for one in moved), *opening(books, customer_id, since)})
    tables = []
    for currency in currencies or [company(books).currency]:
        own = [one for one in items if one.currency == currency]
        if since is None:
            tables.append(open_table(own, currency, day, to.language, len(currencies) > 1))
        else:
            first = opening(books, customer_id, since).get(currency, 0)
            rows = [one for one in moved if one.currency == currency]
            tables.append(activity_table(first, rows, own, currency, (since, day), to.language, len(currencies) > 1))
    owed = [(one, sum(item.open for item in items if item.currency == one)) for one in currencies]
    shown = ", ".join(format_money(amount, one, to.language, code=True) for one, amount in owed)
    facts = [(_("Customer no."), to.code)]
    if since is not None:
        facts.append((_("Period"), f"{format_date(since, to.language)} – {format_date(day, to.language)}"))
    facts.append((_("Balance"), shown or format_money(0, company(books).currency, to.language, code=True)))
    return _worded(books, to, "statement", STATEMENT, day, facts=tuple(facts), tables=tuple(tables), open=shown)


def reminder(books: Books, customer_id: int, day: dt.date, level: int = 1) -> PrintableLetter:
    """A reminder of what is overdue and not disputed; `Refused` where nothing is."""
    if level not in REMINDER:
        raise Problem("a reminder is of level 1, 2 or 3", field="level")
    to = _addressee(books, customer_id)
    _ = speaker(to.language)
    late = [
        one
        for one in open_items(books, customer_id, day)
        if one.due is not None and one.due < day and one.open > 0 and not one.disputed
    ]
    if not late:
        raise Refused("nothing of {code} is overdue", code=to.code)
    currencies = sorted({one.currency for one in late})
    tables = [
        open_table([one for one in late if one.currency == currency], currency, day, to.language, len(currencies) > 1)
        for currency in currencies
    ]
    owed = [(one, sum(item.open for item in late if item.currency == one)) for one in currencies]
    shown = ", ".join(format_money(amount, one, to.language, code=True) for one, amount in owed)
    last = day + dt.timedelta(days=_DAYS[level])
    return _worded(
        books,
        to,
        "reminder",
        REMINDER[level],
        day,
        facts=((_("Customer no."), to.code), (_("Overdue"), shown), (_("Payable by"), format_date(last, to.language))),
        tables=tuple(tables),
        open=shown,
        payable_by=last,
    )


def cover(books: Books, customer_id: int, day: dt.date, numbers: Sequence[str] = ()) -> PrintableLetter:
    """A letter that goes with documents: those of these numbers, else what is open of the last day that was billed."""
    to = _addressee(books, customer_id)
    items = open_items(books, customer_id, day)
    known = {one.number: one for one in items if one.number}
    for number in numbers:
        if number not in known:
            raise NotFound("{code} has no open document {number}", field="numbers", code=to.code, number=quote(number))
    last = max((one.date for one in known.values()), default=None)
    chosen = [one for one in known.values() if (one.number in numbers if numbers else one.date == last)]
    if not chosen:
        raise Refused("nothing of {code} is open", code=to.code)
    return _with_documents(books, to, COVER, day, chosen)


def house_letter(books: Books, customer_id: int, day: dt.date, code: str) -> PrintableLetter:
    """A letter of the house's own; what is open stands on it where its text says so."""
    to = _addressee(books, customer_id)
    items = open_items(books, customer_id, day) if text_of(books, code, to.language).has_table else []
    return _with_documents(books, to, code, day, items)


def letter_by(books: Books, customer_id: int, day: dt.date, code: str, since: dt.date | None = None) -> PrintableLetter:
    """The letter of any text: a statement (of what happened `since` a day), a reminder, a cover letter, the house's own."""
    code = code.strip().lower()
    if code == STATEMENT:
        return statement(books, customer_id, day, since)
    level = next((level for level, name in REMINDER.items() if name == code), None)
    if level is not None:
        return reminder(books, customer_id, day, level)
    return cover(books, customer_id, day) if code == COVER else house_letter(books, customer_id, day, code)


def _with_documents(books: Books, to: _Addressee, code: str, day: dt.date, items: Sequence[Item]) -> PrintableLetter:
    _ = speaker(to.language)
    currencies = sorted({one.currency for one in items})
    tables = [
        open_table([one for one in items if one.currency == currency], currency, day, to.language, len(currencies) > 1)
        for currency in currencies
    ]
    owed = [(one, sum(item.open for item in items if item.currency == one)) for one in currencies]
    shown = ", ".join(format_money(amount, one, to.language, code=True) for one, amount in owed)
    facts = ((_("Customer no."), to.code),)
    return _worded(books, to, "letter", code, day, facts=facts, tables=tuple(tables), open=shown)


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


def specimen_letter(books: Books, text: Text, day: dt.date) -> PrintableLetter:
    """A letter in these words to a customer that there is not, so that a text can be looked at."""
    place = Address(line1="45 avenue Foch", postcode="75011", city="Paris", country="FR")
    party = Party(name="ACME Industries", legal_form="SAS", address=place, contact="Anna Martin")
    to = _Addressee(0, "ACME", party, text.language)
    currency = company(books).currency
    due = day - dt.timedelta(days=12)
    items = [
        Item(
            "invoice",
            "F2026-00000",
            due - dt.timedelta(days=30 * part),
            due,
            currency,
            204_600 // part,
            204_600 // part,
        )
        for part in (1, 2)
    ]
    tables = (open_table(items, currency, day, text.language, False),) if text.has_table else ()
    shown = format_money(sum(one.open for one in items), currency, text.language, code=True)
    letter = _worded(books, to, "letter", text, day, tables=tables, open=shown, payable_by=day + dt.timedelta(days=10))
    return replace(letter, watermark=say(N_("SPECIMEN"), text.language))


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


def queue_letter(books: Books, context: Context, letter_id: int) -> list[str]:
    """Queue a kept letter for whoever gets the customer's letters; `Refused` where that was done before."""

    def do(work: Work) -> list[str]:
        row = work.books.row("SELECT name, customer_id, language FROM letter WHERE id = ?", (letter_id,))
        if row is None:
            raise NotFound("there is no letter {id}", id=letter_id)
        if work.books.row("SELECT 1 FROM delivery WHERE letter_id = ?", (letter_id,)):
            raise Refused("{name} was queued before; send it anew from the list of deliveries (9)", name=row[0])
        queued = enqueue_letter(work, letter_id, row[0], row[1], row[2])
        work.audit("send", "letter", letter_id, {"v": 1, "recipients": queued}, row[0])
        return queued

    return transact(books, context, "letter", do)


def letter_of(books: Books, letter_id: int) -> PrintableLetter:
    """A letter as it was written."""
    content = books.value("SELECT content FROM letter WHERE id = ?", (letter_id,))
    if content is None:
        raise NotFound("there is no letter {id}", id=letter_id)
    return PrintableLetter.from_json(json.loads(str(content)))


# -- parts ---------------------------------------------------------------


def _worded(
    books: Books,
    to: _Addressee,
    kind: str,
    text: Text | str,
    day: dt.date,
    *,
    payable_by: dt.date | None = None,
    **parts: Any,
) -> PrintableLetter:
    """A letter in the words of its text, its places filled; what stands behind the documents comes after them."""
    if isinstance(text, str):
        text = text_of(books, text, to.language)
    firm = company(books)
    values = {
        "contact": to.party.contact or say(N_("Sir or Madam"), to.language),
        "company": Party.from_json(firm.party).full_name,
        "customer": to.party.full_name,
        "code": to.code,
        "date": format_date(day, to.language),
        "amount": parts.get("open", ""),
        "payable_by": format_date(payable_by, to.language) if payable_by else "",
        "payment": _pay_words(books, to.language),
        "iban": firm.iban,
    }
    mark = "{" + TABLE + "}"
    paragraphs = list(text.paragraphs)
    at = paragraphs.index(mark) if mark in paragraphs else len(paragraphs)
    before, after = paragraphs[:at], paragraphs[at + 1 :]
    return _letter(
        books,
        to,
        kind,
        fill(text.title, values),
        day,
        before=tuple(filter(None, (fill(part, values) for part in before))),
        after=tuple(filter(None, (fill(part, values) for part in after))),
        **parts,
    )


def _letter(books: Books, to: _Addressee, kind: str, title: str, day: dt.date, **parts: Any) -> PrintableLetter:
    seller = Party.from_json(company(books).party)
    prefix = {"statement": "S", "reminder": "R", "letter": "L"}[kind]
    code = "".join(char if char.isalnum() else "-" for char in to.code)[:18]
    footer = legal_line(seller.full_name, seller.legal_info, seller.siren, seller.vat_id, to.language)
    look = template_for_letters(books, to.id)
    return PrintableLetter(
        kind,
        f"{prefix}{day:%Y%m%d}-{code}",
        title,
        day,
        to.language,
        seller,
        to.party,
        footer=footer,
        accent=look.accent,
        grey=look.grey,
        logo=look.logo,
        **parts,
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
