"""The program's front: options, wrong use, terminals, and databases that cannot be used."""

from __future__ import annotations

import gettext
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from tests.cli.conftest import COMPANY
from tui_billing import locale
from tui_billing.__main__ import main

PROGRAM = [sys.executable, "-m", "tui_billing"]
ROOT = Path(__file__).resolve().parents[2]


def started(*arguments, **options):
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=60, **options)


def test_help_and_version(capsys):
    assert main(["--help"]) == 0
    assert "demo" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tui-billing ")


@pytest.mark.parametrize("verb", ["customer", "item", "invoice", "payment", "dispute", "rate", "report", "init",
                                  "verify", "backup", "restore", "explain"])  # fmt: skip
def test_every_verb_has_its_help(lite, verb):
    assert "Usage: tui-billing" in lite.ok(verb, "--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db"],
        ["--db="],
        ["--nonsense"],
        ["--lang", "de", "verify"],
        ["--today", "2026-13-01", "verify"],
        ["--today", "tomorrow", "verify"],
        ["nonsense"],
        ["invioce", "list"],
        ["invoice"],
        ["invoice", "nonsense"],
        ["invoice", "list", "--nonsense"],
        ["invoice", "list", "--db", "x"],
        ["invoice", "show"],
        ["invoice", "show", "a", "b"],
        ["init"],
        ["demo", "--nonsense"],
        ["--db", "x", "demo"],
        ["\x1b[31m"],
        ["invoice", "show", "\udcff"],
    ],
)
def test_wrong_use_is_one_line_and_exit_two(arguments, capsys, lite, monkeypatch):
    monkeypatch.setenv("TUI_BILLING_DB", lite.url)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "\x1b" not in err and "Traceback" not in err, err


def test_a_near_verb_is_named(lite):
    assert "invoice" in lite.wrong("invioce")
    assert "before the verb" in lite.wrong("invoice", "list", "--today", "2026-01-01")


def test_json_may_stand_anywhere_after_the_verb(lite):
    assert lite.ok("report", "--json", "status").json == lite.ok("report", "status", "--json").json


def test_messages_come_in_the_language_asked_for(lite, monkeypatch):
    class French(gettext.NullTranslations):
        def gettext(self, message):
            return message.replace("there is no item", "il n'y a pas d'article")

    monkeypatch.setitem(locale._catalogues, "fr", French())
    assert "there is no item ZZZ" in lite.wrong("item", "show", "ZZZ", lang="en")
    assert "il n'y a pas d'article ZZZ" in lite.wrong("item", "show", "ZZZ", lang="fr")
    assert lite.ok("invoice", "list", "--json", lang="fr").json == []
    connection = dbapi2.connect(lite.url)
    connection.execute("UPDATE operator SET language = 'fr' WHERE login = 'marie'")
    connection.commit()
    connection.close()
    assert "il n'y a pas" in lite.wrong("item", "show", "ZZZ", lang="")
    assert "there is no item" in lite.wrong("item", "show", "ZZZ", lang="en")


def test_the_books_own_date_counts_before_the_calendar(lite, capsys, monkeypatch):
    connection = dbapi2.connect(lite.url)
    connection.execute("INSERT INTO setting (key, value) VALUES ('business_date', '2026-03-04')")
    connection.commit()
    connection.close()
    assert main(["--db", lite.url, "report", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["today"] == "2026-03-04"
    monkeypatch.setenv("TUI_BILLING_TODAY", "2026-05-06")
    assert main(["--db", lite.url, "report", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["today"] == "2026-05-06"


def test_an_unforeseen_fault_is_one_line(lite, monkeypatch):
    from tui_billing.services import answers

    monkeypatch.setattr(answers, "list_items", lambda books: 1 / 0)
    answer = lite("item", "list")
    assert answer.code == 70 and answer.err.count("\n") == 1
    monkeypatch.setenv("TUI_BILLING_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        lite("item", "list")


def test_a_reader_that_leaves_is_no_fault(lite):
    command = f"{sys.executable} -m tui_billing --db {lite.url} item list | true"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert "Traceback" not in ran.stderr and "Exception" not in ran.stderr


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_without_a_terminal_the_workstation_does_not_start(arguments, tmp_path):
    ran = started(*arguments, stdin=subprocess.DEVNULL, env={**os.environ, "XDG_DATA_HOME": str(tmp_path)})
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "terminal" in ran.stderr and ran.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_dumb_terminal_is_refused(tmp_path):
    master, slave = pty.openpty()
    try:
        ran = subprocess.run(
            [*PROGRAM],
            stdin=slave,
            stdout=slave,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            timeout=60,
            env={**os.environ, "TERM": "dumb"},
        )
    finally:
        os.close(master)
        os.close(slave)
    assert ran.returncode == 2 and "dumb" in ran.stderr and ran.stderr.count("\n") == 1


def test_the_workstation_s_way_in_imports_nothing_heavy(tmp_path):
    code = """
import sys
from tui_billing.cli import front
front.require_terminal = lambda: None
import tui_billing.app
tui_billing.app.run_workstation = lambda url, **how: print(url, how["today"], how["language"]) or 7
from tui_billing import locale
from tui_billing.__main__ import main
assert main(["--db", "x.db", "--today", "2026-11-25", "--lang", "fr"]) == 7
print(sorted({name.partition(".")[0] for name in sys.modules}
             & {"typer", "click", "rich", "babel", "fpdf", "peewee", "psycopg", "platformdirs", "textual"}))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ran.stdout == "x.db 2026-11-25 fr\n[]\n", ran.stderr


def test_the_demo_keeps_its_own_copy(tmp_path, monkeypatch):
    from tui_billing.services import places

    sample = tmp_path / "sample.db"
    sample.write_bytes(b"one")
    monkeypatch.setattr(places, "sample_path", lambda: sample)
    copy = places.private_sample()
    assert copy.read_bytes() == b"one" and copy.is_relative_to(tmp_path / "data")
    copy.write_bytes(b"worked in")
    assert places.private_sample().read_bytes() == b"worked in"
    (copy.parent / "documents").mkdir()
    assert places.private_sample(fresh=True).read_bytes() == b"one"
    assert not (copy.parent / "documents").exists()


def unusable(url, capsys):
    assert main(["--db", str(url), "invoice", "list", "--json"]) == 3
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    return err


def test_a_missing_database_is_named(tmp_path, capsys):
    assert "init" in unusable(tmp_path / "none.db", capsys)
    assert not (tmp_path / "none.db").exists()


def test_foreign_empty_and_damaged_files_are_told_apart(tmp_path, capsys, lite):
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("hello " * 1000)
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    unusable(tmp_path / "empty.db", capsys)
    unusable(tmp_path / "text.db", capsys)
    unusable(tmp_path / "other.db", capsys)
    unusable(tmp_path, capsys)
    damaged = Path(lite.url)
    data = bytearray(damaged.read_bytes())
    data[4096 : len(data) - 4096] = b"\xff" * (len(data) - 8192)
    damaged.write_bytes(data)
    unusable(damaged, capsys)


def test_newer_books_are_refused(lite, capsys):
    connection = dbapi2.connect(lite.url)
    columns = [row[1] for row in connection.execute("PRAGMA table_info(schema_migration)")]
    values = {"name": "9999_later"}
    marks = ", ".join("?" for _ in columns)
    row = connection.execute("SELECT * FROM schema_migration").fetchone()
    new = [values.get(name, 9999 if name == "id" else old) for name, old in zip(columns, row, strict=True)]
    connection.execute(f"INSERT INTO schema_migration VALUES ({marks})", new)
    connection.commit()
    connection.close()
    assert "newer" in unusable(lite.url, capsys)


def test_locked_books_are_told_of(lite, monkeypatch):
    from tui_billing.models import door

    monkeypatch.setattr(door, "_PRAGMAS", ("PRAGMA busy_timeout = 50", *door._PRAGMAS[1:]))
    holder = dbapi2.connect(lite.url, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = lite("item", "add", "--code", "Z", "--description", "z", "--unit-price", "1")
    holder.close()
    assert answer.code == 3 and "locked" in answer.err and answer.err.count("\n") == 1


def test_read_only_books_are_told_of(lite, capsys, monkeypatch):
    Path(lite.url).chmod(0o400)
    # Root, under whom a container runs its tests, is refused nothing.
    monkeypatch.setattr("tui_billing.models.door.os.access", lambda path, mode: not mode & os.W_OK)
    assert "written" in unusable(lite.url, capsys)


def test_a_server_that_does_not_answer(capsys):
    assert main(["--db", "postgresql://nobody@127.0.0.1:1/none", "verify"]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_init(tmp_path, capsys, monkeypatch):
    company = tmp_path / "company.json"
    company.write_text(json.dumps(COMPANY))
    url = str(tmp_path / "deep" / "books.db")
    assert main(["--db", url, "init", "--company", str(company), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"company": "Atelier Duval", "database": url}
    assert main(["--db", url, "init", "--company", str(company)]) == 3
    assert main(["--db", url, "verify"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "nonsense", '{"name": ""}', '{"name": "x"}', '{"name": "x", "address": "Lyon"}', '{"colour": "red"}',
     json.dumps({**COMPANY, "siren": "1"}), json.dumps({**COMPANY, "currency": "XXX"})],
)  # fmt: skip
def test_a_wrong_company_leaves_nothing(tmp_path, capsys, text):
    company = tmp_path / "company.json"
    company.write_text(text)
    url = tmp_path / "books.db"
    assert main(["--db", str(url), "init", "--company", str(company)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not url.exists() and not url.with_name("books.db.writer").exists()


def test_verify_names_the_wrong_document(lite):
    number = lite.invoice()["number"]
    connection = dbapi2.connect(lite.url)
    connection.execute("DROP TRIGGER invoice_frozen")
    connection.execute("UPDATE invoice SET buyer_name = 'somebody else' WHERE number = ?", (number,))
    connection.commit()
    connection.close()
    answer = lite("verify", "--json")
    assert answer.code == 1 and answer.json["first"] == number and not answer.json["ok"]
    shown = lite("verify")
    assert shown.code == 1 and number in shown.out.splitlines()[0]


def test_backup_and_restore(lite, tmp_path):
    number = lite.invoice()["number"]
    copy = tmp_path / "copies" / "books.bak"
    told = lite.ok("backup", str(copy), "--json").json
    assert told["differences"] == [] and copy.stat().st_size == told["bytes"]
    manifest = copy.with_name("books.bak.sha256")
    assert manifest.read_text() == f"{told['sha256']}  books.bak\n"
    assert sorted(path.name for path in copy.parent.iterdir()) == ["books.bak", "books.bak.sha256"]
    lite.wrong("backup", str(copy))
    lite.invoice()
    lite.wrong("restore", str(copy))
    lite.ok("restore", str(copy), "--force")
    assert [row["number"] for row in lite.ok("invoice", "list", "--json").json] == [number]
    assert lite.ok("verify").code == 0
    assert len(list(tmp_path.glob("books.db.replaced-*"))) == 1
    elsewhere = type(lite)(str(tmp_path / "other" / "books.db"), lite._capsys, lite._monkeypatch)
    elsewhere.ok("restore", str(copy))
    assert elsewhere.ok("invoice", "list", "--json").json[0]["number"] == number


def test_a_backup_that_was_touched_is_not_restored(lite, tmp_path):
    copy = tmp_path / "books.bak"
    lite.ok("backup", str(copy))
    connection = dbapi2.connect(str(copy))
    connection.execute("UPDATE company SET terms = '60'")
    connection.commit()
    connection.close()
    answer = lite("restore", str(copy), "--force")
    assert answer.code == 3 and answer.err.count("\n") == 1
    lite.wrong("restore", str(tmp_path / "none.bak"))
    (tmp_path / "text.bak").write_text("no database")
    assert lite("restore", str(tmp_path / "text.bak"), "--force").code == 3
    assert lite.ok("verify").code == 0


def test_books_that_are_open_elsewhere_are_not_moved(lite, tmp_path):
    copy = tmp_path / "books.bak"
    lite.ok("backup", str(copy))
    other = dbapi2.connect(lite.url)
    other.execute("SELECT count(*) FROM invoice").fetchone()
    answer = lite("restore", str(copy), "--force")
    other.close()
    assert answer.code == 3 and "another program" in answer.err
    assert not list(tmp_path.glob("books.db.replaced-*"))


def test_a_full_disk_leaves_no_half_copy(lite, tmp_path):
    if shutil.which("sh") is None or not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    ran = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m tui_billing --db {lite.url} item list > /dev/full"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert ran.returncode == 3 and ran.stderr.count("\n") == 1 and "Traceback" not in ran.stderr


def test_books_on_a_server_are_backed_up_with_its_own_tools(desk, tmp_path):
    if desk.url.startswith("postgresql"):
        assert "pg_dump" in desk.wrong("backup", str(tmp_path / "x.bak"))
        assert "pg_restore" in desk.wrong("restore", str(tmp_path / "x.bak"))
