"""The arithmetic and the references that Peppol BIS Billing 3 asks for beyond EN 16931; XRechnung 3 has taken them over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from tui_billing.rules.en16931.model import AllowanceCharge, EInvoice, Line, every_line
from tui_billing.rules.findings import Finding

_PROCESS = re.compile(r"urn:fdc:peppol\.eu:2017:poacc:billing:\d\d:1\.0")
_DEBITS = frozenset({"49", "59"})
#: What an amount may be off its base by its percentage (PEPPOL-EN16931-R040), and a price off its gross price.
CLOSE = Decimal("0.02")
_RULE = "PEPPOL-EN16931-R"


def check_peppol(invoice: EInvoice, blocking: bool) -> Iterator[Finding]:
    """R001 to R130, as far as the model can break them; R120 is the lines' own check."""
    if not invoice.process:
        yield Finding(
            f"{_RULE}001", "The document does not say in which process it stands (BT-23)", "process", blocking
        )
    elif not _PROCESS.fullmatch(invoice.process):
        yield Finding(
            f"{_RULE}007",
            "The process {name} is none of Peppol's (BT-23)",
            "process",
            blocking,
            {"name": invoice.process},
        )
    if invoice.accounting_currency and invoice.accounting_currency == invoice.currency:
        yield Finding(
            f"{_RULE}005",
            "The currency of the VAT is that of the document; leave it out (BT-6)",
            "currency",
            blocking,
        )
    tax, other = invoice.totals.tax, invoice.totals.tax_accounting
    if tax is not None and other is not None and tax * other < 0:
        yield Finding(f"{_RULE}055", "The VAT has another sign in its own currency (BT-111)", "totals.tax", blocking)
    if not invoice.mandate and any(means.code in _DEBITS for means in invoice.payment_means):
        yield Finding(f"{_RULE}061", "A direct debit needs the reference of its mandate (BT-89)", "mandate", blocking)
    for one in invoice.adjustments:
        yield from _share(one, "adjustments", blocking)
    for line in every_line(invoice.lines):
        yield from _line(invoice, line, blocking)


def _share(one: AllowanceCharge, field: str, blocking: bool) -> Iterator[Finding]:
    if one.percent is not None and one.base is None:
        yield Finding(f"{_RULE}041", "An allowance or charge has a percentage but no base", field, blocking)
    elif one.base is not None and one.percent is None:
        yield Finding(f"{_RULE}042", "An allowance or charge has a base but no percentage", field, blocking)
    elif one.base is not None and one.percent is not None:
        wanted = one.base * one.percent / 100
        if abs(wanted - (one.amount or 0)) > CLOSE:
            yield Finding(
                f"{_RULE}040",
                "An allowance or charge states {stated}; base and percentage make {computed}",
                field,
                blocking,
                {"stated": f"{one.amount or 0:f}", "computed": f"{wanted:.2f}"},
            )


def _line(invoice: EInvoice, line: Line, blocking: bool) -> Iterator[Finding]:
    field, where = f"lines.{line.number or '?'}", {"line": line.number or "?"}
    price, period, whole = line.price, line.period, invoice.period
    for one in line.adjustments:
        yield from _share(one, f"{field}.adjustments", blocking)
    if price.gross is not None and price.net is not None and price.net != price.gross - (price.rebate or 0):
        yield Finding(
            f"{_RULE}046",
            "Line {line}: the price is not the gross price less its rebate (BT-146 to BT-148)",
            f"{field}.unit_price",
            blocking,
            where,
        )
    if price.base_quantity is not None and price.base_quantity <= 0:
        yield Finding(
            f"{_RULE}121",
            "Line {line}: the quantity that the price is for must be above zero (BT-149)",
            f"{field}.unit_price",
            blocking,
            where,
        )
    if price.base_unit and line.unit and price.base_unit != line.unit:
        yield Finding(
            f"{_RULE}130",
            "Line {line} is billed in {unit}, and its price is for {other} (BT-130, BT-150)",
            f"{field}.unit",
            blocking,
            {**where, "unit": line.unit, "other": price.base_unit},
        )
    if period is None or whole is None:
        return
    if period.start and whole.start and period.start < whole.start:
        yield Finding(
            f"{_RULE}110",
            "Line {line} begins before the period of the document",
            f"{field}.period",
            blocking,
            where,
        )
    if period.end and whole.end and period.end > whole.end:
        yield Finding(
            f"{_RULE}111", "Line {line} ends after the period of the document", f"{field}.period", blocking, where
        )
