"""Facts of law that change with time, each with the day from which it holds. Data only: no rule stands here.

Sources: CGI art. 278-0 to 281 nonies and 297 (rates), code de commerce L441-9, L441-10 and D441-5 (late
payment), the legal rate by semester (arrêtés; professionals), ECB main refinancing rate, VATEX code list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class VatRate:
    """A lawful rate in percent, from `since` to `until` (None: still), in `territory`."""

    rate: Decimal
    since: date
    until: date | None = None
    territory: str = ""


@dataclass(frozen=True, slots=True)
class InterestRate:
    """Rates in percent a year for the semester that begins on `since`.

    `legal` is the legal rate for professionals, `ecb` the main refinancing rate on that day.
    """

    since: date
    legal: Decimal
    ecb: Decimal


@dataclass(frozen=True, slots=True)
class Exemption:
    """A VATEX code with the VAT category it goes with and the mention to print."""

    code: str
    category: str
    en: str
    fr: str


def _rates(territory: str, since: str, until: str, rates: str) -> tuple[VatRate, ...]:
    first = date.fromisoformat(since)
    last = date.fromisoformat(until) if until else None
    return tuple(VatRate(Decimal(rate), first, last, territory) for rate in rates.split())


FRENCH_VAT_RATES: tuple[VatRate, ...] = (
    *_rates("metropolitan", "2000-04-01", "2013-12-31", "19.6"),
    *_rates("metropolitan", "2012-01-01", "2013-12-31", "7"),
    *_rates("metropolitan", "1982-07-01", "", "5.5"),
    *_rates("metropolitan", "1989-01-01", "", "2.1"),
    *_rates("metropolitan", "2014-01-01", "", "20 10"),
    *_rates("Corsica", "2014-01-01", "", "0.9 2.1 10 13 20"),
    *_rates("overseas", "2014-01-01", "", "1.05 1.75 2.1 8.5"),
)
"""VAT rates of category S in France."""

RECOVERY_FEE: tuple[tuple[date, int, str], ...] = ((date(2013, 1, 1), 4000, "EUR"),)
"""Fixed indemnity for recovery costs of a late invoice: from-date, minor units, currency (D441-5)."""

LATE_POINTS = Decimal(10)
"""Points above the ECB rate where nothing was agreed (L441-10 II)."""

FLOOR_FACTOR = 3
"""An agreed late rate is at least this many times the legal rate (L441-10 II)."""

MAX_NET_DAYS = 60
"""Longest agreed term from the issue date (L441-10 I)."""

MAX_END_OF_MONTH_DAYS = 45
"""Longest agreed "end of month" term (L441-10 I)."""

INTEREST_RATES: tuple[InterestRate, ...] = (
    InterestRate(date(2024, 7, 1), Decimal("4.92"), Decimal("4.25")),
    InterestRate(date(2025, 1, 1), Decimal("3.71"), Decimal("3.15")),
    InterestRate(date(2025, 7, 1), Decimal("2.76"), Decimal("2.15")),
    InterestRate(date(2026, 1, 1), Decimal("2.62"), Decimal("2.15")),
)
"""By semester, ascending; a later semester is added here when its arrêté is published."""

EXEMPTIONS: tuple[Exemption, ...] = (
    Exemption("VATEX-EU-AE", "AE", "Reverse charge", "Autoliquidation"),
    Exemption(
        "VATEX-EU-IC",
        "K",
        "Intra-Community supply, exempt: art. 138 of Directive 2006/112/EC",
        "Exonération de TVA, art. 262 ter, I du CGI (livraison intracommunautaire)",
    ),
    Exemption(
        "VATEX-EU-G",
        "G",
        "Export outside the European Union, exempt: art. 146 of Directive 2006/112/EC",
        "Exonération de TVA, art. 262, I du CGI (exportation)",
    ),
    Exemption("VATEX-EU-O", "O", "Not subject to VAT", "Hors du champ d'application de la TVA"),
    Exemption(
        "VATEX-FR-FRANCHISE",
        "E",
        "VAT not applicable, art. 293 B of the French tax code",
        "TVA non applicable, art. 293 B du CGI",
    ),
    Exemption(
        "VATEX-FR-AE",
        "AE",
        "Reverse charge, art. 283 of the French tax code",
        "Autoliquidation, art. 283 du CGI",
    ),
    Exemption(
        "VATEX-FR-CNWVAT",
        "E",
        "Credit note without VAT, art. 272 of the French tax code",
        "Avoir net de taxe, art. 272 du CGI",
    ),
    Exemption(
        "VATEX-FR-CGI261-4",
        "E",
        "VAT exempt, art. 261, 4 of the French tax code",
        "Exonération de TVA, art. 261, 4 du CGI",
    ),
    Exemption(
        "VATEX-FR-CGI261C-1",
        "E",
        "VAT exempt financial service, art. 261 C, 1 of the French tax code",
        "Exonération de TVA, art. 261 C, 1° du CGI",
    ),
    Exemption(
        "VATEX-EU-F",
        "E",
        "Margin scheme: second-hand goods",
        "Régime particulier - Biens d'occasion",
    ),
    Exemption("VATEX-EU-I", "E", "Margin scheme: works of art", "Régime particulier - Objets d'art"),
    Exemption(
        "VATEX-EU-J",
        "E",
        "Margin scheme: collectors' items and antiques",
        "Régime particulier - Objets de collection et d'antiquité",
    ),
    Exemption("VATEX-EU-D", "E", "Margin scheme: travel agents", "Régime particulier - Agences de voyages"),
)
"""Mentions that quote CGI articles may stand until 31 December 2027 (ordonnance 2025-1247)."""


def lawful_rates(country: str, on: date) -> frozenset[Decimal]:
    """Rates of category S that hold on a day; empty where the country's rates are not kept here."""
    if country.upper() not in {"FR", "MC"}:
        return frozenset()
    return frozenset(row.rate for row in FRENCH_VAT_RATES if row.since <= on and (row.until is None or on <= row.until))


def recovery_fee(on: date) -> tuple[int, str]:
    """(minor units, currency) of the fixed indemnity on a day; (0, "EUR") before there was one."""
    found = (0, "EUR")
    for since, amount, currency in RECOVERY_FEE:
        if since <= on:
            found = (amount, currency)
    return found


def interest_rate(on: date) -> InterestRate | None:
    """Rates of the semester of a day; the last known one after the table's end, None before its start."""
    found = None
    for row in INTEREST_RATES:
        if row.since <= on:
            found = row
    return found


def is_interest_known(on: date) -> bool:
    """Whether the table holds the very semester of the day, not only an earlier one."""
    row = interest_rate(on)
    return row is not None and (row.since.year, row.since.month > 6) == (on.year, on.month > 6)


def late_rate(on: date) -> Decimal | None:
    """Late-payment rate in percent a year where nothing was agreed: ECB rate + 10 points (L441-10 II)."""
    row = interest_rate(on)
    return None if row is None else row.ecb + LATE_POINTS


def late_rate_floor(on: date) -> Decimal | None:
    """Lowest late-payment rate that may be agreed, in percent a year: three times the legal rate."""
    row = interest_rate(on)
    return None if row is None else row.legal * FLOOR_FACTOR


def exemption(code: str) -> Exemption | None:
    """The exemption of a VATEX code, None where it is not kept here."""
    return next((row for row in EXEMPTIONS if row.code == code.upper()), None)


def exemption_of(category: str) -> Exemption | None:
    """The usual exemption of a category (AE, K, G, O; franchise for E)."""
    return next((row for row in EXEMPTIONS if row.category == category), None)


def exemption_text(code: str, language: str) -> str:
    """The mention to print for a VATEX code in "en" or "fr"; "" where it is not kept here."""
    row = exemption(code)
    return "" if row is None else row.fr if language == "fr" else row.en
