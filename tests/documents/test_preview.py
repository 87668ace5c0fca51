"""What is looked at before it leaves: made in the renderer's process, as text and as a picture; nothing is written."""

from __future__ import annotations

import json

from tui_billing.documents.invoice_pdf import render
from tui_billing.documents.page_text import pages_of
from tui_billing.documents.preview import picture_of
from tui_billing.documents.renderer import RendererClient
from tui_billing.rules.text import width
from tui_billing.widgets.block_picture import strips_of


def test_the_renderer_shows_a_document_without_writing_it(invoice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    client = RendererClient()
    try:
        shown = client.show(invoice("fr")).result(60)
    finally:
        client.close()
    assert shown.pdf == render(invoice("fr")).pdf and shown.pages == 1 and shown.missing == ()
    assert list(tmp_path.iterdir()) == []
    assert json.dumps(shown.texts)


def test_a_page_as_text_keeps_its_lines_and_the_ends_of_its_figures(invoice, lines_of):
    sheet = render(invoice(**lines_of(5), terms="", mentions=())).sheet
    (lines,) = pages_of(sheet)
    rows = [line for line in lines if "Ligne " in line]
    assert len(rows) == 5
    assert {width(line) for line in rows} == {width(rows[0])}
    assert all(line.split()[0] == str(place) for place, line in enumerate(rows, 1))
    assert next(line for line in lines if "Amount due" in line).endswith("60.00")


def test_a_picture_is_of_few_colours_and_long_runs(invoice):
    picture = picture_of(render(invoice()).pdf, 0, 160)
    assert picture.size == (160, 227)
    strips = strips_of(picture.resize((80, 113)))
    assert len(strips) == 57 and {strip.cell_length for strip in strips} == {80}
    runs = sum(len(list(strip)) for strip in strips)
    assert runs < 57 * 80 / 3
