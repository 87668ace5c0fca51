"""What both doors ask before they open: language, business date, terminal, and how a problem is told.

Imported before the workstation's first screen: nothing heavy stands here.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui_billing.locale import LANGUAGES, _, choose
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.rules.text import safe

if TYPE_CHECKING:
    import datetime as dt


def check_language(text: str) -> str:
    """A language as typed after --lang, set for the messages to come; "" leaves it to the surroundings."""
    language = text.lower()
    if language and language not in LANGUAGES:
        choose(None)
        raise Problem("{language} is not a language here; it is en or fr", field="--lang", language=text[:20])
    choose(language or None)
    return language


def check_today(text: str) -> dt.date | None:
    """The business date of --today or TUI_BILLING_TODAY, None where neither says one."""
    typed = text or os.environ.get("TUI_BILLING_TODAY", "")
    return parse_iso(typed, "--today" if text else "TUI_BILLING_TODAY") if typed else None


def origin() -> str:
    """From where the operator works: the client's address of an SSH line, else the terminal, else the host."""
    if connection := os.environ.get("SSH_CONNECTION", "").split():
        return connection[0][:100]
    for handle in (0, 1, 2):
        try:
            return os.ttyname(handle)
        except OSError:
            continue
    return os.uname().nodename


def require_terminal() -> None:
    """Refuse to start the workstation where it could not be seen or typed at."""
    if not (_is_terminal(0) and _is_terminal(1)):
        raise Problem(
            "the workstation needs a terminal to read from and to write to; in a script use: tui-billing --help"
        )
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        raise Problem(
            "this terminal (TERM={term}) cannot show the workstation; set TERM, for example to xterm-256color",
            term=os.environ.get("TERM", "")[:20],
        )


def _is_terminal(handle: int) -> bool:
    try:
        return os.isatty(handle)
    except OSError:
        return False


def sentence(problem: Problem) -> str:
    """A problem in the language in use; its places may bear any name."""
    text = _(problem.message)
    return text.format(**problem.values) if problem.values else text


def complain(problem: Problem) -> int:
    """One sentence on standard error, and the exit code that it stands for."""
    field = f"{problem.field}: " if problem.field else ""
    sys.stderr.write(safe(f"tui-billing: {field}{sentence(problem)}") + "\n")
    return 3 if isinstance(problem, Unusable) else 2
