"""Examples of EN 16931 that lie beside the project on some machines; the tests that need them are skipped elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_PLACES = (
    Path(os.environ.get("TUI_BILLING_CORPORA", "/nonexistent")),
    Path(__file__).resolve().parents[3] / "shared" / "corpora",
)


def examples() -> list[Path]:
    """Every example invoice, in a fixed order."""
    for place in _PLACES:
        if found := sorted((place / "en16931").glob("*/examples/*.[xX][mM][lL]")):
            return found
    return []


def each_example() -> pytest.MarkDecorator:
    """A test over the examples, skipped where there are none."""
    found = examples()
    if not found:
        return pytest.mark.parametrize(
            "example", [pytest.param(None, marks=pytest.mark.skip(reason="no corpora here"))]
        )
    return pytest.mark.parametrize("example", found, ids=lambda path: path.stem)
