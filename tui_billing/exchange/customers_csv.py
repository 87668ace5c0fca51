"""Customers and items as CSV: which heads there are, and which a file cannot do without."""

from __future__ import annotations

from tui_billing.exchange.csv_table import Row, read_table

#: The heads of the command contract, then the others of a customer's card.
CUSTOMER_HEADS = [
    "code",
    "name",
    "address_line1",
    "address_line2",
    "postcode",
    "city",
    "country",
    "siren",
    "vat_id",
    "email",
    "language",
    "currency",
    "terms",
    "region",
    "legal_form",
    "siret",
    "phone",
    "contact",
    "electronic_address",
    "electronic_scheme",
    "vat_category",
    "exemption_code",
    "purchase_order_required",
    "credit_limit",
    "note",
    "einvoice_format",
    "buyer_reference",
]
CUSTOMER_REQUIRED = ("code", "name", "country")
ITEM_HEADS = [
    "code",
    "description",
    "description_fr",
    "unit",
    "unit_price",
    "currency",
    "vat_category",
    "vat_rate",
    "exemption_code",
    "nature",
]
ITEM_REQUIRED = ("code", "description", "unit_price")


def read_customers(data: bytes) -> list[Row]:
    """The customers of a CSV file, nothing checked but its heads and its shape."""
    return read_table(data, CUSTOMER_HEADS, CUSTOMER_REQUIRED)


def read_items(data: bytes) -> list[Row]:
    """The items of a CSV file, likewise."""
    return read_table(data, ITEM_HEADS, ITEM_REQUIRED)
