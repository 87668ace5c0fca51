"""What the checklist remembers: what is usual, rules that a supervisor wrote, and how often they struck."""

from __future__ import annotations

from tui_billing.models.fields import FlagField, IsoDateField, JsonField, PriceField  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.disputes import Dispute
from tui_billing.models.tables.parties import Customer, Item, Operator

from peewee import AutoField, BigIntegerField, CompositeKey, ForeignKeyField, TextField  # isort: skip


class Usual(Table):
    """The last observations of a customer's item (`rules.usual`); customer 0 is everyone, item 0 the document."""

    customer_id = BigIntegerField()
    item_id = BigIntegerField()
    currency = TextField()
    seen = BigIntegerField()
    recent = TextField()

    class Meta:
        primary_key = CompositeKey("customer_id", "item_id", "currency")


class ItemPrice(Table):
    """A list price that is over: it held up to and without the day `until`."""

    id = AutoField()
    item = ForeignKeyField(Item)
    unit_price = PriceField()
    currency = TextField()
    until = IsoDateField()


class CheckRule(Table):
    """A check for one customer or (None) for all; `origin` says who asked for it, `hits` how often it struck."""

    id = AutoField()
    kind = TextField()
    customer = ForeignKeyField(Customer, null=True)
    parameters = JsonField(default=dict)
    severity = TextField(default="warning")
    text = TextField(default="")
    origin = TextField(default="")
    dispute = ForeignKeyField(Dispute, null=True)
    active = FlagField(default=True)
    hits = BigIntegerField(default=0)
    operator = ForeignKeyField(Operator)
    version = BigIntegerField(default=1)
    created_at = TextField()


class CheckStrike(Table):
    """A rule that spoke on a document, counted once."""

    rule = ForeignKeyField(CheckRule)
    invoice_id = BigIntegerField()
    date = IsoDateField()
    operator = ForeignKeyField(Operator)

    class Meta:
        primary_key = CompositeKey("rule", "invoice_id")
