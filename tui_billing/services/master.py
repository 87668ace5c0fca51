"""Master data: customers, items and exchange rates, entered and changed with an audit event each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.tables import Address, Contact, Customer, ExchangeRate
from tui_billing.models.write import add, change
from tui_billing.rules import identifiers
from tui_billing.rules.content import CATEGORIES
from tui_billing.rules.countries import COUNTRIES
from tui_billing.rules.en16931.formats import FORMATS
from tui_billing.rules.money import exponent
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.rules.terms import parse_terms
from tui_billing.rules.text import clean, fold
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.items import add_item_in

import re  # isort: skip

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,39}")


@dataclass(slots=True)
class CustomerCard:
    """A customer as it is typed or imported; every value is text, "" means the company's default."""

    code: str = ""
    name: str = ""
    country: str = ""
    address_line1: str = ""
    address_line2: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    legal_form: str = ""
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    contact: str = ""
    electronic_address: str = ""
    electronic_scheme: str = ""
    language: str = ""
    currency: str = ""
    terms: str = ""
    vat_category: str = ""
    exemption_code: str = ""
    purchase_order_required: str = ""
    credit_limit: str = ""
    note: str = ""
    einvoice_format: str = ""
    buyer_reference: str = ""
    delivery: dict[str, str] = field(default_factory=dict)


#: Field -> longest text; what is not named holds 200 characters.
_LIMITS = {"code": 40, "country": 2, "postcode": 20, "siren": 20, "siret": 20, "vat_id": 20, "note": 2000}


def check_card(books: Books, card: CustomerCard) -> dict[str, Any]:
    """The values of a customer's row and billing address; the first wrong field is a Problem with its name."""
    firm = company(books)
    text = {
        name: clean(getattr(card, name), _LIMITS.get(name, 200), name)
        for name in CustomerCard.__slots__
        if name != "delivery"
    }
    code = text["code"].upper()
    if not _CODE.fullmatch(code):
        raise Problem(
            "{code} is no customer code; use letters, digits, dot, dash, for example ACME", field="code", code=code[:40]
        )
    if not text["name"]:
        raise Problem("a customer needs a name", field="name")
    country = text["country"].upper()
    if country not in COUNTRIES:
        raise Problem(
            "{country} is not a country; type its two letters, for example FR", field="country", country=country
        )
    language = text["language"].lower() or firm.language
    if language not in ("en", "fr"):
        raise Problem("{language} is not a language here; it is en or fr", field="language", language=language)
    currency = text["currency"].upper() or firm.currency
    exponent(currency)
    siren = identifiers.check_siren(text["siren"]) if text["siren"] else ""
    siret = identifiers.check_siret(text["siret"], siren) if text["siret"] else ""
    vat_id = identifiers.check_vat_id(text["vat_id"], country) if text["vat_id"] else ""
    category = text["vat_category"].upper()
    if category and category not in CATEGORIES:
        raise Problem(
            "{category} is no VAT category; the usual ones are S, Z, E, AE, K, G and O",
            field="vat_category",
            category=category,
        )
    limit = parse_plain(text["credit_limit"] or "0", exponent(firm.currency), "credit_limit")
    return {
        "row": {
            "code": code,
            "name": text["name"],
            "search": fold(f"{code} {text['name']} {text['city']} {vat_id} {siren}"),
            "legal_form": text["legal_form"],
            "siren": siren or siret[:9],
            "siret": siret,
            "vat_id": vat_id,
            "country": country,
            "electronic_address": text["electronic_address"],
            "electronic_scheme": text["electronic_scheme"],
            "email": text["email"],
            "phone": text["phone"],
            "language": language,
            "currency": currency,
            "terms": parse_terms(text["terms"]).text if text["terms"] else firm.terms,
            "vat_category": category,
            "exemption_code": text["exemption_code"].upper(),
            "purchase_order_required": text["purchase_order_required"].lower() in ("1", "y", "yes", "o", "oui", "true"),
            "credit_limit": int(limit.scaleb(exponent(firm.currency))),
            "note": text["note"],
            "einvoice_format": _format(text["einvoice_format"]),
            "buyer_reference": text["buyer_reference"],
        },
        "address": {
            "line1": text["address_line1"],
            "line2": text["address_line2"],
            "postcode": text["postcode"],
            "city": text["city"],
            "region": text["region"],
            "country": country,
        },
        "contact": text["contact"],
    }


def _format(text: str) -> str:
    """The format of a customer's electronic invoices; "" is the PDF with the XML inside."""
    if text and text.lower() not in FORMATS:
        raise Problem(
            "{format} is no format of an electronic invoice; it is one of {formats}",
            field="einvoice_format",
            format=text[:40],
            formats=", ".join(FORMATS),
        )
    return text.lower()


def add_customer(books: Books, context: Context, card: CustomerCard) -> int:
    """Enter a customer; return its id. A code that is taken is refused."""
    return transact(books, context, "customer", lambda work: add_customer_in(work, card))


def add_customer_in(work: Work, card: CustomerCard) -> int:
    """The same inside an open transaction (imports)."""
    values = check_card(work.books, card)
    row = values["row"]
    if work.books.row("SELECT 1 FROM customer WHERE code = ?", (row["code"],)):
        raise Problem("the code {code} is taken; choose another", field="code", code=row["code"])
    customer = add(Customer, **row, confirmed_on=work.today)
    add(Address, customer_id=customer, kind="billing", **values["address"])
    if card.delivery:
        place = {k: clean(v, 200, f"delivery.{k}") for k, v in card.delivery.items()}
        add(Address, customer_id=customer, kind="delivery", **{"country": row["country"], **place})
    if values["contact"]:
        add(Contact, customer_id=customer, name=values["contact"], email=row["email"], phone=row["phone"])
    payload = {"v": 1, "after": {k: v for k, v in row.items() if k != "search"}, "address": values["address"]}
    work.audit("add", "customer", customer, payload, row["code"])
    return customer


def change_customer(books: Books, context: Context, customer_id: int, version: int, card: CustomerCard) -> int:
    """Change a customer's card; return its new version. Documents issued before keep what was copied then.

    Raises `Conflict` with both versions where somebody else has changed it since `version`.
    """

    def do(work: Work) -> int:
        before = locked(books, "customer", "version, code", customer_id)
        if before is None:
            raise NotFound("there is no customer with id {id}", id=customer_id)
        values = check_card(books, card)
        row = values["row"]
        old = card_of(books, customer_id)
        if before[0] != version:
            raise Conflict(
                "somebody else has changed this customer; compare both versions and save again",
                mine={name: getattr(card, name) for name in CustomerCard.__slots__},
                theirs={name: getattr(old, name) for name in CustomerCard.__slots__},
            )
        if row["code"] != before[1]:
            raise Problem("the code of a customer does not change; add a new customer instead", field="code")
        change(Customer, customer_id, **row, version=version + 1, confirmed_on=work.today)
        address = books.value("SELECT min(id) FROM address WHERE customer_id = ? AND kind = 'billing'", (customer_id,))
        if address is None:
            add(Address, customer_id=customer_id, kind="billing", **values["address"])
        else:
            change(Address, address, **values["address"])
        contact = books.value("SELECT min(id) FROM contact WHERE customer_id = ?", (customer_id,))
        if contact is not None and values["contact"]:
            change(Contact, contact, name=values["contact"])
        elif values["contact"]:
            add(Contact, customer_id=customer_id, name=values["contact"])
        names = [name for name in CustomerCard.__slots__ if name != "delivery"]
        new = card_of(books, customer_id)
        differences = {
            name: [getattr(old, name), getattr(new, name)] for name in names if getattr(old, name) != getattr(new, name)
        }
        work.audit("change", "customer", customer_id, {"v": 1, "changed": differences}, row["code"])
        return version + 1

    return transact(books, context, "customer", do)


def card_of(books: Books, customer_id: int) -> CustomerCard:
    """A customer as it could be typed again."""
    row = Customer.get_or_none(Customer.id == customer_id)
    if row is None:
        raise NotFound("there is no customer with id {id}", id=customer_id)
    address = Address.select().where((Address.customer == customer_id) & (Address.kind == "billing")).first()
    contact = Contact.select().where(Contact.customer == customer_id).order_by(Contact.id).first()
    firm = company(books)
    places = exponent(firm.currency)
    limit = format(Decimal(row.credit_limit).scaleb(-places), "f") if row.credit_limit else ""
    return CustomerCard(
        code=row.code,
        name=row.name,
        country=row.country,
        address_line1=address.line1 if address else "",
        address_line2=address.line2 if address else "",
        postcode=address.postcode if address else "",
        city=address.city if address else "",
        region=address.region if address else "",
        legal_form=row.legal_form,
        siren=row.siren,
        siret=row.siret,
        vat_id=row.vat_id,
        email=row.email,
        phone=row.phone,
        contact=contact.name if contact else "",
        electronic_address=row.electronic_address,
        electronic_scheme=row.electronic_scheme,
        language=row.language,
        currency=row.currency,
        terms=row.terms,
        vat_category=row.vat_category,
        exemption_code=row.exemption_code,
        purchase_order_required="y" if row.purchase_order_required else "",
        credit_limit=limit,
        note=row.note,
        einvoice_format=row.einvoice_format,
        buyer_reference=row.buyer_reference,
    )


def add_item(books: Books, context: Context, data: Mapping[str, str]) -> int:
    """Enter an item of the catalogue (the fields are those of `items.FIELDS`); return its id."""
    return transact(books, context, "item", lambda work: add_item_in(work, data))


def add_rate(books: Books, context: Context, currency: str, on: dt.date, rate: Decimal, source: str) -> None:
    """Enter the exchange rate of a day: base units for one unit of `currency` (at most 8 decimals)."""
    exponent(currency)
    if rate <= 0:
        raise Problem("an exchange rate is more than 0", field="rate")
    if currency == company(books).currency:
        raise Problem("{currency} is the books' own currency; it needs no rate", field="currency", currency=currency)

    def do(work: Work) -> None:
        if facts.exchange_rate(books, currency, on) and books.row(
            "SELECT 1 FROM exchange_rate WHERE currency = ? AND date = ?", (currency, on.isoformat())
        ):
            raise Problem("there is a rate for {currency} on that day already", field="date", currency=currency)
        ExchangeRate.insert(currency=currency, date=on, rate=rate, source=clean(source, 100, "source")).execute()
        payload = {"v": 1, "currency": currency, "date": on.isoformat(), "rate": format(rate, "f"), "source": source}
        work.audit("add", "exchange_rate", 0, payload, f"{currency} {on.isoformat()}")

    transact(books, context, "rate", do)
