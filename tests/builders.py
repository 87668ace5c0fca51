"""A small company with its customers and items, and the fixtures that lay it on both databases.

Other rooms take `small_company(url)` and `typed(...)`; a room that wants the fixtures imports them in its
conftest: `from tests.builders import *  # noqa: F403`.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tui_billing.models.door import Books, open_books
from tui_billing.rules.content import Content, content_from_json
from tui_billing.services import issue, master, setup
from tui_billing.services.context import Context

__all__ = ["TODAY", "books", "clerk", "firm", "firm_url", "founded_postgres", "founded_sqlite", "issued", "typed"]

TODAY = dt.date(2026, 11, 25)

COMPANY: dict[str, Any] = {
    "name": "Atelier Duval",
    "legal_form": "SARL",
    "siren": "732829320",
    "vat_id": "FR44732829320",
    "address": {"line1": "12 rue des Forges", "postcode": "69002", "city": "Lyon", "country": "FR"},
    "iban": "FR7630006000011234567890189",
    "language": "en",
    "late_penalty": "10",
}
_FRENCH = {"country": "FR", "postcode": "69001", "city": "Lyon", "address_line1": "1 place Bellecour"}
#: ACME: euro, 30 days end of month. USCO: dollars, two instalments, exported without VAT. JPCO: yen, no decimals.
#: DUPO: asks for an order number. KLEIN: Germany, intra-community.
CUSTOMERS: tuple[dict[str, Any], ...] = (
    {"code": "ACME", "name": "ACME Industries", "legal_form": "SAS", "siren": "552081317", "terms": "30eom", **_FRENCH},
    {
        "code": "USCO",
        "name": "US Company",
        "country": "US",
        "city": "New York",
        "currency": "USD",
        "terms": "50%@30+50%@60",
        "vat_category": "G",
        "exemption_code": "VATEX-EU-G",
    },
    {
        "code": "JPCO",
        "name": "株式会社 日本",
        "country": "JP",
        "city": "Tokyo",
        "currency": "JPY",
        "vat_category": "G",
        "exemption_code": "VATEX-EU-G",
    },
    {"code": "DUPO", "name": "Dupont & Fils", "terms": "0", "purchase_order_required": "y", **_FRENCH},
    {
        "code": "KLEIN",
        "name": "Klein GmbH",
        "country": "DE",
        "city": "Köln",
        "vat_id": "DE136695976",
        "vat_category": "K",
        "exemption_code": "VATEX-EU-IC",
    },
)
ITEMS: tuple[dict[str, str], ...] = (
    {"code": "A10", "description": "Consulting day", "unit_price": "650", "vat_rate": "20", "unit": "DAY"},
    {"code": "B20", "description": "Bracket, steel", "unit_price": "45", "vat_rate": "20", "nature": "goods"},
    {"code": "C30", "description": "Audit", "description_fr": "Contrôle", "unit_price": "1200.50", "vat_rate": "20"},
    {"code": "D40", "description": "Book", "unit_price": "19.99", "vat_rate": "5.5", "nature": "goods"},
)
#: Base units for one unit, by day: the dollar falls between the first and the twentieth.
RATES = (("USD", "2026-11-01", "0.91234"), ("USD", "2026-11-20", "0.88"), ("JPY", "2026-11-01", "0.0061"))


def clerk(operator: str = "marie", role: str = "clerk", today: dt.date = TODAY, **more: Any) -> Context:
    """A context of a fresh command."""
    return Context(operator, today, role=role, origin="test", **more)


def small_company(url: str, *, create: bool = True, **company: Any) -> Books:
    """Open books at `url` and fill them: a company, five customers, four items, three rates."""
    books = open_books(url, create=create)
    setup.found_company(books, clerk("founder"), {**COMPANY, **company})
    for customer in CUSTOMERS:
        master.add_customer(books, clerk("founder"), master.CustomerCard(**customer))
    for item in ITEMS:
        master.add_item(books, clerk("founder"), item)
    for currency, day, rate in RATES:
        master.add_rate(books, clerk("founder"), currency, dt.date.fromisoformat(day), Decimal(rate), "ECB")
    return books


def typed(customer: str = "ACME", *lines: str | dict[str, Any], **fields: Any) -> Content:
    """A typed invoice; a line is an object or "ITEM", "ITEM QUANTITY", "ITEM QUANTITY PRICE"."""
    names = ("item", "quantity", "unit_price")
    rows = [dict(zip(names, row.split(), strict=False)) if isinstance(row, str) else row for row in lines or ("A10",)]
    return content_from_json({"customer": customer, "lines": rows, **fields})


def issued(books: Books, customer: str = "ACME", *lines: str | dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Issue what is typed by a fresh command: {"id", "number"}."""
    context = clerk(today=fields.pop("today", TODAY))
    return issue.issue_content(books, context, typed(customer, *lines, **fields))


# -- fixtures ------------------------------------------------------------


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small company's database, to be copied."""
    path = tmp_path_factory.mktemp("founded") / "books.db"
    small_company(str(path)).shut()
    return path


@pytest.fixture(scope="session")
def founded_postgres(make_postgres_database: Callable[..., str]) -> str:
    """The name of the small company's database on PostgreSQL, to be copied."""
    url = make_postgres_database()
    small_company(url).shut()
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgres"])
def firm_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the small company lies, on both engines; a copy for each test."""
    if request.param == "sqlite":
        yield str(shutil.copyfile(request.getfixturevalue("founded_sqlite"), tmp_path / "books.db"))
        return
    url = request.getfixturevalue("make_postgres_database")(template=request.getfixturevalue("founded_postgres"))
    yield url
    # At once, and not at the end: what is gone before the system writes it out costs no disk.
    import psycopg

    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(request.getfixturevalue("postgres_server"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def books(firm_url: str) -> Iterator[Books]:
    """The small company, open."""
    opened = open_books(firm_url)
    yield opened
    opened.shut()


@pytest.fixture
def firm(tmp_path: Path, founded_sqlite: Path) -> Iterator[Books]:
    """The small company on SQLite alone, for what both engines do alike."""
    opened = open_books(str(shutil.copyfile(founded_sqlite, tmp_path / "books.db")))
    yield opened
    opened.shut()
