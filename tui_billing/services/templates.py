"""Templates: what a house lays down for its documents, version by version, and which one a document gets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tui_billing.documents.template import KINDS, PLAIN, Template, changed, check_code, from_json, to_json, values_of
from tui_billing.models import tables
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.models.write import add, change
from tui_billing.rules.billed_kind import billed_kind
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.rules.terms import parse_terms
from tui_billing.rules.text import quote
from tui_billing.services.context import Context, Work, transact


@dataclass(frozen=True, slots=True)
class Listed:
    """A template in the list: its newest version, and what it is taken for ("all", "goods", "ACME", "ACME goods")."""

    code: str
    version: int
    uses: tuple[str, ...]
    documents: int


def list_templates(books: Books) -> list[Listed]:
    """All templates by their code."""
    rows = books.rows(
        "SELECT t.code, max(t.version), count(i.id) FROM template t LEFT JOIN invoice i ON i.template_id = t.id"
        " GROUP BY t.code ORDER BY t.code"
    )
    uses: dict[str, list[str]] = {}
    for code, kind, customer in books.rows(
        "SELECT x.code, x.kind, coalesce(c.code, '') FROM template_choice x LEFT JOIN customer c ON c.id = x.customer_id"
        " ORDER BY coalesce(c.code, ''), x.kind"
    ):
        uses.setdefault(code, []).append(" ".join(part for part in (customer, kind) if part) or "all")
    return [Listed(code, version, tuple(uses.get(code, ())), count) for code, version, count in rows]


def template_of(books: Books, code: str) -> Template:
    """The newest version of a template."""
    row = books.row(
        "SELECT code, version, content FROM template WHERE code = ? ORDER BY version DESC LIMIT 1",
        (code.strip().lower(),),
    )
    if row is None:
        names = ", ".join(one.code for one in list_templates(books))
        raise NotFound("there is no template {code}; there are {names}", field="code", code=quote(code), names=names)
    return from_json(row[0], row[1], json.loads(row[2]))


def template_with(books: Books, template_id: int | None) -> Template:
    """The version that a document was issued with; the plain one where it is older than templates."""
    row = books.row("SELECT code, version, content FROM template WHERE id = ?", (template_id,)) if template_id else None
    return from_json(row[0], row[1], json.loads(row[2])) if row else PLAIN


def set_template(
    books: Books, context: Context, code: str, typed: Mapping[str, str], *, version: int | None = None, like: str = ""
) -> dict[str, Any]:
    """Lay down a template: a new version of `code`, or a new one like another; {"code", "version"}.

    `version` is the one that was looked at; `Conflict` where another clerk has changed it since.
    """
    code = check_code(code)

    def do(work: Work) -> dict[str, Any]:
        last = books.value("SELECT max(version) FROM template WHERE code = ?", (code,))
        if like and last is not None:
            raise Problem("there is a template {code} already; take another name", field="code", code=code)
        before = template_of(books, like or code)
        if version is not None and version != before.version:
            raise Conflict(
                "{code} was changed by somebody else; look at it again, then change it",
                mine=dict(typed),
                theirs=values_of(before),
                code=code,
            )
        made = replace(changed(before, typed), code=code, version=int(last or 0) + 1)  # type: ignore[call-overload]
        content = to_json(made)
        if last is not None and content == to_json(before):
            return {"code": code, "version": before.version}
        key = add(
            tables.Template,
            code=code,
            version=made.version,
            content=content,
            operator_id=work.operator_id,
            at=work.at,
        )
        work.audit("change", "template", key, {"v": 1, "code": code, "version": made.version, "content": content}, code)
        return {"code": code, "version": made.version}

    return transact(books, context, "template", do)


def use_template(books: Books, context: Context, code: str, *, kind: str = "", customer: str = "") -> dict[str, str]:
    """Take a template for all documents, a kind of invoice, a customer, or a customer's kind; code "" undoes it."""
    if kind and kind not in KINDS:
        raise Problem(
            "{kind} is no kind of invoice; it is one of {kinds}",
            field="kind",
            kind=quote(kind),
            kinds=", ".join(KINDS),
        )
    found = facts.customer_by_code(books, customer) if customer else None
    if customer and found is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code",
            field="customer",
            code=quote(customer),
        )
    key = found.id if found else None
    name = template_of(books, code).code if code else ""

    def do(work: Work) -> dict[str, str]:
        row = books.row(
            "SELECT id, code FROM template_choice WHERE coalesce(customer_id, 0) = ? AND kind = ?", (key or 0, kind)
        )
        if row is None:
            if name:
                add(tables.TemplateChoice, kind=kind, customer_id=key, code=name)
        elif name:
            change(tables.TemplateChoice, row[0], code=name)
        else:
            books.db.execute_sql(books.sql("DELETE FROM template_choice WHERE id = ?"), (row[0],))
        said = {"template": name, "kind": kind, "customer": found.code if found else ""}
        told = {"v": 1, "changed": {"template": [row[1] if row else "", name]}, "kind": kind}
        if key:
            work.audit("change", "customer", key, told, found.code if found else "")
        else:
            work.audit("choose", "template", 0, told, name or kind)
        return said

    return transact(books, context, "template", do)


_CHOSEN = """
SELECT id FROM template WHERE code = coalesce((
    SELECT code FROM template_choice
    WHERE (customer_id = ? OR customer_id IS NULL) AND (kind = ? OR kind = '')
    ORDER BY CASE WHEN customer_id IS NULL THEN 1 ELSE 0 END, CASE WHEN kind = '' THEN 1 ELSE 0 END LIMIT 1
), ?) ORDER BY version DESC LIMIT 1
"""


def choose_template(
    books: Books,
    customer_id: int,
    lines: Iterable[tuple[str, str, bool]],
    *,
    retained: bool = False,
    known: dict[Any, Any] | None = None,
) -> int | None:
    """The id of the template for a document: the customer's, else the kind's, else the house's, else that of its kind.

    `lines` are (nature, unit, whether it has a period); `known` holds what this transaction has chosen before.
    """
    kind = billed_kind(lines, retained=retained)
    known = {} if known is None else known
    if (key := ("template", customer_id, kind)) not in known:
        found = books.value(_CHOSEN, (customer_id, kind, kind))
        known[key] = int(found) if found is not None else None  # type: ignore[call-overload]
    chosen: int | None = known[key]
    return chosen


def choose_template_like(books: Books, invoice_id: int) -> int | None:
    """The template of what is issued about an invoice (its credit note): chosen as for the invoice, as of today."""
    head = books.row("SELECT customer_id, terms FROM invoice WHERE id = ?", (invoice_id,))
    assert head is not None
    lines = books.rows(
        "SELECT nature, unit, coalesce(period_start, period_end) FROM invoice_line WHERE invoice_id = ?", (invoice_id,)
    )
    retained = any(part.retained for part in parse_terms(head[1]).parts) if head[1] else False
    return choose_template(books, head[0], ((row[0], row[1], bool(row[2])) for row in lines), retained=retained)


def template_for_letters(books: Books, customer_id: int) -> Template:
    """Whose colours and logo a letter has: the customer's template, else the house's, else the standard one."""
    code = books.value(
        "SELECT code FROM template_choice WHERE kind = '' AND (customer_id = ? OR customer_id IS NULL)"
        " ORDER BY CASE WHEN customer_id IS NULL THEN 1 ELSE 0 END LIMIT 1",
        (customer_id,),
    )
    return template_of(books, str(code)) if code else PLAIN


def values_for(books: Books, code: str) -> dict[str, Any]:
    """A template as `template show` tells it."""
    template = template_of(books, code)
    listed = next(one for one in list_templates(books) if one.code == template.code)
    return {"code": template.code, "version": template.version, "uses": list(listed.uses), **values_of(template)}
