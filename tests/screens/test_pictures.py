"""A few pictures of the sample's screens: what a change of layout would alter without a word.

`make pictures` draws them anew after a change that was meant.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tui_billing.screens.desk import open_desk
from tui_billing.screens.workstation import Workstation

SAMPLE = Path(__file__).resolve().parents[2] / "sample.db"


@pytest.fixture
def sample_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Workstation]:
    """The workstation on a copy of the sample, in the dark theme whatever the terminal."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TUI_BILLING_ASCII"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def make(language: str = "en") -> Workstation:
        books = shutil.copyfile(SAMPLE, tmp_path / "books.db")
        thread = ThreadPoolExecutor(1)
        opening = thread.submit(
            open_desk, str(books), today=None, language=language, operator="marie", origin="test", thread=thread
        )
        desk = opening.result()
        desk.wall_clock = lambda: "14:02:11"  # type: ignore[method-assign]
        return Workstation(desk)

    return make


async def typed(pilot: Any, *keys: str) -> None:
    """Type keys and wait until each has been answered."""
    await pilot.pause(0.2)
    for key in keys:
        await pilot.press({" ": "space"}.get(key, key))
        await pilot.app.keys_answered()
    await pilot.pause(0.4)


LINES = ("n", *"acme", "enter", *"a10 2", "enter", *"b20 10 -10%", "enter", *"zzz", "enter")


@pytest.mark.parametrize(
    ("keys", "size", "language"),
    [
        pytest.param((), (80, 24), "en", id="overview"),
        pytest.param((), (120, 30), "fr", id="overview-wide-french"),
        pytest.param(LINES, (80, 24), "en", id="entry-with-a-wrong-line"),
        pytest.param(("2",), (100, 24), "en", id="invoices"),
    ],
)
def test_picture(
    snap_compare: Any,
    sample_app: Callable[..., Workstation],
    keys: tuple[str, ...],
    size: tuple[int, int],
    language: str,
) -> None:
    assert snap_compare(sample_app(language), terminal_size=size, run_before=lambda pilot: typed(pilot, *keys))
