"""Disputes, the lines they are about, and their notes."""

from __future__ import annotations

from tui_billing.models.fields import AmountField, IsoDateField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.documents import Invoice, InvoiceLine
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class Dispute(Table):
    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="disputes")
    customer = ForeignKeyField(Customer)
    reason = TextField()
    amount = AmountField()
    currency = TextField()
    contact = TextField(default="")
    owner = ForeignKeyField(Operator)
    priority = TextField(default="normal")
    status = TextField(default="received")
    outcome = TextField(default="")
    opened_on = IsoDateField()
    answer_by = IsoDateField()
    closed_on = IsoDateField(null=True)
    version = BigIntegerField(default=1)


class DisputeLine(Table):
    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="lines")
    line = ForeignKeyField(InvoiceLine)
    amount = AmountField()


class DisputeNote(Table):
    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="notes")
    at = TextField()
    date = IsoDateField()
    operator = ForeignKeyField(Operator)
    kind = TextField()
    text = TextField()
