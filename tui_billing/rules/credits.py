"""What a credit note takes of its invoice: stored amounts and shares of them, never amounts computed anew.

Each VAT group of an invoice gives back at most what it holds, to the cent, and the credit that finishes a group takes
exactly what the ones before it left there (CGI art. 272, 283-3; EN 16931 BR-CO-17 within its cent). Amounts are minor
units of the invoice's currency, quantities are stored integers (ten-thousandths).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tui_billing.rules.journal import proportion
from tui_billing.rules.money import plain
from tui_billing.rules.problem import Problem, Refused

Key = tuple[str, int, str]
_ONE = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """What of a line is credited: all that is left of it, a quantity, or an amount with VAT."""

    position: int
    quantity: int | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class OriginalLine:
    """A line of the invoice, and what credit notes have taken of it; `by_amount` where one took no quantity."""

    id: int
    position: int
    key: Key
    nature: str
    net: int
    quantity: int
    discount: int
    credited_net: int = 0
    credited_quantity: int = 0
    credited_discount: int = 0
    by_amount: bool = False

    @property
    def rest(self) -> int:
        """The net that no credit note has taken."""
        return self.net - self.credited_net


@dataclass(frozen=True, slots=True)
class Group:
    """A VAT group of the invoice as stored (taxable, tax, and both in the books' currency), and what of it is used."""

    amounts: tuple[int, int, int, int]
    used: tuple[int, int, int, int] = (0, 0, 0, 0)

    @property
    def left(self) -> tuple[int, int, int, int]:
        """What credit notes have left of each."""
        one, two, three, four = (whole - used for whole, used in zip(self.amounts, self.used, strict=True))
        return one, two, three, four

    @property
    def gross_left(self) -> int:
        return self.left[0] + self.left[1]


@dataclass(frozen=True, slots=True)
class Original:
    """An issued invoice as credit notes see it."""

    number: str
    currency: str
    lines: tuple[OriginalLine, ...]
    groups: dict[Key, Group]

    @property
    def left(self) -> int:
        """What may still be credited, with VAT."""
        return sum(group.gross_left for group in self.groups.values())

    def shares(self) -> list[tuple[int, int]]:
        """(taxable, tax) of each line: the stored group shared out by the nets, no cent lost or made."""
        nets: dict[Key, int] = {}
        for line in self.lines:
            nets[line.key] = nets.get(line.key, 0) + line.net
        reached: dict[Key, int] = {}
        found = []
        for line in self.lines:
            taxable, tax = self.groups[line.key].amounts[:2] if line.key in self.groups else (line.net, 0)
            whole, before = nets[line.key], reached.get(line.key, 0)
            after = reached[line.key] = before + line.net
            if whole:
                steps = [(proportion(at, whole, taxable), proportion(at, whole, tax)) for at in (before, after)]
                found.append((steps[1][0] - steps[0][0], steps[1][1] - steps[0][1]))
            else:  # lines that cancel each other leave nothing to take a share of
                found.append((line.net, 0))
        return found

    def line_rests(self) -> list[int]:
        """What is left to credit of each line, with VAT."""
        return [
            sum(share) - sum(_up_to(line, share, line.credited_net))
            for line, share in zip(self.lines, self.shares(), strict=True)
        ]


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of the credit note; `price` is a net unit price in minor units where it is not the original's."""

    line: OriginalLine | None
    key: Key
    nature: str
    quantity: int
    net: int
    discount: int
    taxable: int
    tax: int
    price: int | None = None


@dataclass(slots=True)
class Taken:
    """What the credit note takes of a VAT group; `nets` is the sum of its lines."""

    nets: int = 0
    taxable: int = 0
    tax: int = 0
    taxable_base: int = 0
    tax_base: int = 0


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """The lines and the VAT breakdown of a credit note; `last` where nothing is left to credit after it."""

    lines: list[CreditLine]
    groups: dict[Key, Taken] = field(default_factory=dict)
    last: bool = False

    @property
    def gross(self) -> int:
        return sum(group.taxable + group.tax for group in self.groups.values())


def plan_credit(original: Original, parts: Sequence[Part] = (), amount: int | None = None) -> CreditPlan:
    """What crediting these parts, an amount with VAT, or all that is left (neither) takes of the invoice.

    Raises `Problem` for a line that does not exist or a quantity or amount that is none, `Refused` for what was
    credited already and for more than is left.
    """
    if parts and amount is not None:
        raise Problem("credit lines or an amount, not both at once", field="amount")
    left = original.left
    if amount is not None and amount != left:
        return _by_amount(original, amount)
    if parts:
        lines = [_line_of(original, part, share) for part, share in _chosen(original, parts)]
        whole = False
    else:
        if left <= 0:
            raise Refused("{number} is credited already, whole", number=original.number)
        rests = zip(original.lines, original.shares(), strict=True)
        lines = [
            _rest(line, share) for line, share in rests if line.rest or (not line.net and not line.credited_quantity)
        ]
        whole = True
    return _checked(original, lines, whole)


def _chosen(original: Original, parts: Iterable[Part]) -> list[tuple[Part, tuple[int, int]]]:
    shares = {line.position: share for line, share in zip(original.lines, original.shares(), strict=True)}
    wanted: dict[int, Part] = {}
    for part in parts:
        if part.position not in shares:
            raise Problem("{number} has no line {line}", field="lines", number=original.number, line=part.position)
        if part.position in wanted and wanted[part.position] != part:
            raise Problem(
                "line {line} is named twice with different amounts; name it once", field="lines", line=part.position
            )
        wanted[part.position] = part
    return [(wanted[position], shares[position]) for position in sorted(wanted)]


def _line_of(original: Original, part: Part, share: tuple[int, int]) -> CreditLine:
    line = next(one for one in original.lines if one.position == part.position)
    if (line.net and not line.rest) or (not line.net and line.credited_quantity):
        raise Refused(
            "line {line} of {number} is credited already", field="lines", number=original.number, line=line.position
        )
    if part.quantity is not None:
        return _by_quantity(original, line, share, part.quantity)
    if part.amount is not None:
        return _line_by_amount(original, line, share, part.amount)
    return _rest(line, share)


def _up_to(line: OriginalLine, share: tuple[int, int], net: int) -> tuple[int, int]:
    """(taxable, tax) that belongs to the first `net` of a line."""
    return proportion(net, line.net, share[0]), proportion(net, line.net, share[1])


def _between(line: OriginalLine, share: tuple[int, int], net: int) -> tuple[int, int]:
    """(taxable, tax) that belongs to the next `net` of a line: what all such steps take is the share itself."""
    before, after = _up_to(line, share, line.credited_net), _up_to(line, share, line.credited_net + net)
    return after[0] - before[0], after[1] - before[1]


def _rest(line: OriginalLine, share: tuple[int, int]) -> CreditLine:
    taxable, tax = _between(line, share, line.rest)
    if line.by_amount:
        return CreditLine(line, line.key, line.nature, _ONE, line.rest, 0, taxable, tax, line.rest)
    return CreditLine(
        line,
        line.key,
        line.nature,
        line.quantity - line.credited_quantity,
        line.rest,
        line.discount - line.credited_discount,
        taxable,
        tax,
    )


def _by_quantity(original: Original, line: OriginalLine, share: tuple[int, int], quantity: int) -> CreditLine:
    rest = line.quantity - line.credited_quantity
    if quantity == 0 or (quantity < 0) != (line.quantity < 0) or abs(quantity) > abs(rest):
        raise Problem(
            "of line {line} of {number} a quantity of {rest} is left to credit; type that or less",
            field="quantity",
            line=line.position,
            number=original.number,
            rest=_plain_quantity(rest),
        )
    if quantity == rest and not line.by_amount:
        return _rest(line, share)
    net = proportion(line.credited_quantity + quantity, line.quantity, line.net) - proportion(
        line.credited_quantity, line.quantity, line.net
    )
    if abs(net) > abs(line.rest):
        raise _too_much(original, sum(_between(line, share, net)), sum(_between(line, share, line.rest)))
    taxable, tax = _between(line, share, net)
    discount = proportion(quantity, line.quantity, line.discount)
    return CreditLine(line, line.key, line.nature, quantity, net, discount, taxable, tax)


def _line_by_amount(original: Original, line: OriginalLine, share: tuple[int, int], amount: int) -> CreditLine:
    whole = sum(_between(line, share, line.rest))
    if amount == 0 or (amount < 0) != (whole < 0) or abs(amount) > abs(whole):
        raise Problem(
            "of line {line} of {number} {left} {currency} is left to credit, VAT included; type that or less",
            field="amount",
            line=line.position,
            number=original.number,
            left=plain(whole, original.currency),
            currency=original.currency,
        )
    if amount == whole:
        return _rest(line, share)
    near = proportion(amount, whole, line.rest)
    # Rounding gives no tax where the line bears none, and none beyond its own: the taxable amount gives way, and the
    # net with it, so that what such steps take is still the share itself.
    most = _between(line, share, line.rest)[1]
    tax = min(max(amount - _between(line, share, near)[0], min(most, 0)), max(most, 0))
    fits = (net for net in (near, near - 1, near + 1) if _between(line, share, net)[0] == amount - tax)
    net = next((net for net in fits if 0 < abs(net) <= abs(line.rest)), near)
    return CreditLine(line, line.key, line.nature, _ONE, net, 0, amount - tax, tax, net)


def _by_amount(original: Original, amount: int) -> CreditPlan:
    """An amount of the whole document: each VAT group gives its share of what is left of it."""
    left = original.left
    if amount <= 0:
        raise Problem("an amount to credit is more than 0", field="amount")
    if amount > left:
        raise _too_much(original, amount, left)
    lines: list[CreditLine] = []
    groups: dict[Key, Taken] = {}
    reached = given = 0
    for key, group in original.groups.items():
        reached += group.gross_left
        gross = proportion(reached, left, amount) - given
        given += gross
        if not gross:
            continue
        tax = group.left[1] if gross == group.gross_left else proportion(gross, group.gross_left, group.left[1])
        taken = Taken(gross - tax, gross - tax, tax)
        _to_base(taken, group, whole=gross == group.gross_left)
        groups[key] = taken
        natures = [line.nature for line in original.lines if line.key == key]
        nets = {
            nature: sum(one.net for one in original.lines if (one.key, one.nature) == (key, nature))
            for nature in natures
        }
        lines += _spread(key, nets, taken)
    return CreditPlan(lines, groups, False)


def _spread(key: Key, nets: dict[str, int], taken: Taken) -> list[CreditLine]:
    """A line for each nature of sale in a group, in proportion to its nets."""
    whole, reached, before = sum(nets.values()), 0, 0
    lines = []
    for place, (nature, net) in enumerate(nets.items()):
        reached += net
        last = place == len(nets) - 1
        at = taken.taxable if last or not whole else proportion(reached, whole, taken.taxable)
        part, before = at - before, at
        if part:
            lines.append(CreditLine(None, key, nature, _ONE, part, 0, part, taken.tax if last else 0, part))
    return lines


def _checked(original: Original, lines: list[CreditLine], whole: bool) -> CreditPlan:
    """The breakdown of these lines; refused where a VAT group, or the invoice, has less left than they take."""
    groups: dict[Key, Taken] = {}
    finished = {line.line.id for line in lines if line.line and line.net == line.line.rest}
    for key, group in original.groups.items():
        own = [line for line in lines if line.key == key]
        if not own and not (whole and any(group.left)):
            continue
        taken = Taken(
            *(sum(values) for values in zip(*((c.net, c.taxable, c.tax) for c in own), strict=True)) if own else ()
        )
        rests = [line for line in original.lines if line.key == key and line.rest and line.id not in finished]
        ends = whole or (not rests and (taken.taxable, taken.tax) == _near(group, taken))
        if ends:
            taken.taxable, taken.tax = group.left[:2]
        elif not _fits(taken.taxable, group.left[0], group.amounts[0]):
            raise _too_much(original, taken.taxable + taken.tax, group.gross_left)
        else:
            taken.tax = min(taken.tax, group.left[1]) if group.amounts[1] >= 0 else max(taken.tax, group.left[1])
        _to_base(taken, group, whole=ends)
        groups[key] = taken
    plan = CreditPlan(lines, groups)
    if plan.gross <= 0:
        raise Refused("these lines add up to nothing that could be credited")
    if plan.gross > original.left:
        raise _too_much(original, plan.gross, original.left)
    return CreditPlan(lines, groups, plan.gross == original.left)


def _near(group: Group, taken: Taken) -> tuple[int, int]:
    """What is taken, where it differs from what is left by rounding alone (a cent for each credit before)."""
    left = group.left
    if abs(left[0] - taken.taxable) <= 1 and abs(left[1] - taken.tax) <= 100:
        return taken.taxable, taken.tax
    return left[0], left[1]


def _fits(part: int, left: int, whole: int) -> bool:
    """Whether a part lies between nothing and what is left, on the side of the whole (a rebate's group is negative)."""
    return part <= left if whole >= 0 else part >= left


def _to_base(taken: Taken, group: Group, *, whole: bool) -> None:
    """The same in the books' currency: the stored share, and what is left where the group ends."""
    taxable, tax, taxable_base, tax_base = group.amounts
    if whole:
        taken.taxable_base, taken.tax_base = group.left[2:]
        return
    taken.taxable_base = proportion(taken.taxable, taxable, taxable_base) if taxable else taken.taxable
    taken.tax_base = proportion(taken.tax, tax, tax_base) if tax else 0


def _too_much(original: Original, amount: int, left: int) -> Refused:
    """More than earlier credit notes left of the invoice (CGI 272)."""
    return Refused(
        "{amount} {currency} is more than is left to credit of {number} ({left} {currency}); credit the whole invoice",
        field="lines",
        amount=plain(amount, original.currency),
        left=plain(left, original.currency),
        currency=original.currency,
        number=original.number,
    )


def _plain_quantity(stored: int) -> str:
    whole, rest = divmod(abs(stored), _ONE)
    text = f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
    return f"-{text}" if stored < 0 else text
