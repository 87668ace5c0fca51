"""One spelling for content that is hashed, so that a chain of audit events can be proved years later."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=True
).encode


def canonical(obj: Any) -> str:
    """JSON with sorted keys, no blanks and ASCII only.

    Takes int, str, bool, None, list (or tuple) and dict with str keys. TypeError for anything else: a float
    has no one spelling, and a Decimal or a date must be spelt by whoever knows its unit.
    """
    _refuse_others(obj)
    return _encode(obj)


def _refuse_others(obj: Any) -> None:
    if obj is None or isinstance(obj, (str, int)):
        return
    if isinstance(obj, dict):
        for key, value in obj.items():
            if not isinstance(key, str):
                raise TypeError(f"canonical content has text keys only, not {key!r}")
            _refuse_others(value)
    elif isinstance(obj, (list, tuple)):
        for value in obj:
            _refuse_others(value)
    else:
        raise TypeError(f"{type(obj).__name__} has no canonical form: {obj!r}")


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def chain_hash(prev: str, seq: int, at: str, operator: str | int | None, action: str, entity: str, payload: str) -> str:
    """Hash of one audit event, which covers the hash of the event before (`prev`, "" for the first).

    `at` is the instant as UTC ISO text, `entity` what was acted on, `payload` the canonical content. The
    fields are framed as one canonical list, so that text cannot move from one field into the next.
    """
    return digest(canonical([prev, seq, at, operator, action, entity, payload]))
