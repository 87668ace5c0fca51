"""The evidence pack comes whatever its papers are: merged, placed, or listed with the reason."""

from __future__ import annotations

import hashlib
import os
import re
from io import BytesIO

import pytest
from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter

from tui_billing.documents.evidence import MOST_BYTES, Pack, Paper, make_pack
from tui_billing.rules.problem import Problem


def a_pdf(pages: int = 2, password: str = "") -> bytes:
    pdf = FPDF()
    for place in range(pages):
        pdf.add_page()
        pdf.set_font("helvetica", size=12)
        pdf.text(20, 40, f"paper page {place + 1}")
    content = bytes(pdf.output())
    if password:
        writer = PdfWriter(clone_from=BytesIO(content))
        writer.encrypt(password, algorithm="RC4-128")
        output = BytesIO()
        writer.write(output)
        content = output.getvalue()
    return content


def a_protected_pdf() -> bytes:
    """One that opens for everybody and may not be changed, as banks and offices make them."""
    writer = PdfWriter(clone_from=BytesIO(a_pdf(1)))
    writer.encrypt("", "owner", algorithm="AES-256")
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def a_picture() -> bytes:
    output = BytesIO()
    Image.new("RGB", (60, 40), "red").save(output, "PNG")
    return output.getvalue()


@pytest.fixture
def papers(tmp_path):
    """One paper of each kind, and the state each ends in."""
    wanted = {
        "order.pdf": (a_pdf(3), "merged"),
        "photo.png": (a_picture(), "placed"),
        "mail.eml": (b"From: her@acme.example\nSubject: 45\n\nwe agreed 45", "written"),
        "sheet.xlsx": (b"PK\x03\x04" + b"x" * 90, "listed"),
        "secret.pdf": (a_pdf(1, "hidden"), "encrypted"),
        "broken.pdf": (a_pdf(1)[:300] + b"%%EOF", "broken"),
        "empty.pdf": (b"", "empty"),
        "photo.jpg": (b"\xff\xd8\xff\xe0" + b"x" * 200, "broken"),
        "bank.pdf": (a_protected_pdf(), "merged"),
        "note.pdf": (a_pdf(1), "merged"),
    }
    found = []
    for name, (content, _state) in wanted.items():
        (tmp_path / name).write_bytes(content)
        found.append(Paper(name, str(tmp_path / name), hashlib.sha256(content).hexdigest()))
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.write(b"%PDF-1.7")
        os.truncate(file.fileno(), MOST_BYTES + 1)
    (tmp_path / "link.pdf").symlink_to(tmp_path / "order.pdf")
    (tmp_path / "other.pdf").write_bytes(a_pdf(1))
    found += [
        Paper("huge.pdf", str(tmp_path / "huge.pdf")),
        Paper("gone.pdf", str(tmp_path / "gone.pdf"), "0" * 64),
        Paper("link.pdf", str(tmp_path / "link.pdf")),
        Paper("other.pdf", str(tmp_path / "other.pdf"), "0" * 64),
    ]
    return found, [state for _, state in wanted.values()] + ["large", "missing", "missing", "changed"]


def test_every_paper_is_merged_placed_or_listed(tmp_path, papers):
    found, states = papers
    blocks = [
        ["title", "Evidence F2026-00001"],
        ["head", "Timeline"],
        ["text", "called her, she says: 合計 600\nsecond"],
    ]
    made = make_pack(Pack("Evidence F2026-00001", "Duval", "2026-11-25", "en", blocks, found), tmp_path / "pack.pdf")
    assert list(made.states) == states
    reader = PdfReader(made.path)
    texts = [page.extract_text() for page in reader.pages]
    assert made.pages == len(reader.pages) == len(texts)
    front = len(texts) - 3 - 1 - 1 - 1 - 1
    for place, text in enumerate(texts, 1):
        assert f"{place} / {len(texts)}" in text
    whole = "\n".join(texts[:front])
    for paper in found:
        assert paper.title in whole
    assert hashlib.sha256((tmp_path / "order.pdf").read_bytes()).hexdigest() in re.sub(r"\s", "", whole)
    assert "encrypted: it opens with a password alone" in whole and "missing: the file" in whole
    assert "paper page 1" in texts[front] and "paper page 3" in texts[front + 2] and "paper page 1" in texts[-1]
    assert "we agreed 45" in texts[-3] and "paper page 1" in texts[-2] and "its text stands in this pack" in whole
    assert re.search(rf"order\.pdf\s+{front + 1}\b", whole) or f"{front + 1}" in whole
    assert [item["/Title"] for item in reader.outline] == [
        "1 order.pdf",
        "2 photo.png",
        "3 mail.eml",
        "9 bank.pdf",
        "10 note.pdf",
    ]
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()


def test_a_pack_without_papers_and_one_that_cannot_be_written(tmp_path):
    pack = Pack("Nothing", "Duval", "2026-11-25", "fr", [["title", "Rien"]], [])
    assert make_pack(pack, tmp_path / "p.pdf").pages == 1
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="could not be written"):
        make_pack(pack, tmp_path / "file" / "p.pdf")


def test_pictures_are_placed_as_paper_shows_them(tmp_path):
    """A page for each page of a scan, upright, colours of print and sixteen bits too, and nothing on black ground."""
    scan = [Image.new("1", (170, 220), 1) for _ in range(3)]
    scan[0].save(tmp_path / "scan.tiff", "TIFF", save_all=True, append_images=scan[1:], compression="group4")
    Image.new("CMYK", (90, 60), (0, 255, 255, 0)).save(tmp_path / "print.jpg", "JPEG", quality=95)
    turned = Image.new("RGB", (90, 60), "blue")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", "JPEG", exif=exif)
    Image.new("RGBA", (90, 60), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    Image.new("I;16", (90, 60), 65_535).save(tmp_path / "sixteen.png")
    names = ("scan.tiff", "print.jpg", "turned.jpg", "clear.png", "sixteen.png")
    papers = [Paper(name, str(tmp_path / name)) for name in names]
    made = make_pack(Pack("Pictures", "Duval", "2026-11-25", "en", [["title", "Pictures"]], papers), tmp_path / "p.pdf")
    assert made.states == ("placed",) * 5 and made.pages == 1 + 3 + 4
    seen = [page.images[0].image.convert("RGB") for page in PdfReader(made.path).pages[1:]]
    assert [image.size for image in seen[2:5]] == [(170, 220), (90, 60), (60, 90)]
    red, blue, clear, white = (image.getpixel((20, 20)) for image in seen[3:])
    assert red[0] > 200 > 60 > max(red[1:]) and blue[2] > 200 > 60 > max(blue[:2])
    assert clear == white == (255, 255, 255)
