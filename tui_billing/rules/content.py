"""What a clerk has typed of an invoice, and what it means once customer and items are known.

`Content` is the draft: every value in its canonical text ("" where nothing was typed), lines in order,
and what could not be read as it was typed (`invalid`). `resolve_line` gives one line its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from tui_billing.rules.match_facts import AgreedPrice
from tui_billing.rules.money import exponent, round_half_up
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean
from tui_billing.rules.totals import LineInput, Vat

#: Longest text of a field, in characters.
LIMITS = {
    "customer": 40,
    "item": 40,
    "description": 1000,
    "purchase_order": 100,
    "contract": 100,
    "delivery_note": 100,
    "sales_order": 100,
    "buyer_reference": 100,
    "project": 100,
    "unit": 10,
    "note": 2000,
    "reason": 500,
    "override": 500,
    "reference": 140,
    "payer": 140,
}
#: Magnitudes beyond which a quantity or a price is a slip of the hand.
MAX_QUANTITY = Decimal(10) ** 9
MAX_PRICE = Decimal(10) ** 12
EXEMPT = frozenset({"Z", "E", "AE", "K", "G", "O"})
CATEGORIES = EXEMPT | {"S", "L", "M"}


@dataclass(slots=True)
class LineContent:
    """A typed line; an empty value means: as the item and the customer say."""

    item: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    discount_percent: str = ""
    vat_category: str = ""
    vat_rate: str = ""
    period_start: str = ""
    period_end: str = ""
    order_line: str = ""
    note: str = ""


@dataclass(slots=True)
class Content:
    """A typed invoice. `invalid` maps a field's place ("due_date", "lines.2.quantity") to what was typed
    there and could not be read; `override` is a supervisor's reason for billing beyond order, delivery or ceiling;
    `focus` is the place where the clerk was, `typed` what stood half typed in it.
    """

    customer: str = ""
    purchase_order: str = ""
    issue_date: str = ""
    delivery_date: str = ""
    due_date: str = ""
    currency: str = ""
    document_discount_percent: str = ""
    contract: str = ""
    delivery_note: str = ""
    sales_order: str = ""
    buyer_reference: str = ""
    project: str = ""
    period_start: str = ""
    period_end: str = ""
    note: str = ""
    override: str = ""
    lines: list[LineContent] = field(default_factory=list)
    invalid: dict[str, str] = field(default_factory=dict)
    focus: str = ""
    typed: str = ""

    def to_json(self) -> dict[str, Any]:
        """The canonical dict; empty values are left out."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        if self.lines:
            plain["lines"] = [
                {f.name: getattr(line, f.name) for f in fields(line) if getattr(line, f.name)} for line in self.lines
            ]
        return plain

    def holds_something(self) -> bool:
        """Whether the clerk has typed anything worth keeping."""
        return bool(self.customer or self.lines or self.purchase_order or self.note or self.invalid or self.typed)


def content_from_json(data: Mapping[str, Any]) -> Content:
    """The typed invoice of a JSON object (command contract); unknown names and wrong shapes are Problems."""
    known = {f.name for f in fields(Content)}
    for name in data:
        if name not in known:
            raise Problem("{name} is not a field of an invoice", field=str(name), name=name)
    content = Content()
    for name in known - {"lines", "invalid"}:
        setattr(content, name, _plain_text(data.get(name), name))
    content.invalid = {str(k): str(v) for k, v in dict(data.get("invalid") or {}).items()}
    lines = data.get("lines") or []
    if not isinstance(lines, list):
        raise Problem("lines must be a list of lines", field="lines")
    line_names = {f.name for f in fields(LineContent)}
    for number, line in enumerate(lines, 1):
        if not isinstance(line, Mapping):
            raise Problem("line {line} must be an object with item or description", field="lines", line=number)
        for name in line:
            if name not in line_names:
                raise Problem("{name} is not a field of a line", field=f"lines.{number}.{name}", name=name)
        content.lines.append(LineContent(**{n: _plain_text(line.get(n), n, f"lines.{number}.{n}") for n in line_names}))
    return content


def _plain_text(value: object, name: str, place: str = "") -> str:
    """A JSON value as canonical text; floats are refused: 0.1 has no exact float."""
    place = place or name
    if value is None:
        return ""
    if isinstance(value, bool | float | list | dict):
        raise Problem(
            "{name} must be text or a whole number; write a decimal in quotes, for example {example}",
            field=place,
            name=name,
            example='"12.50"',
        )
    text = str(value)
    return text if name in ("focus", "typed") else clean(text, LIMITS.get(name, 200), place)


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the catalogue says of an item."""

    id: int
    code: str
    description: str
    description_fr: str
    unit: str
    unit_price: Decimal
    currency: str
    vat_category: str
    vat_rate: Decimal
    exemption_code: str
    nature: str

    def text(self, language: str) -> str:
        """The description in the customer's language, else the one there is."""
        return (self.description_fr if language == "fr" else "") or self.description


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What entry needs of a customer; amounts owed are minor units of the books' currency."""

    id: int
    code: str
    name: str
    city: str
    country: str
    language: str
    currency: str
    terms: str
    vat_category: str
    exemption_code: str
    purchase_order_required: bool
    credit_limit: int
    owed: int = 0
    overdue: int = 0
    buyer_reference: str = ""
    einvoice_format: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedLine:
    """A line with everything known; `agreed` is the contract's price where the line took it."""

    item_id: int | None
    item_code: str
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    vat: Vat
    nature: str
    period_start: str = ""
    period_end: str = ""
    order_line: str = ""
    note: str = ""
    agreed: AgreedPrice | None = None

    @property
    def input(self) -> LineInput:
        """The line as the totals want it."""
        return LineInput(self.quantity, self.unit_price, self.vat, self.discount_percent)


def resolve_line(
    line: LineContent,
    number: int,
    item: ItemFacts | None,
    customer: CustomerFacts | None,
    *,
    currency: str,
    rate: Decimal = Decimal(1),
    standard_rate: Decimal = Decimal(20),
    language: str = "en",
    agreed: AgreedPrice | None = None,
) -> ResolvedLine:
    """Give a typed line its meaning; Problems carry the place "lines.N.name".

    `rate` turns one unit of the document's currency into the books'; an item priced in another currency
    than the document's is converted with it, to the currency's decimals. `agreed` is the price that a contract in
    force has for the item; a line that names no price and counts in the contract's unit takes it with its discount.
    """

    def place(name: str) -> str:
        return f"lines.{number}.{name}"

    if line.item and item is None:
        raise Problem(
            "there is no item {code}; type part of its name to find it, or ; and a text for a line without one",
            field=place("item"),
            code=line.item,
        )
    if item is None and not line.description:
        raise Problem("line {line} needs an item or a description", field=place("item"), line=number)
    quantity = parse_plain(line.quantity, 4, place("quantity")) if line.quantity else Decimal(1)
    if not quantity:
        raise Problem("a quantity of 0 bills nothing; type how many", field=place("quantity"))
    if abs(quantity) > MAX_QUANTITY:
        raise Problem(
            "the quantity is too large; the most is {limit}", field=place("quantity"), limit=f"{MAX_QUANTITY:,}"
        )
    unit = line.unit or (item.unit if item else "C62")
    taken = agreed if agreed is not None and not line.unit_price and agreed.unit == unit else None
    discount = parse_plain(line.discount_percent, 4, place("discount_percent")) if line.discount_percent else Decimal(0)
    if taken is not None:
        price = taken.unit_price
        discount = discount if line.discount_percent else taken.discount
    elif line.unit_price:
        price = parse_plain(line.unit_price, 6, place("unit_price"))
    elif item is not None:
        price = item.unit_price
        if item.currency != currency:
            price = round_half_up(price / rate, exponent(currency))
    else:
        raise Problem("line {line} needs a price: type @ and the price", field=place("unit_price"), line=number)
    if abs(price) > MAX_PRICE:
        raise Problem("the price is too large; the most is {limit}", field=place("unit_price"), limit=f"{MAX_PRICE:,}")
    if not 0 <= discount <= 100:
        raise Problem("a discount lies between 0 % and 100 %", field=place("discount_percent"))
    return ResolvedLine(
        item_id=item.id if item else None,
        item_code=item.code if item else "",
        description=line.description or (item.text(customer.language if customer else language) if item else ""),
        quantity=quantity,
        unit=unit,
        unit_price=price,
        discount_percent=discount,
        vat=_vat_of(line, item, customer, standard_rate, place),
        nature=item.nature if item else "services",
        period_start=line.period_start,
        period_end=line.period_end,
        order_line=line.order_line,
        note=line.note,
        agreed=taken,
    )


def _vat_of(
    line: LineContent, item: ItemFacts | None, customer: CustomerFacts | None, standard_rate: Decimal, place: Any
) -> Vat:
    """VAT of a line: what was typed, else what the customer's case asks for, else what the item says."""
    rate = parse_plain(line.vat_rate, 4, place("vat_rate")) if line.vat_rate else None
    if rate is not None and not 0 <= rate <= 100:
        raise Problem("a VAT rate lies between 0 % and 100 %", field=place("vat_rate"))
    category = line.vat_category
    if category and category not in CATEGORIES:
        raise Problem(
            "{category} is no VAT category; the usual ones are S, Z, E, AE, K, G and O",
            field=place("vat_category"),
            category=category,
        )
    if not category and rate is not None:
        category = "S" if rate else "Z"
    code = ""
    if not category and customer is not None and customer.vat_category:
        category, code = customer.vat_category, customer.exemption_code
    if not category:
        category = item.vat_category if item else "S"
        code = item.exemption_code if item else ""
    if category in EXEMPT:
        if rate:
            raise Problem(
                "VAT category {category} has no rate; leave the rate out", field=place("vat_rate"), category=category
            )
        if not code and customer is not None and customer.vat_category == category:
            code = customer.exemption_code
        if not code and item is not None and item.vat_category == category:
            code = item.exemption_code
        return Vat(category, Decimal(0), code)
    if rate is None:
        rate = item.vat_rate if item is not None and item.vat_category == category else standard_rate
    return Vat(category, rate)
