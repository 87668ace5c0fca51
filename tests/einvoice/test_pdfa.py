"""veraPDF on what we write: PDF/A-3b with the invoice inside."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.einvoice.documents import AMERICAN, FRENCH, GERMAN, made
from tests.einvoice.verapdf import missing, pass_all
from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.letter import PrintableLetter
from tui_billing.documents.letter_pdf import render_letter
from tui_billing.documents.printable import PrintedProgress
from tui_billing.documents.template import BUILT_IN, PLAIN, changed
from tui_billing.rules.totals import LineInput, Vat


@pytest.mark.prove
@pytest.mark.skipif(bool(missing()), reason=f"veraPDF is not on this machine: {missing()}")
def test_verapdf_passes_every_kind(tmp_path: Path):
    lines = [LineInput(Decimal(2), Decimal(650), Vat("S", Decimal(20)))] * 3
    files = []
    for place, (buyer, kind, language) in enumerate(
        (b, k, lang) for b in (FRENCH, GERMAN, AMERICAN) for k in ("invoice", "credit_note") for lang in ("fr", "en")
    ):
        several = lines * (30 if place == 0 else 1)
        texts = ["Œuvre d’art", "日本語の説明", "Кириллица"] if place % 3 == 0 else ["Conseil"]
        path = tmp_path / f"{place}.pdf"
        path.write_bytes(render(made(several, [], buyer, kind=kind, language=language, texts=texts)).pdf)
        files.append(path.name)
    logo = BytesIO()
    Image.new("CMYK", (400, 120), (0, 80, 80, 20)).save(logo, "JPEG")
    plain = made(lines, [], FRENCH, kind="invoice", language="fr", texts=["Conseil"])
    for template in BUILT_IN:
        several = dataclasses.replace(plain, template=template, progress=PrintedProgress("CT-7", 100))
        files.append(f"{template.code}.pdf")
        (tmp_path / files[-1]).write_bytes(render(several, logo=logo.getvalue()).pdf)
    own = changed(PLAIN, {"logo": "right", "payment": "line", "accent": "#8a1c1c", "intro.fr": "Bonjour {contact}"})
    for name, one in (("own", plain), ("draft", dataclasses.replace(plain, watermark="BROUILLON"))):
        files.append(f"{name}.pdf")
        (tmp_path / files[-1]).write_bytes(render(dataclasses.replace(one, template=own), logo=logo.getvalue()).pdf)
    letter = PrintableLetter(
        "letter", "L1", "Relance", plain.issue_date, "fr", plain.seller, plain.buyer, before=("中",)
    )
    files.append("letter.pdf")
    (tmp_path / files[-1]).write_bytes(render_letter(letter, logo=logo.getvalue()).pdf)
    assert pass_all(tmp_path, files) == len(files)
    print(f"\nveraPDF 3b: {len(files)} of {len(files)} pass")
