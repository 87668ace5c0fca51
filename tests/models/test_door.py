"""The door: every database that cannot be used gets one sentence, and nothing is half-written."""

from __future__ import annotations

import os
import pickle
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from tests.builders import clerk, issued, small_company, typed
from tui_billing.models.door import known_migrations, open_books
from tui_billing.rules.problem import Unusable
from tui_billing.services import issue
from tui_billing.services.verify import verify


def in_child(work):
    """Run `work` in a forked process (it may give up its rights or its disk); its result, or its exception raised."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            answer = work()
        except Unusable as error:
            answer = ("unusable", str(error))
        except BaseException:
            answer = ("failed", traceback.format_exc())
        with os.fdopen(write, "wb") as pipe:
            pickle.dump(answer, pipe)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pickle.load(pipe)
    os.waitpid(child, 0)
    return answer


def refused(path, words, **more):
    with pytest.raises(Unusable) as error:
        open_books(str(path), **more)
    sentence = str(error.value)
    assert words in sentence and "\n" not in sentence and "Traceback" not in sentence
    return sentence


def test_a_missing_file_is_not_made(tmp_path):
    assert "init" in refused(tmp_path / "none.db", "there is no database")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Dear customer,\n" * 2000, "is not a billing database"),
        (b"SQLite format 3\x00" + b"\xff" * 4080, "is not a billing database"),
        (b"x", "is not a billing database"),
    ],
)
def test_what_is_no_database_is_left_as_it_is(tmp_path, content, words):
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    refused(path, words)
    assert path.read_bytes() == content and [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


def test_a_foreign_database_is_left_as_it_is(tmp_path):
    path = tmp_path / "other.db"
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE note (text)')"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    before = path.read_bytes()
    refused(path, "is not a billing database")
    assert path.read_bytes() == before and [each.name for each in tmp_path.iterdir()] == ["other.db"]


def test_a_folder_and_a_file_that_is_there(tmp_path):
    refused(tmp_path, "is not a file")
    path = tmp_path / "there.db"
    path.write_bytes(b"x")
    refused(path, "exists already", create=True)
    assert path.read_bytes() == b"x"


def test_a_newer_version_is_not_touched(firm_url):
    books = open_books(firm_url)
    with books.write():
        columns = books.db.execute_sql("SELECT * FROM schema_migration").description
        others = ", ".join(column[0] for column in columns if column[0] not in ("id", "name"))
        books.db.execute_sql(
            f"INSERT INTO schema_migration (name{', ' + others if others else ''})"
            f" SELECT '9999_later'{', ' + others if others else ''} FROM schema_migration LIMIT 1"
        )
    books.shut()
    sentence = refused(firm_url, "newer version")
    assert "9999_later" in sentence and known_migrations()[-1] in sentence


def test_an_empty_postgres_says_how_to_begin(postgres_url):
    refused(postgres_url, "init")
    nowhere = postgres_url.replace("/tmp", "/nowhere") if "/tmp" in postgres_url else "postgresql://127.0.0.1:9/x"
    refused(nowhere, "does not answer")


@pytest.fixture
def public(founded_sqlite):
    """A folder that every user may look into, with the small company in it."""
    folder = Path(tempfile.mkdtemp(prefix="tui-billing-"))
    folder.chmod(0o777)
    shutil.copyfile(founded_sqlite, folder / "books.db")
    (folder / "books.db").chmod(0o666)
    yield folder
    shutil.rmtree(folder)


def as_nobody(work):
    if os.geteuid():
        return in_child(work)

    def unprivileged():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        return work()

    return in_child(unprivileged)


def open_and_issue(path):
    books = open_books(str(path))
    return issue.issue_content(books, clerk(), typed())["number"]


@pytest.mark.parametrize("what", ["file", "folder", "lock"])
def test_what_may_not_be_written_is_said(public, what):
    path = public / "books.db"
    if what == "file":
        path.chmod(0o444)
    elif what == "folder":
        public.chmod(0o555)
    else:
        (public / "books.db.writer").touch(mode=0o600)
    before = path.read_bytes()
    kind, sentence = as_nobody(lambda: open_and_issue(path))
    assert kind == "unusable" and "cannot be written" in sentence and "write access" in sentence
    assert path.read_bytes() == before


def test_new_books_where_nothing_may_be_made(public):
    public.chmod(0o555)
    kind, sentence = as_nobody(lambda: open_books(str(public / "new.db"), create=True))
    assert kind == "unusable" and "cannot be created" in sentence
    assert [each.name for each in public.iterdir()] == ["books.db"]


def test_a_database_that_another_program_holds(firm):
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE');"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(firm.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        firm.db.execute_sql("PRAGMA busy_timeout = 100")
        with pytest.raises(Unusable, match="locked by another program"):
            issued(firm)
        assert firm.value("SELECT count(*) FROM customer") == 5  # reading goes on
        other.stdin.close()
        other.wait()
    assert issued(firm)["number"] == "F2026-00001" and verify(firm) == []


def test_a_damaged_page_is_said(tmp_path, founded_sqlite):
    path = Path(shutil.copyfile(founded_sqlite, tmp_path / "books.db"))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(Unusable, match=r"damaged|not a billing database"):
        verify(open_books(str(path)))


def test_a_damaged_row_is_found(tmp_path, founded_sqlite):
    path = Path(shutil.copyfile(founded_sqlite, tmp_path / "books.db"))
    books = open_books(str(path))
    number = issued(books, "ACME", "A10 3")["number"]
    books.shut()
    content = path.read_bytes()
    # The name on the invoice (not the customer's card) is changed in the page itself.
    place = content.rindex(b"ACME Industries")
    path.write_bytes(content[:place] + b"ACNE" + content[place + 4 :])
    books = open_books(str(path))
    found = verify(books)
    assert found and any(each.number in (number, "") for each in found)
    books.shut()


def limited(path, room):
    """Issue with so many bytes of room in the largest file; then again with all the room there is."""
    books = open_books(str(path))
    issue.issue_content(books, clerk(), typed())
    books.db.execute_sql("PRAGMA wal_autocheckpoint = 0")
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = Path(f"{path}-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + room, most[1]))
    said = ""
    for _ in range(50):
        try:
            issue.issue_content(books, clerk(), typed())
        except Unusable as error:
            said = str(error)
            break
    count = books.value("SELECT count(*) FROM invoice WHERE state = 'issued'")
    resource.setrlimit(resource.RLIMIT_FSIZE, most)
    number = issue.issue_content(books, clerk(), typed())["number"]
    return said, count, number, len(verify(books))


@pytest.mark.parametrize("room", [0, 5000, 100_000])
def test_a_disk_that_takes_no_more(public, room):
    said, count, number, differences = in_child(lambda: limited(public / "books.db", room))
    assert "nothing was saved" in said and "\n" not in said
    assert number == f"F2026-{count + 1:05d}" and differences == 0


def test_a_full_disk(tmp_path, founded_sqlite):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "none", str(disk)]).returncode:
        pytest.skip("only root can make a small disk here")
    try:
        shutil.copyfile(founded_sqlite, disk / "books.db")
        books = open_books(str(disk / "books.db"))
        with pytest.raises(Unusable, match="disk is full"):
            for _ in range(1000):
                issued(books)
        count = books.value("SELECT count(*) FROM invoice WHERE state = 'issued'")
        with pytest.raises(Unusable, match="disk is full"):
            issued(books, "ACME", *["B20"] * 300)
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert issued(books)["number"] == f"F2026-{count + 1:05d}" and verify(books) == []
        with pytest.raises(Unusable, match="disk is full"):
            (disk / "fill").write_bytes(b"x" * (20 * 2**20 - sum(f.stat().st_size for f in disk.iterdir()) - 65536))
            small_company(str(disk / "new.db"))
        assert not (disk / "new.db").exists()
        books.shut()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


# -- encryption ----------------------------------------------------------


def test_an_encrypted_database(tmp_path, monkeypatch, capfd):
    key = tmp_path / "key"
    key.write_text("a passphrase with 'quotes' é\n")
    monkeypatch.setenv("TUI_BILLING_KEY_FILE", str(key))
    path = tmp_path / "secret.db"
    books = small_company(str(path))
    number = issued(books)["number"]
    books.shut()
    for file in tmp_path.glob("secret.db*"):
        assert b"ACME" not in file.read_bytes() and b"SQLite format" not in file.read_bytes()
    books = open_books(str(path))
    assert verify(books) == [] and books.value("SELECT number FROM invoice") == number
    books.shut()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("SELECT count(*) FROM invoice")
    key.write_text("another")
    refused(path, "its key is another one")
    monkeypatch.delenv("TUI_BILLING_KEY_FILE")
    refused(path, "its key is another one")
    for name, content, words in (
        ("none", None, "cannot be read"),
        ("empty", b"\n", "is empty"),
        ("bin", b"\xff", "no text"),
    ):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setenv("TUI_BILLING_KEY_FILE", str(file))
        refused(path, words)
        refused(tmp_path / "fresh.db", words, create=True)
        assert not (tmp_path / "fresh.db").exists()
    assert capfd.readouterr().err == ""
