"""The command line's frame: finds the verb, runs it, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import difflib
import errno
import importlib
import os
import sys
from typing import Any, NoReturn

import typer

from tui_billing.cli import front, output
from tui_billing.cli.session import begin
from tui_billing.locale import _
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.rules.text import quote, safe
from tui_billing.services.batch import AtLine, Blocked
from tui_billing.services.importing import InRow

#: verb -> the module that holds its application; imported when it is asked for.
VERBS = {
    "init": "books:init_app",
    "company": "company:app",
    "customer": "customer:app",
    "item": "item:app",
    "invoice": "invoice:app",
    "payment": "payment:app",
    "deposit": "deposit:app",
    "credit": "credit:app",
    "bank": "bank_rule:app",
    "mandate": "mandate:app",
    "order": "order:app",
    "period": "period:app",
    "investigation": "investigation:app",
    "dispute": "dispute:app",
    "inquiry": "inquiry:app",
    "operator": "operator:app",
    "purchase-order": "sources:order_app",
    "delivery": "sources:delivery_app",
    "contract": "sources:contract_app",
    "attach": "attach:app",
    "check": "check:app",
    "send": "send:app",
    "letter": "letter:app",
    "template": "template:app",
    "rate": "rate:app",
    "report": "report:app",
    "verify": "books:verify_app",
    "backup": "books:backup_app",
    "restore": "books:restore_app",
    "sample": "sample:app",
    "explain": "explain:app",
}
#: typer's own exceptions for wrong use, wherever this version of it keeps them.
_WrongUse: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")

DIFFERENCE, WRONG, UNUSABLE, FAULT, PIPE = 1, 2, 3, 70, 141


def run(url: str, today: str, language: str, arguments: list[str], *, period_reason: str = "") -> int:
    """Carry out a verb with its arguments; the exit code."""
    output.prepare()
    session = None
    try:
        spoken = front.check_language(language)
        session = begin(url, front.check_today(today), spoken, period_reason)
        code = _call(arguments)
        sys.stdout.flush()
        return code
    except Problem as problem:
        _flush()
        return _complain(problem)
    except BrokenPipeError:
        _forget_stdout()
        return PIPE
    except KeyboardInterrupt:
        return 130
    except UnicodeError:
        return _complain(Problem("an argument or a file holds bytes that are not text; type it again"))
    except OSError as error:
        _forget_stdout()
        where = f"{error.filename}: " if error.filename else ""
        return _fail(where + (error.strerror or str(error)), WRONG if error.errno != errno.ENOSPC else UNUSABLE)
    except Exception as error:
        if os.environ.get("TUI_BILLING_DEBUG"):
            raise
        return _fail(
            _(
                "something went wrong that should not ({reason}); nothing half-done was kept;"
                " set TUI_BILLING_DEBUG=1 to see where",
                reason=f"{type(error).__name__}: {str(error)[:200]}",
            ),
            FAULT,
        )
    finally:
        if session is not None:
            session.close()


def _call(arguments: list[str]) -> int:
    verb, *rest = arguments
    application = _application(verb)
    command = typer.main.get_command(application)
    try:
        done = command.main(args=_json_last(rest), prog_name=f"tui-billing {verb}", standalone_mode=False)
    except _WrongUse as error:
        raise Problem("{reason} See: {command} --help", reason=_reason(error), command=_path(error, verb)) from None
    except typer.Abort:
        return 130
    return done if isinstance(done, int) else 0


def _json_last(arguments: list[str]) -> list[str]:
    """`--json` may stand anywhere after the verb."""
    if "--" in arguments or "--json" not in arguments:
        return arguments
    return [*(each for each in arguments if each != "--json"), "--json"]


def _application(verb: str) -> typer.Typer:
    place, _colon, name = VERBS.get(verb, "").partition(":")
    if not place or importlib.util.find_spec(f"tui_billing.cli.{place}") is None:
        near = difflib.get_close_matches(verb, VERBS, 1)
        if near:
            raise Problem(
                "there is no verb {verb}; did you mean {near}? See: tui-billing --help", verb=quote(verb), near=near[0]
            )
        raise Problem("there is no verb {verb}; see: tui-billing --help", verb=quote(verb))
    found: typer.Typer = getattr(importlib.import_module(f"tui_billing.cli.{place}"), name)
    return found


def _reason(error: Any) -> str:
    text = " ".join(str(error.format_message()).split())
    if any(name in text for name in ("--db", "--today", "--lang", "--period-reason")):
        text = text.rstrip(".") + " (--db, --today and --lang stand before the verb)."
    return text if text.endswith((".", "?")) else text + "."


def _path(error: Any, verb: str) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else f"tui-billing {verb}"


def _complain(problem: Problem) -> int:
    place = after = ""
    if isinstance(problem, AtLine):
        number = problem.line
        place = _("row {number}", number=number) if isinstance(problem, InRow) else _("line {number}", number=number)
        place += ": "
        after = "; " + _("{count} before it are done and stay", count=problem.done) if problem.done else ""
        problem = problem.problem
    code = UNUSABLE if isinstance(problem, Unusable) else DIFFERENCE if isinstance(problem, Blocked) else WRONG
    field = f"{problem.field}: " if problem.field else ""
    return _fail(f"{place}{field}{front.sentence(problem)}{after}", code)


def _fail(text: str, code: int) -> int:
    sys.stderr.write(safe(f"tui-billing: {text}") + "\n")
    return code


def _flush() -> None:
    """What was answered before the problem stands before it."""
    try:
        sys.stdout.flush()
    except OSError:
        _forget_stdout()


def _forget_stdout() -> None:
    """Nobody reads any more: Python must not complain about it once more at its exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass


def leave(code: int) -> NoReturn:
    """End a verb with an exit code."""
    raise typer.Exit(code)
