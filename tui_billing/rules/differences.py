"""Differences between what was billed and what was paid: early-payment discount, fees, roundings.

A difference of the payment settles an invoice as money does: the invoice counts as paid. What is given up
for any other reason (bad debt, goodwill) is a write-off.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui_billing.rules.journal import proportion
from tui_billing.rules.money import split

EARLY_PAYMENT = "early_payment"
BANK_FEE = "bank_fee"
ROUNDING = "rounding"
BAD_DEBT = "bad_debt"
#: Reason codes of what is a difference of the payment, and no write-off.
PAYMENT_DIFFERENCES = (EARLY_PAYMENT, BANK_FEE, ROUNDING)


def tax_within(amount: int, groups: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """(VAT, the same in the books' currency) within `amount` of a document, by its VAT breakdown.

    A group is (taxable, tax, tax in the books' currency). The amount is shared over the groups by what each
    adds to the total, exact to the minor unit, and each share holds VAT as its group does (half up): the
    whole document holds its whole VAT. Groups of rebates, below 0, take no share.
    """
    weights = [max(taxable + tax, 0) for taxable, tax, _ in groups]
    if not sum(weights):
        return 0, 0
    tax, tax_base = 0, 0
    for share, weight, group in zip(split(amount, weights), weights, groups, strict=True):
        tax += proportion(share, weight, group[1])
        tax_base += proportion(share, weight, group[2])
    return tax, tax_base
