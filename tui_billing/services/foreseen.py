"""What the checks of the electronic invoice will say of a document that is not issued yet: told while it can be mended.

A draft is mapped as the issued document would be, with a number that nobody has. Nothing of it stops the issue:
whoever has no need of an electronic invoice may go on.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_billing.locale import N_
from tui_billing.models.door import Books
from tui_billing.rules.content import Content
from tui_billing.rules.findings import Finding
from tui_billing.services.resolve import Resolved, resolve

if TYPE_CHECKING:
    from tui_billing.documents.printable import PrintableInvoice


def look_ahead(books: Books, content: Content, today: dt.date, draft_id: int | None = None) -> Resolved:
    """The typed invoice with its meaning and findings, those of its electronic form among them."""
    known = resolve(books, content, today, draft_id=draft_id)
    if not known.blocking() and known.totals is not None and known.customer is not None:
        known.findings += foreseen(known)
    return known


def foreseen(known: Resolved) -> list[Finding]:
    """Warnings about what would forbid to send the document; those that the checklist has said already are left out."""
    from tui_billing.documents.semantic import can_be_said, semantic
    from tui_billing.rules.en16931.engine import check

    document = _printable(known)
    unprintable = _unprintable(document)
    if not can_be_said(document):
        return unprintable
    customer = known.customer
    form = (customer.einvoice_format if customer else "") or "facturx"
    said = {finding.field for finding in known.findings}
    found: dict[str, Finding] = {}
    for one in check(semantic(document, form), ours=True):
        if one.blocking and one.field not in said:
            found.setdefault(f"{one.field} {one}", replace(one, blocking=False))
    return [*found.values(), *unprintable]


def _unprintable(document: PrintableInvoice) -> list[Finding]:
    """What no font of this machine has, told before a box stands in its place."""
    from tui_billing.documents.glyphs import lacking

    if not (signs := lacking(document)):
        return []
    place = next(
        (f"lines.{line.position}.description" for line in document.lines if lacking(line.description)), "customer"
    )
    return [
        Finding(
            "no_font",
            N_("no font of this machine has {signs}; the page shows a box there: type it otherwise, or install a font"),
            field=place,
            blocking=False,
            values={"signs": " ".join(signs[:5])},
        )
    ]


def _printable(known: Resolved) -> PrintableInvoice:
    """The document as it would be printed."""
    from tui_billing.documents.mentions import legal_line
    from tui_billing.documents.printable import (
        BooksTax,
        PaymentMeans,
        PrintableInvoice,
        PrintedAdjustment,
        PrintedInstalment,
        PrintedLine,
        PrintedTotals,
        PrintedVat,
        References,
    )
    from tui_billing.locale import say
    from tui_billing.rules.money import convert
    from tui_billing.rules.terms import describe_terms
    from tui_billing.rules.units import unit_word
    from tui_billing.services.issue import mentions_of
    from tui_billing.services.printing import MEANS
    from tui_billing.services.resolve import terms_of

    totals, customer, buyer, content = known.totals, known.customer, known.buyer, known.content
    assert totals is not None and customer is not None and buyer is not None
    base = known.company.currency
    return PrintableInvoice(
        kind="invoice",
        number="1",
        issue_date=known.issue_date,
        currency=known.currency,
        seller=known.seller,
        buyer=buyer,
        lines=tuple(
            PrintedLine(
                position=place,
                description=line.description,
                quantity=line.quantity,
                unit_price=line.unit_price,
                net=result.net,
                vat_category=line.vat.category,
                vat_rate=line.vat.rate,
                item=line.item_code,
                unit=unit_word(line.unit, customer.language),
                unit_code=line.unit,
                period_start=_day(line.period_start),
                period_end=_day(line.period_end),
                discount_percent=line.discount_percent,
                discount=result.discount,
                order_line=line.order_line,
            )
            for place, (line, result) in enumerate(zip(known.lines, totals.lines, strict=True), 1)
        ),
        vat=tuple(
            PrintedVat(g.vat.category, g.vat.rate, g.taxable, g.tax, g.vat.exemption_code, g.vat.exemption_text)
            for g in totals.vat
        ),
        totals=PrintedTotals(
            lines=totals.lines_total,
            net=totals.net,
            tax=totals.tax,
            gross=totals.gross,
            payable=totals.payable,
            allowances=totals.allowances_total,
            charges=totals.charges_total,
            prepaid=totals.prepaid,
            rounding=totals.rounding,
        ),
        language=customer.language,
        due_date=known.due_date,
        delivery_date=known.delivery_date,
        period_start=known.period_start,
        period_end=known.period_end,
        delivery_name=known.delivery_name,
        delivery_address=known.delivery,
        references=References(
            purchase_order=content.purchase_order,
            contract=content.contract,
            delivery_note=content.delivery_note,
            project=content.project,
            buyer_reference=content.buyer_reference or customer.buyer_reference,
        ),
        adjustments=tuple(
            PrintedAdjustment(
                amount=one.amount or 0,
                is_charge=one.is_charge,
                percent=one.percent,
                base=one.base,
                reason=one.reason,
                reason_code=one.reason_code or ("" if one.is_charge else "95"),
                vat_category=one.vat.category if one.vat else "",
                vat_rate=one.vat.rate if one.vat else None,
            )
            for one in totals.adjustments
        ),
        books_tax=None
        if known.currency == base
        else BooksTax(
            base, convert(totals.tax, known.currency, base, known.rate), known.rate, known.rate_source, known.issue_date
        ),
        instalments=tuple(
            PrintedInstalment(part.position, part.due_date, part.amount, part.retained) for part in known.instalments
        ),
        payment=PaymentMeans(
            code=known.payment_means,
            text=say(means, customer.language) if (means := MEANS.get(known.payment_means, "")) else "",
            account_name=known.seller.full_name,
            iban=known.company.iban,
            bic=known.company.bic,
        ),
        terms=describe_terms(terms_of(known.terms), customer.language),
        mentions=mentions_of(known, totals, customer.language),
        note=content.note,
        footer=legal_line(
            known.seller.full_name,
            known.seller.legal_info,
            known.seller.siren,
            known.seller.vat_id,
            customer.language,
        ),
        type_code="380",
        operation=known.operation_category,
        vat_on_debits=known.company.vat_on_debits,
        prices_include_vat=known.company.prices_include_vat,
    )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def draft_document(books: Books, known: Resolved) -> PrintableInvoice:
    """A draft as it would be printed today, by the template that it would get; it has no number yet."""
    from tui_billing.services.templates import choose_template, template_with

    assert known.customer is not None
    chosen = choose_template(
        books,
        known.customer.id,
        ((line.nature, line.unit, bool(line.period_start or line.period_end)) for line in known.lines),
        retained=any(part.retained for part in known.instalments),
    )
    return replace(_printable(known), number="", template=template_with(books, chosen))
