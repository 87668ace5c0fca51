"""The answer to a dispute as it leaves the house: which papers may go with it, the letter, and what is kept of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_billing.documents.files import document_path
from tui_billing.documents.store import Stored
from tui_billing.models.door import Books
from tui_billing.models.queries.papers import papers_about
from tui_billing.models.tables import DisputeLetter
from tui_billing.models.write import add
from tui_billing.services.attachments import attach, attach_in, attached_to
from tui_billing.services.context import Context, Work
from tui_billing.services.disputes import write_note
from tui_billing.services.enclosures import choose
from tui_billing.services.letters import letter_of as kept_letter
from tui_billing.services.letters import plain_letter, write_in
from tui_billing.services.papers import render_letter_to
from tui_billing.services.printing import document_folder

#: Papers that prove an invoice are proposed: by what they hang on, or by what they are said to be.
_PROOF = ("purchase_order", "contract", "delivery_note", "invoice")
_PROVING = ("order", "contract", "delivery_note", "signed_delivery_note")


@dataclass(frozen=True, slots=True)
class Choice:
    """A paper that may go with the answer: a kept one (`paper`), or a document of ours (`document`), by id.

    `entity` and `where` are what it hangs on; `proposed` where it proves what was ordered, agreed, delivered or billed.
    """

    name: str
    entity: str
    where: str
    size: int
    paper: int = 0
    document: int = 0
    proposed: bool = True


def answer_papers(books: Books, dispute_id: int) -> list[Choice]:
    """What may go with the answer to a dispute: the invoice and its credit notes, then every paper of the case once."""
    found = [
        Choice(f"{str(number).replace('/', '-')}.pdf", "invoice", str(number), 0, document=key)
        for key, number in books.rows(
            "SELECT i.id, i.number FROM invoice i JOIN dispute d ON d.id = ? AND (i.id = d.invoice_id"
            " OR i.original_id = d.invoice_id) WHERE i.state = 'issued' ORDER BY i.id",
            (dispute_id,),
        )
    ]
    kept: dict[str, Choice] = {}
    for row in papers_about(books, "dispute", dispute_id).rows:
        if row.ended:
            continue
        proposed = row.kind in _PROVING or (row.entity in _PROOF and row.kind not in ("letter", "mail"))
        if row.sha256 not in kept:
            kept[row.sha256] = Choice(row.name, row.entity, row.where, row.size, paper=row.id, proposed=proposed)
        elif proposed:  # it proves something where it hangs besides
            kept[row.sha256] = replace(kept[row.sha256], proposed=True)
    return [*found, *kept.values()]


def send_answer(
    work: Work, dispute_id: int, customer_id: int, answer: str, papers: Sequence[int], documents: Sequence[int]
) -> int:
    """Inside an open transaction: write the answer as a letter with its papers, queue it, and link all to the dispute.

    `answer` is its paragraphs, one a line, the subject first. Returns the letter's id.
    """
    books = work.books
    kept, enclosed = choose(books, papers, documents)
    subject, *paragraphs = answer.split("\n")
    letter = plain_letter(books, customer_id, work.today, subject[:100], "\n\n".join(paragraphs), enclosed)
    done = write_in(work, customer_id, letter, send=True)
    there = {paper.sha256 for paper in attached_to(books, "dispute", dispute_id)}
    for paper in kept:
        if paper.sha256 not in there:
            stored = Stored(paper.sha256, paper.size, paper.media_type)
            attach_in(work, "dispute", dispute_id, paper.name, stored, kind=paper.kind, note=done["name"])
            there.add(paper.sha256)
    for one in enclosed:
        proof = f" · SHA-256 {one.sha256}" if one.sha256 else ""
        write_note(work, dispute_id, "document", f"{done['name']} · {one.name}{proof}")
    add(DisputeLetter, dispute_id=dispute_id, letter_id=done["id"])
    return int(done["id"])


def keep_answer(books: Books, context: Context, dispute_id: int, letter_id: int) -> int:
    """Make the PDF of an answer and hang it on its dispute; return the paper's id. Once it is closed: the letter is
    queued whatever becomes of this, and makes its file again where that is missing."""
    letter = kept_letter(books, letter_id)
    path = document_path(document_folder(books), letter.name)
    if not path.exists():
        render_letter_to(books, letter, path)
    return attach(books, context, "dispute", dispute_id, path, kind="letter", note=letter.title)
