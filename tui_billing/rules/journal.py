"""Double entry: what each verb posts, as balanced lines in the books' currency and in the document's.

Accounts are those of the French chart (plan comptable général, ANC 2014-03): 411 receivables,
4191 payments on account, 44571 VAT collected, 512 bank, 70 sales, 654 bad debts, 666/766 exchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RECEIVABLES = "411000"
ON_ACCOUNT = "419100"
VAT_COLLECTED = "445710"
BANK = "512000"
GOODS = "701000"
SERVICES = "706000"
WRITE_OFF = "654000"
EXCHANGE_LOSS = "666000"
EXCHANGE_GAIN = "766000"
ROUNDING_LOSS = "658000"
ROUNDING_GAIN = "758000"
BANK_CHARGES = "627000"
SUSPENSE = "471000"
TRANSFERS = "580000"
EARLY_PAYMENT = "665000"
OPENING = "890000"

#: code -> (name, kind) of the accounts that the verbs post to.
CHART = {
    RECEIVABLES: ("Clients", "asset"),
    ON_ACCOUNT: ("Clients, avances et acomptes reçus", "liability"),
    VAT_COLLECTED: ("TVA collectée", "liability"),
    BANK: ("Banque", "asset"),
    GOODS: ("Ventes de produits finis", "income"),
    SERVICES: ("Prestations de services", "income"),
    WRITE_OFF: ("Pertes sur créances irrécouvrables", "expense"),
    EXCHANGE_LOSS: ("Pertes de change", "expense"),
    EXCHANGE_GAIN: ("Gains de change", "income"),
    ROUNDING_LOSS: ("Charges diverses de gestion courante", "expense"),
    ROUNDING_GAIN: ("Produits divers de gestion courante", "income"),
    SUSPENSE: ("Comptes d’attente", "asset"),
    TRANSFERS: ("Virements internes", "asset"),
    BANK_CHARGES: ("Services bancaires et assimilés", "expense"),
    EARLY_PAYMENT: ("Escomptes accordés", "expense"),
    OPENING: ("Bilan d’ouverture", "equity"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: exactly one of `debit` and `credit` is set, in the books' currency (minor units, >= 0).

    `amount` is debit less credit in the document's currency; it is 0 on an exchange difference.
    """

    account: str
    debit: int
    credit: int
    amount: int


def _entry(account: str, base: int, amount: int) -> Entry:
    """A line from signed amounts: positive is debit."""
    return Entry(account, max(base, 0), max(-base, 0), amount)


def balanced(entries: Iterable[Entry]) -> bool:
    """Whether debit equals credit in the books' currency, and the document amounts sum to nothing."""
    entries = list(entries)
    return sum(e.debit for e in entries) == sum(e.credit for e in entries) and sum(e.amount for e in entries) == 0


def issue_entries(
    *, payable: tuple[int, int], sales: Sequence[tuple[str, int, int]], tax: tuple[int, int], rounding: int = 0
) -> list[Entry]:
    """An issued invoice: receivables against sales and VAT.

    Pairs are (document amount, base amount); `sales` are (nature "goods" or "services", amount, base).
    What the base amounts leave by rounding, and BT-114 `rounding`, go to the rounding accounts.
    """
    entries = [_entry(RECEIVABLES, payable[1], payable[0])]
    for nature, amount, base in sales:
        entries.append(_entry(GOODS if nature == "goods" else SERVICES, -base, -amount))
    entries.append(_entry(VAT_COLLECTED, -tax[1], -tax[0]))
    rest_base = -sum(e.debit - e.credit for e in entries)
    rest = -sum(e.amount for e in entries)
    if rest_base or rest:
        account = ROUNDING_LOSS if (rest_base or rest) > 0 else ROUNDING_GAIN
        entries.append(_entry(account, rest_base, rest))
    return [e for e in entries if e.debit or e.credit or e.amount]


def opening_entries(amount: int, base: int) -> list[Entry]:
    """What the former system left open: receivables against the opening balance, its sales were booked there."""
    entries = [_entry(RECEIVABLES, base, amount), _entry(OPENING, -base, -amount)]
    return [e for e in entries if e.debit or e.credit or e.amount]


def opposite(entries: Iterable[Entry]) -> list[Entry]:
    """The same lines with the sides exchanged: a credit note, a reversal."""
    return [Entry(e.account, e.credit, e.debit, -e.amount) for e in entries]


def receipt_entries(amount: int, base: int, bank: str = BANK) -> list[Entry]:
    """Money received: bank against payments on account, until it is allocated."""
    return [_entry(bank, base, amount), _entry(ON_ACCOUNT, -base, -amount)]


def allocation_entries(kind: str, amount: int, invoice_base: int, source_base: int) -> list[Entry]:
    """Part of a payment, credit note or write-off settles part of an invoice.

    `invoice_base` is that part at the invoice's rate, `source_base` at the rate of what pays it; their
    difference is a realised exchange gain or loss.
    """
    source = {"payment": ON_ACCOUNT, "credit": RECEIVABLES, "write_off": WRITE_OFF}[kind]
    entries = [_entry(source, source_base, amount), _entry(RECEIVABLES, -invoice_base, -amount)]
    difference = source_base - invoice_base
    if difference:
        entries.append(_entry(EXCHANGE_GAIN if difference > 0 else EXCHANGE_LOSS, -difference, 0))
    return entries


def given_up_entries(amount: int, base: int, account: str = WRITE_OFF, tax: int = 0, tax_base: int = 0) -> list[Entry]:
    """Part of an invoice that is given up: loss, and the VAT that falls with it, against receivables.

    `tax` (document amount) and `tax_base` are the VAT share of an early-payment discount (CGI art. 267 II 1°:
    it takes the taxable amount down); 0 for every other reason.
    """
    entries = [
        _entry(account, base - tax_base, amount - tax),
        _entry(VAT_COLLECTED, tax_base, tax),
        _entry(RECEIVABLES, -base, -amount),
    ]
    return [e for e in entries if e.debit or e.credit or e.amount]


def surplus_entries(amount: int, base: int, account: str, credit_note: bool = False) -> list[Entry]:
    """The rest of a receipt, or of a credit note, kept as a gain."""
    return [_entry(RECEIVABLES if credit_note else ON_ACCOUNT, base, amount), _entry(account, -base, -amount)]


def refund_entries(parts: Iterable[tuple[bool, int, int]], paid_base: int, bank: str = BANK) -> list[Entry]:
    """Money paid back: (from a credit note?, amount, base of what is used up) each, against the bank.

    `paid_base` is what the bank paid in the books' currency; the rest is an exchange difference.
    """
    entries: list[Entry] = []
    for credit_note, amount, base in parts:
        entries.append(_entry(RECEIVABLES if credit_note else ON_ACCOUNT, base, amount))
    used = sum(e.debit - e.credit for e in entries)
    entries.append(_entry(bank, -paid_base, -sum(e.amount for e in entries)))
    return entries + exchange_entries(paid_base - used)


def exchange_entries(loss: int, bank: str = "") -> list[Entry]:
    """An exchange difference in the books' currency, a loss where positive; against `bank` where one is named."""
    if not loss:
        return []
    entries = [_entry(EXCHANGE_LOSS if loss > 0 else EXCHANGE_GAIN, loss, 0)]
    return [*entries, _entry(bank, -loss, 0)] if bank else entries


def bank_entries(amount: int, base: int, account: str, bank: str = BANK) -> list[Entry]:
    """What a bank line moved beside customers: signed as the line, so a fee is negative and a debit of `account`."""
    return [_entry(bank, base, amount), _entry(account, -base, -amount)]


def proportion(part: int, whole: int, whole_base: int) -> int:
    """The base amount of part of a document: `whole_base` × part / whole, half up on the absolute value."""
    if not whole:
        return 0
    product = whole_base * part
    quotient = (2 * abs(product) + abs(whole)) // (2 * abs(whole))
    return quotient if (product < 0) == (whole < 0) else -quotient
