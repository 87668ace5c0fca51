from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.canonical import canonical, chain_hash, digest

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_one_spelling_that_reads_back(value: Any) -> None:
    text = canonical(value)
    assert text.isascii() and "\n" not in text
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


def test_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"\\u00e9"],"b":1}'
    assert canonical({"a": [True, None, "é"], "b": 1}) == canonical({"b": 1, "a": (True, None, "é")})


@pytest.mark.parametrize("value", [1.0, float("nan"), Decimal(1), date(2026, 1, 1), {1: 2}, b"x", {1}, [{"a": 0.5}]])
def test_what_has_no_one_spelling_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_digest_is_sha256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("\udc80")


EVENT: dict[str, Any] = {
    "prev": "",
    "seq": 1,
    "at": "2026-11-24T09:00:00.000000Z",
    "operator": "marie",
    "action": "issue",
    "entity": "invoice:42",
    "payload": "{}",
}


@pytest.mark.parametrize("name", list(EVENT))
def test_every_field_is_covered(name: str) -> None:
    changed = {**EVENT, name: 2 if name == "seq" else EVENT[name] + "x"}
    assert chain_hash(**changed) != chain_hash(**EVENT)
    assert len(chain_hash(**EVENT)) == 64


@given(st.text(), st.text(), st.text(), st.text())
def test_text_cannot_move_between_fields(a: str, b: str, c: str, d: str) -> None:
    one = chain_hash(**{**EVENT, "action": a, "entity": b})
    two = chain_hash(**{**EVENT, "action": c, "entity": d})
    assert (one == two) == ((a, b) == (c, d))


def test_the_chain_of_record_does_not_change() -> None:
    assert chain_hash(**EVENT) == "67d127aa530c2687f5f0d843c323b8b6dd223bc119d156dd7a6a32d05dae3b8f"
