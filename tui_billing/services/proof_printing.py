"""The document of a month's proof: made, written whole or not at all, and kept with the proof."""

from __future__ import annotations

from pathlib import Path

from tui_billing.documents.files import write_atomically
from tui_billing.locale import language_in_use
from tui_billing.models.door import Books
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.proof import Proof
from tui_billing.services.context import Context, company
from tui_billing.services.printing import document_folder
from tui_billing.services.proof import keep_proof


def proof_path(books: Books, month: str) -> Path:
    """Where the document of a month's proof lies."""
    return document_folder(books) / "proofs" / f"{month}.pdf"


def print_proof(books: Books, context: Context, proof: Proof, path: Path | None = None, language: str = "") -> Path:
    """Write the PDF of a proof at `path`, else beside the database, and keep the proof; returns the path."""
    from tui_billing.documents.proof_pdf import render_proof

    place = path or proof_path(books, proof.month)
    company_name = Party.from_json(company(books).party).full_name
    rendered = render_proof(proof, company_name, language or language_in_use())
    try:
        write_atomically(place, rendered.pdf)
    except OSError as error:
        raise Problem(
            "{path} could not be written: {reason}; make room or choose another folder, then render it again",
            path=str(place),
            reason=error.strerror or str(error),
        ) from error
    keep_proof(books, context, proof, str(place), rendered.sha256)
    return place
