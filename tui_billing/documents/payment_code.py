"""The QR code that a banking app reads off an invoice: EPC069-12, version 002 (SEPA credit transfer)."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

from tui_billing.documents.printable import CREDIT_NOTE, PrintableInvoice
from tui_billing.documents.tidy import tidy
from tui_billing.rules.identifiers import valid_reference
from tui_billing.rules.money import from_minor

#: Payment means (UNTDID 4461) of a customer who pays by transfer; any other is collected, or paid by hand.
_TRANSFERS = frozenset({"", "1", "30", "42", "58"})
_MOST = Decimal("999999999.99")
#: Pixels a module: enough that a reader which smooths pictures still sees sharp edges.
_SCALE = 4


def payment_code(invoice: PrintableInvoice) -> bytes | None:
    """A PNG of black and white modules without a quiet zone; None where no transfer in euro is asked for (yet).

    The amount is what was payable at issue, so that the document stays the same, whenever it is made again.
    """
    means = invoice.payment
    # what is retained is not to be paid yet
    payable = invoice.totals.payable - sum(part.amount for part in invoice.instalments if part.retained)
    # 70 characters at most, and few enough bytes that all of it stays within 331
    name = _cut(" ".join(tidy(means.account_name).split())[:70], 140)
    if (
        invoice.kind == CREDIT_NOTE
        or invoice.watermark
        or invoice.currency != "EUR"
        or payable <= 0
        or means.code not in _TRANSFERS
        or not means.iban
        or not name
        or from_minor(payable, "EUR") > _MOST
    ):
        return None
    from segno.helpers import make_epc_qr

    structured = valid_reference(means.reference)
    code = make_epc_qr(
        name=name,
        iban=means.iban.replace(" ", ""),
        amount=from_minor(payable, "EUR"),
        bic=means.bic or None,
        reference=means.reference if structured else None,
        encoding="utf-8",
        text=None if structured else _cut(means.reference or invoice.number, 100),
    )
    picture = BytesIO()
    code.save(picture, kind="png", scale=_SCALE, border=0)
    return picture.getvalue()


def _cut(text: str, most: int) -> str:
    """As much of a text as fits into so many bytes."""
    return text.encode()[:most].decode(errors="ignore").strip()
