"""The month's proof as PDF/A-3b: figures, what explains each difference, and who looks into it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tui_billing import locale
from tui_billing.documents.drawing import draw
from tui_billing.documents.invoice_pdf import Rendered
from tui_billing.documents.proof_words import WORDS, missing
from tui_billing.documents.sheet import (
    BAND,
    BODY,
    FAINT,
    HEAD,
    HEIGHT,
    LEFT,
    NAME,
    RIGHT,
    SMALL,
    STRONG,
    TINY,
    TITLE,
    TOP,
    TOTAL,
    Sheet,
    Style,
)
from tui_billing.documents.typeface import Typeface, tidy
from tui_billing.rules.dates import format_date, month_name
from tui_billing.rules.money import exponent, from_minor
from tui_billing.rules.numbers import format_number
from tui_billing.rules.proof import Bank, Group, Item, Ledger, Proof

FIGURES = 150.0


def render_proof(proof: Proof, company: str, language: str) -> Rendered:
    """The document of a proof, dated noon (UTC) of the month's last day: the same proof gives the same bytes."""
    page = _Page(proof, company, "fr" if language == "fr" else "en")
    sheet, typeface = page.sheet, page.sheet.typeface
    content = draw(sheet, title=page.title, author=company, day=proof.day, language=page.language)
    return Rendered(content, hashlib.sha256(content).hexdigest(), typeface.missing, len(sheet.pages))


@dataclass(frozen=True, slots=True)
class _Words:
    language: str

    def say(self, message: str, **values: object) -> str:
        return locale.say(message, self.language, **values)


class _Page:
    def __init__(self, proof: Proof, company: str, language: str) -> None:
        self.proof, self.language, self.company = proof, language, tidy(company)
        self.words = _Words(language)
        month = month_name(proof.day.month, language)
        self.title = self.words.say("Proof of {month} {year}", month=month, year=proof.day.year)
        self.sheet = Sheet(Typeface(self._characters()), HEIGHT - 18)
        self._head()
        self._ledger(self.words.say("Receivables"), proof.receivables)
        self._ledger(self.words.say("Payments on account"), proof.on_account)
        for bank in proof.banks:
            self._bank(bank)
        self._feet()

    def _characters(self) -> set[str]:
        texts = [self.title, self.company, "0123456789 -.,:·=+!%()/—✓ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        texts += [chr(code) for code in range(0x20, 0x7F)] + list("àâäçéèêëîïôöùûüœÀÇÉÈÊŒ’«»\u00a0\u202f–")
        for bank in self.proof.banks:
            texts += [bank.names, bank.account]
            texts += [part for group in bank.groups for item in group.items for part in (item.who, item.text)]
        texts += [code for ledger in (self.proof.receivables, self.proof.on_account) for code, _, _ in ledger.differing]
        return set("".join(tidy(text) for text in texts))

    def money(self, minor: int, currency: str) -> str:
        return format_number(from_minor(minor, currency), self.language, exponent(currency))

    def _room(self, height: float) -> None:
        if self.sheet.room < height:
            self.sheet.add_page()
            self.sheet.write(LEFT, TOP - 3, self.title, STRONG)
            self.sheet.write(RIGHT, TOP - 3, self.company, FAINT, right=True)
            self.sheet.y = TOP + 5

    def _head(self) -> None:
        sheet, proof = self.sheet, self.proof
        sheet.write(LEFT, TOP, self.company, NAME)
        sheet.write(LEFT, TOP + 8, self.title, TITLE)
        sheet.y = TOP + 18
        day = format_date(proof.day, self.language)
        sheet.write(
            LEFT, sheet.y, self.words.say("As of {date}, in {currency}", date=day, currency=proof.currency), FAINT
        )
        sheet.y += 7
        found = missing(proof)
        verdict = self.words.say("The month is not proved.") if found else self.words.say("The month is proved.")
        lines = [self.words.say(each.message, **each.values) for each in found]
        wrapped = [part for line in lines for part in sheet.wrap("– " + tidy(line), RIGHT - LEFT - 6, BODY)]
        sheet.fill(LEFT, sheet.y, RIGHT - LEFT, 9 + len(wrapped) * BODY.leading, BAND)
        sheet.write(LEFT + 3, sheet.y + 2, verdict, TOTAL)
        sheet.y = sheet.write_lines(LEFT + 3, sheet.y + 7.6, wrapped, BODY) + 6

    def _row(self, label: str, amount: str, style: Style = BODY, indent: float = 0.0) -> None:
        self._room(style.leading + 1)
        self.sheet.write(LEFT + 2 + indent, self.sheet.y, label, style)
        self.sheet.write(FIGURES, self.sheet.y, amount, style, right=True)
        self.sheet.y += style.leading + 0.8

    def _section(self, title: str) -> None:
        self._room(40)
        self.sheet.write(LEFT, self.sheet.y, title, HEAD)
        self.sheet.y += HEAD.leading + 1.2
        self.sheet.rule(self.sheet.y)
        self.sheet.y += 1.6

    def _ledger(self, title: str, ledger: Ledger) -> None:
        currency = self.proof.currency
        self._section(f"{title} · {ledger.account}")
        self._row(self.words.say("journal account"), self.money(ledger.journal, currency))
        self._row(self.words.say("ledger by customer"), self.money(ledger.by_customer, currency))
        self._row(self.words.say("open items"), self.money(ledger.open_items, currency))
        for code, booked, opened in ledger.differing:
            both = f"{self.money(booked, currency)} / {self.money(opened, currency)}"
            self._row(f"! {tidy(code)}", both, STRONG, 4)
        self.sheet.y += 4

    def _bank(self, bank: Bank) -> None:
        self._section(f"{bank.account} · {tidy(bank.names)} · {bank.currency}")
        if bank.statement is not None:
            told = self.words.say("statement of {date}", date=self._day(bank.until))
            self._row(told, self.money(bank.statement, bank.currency))
        self._row(self.words.say("account in the books"), self.money(bank.books, bank.currency))
        if bank.statement is not None:
            self._row(self.words.say("difference"), self.money(bank.difference, bank.currency), STRONG)
            for group in bank.groups:
                self._group(group, bank.currency)
            self._row(self.words.say("not explained"), self.money(bank.rest, bank.currency), STRONG)
        self.sheet.y += 4

    def _group(self, group: Group, currency: str) -> None:
        label = self.words.say(WORDS[group.kind]) + (f" ({group.count})" if group.count > 1 else "")
        self._row(label if group.counts else f"! {label}", self.money(group.total, currency), BODY, 2)
        for item in group.items:
            self._item(item, currency)
        if group.items and group.count > len(group.items):
            more = self.words.say("and {count} more", count=group.count - len(group.items))
            self._row(more, "", SMALL, 8)

    def _item(self, item: Item, currency: str) -> None:
        self._room(SMALL.leading + 1)
        sheet = self.sheet
        sheet.write(LEFT + 10, sheet.y, self._day(item.date), SMALL)
        text = " · ".join(part for part in (tidy(item.who), tidy(item.text)) if part)
        for line in sheet.wrap(text, 78, SMALL)[:1]:
            sheet.write(LEFT + 28, sheet.y, line, SMALL)
        sheet.write(FIGURES, sheet.y, self.money(item.amount, currency), SMALL, right=True)
        if item.investigation:
            state = self.words.say("closed") if item.status == "closed" else self.words.say("being looked into")
            sheet.write(FIGURES + 4, sheet.y, f"{state} ({item.investigation})", FAINT)
        sheet.y += SMALL.leading + 0.6

    def _day(self, text: str) -> str:
        return f"{text[8:10]}/{text[5:7]}/{text[:4]}" if text else ""

    def _feet(self) -> None:
        pages = len(self.sheet.pages)
        for page in range(pages):
            top = self.sheet.bottom + 4
            self.sheet.rule(top - 1.2, page=page)
            self.sheet.write(LEFT, top, f"{self.company} · {self.title}", TINY, page=page)
            count = self.words.say("Page {page} of {pages}", page=page + 1, pages=pages)
            self.sheet.write(RIGHT, top, count, TINY, right=True, page=page)
