"""company: show, set."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put_card, put_json
from tui_billing.cli.session import session
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services import settings

app = make_app("The company and its settings.")


@app.command()
def show(as_json: Json = False) -> None:
    """Every setting by its name."""
    books, _context = session.open()
    _tell(settings.company_settings(books), as_json)


@app.command("set")
def set_some(
    values: Annotated[list[str], typer.Argument(metavar="NAME=VALUE...", help="For example late_penalty=12.")],
    as_json: Json = False,
) -> None:
    """Change settings; documents issued before stay as they are. NAME= empties one."""
    typed: dict[str, str] = {}
    for each in values:
        name, sign, value = each.partition("=")
        if not sign:
            raise Problem("{text} is no setting; type name=value", field="values", text=quote(each))
        typed[name.strip()] = value.strip()
    books, context = session.open()
    _tell(settings.change_company(books, context, typed), as_json)


def _tell(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(told)
    else:
        put_card(told)
