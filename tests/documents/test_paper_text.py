"""What is read of a paper in the terminal: its text, or one sentence; nothing of it is executed or believed."""

from __future__ import annotations

import pytest

from tests.documents.test_evidence import a_pdf, a_picture
from tui_billing.documents import paper_text
from tui_billing.documents.paper_text import _answer, read_text

MAIL = (
    b"From: Mme Martin <a@b.fr>\nSubject: =?utf-8?q?erron=C3=A9e?=\nContent-Type: text/html; charset=utf-8\n\n"
    b"<style>p{}</style><script>alert(1)</script><p>45 &euro;</p><p>agreed \x1b[31m</p>"
)


@pytest.mark.parametrize(
    ("content", "state", "told"),
    [
        (a_pdf(2), "text", "── 1 / 2 ──\npaper page 1\n\n── 2 / 2 ──\npaper page 2"),
        (a_pdf(1, "hidden"), "encrypted", ""),
        (a_pdf(1)[:300], "broken", ""),
        (b"%PDF-1.7\n" + b"x" * 5_000, "broken", ""),
        (a_picture(), "picture", ""),
        (b"\xff\xd8\xff\xe0" + b"x" * 90, "broken", ""),
        (MAIL, "text", "From: Mme Martin <a@b.fr>\nSubject: erronée\n\n45 €\nagreed \x1b[31m"),
        ("Prix convenu : 45 €\r\nsigné".encode(), "text", "Prix convenu : 45 €\nsigné"),
        ("Prix convenu à Orléans".encode("cp1252"), "text", "Prix convenu à Orléans"),
        ("合計 600".encode("utf-16"), "text", "合計 600"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(90), "other", ""),
        (b"", "empty", ""),
    ],
    ids="pdf secret cut no-pdf picture no-picture mail text cp1252 utf-16 program empty".split(),  # noqa: SIM905
)
def test_what_is_read(tmp_path, content, state, told):
    path = tmp_path / "paper"
    path.write_bytes(content)
    answer = _answer({"path": str(path)})
    assert (answer["state"], "\n".join(answer["lines"])) == (state, told)


def test_a_long_text_is_cut_and_a_half_character_is_no_reason_to_fail(tmp_path, monkeypatch):
    path = tmp_path / "long.txt"
    path.write_bytes("é".encode() * 2_000)
    monkeypatch.setattr(paper_text, "MOST_BYTES", 1_001)
    answer = _answer({"path": str(path)})
    assert (answer["state"], answer["more"], len(answer["lines"][0])) == ("text", True, 500)


def test_it_is_read_in_a_process_of_its_own_that_may_die(tmp_path, monkeypatch):
    path = tmp_path / "paper.pdf"
    path.write_bytes(a_pdf(1))
    assert read_text(path).lines == ("── 1 / 1 ──", "paper page 1")
    monkeypatch.setattr(paper_text, "SECONDS", 0.01)
    assert read_text(path).state == "broken"
