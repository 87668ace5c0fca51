"""Texts, numbers and days as elements hold them: read strictly, written one way."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from tui_billing.exchange.einvoice.tree import Node
from tui_billing.rules.problem import Problem

_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)
#: With a time zone (XML Schema), or with a time that says nothing (UNTDID 2379, 203 and 204).
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d{2}:\d{2}|\d{4}(?:\d{2})?)?|", re.ASCII)


def _shown(node: Node) -> str:
    return node.text.strip()[:40] or '""'


def read_text(node: Node) -> str:
    """A text without the blanks around it."""
    return node.text.strip()


def read_measure(node: Node) -> str:
    """A number with its unit behind it."""
    return f"{node.text.strip()} {node.attributes.get('unitCode', '').strip()}".strip()


def read_number(node: Node) -> Decimal | None:
    """An xs:decimal; None where it is empty."""
    text = node.text.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Problem(
            "line {line}: {name} says {text}, which is no decimal number; ask the sender to mend it",
            line=node.line,
            name=node.name,
            text=_shown(node),
        )
    return Decimal(text)


def read_date(node: Node) -> date | None:
    """A day as 2026-11-25 or 20261125; None where it is empty."""
    text = node.text.strip()
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            return date(int(match[1]), int(match[2]), int(match[3])) if text else None
    except ValueError:
        pass
    raise Problem(
        "line {line}: {name} says {text}, which is no date; ask the sender to mend it",
        line=node.line,
        name=node.name,
        text=_shown(node),
    )


def plain(value: Decimal) -> str:
    """A decimal as it is written: no exponent, and no sign before nothing."""
    return format(value if value else abs(value), "f")
