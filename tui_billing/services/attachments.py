"""Papers attached to an order, contract, delivery note, invoice, customer, dispute or inquiry.

Each file lies once in `attachments/` beside the database, under its SHA-256; the books hold its name, its size,
what it belongs to and who attached it. A paper is opened or saved out, never executed, never changed; one that is
taken off stays kept, with the reason.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_billing.documents import store
from tui_billing.documents.store import Stored
from tui_billing.models.door import Books
from tui_billing.models.tables import Attachment, AttachmentEnd, Setting, StoredFile
from tui_billing.models.write import add, change
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.places import data_folder, sample_papers

#: entity -> (how its label is read for the change notice, what it is called in a sentence)
ENTITIES = {
    "purchase_order": "SELECT number FROM purchase_order WHERE id = ?",
    "contract": "SELECT number FROM contract WHERE id = ?",
    "delivery_note": "SELECT number FROM delivery_note WHERE id = ?",
    "invoice": "SELECT coalesce(number, '') FROM invoice WHERE id = ?",
    "customer": "SELECT code FROM customer WHERE id = ?",
    "dispute": "SELECT i.number FROM dispute d JOIN invoice i ON i.id = d.invoice_id WHERE d.id = ?",
    "inquiry": "SELECT CAST(id AS TEXT) FROM inquiry WHERE id = ?",
}
#: What a paper is, where that is said: some checks ask for one of these.
KINDS = ("", "order", "contract", "delivery_note", "signed_delivery_note", "letter", "mail", "photo", "other")
#: Largest paper where the books do not say otherwise, in bytes.
DEFAULT_LIMIT = 25_000_000
#: Largest limit that may be set: a paper is read whole when it is shown.
HIGHEST_LIMIT = 500_000_000
_LIMIT_KEY = "attachment_limit"


@dataclass(frozen=True, slots=True)
class Attached:
    """A paper as it hangs on something; `size` in bytes, `at` UTC ISO text."""

    id: int
    entity: str
    entity_id: int
    name: str
    kind: str
    note: str
    size: int
    media_type: str
    sha256: str
    operator: str
    at: str
    #: Why it no longer hangs there, "" where it does, and from which day on (ISO text).
    ended: str = ""
    ended_on: str = ""


def attachment_folder(books: Books) -> Path:
    """`attachments/` beside the database; of books on a server, in the user's data folder by their name."""
    if books.path:
        return books.path.parent / "attachments"
    return data_folder() / "attachments" / (books.url.partition("?")[0].rpartition("/")[2] or "books")


def store_of(books: Books, sha256: str) -> Path:
    """The folder in which a paper lies: the books' own, or for a paper of the sample that they lack, the package's.

    A file is what its hash says wherever it lies; so a copy of sample.db alone has its papers.
    """
    own = attachment_folder(books)
    shipped = sample_papers()
    return shipped if not store.place(own, sha256).exists() and store.place(shipped, sha256).is_file() else own


def limit_of(books: Books) -> int:
    """The largest paper that is kept, in bytes."""
    return int(books.value("SELECT value FROM setting WHERE key = ?", (_LIMIT_KEY,)) or DEFAULT_LIMIT)  # type: ignore[call-overload]


def set_limit(books: Books, context: Context, megabytes: int) -> int:
    """Set the largest paper that is kept, in millions of bytes; return it in bytes."""
    size = megabytes * 10**6
    if not 0 < size <= HIGHEST_LIMIT:
        raise Problem("the limit lies between 1 and {highest} MB", field="megabytes", highest=HIGHEST_LIMIT // 10**6)

    def do(work: Work) -> int:
        if not change(Setting, _LIMIT_KEY, value=str(size)):
            add(Setting, key=_LIMIT_KEY, value=str(size))
        work.audit("configure", "company", 1, {"v": 1, "attachment_limit": size}, f"{megabytes} MB")
        return size

    return transact(books, context, "configure", do)


def attach(
    books: Books,
    context: Context,
    entity: str,
    entity_id: int,
    path: Path | str,
    *,
    kind: str = "",
    note: str = "",
    name: str = "",
) -> int:
    """Attach the file at `path`; return the attachment's id.

    Raises `Problem` where the file is missing, empty, larger than `limit_of`, a symbolic link or no plain file,
    and `NotFound` for what it should hang on.
    """
    path = Path(path).expanduser()
    named = name or path.name
    return _attach(
        books,
        context,
        (entity, entity_id, named, kind, note),
        lambda: store.store_file(attachment_folder(books), path, limit_of(books)),
    )


def attach_bytes(
    books: Books,
    context: Context,
    entity: str,
    entity_id: int,
    name: str,
    content: bytes,
    *,
    kind: str = "",
    note: str = "",
) -> int:
    """Attach bytes under a name (a paper that came with a mail, a pack that was made here); return the id."""
    return _attach(
        books,
        context,
        (entity, entity_id, name, kind, note),
        lambda: store.store_bytes(attachment_folder(books), content, name, limit_of(books)),
    )


def _attach(books: Books, context: Context, what: tuple[str, int, str, str, str], keep: Callable[[], Stored]) -> int:
    entity, entity_id, name, kind, note = what
    require_entity(books, entity, entity_id)
    _require_kind(kind)
    clean(note, 500, "note")
    stored = kept(books, keep)
    return transact(
        books, context, "attach", lambda work: attach_in(work, entity, entity_id, name, stored, kind=kind, note=note)
    )


def kept(books: Books, keep: Callable[[], Stored]) -> Stored:
    """Run what puts a file into the store; where the disk refuses, one sentence, and nothing is half kept."""
    try:
        return keep()
    except OSError as error:
        raise Problem(
            "{path} could not be written: {reason}; make room or choose another folder",
            path=attachment_folder(books),
            reason=error.strerror or str(error),
        ) from None


def attach_in(
    work: Work, entity: str, entity_id: int, name: str, stored: Stored, *, kind: str = "", note: str = ""
) -> int:
    """The same inside an open transaction, of a file that lies in the store already."""
    books = work.books
    label = require_entity(books, entity, entity_id)
    _require_kind(kind)
    file_id = books.value("SELECT id FROM stored_file WHERE sha256 = ?", (stored.sha256,))
    if file_id is None:
        file_id = add(StoredFile, sha256=stored.sha256, size=stored.size, media_type=stored.media_type, at=work.at)
    attachment = add(
        Attachment,
        file_id=file_id,
        entity=entity,
        entity_id=entity_id,
        name=store.safe_name(name),
        kind=kind,
        note=clean(note, 500, "note"),
        operator_id=work.operator_id,
        at=work.at,
    )
    work.audit("attach", "attachment", attachment, attachment_content(books, attachment), label)
    return attachment


def require_entity(books: Books, entity: str, entity_id: int) -> str:
    """The label of what papers hang on; `NotFound` where it does not exist."""
    sql = ENTITIES.get(entity)
    if sql is None:
        raise Problem(
            "{entity} is nothing that papers are attached to; it is one of {entities}",
            field="entity",
            entity=entity,
            entities=", ".join(ENTITIES),
        )
    label = books.value(sql, (entity_id,))
    if label is None:
        raise NotFound("there is no {entity} with id {id}", entity=entity, id=entity_id)
    return str(label)


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Problem(
            "{kind} is no kind of paper; it is one of {kinds}", field="kind", kind=kind, kinds=", ".join(KINDS[1:])
        )


def attachment_content(books: Books, attachment_id: int) -> dict[str, Any]:
    """What the audit chain keeps of an attachment; `verify` compares it."""
    row = books.row(
        "SELECT a.entity, a.entity_id, a.name, a.kind, a.note, f.sha256, f.size, f.media_type"
        " FROM attachment a JOIN stored_file f ON f.id = a.file_id WHERE a.id = ?",
        (attachment_id,),
    )
    assert row is not None
    names = ("entity", "entity_id", "name", "kind", "note", "sha256", "size", "media_type")
    return {"v": 1, **dict(zip(names, row, strict=True))}


def detach(books: Books, context: Context, attachment_id: int, reason: str) -> None:
    """Take a paper off what it hangs on, and say why. Its file stays in the store, and what it hung on remembers it.

    Raises `Problem` where no reason is given, `Refused` for a paper that is off already, or that a customer got with
    the answer to a dispute: that is what the house has said.
    """
    reason = clean(reason, 200, "reason")
    if not reason:
        raise Problem("say why the paper is taken off, for example: wrong customer", field="reason")

    def do(work: Work) -> None:
        paper = attachment(books, attachment_id)
        if paper.ended_on:
            raise Refused("{name} was taken off already on {date}", name=paper.name, date=paper.ended_on)
        if paper.entity == "dispute" and (letter := _sent_with(books, paper)):
            raise Refused(
                "{name} went to the customer with letter {letter}; it stays with the dispute",
                name=paper.name,
                letter=letter,
            )
        end = add(
            AttachmentEnd,
            attachment_id=attachment_id,
            reason=reason,
            date=work.today,
            operator_id=work.operator_id,
            at=work.at,
        )
        label = require_entity(books, paper.entity, paper.entity_id)
        work.audit("detach", "attachment", end, end_content(books, end), label)

    transact(books, context, "detach", do)


def _sent_with(books: Books, paper: Attached) -> str:
    """The letter that answered a dispute with this paper enclosed, "" for none."""
    for name, content in books.rows(
        "SELECT l.name, l.content FROM dispute_letter d JOIN letter l ON l.id = d.letter_id WHERE d.dispute_id = ?",
        (paper.entity_id,),
    ):
        if any(one["sha256"] == paper.sha256 for one in json.loads(content).get("enclosures", ())):
            return str(name)
    return ""


def link_paper(books: Books, context: Context, attachment_id: int, entity: str, entity_id: int, kind: str = "") -> int:
    """Hang a paper that is kept already on another thing too; return the new attachment's id."""
    _require_kind(kind)

    def do(work: Work) -> int:
        paper = attachment(books, attachment_id)
        label = require_entity(books, entity, entity_id)
        if any(one.sha256 == paper.sha256 for one in attached_to(books, entity, entity_id)):
            raise Refused("{name} is attached to {label} already", name=paper.name, label=label)
        stored = Stored(paper.sha256, paper.size, paper.media_type)
        return attach_in(work, entity, entity_id, paper.name, stored, kind=kind or paper.kind, note=paper.note)

    return transact(books, context, "attach", do)


def end_content(books: Books, end_id: int) -> dict[str, Any]:
    """What the audit chain keeps of a paper's end."""
    row = books.row("SELECT attachment_id, reason, date FROM attachment_end WHERE id = ?", (end_id,))
    assert row is not None
    return {"v": 1, **dict(zip(("attachment_id", "reason", "date"), row, strict=True))}


_ATTACHED = (
    "SELECT a.id, a.entity, a.entity_id, a.name, a.kind, a.note, f.size, f.media_type, f.sha256, o.login, a.at,"
    " coalesce(e.reason, ''), coalesce(e.date, '')"
    " FROM attachment a JOIN stored_file f ON f.id = a.file_id JOIN operator o ON o.id = a.operator_id"
    " LEFT JOIN attachment_end e ON e.attachment_id = a.id"
)


def attached_to(books: Books, entity: str, entity_id: int, *, ended: bool = False) -> list[Attached]:
    """The papers of one thing, the first attached first; with `ended` those too that were taken off."""
    standing = "" if ended else " AND e.id IS NULL"
    rows = books.rows(
        f"{_ATTACHED} WHERE a.entity = ? AND a.entity_id = ?{standing} ORDER BY a.id", (entity, entity_id)
    )
    return [Attached(*row) for row in rows]


def attachment(books: Books, attachment_id: int) -> Attached:
    """One paper. Raises `NotFound`."""
    row = books.row(_ATTACHED + " WHERE a.id = ?", (attachment_id,))
    if row is None:
        raise NotFound("there is no paper {id}; list them with: tui-billing attach list", id=attachment_id)
    return Attached(*row)


def read_attachment(books: Books, attachment_id: int) -> tuple[Attached, bytes]:
    """A paper with its bytes, proved by their hash; a Problem where the store lacks it or it was changed."""
    paper = attachment(books, attachment_id)
    return paper, store.read_stored(store_of(books, paper.sha256), paper.sha256, paper.name)


def proved_path(books: Books, attachment_id: int) -> Path:
    """Where the file of a paper lies, proved by its hash; a Problem where the store lacks it or it was changed."""
    paper = attachment(books, attachment_id)
    return store.proved(store_of(books, paper.sha256), paper.sha256, paper.name)


def save_attachment(books: Books, attachment_id: int, target: Path | str) -> Path:
    """Write a paper out, to a new file or into a folder under its own name; an existing file is refused."""
    paper, content = read_attachment(books, attachment_id)
    path = Path(target).expanduser()
    if path.is_dir():
        path = path / paper.name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Refused("{path} exists already; choose another file name", path=path) from None
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _unwritten(path, error) from None
    return path


def _unwritten(path: Path, error: OSError) -> Problem:
    return Problem(
        "{path} could not be written: {reason}; make room or choose another folder",
        path=path,
        reason=error.strerror or str(error),
    )
