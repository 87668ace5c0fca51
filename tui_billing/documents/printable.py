"""Everything that stands on a printed invoice, as one frozen value that travels as plain JSON.

The service that issues a document fills a `PrintableInvoice` once and keeps its JSON; whoever renders it
later needs no database and gets the same bytes. Names follow EN 16931 (the BT and BG numbers are given where
they help).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from tui_billing.documents.template import PLAIN, Template
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import Problem

INVOICE, CREDIT_NOTE, CORRECTIVE = "invoice", "credit_note", "corrective"
KINDS = (INVOICE, CREDIT_NOTE, CORRECTIVE)


@dataclass(frozen=True, slots=True)
class PrintedAdjustment:
    """An allowance or a charge of a line (BG-27, BG-28) or of the document (BG-20, BG-21).

    `amount` and `base` are minor units of the document currency, never negative for a plain allowance or
    charge; `percent` is None where the amount was given as such.
    """

    amount: int
    is_charge: bool = False
    percent: Decimal | None = None
    base: int | None = None
    reason: str = ""
    reason_code: str = ""
    vat_category: str = ""
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line (BG-25): quantity and price as decimals, `net` in minor units after allowances and charges.

    `unit` is the word that is printed, `unit_code` the code behind it (BT-130); `discount` is what
    `discount_percent` took off, in minor units. `previous` is what was billed of the same line before (progress).
    """

    position: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    net: int
    vat_category: str
    vat_rate: Decimal
    item: str = ""
    unit: str = ""
    discount_percent: Decimal = Decimal(0)
    adjustments: tuple[PrintedAdjustment, ...] = ()
    period_start: date | None = None
    period_end: date | None = None
    unit_code: str = ""
    discount: int = 0
    order_line: str = ""
    previous: int = 0


@dataclass(frozen=True, slots=True)
class PrintedVat:
    """One row of the VAT breakdown (BG-23), amounts in minor units of the document currency."""

    category: str
    rate: Decimal
    taxable: int
    tax: int
    exemption_code: str = ""
    exemption_text: str = ""


@dataclass(frozen=True, slots=True)
class PrintedTotals:
    """Document totals (BG-22) in minor units: BT-106 to BT-115."""

    lines: int
    net: int
    tax: int
    gross: int
    payable: int
    allowances: int = 0
    charges: int = 0
    prepaid: int = 0
    rounding: int = 0


@dataclass(frozen=True, slots=True)
class BooksTax:
    """VAT of a foreign-currency document in the books' currency (BT-6, BT-111).

    `tax` in minor units of `currency`; `rate` is units of `currency` for one unit of the document's currency.
    """

    currency: str
    tax: int
    rate: Decimal
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class PrintedInstalment:
    """One part of what is to be paid, in minor units, with its last day, or the day till which it is retained."""

    position: int
    due_date: date
    amount: int
    retained: bool = False


@dataclass(frozen=True, slots=True)
class PrintedProgress:
    """What was billed under the same contract, project or order before this invoice: net, in minor units."""

    reference: str
    before: int


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay (BG-16, BG-17): UNTDID 4461 code, its words, account, reference to quote (BT-83), address."""

    code: str = ""
    text: str = ""
    account_name: str = ""
    iban: str = ""
    bic: str = ""
    reference: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """One sentence that law or contract asks for; `code` names it (PMT, PMD, AAB, ... see mentions.py)."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class References:
    """Documents this one refers to; `preceding_*` name the invoice a credit note or correction is about."""

    purchase_order: str = ""
    contract: str = ""
    delivery_note: str = ""
    buyer_reference: str = ""
    project: str = ""
    preceding_number: str = ""
    preceding_date: date | None = None


@dataclass(frozen=True, slots=True)
class PrintableInvoice:
    """An issued invoice, credit note or corrective invoice, whole.

    Amounts are integers in minor units of `currency`; dates are dates; `language` is the customer's ("en" or
    "fr", others print in English). `footer` is the seller's legal line (form, capital, RCS, SIREN, VAT
    number). `type_code` is UNTDID 1001 (BT-3), `operation` "goods", "services", "mixed" or "". `watermark` stands
    across each page of what is no document yet, `profile` is that of the XML inside (`formats.PROFILES`).
    """

    kind: str
    number: str
    issue_date: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[PrintedLine, ...]
    vat: tuple[PrintedVat, ...]
    totals: PrintedTotals
    language: str = "en"
    due_date: date | None = None
    delivery_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    delivery_name: str = ""
    delivery_address: Address | None = None
    references: References = References()
    adjustments: tuple[PrintedAdjustment, ...] = ()
    books_tax: BooksTax | None = None
    instalments: tuple[PrintedInstalment, ...] = ()
    payment: PaymentMeans = PaymentMeans()
    terms: str = ""
    mentions: tuple[Mention, ...] = ()
    note: str = ""
    footer: str = ""
    type_code: str = ""
    operation: str = ""
    vat_on_debits: bool = False
    prices_include_vat: bool = False
    profile: str = "facturx"
    template: Template = PLAIN
    progress: PrintedProgress | None = None
    watermark: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON values: amounts are integers, decimals strings, dates ISO, nothing left out."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PrintableInvoice:
        """The same value again; a Problem names the first key that is missing, unknown or of a wrong type."""
        invoice = _value(cls, data, "invoice")
        if invoice.kind not in KINDS:
            raise Problem(
                "{kind} is no kind of document; it is one of {kinds}",
                kind=invoice.kind,
                kinds=", ".join(KINDS),
            )
        return invoice


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


@cache
def _required(cls: Any) -> frozenset[str]:
    return frozenset(
        field.name
        for field in dataclasses.fields(cls)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )


def _value(kind: Any, data: Any, path: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        if data is None:
            return None
        (kind,) = (part for part in typing.get_args(kind) if part is not type(None))
        return _value(kind, data, path)
    if origin is tuple:
        parts = typing.get_args(kind)
        if not isinstance(data, (list, tuple)):
            raise _unreadable(path)
        if len(parts) == 2 and parts[1] is ...:
            return tuple(_value(parts[0], part, f"{path}[{place}]") for place, part in enumerate(data))
        if len(parts) != len(data):
            raise _unreadable(path)
        return tuple(
            _value(part, one, f"{path}[{place}]") for place, (part, one) in enumerate(zip(parts, data, strict=True))
        )
    if dataclasses.is_dataclass(kind):
        return _record(kind, data, path)
    if kind is Decimal and isinstance(data, str):
        try:
            number = Decimal(data)
        except InvalidOperation:
            raise _unreadable(path) from None
        if not number.is_finite():
            raise _unreadable(path)
        return number
    if kind is date and isinstance(data, str):
        try:
            return date.fromisoformat(data)
        except ValueError:
            raise _unreadable(path) from None
    # bool is an int to Python, an amount that says true is a mistake to us
    if kind in (int, str, bool) and type(data) is kind:
        return data
    raise _unreadable(path)


def _record(kind: Any, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _unreadable(path)
    hints = _hints(kind)
    for name in data:
        if name not in hints:
            raise _unreadable(f"{path}.{name}")
    for name in _required(kind):
        if name not in data:
            raise _unreadable(f"{path}.{name}")
    return kind(**{name: _value(hints[name], part, f"{path}.{name}") for name, part in data.items()})


def _unreadable(path: str) -> Problem:
    return Problem("The document cannot be printed: {path} is missing, unknown or of a wrong type", path=path)
