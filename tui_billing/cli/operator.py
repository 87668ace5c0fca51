"""operator: list, role."""

from __future__ import annotations

from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.services import operators

app = make_app("Operators and their roles.")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """Whoever has written in these books, with their roles."""
    books, _context = session.open()
    rows = operators.list_operators(books)
    if as_json:
        put_json_array(rows)
        return
    put_table([_("login"), _("name"), _("role")], [[row["login"], row["name"], row["role"]] for row in rows])


@app.command()
def role(
    login: Annotated[str, typer.Argument(help="The operator's login.")],
    role: Annotated[str, typer.Argument(help="clerk or supervisor.")],
    as_json: Json = False,
) -> None:
    """Give an operator a role (supervisors); one who has not written yet is entered with it."""
    books, context = session.open()
    operators.set_role(books, context, login, role)
    if as_json:
        put_json({"login": login, "role": role})
    else:
        put(_("{login} is now: {role}", login=login, role=_(role)))
