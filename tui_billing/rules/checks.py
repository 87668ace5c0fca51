"""The checklist at issue: what stops a document, and what is worth a second look.

Sources: code de commerce L441-9 and L441-10, CGI ann. II art. 242 nonies A, decree 2022-1299, EN 16931
business rules and the French e-invoicing rules (BR-FR). Each finding names its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tui_billing.rules import law
from tui_billing.rules.country_mentions import check_country
from tui_billing.rules.figures import check_amounts, check_lines, check_vat
from tui_billing.rules.findings import Finding, InvoiceFacts, LineFacts
from tui_billing.rules.numbering import MAX_LENGTH, is_well_formed
from tui_billing.rules.problem import Problem
from tui_billing.rules.totals import TAXED

__all__ = ["Finding", "InvoiceFacts", "LineFacts", "check_invoice"]

OLDEST_DAYS = 60
"""An issue date further back than this is more likely a slip of the finger."""

_CREDIT_TRANSFER = frozenset({"", "30", "31", "42", "57", "58"})
_FRENCH = frozenset({"FR", "MC"})


def check_invoice(facts: InvoiceFacts) -> list[Finding]:
    """Findings on a document about to be issued: blocking ones first, else in the order of the form."""
    found = [
        *_check_seller(facts),
        *_check_buyer(facts),
        *_check_dates(facts),
        *_check_references(facts),
        *check_lines(facts),
        *check_vat(facts),
        *check_amounts(facts),
        *_check_payment(facts),
        *_check_mentions(facts),
        *check_country(facts),
    ]
    return sorted(found, key=lambda finding: not finding.blocking)


def _check_seller(facts: InvoiceFacts) -> Iterator[Finding]:
    seller = facts.seller
    if not seller.name.strip():
        yield Finding(
            "seller_name_missing",
            "Your company has no name; fill it in under company",
            "seller.name",
            True,
            source="BR-06, CGI ann. II 242 nonies A I 1°",
        )
    address = seller.address
    if not (address.city and address.country and (address.line1 or address.postcode)):
        yield Finding(
            "seller_address_missing",
            "Your company has no complete address; fill in street, town and country under company",
            "seller.address",
            True,
            source="BR-08, BR-09, CGI ann. II 242 nonies A I 1°",
        )
    if not (seller.siren or seller.siret or seller.vat_id or seller.identifiers):
        yield Finding(
            "seller_identifier_missing",
            "Your company has neither SIREN nor VAT number; fill one in under company",
            "seller.siren",
            True,
            source="BR-CO-26, R123-237, CGI ann. II 242 nonies A I 2°",
        )
    elif not seller.vat_id and any(vat.category in TAXED for vat in facts.vats):
        yield Finding(
            "seller_vat_id_missing",
            "Your company charges VAT but has no VAT number; fill it in under company",
            "seller.vat_id",
            source="BR-S-02, CGI ann. II 242 nonies A I 2°",
        )


def _check_buyer(facts: InvoiceFacts) -> Iterator[Finding]:
    buyer = facts.buyer
    if buyer is None:
        yield Finding(
            "customer_missing",
            "There is no customer; type a code or a name",
            "customer",
            True,
            source="BR-07",
        )
        return
    if not buyer.name.strip():
        yield Finding(
            "customer_name_missing",
            "The customer has no name; fill it in on the customer's card",
            "customer",
            True,
            source="BR-07, CGI ann. II 242 nonies A I 1°",
        )
    if not buyer.address.country:
        yield Finding(
            "customer_country_missing",
            "The customer has no country; fill it in on the customer's card",
            "customer",
            True,
            source="BR-11",
        )
    french = buyer.address.country.upper() in _FRENCH
    # A private customer has neither SIREN nor VAT id nor legal form: nothing is missing there.
    company = bool(buyer.vat_id or buyer.siret or buyer.legal_form)
    if french and company and not buyer.siren:
        yield Finding(
            "customer_siren_missing",
            "The customer has no SIREN, which an invoice to a French company must bear; add it to the card",
            "customer",
            source="decree 2022-1299, CGI ann. II 242 nonies A I 2° bis",
        )
    if buyer.siren and not _proves("siren", buyer.siren):
        yield Finding(
            "customer_siren_wrong",
            "The check digit of the customer's SIREN {text} is wrong; compare it with their papers",
            "customer",
            values={"text": buyer.siren},
            source="INSEE (Luhn)",
        )
    if buyer.siret and not _proves("siret", buyer.siret):
        yield Finding(
            "customer_siret_wrong",
            "The check digit of the customer's SIRET {text} is wrong; compare it with their papers",
            "customer",
            values={"text": buyer.siret},
            source="INSEE (Luhn)",
        )
    if not (buyer.address.city or buyer.address.postcode):
        yield Finding(
            "customer_address_missing",
            "The customer has no town, which an invoice must bear; add the address to the card",
            "customer",
            source="BR-10, BR-11, CGI ann. II 242 nonies A I 1°",
        )
    if buyer.vat_id and not _proves("vat_id", buyer.vat_id, buyer.address.country):
        yield Finding(
            "customer_vat_id_wrong",
            "The customer's VAT number {text} is wrong for its country; compare it with their papers",
            "customer",
            values={"text": buyer.vat_id},
            source="BR-CO-09, check digits of the member state",
        )


def _proves(kind: str, text: str, country: str = "") -> bool:
    """Whether an identifier passes its own check digits."""
    from tui_billing.rules import identifiers

    try:
        if kind == "siren":
            identifiers.check_siren(text)
        elif kind == "siret":
            identifiers.check_siret(text)
        elif kind == "iban":
            identifiers.check_iban(text)
        else:
            identifiers.check_vat_id(text, country)
    except Problem:
        return False
    return True


def _check_dates(facts: InvoiceFacts) -> Iterator[Finding]:
    issue = facts.issue_date
    if facts.last_issue_date is not None and issue < facts.last_issue_date:
        yield Finding(
            "series_date_order",
            "The last number of this series bears the date {last}; type that date or a later one",
            "issue_date",
            True,
            {"last": facts.last_issue_date},
            "L441-9, CGI ann. II 242 nonies A I 7°",
        )
    if issue > facts.today:
        yield Finding(
            "issue_date_future",
            "The issue date {date} is still to come; check it",
            "issue_date",
            values={"date": issue},
        )
    elif (facts.today - issue).days > OLDEST_DAYS:
        yield Finding(
            "issue_date_old",
            "The issue date {date} is more than {days} days back; check it",
            "issue_date",
            values={"date": issue, "days": OLDEST_DAYS},
        )
    if facts.due_date is not None and not facts.is_credit_note:
        if facts.due_date < issue:
            yield Finding(
                "due_before_issue",
                "The due date {due} is before the issue date; type {date} or a later one",
                "due_date",
                True,
                {"due": facts.due_date, "date": issue},
                "BR-FR-CO-07",
            )
        elif facts.seller.address.country.upper() in _FRENCH and not _lawful_term(issue, facts.due_date):
            yield Finding(
                "term_too_long",
                "The term of {days} days is longer than the law allows; "
                "at most {limit} days, or {eom} days end of month",
                "due_date",
                values={
                    "days": (facts.due_date - issue).days,
                    "limit": law.MAX_NET_DAYS,
                    "eom": law.MAX_END_OF_MONTH_DAYS,
                },
                source="L441-10 I",
            )
    if facts.delivery_date is not None and facts.delivery_date > issue:
        yield Finding(
            "delivery_after_issue",
            "The delivery date {date} is after the issue date; check both",
            "delivery_date",
            values={"date": facts.delivery_date},
            source="CGI 289 I 3",
        )
    if facts.period_start and facts.period_end and facts.period_end < facts.period_start:
        yield Finding(
            "period_reversed",
            "The invoiced period ends before it begins; type a later end",
            "period_end",
            True,
            source="BR-29",
        )


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _lawful_term(issue: date, due: date) -> bool:
    """60 days net, or 45 days end of month counted either way (L441-10 I)."""
    days = timedelta(days=law.MAX_END_OF_MONTH_DAYS)
    return (due - issue).days <= law.MAX_NET_DAYS or due in {
        _month_end(issue + days),
        _month_end(issue) + days,
    }


def _check_references(facts: InvoiceFacts) -> Iterator[Finding]:
    if facts.purchase_order_required and not facts.purchase_order.strip():
        yield Finding(
            "purchase_order_missing",
            "This customer requires a purchase order number; type it",
            "purchase_order",
            True,
            source="L441-9",
        )
    if facts.number and not is_well_formed(facts.number):
        yield Finding(
            "number_shape",
            "{number} cannot be a document number; use at most {limit} letters, digits and + - _ /, and end in a digit",
            "number",
            True,
            {"number": facts.number, "limit": MAX_LENGTH},
            "BR-FR-02",
        )
    if facts.is_credit_note and not facts.preceding_number:
        yield Finding(
            "credited_invoice_missing",
            "A credit note must name the invoice it corrects; type its number",
            "preceding_number",
            True,
            source="CGI ann. II 242 nonies A, 272; BR-FR-CO-05",
        )


def _check_payment(facts: InvoiceFacts) -> Iterator[Finding]:
    if facts.is_credit_note:
        return
    if facts.iban and not _proves("iban", facts.iban):
        yield Finding(
            "iban_wrong",
            "Your IBAN {text} is wrong; type it again under company",
            "iban",
            values={"text": facts.iban},
            source="ISO 13616",
        )
    elif not facts.iban and facts.payment_means in _CREDIT_TRANSFER:
        yield Finding(
            "iban_missing",
            "There is no IBAN to pay to; fill it in under company",
            "iban",
            source="BR-61",
        )


def _check_mentions(facts: InvoiceFacts) -> Iterator[Finding]:
    if facts.seller.address.country.upper() not in _FRENCH:
        return
    if facts.operation_category not in {"goods", "services", "mixed"}:
        yield Finding(
            "operation_category_missing",
            "The category of the operation is missing; choose goods, services or mixed",
            "operation_category",
            source="decree 2022-1299, CGI ann. II 242 nonies A I 8° bis",
        )
    if facts.is_credit_note:
        return
    if not facts.late_penalty_text:
        yield Finding(
            "late_penalty_missing",
            "The rate of late-payment penalties is not said; fill it in under company",
            "late_penalty_text",
            source="L441-9, L441-10 II, BR-FR-05",
        )
    if not facts.recovery_fee_text:
        yield Finding(
            "recovery_fee_missing",
            "The fixed indemnity for recovery costs is not said; fill it in under company",
            "recovery_fee_text",
            source="L441-9, D441-5, BR-FR-05",
        )
    if not facts.early_payment_text:
        yield Finding(
            "early_payment_missing",
            "The terms of a discount for early payment, or that there is none, are not said; fill them in",
            "early_payment_text",
            source="L441-9, BR-FR-05",
        )
