"""The official judges: schemas and Schematron as the extra `validate` ships them, run in this process."""

from __future__ import annotations

import pytest

from tui_billing.exchange.einvoice import official


def findings(xml: bytes) -> list[tuple[str, str]]:
    """(rule, text) of everything that schema, EN 16931 and France object to; skips where the engine is not there."""
    pytest.importorskip("saxonche")
    return [(one.rule, one.text) for one in official.judge(xml, french=True) if one.is_fatal]
