"""What the totals of an invoice must be, computed anew from its lines and compared with what it states.

BT-106 to BT-115 are exact to the cent (BR-CO-10 to BR-CO-16). The VAT of a group (BR-CO-17) has more than one
honest way to a cent, all of them taken: rounded half up or half even from the group, summed over the rounded
VAT of its lines, or what prices that include VAT leave. Any other amount is a difference, also where the
standard's own tolerance of almost 1.00 would let it pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from tui_billing.rules.en16931.model import AllowanceCharge, EInvoice, Line, VatRow

ZERO = Decimal(0)
CENT = Decimal("0.01")
TAXED = frozenset({"S", "L", "M", "B"})
#: Currencies whose amounts are customarily whole.
WHOLE = frozenset(
    {"HUF", "ISK", "JPY", "KRW", "CLP", "VND", "XAF", "XOF", "XPF", "UGX", "PYG", "RWF", "KMF", "GNF", "DJF"}
)
#: Lines that only gather or inform (Factur-X EXTENDED); their amounts are no part of the sum.
UNCOUNTED = frozenset({"GROUP", "INFORMATION"})

#: Totals that every document with lines states.
REQUIRED = frozenset({"lines", "net", "gross", "payable"})

GroupKey = tuple[str, Decimal]


@dataclass(frozen=True, slots=True)
class Sums:
    """Computed totals in major units; `vat` is the tax by (category, rate), `taxable` what it stands on."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    payable: Decimal
    taxable: dict[GroupKey, Decimal]
    vat: dict[GroupKey, Decimal]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A figure that is not what it must be: its name ("net", "lines.3.net", "vat.S 20.tax"), both values, the rule."""

    field: str
    stated: Decimal | None
    computed: Decimal
    rule: str


def round_amount(value: Decimal) -> Decimal:
    """To the cent, half up on the absolute value."""
    return value.quantize(CENT, ROUND_HALF_UP)


def counted(lines: Iterable[Line]) -> list[Line]:
    """The lines whose amounts are summed: what only gathers others or informs is left out."""
    return [line for line in lines if line.status.upper() not in UNCOUNTED]


def line_net(line: Line) -> Decimal | None:
    """BT-131 from price, quantity, allowances and charges; None where there is nothing to compute it from."""
    price, quantity = line.price, line.quantity
    if price.net is None or quantity is None:
        return None
    base = price.base_quantity if price.base_quantity else Decimal(1)
    net = quantity * price.net / base
    return round_amount(net + sum((signed(one) for one in line.adjustments), ZERO))


def signed(one: AllowanceCharge) -> Decimal:
    """How an allowance or charge enters a sum."""
    amount = one.amount or ZERO
    return amount if one.is_charge else -amount


def group_key(category: str, rate: Decimal | None) -> GroupKey:
    """What a row of the breakdown is formed by; a rate that is absent counts as 0."""
    return category, (rate or ZERO).normalize()


def compute(invoice: EInvoice) -> Sums:
    """All totals from the lines' net amounts, allowances, charges, and the rates of the groups."""
    without_lines = not invoice.lines and invoice.is_without_lines
    lines = sum((line.net or ZERO for line in counted(invoice.lines)), ZERO)
    if without_lines and invoice.totals.lines is not None:
        lines = invoice.totals.lines  # a profile that carries no lines
    allowances = sum((one.amount or ZERO for one in invoice.adjustments if not one.is_charge), ZERO)
    charges = sum((one.amount or ZERO for one in invoice.adjustments if one.is_charge), ZERO)
    taxable, taxes = _groups(invoice, without_lines)
    net = lines - allowances + charges
    if without_lines and invoice.totals.lines is None and invoice.totals.net is not None:
        net = invoice.totals.net
    tax = sum(taxes.values(), ZERO)
    if not taxes and invoice.totals.tax is not None:
        tax = invoice.totals.tax  # MINIMUM carries no breakdown
    prepaid, rounding = invoice.totals.prepaid or ZERO, invoice.totals.rounding or ZERO
    third = third_party(invoice)
    gross = net + tax
    return Sums(
        lines,
        allowances,
        charges,
        net,
        tax,
        gross,
        prepaid,
        rounding,
        gross - prepaid + rounding + third,
        taxable,
        taxes,
    )


def third_party(invoice: EInvoice) -> Decimal:
    """What is collected for others: part of what is to be paid in the extensions (BR-DEX-09, BR-FXEXT-CO-16)."""
    if not invoice.is_german_extension and not invoice.is_factur_x_extended:
        return ZERO
    return sum((one.amount or ZERO for one in invoice.prepayments), ZERO)


def _groups(invoice: EInvoice, without_lines: bool) -> tuple[dict[GroupKey, Decimal], dict[GroupKey, Decimal]]:
    taxable: dict[GroupKey, Decimal] = {}
    per_line: dict[GroupKey, Decimal] = {}
    if without_lines:
        for row in invoice.vat:
            taxable[group_key(row.category, row.rate)] = row.taxable or ZERO
    else:
        amounts = [(*group_key(line.category, line.rate), line.net or ZERO) for line in taxed(counted(invoice.lines))]
        amounts += [(*group_key(one.category, one.rate), signed(one)) for one in invoice.adjustments]
        for category, rate, amount in amounts:
            key = category, rate
            taxable[key] = taxable.get(key, ZERO) + amount
            per_line[key] = per_line.get(key, ZERO) + round_amount(amount * rate / 100)
    stated = {group_key(row.category, row.rate): row for row in invoice.vat}
    taxes = {}
    for key, base in taxable.items():
        category, rate = key
        wanted = round_amount(base * rate / 100) if category in TAXED else ZERO
        said = stated[key].tax if key in stated else None
        if said is not None and (
            is_honest(said, base, rate, category, per_line.get(key)) or is_whole(invoice, said, base, rate)
        ):
            wanted = said
        taxes[key] = wanted
    return taxable, taxes


def taxed(lines: Iterable[Line]) -> list[Line]:
    """The lines that bear VAT: where sub-lines have VAT of their own, they stand for the line above them."""
    found: list[Line] = []
    for line in lines:
        inner = [one for one in line.sub_lines if one.category or one.sub_lines]
        found += taxed(inner) if inner and not line.category else [line]
    return [line for line in found if not line.is_text]


def is_honest(tax: Decimal, base: Decimal, rate: Decimal, category: str, per_line: Decimal | None = None) -> bool:
    """Whether a tax is one of those that the arithmetic leaves open; see the head of this file."""
    if category not in TAXED:
        return tax == 0
    exact = base * rate / 100
    if tax in (round_amount(exact), exact.quantize(CENT, ROUND_HALF_EVEN), per_line):
        return True
    return abs(tax - exact) < CENT and round_amount((base + tax) / (1 + rate / 100)) == base


def is_whole(invoice: EInvoice, tax: Decimal, base: Decimal, rate: Decimal) -> bool:
    """Whether a tax is rounded to whole units, in a currency that has no smaller coin in use."""
    if invoice.currency not in WHOLE or tax != tax.to_integral_value():
        return False
    return tax == (base * rate / 100).quantize(Decimal(1), ROUND_HALF_UP)


def compare(invoice: EInvoice, *, is_copy: bool = False) -> list[Mismatch]:
    """Every figure that differs from what it must be, to the cent; [] where all agree.

    `is_copy` is a credit note of this house, whose amounts are shares of its invoice's: the last one takes the
    cents that rounding left, within the standard's own tolerance.
    """
    sums, stated = compute(invoice), invoice.totals
    found: list[Mismatch] = []

    slack = _slack(invoice)

    def check(field: str, said: Decimal | None, wanted: Decimal, rule: str) -> None:
        if (said is None and field in REQUIRED) or abs((said or ZERO) - round_amount(wanted)) > slack:
            found.append(Mismatch(field, said, wanted, rule))

    if stated.lines is not None or not invoice.is_without_lines:
        check("lines", stated.lines, sums.lines, "BR-CO-10")
    if stated.net is not None and stated.lines is None and invoice.is_without_lines:
        check("gross", stated.gross, sums.gross, "BR-CO-15")
        return found
    check("allowances", stated.allowances, sums.allowances, "BR-CO-11")
    check("charges", stated.charges, sums.charges, "BR-CO-12")
    # each total from the ones that are stated above it, so that one wrong figure is one difference
    net = (stated.lines or ZERO) - (stated.allowances or ZERO) + (stated.charges or ZERO)
    check("net", stated.net, net, "BR-CO-13")
    _compare_groups(invoice, sums, found, is_copy)
    check("tax", stated.tax, sum((row.tax or ZERO for row in invoice.vat), ZERO), "BR-CO-14")
    check("gross", stated.gross, (stated.net or ZERO) + (stated.tax or ZERO), "BR-CO-15")
    third = third_party(invoice)
    payable = (stated.gross or ZERO) - sums.prepaid + sums.rounding
    if stated.payable != payable + third:
        check("payable", stated.payable, payable + third, "BR-CO-16")
    return found


def _slack(invoice: EInvoice) -> Decimal:
    """What a sum may be off: EXTENDED forgives a cent for each of its amounts (BR-FXEXT-CO-10 and its like)."""
    return CENT * (len(invoice.lines) + len(invoice.adjustments)) if invoice.is_factur_x_extended else ZERO


def _compare_groups(invoice: EInvoice, sums: Sums, found: list[Mismatch], is_copy: bool) -> None:
    taxable: dict[GroupKey, Decimal] = {}
    slack = _slack(invoice)
    for row in invoice.vat:
        key = group_key(row.category, row.rate)
        taxable[key] = taxable.get(key, ZERO) + (row.taxable or ZERO)
    for row in invoice.vat:
        key = group_key(row.category, row.rate)
        name, rule = f"vat.{row.category} {key[1]:f}".rstrip(), rule_family(row.category)
        wanted = sums.taxable.get(key, ZERO)
        if not row.category:
            continue  # which group it is, is not said: BR-47
        if (
            abs(taxable[key] - round_amount(wanted)) > slack
            and not invoice.is_without_lines
            and not _same_category(invoice, sums, row)
        ):
            found.append(Mismatch(f"{name}.taxable", row.taxable, wanted, f"BR-{rule}-08" if rule else OWN))
        base, tax = row.taxable or ZERO, row.tax or ZERO
        per_line = _per_line(invoice, key) if base == wanted else None
        if is_copy and row.category in TAXED and abs(tax - base * key[1] / 100) < 1:
            continue
        if not is_honest(tax, base, key[1], row.category, per_line) and not is_whole(invoice, tax, base, key[1]):
            exact = round_amount(base * key[1] / 100) if row.category in TAXED else ZERO
            found.append(Mismatch(f"{name}.tax", row.tax, exact, "BR-CO-17"))
    for key, base in sums.taxable.items():
        if key not in taxable and base and key[0] and not any(row.category == key[0] for row in invoice.vat):
            name, rule = f"vat.{key[0]} {key[1]:f}", rule_family(key[0])
            found.append(Mismatch(f"{name}.taxable", None, base, f"BR-{rule}-01" if rule else OWN))


def _same_category(invoice: EInvoice, sums: Sums, row: VatRow) -> bool:
    """Categories without a rate form one group, whatever rate was said (BR-E-08, BR-O-08 and their like)."""
    if row.category in TAXED:
        return False
    wanted = sum((base for key, base in sums.taxable.items() if key[0] == row.category), ZERO)
    return wanted == sum((one.taxable or ZERO for one in invoice.vat if one.category == row.category), ZERO)


def _per_line(invoice: EInvoice, key: GroupKey) -> Decimal | None:
    parts = [
        round_amount((line.net or ZERO) * key[1] / 100)
        for line in taxed(counted(invoice.lines))
        if group_key(line.category, line.rate) == key
    ]
    parts += [
        round_amount(signed(one) * key[1] / 100)
        for one in invoice.adjustments
        if group_key(one.category, one.rate) == key
    ]
    return sum(parts, ZERO) if parts else None


def odd_lines(invoice: EInvoice) -> list[tuple[int, Line, Decimal]]:
    """(place from 1, line, what it would be) of lines whose net is not quantity × price by more than two cents.

    The standard has no rule for it: prices may be rounded. Peppol allows 0.02 (PEPPOL-EN16931-R120).
    """
    found = []
    slack = Decimal(1) if invoice.currency in WHOLE else 2 * CENT
    for place, line in enumerate(counted(invoice.lines), 1):
        wanted = line_net(line)
        if wanted is not None and line.net is not None and abs(wanted - line.net) > slack:
            found.append((place, line, wanted))
    return found


#: How the standard names the rules of a category: BR-S-08, BR-IC-08, ...
_FAMILIES = {"K": "IC", "L": "AF", "M": "AG"} | {one: one for one in ("S", "Z", "E", "AE", "G", "O")}
#: The rule of a category that has none of the standard's: split payment (B), and what is no category.
OWN = "OWN-VAT"


def rule_family(category: str) -> str:
    """The middle part of a rule's name: "IC" for K; "" where a category has no such rules."""
    return _FAMILIES.get(category, "")
