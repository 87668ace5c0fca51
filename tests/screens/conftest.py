"""A workstation on small books, driven by Textual's Pilot: for what screens do, not for how keys arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.builders import TODAY, books, firm, firm_url, founded_postgres, founded_sqlite  # noqa: F401
from tui_billing.screens.desk import open_desk
from tui_billing.screens.workstation import Workstation


class Hand:
    """Types on a workstation and waits until what was typed has been answered."""

    def __init__(self, app: Workstation, pilot: Any) -> None:
        self.app = app
        self.pilot = pilot

    async def keys(self, *keys: str) -> None:
        """Press named keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)
            await self.app.keys_answered()

    async def type(self, *texts: str) -> None:
        """Type texts, each followed by Enter."""
        for text in texts:
            await self.pilot.press(*[{" ": "space"}.get(c, c) if c == " " else c for c in text])
            await self.keys("enter")

    async def settle(self) -> None:
        """Wait until no work is under way and the screen is painted."""
        await self.app.keys_answered()
        await self.pilot.pause()

    def row(self, selector: str) -> str:
        """What a widget shows, as text, its lines joined."""
        widget = self.app.screen.query_one(selector)
        lines = widget.render_lines(widget.size.region)
        return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)

    @property
    def said(self) -> str:
        """The answer line."""
        return self.app.screen.answer_line.text


@pytest.fixture
def workstation(firm_url: str) -> Callable[..., Any]:  # noqa: F811
    """`async with workstation(size=(80, 24)) as hand` runs one clerk on the founded books."""

    @asynccontextmanager
    async def run(
        size: tuple[int, int] = (80, 24), *, operator: str = "marie", language: str = "en", today: dt.date = TODAY
    ) -> AsyncIterator[Hand]:
        thread = ThreadPoolExecutor(1)
        opening = thread.submit(
            open_desk, firm_url, today=today, language=language, operator=operator, origin="test", thread=thread
        )
        desk = opening.result()
        app = Workstation(desk)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield Hand(app, pilot)
        desk.close()

    return run
