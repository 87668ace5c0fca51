"""What the seller's country asks for beyond EN 16931 and what the French rules of `checks` say; dated, each rule named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from tui_billing.rules.findings import Finding, InvoiceFacts
from tui_billing.rules.money import to_minor


class Mention(NamedTuple):
    """A country's rule: since when it holds, whether an invoice lacks what it asks for, and the finding then."""

    country: str
    since: date
    lacks: Callable[[InvoiceFacts], bool]
    finding: Finding


def _company(facts: InvoiceFacts) -> bool:
    """Whether the customer is a business, as far as the card tells."""
    buyer = facts.buyer
    return buyer is not None and bool(buyer.vat_id or buyer.legal_form or buyer.siren or buyer.identifiers)


def _no_supply_date(facts: InvoiceFacts) -> bool:
    return not (facts.delivery_date or facts.period_start or facts.period_end)


def _above_ten_thousand(facts: InvoiceFacts) -> bool:
    from decimal import Decimal

    limit = to_minor(Decimal(10_000), "EUR")
    return facts.totals is not None and facts.currency == "EUR" and facts.totals.gross > limit


MENTIONS: tuple[Mention, ...] = (
    Mention(
        "DE",
        date(2004, 1, 1),
        _no_supply_date,
        Finding(
            "supply_date_missing",
            "A German invoice bears the day or the month of the supply; type the delivery date or the period",
            "delivery_date",
            source="§ 14 Abs. 4 Nr. 6 UStG",
        ),
    ),
    Mention(
        "AT",
        date(2006, 7, 1),
        lambda facts: _above_ten_thousand(facts) and _company(facts) and not (facts.buyer and facts.buyer.vat_id),
        Finding(
            "customer_vat_id_above_limit",
            "Above 10 000 EUR an Austrian invoice bears the customer's VAT number; add it to the card",
            "customer",
            source="§ 11 Abs. 1 Z 2 UStG (AT)",
        ),
    ),
    Mention(
        "ES",
        date(2013, 1, 1),
        lambda facts: (
            _company(facts)
            and facts.buyer is not None
            and facts.buyer.address.country.upper() == "ES"
            and not (facts.buyer.vat_id or facts.buyer.identifiers)
        ),
        Finding(
            "customer_nif_missing",
            "A Spanish invoice to a business bears the customer's NIF; add it to the card",
            "customer",
            source="RD 1619/2012 art. 6.1 d",
        ),
    ),
    Mention(
        "IT",
        date(2019, 1, 1),
        lambda facts: (
            _company(facts)
            and facts.buyer is not None
            and facts.buyer.address.country.upper() == "IT"
            and not facts.buyer.electronic_address
        ),
        Finding(
            "customer_electronic_address_missing",
            "An Italian invoice goes to the customer's Codice Destinatario or PEC; add the electronic address to the card",
            "customer",
            source="D.Lgs. 127/2015 art. 1 c. 3",
        ),
    ),
)


def check_country(facts: InvoiceFacts) -> Iterator[Finding]:
    """The findings of the seller's own country."""
    country = facts.seller.address.country.upper()
    for mention in MENTIONS:
        if mention.country == country and facts.issue_date >= mention.since and mention.lacks(facts):
            yield mention.finding
