"""What a document says twice or half, which the semantic model has no room for: the rules of the syntax itself.

Each fault is the rule's official name with what it is about: an element, or the code of a currency.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_billing.exchange.einvoice.paths import find_all
from tui_billing.exchange.einvoice.tree import Node, each
from tui_billing.rules.en16931 import codes
from tui_billing.rules.en16931.syntax import Fault

_SELLER, _BUYER = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
_VAT = "PartyTaxScheme[TaxScheme/ID=VAT]/CompanyID"
#: What a UBL document may hold once (UBL-SR of EN 16931).
_ONCE = {
    "UBL-SR-01": "ContractDocumentReference/ID",
    "UBL-SR-02": "ReceiptDocumentReference/ID",
    "UBL-SR-03": "DespatchDocumentReference/ID",
    "UBL-SR-04": "AdditionalDocumentReference[DocumentTypeCode=130]/ID",
    "UBL-SR-05": "PaymentTerms/Note",
    "UBL-SR-08": "InvoicePeriod",
    "UBL-SR-09": f"{_SELLER}/PartyLegalEntity/RegistrationName",
    "UBL-SR-10": f"{_SELLER}/PartyName/Name",
    "UBL-SR-11": f"{_SELLER}/PartyLegalEntity/CompanyID",
    "UBL-SR-12": f"{_SELLER}/{_VAT}",
    "UBL-SR-14": f"{_SELLER}/PartyLegalEntity/CompanyLegalForm",
    "UBL-SR-15": f"{_BUYER}/PartyLegalEntity/RegistrationName",
    "UBL-SR-16": f"{_BUYER}/PartyIdentification/ID",
    "UBL-SR-17": f"{_BUYER}/PartyLegalEntity/CompanyID",
    "UBL-SR-18": f"{_BUYER}/{_VAT}",
    "UBL-SR-21": "PayeeParty/PartyLegalEntity/CompanyID",
    "UBL-SR-22": "TaxRepresentativeParty/PartyName/Name",
    "UBL-SR-23": "TaxRepresentativeParty/PartyTaxScheme/CompanyID",
    "UBL-SR-24": "Delivery",
    "UBL-SR-25": "Delivery/DeliveryParty/PartyName/Name",
    "UBL-SR-39": "ProjectReference/ID",
    "UBL-SR-40": f"{_BUYER}/PartyName/Name",
    "UBL-SR-45": "PaymentMeans/PaymentDueDate",
    "UBL-SR-49": "InvoicePeriod/DescriptionCode",
    "UBL-SR-54": "PaymentMeans/CardAccount",
    "UBL-SR-55": "PaymentMeans/PaymentMandate",
    "UBL-SR-56": "OriginatorDocumentReference/ID",
}
#: What each of several groups may hold once.
_ONCE_IN = (
    ("UBL-SR-06", "BillingReference", "InvoiceDocumentReference"),
    ("UBL-SR-26", "PaymentMeans", "PaymentID"),
    ("UBL-SR-30", "AllowanceCharge[ChargeIndicator=false]", "AllowanceChargeReason"),
    ("UBL-SR-31", "AllowanceCharge[ChargeIndicator=true]", "AllowanceChargeReason"),
    ("UBL-SR-32", "TaxTotal/TaxSubtotal", "TaxCategory/TaxExemptionReason"),
    ("UBL-SR-33", "AdditionalDocumentReference", "DocumentDescription"),
)
_LINES = ("InvoiceLine", "CreditNoteLine")
_ONCE_IN_LINE = {
    "UBL-SR-34": "Note",
    "UBL-SR-35": "OrderLineReference/LineID",
    "UBL-SR-36": "InvoicePeriod",
    "UBL-SR-37": "Price/AllowanceCharge/Amount",
    "UBL-SR-48": "Item/ClassifiedTaxCategory",
    "UBL-SR-50": "Item/Description",
    "UBL-SR-52": "DocumentReference",
}
#: What may stand several times, always with the same value.
_ALIKE = {"UBL-SR-44": "PaymentMeans/PaymentID", "UBL-SR-47": "PaymentMeans/PaymentMeansCode"}
_TRANSFERS = ("30", "58")
_GUIDELINE = "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"
_SETTLED = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement"


def ubl_faults(root: Node) -> tuple[Fault, ...]:
    """The faults of a UBL document, each once."""
    return tuple(dict.fromkeys((*_repeated(root), *_accounts(root, "PaymentMeansCode"), *_currencies(root))))


def cii_faults(root: Node) -> tuple[Fault, ...]:
    """The faults of a Cross Industry Invoice, each once."""
    found: list[Fault] = []
    is_extended = "extended" in root.said(_GUIDELINE).lower()
    for settlement in find_all(root, _SETTLED):
        found += _accounts(settlement, "TypeCode")
        currency = settlement.said("InvoiceCurrencyCode")
        sums = settlement.first("SpecifiedTradeSettlementHeaderMonetarySummation")
        taxes = [one.attributes.get("currencyID", "").strip() for one in sums.named("TaxTotalAmount")] if sums else []
        is_taxed = (
            sums is not None and not is_extended and sums.said("GrandTotalAmount") != sums.said("TaxBasisTotalAmount")
        )
        if currency and taxes and is_taxed and taxes.count(currency) != 1:
            found.append(Fault("BR-CO-15", currency))
    return tuple(dict.fromkeys(found))


def _repeated(root: Node) -> Iterator[Fault]:
    for rule, path in _ONCE.items():
        if len(find_all(root, path)) > 1:
            yield Fault(rule, _name(path))
    for rule, group, path in _ONCE_IN:
        if any(len(find_all(one, path)) > 1 for one in find_all(root, group)):
            yield Fault(rule, _name(path))
    for rule, path in _ALIKE.items():
        if len({one.text.strip() for one in find_all(root, path)}) > 1:
            yield Fault(rule, _name(path))
    for line in root.children:
        if line.name in _LINES:
            for rule, path in _ONCE_IN_LINE.items():
                if len(find_all(line, path)) > 1:
                    yield Fault(rule, _name(path))


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _accounts(root: Node, code: str) -> Iterator[Fault]:
    """An account to transfer to that stands there without its number (BR-50)."""
    for means in root.children:
        if not means.name.endswith("PaymentMeans") or means.said(code) not in _TRANSFERS:
            continue
        for account in means.children:
            if account.name in ("PayeeFinancialAccount", "PayeePartyCreditorFinancialAccount") and not any(
                account.said(name) for name in ("ID", "IBANID", "ProprietaryID")
            ):
                yield Fault("BR-50")


def _currencies(root: Node) -> Iterator[Fault]:
    """Amounts that name no currency, none that there is, or another one than the document's (UBL has it on each)."""
    own = root.said("DocumentCurrencyCode")
    totals = [one.first("TaxAmount") for one in root.named("TaxTotal")]
    if own and [one.attributes.get("currencyID", "") for one in totals if one is not None].count(own) != 1:
        yield Fault("BR-CO-15", own)
    others = {one.attributes.get("currencyID", "").strip() for one in each(root) if one.name.endswith("Amount")}
    for other in sorted(others - {own or "-", root.said("TaxCurrencyCode") or "-"}):
        if other not in codes.codes(codes.CURRENCIES):
            yield Fault("BR-CL-03", other)
        elif own:
            yield Fault("PEPPOL-EN16931-R051", other)
