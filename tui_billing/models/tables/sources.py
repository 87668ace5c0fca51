"""What was agreed, ordered and delivered, and which invoice lines billed it."""

from __future__ import annotations

from tui_billing.models.fields import (
    AmountField,
    IsoDateField,
    JsonField,
    PercentField,
    PriceField,
    QuantityField,
    RateField,
)  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.documents import Invoice, InvoiceLine
from tui_billing.models.tables.parties import Customer, Item, Operator

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class Contract(Table):
    """Prices agreed for a period; `ceiling` (net, 0: none) and `billed` in minor units of its currency."""

    id = AutoField()
    customer = ForeignKeyField(Customer)
    number = TextField()
    title = TextField(default="")
    start_date = IsoDateField()
    end_date = IsoDateField(null=True)
    currency = TextField()
    index_percent = PercentField(default=0)
    ceiling = AmountField(default=0)
    billed = AmountField(default=0)
    status = TextField(default="open")
    note = TextField(default="")
    operator = ForeignKeyField(Operator)
    version = BigIntegerField(default=1)
    created_at = TextField()


class ContractLine(Table):
    """A price agreed; `ceiling` is the most that may be billed of it (0: no limit)."""

    id = AutoField()
    contract = ForeignKeyField(Contract, backref="lines")
    position = BigIntegerField()
    item = ForeignKeyField(Item, null=True)
    item_code = TextField(default="")
    description = TextField()
    unit = TextField()
    unit_price = PriceField()
    discount_percent = PercentField(default=0)
    ceiling = QuantityField(default=0)
    billed = QuantityField(default=0)


class ContractIndex(Table):
    """From this day on the contract's prices are multiplied by `factor`."""

    id = AutoField()
    contract = ForeignKeyField(Contract, backref="indexes")
    valid_from = IsoDateField()
    factor = RateField()
    note = TextField(default="")
    operator = ForeignKeyField(Operator)
    at = TextField()


class PurchaseOrder(Table):
    """A customer's order, under the customer's own number."""

    id = AutoField()
    customer = ForeignKeyField(Customer)
    number = TextField()
    date = IsoDateField()
    currency = TextField()
    contract = ForeignKeyField(Contract, null=True)
    status = TextField(default="open")
    note = TextField(default="")
    source = TextField(default="typed")
    operator = ForeignKeyField(Operator)
    version = BigIntegerField(default=1)
    created_at = TextField()


class OrderLine(Table):
    """What is ordered; `delivered` and `billed` are kept from delivery and billed lines."""

    id = AutoField()
    order = ForeignKeyField(PurchaseOrder, backref="lines")
    position = BigIntegerField()
    reference = TextField(default="")
    item = ForeignKeyField(Item, null=True)
    item_code = TextField(default="")
    description = TextField()
    quantity = QuantityField()
    unit = TextField()
    unit_price = PriceField(null=True)
    discount_percent = PercentField(default=0)
    delivered = QuantityField(default=0)
    billed = QuantityField(default=0)


class DeliveryNote(Table):
    id = AutoField()
    customer = ForeignKeyField(Customer)
    number = TextField()
    date = IsoDateField()
    order = ForeignKeyField(PurchaseOrder, null=True)
    received_by = TextField(default="")
    status = TextField(default="open")
    note = TextField(default="")
    source = TextField(default="typed")
    operator = ForeignKeyField(Operator)
    version = BigIntegerField(default=1)
    created_at = TextField()


class DeliveryLine(Table):
    """What was delivered (negative: taken back); `open` is what may still be billed of it."""

    id = AutoField()
    delivery = ForeignKeyField(DeliveryNote, backref="lines")
    position = BigIntegerField()
    order_line = ForeignKeyField(OrderLine, null=True)
    item = ForeignKeyField(Item, null=True)
    item_code = TextField(default="")
    description = TextField()
    quantity = QuantityField()
    unit = TextField()
    billed = QuantityField(default=0)
    open = QuantityField()


class BilledLine(Table):
    """How much of an order, delivery or contract line an invoice line bills; a credit note takes it back."""

    id = AutoField()
    invoice = ForeignKeyField(Invoice)
    line = ForeignKeyField(InvoiceLine)
    order_line = ForeignKeyField(OrderLine, null=True)
    delivery_line = ForeignKeyField(DeliveryLine, null=True)
    contract_line = ForeignKeyField(ContractLine, null=True)
    quantity = QuantityField()
    net = AmountField(default=0)
    override = TextField(default="")
    reverses = ForeignKeyField("self", null=True)
    operator = ForeignKeyField(Operator)
    at = TextField()


class SourceDraft(Table):
    """An order, delivery note or contract being typed; `source_id` is the one that it will change (None: a new one)."""

    id = AutoField()
    kind = TextField()
    source_id = BigIntegerField(null=True)
    source_version = BigIntegerField(null=True)
    operator = ForeignKeyField(Operator)
    form = JsonField()
    holder = TextField(null=True)
    version = BigIntegerField(default=1)
    updated_at = TextField()
