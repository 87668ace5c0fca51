"""The clerk's desk: open books, who works at them, and the two threads that ask them.

The interface thread never waits for the database. Look-ups and writes go through one thread, in order; long
reads through a second one, where the newest question interrupts the one before it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from tui_billing.locale import choose
from tui_billing.models.door import Books, open_books
from tui_billing.models.queries import overview
from tui_billing.rules.text import clean
from tui_billing.services.clerk import Context
from tui_billing.services.firm import company
from tui_billing.services.operators import business_date, has_held_drafts, settings_of

if TYPE_CHECKING:
    from tui_billing.documents.renderer import RendererClient
    from tui_billing.services.drafts import Draft
    from tui_billing.services.source_drafts import TypedSource

T = TypeVar("T")


class Desk:
    """One clerk at one set of books."""

    def __init__(self, books: Books, context: Context, thread: ThreadPoolExecutor) -> None:
        self.books = books
        self.context = context
        self.company = company(books)
        self.language = "en"
        self.first: overview.Overview | None = None
        self.draft: Draft | TypedSource | None = None
        #: How the process ends: 129 after a hang-up.
        self.exit_code = 0
        self._thread = thread
        self._reader: ThreadPoolExecutor | None = None
        self._reading: object | None = None
        self._renderer: RendererClient | None = None

    @property
    def today(self) -> dt.date:
        """The business date."""
        return self.context.today

    async def ask(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A look-up or a write in the books' own thread; answers come in the order of the questions."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: question(self.books, *args, **kwargs))

    async def do(self, verb: Callable[..., T], *args: Any, command_id: str | None = None, **kwargs: Any) -> T:
        """A verb of the services, with a context of its own."""
        context = self.context.command(command_id)
        done = await self.ask(verb, context, *args, **kwargs)
        if context.period_reason:
            self.give_reason("")
        return done

    def give_reason(self, reason: str) -> None:
        """Why the next verb may post into a closed month (supervisors); it goes with that one alone."""
        self.context = replace(self.context, period_reason=clean(reason, 200, "reason"))

    async def look(self, question: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A long read in the second thread; what it was reading before ends with `Interrupted`."""
        if self._reader is None:
            self._reader = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self.stop_looking()

        def run() -> T:
            connection = self.books.db.connection()
            self._reading = connection
            try:
                return question(self.books, *args, **kwargs)
            finally:
                self._reading = None

        return await asyncio.get_running_loop().run_in_executor(self._reader, run)

    def stop_looking(self) -> None:
        """End the long read that is under way, if any, with `Interrupted`."""
        reading = self._reading
        if reading is not None and self.books.engine == "sqlite":
            self.books.interrupt(reading)
        elif reading is not None:  # PostgreSQL is asked over a connection of its own
            asyncio.get_running_loop().run_in_executor(None, self.books.interrupt, reading)

    def wall_clock(self) -> str:
        """The time of day at the clerk's desk, as the title shows it beside "saved"."""
        return dt.datetime.now().strftime("%H:%M:%S")  # noqa: DTZ005 (local time is what is meant)

    def renderer(self) -> RendererClient:
        """The process that makes PDFs; started at the first document."""
        if self._renderer is None:
            from tui_billing.documents.renderer import RendererClient

            self._renderer = RendererClient()
        return self._renderer

    def close(self) -> None:
        """Let the books go; bounded, since after a hang-up nobody may be waited for."""
        if self._renderer is not None:
            self._renderer.close()
        if self._reader is not None:
            self._reader.submit(self.books.close)
            self._reader.shutdown(wait=False)
        done = self._thread.submit(self.books.close)
        try:
            done.result(timeout=2)
        except Exception:
            # The gate may be held by a stopped process: the kernel lets our hold on it go with us.
            os._exit(self.exit_code)
        self._thread.shutdown(wait=False)
        if self.exit_code:
            _let_the_terminal_go()


def _let_the_terminal_go() -> None:
    """Where the line is gone, what Python still flushes at its end would fail, and the exit code with it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for handle in (1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)


def system_operator() -> str:
    """Who works here: TUI_BILLING_OPERATOR, else the system user (until sign-in is built)."""
    named = os.environ.get("TUI_BILLING_OPERATOR", "")
    try:
        return named or getpass.getuser()
    except (KeyError, OSError):  # a user id without an entry in the system's list
        return f"uid{os.getuid()}"


def open_desk(
    url: str,
    *,
    today: dt.date | None,
    language: str,
    operator: str,
    origin: str,
    thread: ThreadPoolExecutor,
) -> Desk:
    """Open the books and read what the first screen shows. Raises `Problem` where they cannot be used."""
    books = open_books(url)
    login = operator or system_operator()
    known = settings_of(books, login)
    context = Context(
        operator=login,
        today=today or business_date(books) or dt.date.today(),  # noqa: DTZ011 (the clerk's own calendar)
        role=known[0] if known else "supervisor",
        origin=origin,
    )
    desk = Desk(books, context, thread)
    desk.language = choose(language or (known[1] if known else "") or None)
    if has_held_drafts(books, login):
        from tui_billing.services.drafts import interrupted_draft
        from tui_billing.services.source_drafts import interrupted_source_draft

        desk.draft = interrupted_draft(books, context) or interrupted_source_draft(books, context)
    if desk.draft is None:
        desk.first = overview.read(books, context.today, desk.company.due_soon_days, login)
    return desk
