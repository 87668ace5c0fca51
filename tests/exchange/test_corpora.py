"""Statements that others have published, read to the entries and sums that their authors state.

They lie beside the project and are no part of it; where they are not there, these tests are skipped.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.writers import Told, read_file
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import plain_amount

_PLACES = (os.environ.get("TUI_BILLING_CORPORA", ""), str(Path(__file__).parents[3] / "shared" / "corpora"))
CORPORA = next((Path(place) / "bank" for place in _PLACES if place and (Path(place) / "bank").is_dir()), None)
pytestmark = pytest.mark.skipif(CORPORA is None, reason="the published statements are not beside the project")


def files(pattern: str) -> list[Path]:
    return sorted(CORPORA.glob(pattern)) if CORPORA else []


def name_of(path: Path) -> str:
    return path.name


def amounts(told: Told) -> list[str]:
    return [plain_amount(line.amount, line.currency) for line in told.lines]


def entries_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every entry of the authors' dump; each stands in full only where it is met first."""
    if isinstance(value, dict):
        if str(value.get("__CLASS__", "")).endswith("DTO\\Entry"):
            yield value
        for each in value.values():
            yield from entries_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from entries_in(each)


@pytest.mark.parametrize("path", files("camt/*.json"), ids=name_of)
def test_camt(path):
    stated = json.loads(path.read_text("utf-8"))
    told = read_file(path.with_suffix(".xml"))
    entries = []
    for entry in entries_in(stated):
        money = entry["getAmount"]
        sign = -1 if entry["getCreditDebitIndicator"] == "DBIT" and int(money["getAmount"]) > 0 else 1
        day = (entry["getBookingDate"] or entry["getValueDate"])["0"][:10]
        entries.append((sign * int(money["getAmount"]), money["getCurrency"]["getCode"], day))
    read = [(line.amount, line.currency, line.date.isoformat()) for line in told.lines]
    # Of several statements the dump names the last in full, the others as met already.
    assert entries and read[-len(entries) :] == entries and len(read) == len(told.statements) * len(entries)
    account = next(each for each in stated["getEntries"] if isinstance(each, dict))["getRecord"]["getAccount"]
    assert told.statements[0][0].account == account["getIdentification"]


_ENTRY = re.compile(r"^- !!python/object:mt940\.models\.Transaction$(.*?)(?=^- |\Z)", re.MULTILINE | re.DOTALL)
_AMOUNT = re.compile(
    r"^    amount: !!python/object:mt940\.models\.Amount\n.*?- '?(-?[\d.]+)'?$", re.MULTILINE | re.DOTALL
)
_BALANCE = r"^  {}_balance: [^\n]*\n(?:[^\n]*\n){{2}} *- '?(-?[\d.]+)'?$"


@pytest.mark.parametrize(
    "path", [path for path in files("mt940/*/*.yml") if path.with_suffix(".sta").exists()], ids=name_of
)
def test_mt940(path):
    stated = path.read_text("utf-8")
    try:
        told = read_file(path.with_suffix(".sta"))
    except Problem as problem:
        assert not _ENTRY.search(stated) and str(problem)
        return
    wanted = [Decimal(_AMOUNT.search(entry)[1]) for entry in _ENTRY.findall(stated) if _AMOUNT.search(entry)]
    assert [Decimal(amount) for amount in amounts(told)] == wanted
    final = re.search(_BALANCE.format("final_closing"), stated, re.MULTILINE)
    # One file leaves the currency out of :62F:, and its authors take digits of the amount for one.
    if final and told.statements and path.name != "raphaelm.yml":
        closings = [plain_amount(s.closing, s.currency) for s, _ in told.statements if s.closing is not None]
        assert Decimal(final[1]) in map(Decimal, closings)


#: File -> amounts, or words of why it is refused.
OFX = {
    "bank_medium.ofx": ["-6.60", "-316.67", "-22.00"],
    "checking.ofx": ["0.01", "-34.51", "-25.00"],
    "multiple_accounts.ofx": [],
    "ofx-v102-empty-tags.ofx": ["12.34"],
    "suncorp.ofx": ["-16.85"],
    "empty_balance.ofx": ["120.00"],
    "date_missing.ofx": "no date",
    "decimal_error.ofx": "not a date",
    "account_listing_aggregation.ofx": "no statement",
    "signon_success.ofx": "no statement",
    "fidelity-savings.ofx": "investment",
    "investment_401k.ofx": "investment",
    "tiaacref.ofx": "investment",
    "vanguard401k.ofx": "investment",
}
_TEST_QIF = ["0.00", "67.50", "32.00", "-10.00", "-25.00", "-100.00"]
QIF = {
    "test.qif": _TEST_QIF,
    "test_oth_a.qif": _TEST_QIF,
    "test_category_override.qif": ["1000.00", "1100.00", "-12.57", "-9.99"],
    "test_circular_reference.qif": ["-9.00", "-5.59"],
    "test_split.qif": ["-10.00"],
    "test_transaction_before_account_definition_1.qif": ["-184.80", "-13.16"],
    "test_transaction_before_account_definition_2.qif": ["-184.80", "-13.16"],
    "test_unknown_account_type.qif": "investment",
    "empty.qif": "empty",
}


@pytest.mark.parametrize("path", [path for path in files("[oq]*/**/*.*") if path.name in OFX | QIF], ids=name_of)
def test_ofx_and_qif(path):
    wanted = (OFX | QIF)[path.name]
    try:
        told = read_file(path)
    except Problem as problem:
        assert isinstance(wanted, str) and wanted in str(problem)
        return
    if isinstance(wanted, str):
        assert not told.statements and wanted in str(told.remarks[0])
    else:
        assert amounts(told) == wanted and told.statements
