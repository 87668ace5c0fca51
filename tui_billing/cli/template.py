"""template: how documents look, by kind of invoice and by customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import LANGUAGES, _
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.services import previews, templates

app = make_app("Templates: how documents look.")
Code = Annotated[str, typer.Argument(help="The template's name.")]
Kind = Annotated[str, typer.Option("--kind", help="goods, services, progress or subscription.")]


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All templates, and what each is taken for."""
    books, _context = session.open()
    found = templates.list_templates(books)
    if as_json:
        put_json_array(
            {"code": one.code, "version": one.version, "uses": list(one.uses), "documents": one.documents}
            for one in found
        )
        return
    rows = [(one.code, one.version, ", ".join(one.uses), one.documents) for one in found]
    put_table([_("name"), _("version"), _("taken for"), _("documents")], rows, right=(1, 3))


@app.command("show")
def show_one(code: Code, as_json: Json = False) -> None:
    """The newest version of a template, every value by its name."""
    books, _context = session.open()
    told = templates.values_for(books, code)
    if as_json:
        put_json(told)
    else:
        put_card({**told, "uses": ", ".join(told["uses"])})


@app.command("set")
def set_values(
    code: Code,
    values: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="For example logo=right.")] = None,
    like: Annotated[str, typer.Option("--like", metavar="CODE", help="Make a new one from this one.")] = "",
    as_json: Json = False,
) -> None:
    """Lay down a template: columns="position text:70 …", heads.fr="quantity=Heures; price=Taux", intro.fr, closing.fr,
    footer.fr, accent, grey, logo=left|right|none, payment=box|line, payment_code=yes|no. NAME= empties a text.

    Documents issued before keep the version that they were issued with.
    """
    typed: dict[str, str] = {}
    for each in values or ():
        name, sign, value = each.partition("=")
        if not sign:
            raise Problem("{text} is no setting; type name=value", field="values", text=quote(each))
        typed[name.strip()] = value.strip()
    books, context = session.open()
    done = templates.set_template(books, context, code, typed, like=like)
    if as_json:
        put_json(templates.values_for(books, done["code"]))
    else:
        put(_("template {code} is at version {version}", **done))


@app.command("use")
def use_one(
    code: Annotated[str, typer.Argument(help="The template's name; - takes the choice back.")],
    kind: Kind = "",
    customer: Annotated[str, typer.Option("--customer", help="A customer's code.")] = "",
    as_json: Json = False,
) -> None:
    """Take a template for all documents, for a kind of invoice, for a customer, or for a customer's kind."""
    books, context = session.open()
    done = templates.use_template(books, context, "" if code == "-" else code, kind=kind, customer=customer)
    if as_json:
        put_json(done)
    else:
        where = " ".join(part for part in (done["customer"], done["kind"]) if part) or _("all documents")
        put(f"{where}: {done['template'] or '-'}")


@app.command()
def preview(
    code: Code,
    output: Annotated[str, typer.Option("-o", "--output", metavar="FILE", help="The PDF.")],
    kind: Kind = "",
    language: Annotated[str, typer.Option("--language", help="en or fr; the company's where it is left out.")] = "",
    as_json: Json = False,
) -> None:
    """A specimen of a template as PDF; nothing is issued."""
    books, context = session.open()
    if language and language not in LANGUAGES:
        raise Problem("{language} is not a language here; it is en or fr", field="language", language=quote(language))
    invoice = previews.specimen_of(books, templates.template_of(books, code), context.today, kind, language)
    pages = previews.write_preview(books, invoice, Path(output))
    if as_json:
        put_json({"code": code, "path": output, "pages": pages})
    else:
        put(_("{path} is written ({pages} pages)", path=output, pages=pages))
