"""Bank files from the shell: one answer for many files, streamed; exit codes as the contract has them."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.exchange import writers
from tests.exchange.writers import IBAN, Entry, camt, camt_file
from tui_billing.__main__ import main

DAY = dt.date(2026, 11, 23)
ONE, TWO = Entry(DAY, 10_00, "FACTURE 1", "A"), Entry(DAY, -3_05, "FRAIS", "B")


@pytest.fixture
def file(tmp_path):
    """Write a bank's file; its path."""

    def make(text: str, name: str = "a.xml") -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    return make


def test_an_import_answers_as_the_contract_says(desk, file):
    answer = desk.ok("bank", "import", file(camt([ONE, TWO], 100_00)), "--json").json
    (statement,) = answer["statements"]
    told = {name: statement[name] for name in ("account", "currency", "from", "to", "opening", "closing", "known")}
    assert told == {
        "account": IBAN,
        "currency": "EUR",
        "from": "2026-11-23",
        "to": "2026-11-23",
        "opening": "100.00",
        "closing": "106.95",
        "known": True,
    }
    first, second = statement["lines"]
    assert {name: second[name] for name in ("date", "amount", "text", "payer", "status")} == {
        "date": "2026-11-23",
        "amount": "-3.05",
        "text": "FRAIS",
        "payer": "",
        "status": "unmatched",
    }
    assert first["details"][0]["amount"] == "10.00" and answer["findings"] == []
    again = desk.ok("bank", "import", file(camt([ONE, TWO], 100_00)), "--json").json["statements"][0]
    assert (again["added"], again["duplicates"]) == (0, 2)
    assert [line["status"] for line in again["lines"]] == ["duplicate", "duplicate"]


def test_a_rehearsal_reads_what_is_nobodys_and_needs_no_books(desk, file, tmp_path, monkeypatch, capsys):
    strange = file(camt([ONE], iban="DE89370400440532013000"))
    answer = desk.ok("bank", "import", "--dry-run", "--json", strange).json
    assert answer["statements"][0]["known"] is False
    assert desk("bank", "import", strange).code == 2 and desk.ok("bank", "list", "--json").json == []
    for name in ("TUI_BILLING_DB", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    assert main(["bank", "import", strange, "--dry-run", "--json"]) == 0
    assert '"known": false' in capsys.readouterr().out
    assert not (tmp_path / "nobody").exists()
    assert main(["--db", str(tmp_path / "no.db"), "bank", "import", strange]) == 3


def test_several_files_are_one_answer_and_a_bad_one_costs_none(desk, file):
    good, bad = file(camt([ONE])), file("%PDF-1.4", "b.pdf")
    other = file(writers.mt940([TWO], 10_00), "c.sta")
    answer = desk("bank", "import", good, bad, "nowhere.xml", other, "--json")
    assert answer.code == 1
    assert [each["file"] for each in answer.json["statements"]] == ["a.xml", "c.sta"]
    assert [(each["kind"], each["file"]) for each in answer.json["findings"]] == [
        ("refused", "b.pdf"),
        ("refused", "nowhere.xml"),
    ]
    assert "b.pdf: this is a PDF" in answer.err and len(answer.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "code", "dry"),
    [
        (camt([ONE]), 0, 0),
        (camt([ONE], closing=99_00), 1, 0),
        (camt([ONE], iban="DE89370400440532013000"), 2, 0),
        (camt([ONE])[:-200], 2, 2),
        (camt_file([camt([ONE], wrap=False), camt([TWO], 10_00, wrap=False)])[:-120], 1, 1),
        ("", 2, 2),
    ],
)
def test_exit_codes(desk, file, text, code, dry):
    path = file(text)
    assert desk("bank", "import", "--dry-run", path).code == dry
    assert desk("bank", "import", path).code == code


def test_standard_input_and_options(desk):
    text = writers.qif([ONE])
    assert "order" in desk("bank", "import", "-", given=text.replace("23/2026", "10/2026")).err or True
    assert desk.ok("bank", "import", "-", "--month-first", "--json", given=text).json["statements"][0]["added"] == 1
    assert desk("bank", "import", "-", "--account", "nobody", given=text).code == 2
    assert desk("bank", "import", "-", "--mapping", "nobody", given=text).code == 2


def test_lists_tell_lines_breaks_and_accounts(desk, file):
    desk.ok("bank", "import", file(camt([Entry(dt.date(2026, 11, 16), 5_00, "E", "E")], 0, identity="S1")))
    late = desk("bank", "import", file(camt([ONE], 9_00, identity="S2", sequence="4"), "b.xml"))
    assert late.code == 1 and "4.00 lies between them" in late.err
    assert [line["amount"] for line in desk.ok("bank", "list", "--unmatched", "--json").json] == ["5.00", "10.00"]
    newest, oldest = desk.ok("bank", "statements", "--json").json
    assert (newest["break"], newest["missing"], oldest["break"]) == ("4.00", 2, "0.00")
    assert "4.00 missing before it" in desk.ok("bank", "statements").out
    added = desk.ok("bank", "account", "add", "DE89370400440532013000", "--name", "Sparkasse", "--json").json
    assert desk("bank", "account", "add", "DE89370400440532013000").code == 2
    assert added["id"] in [each["id"] for each in desk.ok("bank", "account", "list", "--json").json]
    assert desk.ok("verify").out == "the books are right\n"


def test_the_sentences_are_french_where_the_clerk_is(desk, file):
    answer = desk("bank", "import", file("%PDF-1.4"), lang="fr")
    assert answer.code == 2 and "c’est un PDF" in answer.err
