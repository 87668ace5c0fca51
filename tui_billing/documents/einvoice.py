"""The XML of an issued document, in the format that its receiver asks for, and what our own checks say of it."""

from __future__ import annotations

from dataclasses import dataclass

from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.semantic import can_be_said, semantic
from tui_billing.exchange.einvoice import cii, ubl
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.en16931.formats import FORMATS
from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.findings import Finding
from tui_billing.rules.problem import Problem


@dataclass(frozen=True, slots=True)
class Structured:
    """A document in its structured form: the XML, its syntax ("cii" or "ubl"), and our own findings."""

    invoice: EInvoice
    xml: bytes
    syntax: str
    findings: tuple[Finding, ...]


def structure(invoice: PrintableInvoice, form: str = "facturx") -> Structured:
    """The XML of a document; a Problem for a format that is not known, or amounts that EN 16931 cannot carry."""
    if form not in FORMATS:
        raise Problem(
            "{format} is no format of an electronic invoice; it is one of {formats}",
            field="--format",
            format=form,
            formats=", ".join(FORMATS),
        )
    if not can_be_said(invoice):
        raise Problem(
            "electronic invoices carry two decimals at most, and {currency} has more; send the PDF",
            field="currency",
            currency=invoice.currency,
        )
    said = semantic(invoice, form)
    syntax = "cii" if form in ("facturx", "cii") else "ubl"
    xml = cii.write(said) if syntax == "cii" else ubl.write(said)
    return Structured(said, xml, syntax, tuple(check(said, ours=True)))
