"""An electronic invoice from a file, whatever carries it: CII, UBL, or a PDF with one of them inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_billing.exchange.einvoice import cii, tree, ubl
from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.problem import Problem

INVOICES = frozenset({cii.ROOT, cii.ROOT_1, ubl.INVOICE, ubl.CREDIT_NOTE})
#: Names that Factur-X, ZUGFeRD and XRechnung give to the invoice in a PDF.
NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "cii.xml"})
MOST_BYTES = 128 * 1024 * 1024
_BLANKS = b" \t\r\n"


def N_(message: str) -> str:  # noqa: N802
    """A sentence said further on."""
    return message


_ORDER = N_("the file holds an order, and no invoice; ask its sender for the invoice")
#: What is often taken for an invoice, by the name of its root.
OTHERS = {
    "SCRDMCCBDACIOMessageStructure": _ORDER,
    "Order": _ORDER,
    "OrderResponse": _ORDER,
    "DespatchAdvice": N_("the file holds a despatch advice, and no invoice; ask its sender for the invoice"),
    "CrossDomainAcknowledgementAndResponse": N_(
        "the file holds a platform's status message, and no invoice; lay it into the folder that statuses names"
    ),
    "ApplicationResponse": N_("the file holds an answer to an invoice, and no invoice; ask its sender for the invoice"),
}


@dataclass(frozen=True, slots=True)
class Received:
    """What was read: the invoice, its XML, its syntax ("cii", "ubl"), whether a PDF carried it, and the file itself."""

    invoice: EInvoice
    xml: bytes
    syntax: str
    in_pdf: bool
    original: bytes


def read(content: bytes) -> Received:
    """Read a file; a Problem in one sentence for what is no invoice that can be read."""
    if len(content) > MOST_BYTES:
        raise Problem(
            "the file is larger than {limit} MB; an invoice is far smaller: check that it is the right file",
            limit=MOST_BYTES // 1024 // 1024,
        )
    if not content.strip():
        raise Problem("the file is empty; ask its sender for it again")
    original = content
    if is_pdf := b"%PDF-" in content[:1024]:
        content = extract(content)
    # a blank before the declaration is forbidden, and yet common
    root = tree.parse(content.lstrip(_BLANKS))
    if root.name in (cii.ROOT, cii.ROOT_1):
        return Received(cii.read(root), content, "cii", is_pdf, original)
    if root.name in (ubl.INVOICE, ubl.CREDIT_NOTE):
        return Received(ubl.read(root), content, "ubl", is_pdf, original)
    if message := OTHERS.get(root.name):
        raise Problem(message)
    raise Problem(
        "the file holds {name}, which is no invoice; it must be CII (CrossIndustryInvoice) or UBL (Invoice, CreditNote)",
        name=root.name[:60],
    )


def extract(pdf: bytes) -> bytes:
    """The one invoice inside a PDF; a Problem where there is none, or more than one."""
    files = _attachments(pdf)
    named = [content for name, content in files if name.lower() in NAMES]
    others = [content for name, content in files if name.lower().endswith(".xml") and name.lower() not in NAMES]
    found = list(dict.fromkeys(named)) or [one for one in dict.fromkeys(others) if _root_of(one) in INVOICES]
    if not found:
        for message in filter(None, (OTHERS.get(_root_of(one)) for one in others)):
            raise Problem(message)
        raise Problem("the PDF holds no electronic invoice; ask for a Factur-X or ZUGFeRD file, or type it by hand")
    if len(found) > 1:
        raise Problem(
            "the PDF holds {count} electronic invoices, and which one counts is not said; ask its sender for one",
            count=len(found),
        )
    return found[0]


def _root_of(content: bytes) -> str:
    """The name of what a file holds, "" where it is no XML."""
    try:
        return tree.parse(content.lstrip(_BLANKS)).name
    except Problem:
        return ""


def _attachments(pdf: bytes) -> list[tuple[str, bytes]]:
    """(name, content) of every file in a PDF, found by its names and by its associated files."""
    import io
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(pdf), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Problem("the PDF is locked with a password; ask its sender for one without")
        found = [(name, bytes(one)) for name, several in reader.attachments.items() for one in several]
        if not found:
            found = _associated(reader.trailer["/Root"])
    except Problem:
        raise
    except Exception:  # a damaged PDF can fail in any way
        raise Problem("the PDF is damaged and cannot be read; ask its sender for it again") from None
    if any(len(content) > tree.MOST_BYTES for _, content in found):
        raise Problem("a file inside the PDF is too large for an invoice; check that it is the right file")
    return found


def _associated(root: Any) -> list[tuple[str, bytes]]:
    found = []
    for one in root.get("/AF", []) or []:
        specification = one.get_object()
        name = str(specification.get("/UF") or specification.get("/F") or "")
        stream = specification.get("/EF", {}).get("/F")
        if stream is not None:
            found.append((name, bytes(stream.get_object().get_data())))
    return found
