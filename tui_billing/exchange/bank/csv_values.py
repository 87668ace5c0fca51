"""What stands in the cells of a bank's table: texts as programs wrap them, amounts, whether an entry is booked."""

from __future__ import annotations

from itertools import pairwise

from tui_billing.exchange.bank.evidence import Amounts
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import loose_minor
from tui_billing.rules.text import fold

#: How a status begins that says that no money moved (yet).
_NOT_BOOKED = (
    "pending",
    "vorgemerkt",
    "umsatz vorgemerkt",
    "en attente",
    "en cours",
    "a venir",
    "in progress",
    "processing",
    "declined",
    "refus",
    "rejet",
    "reverted",
    "failed",
    "echou",
    "cancel",
    "annul",
    "denied",
    "abgelehnt",
    "storniert",
    "expired",
)


def is_pending(status: str) -> bool:
    """Whether an entry of that status is not booked, or never will be."""
    return fold(status.strip()).startswith(_NOT_BOOKED)


#: Words that say nothing but which way the money went.
_MARKS = frozenset(
    ["debit", "credit", "dr", "cr", "d", "c", "dbit", "crdt", "soll", "haben", "s", "h", "af", "bij", "debet", "kredit"]
)


def is_mark(text: str) -> bool:
    """Whether a text only says which way the money went."""
    return fold(text.strip()) in _MARKS


def has_sign(amount: str) -> bool:
    """Whether an amount says by itself that money went out."""
    return bool(set("-\u2212(") & set(amount))


def cell_of(cells: list[str], place: int) -> str:
    """The text of a cell, blanks made one, without what keeps a spreadsheet from taking it for a number."""
    text = " ".join(cells[place].split()) if place < len(cells) else ""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text[1:].lstrip() if text[:1] == "'" and text[1:2].isalnum() else text


def bare(text: str) -> str:
    """An amount without the currency that some banks write beside it."""
    return text.strip().removesuffix("€").removeprefix("€").removesuffix("EUR").removeprefix("EUR").strip(" $£\u00a0")


def balances_follow(rows: list[list[str]], amount: int, fee: int | None, balance: int) -> bool:
    """Whether a column of balances moves by a column of amounts (less one of fees), in the order of the rows."""
    places = [amount, balance, *([] if fee is None else [fee])]
    evidence = Amounts()
    texts = [[bare(cell_of(row, place)) for place in places] for row in rows if cell_of(row, amount)]
    for row in texts:
        for text in row:
            evidence.see(text)
    try:
        read = [[loose_minor(text or "0", 2, evidence.sign) for text in row] for row in texts]
    except Problem:
        return False
    moves = [(row[0] - sum(row[2:]), row[1]) for row in read]
    pairs = list(pairwise(moves))
    rising = all(after == before + moved for (_, before), (moved, after) in pairs)
    falling = all(before == after + moved for (moved, before), (_, after) in pairs)
    return bool(pairs) and (rising or falling)
