"""What goes with a letter: by mail each paper under its own name, by post as pages behind the letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_billing.documents import store
from tui_billing.documents.evidence import Pack, Paper, make_pack
from tui_billing.documents.letter import Enclosure
from tui_billing.documents.mail import Attachment
from tui_billing.locale import N_, say
from tui_billing.models.door import Books
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.attachments import Attached, attachment, proved_path, store_of
from tui_billing.services.context import company
from tui_billing.services.printing import path_of

#: What the papers of one letter may have together, in bytes: most mail servers take no more.
MOST = 20_000_000


def choose(books: Books, papers: Sequence[int], documents: Sequence[int]) -> tuple[list[Attached], list[Enclosure]]:
    """(the kept papers, all that is enclosed): attachments by id, and issued documents of ours by id.

    Raises `Problem` where the store lacks a paper or it was changed, and where they are too much for one mail;
    `Refused` for a paper that was taken off.
    """
    kept, enclosed = [], []
    for key in dict.fromkeys(documents):
        number = books.value("SELECT number FROM invoice WHERE id = ? AND state = 'issued'", (key,))
        if not number:
            raise Problem("there is no issued document with id {id}", field="papers", id=key)
        enclosed.append(Enclosure(f"{str(number).replace('/', '-')}.pdf", invoice_id=key))
    for key in dict.fromkeys(papers):
        paper = attachment(books, key)
        if paper.ended_on:
            raise Refused(
                "{name} was taken off already on {date}", field="papers", name=paper.name, date=paper.ended_on
            )
        proved_path(books, key)
        kept.append(paper)
        if paper.sha256 not in (one.sha256 for one in enclosed):
            enclosed.append(Enclosure(_own_name(paper.name, [one.name for one in enclosed]), paper.sha256))
    size = sum({paper.sha256: paper.size for paper in kept}.values())
    if size > MOST:
        raise Problem(
            "these papers have {size} MB together, a mail takes {limit} MB; choose fewer",
            field="papers",
            size=-(-size // 10**6),
            limit=MOST // 10**6,
        )
    return kept, enclosed


def _own_name(name: str, taken: Sequence[str]) -> str:
    """A name that no other paper of the letter has."""
    stem, dot, ending = name.rpartition(".")
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{stem or name}-{count}{dot if stem else ''}{ending if stem else ''}"
    return found


def of_letters(books: Books, rows: Sequence[Mapping[str, Any]]) -> dict[int, list[Enclosure]]:
    """letter id -> what is enclosed, of the letters among deliveries."""
    ids = list(dict.fromkeys(row["letter_id"] for row in rows if row["letter_id"] is not None))
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found = books.rows(f"SELECT id, content FROM letter WHERE id IN ({marks})", ids)
    return {key: [Enclosure(**one) for one in json.loads(content).get("enclosures", ())] for key, content in found}


def attachments_of(books: Books, row: Mapping[str, Any]) -> list[Attachment]:
    """The enclosed papers of a delivery as files of its mail; a Problem where one is gone."""
    found = []
    for one in of_letters(books, [row]).get(row["letter_id"], ()):
        path = _path(books, one)
        if one.sha256:
            content = store.read_stored(store_of(books, one.sha256), one.sha256, one.name)
        else:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise Problem(
                    "{path} cannot be read: {reason}; render the document again",
                    path=str(path),
                    reason=error.strerror or str(error),
                ) from None
        found.append(Attachment(one.name, content))
    return found


def _path(books: Books, one: Enclosure) -> Path:
    return store.place(store_of(books, one.sha256), one.sha256) if one.sha256 else path_of(books, one.invoice_id)


def pages_path(letter: Path) -> Path:
    """Where the pages lie that go into the envelope behind a letter."""
    return letter.with_name(f"{letter.stem}-enclosed.pdf")


def make_ready(
    books: Books, row: Mapping[str, Any], enclosed: Sequence[Enclosure], letter: Path, wrong: Mapping[int, Problem]
) -> None:
    """What is enclosed with a delivery is there; for the post, as pages with a list of them in front.

    `wrong` are documents that could not be made. What cannot be printed (a password, a broken file) is in the list.
    """
    for one in enclosed:
        if one.invoice_id in wrong:
            raise wrong[one.invoice_id]
        if one.sha256:
            store.proved(store_of(books, one.sha256), one.sha256, one.name)
    if enclosed and row["channel"] == "post" and not pages_path(letter).exists():
        language = row["language"]
        title = say(N_("Enclosed with {letter}"), language, letter=row["name"])
        firm = company(books)
        author = Party.from_json(firm.party).full_name
        date = str(books.value("SELECT date FROM letter WHERE id = ?", (row["letter_id"],)))
        papers = [Paper(one.name, str(_path(books, one)), one.sha256) for one in enclosed]
        make_pack(Pack(title, author, date, language, [["title", title, ""]], papers), pages_path(letter))
