"""How a document speaks: labels, amounts, quantities and dates in the customer's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tui_billing import locale
from tui_billing.documents.printable import CORRECTIVE, CREDIT_NOTE, INVOICE, PrintableInvoice, PrintedAdjustment
from tui_billing.documents.tidy import tidy
from tui_billing.rules.dates import format_date
from tui_billing.rules.money import exponent, from_minor
from tui_billing.rules.numbers import format_number

N_ = locale.N_

TITLES = {
    INVOICE: N_("Invoice"),
    CREDIT_NOTE: N_("Credit note"),
    CORRECTIVE: N_("Corrective invoice"),
}
CATEGORIES = {
    "Z": N_("Zero rate"),
    "E": N_("Exempt"),
    "AE": N_("Reverse charge"),
    "K": N_("Intra-Community supply"),
    "G": N_("Export"),
    "O": N_("Outside the scope of VAT"),
}
LANGUAGES = ("en", "fr")


class Words:
    """The customer's language and the document's currency."""

    def __init__(self, invoice: PrintableInvoice) -> None:
        self.language = invoice.language if invoice.language in LANGUAGES else "en"
        self.currency = invoice.currency
        self.places = exponent(invoice.currency)
        self._point = "," if self.language == "fr" else "."

    def say(self, message: str, **values: object) -> str:
        """A label."""
        return locale.say(message, self.language, **values)

    def title(self, kind: str) -> str:
        """What the document is."""
        return self.say(TITLES[kind])

    def tidy(self, text: str) -> str:
        """Text of data, ready to be laid out."""
        return tidy(text).strip("\n ")

    def amount(self, minor: int, currency: str = "") -> str:
        """Minor units as a number; with a currency, in that currency and with its code."""
        if currency:
            number = format_number(from_minor(minor, currency), self.language, exponent(currency))
            return f"{number}\u00a0{currency}"
        return format_number(from_minor(minor, self.currency), self.language, self.places)

    def number(self, value: Decimal) -> str:
        """A quantity, a percentage or a rate with as many decimals as it has."""
        return format_number(value, self.language)

    def price(self, value: Decimal) -> str:
        """A unit price: at least the currency's decimals, more where it has more."""
        exact = value.normalize().as_tuple().exponent
        return format_number(value, self.language, max(self.places, -exact if isinstance(exact, int) else 0))

    def split(self, text: str) -> tuple[str, str]:
        """A formatted number as what stands before and from its decimal sign on."""
        whole, point, fraction = text.partition(self._point) if self._point == "," else text.rpartition(".")
        if self._point == "." and not point:
            return text, ""
        return whole, point + fraction

    def day(self, day: date | None) -> str:
        """A short date, "" for none."""
        return format_date(day, self.language) if day else ""

    def period(self, start: date | None, end: date | None) -> str:
        """From ... to, or the one day that is known."""
        return " – ".join(dict.fromkeys(self.day(day) for day in (start, end) if day))

    def vat(self, category: str, rate: Decimal) -> str:
        """The VAT column: the rate, or the category where the rate says nothing."""
        return f"{self.number(rate)} %" if category in ("S", "L", "M") else category

    def vat_group(self, category: str, rate: Decimal) -> str:
        """A row of the VAT breakdown: category in words, and rate."""
        if category in CATEGORIES:
            return f"{self.say(CATEGORIES[category])} ({category}, {self.number(rate)} %)"
        return f"{self.number(rate)} %"

    def adjustment(self, one: PrintedAdjustment, *, with_amount: bool = True) -> str:
        """An allowance or charge in words: what, why, how much of what."""
        parts = [self.say(N_("Charge")) if one.is_charge else self.say(N_("Allowance"))]
        reason = self.tidy(one.reason)
        if reason:
            parts.append(f"– {reason}")
        if one.percent is not None:
            parts.append(
                self.say(
                    N_("({percent} % of {base})"),
                    percent=self.number(one.percent),
                    base=self.amount(one.base),
                )
                if one.base is not None
                else f"({self.number(one.percent)} %)"
            )
        if with_amount:
            parts += ["·", self.amount(one.amount if one.is_charge else -one.amount)]
        return " ".join(parts)
