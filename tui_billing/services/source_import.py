"""Orders, deliveries and contracts from files: UBL or CSV, a whole file in one transaction or nothing of it."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

from tui_billing.exchange.sources_csv import read_sources
from tui_billing.exchange.ubl_sources import LARGEST, BuyerHint, read_source
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.rules.sources import COMMANDS, SourceContent
from tui_billing.rules.text import quote
from tui_billing.services.batch import AtLine
from tui_billing.services.context import Context, Work, new_command_id, transact
from tui_billing.services.importing import InRow
from tui_billing.services.sources import add_source_in


@dataclass(frozen=True, slots=True)
class Outlook:
    """One order, delivery note or contract of a file: what it holds, and what is wrong with it (None: nothing)."""

    content: SourceContent
    problem: Problem | None = None


class _RehearsedError(Exception):
    """Ends a rehearsal, so that nothing of it remains."""


#: (the row of each line, [] where the file has no rows; the source)
Papers = list[tuple[list[int], SourceContent]]


def import_sources(
    books: Books, context: Context, kind: str, data: bytes, *, customer: str = "", order: str = ""
) -> list[int]:
    """Add what a file holds; return the ids. UBL is told from CSV by its first sign.

    `customer` says whose a UBL document is where its identifiers are not known, `order` of which order a
    delivery is where it does not say.
    """
    papers = _papers(books, kind, data, customer, order)

    def do(work: Work) -> list[int]:
        keys = []
        for rows, content in papers:
            try:
                keys.append(add_source_in(work, content))
            except Unusable:
                raise
            except Problem as problem:
                raise _placed(problem, rows) from problem
        return keys

    batch = replace(context, batch_id=context.batch_id or new_command_id())
    return transact(books, batch, kind, do)


def rehearse_sources(
    books: Books, context: Context, kind: str, data: bytes, *, customer: str = "", order: str = ""
) -> list[Outlook]:
    """What an import would add, each with its own problem; nothing is written. Raises `Problem` where the file cannot
    be read at all."""
    papers = _papers(books, kind, data, customer, order)
    found: list[Outlook] = []

    def do(work: Work) -> None:
        found.clear()
        for rows, content in papers:
            try:
                add_source_in(work, content)
            except Unusable:
                raise
            except Problem as problem:
                found.append(Outlook(content, _placed(problem, rows)))
            else:
                found.append(Outlook(content))
        raise _RehearsedError

    with contextlib.suppress(_RehearsedError):
        transact(books, context, kind, do, record=False)
    return found


def read_file(path: str) -> bytes:
    """A whole file of at most so many bytes as one document may have. Raises `Problem` with the reason."""
    place = Path(path.strip()).expanduser()
    try:
        if not place.is_file():
            raise Problem("{path} is no file; type the name of one, Tab completes it", field="file", path=path.strip())
        if place.stat().st_size > LARGEST:
            raise Problem(
                "the file has more than {limit} MB; import the documents one by one",
                field="file",
                limit=LARGEST // 10**6,
            )
        return place.read_bytes()
    except OSError as error:
        raise Problem(
            "{path} cannot be read: {reason}", field="file", path=path.strip(), reason=error.strerror or str(error)
        ) from None


def _papers(books: Books, kind: str, data: bytes, customer: str, order: str) -> Papers:
    if data.lstrip()[:1] == b"<" or data[:4] in (b"\xef\xbb\xbf<",) or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        if kind == "contract":
            raise Problem("a contract is imported as CSV; this file is XML")
        return [([], _from_ubl(books, kind, data, customer, order))]
    papers = read_sources(kind, data)
    if not papers:
        raise Problem("the file holds heads and no row; add a row for each line")
    return papers


def _placed(problem: Problem, rows: list[int]) -> Problem:
    """The problem with the row of the table, or the line of the document, that it is of."""
    name, _dot, rest = problem.field.partition(".")
    number = rest.partition(".")[0]
    line = int(number) if name == "lines" and number.isdigit() else 0
    if rows:
        return InRow(rows[line - 1] if 0 < line <= len(rows) else rows[0], problem)
    return AtLine(line, problem) if line else problem


def _from_ubl(books: Books, kind: str, data: bytes, customer: str, order: str) -> SourceContent:
    content, hint = read_source(data)
    if content.kind != kind:
        raise Problem("this file holds {what}; import it with: tui-billing {what} import", what=COMMANDS[content.kind])
    content.customer = customer or _customer_of(books, content, hint)
    content.order = order or content.order
    codes = facts.items_by_code(books, [line.item for line in content.lines])
    for line in content.lines:
        # An article number of theirs that is none of ours is no item: its text tells what it is.
        if line.item and line.item.strip().upper() not in codes:
            line.description = line.description or line.item
            line.item = ""
    if kind == "delivery" and content.order and not _order_is_known(books, content):
        raise Problem(
            "order {number} of {customer} is not in the books; enter it first, or name another with --order",
            field="order",
            number=quote(content.order),
            customer=content.customer,
        )
    return content


def _order_is_known(books: Books, content: SourceContent) -> bool:
    return bool(
        books.row(
            "SELECT 1 FROM purchase_order o JOIN customer c ON c.id = o.customer_id WHERE o.number = ? AND c.code = ?",
            (content.order, content.customer.upper()),
        )
    )


def _customer_of(books: Books, content: SourceContent, hint: BuyerHint) -> str:
    """The one customer whose VAT id, SIREN, SIRET, electronic address or other identifier stands in the file."""
    for text in hint.identifiers:
        bare = re.sub(r"[\s.]", "", text).upper()
        rows = books.rows(
            "SELECT DISTINCT c.code FROM customer c LEFT JOIN identifier i ON i.customer_id = c.id"
            " WHERE (c.vat_id <> '' AND c.vat_id = ?) OR (c.siren <> '' AND c.siren = ?)"
            " OR (c.siret <> '' AND c.siret = ?) OR (c.electronic_address <> '' AND c.electronic_address = ?)"
            " OR i.value = ? LIMIT 2",
            (bare, bare, bare, text, text),
        )
        if len(rows) == 1:
            return str(rows[0][0])
    found = facts.find_customers(books, hint.name, 2) if hint.name else []
    if len(found) == 1:
        return found[0].code
    if content.order:
        owners = books.rows(
            "SELECT c.code FROM purchase_order o JOIN customer c ON c.id = o.customer_id WHERE o.number = ? LIMIT 2",
            (content.order,),
        )
        if len(owners) == 1:
            return str(owners[0][0])
    raise Problem(
        "no customer is known by {text}; say whose it is with --customer",
        field="customer",
        text=quote(hint.name or ", ".join(hint.identifiers) or "—"),
    )
