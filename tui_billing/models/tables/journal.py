"""The journal, the audit chain, commands and change notices."""

from __future__ import annotations

from tui_billing.models.fields import AmountField, IsoDateField, JsonField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class Account(Table):
    code = TextField(primary_key=True)
    name = TextField()
    kind = TextField()


class Period(Table):
    month = TextField(primary_key=True)
    closed_on = IsoDateField()
    operator = ForeignKeyField(Operator)


class Posting(Table):
    id = AutoField()
    verb = TextField()
    date = IsoDateField()
    document_date = IsoDateField()
    entry_at = TextField()
    entity = TextField()
    entity_id = BigIntegerField()
    text = TextField()
    operator = ForeignKeyField(Operator)
    command_id = TextField()
    batch_id = TextField(null=True)


class PostingLine(Table):
    """A line of the journal: debit and credit in the books' currency, `amount` signed in the document's."""

    id = AutoField()
    posting = ForeignKeyField(Posting, backref="lines")
    account = ForeignKeyField(Account, column_name="account")
    customer = ForeignKeyField(Customer, null=True)
    debit = AmountField()
    credit = AmountField()
    currency = TextField()
    amount = AmountField()


class Audit(Table):
    seq = BigIntegerField(primary_key=True)
    at = TextField()
    operator = TextField()
    origin = TextField()
    action = TextField()
    entity = TextField()
    entity_id = BigIntegerField()
    payload = TextField()
    prev = TextField()
    hash = TextField()


class ChainHead(Table):
    id = BigIntegerField(primary_key=True)
    seq = BigIntegerField()
    hash = TextField()


class Command(Table):
    id = TextField(primary_key=True)
    verb = TextField()
    result = JsonField()
    operator = ForeignKeyField(Operator)
    at = TextField()


class Change(Table):
    seq = AutoField()
    at = TextField()
    operator = ForeignKeyField(Operator)
    action = TextField()
    entity = TextField()
    entity_id = BigIntegerField()
    label = TextField()
