"""Papers that are attached to something of the books: each file once, by its hash."""

from __future__ import annotations

from tui_billing.models.fields import IsoDateField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.parties import Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class StoredFile(Table):
    """The bytes of one or more attachments, as they lie in the store; `size` in bytes."""

    id = AutoField()
    sha256 = TextField(unique=True)
    size = BigIntegerField()
    media_type = TextField()
    at = TextField()


class Attachment(Table):
    """A paper of an order, contract, delivery note, invoice, customer, dispute or inquiry."""

    id = AutoField()
    file = ForeignKeyField(StoredFile)
    entity = TextField()
    entity_id = BigIntegerField()
    name = TextField()
    kind = TextField(default="")
    note = TextField(default="")
    operator = ForeignKeyField(Operator)
    at = TextField()


class AttachmentEnd(Table):
    """From when on a paper no longer belongs to what it hung on, and why; its file stays."""

    id = AutoField()
    attachment = ForeignKeyField(Attachment)
    reason = TextField()
    date = IsoDateField()
    operator = ForeignKeyField(Operator)
    at = TextField()
