"""Papers by keyboard: attached by a path that completes, read, written out, linked, taken off; bad ones in a sentence."""

from __future__ import annotations

import pytest

from tests.builders import clerk, issued
from tests.documents.test_evidence import a_pdf
from tui_billing.models.queries.papers import papers_about
from tui_billing.services import attachments, disputes
from tui_billing.services.verify import verify

#: The screens are the same on either engine; what they ask for is tested on both.
pytestmark = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in" / "delivery.pdf").write_bytes(a_pdf(1))


async def test_a_paper_s_way_by_keyboard(workstation, books, tmp_path):
    done = issued(books, "ACME", "A10")
    async with workstation() as hand:
        await hand.keys("2", "a")
        assert "no paper yet; n attaches the first" in hand.row("#papers")
        await hand.keys("n", "i", "n", "tab", "tab", "tab", "d", "enter", *"signed", "ctrl+s")
        assert hand.said == "attach delivery.pdf to F2026-00001 · ACME Industries: Enter keeps it"
        await hand.keys("enter")
        await hand.settle()
        assert "delivery.pdf is attached (" in hand.said
        (paper,) = papers_about(books, "invoice", done["id"]).rows
        assert (paper.kind, paper.note, paper.media_type) == ("signed_delivery_note", "signed", "application/pdf")
        assert paper.sha256[:11] in hand.row("#papers")
        await hand.keys("enter")
        await hand.app.workers.wait_for_complete()
        assert "paper page 1" in hand.row("#paper")
        await hand.keys("o", "ctrl+u", *"out.pdf", "ctrl+s", "enter")
        assert (tmp_path / "out.pdf").read_bytes() == a_pdf(1) or (tmp_path / "out.pdf").stat().st_size == paper.size
        await hand.keys("o", "ctrl+u", *"out.pdf", "ctrl+s", "enter")
        assert "out.pdf exists already; choose another file name" in hand.said
        await hand.keys("escape", "escape", "l", *"cus acme", "ctrl+s", "enter")
        assert [one.name for one in attachments.attached_to(books, "customer", 1)] == ["delivery.pdf"]
        await hand.keys("l", *"box 7", "ctrl+s")
        assert "box is nothing that papers hang on" in hand.said
        await hand.keys("escape", "u", "ctrl+s")
        assert "say why the paper is taken off" in hand.said
        await hand.keys(*"not theirs", "ctrl+s", "enter")
        await hand.settle()
        assert "taken off" in hand.row("#papers") and ": not theirs" in hand.row("#foot")
        assert attachments.attached_to(books, "invoice", done["id"]) == []
        await hand.keys("u")
        assert "taken off already" in hand.said
    assert verify(books) == []


async def test_every_bad_paper_is_one_sentence_on_the_screen(workstation, books, tmp_path):
    issued(books, "ACME", "A10")
    folder = tmp_path / "in"
    (folder / "empty.pdf").touch()
    (folder / "link.pdf").symlink_to(folder / "delivery.pdf")
    with (folder / "huge.pdf").open("wb") as file:
        file.truncate(2 * 10**9)
    (folder / "\x1b]0;x\x07y.pdf").write_bytes(a_pdf(1, "hidden"))
    async with workstation(size=(110, 24)) as hand:
        await hand.keys("2", "a", "n")
        for name, sentence in (
            ("", "name the file of the paper; Tab completes it"),
            ("in/empty.pdf", "empty.pdf is empty; attach the paper itself"),
            ("in/gone.pdf", "there is no file gone.pdf; check the path"),
            ("in/link.pdf", "link.pdf is a symbolic link; attach the file that it leads to"),
            ("in/huge.pdf", "huge.pdf has 2000 MB, at most 25 MB are kept"),
            ("../../x", "there is no file x; check the path"),
            ("in", "in is no plain file"),
        ):
            hand.app.screen.query_one("#path").value = name
            await hand.keys("ctrl+s", "enter")
            assert sentence in hand.said and "\n" not in hand.said
        assert books.value("SELECT count(*) FROM attachment") == 0
        hand.app.screen.query_one("#path").value = "in/\x1b]0;x\x07y.pdf"
        await hand.keys("ctrl+s")
        assert "\x1b" not in hand.said
        await hand.keys("enter")
        assert "y.pdf is attached" in hand.said
        await hand.keys("enter")
        await hand.app.workers.wait_for_complete()
        assert "encrypted: it opens with a password alone; o writes it out" in hand.row("#paper")


async def test_a_dispute_shows_the_papers_of_its_whole_case(workstation, books):
    done = issued(books, "ACME", "A10")
    key = disputes.open_dispute(books, clerk(), done["id"])
    attachments.attach_bytes(books, clerk(), "invoice", done["id"], "copy.pdf", a_pdf(1))
    attachments.attach_bytes(books, clerk(), "dispute", key, "letter.pdf", a_pdf(2), kind="letter")
    async with workstation() as hand:
        await hand.keys("4", "a")
        shown = hand.row("#papers")
        assert shown.index("letter.pdf") < shown.index("copy.pdf") and "invoice F202" in shown
        await hand.keys("escape", "enter", "tab", "a")
        assert "letter.pdf" in hand.row("#papers")
        await hand.keys("escape", "5", "a")
        assert "no paper yet" in hand.row("#papers")
