"""The sample: a year of a small firm, built through the services, the same at every build."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from tui_billing.cli import sample_customers as who
from tui_billing.cli import sample_data as data
from tui_billing.cli.sample_bank import add_dollar_account, print_statement
from tui_billing.cli.sample_cases import attach_sources, plan_cases
from tui_billing.cli.sample_desk import Desk, Year
from tui_billing.cli.sample_money import plan_money
from tui_billing.cli.sample_plan import TODAY, plan_year
from tui_billing.cli.sample_post import begin_sending
from tui_billing.cli.sample_sources import enter_papers
from tui_billing.locale import _
from tui_billing.models.door import APPLICATION_ID, Books, open_books
from tui_billing.models.tables import Contact, Identifier, Operator, Setting
from tui_billing.models.write import add
from tui_billing.rules.problem import Refused
from tui_billing.services import master, setup
from tui_billing.services.mandates import MandateCard, add_mandate

import datetime as dt  # isort: skip
from decimal import Decimal  # isort: skip

SEED = 20261124
_LEFTOVERS = ("-wal", "-shm", "-journal", ".writer")

app = typer.Typer(help="The sample that comes with the program.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `build` a command of its own, also while it is the only one."""


@app.command("build")
def build(path: Annotated[Path, typer.Argument(help="Where the sample is written, for example sample.db.")]) -> None:
    """Build the sample anew; a rebuild gives an equal database."""
    build_sample(path)
    typer.echo(_("{path}: the sample is built").format(path=path))


def build_sample(path: Path) -> None:
    """Write the sample to `path`: one plain SQLite file without companions.

    An earlier sample there is replaced at the end, at one stroke. Raises `Refused` where another database
    or any other file lies there.
    """
    _require_ours(path)
    building = path.with_name(f".{path.name}.{os.getpid()}.building")
    try:
        with _unencrypted():
            books = open_books(str(building), create=True)
            try:
                # Nobody reads this file before it is whole: no need to wait for the disk at each commit.
                books.db.execute_sql("PRAGMA synchronous = OFF")
                fill(books)
                _seal(books)
            finally:
                books.shut()
        for name in _LEFTOVERS:  # those of the file that is replaced would be taken for the new one's
            path.with_name(path.name + name).unlink(missing_ok=True)
        building.chmod(0o644)
        building.replace(path)
    finally:
        for name in ("", *_LEFTOVERS):
            building.with_name(building.name + name).unlink(missing_ok=True)


def _require_ours(path: Path) -> None:
    """Refuse to replace anything but an earlier sample."""
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return
    found: tuple | None = None
    if path.is_file():
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as connection,
        ):
            found = connection.execute(
                "SELECT json_extract(party, '$.siren'), (SELECT value FROM setting WHERE key = 'business_date'),"
                " (SELECT application_id FROM pragma_application_id) FROM company"
            ).fetchone()
    if found is None or found[0] != data.COMPANY["siren"] or found[1] is None or found[2] != APPLICATION_ID:
        raise Refused("{path} is not the sample; choose another file name", path=path)


@contextlib.contextmanager
def _unencrypted() -> Iterator[None]:
    """The sample is for everybody: a key that the clerk's own books have is not used for it."""
    key = os.environ.pop("TUI_BILLING_KEY_FILE", None)
    try:
        yield
    finally:
        if key is not None:
            os.environ["TUI_BILLING_KEY_FILE"] = key


def fill(books: Books) -> None:
    """Found the firm in empty books, and live its year."""
    rng = Random(SEED)
    desk = Desk(books)
    desk.begin(dt.date(2025, 11, 28))
    with books.write():
        for person in data.PEOPLE:
            add(Operator, login=person.login, name=person.name, role=person.role, language=person.language)
        add(Setting, key="business_date", value=TODAY.isoformat())
    setup.found_company(books, desk.by("anna"), data.COMPANY)
    _enter_catalogue(books, desk)
    _enter_customers(books, desk)
    year = Year(desk, rng, plan_year(rng))
    add_dollar_account(year)
    plan_money(year)
    begin_sending(year)
    plan_cases(year)
    year.live(print_statement)
    enter_papers(desk, TODAY)
    attach_sources(desk)
    _sign_mandates(books, desk)
    _look_away(books)


def _enter_catalogue(books: Books, desk: Desk) -> None:
    for thing in data.ITEMS:
        item = {
            "code": thing.code,
            "description": thing.english,
            "description_fr": thing.french,
            "unit": thing.unit,
            "unit_price": thing.price,
            "vat_rate": thing.rate,
            "nature": thing.nature,
        }
        master.add_item(books, desk.by("marie"), item)
    for month, rates in data.RATES.items():
        for currency, rate in zip(data.CURRENCIES, rates, strict=True):
            day = dt.date.fromisoformat(f"{month}-01")
            master.add_rate(books, desk.by("anna"), currency, day, Decimal(rate), data.RATE_SOURCE)


def _enter_customers(books: Books, desk: Desk) -> None:
    for number, client in enumerate(who.CLIENTS, 1):
        category, exemption = who.EXEMPT.get(client.code, ("", ""))
        scheme, electronic = client.electronic
        delivery: dict[str, str] = {}
        if client.code in who.DELIVERY:
            delivery = dict(zip(("name", "line1", "postcode", "city"), who.DELIVERY[client.code], strict=True))
        card = master.CustomerCard(
            code=client.code,
            name=client.name,
            country=client.country,
            address_line1=client.street,
            postcode=client.postcode,
            city=client.city,
            region=who.REGION.get(client.code, ""),
            legal_form=client.form,
            siren=client.siren,
            siret=client.siret,
            vat_id=client.vat_id,
            email=client.email,
            phone=_phone(client.country, number),
            contact=client.contact,
            electronic_address=electronic,
            electronic_scheme=scheme,
            language=client.language,
            currency=who.CURRENCY.get(client.code, ""),
            terms=client.terms,
            vat_category=category,
            exemption_code=exemption,
            purchase_order_required="y" if client.code in who.ORDER_REQUIRED else "",
            credit_limit=who.CREDIT_LIMIT.get(client.code, ""),
            note=who.NOTES.get(client.code, ""),
            delivery=delivery,
        )
        key = master.add_customer(books, desk.by("paul" if number % 3 else "marie"), card)
        with books.write():
            for kind, value in who.IDENTIFIERS.get(client.code, ()):
                add(Identifier, customer_id=key, scheme=kind, value=value)
            if client.code in who.CONTACTS:
                name, role = who.CONTACTS[client.code]
                add(Contact, customer_id=key, name=name, role=role, email=f"second@{client.code.lower()}.example")


def _sign_mandates(books: Books, desk: Desk) -> None:
    for code, iban, signed, scheme in data.MANDATES:
        card = MandateCard(customer=code, iban=iban, signed_on=dt.date.fromisoformat(signed), scheme=scheme)
        add_mandate(books, desk.by("anna"), card)


def _phone(country: str, number: int) -> str:
    prefix = {"FR": "33 4 72 00", "BE": "32 2 555", "DE": "49 221 555", "GB": "44 161 496", "US": "1 202 555"}
    prefix |= {"CH": "41 22 555", "IT": "39 02 555", "ES": "34 91 555", "LU": "352 26 55", "JP": "81 75 555"}
    return f"+{prefix[country]} {number + 100:04d}"


def _look_away(books: Books) -> None:
    """Each clerk has seen the changes of some days ago; the rest is new to them on the business date."""
    with books.write():
        for login, day in (("marie", "2026-11-24"), ("paul", "2026-11-23"), ("anna", "2026-11-20")):
            books.db.execute_sql(
                "UPDATE operator SET seen_change = (SELECT coalesce(min(seq) - 1, 0) FROM change WHERE at >= ?)"
                " WHERE login = ?",
                (day, login),
            )


def _seal(books: Books) -> None:
    """One checkpointed file that any SQLite opens, with nothing in it of the moment of its making."""
    with books.write():
        books.db.execute_sql("UPDATE schema_migration SET applied = ?", ("2026-11-24 06:00:00",))
        books.db.execute_sql("INSERT INTO invoice_search (invoice_search) VALUES ('optimize')")
    for statement in (
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA journal_mode = DELETE",
        # An audit event fills most of a usual page: small ones waste a megabyte less of what is downloaded.
        "PRAGMA page_size = 512",
        "VACUUM",
    ):
        books.db.execute_sql(statement).fetchall()
