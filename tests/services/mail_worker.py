"""A process that works off the queue until nothing is due: `python -m tests.services.mail_worker URL PORT`."""

from __future__ import annotations

import sys
import time

from tests.builders import clerk
from tests.services.mail_server import small_papers
from tui_billing.exchange.smtp import MailServer
from tui_billing.models.door import open_books
from tui_billing.services import mailing, papers


def main() -> int:
    papers.make_papers = small_papers
    books = open_books(sys.argv[1])
    server = MailServer("127.0.0.1", int(sys.argv[2]), "none", timeout=10, patience=10)
    print("ready", flush=True)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        done = mailing.run(books, clerk("postman"), server=server, now_anyway=True)
        if not done.done and not done.outage:
            break
    books.shut()
    return 0


if __name__ == "__main__":
    sys.exit(main())
