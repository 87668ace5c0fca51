"""A month of deposits with the truth about each: what the payer meant, and how the bank printed it.

Made as firms pay, not as a matcher reads: 400 customers of very different size, namesakes and names inside
other names, subscriptions of one amount at many customers, groups that pay for several customers from one
account (which is not always known for all of them), strangers who pay for others, numbers that are wrong and
yet exist, part payments of round sums, texts cut off by the bank. Nothing here looks at `tui_billing`'s rules;
the same seed gives the same month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from benchmarks.handwriting import frame_text, listed, make_iban, misspelt, printed, written

#: The day the month is looked at; deposits are of the four weeks before it.
TODAY = dt.date(2026, 11, 24)

_STEM_WORDS = """
Martin Durand Lefebvre Moreau Girard Rousseau Fontaine Chevalier Marchand Perrin Colin Berger Vidal Renard Leroy
Blanc Garnier Faure Mercier Dupuis Klein Weber Schmitt Keller Rossi Bianchi Ferrari Peeters Janssens Novak Garcia
Lopez Silva Costa Hansen Nielsen Byrne Walsh Carter Hughes
"""
_TRADE_WORDS = """
Bâtiment Transports Électricité Menuiserie Conseil Imprimerie Boulangerie Plomberie Location Maçonnerie Nettoyage
Informatique Jardins Traiteur Optique Sécurité Formation Emballages Métallerie Peinture Logistics Consulting
Services Industries Energie Medical Equipements Développement
"""
_STEMS, _TRADES = _STEM_WORDS.split(), _TRADE_WORDS.split()
_PLACES = ("Lyon", "Paris", "Nord", "Est", "Sud", "Europe", "Atlantique", "Alpes")
_FORMS = ("SARL", "SAS", "SA", "EURL", "GmbH", "Ltd", "BV", "")


@dataclass(slots=True)
class Firm:
    """A customer; `known` are the accounts that the books know it by, `payers` (name, account) who really pay."""

    id: int
    code: str
    name: str
    form: str
    habit: str
    payers: list[tuple[str, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    price: int = 0
    terms: str = "30"


@dataclass(slots=True)
class Bill:
    """An open invoice (or credit note); `discounted` settles it until `until`."""

    id: int
    number: str
    firm: int
    amount: int
    issued: dt.date
    due: dt.date
    discounted: int = 0
    until: dt.date | None = None
    credit: bool = False
    left: int = 0

    @property
    def rf(self) -> str:
        """Its ISO 11649 reference, worked out here once more."""
        body = self.number.replace("-", "")
        digits = "".join(str(int(char, 36)) for char in body + "RF00")
        return f"RF{98 - int(digits) % 97:02d}{body}"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A bank line, and the truth: {invoice id: what of it is settled}, and what is left on account."""

    id: int
    kind: str
    date: dt.date
    amount: int
    payer: str
    iban: str
    text: str
    firm: int
    truth: dict[int, int]
    on_account: int = 0
    note: int = 0


@dataclass(slots=True)
class Month:
    """Firms, what they owe, and what came in."""

    firms: list[Firm]
    bills: list[Bill]
    deposits: list[Deposit]
    orders: dict[int, str]


#: kind -> how many of a thousand deposits.
KINDS = {
    "exact, number": 270,
    "exact, reference": 90,
    "exact, no number": 110,
    "typo": 150,
    "grouped, numbers": 90,
    "grouped, some numbers": 30,
    "grouped, no number": 50,
    "with credit note": 25,
    "part, number": 50,
    "part, no number": 10,
    "discount, number": 45,
    "discount, no number": 15,
    "fee, number": 25,
    "fee, no number": 8,
    "wrong number": 17,
    "over, number": 8,
    "order number": 7,
}


def make_month(seed: int = 1, *, bills: int = 5_000, firms: int = 400, deposits: int = 3_000) -> Month:
    """A month: open bills of firms, and deposits that pay some of them."""
    return _Maker(Random(seed), bills, firms, deposits).make()


class _Maker:
    def __init__(self, rng: Random, bills: int, firms: int, deposits: int) -> None:
        self.rng, self.count, self.wanted = rng, bills, deposits
        self.firms = self._firms(firms)
        self.bills = self._bills(bills)
        self.of: dict[int, list[Bill]] = {}
        for bill in self.bills:
            self.of.setdefault(bill.firm, []).append(bill)
        for mine in self.of.values():
            mine.sort(key=lambda bill: (bill.due, bill.id))
        self.orders = {
            bill.id: f"{rng.choice(('PO', '4500', 'BC', 'CMD'))}{rng.randrange(10_000, 99_999)}" for bill in self.bills
        }
        self.numbers = [bill.number for bill in self.bills if not bill.credit]
        self.deposits: list[Deposit] = []
        self.day = TODAY

    def make(self) -> Month:
        kinds = list(KINDS)
        weights = list(KINDS.values())
        for turn in range(self.wanted):
            # Day by day: what is paid once is not paid again, and nobody pays what is not billed yet.
            self.day = TODAY - dt.timedelta(days=27 - 28 * turn // self.wanted)
            made = None
            for _try in range(40):
                made = self._one_of(kinds, weights)
                if made is not None:
                    break
            if made is not None:
                self.deposits.append(made)
        return Month(self.firms, self.bills, self.deposits, self.orders)

    def _one_of(self, kinds: Sequence[str], weights: Sequence[int]) -> Deposit | None:
        kind = self.rng.choices(kinds, weights)[0]
        # The large customers pay more often than the small ones.
        firm = self.bills[self.rng.randrange(len(self.bills))].firm
        name = f"_{kind.partition(',')[0].replace(' ', '_')}"
        maker: Callable[[str, Firm], Deposit | None] = getattr(self, name)
        return maker(kind, self.firms[firm - 1])

    # -- who owes what --------------------------------------------------------

    def _firms(self, count: int) -> list[Firm]:
        rng = self.rng
        firms: list[Firm] = []
        for key in range(1, count + 1):
            roll = rng.random()
            if firms and roll < 0.04:  # a namesake, in another town and of another legal form
                name = rng.choice(firms).name
            elif firms and roll < 0.08:  # a name within which another firm's stands
                name = f"{rng.choice(firms).name} {rng.choice(_TRADES)}"
            elif roll < 0.16:
                name = f"{rng.choice(_STEMS)} & Fils"
            elif roll < 0.3:
                name = f"{rng.choice(_STEMS)} {rng.choice(_STEMS)} {rng.choice(_TRADES)}"
            else:
                name = f"{rng.choice(_STEMS)} {rng.choice(_TRADES)} {rng.choice(_PLACES)}"
            habit = rng.choices(("projects", "subscription", "days"), (60, 20, 20))[0]
            firm = Firm(key, f"C{key:04d}", name, rng.choice(_FORMS), habit)
            firm.price = rng.choice((4990, 9900, 12000, 24000, 60000)) if habit == "subscription" else 0
            firm.terms = rng.choices(("30", "30eom", "60", "30 -2%/10", "45 -3%/8"), (40, 25, 10, 20, 5))[0]
            firms.append(firm)
            self._pays(firm, firms)
        return firms

    def _pays(self, firm: Firm, firms: Sequence[Firm]) -> None:
        """Who pays for a firm, and which of these accounts the books know."""
        rng = self.rng
        roll = rng.random()
        account = make_iban(rng)
        if roll < 0.06 and len(firms) > 3:  # one of a group, whose head pays
            head = rng.choice(firms[:-1])
            payer, account = head.payers[0]
            firm.payers = [(payer, account)]
            if rng.random() < 0.6:
                firm.known.add(account)
            return
        if roll < 0.1:  # paid by somebody of another name: a holding, a factor, the owner
            payer = f"{rng.choice(('Holding', 'Groupe', 'Financière', 'M.', 'Mme'))} {rng.choice(_STEMS)}"
        else:
            payer = f"{firm.form} {firm.name}" if rng.random() < 0.3 else f"{firm.name} {firm.form}".strip()
        firm.payers = [(payer, account)]
        if rng.random() < 0.15:
            firm.payers.append((payer, make_iban(rng)))
        for _name, one in firm.payers:
            if rng.random() < 0.7:
                firm.known.add(one)

    def _bills(self, count: int) -> list[Bill]:
        rng = self.rng
        weights = [1 / (1 + place * 0.05) for place in range(len(self.firms))]
        owners = rng.choices(self.firms, weights, k=count)
        days = sorted((TODAY - dt.timedelta(days=int(rng.triangular(0, 150, 20)))) for _ in range(count))
        bills: list[Bill] = []
        counters: dict[str, int] = {"F2026": 1800, "A2026": 40}
        for key, (firm, issued) in enumerate(zip(owners, days, strict=True), 1):
            credit = rng.random() < 0.025
            series = "A2026" if credit else "F2026"
            counters[series] += 1 if rng.random() < 0.75 else rng.randrange(1, 6)  # those between are paid
            amount = self._amount(firm)
            if credit:
                amount = max(500, amount // rng.choice((2, 5, 10, 20)))
            net = int(firm.terms.split()[0].removesuffix("eom"))
            due = issued + dt.timedelta(days=net)
            if "eom" in firm.terms:
                due = (due.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
            bill = Bill(
                key, f"{series}-{counters[series]:05d}", firm.id, amount, issued, due, credit=credit, left=amount
            )
            if "%" in firm.terms and not credit:
                percent, offered = (int(part) for part in firm.terms.split("-")[1].split("%/"))
                bill.discounted = amount - (amount * percent + 50) // 100
                bill.until = issued + dt.timedelta(days=offered)
            bills.append(bill)
        return bills

    def _amount(self, firm: Firm) -> int:
        rng = self.rng
        if firm.habit == "subscription":
            return firm.price if rng.random() < 0.85 else firm.price * rng.choice((2, 3, 12))
        if firm.habit == "days":
            return 78000 * rng.choice((1, 1, 2, 2, 3, 4, 5, 8, 10))
        return int(min(5_000_000, max(2_000, rng.lognormvariate(11.2, 1.1))))

    # -- who pays what ---------------------------------------------------------

    def _open(self, firm: Firm, *, credit: bool = False) -> list[Bill]:
        day = self.day - dt.timedelta(days=1)
        return [
            bill
            for bill in self.of[firm.id]
            if bill.left == bill.amount and bill.credit == credit and bill.issued <= day
        ]

    def _one(self, firm: Firm) -> Bill | None:
        """Mostly one of the oldest due."""
        mine = self._open(firm)
        if not mine:
            return None
        place = 0 if self.rng.random() < 0.6 else self.rng.randrange(len(mine))
        return mine[place]

    def _made(
        self, kind: str, firm: Firm, bills: Sequence[Bill], amount: int, said: str, *, truth: dict[int, int] | None = None,
        over: int = 0,
    ) -> Deposit:  # fmt: skip
        rng = self.rng
        payer, account = rng.choices(firm.payers, [4] + [1] * (len(firm.payers) - 1))[0]
        day = self.day
        settled = truth if truth is not None else {bill.id: bill.left for bill in bills}
        for bill in bills:
            bill.left -= settled.get(bill.id, 0)
        name = printed(payer, rng)
        text = frame_text(said, name, rng)
        shown = account if rng.random() < 0.8 else ""
        return Deposit(
            len(self.deposits) + 1, kind, day, amount, name if rng.random() < 0.9 else "", shown, text, firm.id,
            settled, over,
        )  # fmt: skip

    def _exact(self, kind: str, firm: Firm) -> Deposit | None:
        bill = self._one(firm)
        if bill is None:
            return None
        if kind.endswith("reference"):
            said = (
                bill.rf if self.rng.random() < 0.5 else " ".join(bill.rf[i : i + 4] for i in range(0, len(bill.rf), 4))
            )
        elif kind.endswith("no number"):
            # Who says nothing pays the oldest of that amount.
            same = [one for one in self._open(firm) if one.amount == bill.amount]
            bill, said = (same[0] if self.rng.random() < 0.95 else bill), ""
        else:
            said = written(bill.number, self.rng)
        return self._made(kind, firm, [bill], bill.amount, said)

    def _typo(self, kind: str, firm: Firm) -> Deposit | None:
        bill = self._one(firm)
        if bill is None:
            return None
        return self._made(kind, firm, [bill], bill.amount, misspelt(bill.number, self.rng))

    def _order_number(self, kind: str, firm: Firm) -> Deposit | None:
        bill = self._one(firm)
        return None if bill is None else self._made(kind, firm, [bill], bill.amount, self.orders[bill.id])

    def _grouped(self, kind: str, firm: Firm) -> Deposit | None:
        rng, mine = self.rng, self._open(firm)
        if len(mine) < 3:
            return None
        size = min(len(mine), rng.choice((2, 2, 3, 3, 4, 5, 6, 8, 12)))
        if kind.endswith("no number"):
            chosen = self._in_a_row(mine, size)
            said = rng.choice(("", "VOS FACTURES", "RELEVE", f"REGLEMENT AU {TODAY:%d/%m/%Y}"))
            return self._made(kind, firm, chosen, sum(bill.amount for bill in chosen), said)
        chosen = sorted(rng.sample(mine, size), key=lambda bill: bill.id) if rng.random() < 0.5 else mine[:size]
        numbers = [bill.number for bill in chosen]
        said = listed(numbers, rng)
        if kind.endswith("some numbers"):
            said = listed(numbers[: max(1, size // 2)], rng) + rng.choice((" ETC", " ...", ""))
        return self._made(kind, firm, chosen, sum(bill.amount for bill in chosen), said)

    def _in_a_row(self, mine: list[Bill], size: int) -> list[Bill]:
        """All that was due by a day, all of a month, all there is, now and then neighbours or any two or three."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.45:
            last = mine[size - 1].due
            return [bill for bill in mine if bill.due <= last]
        if roll < 0.65:
            return mine
        if roll < 0.85:
            start = rng.randrange(max(1, len(mine) - size))
            return mine[start : start + size]
        return rng.sample(mine, min(len(mine), rng.choice((2, 3))))

    def _with_credit_note(self, kind: str, firm: Firm) -> Deposit | None:
        mine, notes = self._open(firm), self._open(firm, credit=True)
        if not mine or not notes:
            return None
        chosen, note = mine[: self.rng.choice((1, 1, 2, 3))], notes[0]
        amount = sum(bill.amount for bill in chosen) - note.amount
        if amount <= 0:
            return None
        said = listed([bill.number for bill in chosen], self.rng)
        if self.rng.random() < 0.6:
            said += f" {self.rng.choice(('AVOIR', '-', 'MOINS', 'LESS'))} {note.number}"
        truth = {bill.id: bill.amount for bill in chosen}
        note.left = 0
        return replace(self._made(kind, firm, chosen, amount, said, truth=truth), note=note.id)

    def _part(self, kind: str, firm: Firm) -> Deposit | None:
        rng = self.rng
        bill = self._one(firm)
        if bill is None or bill.amount < 20_000:
            return None
        half = bill.amount // rng.choice((2, 2, 3, 4))
        amount = half if rng.random() < 0.5 else max(10_000, half // 10_000 * 10_000)
        if kind.endswith("no number"):
            bill = self._open(firm)[0]
            if amount >= bill.amount:
                return None
            said = rng.choice(("ACOMPTE", "", "A VALOIR"))
        else:
            said = f"{rng.choice(('ACOMPTE', 'PART PAYMENT', '1ER VERSEMENT', ''))} {written(bill.number, rng)}"
        return self._made(kind, firm, [bill], amount, said, truth={bill.id: amount})

    def _discount(self, kind: str, firm: Firm) -> Deposit | None:
        rng = self.rng
        mine = [bill for bill in self._open(firm) if bill.discounted and bill.until and bill.until >= self.day]
        if not mine:
            return None
        chosen = (
            rng.sample(mine, min(len(mine), rng.choice((1, 1, 1, 1, 2, 3)))) if "no" not in kind else [rng.choice(mine)]
        )
        chosen.sort(key=lambda bill: bill.id)
        said = (
            ""
            if kind.endswith("no number")
            else listed([bill.number for bill in chosen], rng) + rng.choice((" ESCOMPTE", " -2%", ""))
        )
        return self._made(kind, firm, chosen, sum(bill.discounted for bill in chosen), said)

    def _fee(self, kind: str, firm: Firm) -> Deposit | None:
        bill = self._one(firm)
        if bill is None or bill.amount < 40_000:
            return None
        fee = self.rng.choice((500, 800, 1000, 1250, 1500, 1790))
        said = "" if kind.endswith("no number") else written(bill.number, self.rng)
        return self._made(kind, firm, [bill], bill.amount - fee, said)

    def _wrong_number(self, kind: str, firm: Firm) -> Deposit | None:
        """A number that exists, and is another's: the payer has slipped a line, or copied last month's text."""
        bill = self._one(firm)
        if bill is None:
            return None
        other = self.rng.choice(self.numbers)
        return self._made(kind, firm, [bill], bill.amount, written(other, self.rng)) if other != bill.number else None

    def _over(self, kind: str, firm: Firm) -> Deposit | None:
        bill = self._one(firm)
        if bill is None:
            return None
        over = self.rng.choice((100, 1_000, 5_000, 10_000, 27_300))
        return self._made(kind, firm, [bill], bill.amount + over, written(bill.number, self.rng), over=over)
