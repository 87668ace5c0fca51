"""Evidence packs: everything known of a dispute or invoice, gathered from the books, as one indexed PDF."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

from tui_billing.documents.evidence import Made, Pack, Paper, make_pack
from tui_billing.documents.files import document_path
from tui_billing.documents.store import place
from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.models.queries import case_file
from tui_billing.rules.dates import format_date
from tui_billing.rules.numbers import format_money
from tui_billing.rules.party import Party
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.services import case_words
from tui_billing.services.attachments import store_of
from tui_billing.services.context import Context, Work, company, transact
from tui_billing.services.disputes import note_content, write_note
from tui_billing.services.printing import document_folder, path_of, render_to

#: Words of the front pages; the pack is the house's own paper, in the clerk's language.
HEADS = {
    "dispute": N_("Dispute"),
    "invoice": N_("Invoice"),
    "order": N_("Orders"),
    "contract": N_("Contracts"),
    "delivery": N_("Deliveries"),
    "payments": N_("Payments and credits"),
    "timeline": N_("Timeline and correspondence"),
}
_PAPER_OF = {
    "invoice": N_("invoice"),
    "dispute": N_("dispute"),
    "purchase_order": N_("order"),
    "contract": N_("contract"),
    "delivery_note": N_("delivery note"),
    "inquiry": N_("inquiry"),
}


def evidence_path(books: Books, number: str) -> Path:
    """Where the pack of an invoice lies unless another place is named."""
    return document_path(document_folder(books), f"evidence-{number}")


def make_evidence(
    books: Books,
    context: Context,
    *,
    invoice_id: int = 0,
    dispute_id: int = 0,
    path: Path | None = None,
    language: str = "en",
) -> Made:
    """Make the pack of a dispute, or of an invoice with all its disputes, and note it in the timeline of the dispute.

    Takes its time (PDFs are made and merged in another process): never to be called on the interface thread, and
    no transaction is open while it works.
    """
    if dispute_id:
        found = books.value("SELECT invoice_id FROM dispute WHERE id = ?", (dispute_id,))
        if found is None:
            raise NotFound("there is no dispute {id}; list them with: tui-billing dispute list", id=dispute_id)
        invoice_id = int(found)  # type: ignore[call-overload]
    number = books.value("SELECT number FROM invoice WHERE id = ? AND state = 'issued'", (invoice_id,))
    if not number:
        raise NotFound("there is no issued invoice with id {id}", id=invoice_id)
    for key, _number in missing_documents(books, invoice_id):
        with contextlib.suppress(Problem):  # the pack says that it is missing
            render_to(books, key, path_of(books, key))
    pack = pack_of(books, invoice_id, dispute_id, context.today, language)
    made = make_pack(pack, path or evidence_path(books, str(number)))
    if dispute_id:
        record_pack(books, context, dispute_id, made)
    return made


def record_pack(books: Books, context: Context, dispute_id: int, made: Made) -> None:
    """Write into the timeline which pack was made: its name and SHA-256. A closed dispute's too."""

    def do(work: Work) -> None:
        number = str(
            books.value(
                "SELECT i.number FROM dispute d JOIN invoice i ON i.id = d.invoice_id WHERE d.id = ?", (dispute_id,)
            )
        )
        note = write_note(work, dispute_id, "document", f"{made.path.name} · SHA-256 {made.sha256}")
        work.audit("note_dispute", "dispute_note", note, note_content(books, note), number)

    transact(books, context, "dispute", do)


def missing_documents(books: Books, invoice_id: int) -> list[tuple[int, str]]:
    """(id, number) of the invoice and its credit notes whose PDF has not been made."""
    rows = books.rows(
        "SELECT id, number FROM invoice WHERE (id = ? OR original_id = ?) AND state = 'issued' ORDER BY id",
        (invoice_id, invoice_id),
    )
    return [(key, str(number)) for key, number in rows if not path_of(books, key).exists()]


def pack_of(books: Books, invoice_id: int, dispute_id: int, today: dt.date, language: str) -> Pack:
    """What goes into a pack, in a constant number of queries."""
    found = case_file.read(books, invoice_id, dispute_id)

    def told(message: str, **values: object) -> str:
        return say(message, language, **values)

    def day(text: Any) -> str:
        return format_date(dt.date.fromisoformat(str(text)[:10]), language) if text else ""

    def amount(minor: int, currency: str) -> str:
        return format_money(minor, currency, language, code=True)

    def called(table: dict[str, str], token: str) -> str:
        return told(table[token]) if token in table else token

    head = found.invoice
    currency = head["currency"]
    title = told(N_("Evidence on invoice {number}"), number=head["number"])
    firm = Party.from_json(company(books).party).full_name
    blocks: list[list[str]] = [
        ["title", title, ""],
        ["text", f"{head['buyer_name']} · {firm} · {day(today.isoformat())}", ""],
        ["head", told(HEADS["invoice"]), amount(head["payable"], currency)],
        [
            "text",
            f"{head['number']} · {day(head['issue_date'])}",
            amount(head["open"], currency) + " " + told(N_("open")),
        ],
    ]
    for position, description, net in found.lines:
        blocks.append(["text", f"{position}  {description}", amount(net, currency)])
    for dispute in found.disputes:
        words = (
            str(dispute["id"]),
            day(dispute["opened_on"]),
            called(case_words.REASONS, dispute["reason"]),
            called(case_words.DISPUTE_STATUSES, dispute["status"]),
            called(case_words.OUTCOMES, dispute["outcome"]),
            called(case_words.CAUSES, dispute["cause"]),
            dispute["contact"],
        )
        blocks += [
            ["head", told(HEADS["dispute"]), amount(dispute["amount"], currency)],
            ["text", " · ".join(filter(None, words)), ""],
        ]
        for position, description, part in dispute["lines"]:
            blocks.append(["text", f"{position}  {description}", amount(part, currency)])
    for name, rows in (("order", found.orders), ("contract", found.contracts), ("delivery", found.deliveries)):
        if rows:
            blocks.append(["head", told(HEADS[name]), ""])
            blocks += [["text", f"{number} · {day(date)} · {text}".strip(" ·"), ""] for number, date, text in rows]
    if found.payments:
        blocks.append(["head", told(HEADS["payments"]), ""])
        for date, kind, reference, minor in found.payments:
            blocks.append(
                ["text", f"{day(date)} · {told(_KINDS.get(kind, kind))} {reference}".rstrip(), amount(minor, currency)]
            )
    if found.timeline:
        blocks.append(["head", told(HEADS["timeline"]), ""])
        for at, who, kind, text in found.timeline:
            name = called({**case_words.CHANNELS, **case_words.NOTE_KINDS}, kind)
            shown = called(case_words.DISPUTE_STATUSES if kind == "status" else case_words.OUTCOMES, text)
            blocks += [["faint", f"{day(at)} {at[11:16]} UTC · {who} · {name}", ""], ["text", shown or "–", ""]]
    return Pack(title, firm, today.isoformat(), language, blocks, _papers(books, found, told))


_KINDS = {"payment": N_("payment"), "credit": N_("credit note"), "write_off": N_("write-off")}


def _papers(books: Books, found: case_file.CaseFile, told: Any) -> list[Paper]:
    """The documents first, then what is attached: order, contract, delivery, correspondence."""
    papers = [Paper(str(number), str(path_of(books, key))) for key, number in found.documents]
    for entity, name, kind, note, sha256, at, who in found.papers:
        of = told(_PAPER_OF.get(entity, entity))
        what = told(case_words.PAPER_KINDS[kind]) if kind in case_words.PAPER_KINDS else ""
        words = " · ".join(part for part in (what, note, f"{who} {at[:10]}") if part)
        papers.append(Paper(f"{of}: {name}", str(place(store_of(books, sha256), sha256)), sha256, words))
    return papers
