"""An issued document as EN 16931 says it: the one mapping from what is printed to the semantic model.

The French additions of the reform of 2026 (decree 2022-1299, XP Z12-012) are the category of operation in
BT-23, the SIREN with scheme 0002 (BT-30, BT-47), the addressing with scheme 0225 (BT-34, BT-49), the
exigibility of VAT (BT-8), the delivery address (BG-15), and the notes PMT, PMD and AAB.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from tui_billing.documents import mentions, profiles
from tui_billing.documents.printable import (
    PrintableInvoice,
    PrintedAdjustment,
    PrintedLine,
    PrintedVat,
)
from tui_billing.documents.vat_schemes import VAT_SCHEMES
from tui_billing.documents.words import Words
from tui_billing.rules.en16931 import codes, model
from tui_billing.rules.en16931.model import (
    AllowanceCharge,
    Contact,
    Delivery,
    DocumentTotals,
    EInvoice,
    Identifier,
    Instalment,
    Item,
    Line,
    Note,
    PaymentMeans,
    Period,
    PostalAddress,
    Preceding,
    Price,
    Trader,
    VatRow,
)
from tui_billing.rules.en16931.peppol import CLOSE
from tui_billing.rules.money import exponent, from_minor
from tui_billing.rules.party import Address, Party
from tui_billing.rules.units import unit_code

#: The specification that the XML follows (BT-24), where it is not EN 16931 alone.
CUSTOMIZATIONS = {"xrechnung": model.XRECHNUNG, "peppol": model.PEPPOL}
FRENCH = frozenset({"FR", "MC"})
TYPES = {"invoice": "380", "credit_note": "381", "corrective": "384"}
#: Mentions that are notes with a subject code of UNTDID 4451 (BT-21).
SUBJECTS = frozenset({"PMT", "PMD", "AAB", "TXD"})
TRANSFERS = frozenset({"30", "58"})
TAXED = frozenset({"S", "L", "M"})
_ZERO = Decimal(0)


def can_be_said(invoice: PrintableInvoice) -> bool:
    """Whether EN 16931 can carry the document: its amounts have two decimals at most (BR-DEC)."""
    return exponent(invoice.currency) <= 2


def semantic(invoice: PrintableInvoice, form: str = "facturx") -> EInvoice:
    """The document in the semantic model, for one of `formats.FORMATS`; no figure is computed anew."""
    mapped = _Mapping(invoice).whole()
    # BASIC cannot say a rounding, EXTENDED knows no tax that is rounded to whole units; EN 16931 takes both
    if form == "basic" and not mapped.totals.rounding:
        return profiles.in_basic(mapped)
    if form == "extended" and exponent(invoice.currency) == 2:
        parts = (Instalment(one.due_date, from_minor(one.amount, invoice.currency)) for one in invoice.instalments)
        return profiles.in_extended(mapped, tuple(parts))
    mapped = replace(mapped, customization=CUSTOMIZATIONS.get(form, model.EN16931))
    if form in CUSTOMIZATIONS:
        mapped = replace(mapped, process=model.PEPPOL_PROCESS)
        # one note at most (PEPPOL-EN16931-R002)
        text = "\n".join(note.text for note in mapped.notes)
        mapped = replace(mapped, notes=(Note(text),) if text else ())
    return mapped


class _Mapping:
    def __init__(self, invoice: PrintableInvoice) -> None:
        self.invoice = invoice
        self.words = Words(invoice)
        self.is_french = invoice.seller.address.country.upper() in FRENCH

    def money(self, minor: int, currency: str = "") -> Decimal:
        return from_minor(minor, currency or self.invoice.currency)

    def whole(self) -> EInvoice:
        invoice, references = self.invoice, self.invoice.references
        books = invoice.books_tax
        totals = invoice.totals
        has_charges = any(one.is_charge for one in invoice.adjustments)
        has_allowances = any(not one.is_charge for one in invoice.adjustments)
        return EInvoice(
            number=invoice.number,
            issue_date=invoice.issue_date,
            type_code=invoice.type_code or TYPES[invoice.kind],
            currency=invoice.currency,
            accounting_currency=books.currency if books else "",
            tax_point_code=self.tax_point(),
            due_date=invoice.due_date,
            buyer_reference=references.buyer_reference,
            project=references.project,
            contract=references.contract,
            purchase_order=references.purchase_order,
            despatch_advice=references.delivery_note,
            terms=self.tidy(invoice.terms),
            notes=self.notes(),
            process=self.process(),
            preceding=(Preceding(references.preceding_number, references.preceding_date),)
            if references.preceding_number
            else (),
            seller=self.trader(invoice.seller, seller=True),
            buyer=self.trader(invoice.buyer),
            delivery=self.delivery(),
            period=Period(invoice.period_start, invoice.period_end)
            if invoice.period_start or invoice.period_end
            else None,
            remittance=invoice.payment.reference,
            payment_means=self.means(),
            adjustments=tuple(self.adjustment(one, document=True) for one in invoice.adjustments),
            totals=DocumentTotals(
                lines=self.money(totals.lines),
                allowances=self.money(totals.allowances) if has_allowances else None,
                charges=self.money(totals.charges) if has_charges else None,
                net=self.money(totals.net),
                tax=self.money(totals.tax),
                tax_accounting=self.money(books.tax, books.currency) if books else None,
                gross=self.money(totals.gross),
                prepaid=self.money(totals.prepaid) if totals.prepaid else None,
                rounding=self.money(totals.rounding) if totals.rounding else None,
                payable=self.money(totals.payable),
            ),
            vat=self.breakdown(),
            lines=tuple(self.line(one) for one in invoice.lines),
        )

    def tidy(self, text: str) -> str:
        """A text of data, as the page shows it."""
        return self.words.tidy(text)

    def process(self) -> str:
        """BT-23: the category of operation, with the case "paid already" where nothing is left to pay."""
        letter = {"goods": "B", "services": "S", "mixed": "M"}.get(self.invoice.operation, "")
        if not (self.is_french and letter):
            return ""
        totals = self.invoice.totals
        return letter + ("2" if totals.prepaid and not totals.payable else "1")

    def tax_point(self) -> str:
        """BT-8: VAT on services falls due with the payment, or on debits where the seller has chosen so."""
        if not self.is_french or self.invoice.operation not in ("services", "mixed"):
            return ""
        if not any(group.category in TAXED for group in self.invoice.vat):
            return ""
        return "3" if self.invoice.vat_on_debits else "432"

    def notes(self) -> tuple[Note, ...]:
        found = [
            Note(self.tidy(one.text), one.code if one.code in SUBJECTS else "")
            for one in self.invoice.mentions
            if one.code in SUBJECTS or not one.code.startswith(("VATEX-", "CATEGORY-", "OPERATION"))
        ]
        if self.invoice.note:
            found.append(Note(self.tidy(self.invoice.note)))
        return tuple(found)

    def trader(self, party: Party, *, seller: bool = False) -> Trader:
        known = codes.codes(codes.IDENTIFIER_SCHEMES)
        identifiers = [Identifier(value, scheme) for scheme, value in party.identifiers if scheme in known]
        if party.siret:
            identifiers.insert(0, Identifier(party.siret, "0009"))
        if not seller:
            del identifiers[1:]  # BT-46 stands once
        outside = not seller and all(group.category == "O" for group in self.invoice.vat)
        return Trader(
            name=self.tidy(party.full_name),
            trading_name=self.tidy(party.trading_name) if party.trading_name != party.name else "",
            identifiers=tuple(identifiers),
            legal_id=Identifier(party.siren, "0002") if party.siren else Identifier(),
            vat_id="" if outside or self._is_untaxed() else party.vat_id,
            legal_info=self.tidy(party.legal_info) if seller else "",
            endpoint=self.endpoint(party),
            address=self.address(party.address),
            contact=self.contact(party) if seller else None,
        )

    def _is_untaxed(self) -> bool:
        """What is outside the scope of VAT bears no VAT number (BR-O-02)."""
        return any(group.category == "O" for group in self.invoice.vat)

    def endpoint(self, party: Party) -> Identifier:
        """Where electronic documents go: what the card says, else the SIREN, the VAT number, the mailbox."""
        if party.electronic_address:
            return Identifier(party.electronic_address, party.electronic_scheme or "EM")
        if party.siren:
            return Identifier(party.siren, "0225")
        scheme = VAT_SCHEMES.get(party.address.country.upper())
        if party.vat_id and scheme:
            return Identifier(party.vat_id, scheme)
        return Identifier(party.email, "EM") if party.email else Identifier()

    def contact(self, party: Party) -> Contact | None:
        if not (party.contact or party.phone or party.email):
            return None
        return Contact(self.tidy(party.contact), self.tidy(party.phone), self.tidy(party.email))

    def address(self, address: Address) -> PostalAddress:
        return PostalAddress(
            line1=self.tidy(address.line1),
            line2=self.tidy(address.line2),
            line3=self.tidy(address.line3),
            city=self.tidy(address.city),
            postcode=self.tidy(address.postcode),
            region=self.tidy(address.region),
            country=address.country.upper(),
        )

    def delivery(self) -> Delivery | None:
        """BG-13; an intra-Community supply states where and when also where nobody typed it (BR-IC-11, BR-IC-12)."""
        invoice = self.invoice
        place, day = invoice.delivery_address, invoice.delivery_date
        name = self.tidy(invoice.delivery_name)
        if any(group.category == "K" for group in invoice.vat):
            place = place or invoice.buyer.address
            if not (day or invoice.period_start or invoice.period_end):
                day = invoice.issue_date
        if not (place or day or name):
            return None
        return Delivery(name=name, date=day, address=self.address(place) if place else None)

    def means(self) -> tuple[PaymentMeans, ...]:
        """BG-16: nothing for a transfer without an account, which would say how and not where (BR-61)."""
        payment = self.invoice.payment
        is_transfer = payment.code in TRANSFERS
        if not payment.code or (is_transfer and not payment.iban):
            return ()
        return (
            PaymentMeans(
                code=payment.code,
                text=payment.text,
                account=payment.iban.replace(" ", "") if is_transfer else "",
                account_name=self.tidy(payment.account_name) if is_transfer else "",
                bic=payment.bic if is_transfer else "",
            ),
        )

    def adjustment(self, one: PrintedAdjustment, *, document: bool = False) -> AllowanceCharge:
        reason = self.tidy(one.reason)
        if not (reason or one.reason_code):
            reason = self.words.say("Charge") if one.is_charge else self.words.say("Allowance")
        category = one.vat_category if document else ""
        amount = self.money(one.amount)
        base, percent = _proof(amount, None if one.base is None else self.money(one.base), one.percent)
        return AllowanceCharge(
            is_charge=one.is_charge,
            amount=amount,
            base=base,
            percent=percent,
            category=category,
            rate=_rate(category, one.vat_rate or _ZERO) if category else None,
            reason=reason,
            reason_code=one.reason_code,
        )

    def breakdown(self) -> tuple[VatRow, ...]:
        """BG-23: one row for a category and rate; several reasons of one category are told together (BR-E-01)."""
        rows: dict[tuple[str, Decimal], VatRow] = {}
        for group in self.invoice.vat:
            key = group.category, group.rate
            text, code = self.reason(group), group.exemption_code
            row = VatRow(
                category=group.category,
                rate=_rate(group.category, group.rate),
                taxable=self.money(group.taxable),
                tax=self.money(group.tax),
                exemption_text=text,
                exemption_code=code,
            )
            if before := rows.get(key):
                texts = dict.fromkeys(filter(None, (before.exemption_text, text)))
                row = replace(
                    row,
                    taxable=(before.taxable or _ZERO) + (row.taxable or _ZERO),
                    tax=(before.tax or _ZERO) + (row.tax or _ZERO),
                    exemption_text=" ; ".join(texts),
                    exemption_code=code if code == before.exemption_code else "",
                )
            rows[key] = row
        return tuple(rows.values())

    def reason(self, group: PrintedVat) -> str:
        invoice = self.invoice
        if group.category in TAXED or group.category == "Z":
            return ""
        country = invoice.seller.address.country
        return self.tidy(group.exemption_text) or mentions.exemption_text(
            group.category, group.exemption_code, invoice.issue_date, invoice.language, country
        )

    def line(self, line: PrintedLine) -> Line:
        quantity, price = line.quantity, line.unit_price
        adjustments = [self.adjustment(one) for one in line.adjustments]
        if line.discount:
            adjustments.insert(0, self.discount(line))
        net = self.money(line.net)
        base = Decimal(1)
        if self.invoice.prices_include_vat and quantity:
            before = net - sum((one.amount or _ZERO) * (1 if one.is_charge else -1) for one in adjustments)
            price, base = _net_price(before, quantity)
        if price < 0:  # BR-27: a price is never below zero, a quantity may be
            quantity, price = -quantity, -price
        first, _, rest = self.tidy(line.description).partition("\n")
        period = Period(line.period_start, line.period_end) if line.period_start or line.period_end else None
        unit = line.unit_code or unit_code(line.unit) or "C62"
        return Line(
            number=str(line.position),
            quantity=_short(quantity),
            unit=unit,
            net=net,
            order_line=line.order_line,
            period=period,
            adjustments=tuple(adjustments),
            price=Price(net=_price(price))
            if base == 1
            else Price(net=_price(price), base_quantity=base, base_unit=unit),
            category=line.vat_category,
            rate=_rate(line.vat_category, line.vat_rate),
            item=Item(
                name=first.strip() or "–",
                description=rest.strip(),
                seller_id=self.tidy(line.item),
            ),
        )

    def discount(self, line: PrintedLine) -> AllowanceCharge:
        """The line's discount: a percentage of quantity × price, as the page shows it."""
        others = sum(one.amount if one.is_charge else -one.amount for one in line.adjustments)
        amount = self.money(line.discount)
        base, percent = _proof(amount, self.money(line.net - others + line.discount), line.discount_percent or None)
        return AllowanceCharge(
            amount=amount,
            base=base,
            percent=percent,
            reason=self.words.say("Discount"),
            reason_code="95",
        )


def _proof(amount: Decimal, base: Decimal | None, percent: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Base and percentage of an amount, where they make it (PEPPOL-EN16931-R040 to R042); else neither.

    Amounts in whole units, and shares of an amount, are not what their percentage makes.
    """
    if base is None or percent is None or abs(base * percent / 100 - amount) > CLOSE:
        return None, None
    return base, _short(percent)


def _net_price(amount: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """A price of six decimals at most that makes the amount, and for how many it is (BT-146, BT-149)."""
    for base in map(Decimal, (1, 100, 10_000, 1_000_000)):
        price = (amount * base / quantity).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        if (quantity * price / base).quantize(Decimal("0.01"), ROUND_HALF_UP) == amount:
            return price, base
    return amount, quantity


def _rate(category: str, rate: Decimal) -> Decimal | None:
    """BT-119 and its like: none outside the scope, 0 where nothing is taxed."""
    if category == "O":
        return None
    return _short(rate) if category in TAXED else _ZERO


def _short(value: Decimal) -> Decimal:
    """Without trailing zeros and without exponent."""
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _price(value: Decimal) -> Decimal:
    """A price has two decimals, more only where it has more."""
    two = value.quantize(Decimal("0.01"))
    return two if two == value else value.normalize()
