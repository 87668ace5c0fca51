"""A clerk in a process of its own: `python -m tests.services.worker URL NAME WHAT COUNT`.

Says a line for all that is acknowledged, so that whoever kills it knows what must be there:
"ready", "issued NUMBER", "kept DRAFT VERSION", "held".
"""

from __future__ import annotations

import sys
import time

from tests.builders import clerk, typed
from tui_billing.models.door import open_books
from tui_billing.services import drafts, issue


def say(*words: object) -> None:
    print(*words, flush=True)


def main(url: str, name: str, what: str, count: str) -> None:
    books = open_books(url)
    say("ready")
    if what == "hold":
        with books.write():
            say("held")
            time.sleep(60)
    for turn in range(int(count)):
        if what == "bill":
            say("issued", issue.issue_content(books, clerk(name), typed("ACME", "A10 2", "B20", "C30"))["number"])
            continue
        draft, version = drafts.save_draft(books, clerk(name), typed("ACME", "A10"))
        say("kept", draft, version)
        for quantity in range(3):
            content = typed("ACME", "A10", f"B20 {quantity + 1}")
            draft, version = drafts.save_draft(books, clerk(name), content, draft_id=draft, version=version)
            say("kept", draft, version)
        if turn % 3 != 2:
            say("issued", issue.issue_draft(books, clerk(name), draft)["number"])
    books.shut()


if __name__ == "__main__":
    main(*sys.argv[1:])
