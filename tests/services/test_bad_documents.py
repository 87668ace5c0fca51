"""What a house or a clerk can do wrong with documents: one sentence says it, and no half-written file is left."""

from __future__ import annotations

import resource
import signal
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued, typed
from tests.documents.conftest import build
from tui_billing.documents import typeface
from tui_billing.documents.glyphs import CARRIED, lacking
from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.printable import PrintedTotals
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.services import letters, previews, printing, settings
from tui_billing.services.foreseen import look_ahead


@pytest.fixture
def no_fonts(monkeypatch):
    """A machine without any font of its own."""
    typeface.face_with.cache_clear()
    monkeypatch.setattr(typeface, "installed_fonts", lambda char: iter(()))
    yield
    typeface.face_with.cache_clear()


def test_a_logo_that_cannot_be_used_is_said_and_stops_nothing(firm: Books, tmp_path: Path) -> None:
    done = issued(firm, "ACME")
    settings.change_company(firm, clerk(role="supervisor"), {"logo": "logo.png"})
    logo = tmp_path / "logo.png"
    for content, words in ((None, "no logo"), (b"no picture", "no picture")):
        if content is not None:
            logo.write_bytes(content)
        assert words in str(printing.logo_problem(firm))
        assert printing.render_to(firm, done["id"], tmp_path / "out.pdf").pages == 1
    Image.new("CMYK", (900, 600)).save(logo, "JPEG")
    assert printing.logo_problem(firm) is None
    # a picture that says it has 400 million points is not unpacked to see whether that is true
    Image.new("1", (10, 10)).save(logo, "PNG")
    content = logo.read_bytes()
    head = b"IHDR" + struct.pack(">II", 20_000, 20_000) + content[24:29]
    logo.write_bytes(content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:])
    assert "60" in str(printing.logo_problem(firm))


def test_the_checklist_names_what_no_font_has(firm: Books, no_fonts: None) -> None:
    content = typed("ACME", "A10", {"description": "Ligne 𓀀 ok", "quantity": "1", "unit_price": "5", "vat_rate": "20"})
    (found,) = [one for one in look_ahead(firm, content, TODAY).findings if one.code == "no_font"]
    assert found.field == "lines.2.description" and "U+13000" in str(found) and not found.blocking
    assert [one for one in look_ahead(firm, typed("ACME", "A10"), TODAY).findings if one.code == "no_font"] == []


def test_the_blocks_that_are_taken_for_granted_are_in_the_font(no_fonts: None) -> None:
    everything = {chr(code) for low, high in CARRIED for code in range(low, high + 1)}
    faces = typeface.Typeface(everything).faces.values()
    # what has no form of its own never comes to a page
    lost = [char for char in everything if not any(ord(char) in one.widths for one in faces)]
    assert {f"{ord(char):04X}" for char in lost if typeface.tidy(char)} == set()
    assert lacking("Ünïcode – 12 €") == () and lacking("中") == ("U+4E2D 中",)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_document_of_no_lines_is_a_page(language: str) -> None:
    nothing = PrintedTotals(lines=0, net=0, tax=0, gross=0, payable=0)
    made = build(language, lines=(), adjustments=(), vat=(), totals=nothing, instalments=(), watermark="DRAFT")
    assert render(made).pages == 1


def test_a_customer_without_a_country_has_a_page_and_a_letter(firm: Books) -> None:
    issued(firm, "ACME", today=TODAY)
    firm.db.execute_sql("UPDATE customer SET country = '' WHERE id = 1")
    firm.db.execute_sql("UPDATE address SET country = '' WHERE customer_id = 1")
    made = previews.draft_of(firm, typed("ACME", "A10"), TODAY)
    assert render(made).pages == 1 and made.buyer.address.country == ""
    assert letters.statement(firm, 1, TODAY).buyer.address.country == ""
    with pytest.raises(Problem):
        previews.draft_of(firm, typed("", "A10"), TODAY)
    with pytest.raises(Problem, match="line"):
        previews.draft_of(firm, typed("ACME", {"item": ""}), TODAY)


@pytest.mark.parametrize("write", ["renderer.put_file", "papers.write_file"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, write: str) -> None:
    target = tmp_path / "letter.pdf"
    target.write_bytes(b"old")
    room = "documents" if write.startswith("renderer") else "services"
    module, name = write.split(".")
    program = (
        f"from pathlib import Path\nfrom tui_billing.{room}.{module} import {name}\n"
        f"try:\n    {name}(Path({str(target)!r}), b'x' * 100_000)\nexcept Exception as error:\n    print(error)\n"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(
        [sys.executable, "-B", "-c", program], capture_output=True, text=True, check=True, preexec_fn=limit
    )
    assert "could not be written" in done.stdout and "make room" in done.stdout
    assert target.read_bytes() == b"old" and [path.name for path in tmp_path.iterdir()] == ["letter.pdf"]
