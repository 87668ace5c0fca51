"""The texts of mails: those that come with the program, and how a house words its own."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tui_billing.documents.mail import NOBODY, TEXTS, standard_text
from tui_billing.documents.words import TITLES
from tui_billing.locale import LANGUAGES, say
from tui_billing.models.door import Books
from tui_billing.models.tables import MailText
from tui_billing.models.write import add, change
from tui_billing.rules.dates import format_date
from tui_billing.rules.mail_text import check_text
from tui_billing.rules.numbers import format_money
from tui_billing.rules.party import Party
from tui_billing.rules.places import fill
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services.context import Context, Work, company, transact


def text_of(books: Books, code: str, language: str) -> tuple[str, str]:
    """Subject and body of a kind of mail in a language, as the house words it."""
    row = books.row("SELECT subject, body FROM mail_text WHERE code = ? AND language = ?", (code, language))
    return (row[0], row[1]) if row else standard_text(code, language)


def set_text(books: Books, context: Context, code: str, language: str, subject: str, body: str) -> None:
    """Word a mail; what stands in braces must be known."""
    if code not in TEXTS:
        raise Problem(
            "{text} is no kind of mail; there are {names}", field="code", text=quote(code), names=", ".join(TEXTS)
        )
    if language not in LANGUAGES:
        raise Problem("{language} is not a language here; it is en or fr", field="language", language=quote(language))
    subject, body = check_text(subject, body)

    def do(work: Work) -> None:
        key = books.value("SELECT id FROM mail_text WHERE code = ? AND language = ?", (code, language))
        before = list(text_of(books, code, language))
        if key is None:
            key = add(MailText, code=code, language=language, subject=subject, body=body)
        else:
            change(MailText, key, subject=subject, body=body)
        payload = {"v": 1, "changed": {"text": [before, [subject, body]]}}
        work.audit("change", "mail_text", int(key), payload, f"{code} {language}")  # type: ignore[call-overload]

    transact(books, context, "mail_text", do)


def write_mail(books: Books, row: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of the mail that a delivery goes with, filled in, in its language."""
    kind, values = facts_of(books, row)
    subject, body = text_of(books, kind, row["language"])
    return fill(subject, values).replace("\n", " "), fill(body, values)


def facts_of(books: Books, row: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """(kind of mail, what its places become) of a delivery."""
    language = row["language"]
    firm = Party.from_json(company(books).party)
    contact = books.value("SELECT name FROM contact WHERE customer_id = ? ORDER BY id LIMIT 1", (row["customer_id"],))
    values = {
        "number": row["name"],
        "company": firm.full_name,
        "contact": str(contact or say(NOBODY, language)),
        "customer": str(books.value("SELECT name FROM customer WHERE id = ?", (row["customer_id"],)) or ""),
    }
    if row["invoice_id"] is None:
        return _letter_facts(books, row, values)
    found = books.row(
        "SELECT kind, issue_date, due_date, payable, open, currency, purchase_order, buyer_name FROM invoice WHERE id = ?",
        (row["invoice_id"],),
    )
    assert found is not None
    kind, issued, due, payable, opened, currency, order, buyer = found
    values |= {
        "document": f"{say(TITLES[kind], language)} {row['name']}",
        "customer": buyer,
        "amount": format_money(payable, currency, language, code=True),
        "open": format_money(opened, currency, language, code=True),
        "issue_date": format_date(dt.date.fromisoformat(issued), language),
        "due_date": format_date(dt.date.fromisoformat(due), language) if due else "",
        "order": order,
    }
    return kind, values


def _letter_facts(books: Books, row: dict[str, Any], values: dict[str, str]) -> tuple[str, dict[str, str]]:
    found = books.row("SELECT kind, date, content FROM letter WHERE id = ?", (row["letter_id"],))
    assert found is not None
    kind, date, content = found
    told = json.loads(content)
    values |= {
        "document": str(told.get("title", "")),
        "issue_date": format_date(dt.date.fromisoformat(date), row["language"]),
        "open": str(told.get("open", "")),
        "amount": str(told.get("open", "")),
    }
    return kind, values
