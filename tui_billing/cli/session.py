"""One run of the command line: which books, who works at them, on what day, in what language."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from dataclasses import dataclass

from tui_billing.cli.front import origin
from tui_billing.locale import choose
from tui_billing.models.door import Books, open_books
from tui_billing.rules.text import clean
from tui_billing.services.context import Context
from tui_billing.services.operators import business_date, settings_of
from tui_billing.services.places import default_books


@dataclass(slots=True)
class Session:
    """The global options of this run, and the books once they are open."""

    url: str = ""
    today: dt.date | None = None
    language: str = ""
    period_reason: str = ""
    books: Books | None = None

    def open(self, *, create: bool = False) -> tuple[Books, Context]:
        """Open the books; the context is the system user's, on the business date."""
        self.books = books = open_books(self.url, create=create)
        operator = system_operator()
        known = settings_of(books, operator)
        if not self.language and known and known[1]:
            choose(known[1])
        # Until sign-in is built, a system user without a row of its own may do what a supervisor may.
        role = known[0] if known else "supervisor"
        today = self.today or business_date(books) or dt.date.today()  # noqa: DTZ011 (the clerk's own calendar)
        return books, Context(
            operator=operator, today=today, role=role, origin=origin(), period_reason=self.period_reason
        )

    def close(self) -> None:
        """Let the books go."""
        if self.books is not None:
            self.books.shut()
            self.books = None


#: The run that is going on; `run` fills it before a verb's function is called.
session = Session()


def begin(url: str, today: dt.date | None, language: str, period_reason: str = "") -> Session:
    """Start a run: the books that are named, else the user's own."""
    session.url, session.today, session.language = url or default_books(), today, language
    session.period_reason = clean(period_reason, 200, "--period-reason")
    return session


def system_operator() -> str:
    """Who works here: TUI_BILLING_OPERATOR, else the system user."""
    name = os.environ.get("TUI_BILLING_OPERATOR", "")
    if not name:
        try:
            name = getpass.getuser()
        except (KeyError, OSError):
            name = f"uid{os.getuid()}"
    return clean(name, 100, "TUI_BILLING_OPERATOR") or f"uid{os.getuid()}"
