"""What the official rules object to, in a clerk's words, with the field to mend."""

from __future__ import annotations

from tui_billing.exchange.einvoice.official import Verdict
from tui_billing.rules.findings import Finding


def in_words(verdict: Verdict) -> Finding:
    """A verdict as a finding; a rule without words of ours here speaks for itself."""
    rule = verdict.rule
    for begin, make in _FRENCH:
        if rule.startswith(begin):
            return make(rule, verdict.is_fatal)
    text = verdict.text.partition("] : ")[2] or verdict.text.partition("]-")[2] or verdict.text
    return Finding(
        rule,
        "The official rule objects: {text}",
        _FIELDS.get(rule, ""),
        verdict.is_fatal,
        {"text": text.strip() or rule},
        f"{rule} {verdict.place}".strip(),
    )


def _number(rule: str, fatal: bool) -> Finding:
    return Finding(
        rule, "The number may have 35 letters, digits and + - _ / at most; choose another prefix", "number", fatal
    )


def _note(rule: str, fatal: bool) -> Finding:
    return Finding(
        rule,
        "A French invoice says once each: the recovery fee, the late penalty and the early payment discount;"
        " fill them in under company",
        "late_penalty_text",
        fatal,
    )


def _kind(rule: str, fatal: bool) -> Finding:
    return Finding(rule, "The kind of document is none that France takes", "kind", fatal)


def _category(rule: str, fatal: bool) -> Finding:
    return Finding(
        rule, "The category of operation is missing or unknown: goods, services or mixed", "operation_category", fatal
    )


def _seller(rule: str, fatal: bool) -> Finding:
    return Finding(rule, "Your company's SIREN, SIRET or electronic address is missing or wrong", "seller.siren", fatal)


def _buyer(rule: str, fatal: bool) -> Finding:
    return Finding(
        rule,
        "The customer's SIREN, SIRET or electronic address is missing or wrong; mend it on the card",
        "customer",
        fatal,
    )


def _rate(rule: str, fatal: bool) -> Finding:
    return Finding(rule, "A VAT rate is none of France's; check the lines", "vat_rate", fatal)


def _due(rule: str, fatal: bool) -> Finding:
    return Finding(rule, "The due date is before the date of issue", "due_date", fatal)


def _original(rule: str, fatal: bool) -> Finding:
    return Finding(rule, "The invoice that is corrected must be named, with its date", "preceding_number", fatal)


_FRENCH = (
    ("BR-FR-01", _number),
    ("BR-FR-02", _number),
    ("BR-FR-03", _number),
    ("BR-FR-04", _kind),
    ("BR-FR-05", _note),
    ("BR-FR-06", _note),
    ("BR-FR-08", _category),
    ("BR-FR-09_BT-46", _buyer),
    ("BR-FR-09", _seller),
    ("BR-FR-10", _seller),
    ("BR-FR-11", _buyer),
    ("BR-FR-12", _buyer),
    ("BR-FR-13", _seller),
    ("BR-FR-16", _rate),
    ("BR-FR-CO-04", _original),
    ("BR-FR-CO-05", _original),
    ("BR-FR-CO-07", _due),
    ("BR-FR-CO-10_BT-46", _buyer),
)
#: Fields of rules that speak for themselves.
_FIELDS = {"BR-FR-CO-12": "currency", "XSD": ""}
