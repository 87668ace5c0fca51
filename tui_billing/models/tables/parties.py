"""The house, its operators, its customers and items."""

from __future__ import annotations

from tui_billing.models.fields import (
    AmountField,
    FlagField,
    IsoDateField,
    JsonField,
    PercentField,
    PriceField,
    RateField,
)  # isort: skip
from tui_billing.models.tables.base import Table

from peewee import AutoField, BigIntegerField, CompositeKey, ForeignKeyField, TextField  # isort: skip


class Setting(Table):
    key = TextField(primary_key=True)
    value = TextField()


class Company(Table):
    id = BigIntegerField(primary_key=True)
    party = JsonField()
    currency = TextField()
    language = TextField()
    terms = TextField()
    iban = TextField(default="")
    bic = TextField(default="")
    bank = TextField(default="")
    payment_means = TextField(default="30")
    vat_on_debits = FlagField(default=False)
    prices_include_vat = FlagField(default=False)
    late_penalty = TextField(default="")
    early_payment = TextField(default="")
    due_soon_days = BigIntegerField(default=7)
    logo = TextField(default="")
    payment_link = TextField(default="")
    creditor_identifier = TextField(default="")
    match_tolerance = AmountField(default=0)
    credit_approval = AmountField(default=0)
    version = BigIntegerField(default=1)


class Operator(Table):
    id = AutoField()
    login = TextField(unique=True)
    name = TextField()
    role = TextField(default="clerk")
    language = TextField(default="")
    seen_change = BigIntegerField(default=0)
    active = FlagField(default=True)


class Customer(Table):
    id = AutoField()
    code = TextField(unique=True)
    name = TextField()
    search = TextField()
    legal_form = TextField(default="")
    siren = TextField(default="")
    siret = TextField(default="")
    vat_id = TextField(default="")
    country = TextField()
    electronic_address = TextField(default="")
    electronic_scheme = TextField(default="")
    email = TextField(default="")
    phone = TextField(default="")
    language = TextField()
    currency = TextField()
    terms = TextField()
    payment_means = TextField(default="30")
    vat_category = TextField(default="")
    exemption_code = TextField(default="")
    purchase_order_required = FlagField(default=False)
    credit_limit = AmountField(default=0)
    note = TextField(default="")
    active = FlagField(default=True)
    quantity_tolerance = PercentField(default=0)
    price_tolerance = PercentField(default=0)
    confirmed_on = IsoDateField(null=True)
    version = BigIntegerField(default=1)
    einvoice_format = TextField(default="")
    buyer_reference = TextField(default="")


class Address(Table):
    id = AutoField()
    customer = ForeignKeyField(Customer, backref="addresses")
    kind = TextField(default="billing")
    name = TextField(default="")
    line1 = TextField(default="")
    line2 = TextField(default="")
    line3 = TextField(default="")
    postcode = TextField(default="")
    city = TextField(default="")
    region = TextField(default="")
    country = TextField()


class Contact(Table):
    id = AutoField()
    customer = ForeignKeyField(Customer, backref="contacts")
    name = TextField()
    role = TextField(default="")
    email = TextField(default="")
    phone = TextField(default="")


class Identifier(Table):
    id = AutoField()
    customer = ForeignKeyField(Customer, backref="identifiers")
    scheme = TextField()
    value = TextField()


class Item(Table):
    id = AutoField()
    code = TextField(unique=True)
    description = TextField()
    description_fr = TextField(default="")
    search = TextField()
    unit = TextField(default="C62")
    unit_price = PriceField()
    currency = TextField()
    vat_category = TextField(default="S")
    vat_rate = PercentField(default=0)
    exemption_code = TextField(default="")
    nature = TextField(default="services")
    active = FlagField(default=True)
    version = BigIntegerField(default=1)


class ExchangeRate(Table):
    currency = TextField()
    date = IsoDateField()
    rate = RateField()
    source = TextField()

    class Meta:
        primary_key = CompositeKey("currency", "date")
