"""What is written in a bank's format is read back the same: days, cents, texts, references, balances."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange import writers
from tests.exchange.writers import Entry, read_text

CENTS = st.integers(-9_999_999_99, 9_999_999_99)
DAYS = st.dates(dt.date(2001, 1, 1), dt.date(2026, 11, 24))
#: Characters that every format carries, and none of the words that mean something in one of them.
WORDS = st.text("ABCDEFGHJKLMNPQRTUVWXYZ0123456789 ", min_size=1, max_size=30).map(lambda text: " ".join(text.split()))
TEXTS = WORDS.filter(bool).map(lambda text: f"X{text}")
REFERENCES = st.integers(1, 9_999_999).map(lambda number: f"{number:07}")
ENTRIES = st.lists(st.builds(Entry, DAYS, CENTS, TEXTS, REFERENCES), max_size=12)


def told(text: str | bytes, **options: object) -> writers.Told:
    with tempfile.TemporaryDirectory() as folder:
        return read_text(Path(folder), text, **options)


def facts(found: writers.Told) -> list[Entry]:
    return [Entry(line.date, line.amount, line.text, line.bank_reference.rjust(7, "0")) for line in found.lines]


@given(entries=ENTRIES, opening=CENTS, version=st.sampled_from(["02", "04", "06", "08", "13"]))
def test_camt(entries, opening, version):
    found = told(writers.camt(entries, opening, version=version))
    ((statement, _),) = found.statements
    assert facts(found) == entries and not found.remarks and not statement.findings
    total = sum(entry.amount for entry in entries)
    assert (statement.account, statement.currency, statement.format) == (writers.IBAN, "EUR", "camt.053")
    assert (statement.opening, statement.closing, statement.total) == (opening, opening + total, total)


@given(entries=ENTRIES, opening=CENTS, end=st.sampled_from(["\n", "\r\n", "\r", ""]))
def test_mt940_with_any_line_end_and_with_none(entries, opening, end):
    found = told(writers.mt940(entries, opening, end=end))
    ((statement, _),) = found.statements
    assert facts(found) == entries
    assert (statement.opening, statement.closing) == (opening, opening + sum(entry.amount for entry in entries))


@given(entries=ENTRIES, opening=CENTS, lines=st.booleans())
def test_cfonb_with_line_ends_and_without(entries, opening, lines):
    text = writers.cfonb(entries, opening)
    found = told(text if lines else text.replace("\n", ""))
    ((statement, _),) = found.statements
    assert facts(found) == entries
    assert (statement.account, statement.opening) == (writers.BBAN, opening)
    assert statement.closing == opening + sum(entry.amount for entry in entries)


@given(entries=ENTRIES, closing=CENTS, xml=st.booleans())
def test_ofx(entries, closing, xml):
    found = told(writers.ofx(entries, closing, xml=xml))
    ((statement, _),) = found.statements
    assert facts(found) == entries
    assert (statement.opening, statement.closing, statement.currency) == (None, closing, "EUR")


@given(entries=ENTRIES.filter(bool))
def test_qif(entries):
    found = told(writers.qif(entries), day_first=False, currency="EUR")
    read = [Entry(line.date, line.amount, line.text, line.reference) for line in found.lines]
    assert read == entries


@given(
    entries=ENTRIES.filter(bool),
    separator=st.sampled_from([";", ",", "\t"]),
    sign=st.sampled_from([",", "."]),
    two=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_csv(entries, separator, sign, two, encoding):
    text = writers.csv(entries, separator=separator, sign=sign, two_columns=two)
    found = told(text.encode(encoding), day_first=True, currency="EUR")
    assert facts(found) == entries


@pytest.mark.parametrize("places", [0, 1, 2, 3])
def test_a_camt_amount_never_loses_a_cent(tmp_path, places):
    text = writers.camt([Entry(dt.date(2026, 11, 24), 1200, "x")]).replace(">12.00<", f">12{'.' + '0' * places}<")
    assert [line.amount for line in read_text(tmp_path, text).lines] == [1200]
    cut = text.replace(">12.000<", ">12.005<")
    if cut != text:
        (remark,) = read_text(tmp_path, cut).remarks
        assert remark.kind == "refused" and "more decimals" in str(remark)
