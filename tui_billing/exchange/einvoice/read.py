"""An electronic invoice from a file, whatever carries it: CII, UBL, or a PDF with one of them inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_billing.exchange.einvoice import cii, tree, ubl
from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.problem import Problem

#: Names that Factur-X, ZUGFeRD and XRechnung give to the invoice in a PDF.
NAMES = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "cii.xml"})
MOST_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """What was read: the invoice, its XML, its syntax ("cii", "ubl"), and whether a PDF carried it."""

    invoice: EInvoice
    xml: bytes
    syntax: str
    in_pdf: bool = False


def read(content: bytes) -> Received:
    """Read a file; a Problem in one sentence for what is no invoice that can be read."""
    if len(content) > MOST_BYTES:
        raise Problem(
            "the file is larger than {limit} MB; an invoice is far smaller: check that it is the right file",
            limit=MOST_BYTES // 1024 // 1024,
        )
    if not content.strip():
        raise Problem("the file is empty; ask its sender for it again")
    if is_pdf := b"%PDF-" in content[:1024]:
        content = extract(content)
    root = tree.parse(content)
    if root.name in (cii.ROOT, cii.ROOT_1):
        return Received(cii.read(root), content, "cii", is_pdf)
    if root.name in (ubl.INVOICE, ubl.CREDIT_NOTE):
        return Received(ubl.read(root), content, "ubl", is_pdf)
    raise Problem(
        "the file holds {name}, which is no invoice; it must be CII (CrossIndustryInvoice) or UBL (Invoice, CreditNote)",
        name=root.name[:60],
    )


def extract(pdf: bytes) -> bytes:
    """The one invoice inside a PDF; a Problem where there is none, or more than one."""
    files = _attachments(pdf)
    named = [content for name, content in files if name.lower() in NAMES]
    others = [content for name, content in files if name.lower().endswith(".xml") and name.lower() not in NAMES]
    found = list(dict.fromkeys(named)) or [one for one in dict.fromkeys(others) if _is_invoice(one)]
    if not found:
        raise Problem("the PDF holds no electronic invoice; ask for a Factur-X or ZUGFeRD file, or type it by hand")
    if len(found) > 1:
        raise Problem(
            "the PDF holds {count} electronic invoices, and which one counts is not said; ask its sender for one",
            count=len(found),
        )
    return found[0]


def _is_invoice(content: bytes) -> bool:
    try:
        name = tree.parse(content).name
    except Problem:
        return False
    return name in (cii.ROOT, cii.ROOT_1, ubl.INVOICE, ubl.CREDIT_NOTE)


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
