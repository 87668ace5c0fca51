"""What an invoice says beside its lines, as labels and values: facts, sums, payment; whoever prints it says the same."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.printable import CREDIT_NOTE, PrintableInvoice
from tui_billing.documents.words import Words
from tui_billing.rules.party import address_lines


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum; `weight` is 0 for an ordinary one, 1 for the total, 2 for what is due."""

    label: str
    amount: str
    weight: int = 0


def facts_of(invoice: PrintableInvoice, words: Words) -> list[tuple[str, str, int]]:
    """(label, value, columns of four that it needs) of what stands above the lines."""
    _ = words.say
    references = invoice.references
    facts: list[tuple[str, str, int]] = [(_("Date of issue"), words.day(invoice.issue_date), 1)]
    if invoice.due_date:
        facts.append((_("Due date"), words.day(invoice.due_date), 1))
    if invoice.delivery_date:
        facts.append((_("Date of supply"), words.day(invoice.delivery_date), 1))
    if invoice.period_start or invoice.period_end:
        facts.append((_("Billing period"), words.period(invoice.period_start, invoice.period_end), 1))
    facts.append((_("Currency"), invoice.currency, 1))
    if references.preceding_number:
        about = references.preceding_number
        if references.preceding_date:
            about = _("{number} of {date}", number=about, date=words.day(references.preceding_date))
        facts.append((_("Concerns invoice"), about, 1))
    for label, text in (
        (_("Your order"), references.purchase_order),
        (_("Your reference"), references.buyer_reference),
        (_("Contract"), references.contract),
        (_("Delivery note"), references.delivery_note),
        (_("Project"), references.project),
    ):
        if text:
            facts.append((label, text, 1 if len(text) <= 40 else 2))
    address = invoice.delivery_address
    if address or invoice.delivery_name:
        lines = address_lines(address, words.language, invoice.seller.address.country) if address else []
        where = ", ".join(part for part in (invoice.delivery_name, *lines) if part)
        facts.append((_("Delivery address"), where, 2))
    return facts


def sums_of(invoice: PrintableInvoice, words: Words) -> list[Sum]:
    """The sums from the lines down to what is due."""
    _, totals = words.say, invoice.totals
    credit = invoice.kind == CREDIT_NOTE
    sums = []
    if totals.allowances or totals.charges:
        sums.append(Sum(_("Sum of lines"), words.amount(totals.lines)))
    if totals.allowances:
        sums.append(Sum(_("Allowances"), words.amount(-totals.allowances)))
    if totals.charges:
        sums.append(Sum(_("Charges"), words.amount(totals.charges)))
    sums.append(Sum(_("Total excluding VAT"), words.amount(totals.net)))
    sums.append(Sum(_("Total VAT"), words.amount(totals.tax)))
    sums.append(Sum(_("Total including VAT"), words.amount(totals.gross), 1))
    if totals.prepaid:
        sums.append(Sum(_("Already paid"), words.amount(-totals.prepaid)))
    if totals.rounding:
        sums.append(Sum(_("Rounding"), words.amount(totals.rounding)))
    currency = invoice.currency
    label = (
        _("Amount credited, {currency}", currency=currency)
        if credit
        else _("Amount due, {currency}", currency=currency)
    )
    sums.append(Sum(label, words.amount(totals.payable), 2))
    return sums


def payment_facts(invoice: PrintableInvoice, words: Words) -> list[tuple[str, str]]:
    """(label, value) of how it is paid."""
    _, means = words.say, invoice.payment
    known = (
        (_("Means of payment"), words.tidy(means.text)),
        (_("Account holder"), words.tidy(means.account_name)),
        ("IBAN", _fours(means.iban)),
        ("BIC", means.bic),
        (_("Reference to quote"), means.reference),
        (_("Pay online"), means.link),
    )
    return [(label, text) for label, text in known if text]


def payment_dates(invoice: PrintableInvoice, words: Words) -> list[tuple[str, str]]:
    """(day, amount) of what is to be paid; what is retained says so."""
    dates = []
    for part in invoice.instalments:
        day = words.day(part.due_date)
        if part.retained:
            day = words.say("{day}, retained", day=day)
        dates.append((day, words.amount(part.amount, invoice.currency)))
    if not dates and invoice.due_date and invoice.kind != CREDIT_NOTE:
        dates = [(words.day(invoice.due_date), words.amount(invoice.totals.payable, invoice.currency))]
    return dates


def _fours(iban: str) -> str:
    """An IBAN in groups of four, as it is read aloud (ISO 13616)."""
    bare = iban.replace(" ", "")
    return " ".join(bare[place : place + 4] for place in range(0, len(bare), 4))
