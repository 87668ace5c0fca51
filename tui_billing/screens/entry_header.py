"""The header of a form with lines: customer, dates and references, each accepted with its mark or its default."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tui_billing.locale import _, translate
from tui_billing.models.queries import facts
from tui_billing.rules.dates import format_date, parse_date, parse_iso, weekday_name
from tui_billing.rules.numbers import format_money
from tui_billing.rules.problem import Problem
from tui_billing.rules.terms import describe_terms, parse_terms
from tui_billing.rules.text import clean
from tui_billing.screens.entry_form import EntryForm, Stay
from tui_billing.services import entry
from tui_billing.widgets.field import Caption
from tui_billing.widgets.lookup import Suggestion


class HeaderPart(EntryForm):
    """Accepting the fields above and below the lines."""

    async def _accept(self, name: str) -> bool:
        """Take a header or footer field; true where the clerk must stay in it. What is wrong is marked."""
        field = self._field(name)
        text = field.value.strip()
        stay = False
        self._remember()
        try:
            if name == "customer":
                stay = await self._accept_customer(text)
            elif name in self.DATES:
                self._accept_date(name, text)
            else:
                await self._accept_other(name, text)
            self._clear(name)
        except Problem as error:
            self._mark(name, text, error)
            stay = isinstance(error, Stay)
        await self._journal()
        self._show_sums()
        return stay

    async def _accept_other(self, name: str, text: str) -> None:
        """Take a field that is neither the customer nor a date: a text, unless a subclass knows better."""
        value = clean(text, self._limit(name), name)
        setattr(self.content, name, value)
        self._set_field(name, value)

    async def _accept_customer(self, text: str) -> bool:
        self.panel.clear()
        if not text:
            self.content.customer = ""
            self.lines.customer = None
            self.query_one("#customer-card", Caption).say("")
            return False
        found = await self.desk.ask(entry.find_customer, text, self.desk.today)
        if found.customer is None:
            self.content.customer = text.upper()[:40]
            self.lines.customer = None
            if found.others:
                self.panel.typed(self._field("customer"), self._suggest_customers)
                raise Stay("{count} customers fit; press Down to choose one", field="customer", count=len(found.others))
            raise Problem("there is no customer {text}; type part of the name", field="customer", text=text[:40])
        self._take_customer(found)
        return False

    def _take_customer(self, found: entry.FoundCustomer) -> None:
        customer = found.customer
        assert customer is not None
        self.content.customer = customer.code
        self.lines.customer = customer
        self.lines.currency = customer.currency
        self.lines.rate = found.rate or Decimal(1)
        self._set_field("customer", customer.code)
        self.query_one("#customer-card", Caption).say(self._card())
        self.lines.check()
        self._show_rows()
        self._show_defaults()

    def _card(self) -> str:
        customer = self.lines.customer
        if customer is None:
            return ""
        desk = self.desk
        parts = [customer.name, customer.city, describe_terms(parse_terms(customer.terms), desk.language)]
        if customer.currency != desk.company.currency:
            parts.append(customer.currency)
        if customer.owed:
            owed = format_money(customer.owed, desk.company.currency, desk.language)
            late = f" ({customer.overdue} {_('overdue')})" if customer.overdue else ""
            parts.append(f"{_('owes')} {owed}{late}")
        if customer.purchase_order_required and not getattr(self.content, "purchase_order", "-"):
            parts.append(_("wants a PO"))
        return " · ".join(part for part in parts if part)

    def _accept_date(self, name: str, text: str) -> None:
        if not text or text == self._default(name):
            setattr(self.content, name, "")
        else:
            day = parse_date(text, self.desk.language, self.desk.today, self._reference(name), name)
            setattr(self.content, name, day.isoformat())
        self._show_defaults()

    def _reference(self, name: str) -> dt.date | None:
        """The day that a date typed as +30 or eom counts from; None counts from today."""
        return None

    def _default(self, name: str) -> str:
        """What a date field shows where nothing was typed."""
        return ""

    def _show_defaults(self) -> None:
        """Dates as they stand: typed ones, else what follows from today and the customer's terms."""
        for name in self.DATES:
            if name in self.content.invalid:
                continue
            typed = getattr(self.content, name)
            text = format_date(parse_iso(typed), self.desk.language) if typed else self._default(name)
            self._set_field(name, text)
            day = parse_iso(typed) if typed else None
            words = weekday_name(day, self.desk.language) if day else ""
            if not self._field(name).problem:
                self.query_one(f"#{name}-says", Caption).say(words)

    def _set_field(self, name: str, value: str) -> None:
        field = self._field(name)
        if field.value != value:
            field.show(value)

    def _mark(self, name: str, text: str, error: Problem) -> None:
        if not isinstance(error, Stay):
            self.content.invalid[name] = text[:200]
        sentence = translate(error)
        self._field(name).mark(sentence)
        beside = "customer-card" if name == "customer" else f"{name}-says"
        found = self.query(f"#{beside}")
        if found:
            self.query_one(f"#{beside}", Caption).say(f"! {sentence}", "$status-red")
        else:
            self.say(f"! {sentence}")

    def _clear(self, name: str) -> None:
        self.content.invalid.pop(name, None)
        field = self._field(name)
        if field.problem:
            field.clear_mark()
            if name != "customer":
                self._show_defaults()

    async def _suggest_customers(self, text: str) -> list[Suggestion]:
        found = await self.desk.ask(facts.find_customers, text)
        return [Suggestion(one.code, f"{one.code:<12} {one.name} · {one.city}") for one in found]
