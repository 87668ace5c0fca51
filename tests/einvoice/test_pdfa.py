"""veraPDF on what we write: PDF/A-3b with the invoice inside."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.einvoice.documents import AMERICAN, FRENCH, GERMAN, made
from tests.einvoice.verapdf import missing, pass_all
from tui_billing.documents.invoice_pdf import render
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
    assert pass_all(tmp_path, files) == len(files)
    print(f"\nveraPDF 3b: {len(files)} of {len(files)} pass")
