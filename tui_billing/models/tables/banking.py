"""Getting paid: what a bank line was cleared with, rules and aliases, deposits, mandates, proofs of a month."""

from __future__ import annotations

from tui_billing.models.fields import AmountField, FlagField, IsoDateField, JsonField, RateField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.documents import Invoice
from tui_billing.models.tables.money import BankAccount, BankLine, Receipt
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class BankDetail(Table):
    """A transaction inside a booked entry (a batch of direct debits, of cheques)."""

    id = AutoField()
    bank_line = ForeignKeyField(BankLine, backref="details")
    position = BigIntegerField()
    amount = AmountField()
    currency = TextField()
    text = TextField(default="")
    reference = TextField(default="")
    creditor_reference = TextField(default="")
    end_to_end = TextField(default="")
    mandate = TextField(default="")
    payer = TextField(default="")
    payer_iban = TextField(default="")
    return_reason = TextField(default="")
    charges = AmountField(default=0)
    original_amount = AmountField(null=True)
    original_currency = TextField(default="")


class WriteOffReason(Table):
    """Why a difference is given up, to which account it goes, and up to how much a clerk may."""

    code = TextField(primary_key=True)
    name = TextField()
    account = TextField()
    gain_account = TextField(default="")
    clerk_limit = AmountField(default=0)
    active = FlagField(default=True)


class Refund(Table):
    """Money paid back to a customer."""

    id = AutoField()
    customer = ForeignKeyField(Customer)
    date = IsoDateField()
    amount = AmountField()
    currency = TextField()
    rate = RateField(default=1)
    rate_source = TextField(default="")
    rate_date = IsoDateField(null=True)
    amount_base = AmountField()
    iban = TextField(default="")
    bic = TextField(default="")
    payee = TextField(default="")
    reference = TextField(default="")
    reason = TextField(default="")
    bank_account = ForeignKeyField(BankAccount, null=True)
    reversed_on = IsoDateField(null=True)
    reversal_reason = TextField(default="")
    operator = ForeignKeyField(Operator)
    entry_at = TextField()


class Consumption(Table):
    """Part of a receipt or credit note that no invoice uses: refunded, or given up as a small difference."""

    id = AutoField()
    date = IsoDateField()
    kind = TextField()
    receipt = ForeignKeyField(Receipt, null=True, backref="consumptions")
    credit_note = ForeignKeyField(Invoice, null=True)
    refund = ForeignKeyField(Refund, null=True, backref="parts")
    amount = AmountField()
    amount_base = AmountField()
    difference_base = AmountField(default=0)
    reason_code = TextField(default="")
    reason = TextField(default="")
    reverses = ForeignKeyField("self", null=True)
    operator = ForeignKeyField(Operator)
    entry_at = TextField()


class BankRule(Table):
    """What the clerk has laid down for lines of a kind: conditions (JSON list), and what then."""

    id = AutoField()
    position = BigIntegerField()
    name = TextField()
    conditions = JsonField()
    action = TextField()
    customer = ForeignKeyField(Customer, null=True)
    reason_code = TextField(default="")
    account = TextField(default="")
    reason = TextField(default="")
    active = FlagField(default=True)
    version = BigIntegerField(default=1)


class PayerAlias(Table):
    """A name or account that has paid for a customer, learned from what a clerk posted."""

    id = AutoField()
    kind = TextField()
    value = TextField()
    customer = ForeignKeyField(Customer)
    learned_on = IsoDateField()
    uses = BigIntegerField(default=1)


class Clearing(Table):
    """Part of a bank line that is explained; taken back by an opposite row. `amount` is signed as the line's."""

    id = AutoField()
    date = IsoDateField()
    bank_line = ForeignKeyField(BankLine, backref="clearings")
    kind = TextField()
    amount = AmountField()
    receipt = ForeignKeyField(Receipt, null=True, backref="clearings")
    refund = ForeignKeyField(Refund, null=True, backref="clearings")
    account = TextField(default="")
    reason = TextField(default="")
    rule = ForeignKeyField(BankRule, null=True)
    reverses = ForeignKeyField("self", null=True)
    operator = ForeignKeyField(Operator)
    entry_at = TextField()
    detail = ForeignKeyField(BankDetail, null=True)


class CsvMapping(Table):
    """How a bank's CSV is read: columns, separator, decimal sign, order of dates (JSON)."""

    id = AutoField()
    bank_account = ForeignKeyField(BankAccount)
    name = TextField()
    header = TextField(default="")
    mapping = JsonField()
    version = BigIntegerField(default=1)


class Deposit(Table):
    """A batch of cheques or remittances with the totals of its slip; its tape is kept."""

    id = AutoField()
    bank_account = ForeignKeyField(BankAccount, null=True)
    date = IsoDateField()
    reference = TextField(default="")
    means = TextField(default="20")
    currency = TextField()
    stated_count = BigIntegerField(default=0)
    stated_total = AmountField(default=0)
    status = TextField(default="draft")
    operator = ForeignKeyField(Operator)
    holder = TextField(null=True)
    version = BigIntegerField(default=1)
    created_at = TextField()
    posted_at = TextField(null=True)


class DepositItem(Table):
    """A line of the tape; a struck one stays on it."""

    id = AutoField()
    deposit = ForeignKeyField(Deposit, backref="items")
    position = BigIntegerField()
    typed = TextField(default="")
    customer = ForeignKeyField(Customer, null=True)
    amount = AmountField()
    reference = TextField(default="")
    struck = FlagField(default=False)
    receipt = ForeignKeyField(Receipt, null=True)
    at = TextField()


class Investigation(Table):
    """Something between the bank and the books that a person must find out until a day."""

    id = AutoField()
    kind = TextField()
    month = TextField(default="")
    bank_account = ForeignKeyField(BankAccount, null=True)
    bank_line = ForeignKeyField(BankLine, null=True)
    receipt = ForeignKeyField(Receipt, null=True)
    refund = ForeignKeyField(Refund, null=True)
    amount = AmountField()
    currency = TextField()
    subject = TextField()
    owner = ForeignKeyField(Operator)
    due_on = IsoDateField()
    status = TextField(default="open")
    outcome = TextField(default="")
    opened_on = IsoDateField()
    closed_on = IsoDateField(null=True)
    version = BigIntegerField(default=1)


class InvestigationNote(Table):
    id = AutoField()
    investigation = ForeignKeyField(Investigation, backref="notes")
    at = TextField()
    date = IsoDateField()
    operator = ForeignKeyField(Operator)
    text = TextField()


class PeriodProof(Table):
    """The figures of a month as they were proved, and the document that shows them."""

    id = AutoField()
    month = TextField()
    at = TextField()
    operator = ForeignKeyField(Operator)
    figures = JsonField()
    proved = FlagField()
    path = TextField(default="")
    sha256 = TextField(default="")


class Mandate(Table):
    """A customer's leave to collect by SEPA direct debit."""

    id = AutoField()
    customer = ForeignKeyField(Customer, backref="mandates")
    reference = TextField(unique=True)
    scheme = TextField(default="CORE")
    iban = TextField()
    bic = TextField(default="")
    holder = TextField()
    signed_on = IsoDateField()
    once = FlagField(default=False)
    first_used = IsoDateField(null=True)
    last_used = IsoDateField(null=True)
    revoked_on = IsoDateField(null=True)
    version = BigIntegerField(default=1)


class PaymentOrder(Table):
    """A file for the bank: direct debits to collect (pain.008) or refunds to pay (pain.001)."""

    id = AutoField()
    kind = TextField()
    message_id = TextField(unique=True)
    bank_account = ForeignKeyField(BankAccount)
    execution_date = IsoDateField()
    currency = TextField()
    count = BigIntegerField()
    total = AmountField()
    path = TextField(default="")
    sha256 = TextField(default="")
    status = TextField(default="made")
    operator = ForeignKeyField(Operator)
    at = TextField()


class PaymentOrderPart(Table):
    id = AutoField()
    payment_order = ForeignKeyField(PaymentOrder, backref="parts")
    customer = ForeignKeyField(Customer)
    invoice = ForeignKeyField(Invoice, null=True)
    refund = ForeignKeyField(Refund, null=True)
    mandate = ForeignKeyField(Mandate, null=True)
    end_to_end = TextField()
    sequence_type = TextField(default="")
    amount = AmountField()
    dropped_on = IsoDateField(null=True)
    reason = TextField(default="")
