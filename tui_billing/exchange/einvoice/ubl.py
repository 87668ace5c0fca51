"""UBL 2.1 Invoice and CreditNote (Peppol BIS Billing 3, XRechnung); the binding of CEN/TS 16931-3-2.

Rows stand in the order of the schemas; where the two documents differ, `_build` says how.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tui_billing.exchange.einvoice.made import Made, Out, UblOut, descend, document, write_text
from tui_billing.exchange.einvoice.paths import find_all, steps
from tui_billing.exchange.einvoice.rows import Again, Also, Leaf, Many, Own, Part, Row, Shape
from tui_billing.exchange.einvoice.structure import ubl_faults
from tui_billing.exchange.einvoice.tree import Node
from tui_billing.exchange.einvoice.ubl_groups import (
    ADJUSTMENT,
    ATTACHMENT,
    CREDIT_NOTE,
    DELIVERY,
    INVOICE,
    LOT,
    PAYEE,
    PERIOD,
    PROJECT,
    REPRESENTATIVE,
    SEPA,
    TRADER,
    VAT,
    amount,
    day,
    is_not_sepa,
    line_shape,
    write_amount,
)
from tui_billing.exchange.einvoice.values import plain, read_date, read_number
from tui_billing.rules.en16931.model import (
    Attachment,
    DocumentTotals,
    EInvoice,
    Identifier,
    Note,
    PaymentMeans,
    Period,
    Preceding,
    Prepayment,
    VatRow,
)

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd"
_SUBJECT = re.compile(r"#([A-Z0-9]{2,4})#(.*)", re.DOTALL)


def _read_notes(node: Node, values: dict[str, Any]) -> None:
    notes = []
    for one in node.named("Note"):
        match = _SUBJECT.fullmatch(one.text.strip())
        notes.append(Note(match[2].strip(), match[1]) if match else Note(one.text.strip()))
    values["notes"] = tuple(notes)


def _write_notes(out: Out, parent: Made, value: EInvoice) -> None:
    for note in value.notes:
        made = out.element(parent, steps("Note")[0], leaf=True)
        made.text = f"#{note.subject}#{note.text}" if note.subject else note.text


MEANS = Shape(
    PaymentMeans,
    (
        Leaf("code", "PaymentMeansCode"),
        Leaf("text", "PaymentMeansCode/@name"),
    ),
)
MEANS_REST: tuple[Row, ...] = (
    Leaf("card", "CardAccount/PrimaryAccountNumberID"),
    Again(Leaf("card", "CardAccount/NetworkID", writer=lambda out, made, _: write_text(out, made, "NA"))),
    Leaf("card_holder", "CardAccount/HolderName"),
    Leaf("account", "PayeeFinancialAccount/ID"),
    Leaf("account_name", "PayeeFinancialAccount/Name"),
    Leaf("bic", "PayeeFinancialAccount/FinancialInstitutionBranch/ID"),
)
DEBITED = Leaf("debited_account", "PaymentMandate/PayerFinancialAccount/ID")


def _read_means(node: Node, values: dict[str, Any]) -> None:
    """Means of payment, with the reference (BT-83), the mandate (BT-89) and a credit note's due date beside."""
    means = []
    for one in node.named("PaymentMeans"):
        told: dict[str, Any] = {}
        for row in (*MEANS.rows, *MEANS_REST, DEBITED):
            row.read(one, told)
        means.append(PaymentMeans(**told))
        for name, path in (("remittance", "PaymentID"), ("mandate", "PaymentMandate/ID")):
            if text := one.said(path):
                values.setdefault(name, text)
        if (day := one.first("PaymentDueDate")) is not None and (due := read_date(day)):
            values.setdefault("due_date", due)
    values["payment_means"] = tuple(means)


def _write_means(kind: str) -> Callable[[Out, Made, Any], None]:
    def write(out: Out, parent: Made, value: EInvoice) -> None:
        if not value.payment_means:
            return
        # a mandate, and a credit note's due date, stand once (UBL-SR-45, UBL-SR-55)
        debit = next((one for one in value.payment_means if one.debited_account), value.payment_means[0])
        for place, one in enumerate(value.payment_means):
            made = out.element(parent, steps("PaymentMeans")[0])
            MEANS.write(out, made, one)
            if kind == CREDIT_NOTE and value.due_date and not place:
                write_text(out, out.element(made, steps("PaymentDueDate")[0], leaf=True), value.due_date)
            if value.remittance:
                out.element(made, steps("PaymentID")[0], leaf=True).text = value.remittance
            for row in MEANS_REST:
                row.write(out, made, one)
            if value.mandate and one == debit:
                mandate = descend(out, made, steps("PaymentMandate"))
                out.element(mandate, steps("ID")[0], leaf=True).text = value.mandate
            DEBITED.write(out, made, one)

    return write


def _currency_of(node: Node) -> str:
    return node.said("DocumentCurrencyCode")


def _is_in(total: Node, currency: str) -> bool:
    """Whether a total of VAT is in the document's currency, as one that names none is."""
    amount = total.first("TaxAmount")
    return amount is None or amount.attributes.get("currencyID", currency) in ("", currency)


def _read_tax_totals(node: Node, values: dict[str, Any]) -> None:
    """The VAT breakdown with BT-110, and BT-111 in the currency of the accounts."""
    currency = _currency_of(node)
    sums: dict[str, Any] = {}
    rows: list[VatRow] = []
    totals = list(node.named("TaxTotal"))
    own = [one for one in totals if _is_in(one, currency)] or [one for one in totals if one.first("TaxSubtotal")][:1]
    for total in totals:
        amount = total.first("TaxAmount")
        stated = read_number(amount) if amount is not None else None
        if total in own:
            sums.setdefault("tax", stated)
            rows += [VAT.read(one) for one in total.named("TaxSubtotal")]
        else:
            sums.setdefault("tax_accounting", stated)
    values["vat"] = tuple(rows)
    monetary = node.first("LegalMonetaryTotal")
    if monetary is not None:
        for row in TOTALS:
            row.read(monetary, sums)
    if sums:
        values["totals"] = DocumentTotals(**sums)


def _write_tax_totals(out: Out, parent: Made, value: EInvoice) -> None:
    made = out.element(parent, steps("TaxTotal")[0])
    if value.totals.tax is not None:
        write_amount(out, out.element(made, steps("TaxAmount")[0], leaf=True), value.totals.tax)
    for row in value.vat:
        VAT.write(out, out.element(made, steps("TaxSubtotal")[0]), row)
    if value.totals.tax_accounting is not None:
        amount = out.element(out.element(parent, steps("TaxTotal")[0]), steps("TaxAmount")[0], leaf=True)
        amount.attributes["currencyID"] = value.accounting_currency
        amount.text = plain(value.totals.tax_accounting)
    Shape(DocumentTotals, TOTALS).write(out, out.element(parent, steps("LegalMonetaryTotal")[0]), value.totals)


TOTALS: tuple[Row, ...] = (
    amount("lines", "LineExtensionAmount"),
    amount("net", "TaxExclusiveAmount"),
    amount("gross", "TaxInclusiveAmount"),
    amount("allowances", "AllowanceTotalAmount"),
    amount("charges", "ChargeTotalAmount"),
    amount("prepaid", "PrepaidAmount"),
    amount("rounding", "PayableRoundingAmount"),
    amount("payable", "PayableAmount"),
)


def _read_seller(node: Node, values: dict[str, Any]) -> None:
    """The creditor identifier (BT-90) stands among the identifiers of the seller or the payee."""
    for path in ("AccountingSupplierParty/Party", "PayeeParty"):
        for one in find_all(node, f"{path}/PartyIdentification"):
            if (number := one.first("ID")) is not None and number.attributes.get("schemeID") == SEPA:
                values.setdefault("creditor_id", number.text.strip())


def _write_seller(out: Out, parent: Made, value: EInvoice) -> None:
    seller = value.seller
    if value.creditor_id:
        seller = replace(seller, identifiers=(*seller.identifiers, Identifier(value.creditor_id, SEPA)))
    made = out.element(descend(out, parent, steps("AccountingSupplierParty")), steps("Party")[0])
    TRADER.write(out, made, seller)


def _read_period(node: Node, values: dict[str, Any]) -> None:
    for one in node.named("InvoicePeriod"):
        period, code = PERIOD.read(one), one.said("DescriptionCode")
        if period != Period() or not code:
            values.setdefault("period", period)
        if code:
            values.setdefault("tax_point_code", code)


def _write_period(out: Out, parent: Made, value: EInvoice) -> None:
    if value.period is None and not value.tax_point_code:
        return
    made = out.element(parent, steps("InvoicePeriod")[0])
    if value.period is not None:
        PERIOD.write(out, made, value.period)
    if value.tax_point_code:
        out.element(made, steps("DescriptionCode")[0], leaf=True).text = value.tax_point_code


@lru_cache(maxsize=2)
def _build(kind: str) -> Shape:
    """The table of one of the two documents."""
    invoice = kind == INVOICE
    head: list[Row] = [
        Leaf("customization", "CustomizationID"),
        Leaf("process", "ProfileID"),
        Leaf("number", "ID"),
        day("issue_date", "IssueDate"),
    ]
    if invoice:
        head += [day("due_date", "DueDate"), Leaf("type_code", "InvoiceTypeCode"), Own(_read_notes, _write_notes)]
        head += [day("tax_point_date", "TaxPointDate")]
    else:
        head += [day("tax_point_date", "TaxPointDate"), Leaf("type_code", "CreditNoteTypeCode")]
        head += [Own(_read_notes, _write_notes), Also(day("due_date", "DueDate"))]
    contract = Leaf("contract", "ContractDocumentReference/ID")
    # BT-17 has an element of its own, which the two schemas put at different places
    lot = Many(
        "attachments",
        "OriginatorDocumentReference",
        Shape(_lot, (Leaf("number", "ID"),)),
        only=lambda one: one.type_code == LOT,
    )
    others = Many(
        "attachments", "AdditionalDocumentReference", ATTACHMENT, only=lambda one: one.type_code not in (LOT, "916")
    )
    papers = Own(writer=_write_papers)
    references: list[Row] = [lot, contract, others, papers] if invoice else [contract, others, papers, lot]
    if invoice:
        references.append(Leaf("project", "ProjectReference/ID"))
    else:
        references.insert(2, Leaf("project", f"AdditionalDocumentReference[DocumentTypeCode={PROJECT}]/ID"))
        references[2] = Own(_read_project, _write_project)
    line = "InvoiceLine" if invoice else "CreditNoteLine"
    return Shape(
        EInvoice,
        (
            *head,
            Leaf("currency", "DocumentCurrencyCode"),
            Leaf("accounting_currency", "TaxCurrencyCode"),
            Leaf("accounting", "AccountingCost"),
            Leaf("buyer_reference", "BuyerReference"),
            Own(_read_period, _write_period),
            Leaf("purchase_order", "OrderReference/ID"),
            Leaf("sales_order", "OrderReference/SalesOrderID"),
            Many(
                "preceding",
                "BillingReference",
                Shape(
                    Preceding,
                    (
                        Leaf("number", "InvoiceDocumentReference/ID"),
                        day("date", "InvoiceDocumentReference/IssueDate"),
                        Also(Leaf("number", "CreditNoteDocumentReference/ID")),
                        Also(day("date", "CreditNoteDocumentReference/IssueDate")),
                    ),
                ),
            ),
            Leaf("despatch_advice", "DespatchDocumentReference/ID"),
            Leaf("receiving_advice", "ReceiptDocumentReference/ID"),
            *references,
            Also(Part("seller", "AccountingSupplierParty/Party", TRADER)),
            Own(_read_seller, _write_seller),
            Part("buyer", "AccountingCustomerParty/Party", TRADER),
            Part("payee", "PayeeParty", PAYEE),
            Part("representative", "TaxRepresentativeParty", REPRESENTATIVE),
            Part("delivery", "Delivery", DELIVERY),
            Own(_read_means, _write_means(kind)),
            Leaf("terms", "PaymentTerms/Note"),
            Many(
                "prepayments",
                "PrepaidPayment",
                Shape(Prepayment, (Leaf("kind", "ID"), amount("amount", "PaidAmount"), Leaf("text", "InstructionID"))),
            ),
            Many("adjustments", "AllowanceCharge", ADJUSTMENT),
            Own(_read_tax_totals, _write_tax_totals),
            Many("lines", line, line_shape(kind)),
        ),
    )


def _lot(**values: Any) -> Attachment:
    return Attachment(type_code=LOT, **values)


def _write_papers(out: Out, parent: Made, value: EInvoice) -> None:
    """Supporting documents: UBL has no code for what they are."""
    for one in value.attachments:
        if one.type_code == "916":
            made = out.element(parent, steps("AdditionalDocumentReference")[0])
            ATTACHMENT.write(out, made, replace(one, type_code=""))


def _read_project(node: Node, values: dict[str, Any]) -> None:
    for one in node.named("AdditionalDocumentReference"):
        if one.said("DocumentTypeCode") == PROJECT:
            values.setdefault("project", one.said("ID"))


def _write_project(out: Out, parent: Made, value: EInvoice) -> None:
    if value.project:
        made = out.element(parent, steps("AdditionalDocumentReference")[0])
        out.element(made, steps("ID")[0], leaf=True).text = value.project
        out.element(made, steps("DocumentTypeCode")[0], leaf=True).text = PROJECT


def read(root: Node) -> EInvoice:
    """The invoice that a UBL Invoice or CreditNote holds; a supporting document without a code gets 916."""
    invoice: EInvoice = _build(root.name).read(root)
    seen, papers = set(), []
    for one in invoice.attachments:
        if (
            root.name == CREDIT_NOTE
            and one.type_code == PROJECT
            and one.number == invoice.project
            and "project" not in seen
        ):
            seen.add("project")
            continue
        papers.append(one if one.type_code else replace(one, type_code="916"))
    seller = replace(invoice.seller, identifiers=tuple(filter(is_not_sepa, invoice.seller.identifiers)))
    payee = invoice.payee
    if payee is not None:
        payee = replace(payee, identifiers=tuple(filter(is_not_sepa, payee.identifiers)))
    return replace(invoice, attachments=tuple(papers), seller=seller, payee=payee, faults=ubl_faults(root))


def write(invoice: EInvoice) -> bytes:
    """The invoice as UBL 2.1, UTF-8: a CreditNote where its type is one."""
    kind = CREDIT_NOTE if invoice.is_credit_note else INVOICE
    root = Made(kind)
    _build(kind).write(UblOut("cac", invoice.currency), root, invoice)
    return document(
        root,
        {
            "": f"{_OASIS}:{kind}-2",
            "cac": f"{_OASIS}:CommonAggregateComponents-2",
            "cbc": f"{_OASIS}:CommonBasicComponents-2",
        },
    )
