"""The papers of a delivery: the file of the document, made where it is missing, and the mail it goes with."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_billing.documents.files import document_path, unwritten, write_atomically
from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.mail import Attachment, Mail, compose
from tui_billing.models.door import Books
from tui_billing.rules.en16931.formats import PROFILES
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.text import quote
from tui_billing.services import enclosures
from tui_billing.services.context import Context, company
from tui_billing.services.letters import letter_of
from tui_billing.services.mail_texts import write_mail
from tui_billing.services.printing import document_folder, format_of, logo_path, path_of, record_rendering, render_to
from tui_billing.services.recipients import Settings, settings
from tui_billing.services.rendering import is_rendered, render_many, sha256_of


def make_papers(books: Books, context: Context, rows: Sequence[dict[str, Any]]) -> dict[int, Problem]:
    """Make the documents of deliveries that have no file yet; what is wrong, by the delivery's id.

    `Refused` is what no later try mends: an electronic invoice that breaks the rules does not leave the house.
    """
    invoices = list(dict.fromkeys(row["invoice_id"] for row in rows if row["invoice_id"] is not None))
    enclosed = enclosures.of_letters(books, rows)
    beside = dict.fromkeys(one.invoice_id for each in enclosed.values() for one in each if one.invoice_id)
    batch = render_many(books, context, [*invoices, *(key for key in beside if key not in invoices)])
    wrong = dict(batch.problems)
    for key in invoices:
        if key not in wrong:
            try:
                _make_structured(books, context, key)
            except Problem as problem:
                wrong[key] = problem
    found = {row["id"]: wrong[row["invoice_id"]] for row in rows if row["invoice_id"] in wrong}
    for row in rows:
        if row["invoice_id"] is not None and row["id"] not in found:
            try:
                _require_sendable(books, row["invoice_id"], row["channel"])
            except Refused as problem:
                found[row["id"]] = problem
    for row in rows:
        if row["letter_id"] is not None and not paper_of(books, row).exists():
            try:
                render_letter_to(books, letter_of(books, row["letter_id"]), paper_of(books, row))
            except Problem as problem:
                found[row["id"]] = problem
    for row in rows:
        try:
            enclosures.make_ready(books, row, enclosed.get(row["letter_id"], ()), paper_of(books, row), wrong)
        except Problem as problem:
            found.setdefault(row["id"], problem)
    return found


def _make_structured(books: Books, context: Context, invoice_id: int) -> None:
    """Where the customer asks for another format than Factur-X, the XML of it, made once and as it was made."""
    form = format_of(books, invoice_id)
    if form in PROFILES:
        return
    path = _structured_path(books, invoice_id)
    made = books.value(
        "SELECT sha256 FROM rendering WHERE invoice_id = ? AND format = ? ORDER BY id DESC LIMIT 1", (invoice_id, form)
    )
    if made is None or sha256_of(path) != made:
        record_rendering(books, context.command(), invoice_id, render_to(books, invoice_id, path, form))


def _structured_path(books: Books, invoice_id: int) -> Path:
    return path_of(books, invoice_id).with_suffix(".xml")


#: What the platforms ask for beyond EN 16931 (BR-FR of XP Z12-012); a mail or a letter does without.
_PLATFORM_RULES = "BR-FR"


def _require_sendable(books: Books, invoice_id: int, channel: str) -> None:
    """Refuse where the newest rendering of either format has a finding that forbids to send it this way."""
    for form in dict.fromkeys(("pdf", format_of(books, invoice_id))):
        row = books.row(
            "SELECT findings FROM rendering WHERE invoice_id = ? AND format = ? ORDER BY id DESC LIMIT 1",
            (invoice_id, form),
        )
        for one in json.loads(row[0]) if row else ():
            if one["blocking"] and (channel == "platform" or not one["code"].startswith(_PLATFORM_RULES)):
                raise Refused(
                    "it breaks a rule of electronic invoices ({code}): {reason}",
                    code=one["code"],
                    reason=str(Problem(one["message"], **one["values"])),
                )


def papers_of(books: Books, row: dict[str, Any]) -> list[Path]:
    """The files that a delivery consists of: a platform gets the format that is asked for, a mail the PDF with it."""
    first = paper_of(books, row)
    if row["invoice_id"] is None or format_of(books, row["invoice_id"]) in PROFILES:
        return [first]
    structured = _structured_path(books, row["invoice_id"])
    return [structured] if row["channel"] == "platform" else [first, structured]


def render_letter_to(books: Books, letter: PrintableLetter, path: Path) -> int:
    """Make the PDF of a letter at `path`, whole or not at all; its pages."""
    from tui_billing.documents.letter_pdf import render_letter
    from tui_billing.documents.renderer import read_logo

    rendered = render_letter(letter, logo=read_logo(logo_path(books)))
    write_file(path, rendered.pdf)
    return rendered.pages


def write_letter_to(books: Books, letter: PrintableLetter, path: Path) -> int:
    """Write a letter as .pdf, .xlsx or .docx, by the file's end; its pages."""
    end = path.suffix.lower()
    if end == ".pdf":
        return render_letter_to(books, letter, path)
    if end == ".xlsx":
        from tui_billing.documents.workbook import letter_workbook

        write_file(path, letter_workbook(letter))
    elif end == ".docx":
        from tui_billing.documents.word import letter_document

        write_file(path, letter_document(letter))
    else:
        raise Problem("{path} does not end in .pdf, .xlsx or .docx", field="output", path=quote(str(path)))
    return 1


def write_file(path: Path, content: bytes) -> None:
    """Put a file at `path`, whole or not at all; a Problem where the disk refuses."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise unwritten(path, error) from error


def paper_of(books: Books, row: dict[str, Any]) -> Path:
    """Where the file of a delivery's document lies."""
    if row["invoice_id"] is not None:
        return path_of(books, row["invoice_id"])
    return document_path(document_folder(books), row["name"])


def read_papers(books: Books, row: dict[str, Any]) -> list[Attachment]:
    """The files of a delivery, and what is enclosed with it; a Problem where one is gone."""
    return [*(_read(path) for path in papers_of(books, row)), *enclosures.attachments_of(books, row)]


def printed_of(books: Books, row: dict[str, Any]) -> list[Path]:
    """What of a delivery goes into the envelope: the document, and what is enclosed with it as pages."""
    first = paper_of(books, row)
    pages = enclosures.pages_path(first)
    return [first, pages] if row["letter_id"] is not None and pages.exists() else [first]


def _read(path: Path) -> Attachment:
    try:
        return Attachment(path.name, path.read_bytes())
    except OSError as error:
        raise Problem(
            "{path} cannot be read: {reason}; render the document again",
            path=str(path),
            reason=error.strerror or str(error),
        ) from None


def mail_of(
    books: Books,
    known: Settings,
    row: dict[str, Any],
    papers: Sequence[Attachment],
    attempt: int,
    at: dt.datetime,
) -> bytes:
    """The mail that a delivery goes with.

    The head names whoever this mail was ever meant for, so that a copy that is sent later looks like the first.
    """
    everyone = books.rows(
        "SELECT address, role FROM delivery WHERE message_id = ? AND state <> 'cancelled' ORDER BY id",
        (row["message_id"],),
    )
    to = [address for address, role in everyone if role != "cc"]
    copies = [address for address, role in everyone if role == "cc"]
    subject, body = write_mail(books, row)
    mail = Mail(
        message_id=row["message_id"],
        sender=known.sender,
        sender_name=known.sender_name or Party.from_json(company(books).party).full_name,
        to=to or copies,
        cc=copies if to else (),
        reply_to=known.reply_to,
        subject=subject,
        body=body,
        attachments=papers,
        attempt=attempt,
    )
    return compose(mail, at)


def write_dry(books: Books, context: Context, folder: Path, limit: int | None = None) -> list[Path]:
    """Write the mails that are due now to .eml files in a folder; nothing is sent, nothing changes in the books."""
    import tempfile

    known = settings(books)
    if not known.sender:
        raise Refused("no sender is set; say who writes with: tui-billing send set sender=ADDRESS")
    now = context.now()
    names = "id, invoice_id, letter_id, customer_id, name, language, message_id, tries"
    rows = books.rows(
        f"SELECT {names} FROM delivery WHERE id IN (SELECT min(id) FROM delivery WHERE state = 'queued'"
        " AND channel = 'email' AND due_at <= ? GROUP BY message_id) ORDER BY due_at, id LIMIT ?",
        (now, 1_000_000 if limit is None else limit),
    )
    written = []
    with tempfile.TemporaryDirectory() as scratch:
        for values in rows:
            row = dict(zip(names.split(", "), values, strict=True))
            paper = paper_of(books, row)
            trial = Path(scratch) / paper.name
            if row["invoice_id"] is None and not paper.exists():
                render_letter_to(books, letter_of(books, row["letter_id"]), trial)
                paper = trial
            elif row["invoice_id"] is not None and not is_rendered(books, row["invoice_id"]):
                paper = render_to(books, row["invoice_id"], trial).path
            papers = [_read(paper), *enclosures.attachments_of(books, row)]
            content = mail_of(books, known, row, papers, row["tries"] + 1, dt.datetime.now(dt.UTC))
            path = folder / f"{row['message_id'].partition('@')[0]}.eml"
            write_file(path, content)
            written.append(path)
    return written
