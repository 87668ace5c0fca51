"""Invoices and credit notes with what stands on them."""

from __future__ import annotations

from tui_billing.models.fields import (
    AmountField,
    FlagField,
    IsoDateField,
    JsonField,
    PercentField,
    PriceField,
    QuantityField,
    RateField,
)  # isort: skip
from tui_billing.models.tables.base import Table
from tui_billing.models.tables.parties import Customer, Item, Operator
from tui_billing.models.tables.templates import Template

from peewee import AutoField, BigIntegerField, ForeignKeyField, TextField  # isort: skip


class Series(Table):
    id = AutoField()
    code = TextField()
    prefix = TextField()
    year = BigIntegerField()
    next_counter = BigIntegerField(default=1)
    last_issue_date = TextField(default="")


class Invoice(Table):
    """An invoice, credit note or corrective invoice; a draft until it has its number."""

    id = AutoField()
    kind = TextField(default="invoice")
    state = TextField(default="draft")
    number = TextField(null=True, unique=True)
    series = ForeignKeyField(Series, null=True)
    counter = BigIntegerField(null=True)
    type_code = TextField(default="380")
    customer = ForeignKeyField(Customer, null=True, backref="invoices")
    buyer_name = TextField(default="")
    issue_date = IsoDateField()
    tax_point_date = IsoDateField(null=True)
    delivery_date = IsoDateField(null=True)
    period_start = IsoDateField(null=True)
    period_end = IsoDateField(null=True)
    due_date = IsoDateField(null=True)
    currency = TextField()
    rate = RateField(default=1)
    rate_source = TextField(default="")
    rate_date = IsoDateField(null=True)
    purchase_order = TextField(default="")
    contract = TextField(default="")
    delivery_note = TextField(default="")
    sales_order = TextField(default="")
    buyer_reference = TextField(default="")
    project = TextField(default="")
    original = ForeignKeyField("self", null=True)
    reason = TextField(default="")
    operation_category = TextField(default="")
    vat_on_debits = FlagField(default=False)
    payment_means = TextField(default="")
    iban = TextField(default="")
    bic = TextField(default="")
    payment_reference = TextField(default="")
    payment_link = TextField(default="")
    terms = TextField(default="")
    language = TextField(default="")
    prices_include_vat = FlagField(default=False)
    template = ForeignKeyField(Template, null=True)
    method = TextField(default="group")
    seller = JsonField(default=dict)
    buyer = JsonField(default=dict)
    delivery = JsonField(default=dict)
    mentions = JsonField(default=list)
    note = TextField(default="")
    lines_total = AmountField(default=0)
    allowances_total = AmountField(default=0)
    charges_total = AmountField(default=0)
    net = AmountField(default=0)
    tax = AmountField(default=0)
    gross = AmountField(default=0)
    prepaid = AmountField(default=0)
    rounding = AmountField(default=0)
    payable = AmountField(default=0)
    net_base = AmountField(default=0)
    tax_base = AmountField(default=0)
    gross_base = AmountField(default=0)
    payable_base = AmountField(default=0)
    open = AmountField(default=0)
    open_base = AmountField(default=0)
    credited = AmountField(default=0)
    written_off = AmountField(default=0)
    disputed = AmountField(default=0)
    disputed_base = AmountField(default=0)
    next_due = IsoDateField(null=True)
    settled_on = IsoDateField(null=True)
    operator = ForeignKeyField(Operator)
    form = JsonField(null=True)
    holder = TextField(null=True)
    version = BigIntegerField(default=1)
    created_at = TextField()
    updated_at = TextField()
    issued_at = TextField(null=True)
    issued_by = ForeignKeyField(Operator, null=True, column_name="issued_by")
    batch_id = TextField(null=True)


class InvoiceLine(Table):
    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="lines")
    position = BigIntegerField()
    item = ForeignKeyField(Item, null=True)
    item_code = TextField(default="")
    description = TextField()
    quantity = QuantityField()
    unit = TextField()
    unit_price = PriceField()
    discount_percent = PercentField(default=0)
    discount = AmountField(default=0)
    net = AmountField()
    vat_category = TextField()
    vat_rate = PercentField()
    exemption_code = TextField(default="")
    nature = TextField(default="services")
    period_start = IsoDateField(null=True)
    period_end = IsoDateField(null=True)
    order_line = TextField(default="")
    note = TextField(default="")
    original_line = ForeignKeyField("self", null=True)


class InvoiceAdjustment(Table):
    """An allowance or charge of the document, or of a line (BG-20, 21, 27, 28)."""

    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="adjustments")
    line = ForeignKeyField(InvoiceLine, null=True)
    is_charge = FlagField()
    amount = AmountField()
    base = AmountField(null=True)
    percent = PercentField(null=True)
    reason = TextField(default="")
    reason_code = TextField(default="")
    vat_category = TextField(default="")
    vat_rate = PercentField(default=0)
    exemption_code = TextField(default="")


class VatBreakdown(Table):
    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="vat_breakdown")
    category = TextField()
    rate = PercentField()
    exemption_code = TextField(default="")
    exemption_text = TextField(default="")
    taxable = AmountField()
    tax = AmountField()
    taxable_base = AmountField()
    tax_base = AmountField()


class Instalment(Table):
    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="instalments")
    position = BigIntegerField()
    due_date = IsoDateField()
    amount = AmountField()
    open = AmountField()
    open_base = AmountField()


class Rendering(Table):
    id = AutoField()
    invoice = ForeignKeyField(Invoice, backref="renderings")
    path = TextField()
    sha256 = TextField()
    missing = TextField(default="")
    at = TextField()
    format = TextField(default="pdf")
    findings = JsonField(default=list)
