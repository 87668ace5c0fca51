"""Faults of the syntax, which the reader finds in the document itself, told as rules of EN 16931."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui_billing.rules.findings import Finding


class Fault(NamedTuple):
    """A rule that the document breaks, and what it is about: an element's name, or the code of a currency."""

    rule: str
    about: str = ""


def check_syntax(faults: tuple[Fault, ...]) -> Iterator[Finding]:
    """Each fault in words."""
    for rule, about in faults:
        if rule == "BR-50":
            yield Finding(rule, "An account is named without its number (BT-84)", "iban", True)
        elif rule == "BR-CO-15":
            yield Finding(
                rule,
                "The VAT must be stated once in {currency}, the currency of the document (BT-110)",
                "totals.tax",
                True,
                {"currency": about or "–"},
            )
        elif rule == "PEPPOL-EN16931-R051":
            yield Finding(
                rule,
                "An amount is in {currency}, which is not the currency of the document",
                "currency",
                True,
                {"currency": about},
            )
        elif rule == "BR-CL-03":
            yield Finding(
                rule,
                "An amount is in {currency}, which is no currency; each must be in the document's",
                "currency",
                True,
                {"currency": about or "–"},
            )
        else:
            yield Finding(
                rule,
                "{name} stands more than once, and which one counts is not said",
                about,
                True,
                {"name": about},
            )
