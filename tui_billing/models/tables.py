"""The tables of the books, as Peewee models; their DDL is in `migrations/`."""

from __future__ import annotations

from tui_billing.models.engine import database  # isort: skip
from tui_billing.models.fields import (  # isort: skip  (imports peewee the thrifty way)
    AmountField,
    FlagField,
    IsoDateField,
    JsonField,
    PercentField,
    PriceField,
    QuantityField,
    RateField,
)

from peewee import AutoField, BigIntegerField, CompositeKey, ForeignKeyField, Model, TextField


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False
        only_save_dirty = True


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
    version = BigIntegerField(default=1)


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
    terms = TextField(default="")
    language = TextField(default="")
    prices_include_vat = FlagField(default=False)
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


class BankAccount(Table):
    id = AutoField()
    name = TextField()
    iban = TextField(unique=True)
    bic = TextField(default="")
    currency = TextField()
    account = TextField(default="512000")


class BankStatement(Table):
    id = AutoField()
    bank_account = ForeignKeyField(BankAccount)
    reference = TextField(default="")
    date_from = IsoDateField()
    date_to = IsoDateField()
    opening = AmountField()
    closing = AmountField()
    source = TextField(default="")
    at = TextField()


class BankLine(Table):
    id = AutoField()
    bank_account = ForeignKeyField(BankAccount)
    statement = ForeignKeyField(BankStatement, null=True)
    date = IsoDateField()
    value_date = IsoDateField(null=True)
    amount = AmountField()
    currency = TextField()
    text = TextField(default="")
    reference = TextField(default="")
    payer = TextField(default="")
    payer_iban = TextField(default="")
    fingerprint = TextField(unique=True)
    status = TextField(default="unmatched")


class Receipt(Table):
    """Money received from a customer; `open` is what is not yet allocated."""

    id = AutoField()
    customer = ForeignKeyField(Customer, backref="receipts")
    date = IsoDateField()
    amount = AmountField()
    currency = TextField()
    rate = RateField(default=1)
    rate_source = TextField(default="")
    rate_date = IsoDateField(null=True)
    amount_base = AmountField()
    means = TextField(default="30")
    reference = TextField(default="")
    payer = TextField(default="")
    note = TextField(default="")
    bank_account = ForeignKeyField(BankAccount, null=True)
    bank_line = ForeignKeyField(BankLine, null=True)
    open = AmountField()
    open_base = AmountField()
    reversed_on = IsoDateField(null=True)
    reversal_reason = TextField(default="")
    operator = ForeignKeyField(Operator)
    entry_at = TextField()


class Allocation(Table):
    """Part of a receipt, credit note or write-off that settles an invoice; taken back by a negative row."""

    id = AutoField()
    date = IsoDateField()
    kind = TextField()
    invoice = ForeignKeyField(Invoice, backref="allocations")
    receipt = ForeignKeyField(Receipt, null=True, backref="allocations")
    credit_note = ForeignKeyField(Invoice, null=True, backref="consumed_by")
    amount = AmountField()
    amount_base = AmountField()
    difference_base = AmountField(default=0)
    reason = TextField(default="")
    reverses = ForeignKeyField("self", null=True)
    operator = ForeignKeyField(Operator)
    entry_at = TextField()


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
