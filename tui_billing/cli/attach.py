"""attach: add, list, save, limit: papers of orders, contracts, deliveries, invoices, customers and disputes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.services import attachments
from tui_billing.services.attachments import Attached
from tui_billing.services.entities import find_entity

app = make_app("Papers attached to orders, contracts, delivery notes, invoices, customers and disputes.")
What = Annotated[
    str, typer.Argument(metavar="WHAT", help="order, contract, delivery, invoice, customer, dispute or inquiry.")
]
Which = Annotated[str, typer.Argument(metavar="WHICH", help="Its number, code or id.")]
Customer = Annotated[str, typer.Option("--customer", help="Whose it is, where several have such a number.")]


def attached_json(paper: Attached) -> dict[str, Any]:
    """A paper as the command line answers it."""
    return {
        "id": paper.id,
        "entity": paper.entity,
        "entity_id": paper.entity_id,
        "name": paper.name,
        "kind": paper.kind,
        "note": paper.note,
        "size": paper.size,
        "media_type": paper.media_type,
        "sha256": paper.sha256,
        "operator": paper.operator,
        "at": paper.at,
    }


@app.command()
def add(
    what: What,
    which: Which,
    file: Annotated[str, typer.Argument(help="The file: a PDF, an image, a mail, or any other.")],
    kind: Annotated[
        str, typer.Option("--kind", help="order, contract, delivery_note, signed_delivery_note, letter, mail, ...")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="A word about it.")] = "",
    customer: Customer = "",
    as_json: Json = False,
) -> None:
    """Attach a paper; it is kept once, by its SHA-256, beside the books."""
    books, context = session.open()
    entity, key = find_entity(books, what, which, customer)
    done = attachments.attach(books, context, entity, key, Path(file), kind=kind, note=note)
    paper = attachments.attachment(books, done)
    put_json(attached_json(paper)) if as_json else put(f"{paper.id}  {paper.name}  {paper.sha256[:12]}")


@app.command("list")
def list_all(what: What, which: Which, customer: Customer = "", as_json: Json = False) -> None:
    """The papers of one thing."""
    books, _context = session.open()
    papers = attachments.attached_to(books, *find_entity(books, what, which, customer))
    if as_json:
        put_json_array(attached_json(paper) for paper in papers)
        return
    heads = [_("id"), _("name"), _("kind"), _("size"), _("type"), _("who"), "SHA-256"]
    put_table(
        heads,
        [[p.id, p.name, p.kind, p.size, p.media_type, p.operator, p.sha256[:12]] for p in papers],
        right=(0, 3),
    )


@app.command()
def save(
    paper: Annotated[str, typer.Argument(metavar="ID", help="The paper's id.")],
    target: Annotated[str, typer.Argument(help="A new file, or a folder.")] = ".",
    as_json: Json = False,
) -> None:
    """Write a paper out, proved by its hash; an existing file is never replaced."""
    books, _context = session.open()
    key = parse_id(paper, "paper")
    path = attachments.save_attachment(books, key, target)
    put_json({**attached_json(attachments.attachment(books, key)), "path": str(path)}) if as_json else put(str(path))


@app.command()
def limit(
    megabytes: Annotated[str, typer.Argument(metavar="[MB]", help="The new limit, in millions of bytes.")] = "",
    as_json: Json = False,
) -> None:
    """Say, or set, the largest paper that is kept."""
    books, context = session.open()
    if megabytes:
        attachments.set_limit(books, context, parse_id(megabytes, "megabytes"))
    size = attachments.limit_of(books)
    put_json({"limit": size}) if as_json else put(f"{size // 10**6} MB")
