"""Bank accounts and their statements, receipts and what they settle."""

from __future__ import annotations

from tui_billing.models.fields import AmountField, IsoDateField, RateField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.documents import Invoice
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class BankAccount(Table):
    id = AutoField()
    name = TextField()
    iban = TextField(unique=True)
    bic = TextField(default="")
    currency = TextField()
    account = TextField(default="512000")
    number = TextField(default="")


class BankStatement(Table):
    """A statement as the bank states it; `balances` says which of the two it stated: both, closing, none."""

    id = AutoField()
    bank_account = ForeignKeyField(BankAccount)
    reference = TextField(default="")
    date_from = IsoDateField()
    date_to = IsoDateField()
    opening = AmountField()
    closing = AmountField()
    source = TextField(default="")
    at = TextField()
    sequence = TextField(default="")
    format = TextField(default="")
    sha256 = TextField(default="")
    balances = TextField(default="both")
    operator = ForeignKeyField(Operator, null=True)


class BankLine(Table):
    """A booked entry of a statement; `open` is what is not yet cleared, signed as `amount`.

    `moved` is the sum of the statement's entries up to this one, those that the books had before among them; None
    for a line of no file and for one that was taken in before this was kept.
    """

    id = AutoField()
    bank_account = ForeignKeyField(BankAccount)
    statement = ForeignKeyField(BankStatement, null=True)
    date = IsoDateField()
    value_date = IsoDateField(null=True)
    amount = AmountField()
    currency = TextField()
    text = TextField(default="")
    reference = TextField(default="")
    payer = TextField(default="")
    payer_iban = TextField(default="")
    fingerprint = TextField(unique=True)
    status = TextField(default="unmatched")
    position = BigIntegerField(default=0)
    open = AmountField(default=0)
    bank_reference = TextField(default="")
    creditor_reference = TextField(default="")
    end_to_end = TextField(default="")
    mandate = TextField(default="")
    bank_code = TextField(default="")
    return_reason = TextField(default="")
    charges = AmountField(default=0)
    original_amount = AmountField(null=True)
    original_currency = TextField(default="")
    moved = AmountField(null=True)


class Receipt(Table):
    """Money received from a customer; `open` is what is not yet allocated."""

    id = AutoField()
    customer = ForeignKeyField(Customer, backref="receipts")
    date = IsoDateField()
    amount = AmountField()
    currency = TextField()
    rate = RateField(default=1)
    rate_source = TextField(default="")
    rate_date = IsoDateField(null=True)
    amount_base = AmountField()
    means = TextField(default="30")
    reference = TextField(default="")
    payer = TextField(default="")
    note = TextField(default="")
    bank_account = ForeignKeyField(BankAccount, null=True)
    bank_line = ForeignKeyField(BankLine, null=True)
    open = AmountField()
    open_base = AmountField()
    reversed_on = IsoDateField(null=True)
    reversal_reason = TextField(default="")
    operator = ForeignKeyField(Operator)
    entry_at = TextField()


class Allocation(Table):
    """Part of a receipt, credit note or write-off that settles an invoice; taken back by a negative row."""

    id = AutoField()
    date = IsoDateField()
    kind = TextField()
    invoice = ForeignKeyField(Invoice, backref="allocations")
    receipt = ForeignKeyField(Receipt, null=True, backref="allocations")
    credit_note = ForeignKeyField(Invoice, null=True, backref="consumed_by")
    amount = AmountField()
    amount_base = AmountField()
    difference_base = AmountField(default=0)
    reason = TextField(default="")
    reverses = ForeignKeyField("self", null=True)
    operator = ForeignKeyField(Operator)
    entry_at = TextField()
    reason_code = TextField(default="")
    tax_base = AmountField(default=0)
    given_with = ForeignKeyField("self", null=True)
