"""Delivery: recipients, the queue with all that befell it, letters, the texts of mails, the servers."""

from __future__ import annotations

from tui_billing.models.fields import FlagField, IsoDateField, JsonField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.documents import Invoice
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class DeliverySetting(Table):
    """The one row that says how documents leave the house; `secret` names where a password is, never holds it."""

    id = BigIntegerField(primary_key=True)
    automatic = FlagField(default=False)
    sender = TextField(default="")
    sender_name = TextField(default="")
    reply_to = TextField(default="")
    archive = TextField(default="")
    host = TextField(default="")
    port = BigIntegerField(default=587)
    security = TextField(default="starttls")
    certificate = TextField(default="")
    username = TextField(default="")
    secret = TextField(default="")
    mailbox = TextField(default="")
    mailbox_secret = TextField(default="")
    outbox = TextField(default="")
    statuses = TextField(default="")
    unsure = TextField(default="ask")
    outage_since = TextField(null=True)
    outage_reason = TextField(default="")
    outage_tries = BigIntegerField(default=0)
    next_try = TextField(null=True)
    version = BigIntegerField(default=1)


class Recipient(Table):
    """Who gets a customer's documents, and by which way."""

    id = AutoField()
    customer = ForeignKeyField(Customer, backref="recipients")
    position = BigIntegerField()
    channel = TextField()
    role = TextField(default="to")
    address = TextField(default="")
    name = TextField(default="")
    language = TextField(default="")
    documents = TextField(default="all")
    active = FlagField(default=True)


class Letter(Table):
    """A statement of account, reminder or letter as it was written: its content is all that is printed."""

    id = AutoField()
    kind = TextField()
    name = TextField(unique=True)
    customer = ForeignKeyField(Customer, backref="letters")
    date = IsoDateField()
    language = TextField()
    content = JsonField()
    operator = ForeignKeyField(Operator)
    at = TextField()


class Delivery(Table):
    """One document for one recipient; `edition` counts how often a clerk has had it sent anew."""

    id = AutoField()
    document = TextField()
    edition = BigIntegerField(default=1)
    invoice = ForeignKeyField(Invoice, null=True, backref="deliveries")
    letter = ForeignKeyField(Letter, null=True, backref="deliveries")
    customer = ForeignKeyField(Customer)
    name = TextField()
    channel = TextField()
    role = TextField(default="to")
    address = TextField(default="")
    language = TextField(default="")
    message_id = TextField(default="")
    operator = ForeignKeyField(Operator)
    created_at = TextField()
    state = TextField(default="queued")
    due_at = TextField()
    first_try = TextField(null=True)
    tries = BigIntegerField(default=0)
    holder = TextField(null=True)
    held_at = TextField(null=True)
    batch = TextField(default="")
    sha256 = TextField(default="")
    code = TextField(default="")
    reason = TextField(default="")
    changed_at = TextField()


class DeliveryAttempt(Table):
    """What befell a delivery, when and why: only ever added."""

    id = AutoField()
    delivery = ForeignKeyField(Delivery, backref="attempts")
    at = TextField()
    state = TextField()
    code = TextField(default="")
    reason = TextField(default="")
    operator = ForeignKeyField(Operator)


class MailText(Table):
    """The text of a mail as the house words it, where it differs from the one that comes with the program."""

    id = AutoField()
    code = TextField()
    language = TextField()
    subject = TextField()
    body = TextField()
    version = BigIntegerField(default=1)
