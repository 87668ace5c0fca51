"""The command line run in this process, on books with two customers and three items, on both engines."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tui_billing.__main__ import main

TODAY = "2026-11-25"
COMPANY = {
    "name": "Atelier Duval",
    "legal_form": "SARL",
    "siren": "732829320",
    "vat_id": "FR44732829320",
    "address": {"line1": "12 rue des Forges", "postcode": "69003", "city": "Lyon", "country": "FR"},
    "iban": "FR7630006000011234567890189",
    "late_penalty": "12",
    "early_payment": "none",
}
CUSTOMERS = """\
code,name,country,address_line1,postcode,city,terms,currency,siren,vat_category,exemption_code
ACME,ACME Industries,FR,45 avenue Foch,75011,Paris,30eom,EUR,552100554,,
USCO,US Company,US,1 Main Street,10001,New York,50%@30+50%@60,USD,,G,VATEX-EU-G
"""
ITEMS = """\
code,description,unit,unit_price,vat_rate,nature
A10,"Consulting, day",DAY,650,20,services
B20,Travel [flat],C62,45,20,goods
C30,Workshop,C62,1200.50,20,services
"""


@dataclass
class Answer:
    """What a run of the command line gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Desk:
    """A command line at certain books."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = url
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        capsys.readouterr()  # what furnishing the books has said

    def __call__(self, *arguments: str, given: str | bytes = "", today: str = TODAY, lang: str = "en") -> Answer:
        """Run a verb; `given` stands on its standard input."""
        raw = given if isinstance(given, bytes) else given.encode()
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        self._capsys.readouterr()
        spoken = ["--lang", lang] if lang else []
        code = main(["--db", self.url, "--today", today, *spoken, *arguments])
        out, err = self._capsys.readouterr()
        return Answer(code, out, err)

    def ok(self, *arguments: str, **options: Any) -> Answer:
        """The same, which must succeed."""
        answer = self(*arguments, **options)
        assert answer.code == 0, answer.err
        return answer

    def invoice(self, customer: str = "ACME", today: str = TODAY, **values: Any) -> dict[str, Any]:
        """An issued invoice, of two days of consulting where no lines are given."""
        order = {"customer": customer, "lines": [{"item": "A10", "quantity": "2"}], **values}
        return self.ok("invoice", "create", "-", "--issue", "--json", given=json.dumps(order), today=today).json

    def wrong(self, *arguments: str, **options: Any) -> str:
        """The one line that a refused run says; exit code 2, nothing on standard output."""
        answer = self(*arguments, **options)
        assert answer.code == 2, (answer.code, answer.out, answer.err)
        assert answer.out == ""
        assert answer.err.count("\n") == 1, answer.err
        assert "Traceback" not in answer.err
        return answer.err.strip()


def _furnish(url: str, folder: Path) -> None:
    company, customers, items = folder / "company.json", folder / "customers.csv", folder / "items.csv"
    company.write_text(json.dumps(COMPANY))
    customers.write_text(CUSTOMERS)
    items.write_text(ITEMS)
    at = ["--db", url, "--today", TODAY]
    assert main([*at, "init", "--company", str(company)]) == 0
    assert main([*at, "customer", "import", str(customers)]) == 0
    assert main([*at, "item", "import", str(items)]) == 0
    assert main([*at, "rate", "add", "USD", "2026-01-01", "0.91234"]) == 0


@pytest.fixture(scope="session")
def _furnished_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    _furnish(str(folder / "books.db"), folder)
    return folder / "books.db"


@pytest.fixture(scope="session")
def _furnished_postgres(tmp_path_factory: pytest.TempPathFactory, make_postgres_database: Callable[..., str]) -> str:
    url = make_postgres_database()
    _furnish(url, tmp_path_factory.mktemp("furnished"))
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("TUI_BILLING_DB", "TUI_BILLING_TODAY", "TUI_BILLING_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TUI_BILLING_OPERATOR", "marie")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def lite(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A command line at furnished SQLite books."""
    url = str(shutil.copyfile(request.getfixturevalue("_furnished_sqlite"), tmp_path / "books.db"))
    return Desk(url, capsys, monkeypatch)


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A command line at furnished books, once on each engine."""
    if request.param == "sqlite":
        return request.getfixturevalue("lite")  # type: ignore[no-any-return]
    make = request.getfixturevalue("make_postgres_database")
    return Desk(make(template=request.getfixturevalue("_furnished_postgres")), capsys, monkeypatch)
