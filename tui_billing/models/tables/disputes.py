"""Disputes with their lines, notes and dated changes; credits that wait for a second person; inquiries."""

from __future__ import annotations

from tui_billing.models.fields import AmountField, IsoDateField, JsonField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.delivery import Letter
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
    cause = TextField(default="")
    lesson = TextField(default="")


class DisputeChange(Table):
    """What a dispute says from a day on: its status and the amount it contests."""

    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="changes")
    date = IsoDateField()
    at = TextField()
    operator = ForeignKeyField(Operator)
    status = TextField()
    amount = AmountField()
    outcome = TextField(default="")


class DisputeLine(Table):
    """How much of a line is contested from a change on (None: from the opening); the last row of a line holds."""

    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="lines")
    line = ForeignKeyField(InvoiceLine)
    amount = AmountField()
    change = ForeignKeyField(DisputeChange, null=True)


class DisputeNote(Table):
    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="notes")
    at = TextField()
    date = IsoDateField()
    operator = ForeignKeyField(Operator)
    kind = TextField()
    text = TextField()
    answers = ForeignKeyField("self", null=True)
    colleague = ForeignKeyField(Operator, null=True)


class DisputeDocument(Table):
    """A document that came of a dispute: `role` credit, replacement, invoice."""

    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="documents")
    invoice = ForeignKeyField(Invoice)
    role = TextField()


class DisputeLetter(Table):
    """A letter that answers a dispute."""

    id = AutoField()
    dispute = ForeignKeyField(Dispute, backref="letters")
    letter = ForeignKeyField(Letter)


class CreditRequest(Table):
    """A credit note that waits for a second person; `parts` is what is to be credited, as JSON."""

    id = AutoField()
    invoice = ForeignKeyField(Invoice)
    dispute = ForeignKeyField(Dispute, null=True)
    parts = JsonField()
    reason = TextField(default="")
    gross = AmountField()
    gross_base = AmountField()
    status = TextField(default="waiting")
    operator = ForeignKeyField(Operator)
    date = IsoDateField()
    at = TextField()
    decided_by = ForeignKeyField(Operator, null=True, column_name="decided_by")
    decided_on = IsoDateField(null=True)
    note = TextField(default="")
    credit_note = ForeignKeyField(Invoice, null=True)


class Inquiry(Table):
    """A call or mail about anything; one that answers the follow-up of another names it in `follows`."""

    id = AutoField()
    customer = ForeignKeyField(Customer, backref="inquiries")
    invoice = ForeignKeyField(Invoice, null=True)
    date = IsoDateField()
    at = TextField()
    operator = ForeignKeyField(Operator)
    channel = TextField(default="call")
    subject = TextField(default="other")
    contact = TextField(default="")
    text = TextField()
    answer = TextField(default="")
    follow_up = IsoDateField(null=True)
    follows = ForeignKeyField("self", null=True)
