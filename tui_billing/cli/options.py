"""Options and applications that the command groups share."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def make_app(text: str) -> typer.Typer:
    """An application of the command line: plain help, no completion, no painted tracebacks."""
    return typer.Typer(help=text, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


def parse_id(text: str, field: str) -> int:
    """The id of a payment, dispute, draft or allocation as typed."""
    typed = text.strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 18):
        raise Problem("{text} is not an id; type its number", field=field, text=quote(text))
    return int(typed)
