"""The XML of an issued document, in the format that its receiver asks for, and what our own checks say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.semantic import FRENCH, can_be_said, semantic
from tui_billing.documents.verdicts import in_words
from tui_billing.exchange.einvoice import cii, ubl
from tui_billing.rules.en16931.engine import check
from tui_billing.rules.en16931.formats import FORMATS, PROFILES
from tui_billing.rules.en16931.model import PEPPOL, XRECHNUNG, EInvoice
from tui_billing.rules.findings import Finding
from tui_billing.rules.problem import Problem


@dataclass(frozen=True, slots=True)
class Structured:
    """A document in its structured form: the XML, its syntax ("cii" or "ubl"), and our own findings."""

    invoice: EInvoice
    xml: bytes
    syntax: str
    findings: tuple[Finding, ...]
    engine: str = ""
    """Whether the official rules were run: "ok", "absent" (not installed), "failed", "" where nobody asked."""

    @property
    def is_refused(self) -> bool:
        """Whether it must not leave the house."""
        return any(one.blocking for one in self.findings)


def structure(invoice: PrintableInvoice, form: str = "") -> Structured:
    """The XML of a document, in the profile of its PDF where no format is named.

    A Problem for a format that is not known, or amounts that EN 16931 cannot carry.
    """
    form = form or invoice.profile
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
    syntax = "cii" if form in PROFILES or form == "cii" else "ubl"
    xml = cii.write(said) if syntax == "cii" else ubl.write(said)
    return Structured(said, xml, syntax, tuple(check(said, ours=True)))


def checked(structured: Structured) -> Structured:
    """The same with what the official rules say of it, where they are installed (the extra `validate`).

    They run in a process of their own, warm after the first document. What our own checks have said already is
    not said twice.
    """
    from tui_billing.exchange.einvoice import validator
    from tui_billing.exchange.einvoice.official import is_available

    if not is_available():
        return replace(structured, engine="absent")
    seller = structured.invoice.seller.address
    # the rules of France are those of its platforms; XRechnung and Peppol go other ways
    elsewhere = structured.invoice.customization in (XRECHNUNG, PEPPOL)
    french = seller is not None and seller.country in FRENCH and not elsewhere
    verdicts = validator.official_verdicts(structured.xml, french=french)
    if verdicts is None:
        return replace(structured, engine="failed")
    known = {one.code for one in structured.findings}
    found = [in_words(one) for one in verdicts if one.is_fatal and one.rule not in known]
    unique = {(one.code, str(one)): one for one in found}
    return replace(structured, findings=(*structured.findings, *unique.values()), engine="ok")
