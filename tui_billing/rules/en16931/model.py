"""The semantic model of EN 16931-1: what an invoice says, whatever the syntax that carries it.

Every field names its business term (BT-1, ...) or group (BG-4, ...). Amounts, quantities, prices and rates
are `Decimal` as written, None where absent; texts are "" where absent; dates are `date`. The syntaxes are
mapped to and from these values in `exchange/einvoice/`, each field once per syntax.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tui_billing.rules.en16931.syntax import Fault

EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PEPPOL_PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
EXTENDED = f"{EN16931}#conformant#urn:factur-x.eu:1p0:extended"
BASIC = f"{EN16931}#compliant#urn:factur-x.eu:1p0:basic"

CREDIT_TYPES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
"""UNTDID 1001 codes of credit notes: their amounts are positive and are owed to the buyer."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value with the code of the scheme it belongs to ("" where none was given)."""

    value: str = ""
    scheme: str = ""
    version: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Note:
    """BG-1: a text (BT-22) with its subject, UNTDID 4451 (BT-21)."""

    text: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """BG-14, BG-26: first day (BT-73, BT-134) and last day (BT-74, BT-135)."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Preceding:
    """BG-3: an earlier invoice, by number (BT-25) and date (BT-26)."""

    number: str = ""
    date: date | None = None


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """BG-5, BG-8, BG-12, BG-15: lines, town, postcode, region and ISO 3166-1 country (BT-35 to BT-40, ...)."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """BG-6, BG-9: name (BT-41), telephone (BT-42) and e-mail address (BT-43)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Trader:
    """Seller (BG-4), buyer (BG-7), payee (BG-10) or tax representative (BG-11)."""

    name: str = ""
    """BT-27, BT-44, BT-59, BT-62"""
    trading_name: str = ""
    """BT-28, BT-45"""
    identifiers: tuple[Identifier, ...] = ()
    """BT-29, BT-46, BT-60"""
    legal_id: Identifier = Identifier()
    """BT-30, BT-47, BT-61; the SIREN has scheme 0002"""
    vat_id: str = ""
    """BT-31, BT-48, BT-63"""
    tax_id: str = ""
    """BT-32: the seller's number at its tax office"""
    legal_info: str = ""
    """BT-33: form, capital, register"""
    endpoint: Identifier = Identifier()
    """BT-34, BT-49: where electronic documents go, with its EAS scheme"""
    address: PostalAddress | None = None
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """BG-13: to whom (BT-70), which place (BT-71), where (BG-15) and when (BT-72)."""

    name: str = ""
    location: Identifier = Identifier()
    date: date | None = None
    address: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """BG-16 with one account (BG-17), one card (BG-18) or the account to debit (BT-91)."""

    code: str = ""
    """BT-81, UNTDID 4461"""
    text: str = ""
    """BT-82"""
    account: str = ""
    """BT-84: IBAN, or another account number"""
    account_name: str = ""
    """BT-85"""
    bic: str = ""
    """BT-86"""
    card: str = ""
    """BT-87: the last digits"""
    card_holder: str = ""
    """BT-88"""
    debited_account: str = ""
    """BT-91"""


@dataclass(frozen=True, slots=True)
class AllowanceCharge:
    """BG-20 and BG-21 of the document, BG-27 and BG-28 of a line (those have no VAT of their own)."""

    is_charge: bool = False
    amount: Decimal | None = None
    """BT-92, BT-99, BT-136, BT-141"""
    base: Decimal | None = None
    """BT-93, BT-100, BT-137, BT-142"""
    percent: Decimal | None = None
    """BT-94, BT-101, BT-138, BT-143"""
    category: str = ""
    """BT-95, BT-102"""
    rate: Decimal | None = None
    """BT-96, BT-103"""
    reason: str = ""
    """BT-97, BT-104, BT-139, BT-144"""
    reason_code: str = ""
    """BT-98 and BT-140 (UNTDID 5189), BT-105 and BT-145 (UNTDID 7161)"""


@dataclass(frozen=True, slots=True)
class DocumentTotals:
    """BG-22, as stated."""

    lines: Decimal | None = None
    """BT-106"""
    allowances: Decimal | None = None
    """BT-107"""
    charges: Decimal | None = None
    """BT-108"""
    net: Decimal | None = None
    """BT-109"""
    tax: Decimal | None = None
    """BT-110"""
    tax_accounting: Decimal | None = None
    """BT-111, in the accounting currency"""
    gross: Decimal | None = None
    """BT-112"""
    prepaid: Decimal | None = None
    """BT-113"""
    rounding: Decimal | None = None
    """BT-114"""
    payable: Decimal | None = None
    """BT-115"""


@dataclass(frozen=True, slots=True)
class VatRow:
    """BG-23: one row of the VAT breakdown."""

    category: str = ""
    """BT-118, UNTDID 5305"""
    rate: Decimal | None = None
    """BT-119"""
    taxable: Decimal | None = None
    """BT-116"""
    tax: Decimal | None = None
    """BT-117"""
    exemption_text: str = ""
    """BT-120"""
    exemption_code: str = ""
    """BT-121, VATEX"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """BG-24, and BT-18 (type code 130): a document behind the invoice, by number, address or content (base64)."""

    number: str = ""
    """BT-122, BT-18"""
    scheme: str = ""
    """BT-18-1"""
    type_code: str = ""
    """UNTDID 1001: 916 related document, 130 object identifier, 50 tender or lot (BT-17)"""
    text: str = ""
    """BT-123"""
    address: str = ""
    """BT-124"""
    content: str = ""
    """BT-125, base64 as it came"""
    mime: str = ""
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """BG-32: a property of the item (BT-160) and its value (BT-161)."""

    name: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """BG-29: net price (BT-146), rebate (BT-147), gross price (BT-148), for how much (BT-149) of which unit (BT-150)."""

    net: Decimal | None = None
    rebate: Decimal | None = None
    gross: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """BG-31: what is sold."""

    name: str = ""
    """BT-153"""
    description: str = ""
    """BT-154"""
    seller_id: str = ""
    """BT-155"""
    buyer_id: str = ""
    """BT-156"""
    standard_id: Identifier = Identifier()
    """BT-157"""
    classifications: tuple[Identifier, ...] = ()
    """BT-158"""
    origin: str = ""
    """BT-159, ISO 3166-1"""
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """BG-25. `parent` and `status` belong to extensions with sub-lines: GROUP and INFORMATION are not summed."""

    number: str = ""
    """BT-126"""
    note: str = ""
    """BT-127"""
    object_id: Identifier = Identifier()
    """BT-128"""
    quantity: Decimal | None = None
    """BT-129"""
    unit: str = ""
    """BT-130, UN/ECE Recommendation 20 or 21"""
    net: Decimal | None = None
    """BT-131"""
    order_line: str = ""
    """BT-132"""
    accounting: str = ""
    """BT-133"""
    period: Period | None = None
    adjustments: tuple[AllowanceCharge, ...] = ()
    price: Price = Price()
    category: str = ""
    """BT-151"""
    rate: Decimal | None = None
    """BT-152"""
    exemption_code: str = ""
    exemption_text: str = ""
    item: Item = Item()
    parent: str = ""
    status: str = ""
    sub_lines: tuple[Line, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether it is words alone, as ZUGFeRD 1 and EXTENDED allow: no quantity, price, amount or VAT."""
        return self.quantity is None and self.price.net is None and self.net is None and not self.category


@dataclass(frozen=True, slots=True)
class Prepayment:
    """An amount that is collected for a third party (XRechnung extension BG-DEX-09, EXTENDED BT-179), with its kind."""

    amount: Decimal | None = None
    kind: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of what is to be paid, and when (EXTENDED, BT-X-275)."""

    due_date: date | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An invoice or credit note, whole (BG-0)."""

    number: str = ""
    """BT-1"""
    issue_date: date | None = None
    """BT-2"""
    type_code: str = ""
    """BT-3, UNTDID 1001"""
    currency: str = ""
    """BT-5"""
    accounting_currency: str = ""
    """BT-6"""
    tax_point_date: date | None = None
    """BT-7"""
    tax_point_code: str = ""
    """BT-8, UNTDID 2005: 3 issue, 35 delivery, 432 payment"""
    due_date: date | None = None
    """BT-9"""
    buyer_reference: str = ""
    """BT-10"""
    project: str = ""
    """BT-11"""
    contract: str = ""
    """BT-12"""
    purchase_order: str = ""
    """BT-13"""
    sales_order: str = ""
    """BT-14"""
    receiving_advice: str = ""
    """BT-15"""
    despatch_advice: str = ""
    """BT-16"""
    accounting: str = ""
    """BT-19"""
    terms: str = ""
    """BT-20"""
    notes: tuple[Note, ...] = ()
    process: str = ""
    """BT-23"""
    customization: str = ""
    """BT-24"""
    preceding: tuple[Preceding, ...] = ()
    seller: Trader = Trader()
    buyer: Trader = Trader()
    payee: Trader | None = None
    representative: Trader | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    remittance: str = ""
    """BT-83"""
    mandate: str = ""
    """BT-89"""
    creditor_id: str = ""
    """BT-90"""
    payment_means: tuple[PaymentMeans, ...] = ()
    adjustments: tuple[AllowanceCharge, ...] = ()
    totals: DocumentTotals = DocumentTotals()
    vat: tuple[VatRow, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    lines: tuple[Line, ...] = ()
    prepayments: tuple[Prepayment, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Rules that the file breaks in its syntax, where the model has no room for what it says."""
    instalments: tuple[Instalment, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Whether what it says is owed to the buyer."""
        return self.type_code in CREDIT_TYPES

    @property
    def is_without_lines(self) -> bool:
        """Whether its profile carries no lines (Factur-X MINIMUM and BASIC WL): no invoice by EN 16931."""
        return self.customization.rpartition(":")[2].lower() in ("minimum", "basicwl")

    @property
    def is_extended(self) -> bool:
        """Whether it follows an extension of EN 16931, which may say more than the core."""
        return "#conformant#" in self.customization or "extended" in self.customization.lower()

    @property
    def is_german_extension(self) -> bool:
        """Whether it follows the extension of XRechnung: sub-lines, what is collected for others, codes of its own."""
        return "kosit:extension:xrechnung" in self.customization

    @property
    def is_factur_x_extended(self) -> bool:
        """Whether it follows EXTENDED of Factur-X, ZUGFeRD or the French platforms, which share their rules."""
        return self.customization.lower().endswith(("extended", "extended-ctc-fr")) and not self.is_zugferd_1

    @property
    def is_zugferd_1(self) -> bool:
        """Whether it follows ZUGFeRD 1 (2014)."""
        return "CrossIndustryDocument" in self.customization


def every_line(lines: tuple[Line, ...]) -> Iterator[Line]:
    """All lines with the sub-lines of each behind it."""
    for line in lines:
        yield line
        yield from every_line(line.sub_lines)
