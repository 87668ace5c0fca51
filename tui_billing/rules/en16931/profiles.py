"""What Germany's authorities (XRechnung 3) and Peppol (BIS Billing 3) ask for beyond EN 16931, where a document says so."""

from __future__ import annotations

from collections.abc import Iterator

from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.en16931.peppol import check_peppol
from tui_billing.rules.findings import Finding


def check_profile(invoice: EInvoice, blocking: bool) -> Iterator[Finding]:
    """The rules of the specification that the document names (BT-24); none for plain EN 16931."""
    if "xrechnung" in invoice.customization:
        yield from _xrechnung(invoice, blocking)
        yield from check_peppol(invoice, blocking)
    elif "peppol.eu:2017:poacc:billing" in invoice.customization:
        yield from _peppol(invoice, blocking)
        yield from check_peppol(invoice, blocking)


def _xrechnung(invoice: EInvoice, blocking: bool) -> Iterator[Finding]:
    seller, contact = invoice.seller, invoice.seller.contact
    if not invoice.buyer_reference:
        yield Finding(
            "BR-DE-15",
            "XRechnung needs the buyer's reference (Leitweg-ID); type it, or keep it on the customer's card",
            "buyer_reference",
            blocking,
        )
    if not invoice.payment_means:
        yield Finding("BR-DE-1", "XRechnung needs a way to pay; fill in the IBAN under company", "iban", blocking)
    for rule, missing in (
        ("BR-DE-5", not (contact and contact.name)),
        ("BR-DE-6", not (contact and contact.phone)),
        ("BR-DE-7", not (contact and contact.email)),
    ):
        if missing:
            yield Finding(
                rule,
                "XRechnung needs the name, telephone and e-mail address of a contact; fill them in under company",
                "seller.contact",
                blocking,
            )
    for rules, address, field in (
        (("BR-DE-3", "BR-DE-4"), seller.address, "seller.address"),
        (("BR-DE-8", "BR-DE-9"), invoice.buyer.address, "customer"),
    ):
        for rule, text in zip(rules, (address.city, address.postcode) if address else ("", ""), strict=True):
            if not text:
                yield Finding(rule, "XRechnung needs town and postcode of both parties", field, blocking)
    yield from _endpoints(invoice, blocking)


def _peppol(invoice: EInvoice, blocking: bool) -> Iterator[Finding]:
    if not (invoice.buyer_reference or invoice.purchase_order):
        yield Finding(
            "PEPPOL-EN16931-R003",
            "Peppol needs the buyer's reference or an order number; type one",
            "purchase_order",
            blocking,
        )
    if len(invoice.notes) > 1:
        yield Finding("PEPPOL-EN16931-R002", "Peppol takes one note only", "note", blocking)
    yield from _endpoints(invoice, blocking)


def _endpoints(invoice: EInvoice, blocking: bool) -> Iterator[Finding]:
    if not invoice.buyer.endpoint:
        yield Finding(
            "PEPPOL-EN16931-R010",
            "The customer has no electronic address; add it to the card",
            "customer",
            blocking,
        )
    if not invoice.seller.endpoint:
        yield Finding(
            "PEPPOL-EN16931-R020",
            "Your company has no electronic address; fill it in under company",
            "seller.endpoint",
            blocking,
        )
