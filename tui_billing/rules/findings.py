"""What the checklist at issue looks at, and what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tui_billing.rules.party import Address, Party
from tui_billing.rules.totals import Totals, Vat


def N_(text: str) -> str:  # noqa: N802 (the catalogue's reader knows it by this name)
    """Mark a sentence for the catalogue where it does not stand in its finding."""
    return text


class LineFacts(NamedTuple):
    """A line as it will be issued: `net` in minor units of the document currency."""

    description: str
    quantity: Decimal | None
    unit: str
    unit_price: Decimal | None
    net: int
    vat: Vat


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """All that the checklist looks at; amounts are minor units, of the document currency unless said.

    `kind` is the document's token ("invoice", "credit_note", ...). `last_issue_date` is the date of the last
    document of the series. `balance_owed` and `credit_limit` (None: no limit) are minor units of the books'
    currency, as is `added_balance`, what this document adds to it. `creditable` is what earlier credit notes
    left of the invoice that a credit note refers to. `number` is "" until it is given.
    """

    seller: Party
    buyer: Party | None
    kind: str
    currency: str
    base_currency: str
    issue_date: date
    today: date
    lines: tuple[LineFacts, ...] = ()
    totals: Totals | None = None
    number: str = ""
    due_date: date | None = None
    delivery_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    last_issue_date: date | None = None
    purchase_order: str = ""
    purchase_order_required: bool = False
    terms_text: str = ""
    late_penalty_text: str = ""
    recovery_fee_text: str = ""
    early_payment_text: str = ""
    operation_category: str = ""
    vat_on_debits: bool = False
    delivery: Address | None = None
    payment_means: str = ""
    iban: str = ""
    credit_limit: int | None = None
    balance_owed: int = 0
    added_balance: int | None = None
    preceding_number: str = ""
    creditable: int | None = None
    rate_source: str = ""

    @property
    def is_credit_note(self) -> bool:
        return self.kind == "credit_note"

    @property
    def vats(self) -> list[Vat]:
        """One Vat for each VAT group, whether or not totals are there yet."""
        groups = {line.vat.key: line.vat for line in self.lines}
        for group in self.totals.vat if self.totals else ():
            if group.vat.key not in groups or group.vat.exemption_text:
                groups[group.vat.key] = group.vat
        return list(groups.values())


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `message` is a message id whose {places} `values` fill, `source` the article or rule."""

    code: str
    message: str
    field: str = ""
    blocking: bool = False
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    source: str = ""

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message
