"""What the sample's customers have ordered, agreed and received: some of it waits to be billed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tui_billing.rules.sources import source_from_json
from tui_billing.services.sources import add_source

if TYPE_CHECKING:
    from tui_billing.cli.sample_desk import Desk

#: (day it was entered, by whom, kind, paper)
PAPERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "2026-11-09",
        "anna",
        "contract",
        {
            "customer": "AZUR",
            "number": "CT-2026-04",
            "title": "Entretien et stockage du mobilier",
            "start_date": "2025-11-01",
            "end_date": "2028-10-31",
            "index_percent": "2",
            "ceiling": "40000",
            "lines": [
                {"item": "H10", "unit_price": "170"},
                {"item": "H20", "unit_price": "70"},
                {"item": "D60", "unit_price": "32.40", "discount_percent": "5", "ceiling": "200"},
            ],
        },
    ),
    (
        "2026-11-10",
        "paul",
        "order",
        {
            "customer": "ALPES",
            "number": "CF-26-1187",
            "date": "2026-11-06",
            "lines": [
                {"item": "D10", "quantity": "12", "unit_price": "305", "reference": "10"},
                {"item": "D20", "quantity": "24", "unit_price": "129", "reference": "20"},
                {"item": "B30", "quantity": "2", "reference": "30"},
            ],
        },
    ),
    (
        "2026-11-12",
        "marie",
        "order",
        {
            "customer": "CEDRE",
            "number": "4500-7731",
            "date": "2026-11-10",
            "lines": [{"item": "F10", "quantity": "400"}, {"item": "F20", "quantity": "150", "discount_percent": "10"}],
        },
    ),
    (
        "2026-11-18",
        "paul",
        "delivery",
        {
            "customer": "ALPES",
            "number": "BL-26-0412",
            "date": "2026-11-17",
            "order": "CF-26-1187",
            "received_by": "M. Perrin",
            "lines": [{"reference": "10", "quantity": "8"}, {"reference": "20", "quantity": "16"}],
        },
    ),
    (
        "2026-11-20",
        "marie",
        "delivery",
        {
            "customer": "CEDRE",
            "number": "BL-26-0415",
            "date": "2026-11-19",
            "order": "4500-7731",
            "received_by": "accueil",
            "lines": [{"item": "F10", "quantity": "250"}],
        },
    ),
    (
        "2026-11-23",
        "marie",
        "delivery",
        {
            "customer": "AZUR",
            "number": "BL-26-0418",
            "date": "2026-11-20",
            "lines": [{"item": "D60", "quantity": "36"}, {"item": "D50", "quantity": "4"}],
        },
    ),
)


def enter_papers(desk: Desk, today: dt.date) -> None:
    """Enter the papers on their days, at the end of a lived year; the desk is left on `today`."""
    for day, login, kind, paper in PAPERS:
        desk.begin(dt.date.fromisoformat(day))
        desk.ticks = 300  # after what was done on that day
        add_source(desk.books, desk.by(login), source_from_json(kind, paper))
    desk.begin(today)
