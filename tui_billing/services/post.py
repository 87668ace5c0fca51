"""What goes by post: one PDF in mailing order with a cover list, and what was printed stays known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from tui_billing.documents.cover_list import Envelope, render_cover_list
from tui_billing.documents.files import write_atomically
from tui_billing.models.door import Books
from tui_billing.rules.delivery import State
from tui_billing.rules.party import Address, Party, address_lines
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.delivery import move
from tui_billing.services.papers import make_papers, printed_of

#: Documents of one print batch: what a person carries.
MOST = 1000
_ROW = "id, invoice_id, letter_id, channel, customer_id, name, language, state"


@dataclass(frozen=True, slots=True)
class Printed:
    """A print batch: its name, its file, how many documents on how many pages."""

    batch: str
    path: Path
    documents: int
    pages: int
    sha256: str


def print_batch(books: Books, context: Context, path: Path, *, batch: str = "") -> Printed:
    """Write what waits for the post into one PDF at `path`, a cover list in front; or an earlier batch once more.

    In mailing order: abroad by country, then postcode, so that it is franked and handed over as it lies; what goes to
    one address lies together. The documents are `sent` once the file is whole: where the disk is full none is.
    """
    rows = _rows(books, batch)
    if not rows:
        if batch:
            raise NotFound("there is no print batch {batch}", field="batch", batch=batch)
        raise Refused("nothing waits for the post")
    wrong = make_papers(books, context, rows)
    for key, problem in wrong.items():
        if not isinstance(problem, Refused):
            raise problem
        _give_up(books, context, key, str(problem))  # it holds up no other
    rows = [row for row in rows if row["id"] not in wrong]
    if not rows:
        raise next(iter(wrong.values()))
    envelopes = _in_mailing_order(books, rows)
    name = batch or f"P{context.today:%Y%m%d}-{rows[0]['id']}"
    content, pages = _bind(books, context, name, envelopes)
    try:
        write_atomically(path, content)
    except OSError as error:
        raise Problem(
            "{path} could not be written: {reason}; make room or choose another folder, then print again",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    if not batch:
        _mark_sent(books, context, name, [row["id"] for row in rows])
    return Printed(name, path, len(rows), pages, hashlib.sha256(content).hexdigest())


def _rows(books: Books, batch: str) -> list[dict[str, Any]]:
    where, parameters = ("batch = ?", (batch,)) if batch else ("state = 'queued'", ())
    found = books.rows(
        f"SELECT {_ROW} FROM delivery WHERE channel = 'post' AND {where} ORDER BY id LIMIT {MOST}", parameters
    )
    return [dict(zip(_ROW.split(", "), row, strict=True)) for row in found]


def _in_mailing_order(books: Books, rows: list[dict[str, Any]]) -> list[tuple[Envelope, list[Path]]]:
    home = Party.from_json(company(books).party).address.country
    ordered = []
    for row in rows:
        party = _addressee(books, row)
        address = party.address
        key = (address.country != home, address.country, address.postcode, address.city, party.name, row["name"])
        lines = (party.full_name, *address_lines(address, row["language"], home))
        ordered.append((key, Envelope(row["name"], lines), printed_of(books, row)))
    return [(envelope, paths) for _key, envelope, paths in sorted(ordered, key=lambda one: one[0])]


def _addressee(books: Books, row: dict[str, Any]) -> Party:
    """Who the envelope is for: what stands in the window of the document."""
    if row["invoice_id"] is not None:
        return Party.from_json(
            json.loads(str(books.value("SELECT buyer FROM invoice WHERE id = ?", (row["invoice_id"],))))
        )
    content = json.loads(str(books.value("SELECT content FROM letter WHERE id = ?", (row["letter_id"],))))
    return Party.from_json(content["buyer"]) if "buyer" in content else Party(name="", address=Address())


def _bind(books: Books, context: Context, name: str, envelopes: list[tuple[Envelope, list[Path]]]) -> tuple[bytes, int]:
    """(the batch as one PDF, its pages without the cover); each document begins on the front of a sheet."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    bound = PdfWriter()
    counted, total = [], 0
    for envelope, paths in envelopes:
        pages = 0
        for place, path in enumerate(paths):
            try:
                reader = PdfReader(path)
                pages += len(reader.pages)
                bound.append(reader, outline_item=None if place else envelope.name, import_outline=False)
            except (OSError, PyPdfError) as error:
                raise Problem(
                    "{path} cannot be read: {reason}; render the document again",
                    path=str(path),
                    reason=str(error)[:200],
                ) from None
        if pages % 2:
            bound.add_blank_page()  # printed on both sides, the next document begins on a sheet of its own
        counted.append(Envelope(envelope.name, envelope.lines, pages))
        total += pages
    firm = company(books)
    cover = PdfReader(
        BytesIO(render_cover_list(name, context.today, counted, Party.from_json(firm.party), firm.language))
    )
    for place, page in enumerate(cover.pages):
        bound.insert_page(page, place)
    if len(cover.pages) % 2:
        bound.insert_blank_page(index=len(cover.pages))
    made = BytesIO()
    bound.write(made)
    return made.getvalue(), total


def _give_up(books: Books, context: Context, key: int, reason: str) -> None:
    transact(
        books,
        context.command(),
        "deliver",
        lambda work: move(work, key, State.FAILED, reason=reason[:300]),
        record=False,
    )


def _mark_sent(books: Books, context: Context, batch: str, ids: list[int]) -> None:
    def do(work: Work) -> int:
        lock = " FOR UPDATE" if books.engine == "postgres" else ""
        for key in ids:
            row = books.row(f"SELECT state FROM delivery WHERE id = ?{lock}", (key,))
            if row is None or row[0] != State.QUEUED:
                raise Refused("somebody else has printed or changed some of these meanwhile; print again")
            move(work, key, State.SENT, reason=batch, batch=batch)
        work.audit("print", "delivery", ids[0], {"v": 1, "batch": batch, "deliveries": ids}, batch)
        return len(ids)

    transact(books, context, "send", do)
