"""Issue: a draft becomes an invoice with its number, its postings and its audit event, at one stroke."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tui_billing.documents.mentions import MentionFacts, choose_mentions
from tui_billing.documents.printable import Mention
from tui_billing.models.door import Books
from tui_billing.models.tables import Instalment, Invoice, InvoiceAdjustment, InvoiceLine, Series, VatBreakdown
from tui_billing.models.write import add, add_all, change, change_and_tell
from tui_billing.rules import numbering
from tui_billing.rules.content import Content
from tui_billing.rules.dates import format_date
from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.journal import Entry, issue_entries, proportion
from tui_billing.rules.money import convert
from tui_billing.rules.numbers import format_money, format_number
from tui_billing.rules.payment_link import payment_link
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.rules.terms import early_payment
from tui_billing.rules.text import fold
from tui_billing.rules.totals import Totals
from tui_billing.services.balances import locked, spread
from tui_billing.services.check_rules import strike_in
from tui_billing.services.context import Context, Work, require_right, transact
from tui_billing.services.delivery import enqueue_issued
from tui_billing.services.drafts import typed_content
from tui_billing.services.match import record_match, release_replaced
from tui_billing.services.memory import remember
from tui_billing.services.record import content_written
from tui_billing.services.resolve import Resolved, resolve, terms_of
from tui_billing.services.templates import choose_template

#: kind -> (UNTDID 1001 code, default prefix of the series)
KINDS = {"invoice": ("380", "F"), "credit_note": ("381", "A"), "corrective": ("384", "F")}


@dataclass(frozen=True, slots=True)
class BaseAmounts:
    """A document's amounts in the books' currency: groups first, so that their sums are exact."""

    groups: tuple[tuple[int, int], ...]
    net: int
    tax: int
    payable: int


def issue_draft(
    books: Books,
    context: Context,
    draft_id: int,
    *,
    seen_gross: int | None = None,
    seen_version: int | None = None,
) -> dict[str, Any]:
    """Issue a draft; return {"id", "number"}.

    `seen_gross` and `seen_version` are what the clerk saw: where the books say otherwise now, `Conflict`
    and nothing is issued. Raises the first blocking `Problem` with its field.
    """

    def do(work: Work) -> dict[str, Any]:
        row = locked(books, "invoice", "state, number, version, form, original_id", draft_id)
        if row is None:
            raise NotFound(
                "there is no draft {id}; list them with: tui-billing invoice list --status draft", id=draft_id
            )
        if row[0] != "draft":
            raise Refused("draft {id} was issued already as {number}", id=draft_id, number=row[1])
        content = typed_content(row[3])
        if seen_version is not None and row[2] != seen_version:
            raise Conflict(
                "somebody else has changed this draft; look at it again before issuing it",
                mine={"version": seen_version},
                theirs=content.to_json(),
            )
        return _issue(work, draft_id, content, seen_gross, row[4])

    return transact(books, context, "issue", do)


def issue_content(books: Books, context: Context, content: Content) -> dict[str, Any]:
    """Issue what was typed without a draft before it; return {"id", "number"}."""
    return transact(books, context, "issue", lambda work: issue_in(work, content))


def issue_in(work: Work, content: Content, corrects: int | None = None) -> dict[str, Any]:
    """The same inside a transaction that is already open (batches); `corrects` is the invoice that it replaces."""
    kind = "corrective" if corrects else "invoice"
    draft = add(
        Invoice,
        kind=kind,
        type_code=KINDS[kind][0],
        original_id=corrects,
        issue_date=content.issue_date or work.today.isoformat(),
        currency=content.currency or "EUR",
        operator_id=work.operator_id,
        created_at=work.at,
        updated_at=work.at,
    )
    return _issue(work, draft, content, None, corrects)


def _issue(
    work: Work, draft_id: int, content: Content, seen_gross: int | None, corrects: int | None = None
) -> dict[str, Any]:
    if corrects:
        from tui_billing.services.replace import replace_original, require_replaceable

        require_replaceable(work, corrects)
        release_replaced(work, corrects, draft_id)
    known = resolve(work.books, content, work.today, issuing=True, draft_id=draft_id)
    for problem in known.blocking():
        raise problem
    assert known.totals is not None and known.customer is not None
    if known.matched.match.over:
        require_right(work.context, "bill_over")
    if seen_gross is not None and seen_gross != known.totals.gross:
        raise Conflict(
            "the total has changed since you saw it; look at it again before issuing it",
            mine={"gross": seen_gross},
            theirs={"gross": known.totals.gross},
        )
    base = base_amounts(known.totals, known.currency, known.company.currency, known.rate)
    lines, adjustments = _write_lines(draft_id, known, known.totals)
    children = {
        "lines": lines,
        "adjustments": adjustments,
        "vat": _write_breakdown(draft_id, known.totals, base),
        "instalments": _write_instalments(draft_id, known, base),
    }
    number, series = take_number(work, "invoice", known.issue_date)
    header = _freeze(work, draft_id, known, known.totals, base, number, series, corrects)
    if not corrects:  # what replaces an invoice sells nothing a second time
        remember(work.books, header, lines, adjustments)
    content_posted = content_written(header, children)
    totals = known.totals
    sales = sales_by_nature(
        ((line.vat.key, line.nature, result.net) for line, result in zip(known.lines, totals.lines, strict=True)),
        {group.vat.key: part for group, part in zip(totals.vat, taxables(totals, base), strict=True)},
    )
    entries = issue_entries(
        payable=(totals.payable, base.payable), sales=sales, tax=(totals.tax, base.tax), rounding=totals.rounding
    )
    announce(
        work,
        "issue",
        draft_id,
        content_posted,
        entries,
        label=f"{number} {known.customer.code} {header['buyer_name']} {header['purchase_order']}",
    )
    if corrects:
        replace_original(work, corrects, draft_id, known.issue_date)
    if corrects or known.matched.match.shares:
        record_match(work, draft_id, known.matched.match, known.content.override)
    strike_in(work, draft_id, known.struck)
    return {"id": draft_id, "number": number}


def base_amounts(totals: Totals, currency: str, base_currency: str, rate: Any) -> BaseAmounts:
    """Convert each VAT group, then sum: the breakdown in the books' currency adds up to the cent."""

    def to_base(minor: int) -> int:
        return minor if currency == base_currency else convert(minor, currency, base_currency, rate)

    groups = tuple((to_base(group.taxable), to_base(group.tax)) for group in totals.vat)
    net, tax = sum(g[0] for g in groups), sum(g[1] for g in groups)
    rest = to_base(totals.payable - totals.gross) if totals.payable != totals.gross else 0
    return BaseAmounts(groups, net, tax, net + tax + rest)


def taxables(totals: Totals, base: BaseAmounts) -> list[tuple[int, int]]:
    """(taxable amount, the same in the books' currency) of each VAT group."""
    return [(group.taxable, part[0]) for group, part in zip(totals.vat, base.groups, strict=True)]


def _write_lines(invoice_id: int, known: Resolved, totals: Totals) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Write lines and adjustments; return both as they are stored."""
    lines = add_all(
        InvoiceLine,
        [
            {
                "invoice_id": invoice_id,
                "position": position,
                "item_id": line.item_id,
                "item_code": line.item_code,
                "description": line.description,
                "quantity": line.quantity,
                "unit": line.unit,
                "unit_price": line.unit_price,
                "discount_percent": line.discount_percent,
                "discount": result.discount,
                "net": result.net,
                "vat_category": line.vat.category,
                "vat_rate": line.vat.rate,
                "exemption_code": line.vat.exemption_code,
                "nature": line.nature,
                "period_start": line.period_start or None,
                "period_end": line.period_end or None,
                "order_line": line.order_line,
                "note": line.note,
            }
            for position, (line, result) in enumerate(zip(known.lines, totals.lines, strict=True), 1)
        ],
    )
    adjustments = add_all(
        InvoiceAdjustment,
        [
            {
                "invoice_id": invoice_id,
                "is_charge": item.is_charge,
                "amount": item.amount,
                "base": item.base,
                "percent": item.percent,
                "reason": item.reason,
                "reason_code": item.reason_code or ("95" if not item.is_charge else ""),
                "vat_category": item.vat.category if item.vat else "",
                "vat_rate": item.vat.rate if item.vat else 0,
                "exemption_code": item.vat.exemption_code if item.vat else "",
            }
            for item in totals.adjustments
        ],
    )
    return lines, adjustments


def _write_instalments(invoice_id: int, known: Resolved, base: BaseAmounts) -> list[dict[str, Any]]:
    parts = sorted(known.instalments, key=lambda part: (part.due_date, part.position))
    spreads = spread([(part.position, part.amount) for part in parts], sum(part.amount for part in parts), base.payable)
    shares = {position: open_base for position, _, open_base in spreads}
    return add_all(
        Instalment,
        [
            {
                "invoice_id": invoice_id,
                "position": part.position,
                "due_date": part.due_date,
                "amount": part.amount,
                "open": part.amount,
                "open_base": shares[part.position],
            }
            for part in known.instalments
        ],
    )


def _write_breakdown(invoice_id: int, totals: Totals, base: BaseAmounts) -> list[dict[str, Any]]:
    return add_all(
        VatBreakdown,
        [
            {
                "invoice_id": invoice_id,
                "category": group.vat.category,
                "rate": group.vat.rate,
                "exemption_code": group.vat.exemption_code,
                "exemption_text": group.vat.exemption_text,
                "taxable": group.taxable,
                "tax": group.tax,
                "taxable_base": in_base[0],
                "tax_base": in_base[1],
            }
            for group, in_base in zip(totals.vat, base.groups, strict=True)
        ],
    )


def sales_by_nature(
    lines: Iterable[tuple[Hashable, str, int]], groups: Mapping[Hashable, tuple[int, int]]
) -> list[tuple[str, int, int]]:
    """Net sales as (nature, amount, base amount): each VAT group's taxable amount, shared out by its lines' nets.

    `lines` are (VAT group, nature, net), `groups` VAT group -> (taxable amount, the same in the books' currency).
    """
    nets: dict[Hashable, dict[str, int]] = {key: {"goods": 0, "services": 0} for key in groups}
    for key, nature, net in lines:
        nets[key][nature] += net
    goods = goods_base = 0
    for key, (taxable, taxable_base) in groups.items():
        part, whole = nets[key]["goods"], sum(nets[key].values())
        if part == whole:
            goods, goods_base = goods + taxable, goods_base + taxable_base
        else:
            goods += proportion(part, whole, taxable)
            goods_base += proportion(part, whole, taxable_base)
    services = sum(group[0] for group in groups.values()) - goods
    services_base = sum(group[1] for group in groups.values()) - goods_base
    parts = [("goods", goods, goods_base), ("services", services, services_base)]
    return [part for part in parts if part[1] or part[2]]


def take_number(work: Work, kind: str, issue_date: dt.date) -> tuple[str, tuple[int, int]]:
    """The next number of the series of a kind and year: (number, (series id, counter)).

    Taken in the transaction that issues and as late as can be: nothing is lost by a rollback, and on
    PostgreSQL the series' row is locked only from here to the commit. An issue date before the last
    issued one is refused: numbers follow the dates (CGI ann. II art. 242 nonies A).
    """
    books = work.books
    lock = " FOR UPDATE" if books.engine == "postgres" else ""
    sql = "SELECT id, prefix, next_counter, last_issue_date FROM series WHERE code = ? AND year = ?" + lock
    row = books.row(sql, (kind, issue_date.year))
    if row is None:
        prefix = books.value("SELECT value FROM setting WHERE key = ?", (f"prefix.{kind}",)) or KINDS[kind][1]
        books.db.execute_sql(
            books.sql("INSERT INTO series (code, prefix, year) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"),
            (kind, prefix, issue_date.year),
        )
        row = books.row(sql, (kind, issue_date.year))
        assert row is not None
    key, prefix, counter, last = row
    if issue_date.isoformat() < last:
        raise Problem(
            "the last number of this series was issued on {last}; give that date or a later one",
            field="issue_date",
            last=last,
        )
    change(Series, key, next_counter=counter + 1, last_issue_date=issue_date.isoformat())
    return numbering.format_number(str(prefix), issue_date.year, counter), (key, counter)


def _freeze(
    work: Work,
    invoice_id: int,
    known: Resolved,
    totals: Totals,
    base: BaseAmounts,
    number: str,
    series: tuple[int, int],
    corrects: int | None = None,
) -> dict[str, Any]:
    """Write everything that the law and the customer will see, and close it for good; return it as stored."""
    content, customer, buyer = known.content, known.customer, known.buyer
    assert customer is not None and buyer is not None
    reference = payment_reference(number)
    first_due = min(part.due_date for part in known.instalments)
    papers = {
        "seller": known.seller.to_json(),
        "buyer": buyer.to_json(),
        "delivery": {"name": known.delivery_name, "address": known.delivery.to_json()} if known.delivery else {},
        "mentions": [
            {"code": mention.code, "text": mention.text} for mention in mentions_of(known, totals, customer.language)
        ],
    }
    values = {
        "kind": "corrective" if corrects else "invoice",
        "type_code": KINDS["corrective" if corrects else "invoice"][0],
        "original_id": corrects,
        "operator_id": work.operator_id,
        "state": "issued",
        "number": number,
        "series_id": series[0],
        "counter": series[1],
        "customer_id": customer.id,
        "buyer_name": buyer.name,
        "issue_date": known.issue_date,
        "tax_point_date": known.delivery_date,
        "delivery_date": known.delivery_date,
        "period_start": content.period_start or None,
        "period_end": content.period_end or None,
        "due_date": known.due_date,
        "currency": known.currency,
        "rate": known.rate,
        "rate_source": known.rate_source,
        "rate_date": known.rate_date,
        "purchase_order": content.purchase_order,
        "contract": content.contract,
        "delivery_note": content.delivery_note,
        "sales_order": content.sales_order,
        "buyer_reference": content.buyer_reference or customer.buyer_reference,
        "project": content.project,
        "operation_category": known.operation_category,
        "vat_on_debits": known.company.vat_on_debits,
        "payment_means": known.payment_means,
        "iban": known.company.iban,
        "bic": known.company.bic,
        "payment_reference": reference,
        "payment_link": payment_link(
            known.company.payment_link,
            number=number,
            # what is retained is not to be paid yet
            amount=totals.payable - sum(part.amount for part in known.instalments if part.retained),
            currency=known.currency,
            reference=reference,
        )
        if totals.payable > 0
        else "",
        "terms": known.terms,
        "language": customer.language,
        "prices_include_vat": known.company.prices_include_vat,
        "template_id": choose_template(
            work.books,
            customer.id,
            ((line.nature, line.unit, bool(line.period_start or line.period_end)) for line in known.lines),
            retained=any(part.retained for part in known.instalments),
            known=work.known,
        ),
        "method": totals.method,
        "note": content.note,
        "lines_total": totals.lines_total,
        "allowances_total": totals.allowances_total,
        "charges_total": totals.charges_total,
        "net": totals.net,
        "tax": totals.tax,
        "gross": totals.gross,
        "prepaid": totals.prepaid,
        "rounding": totals.rounding,
        "payable": totals.payable,
        "net_base": base.net,
        "tax_base": base.tax,
        "gross_base": base.net + base.tax,
        "payable_base": base.payable,
        "open": totals.payable,
        "open_base": base.payable,
        "next_due": first_due if totals.payable else None,
        "settled_on": None if totals.payable else known.issue_date,  # nothing is ever to be paid
        "form": None,
        "holder": None,
        "issued_at": work.at,
        "issued_by": work.operator_id,
        "batch_id": work.context.batch_id,
    }
    return {"id": invoice_id, **change_and_tell(Invoice, invoice_id, **values, **papers), **papers}


def mentions_of(known: Resolved, totals: Totals, language: str) -> tuple[Mention, ...]:
    """The sentences that law and contract ask for, in the customer's language, as they hold on the day of issue."""
    discount = early_payment(known.issue_date, terms_of(known.terms), totals.gross, known.currency)
    printed = None
    if discount:
        last_day, amount = discount
        percent = terms_of(known.terms).discount_percent
        printed = (
            format_number(percent, language),
            format_date(last_day, language),
            format_money(amount, known.currency, language, code=True),
        )
    return choose_mentions(
        MentionFacts(
            issue_date=known.issue_date,
            language=language,
            seller_country=known.seller.address.country,
            vat=[(g.vat.category, g.vat.exemption_code, g.vat.exemption_text) for g in totals.vat],
            operation=known.operation_category,
            vat_on_debits=known.company.vat_on_debits,
            penalty_rate=known.company.late_penalty,
            early_discount=printed,
        )
    )


def announce(
    work: Work, action: str, invoice_id: int, content: dict[str, Any], entries: list[Entry], *, label: str
) -> None:
    """Post an issued document, make it findable by `label`, and append its audit event with its whole content."""
    day = dt.date.fromisoformat(content["issue_date"])
    work.post(
        entries,
        date=day,
        document_date=day,
        entity="invoice",
        entity_id=invoice_id,
        currency=content["currency"],
        customer_id=content["customer_id"],
        text=content["number"],
    )
    work.books.db.execute_sql(
        work.books.sql("INSERT INTO invoice_search (rowid, text) VALUES (?, ?)"), (invoice_id, fold(label))
    )
    work.audit(action, "invoice", invoice_id, content, content["number"])
    enqueue_issued(work, invoice_id, content)
