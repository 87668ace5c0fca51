"""From what was typed to what would be issued: customer, items, terms, rate and totals put together.

`resolve` reads the books and writes nothing; entry shows its outcome in the line that Ctrl+S opens, and
`issue` asks it again inside its transaction.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.queries.sources import agreed_prices
from tui_billing.rules import law
from tui_billing.rules.checks import Finding, InvoiceFacts, LineFacts, check_invoice
from tui_billing.rules.content import LIMITS, Content, CustomerFacts, LineContent, ResolvedLine, resolve_line
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.match_facts import AgreedPrice, by_item
from tui_billing.rules.money import convert, exponent
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.terms import Instalment, due_date, instalments, parse_terms
from tui_billing.rules.text import clean
from tui_billing.rules.totals import Totals, Vat, compute
from tui_billing.services.checklist import Subject, check
from tui_billing.services.firm import Firm, company
from tui_billing.services.match import Matched, match_invoice


@dataclass(slots=True)
class Resolved:
    """An invoice with everything known, and what stands against issuing it.

    `problems` are values that cannot be read or found; `findings` come from the checklist, `struck` are the
    written rules that spoke. Totals are
    there only where every line has its meaning.
    """

    content: Content
    seller: Party
    company: Firm
    customer: CustomerFacts | None = None
    buyer: Party | None = None
    delivery_name: str = ""
    delivery: Address | None = None
    issue_date: dt.date = dt.date.min
    due_date: dt.date | None = None
    delivery_date: dt.date | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    currency: str = "EUR"
    rate: Decimal = Decimal(1)
    rate_source: str = ""
    rate_date: dt.date | None = None
    terms: str = ""
    payment_means: str = "30"
    discount_percent: Decimal = Decimal(0)
    lines: list[ResolvedLine] = field(default_factory=list)
    totals: Totals | None = None
    instalments: list[Instalment] = field(default_factory=list)
    agreed: list[AgreedPrice] = field(default_factory=list)
    matched: Matched = field(default_factory=Matched)
    struck: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def operation_category(self) -> str:
        """Category of operation (CGI ann. II art. 242 nonies A, 2022 decree): goods, services or mixed."""
        natures = {line.nature for line in self.lines}
        return natures.pop() if len(natures) == 1 else "mixed" if natures else ""

    def blocking(self) -> list[Problem]:
        """Everything that stops the issue, in the order of the fields."""
        stops = [*self.problems]
        stops += [Problem(f.message, field=f.field, **f.values) for f in self.findings if f.blocking]
        return stops

    def warnings(self) -> list[Finding]:
        """What is said and does not stop."""
        return [f for f in self.findings if not f.blocking]


_sold_last: tuple[Firm, Party] | None = None


def seller_of(firm: Firm) -> Party:
    """The company as the seller of a document; the same for every document, so it is made once."""
    global _sold_last
    if _sold_last is None or _sold_last[0] is not firm:
        _sold_last = (firm, Party.from_json(firm.party))
    return _sold_last[1]


#: The terms of a text, read once: every invoice of a customer asks for the same.
terms_of = lru_cache(maxsize=1024)(parse_terms)


_BUYER = (
    "SELECT c.name, c.legal_form, c.siren, c.siret, c.vat_id, c.electronic_address, c.electronic_scheme,"
    " c.phone, c.email, c.country, p.name, p.phone, p.email"
    " FROM customer c LEFT JOIN contact p ON p.id = (SELECT min(id) FROM contact WHERE customer_id = c.id)"
    " WHERE c.id = ?"
)
_ADDRESSES = (
    "SELECT kind, name, line1, line2, line3, postcode, city, region, country FROM address"
    " WHERE customer_id = ? ORDER BY id DESC"
)


def buyer_of(books: Books, customer_id: int) -> tuple[Party, str, Address | None]:
    """(buyer, name and address of delivery where they differ) as they stand in the customer's card now."""
    row = books.row(_BUYER, (customer_id,))
    assert row is not None
    # The first address of a kind counts: it comes last here.
    places = {kind: (name, Address(*rest)) for kind, name, *rest in books.rows(_ADDRESSES, (customer_id,))}
    pairs = books.rows("SELECT scheme, value FROM identifier WHERE customer_id = ? ORDER BY id", (customer_id,))
    buyer = Party(
        name=row[0],
        legal_form=row[1],
        address=places["billing"][1] if "billing" in places else Address(country=row[9]),
        siren=row[2],
        siret=row[3],
        vat_id=row[4],
        electronic_address=row[5],
        electronic_scheme=row[6],
        contact=row[10] or "",
        phone=row[11] or row[7],
        email=row[12] or row[8],
        identifiers=tuple((scheme, value) for scheme, value in pairs),
    )
    name, address = places.get("delivery", ("", None))
    return buyer, name, address


def resolve(
    books: Books,
    content: Content,
    today: dt.date,
    *,
    kind: str = "invoice",
    issuing: bool = False,
    draft_id: int | None = None,
) -> Resolved:
    """Give the typed invoice its meaning and check it; reads only, and raises nothing of the clerk's making.

    `issuing` leaves out what only warns (debts against the credit limit) and what taking the number asks
    again (the last date of the series). `draft_id` is the draft that it is typed in, whose papers count.
    """
    firm = company(books)
    known = Resolved(content=content, seller=seller_of(firm), company=firm)
    known.content = content = _cleaned(content, known.problems)
    for place, typed in content.invalid.items():
        known.problems.append(
            Problem("{text} in {place} cannot be read; correct it", field=place, text=typed[:60], place=place)
        )
    _resolve_header(books, known, today, debts=not issuing)
    if kind == "invoice" and known.customer is not None:
        known.agreed = agreed_prices(
            books, known.customer.id, known.issue_date, known.currency, number=content.contract.strip(), lock=issuing
        )
    _resolve_lines(books, known)
    _resolve_money(known)
    last = None if issuing else _last_issue_date(books, kind, known.issue_date)
    known.findings = check_invoice(_facts(known, today, kind, last))
    if kind == "invoice" and known.customer is not None and known.totals is not None:
        known.matched = match_invoice(
            books,
            known.content,
            known.customer,
            known.lines,
            [line.net for line in known.totals.lines],
            currency=known.currency,
            day=known.issue_date,
            agreed=known.agreed,
            issuing=issuing,
        )
        known.findings += known.matched.findings
        checked = check(books, _subject(known, draft_id), today, issuing=issuing)
        known.findings, known.struck = checked.findings, checked.struck
        known.findings.sort(key=lambda finding: not finding.blocking)
    return known


def _subject(known: Resolved, draft_id: int | None) -> Subject:
    assert known.customer is not None and known.totals is not None
    return Subject(
        content=known.content,
        customer=known.customer,
        lines=known.lines,
        currency=known.currency,
        net=known.totals.net,
        gross=known.totals.gross,
        document_discount=known.discount_percent,
        issue_date=known.issue_date,
        due_date=known.due_date,
        terms_due=due_date(known.issue_date, terms_of(known.terms)),
        matched=known.matched,
        findings=known.findings,
        draft_id=draft_id,
    )


def _cleaned(content: Content, problems: list[Problem]) -> Content:
    """The typed texts as they would be stored; one that is too long is a problem at its place."""

    def text(value: str, name: str, place: str) -> str:
        try:
            return clean(value, LIMITS.get(name, 200), place)
        except Problem as error:
            problems.append(error)
            return value[: LIMITS.get(name, 200)]

    header: dict[str, Any] = {name: text(value, name, name) for name in _TEXTS if (value := getattr(content, name))}
    lines = [
        replace(
            line,
            **{n: text(v, n, f"lines.{number}.{n}") for n in LineContent.__slots__ if (v := getattr(line, n))},
        )
        for number, line in enumerate(content.lines, 1)
    ]
    return replace(content, **header, lines=lines)


_TEXTS = tuple(name for name in Content.__slots__ if name not in ("lines", "invalid", "focus", "typed"))


def _date(known: Resolved, name: str) -> dt.date | None:
    return _read_date(known, getattr(known.content, name), name)


def _read_date(known: Resolved, text: str, place: str) -> dt.date | None:
    if not text:
        return None
    try:
        return parse_iso(text, place)
    except Problem as error:
        known.problems.append(error)
        return None


def _resolve_header(books: Books, known: Resolved, today: dt.date, *, debts: bool) -> None:
    content = known.content
    if content.customer:
        known.customer = facts.customer_by_code(books, content.customer)
        if known.customer is None and "customer" not in content.invalid:
            known.problems.append(
                NotFound(
                    "there is no customer {code}; type part of the name to find the code",
                    field="customer",
                    code=content.customer,
                )
            )
    if known.customer:
        if debts:
            owed, overdue = facts.owed_by(books, known.customer.id, today)
            known.customer = replace(known.customer, owed=owed, overdue=overdue)
        known.buyer, known.delivery_name, known.delivery = buyer_of(books, known.customer.id)
    known.issue_date = _date(known, "issue_date") or today
    known.delivery_date = _date(known, "delivery_date")
    known.period_start, known.period_end = _date(known, "period_start"), _date(known, "period_end")
    known.currency = content.currency.upper() or (known.customer.currency if known.customer else known.company.currency)
    known.terms = known.customer.terms if known.customer else known.company.terms
    known.due_date = _date(known, "due_date") or due_date(known.issue_date, terms_of(known.terms))
    known.payment_means = known.company.payment_means
    try:
        exponent(known.currency)
    except Problem as error:
        known.problems.append(error)
        known.currency = known.company.currency
    if known.currency != known.company.currency:
        found = facts.exchange_rate(books, known.currency, known.issue_date)
        if found is None:
            known.problems.append(
                Problem(
                    "there is no exchange rate for {currency} on {date}; add one with: tui-billing rate add",
                    field="currency",
                    currency=known.currency,
                    date=known.issue_date.isoformat(),
                )
            )
        else:
            known.rate, known.rate_source, known.rate_date = found
    if content.document_discount_percent:
        try:
            known.discount_percent = parse_plain(content.document_discount_percent, 4, "document_discount_percent")
            if not 0 <= known.discount_percent <= 100:
                raise Problem("a discount lies between 0 % and 100 %", field="document_discount_percent")
        except Problem as error:
            known.discount_percent = Decimal(0)
            known.problems.append(error)


def _resolve_lines(books: Books, known: Resolved) -> None:
    items = facts.items_by_code(books, [line.item for line in known.content.lines])
    agreed = by_item(known.agreed)
    for number, line in enumerate(known.content.lines, 1):
        try:
            resolved = resolve_line(
                line,
                number,
                items.get(line.item.strip().upper()) if line.item else None,
                known.customer,
                currency=known.currency,
                rate=known.rate,
                language=known.company.language,
                agreed=agreed.get(line.item.strip().upper()),
            )
            known.lines.append(_with_exemption_text(resolved, known))
        except Problem as error:
            known.problems.append(error)
        for name in ("period_start", "period_end"):
            _read_date(known, getattr(line, name), f"lines.{number}.{name}")


def _with_exemption_text(line: ResolvedLine, known: Resolved) -> ResolvedLine:
    """Add the mention that the exemption's code stands for, in the customer's language."""
    if not line.vat.exemption_code:
        return line
    language = known.customer.language if known.customer else known.company.language
    text = next(
        (getattr(e, language, e.en) for e in law.EXEMPTIONS if e.code == line.vat.exemption_code),
        line.vat.exemption_text,
    )
    vat = Vat(line.vat.category, line.vat.rate, line.vat.exemption_code, text)
    return replace(line, vat=vat)


def _resolve_money(known: Resolved) -> None:
    if len(known.lines) != len(known.content.lines) or not known.lines:
        return
    try:
        known.totals = compute(
            [line.input for line in known.lines],
            currency=known.currency,
            document_discount_percent=known.discount_percent,
            prices_include_vat=known.company.prices_include_vat,
        )
        payable = known.totals.payable
        if known.content.due_date and known.due_date:
            known.instalments = [Instalment(1, known.due_date, payable)]
        else:
            known.instalments = list(instalments(known.issue_date, terms_of(known.terms), payable))
            known.due_date = known.instalments[-1].due_date
    except Problem as error:
        known.problems.append(error)


def _last_issue_date(books: Books, kind: str, issue_date: dt.date) -> dt.date | None:
    last = books.value("SELECT max(last_issue_date) FROM series WHERE code = ? AND year = ?", (kind, issue_date.year))
    return dt.date.fromisoformat(str(last)) if last else None


def _facts(known: Resolved, today: dt.date, kind: str, last: dt.date | None) -> InvoiceFacts:
    customer = known.customer
    nets = [result.net for result in known.totals.lines] if known.totals else [0] * len(known.lines)
    added = 0
    if known.totals:
        added = known.totals.payable
        if known.currency != known.company.currency:
            added = convert(added, known.currency, known.company.currency, known.rate)
    return InvoiceFacts(
        seller=known.seller,
        buyer=known.buyer,
        kind=kind,
        currency=known.currency,
        base_currency=known.company.currency,
        issue_date=known.issue_date,
        due_date=known.due_date,
        delivery_date=known.delivery_date,
        period_start=known.period_start,
        period_end=known.period_end,
        last_issue_date=last,
        today=today,
        purchase_order=known.content.purchase_order,
        purchase_order_required=bool(customer and customer.purchase_order_required),
        lines=tuple(
            LineFacts(line.description, line.quantity, line.unit, line.unit_price, net, line.vat)
            for line, net in zip(known.lines, nets, strict=True)
        ),
        totals=known.totals,
        terms_text=known.terms,
        late_penalty_text=known.company.late_penalty,
        recovery_fee_text="40",
        early_payment_text=known.company.early_payment,
        operation_category=known.operation_category,
        vat_on_debits=known.company.vat_on_debits,
        delivery=known.delivery,
        payment_means=known.payment_means,
        iban=known.company.iban,
        rate_source=known.rate_source,
        credit_limit=(customer.credit_limit or None) if customer else None,
        balance_owed=customer.owed if customer else 0,
        added_balance=added,
    )
