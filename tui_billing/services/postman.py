"""Who sends from the workstation: the same run as cron's, in a process of its own, and its answer in a sentence."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_billing.locale import _
from tui_billing.models.door import Books


def command(books: Books, today: dt.date, operator: str) -> tuple[list[str], dict[str, str]]:
    """(arguments, environment) of a run on these books.

    Where the books are goes by the environment: a URL may hold a password, and arguments can be read by everyone.
    """
    paths = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "TUI_BILLING_DB": books.url,
        "TUI_BILLING_TODAY": today.isoformat(),
        "TUI_BILLING_OPERATOR": operator,
    }
    return [sys.executable, "-m", "tui_billing", "send", "run", "--now", "--json"], environ


def summary(answer: Mapping[str, Any]) -> str:
    """What a run has done, in one sentence."""
    words = {
        "sent": _("{count} sent", count=answer.get("sent", 0)),
        "put_off": _("{count} put off", count=answer.get("put_off", 0)),
        "bounced": _("{count} came back", count=answer.get("bounced", 0)),
        "unsure": _("{count} not certain", count=answer.get("unsure", 0)),
        "failed": _("{count} given up", count=answer.get("failed", 0)),
        "placed": _("{count} handed to the platform", count=answer.get("placed", 0)),
        "statuses": _("{count} statuses read", count=answer.get("statuses", 0)),
    }
    shown = [text for name, text in words.items() if answer.get(name)]
    if answer.get("outage"):
        shown.append(_("the mail server cannot be used: {reason}", reason=answer["outage"]))
    return ", ".join(shown) or _("nothing was due")
