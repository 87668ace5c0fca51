"""Papers: kept once by their hash, whole or not at all, proved on reading, and nothing that is no paper gets in."""

from __future__ import annotations

import os

import pytest

from tests.builders import clerk, issued
from tui_billing.documents import store
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.services import attachments, backup
from tui_billing.services.verify import verify

PDF = b"%PDF-1.7\nsigned\n"


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "delivery note.pdf"
    path.write_bytes(PDF)
    return path


def files(books):
    return sorted(p for p in attachments.attachment_folder(books).rglob("*") if p.is_file())


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_a_paper_is_kept_once_and_comes_back_as_it_was(books, paper, tmp_path):
    invoice = issued(books)["id"]
    first = attachments.attach(books, clerk(), "invoice", invoice, paper, kind="signed_delivery_note", note="signed")
    attachments.attach_bytes(books, clerk(), "customer", 1, "again.pdf", PDF)
    papers = attachments.attached_to(books, "invoice", invoice)
    assert [(p.name, p.media_type, p.size, p.operator, p.kind) for p in papers] == [
        ("delivery note.pdf", "application/pdf", len(PDF), "marie", "signed_delivery_note")
    ]
    kept = files(books)
    assert len(kept) == 1 and kept[0].stat().st_mode & 0o777 == 0o600
    assert attachments.read_attachment(books, first)[1] == PDF
    out = tmp_path / "out"
    out.mkdir()
    assert attachments.save_attachment(books, first, out).read_bytes() == PDF
    with pytest.raises(Refused, match="exists already"):
        attachments.save_attachment(books, first, out)
    assert verify(books) == []


def test_said_twice_is_done_once(books, paper):
    context = clerk()
    assert attachments.attach(books, context, "customer", 1, paper) == attachments.attach(
        books, context, "customer", 1, paper
    )
    assert len(attachments.attached_to(books, "customer", 1)) == 1


def wrong_papers(tmp_path):
    def sparse():
        path = tmp_path / "huge.pdf"
        with path.open("wb") as file:
            file.truncate(2 * 10**9)
        return path

    def link():
        (tmp_path / "real.pdf").write_bytes(PDF)
        path = tmp_path / "link.pdf"
        path.symlink_to(tmp_path / "real.pdf")
        return path

    def empty():
        path = tmp_path / "empty.pdf"
        path.touch()
        return path

    def pipe():
        os.mkfifo(tmp_path / "pipe.pdf")
        return tmp_path / "pipe.pdf"

    return {
        "2 GB": (sparse, r"huge.pdf has 2000 MB, at most 25 MB are kept"),
        "a symbolic link": (link, "link.pdf is a symbolic link; attach the file that it leads to"),
        "empty": (empty, "empty.pdf is empty"),
        "missing": (lambda: tmp_path / "gone.pdf", "there is no file gone.pdf"),
        "a folder": (lambda: tmp_path, "is no plain file"),
        "a pipe": (pipe, "pipe.pdf is no plain file"),
    }


@pytest.mark.parametrize("what", ["2 GB", "a symbolic link", "empty", "missing", "a folder", "a pipe"])
def test_what_is_no_paper_is_refused_in_one_sentence(firm, tmp_path, what, monkeypatch):
    make, sentence = wrong_papers(tmp_path)[what]
    path = make()
    reads = []
    monkeypatch.setattr(os, "read", lambda *args: reads.append(args) or b"")
    with pytest.raises(Problem, match=sentence) as refused:
        attachments.attach(firm, clerk(), "customer", 1, path)
    assert "\n" not in str(refused.value) and reads == []
    assert files(firm) == [] and firm.value("SELECT count(*) FROM attachment") == 0


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../x", "x"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd"),
        ("\x1b[31mred\x1b[0m.pdf", "red.pdf"),
        ("\x1b]0;title\x07a.pdf", "a.pdf"),
        ("a\nb\x00c\u202e.pdf", "a bc.pdf"),
        (".hidden", "hidden"),
        ("..", "paper"),
        ("", "paper"),
        ("é" * 300 + ".pdf", "é" * 116 + ".pdf"),
    ],
)
def test_names_are_made_safe(firm, typed, kept):
    done = attachments.attach_bytes(firm, clerk(), "customer", 1, typed, PDF)
    assert attachments.attachment(firm, done).name == kept
    assert all(p.name == p.name.strip(".") for p in files(firm))


def test_the_limit_is_the_books_own(firm):
    assert attachments.set_limit(firm, clerk(role="supervisor"), 1) == 10**6
    with pytest.raises(Problem, match="at most 1 MB are kept"):
        attachments.attach_bytes(firm, clerk(), "customer", 1, "a.pdf", b"x" * (10**6 + 1))
    with pytest.raises(Refused, match="your role"):
        attachments.set_limit(firm, clerk(), 5)


def test_what_papers_hang_on_must_exist(firm, paper):
    with pytest.raises(NotFound):
        attachments.attach(firm, clerk(), "invoice", 999, paper)
    with pytest.raises(Problem, match="it is one of"):
        attachments.attach(firm, clerk(), "company", 1, paper)
    assert files(firm) == []


def test_a_paper_that_was_changed_or_lost_is_told(firm, paper):
    done = attachments.attach(firm, clerk(), "customer", 1, paper)
    kept = files(firm)[0]
    kept.write_bytes(b"%PDF-1.7\nforged\n")
    with pytest.raises(Problem, match="was changed after it was attached"):
        attachments.read_attachment(firm, done)
    assert [d.check for d in verify(firm)] == ["papers"]
    kept.unlink()
    with pytest.raises(Problem, match="is missing from the attachments folder"):
        attachments.read_attachment(firm, done)
    assert "is missing" in verify(firm)[0].message
    # Attached again, it is whole again.
    attachments.attach(firm, clerk(), "customer", 1, paper)
    assert verify(firm) == []


def test_what_the_first_bytes_say():
    told = {
        b"%PDF-1.4": "application/pdf",
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff\xe0": "image/jpeg",
        b"From: a@b\nSubject: x\n\nHello": "message/rfc822",
        b"#!/bin/sh\necho": store.ANY,
        b"\x7fELF": store.ANY,
    }
    assert {head: store.media_type_of(head) for head in told} == told


def test_a_backup_takes_the_papers_along(firm, paper, tmp_path):
    done = attachments.attach(firm, clerk(), "customer", 1, paper)
    made = backup.back_up(firm, tmp_path / "safe" / "copy.db")
    assert made.differences == []
    again = backup.restore(made.path, tmp_path / "new" / "books.db")
    assert again.differences == []
    from tui_billing.models.door import open_books

    restored = open_books(str(again.path))
    assert attachments.read_attachment(restored, done)[1] == PDF
    restored.shut()


def test_a_paper_is_taken_off_with_a_reason_and_stays_kept(books, paper):
    done = attachments.attach(books, clerk(), "customer", 1, paper)
    with pytest.raises(Problem, match="say why the paper is taken off"):
        attachments.detach(books, clerk(), done, "  ")
    context = clerk()
    for _ in range(2):  # said twice, done once
        attachments.detach(books, context, done, "wrong customer")
    assert attachments.attached_to(books, "customer", 1) == []
    (ended,) = attachments.attached_to(books, "customer", 1, ended=True)
    assert (ended.ended, ended.ended_on, ended.operator) == ("wrong customer", "2026-11-25", "marie")
    assert attachments.read_attachment(books, done)[1] == PDF and len(files(books)) == 1
    with pytest.raises(Refused, match=r"delivery note.pdf was taken off already on 2026-11-25"):
        attachments.detach(books, clerk(), done, "again")
    with pytest.raises(Exception, match="only ever added"), books.write():
        books.db.execute_sql("DELETE FROM attachment_end")
    assert verify(books) == []


def test_one_paper_hangs_on_several_things(books, paper):
    invoice = issued(books)["id"]
    first = attachments.attach(books, clerk(), "customer", 1, paper, kind="letter", note="by post")
    second = attachments.link_paper(books, clerk(), first, "invoice", invoice)
    (linked,) = attachments.attached_to(books, "invoice", invoice)
    assert (linked.id, linked.name, linked.kind, linked.note) == (second, "delivery note.pdf", "letter", "by post")
    assert len(files(books)) == 1
    with pytest.raises(Refused, match=r"delivery note\.pdf is attached to F2026-00001 already"):
        attachments.link_paper(books, clerk(), first, "invoice", invoice)
    with pytest.raises(NotFound):
        attachments.link_paper(books, clerk(), first, "invoice", 999)
    attachments.detach(books, clerk(), first, "no letter")
    assert [one.id for one in attachments.attached_to(books, "invoice", invoice)] == [second]
    assert verify(books) == []
