"""The workstation's door: opens the books while Textual is still being imported, then shows the first screen."""

from __future__ import annotations

import datetime as dt
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_billing.screens.desk import Desk

#: Textual reads these at its import: more frames a second, nothing that moves by itself.
TEXTUAL = {"TEXTUAL_FPS": "120", "TEXTUAL_ANIMATIONS": "none", "TEXTUAL_SMOOTH_SCROLL": "0"}

#: Exit code after the line was dropped or the process was told to end.
HUNG_UP = 129


def run_workstation(
    url: str, *, today: dt.date | None = None, language: str = "", operator: str = "", origin: str = ""
) -> int:
    """Open the books at a path or URL and work until the clerk leaves; the process's exit code.

    0 done, 3 where the database cannot be used, 129 after a hang-up. `today` is the business date; without
    one the books' own (the sample carries one), else the calendar's.
    """
    for name, value in TEXTUAL.items():
        os.environ.setdefault(name, value)
    thread = ThreadPoolExecutor(1, thread_name_prefix="books")
    opening = thread.submit(_open_desk, url, today, language, operator, origin, thread)
    from tui_billing.locale import translate
    from tui_billing.rules.problem import Problem, Unusable
    from tui_billing.screens.workstation import Workstation

    try:
        desk = opening.result()
    except Problem as error:
        print(translate(error), file=sys.stderr)  # noqa: T201 (the door's own word)
        return 3 if isinstance(error, Unusable) else 2
    app = Workstation(desk)
    try:
        app.run(mouse=False)
    finally:
        desk.close()
        if desk.exit_code == HUNG_UP:
            # Textual's input thread may go on reading a terminal that is gone, at full speed and for ever.
            os._exit(HUNG_UP)
    return app.return_code or 0


def _open_desk(
    url: str, today: dt.date | None, language: str, operator: str, origin: str, thread: ThreadPoolExecutor
) -> Desk:
    """Runs in the books' thread, beside the import of Textual."""
    from tui_billing.screens.desk import open_desk

    return open_desk(url, today=today, language=language, operator=operator, origin=origin, thread=thread)
