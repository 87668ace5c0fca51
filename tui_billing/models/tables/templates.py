"""Templates: how documents look, which one is chosen, and the texts of letters."""

from __future__ import annotations

from tui_billing.models.fields import JsonField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.parties import Customer, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class Template(Table):
    """A version of a template: only ever added; the values that were typed, by name."""

    id = AutoField()
    code = TextField()
    version = BigIntegerField()
    content = JsonField()
    operator = ForeignKeyField(Operator, null=True)
    at = TextField(default="")


class TemplateChoice(Table):
    """Which template is taken: for a customer, a kind of invoice, a customer's kind, or for all ("" and none)."""

    id = AutoField()
    kind = TextField(default="")
    customer = ForeignKeyField(Customer, null=True)
    code = TextField()


class LetterText(Table):
    """A letter as the house words it, or one of its own."""

    id = AutoField()
    code = TextField()
    language = TextField()
    title = TextField()
    body = TextField()
    version = BigIntegerField(default=1)
