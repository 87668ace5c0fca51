"""The tables of the books, as Peewee models; their DDL is in `migrations/`."""

from tui_billing.models.tables.base import Table, database
from tui_billing.models.tables.disputes import Dispute, DisputeLine, DisputeNote
from tui_billing.models.tables.documents import (
    Instalment,
    Invoice,
    InvoiceAdjustment,
    InvoiceLine,
    Rendering,
    Series,
    VatBreakdown,
)
from tui_billing.models.tables.journal import Account, Audit, ChainHead, Change, Command, Period, Posting, PostingLine
from tui_billing.models.tables.money import Allocation, BankAccount, BankLine, BankStatement, Receipt
from tui_billing.models.tables.parties import (
    Address,
    Company,
    Contact,
    Customer,
    ExchangeRate,
    Identifier,
    Item,
    Operator,
    Setting,
)

__all__ = [
    "Account",
    "Address",
    "Allocation",
    "Audit",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "ChainHead",
    "Change",
    "Command",
    "Company",
    "Contact",
    "Customer",
    "Dispute",
    "DisputeLine",
    "DisputeNote",
    "ExchangeRate",
    "Identifier",
    "Instalment",
    "Invoice",
    "InvoiceAdjustment",
    "InvoiceLine",
    "Item",
    "Operator",
    "Period",
    "Posting",
    "PostingLine",
    "Receipt",
    "Rendering",
    "Series",
    "Setting",
    "Table",
    "VatBreakdown",
    "database",
]
