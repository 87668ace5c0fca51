"""How well deposits are matched: a generated month whose truth is known, and the time that exact cover takes.

    python -m benchmarks.deposits [--seed N] [--show KIND]

Prints the share of deposits whose first suggestion is right, by kind; how many are certain, and how many of
those are wrong (there must be none); and the time of exact cover over 12 of 60 open items. Exit 1 where a
target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from benchmarks.month import Bill, Deposit, Firm, Month, make_month
from tui_billing.rules.matching.book import OpenBook
from tui_billing.rules.matching.cover import Piece, find_covers
from tui_billing.rules.matching.facts import Item, Line, Payer, Standing, Suggestion, Verdict
from tui_billing.rules.matching.many import match_many
from tui_billing.rules.matching.suggest import Matcher

#: Of a thousand first suggestions, so many are right at least; seconds that exact cover takes at most.
RIGHT, SECONDS = 970, 0.2


def item_of(bill: Bill, order: str = "") -> Item:
    """An open item as the books would tell it."""
    until = bill.until.isoformat() if bill.until else ""
    kind = "credit_note" if bill.credit else "invoice"
    due, issued = bill.due.isoformat(), bill.issued.isoformat()
    return Item(
        bill.id, bill.number, kind, bill.firm, due, "EUR", bill.amount, 0, issued, bill.discounted, until, order
    )


def payer_of(firm: Firm) -> Payer:
    """A customer, with the accounts that are known for it."""
    return Payer(firm.id, firm.code, firm.name, frozenset(firm.known))


def line_of(deposit: Deposit) -> Line:
    """The bank line of a deposit."""
    date = deposit.date.isoformat()
    return Line(deposit.amount, "EUR", deposit.text, deposit.payer, deposit.iban, date)


def is_right(deposit: Deposit, suggestion: Suggestion | None) -> bool:
    """Whether a suggestion settles what the payer meant, to the cent, and nothing else."""
    if suggestion is None or suggestion.customer.id != deposit.firm:
        return False
    settled: Counter[int] = Counter()
    for share in suggestion.shares:
        settled[share.item.id] += share.paid + share.given_up
    for use in suggestion.credits:
        settled[use.invoice.id] += use.amount
    return dict(settled) == deposit.truth and suggestion.on_account == deposit.on_account


def match_month(month: Month) -> list[tuple[Deposit, Verdict]]:
    """Every deposit against all that was open before the first of them."""
    items = [item_of(bill, month.orders.get(bill.id, "")) for bill in month.bills]
    book = OpenBook(items, map(payer_of, month.firms))
    verdicts = match_many(Matcher(book, steps=4_000, brief=True), [line_of(deposit) for deposit in month.deposits])
    return list(zip(month.deposits, verdicts, strict=True))


def work_through(month: Month) -> list[tuple[Deposit, Verdict]]:
    """Every deposit in turn, as a clerk works the queue: after each, what was meant is posted, and who paid is remembered."""
    items = {bill.id: item_of(bill, month.orders.get(bill.id, "")) for bill in month.bills}
    notes = {bill.id: bill for bill in month.bills if bill.credit}
    book = OpenBook(items.values(), map(payer_of, month.firms))
    matcher = Matcher(book)
    done = []
    for deposit in month.deposits:
        done.append((deposit, matcher.suggest(line_of(deposit))))
        for key, amount in deposit.truth.items():
            item = items[key]
            book.remove(item)
            if item.open > amount:
                items[key] = item._replace(open=item.open - amount, discounted=0, discount_until="")
                book.add(items[key])
        if deposit.note:
            book.remove(items[notes[deposit.note].id])
        book.remember(deposit.firm, deposit.payer, deposit.iban)
    return done


def time_cover(rounds: int = 20) -> float:
    """Seconds of CPU that the slowest of some exact covers took, each over 12 of 60 items of any amounts."""
    rng, slowest = Random(60), 0.0
    for _ in range(rounds):
        pieces = [Piece(key, rng.randrange(5_000, 300_000), f"2026-{key // 5 + 1:02d}-15") for key in range(60)]
        deposit = sum(piece.amount for piece in rng.sample(pieces, 12))
        started = time.process_time()
        covers = find_covers(pieces, deposit)
        slowest = max(slowest, time.process_time() - started)
        amounts = {piece.key: piece.amount for piece in pieces}
        assert covers.found and all(sum(amounts[key] for key in one.keys) == deposit for one in covers.found)
    return slowest


def main() -> int:
    """Match the month and tell how it went."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", action="store_true", help="all lines at once, nothing posted between them")
    parser.add_argument("--show", help="tell the deposits of a kind that were not right at first")
    wanted = parser.parse_args()
    month = make_month(wanted.seed)
    started = time.process_time()
    done = match_month(month) if wanted.at_once else work_through(month)
    spent = time.process_time() - started
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    certain: Counter[str] = Counter()
    clear: Counter[str] = Counter()
    wrong = []
    for deposit, verdict in done:
        total[deposit.kind] += 1
        good = is_right(deposit, verdict.best)
        right[deposit.kind] += good
        clear[deposit.kind] += verdict.standing in (Standing.CLEAR, Standing.CERTAIN)
        if verdict.standing == Standing.CERTAIN:
            certain[deposit.kind] += 1
            if not good:
                wrong.append((deposit, verdict))
        if not good and wanted.show is not None and deposit.kind.startswith(wanted.show):
            tell(deposit, verdict)
    print(f"{'kind':<24}{'deposits':>9}{'right':>9}{'%':>8}{'one key':>9}{'certain':>9}")
    for kind, count in sorted(total.items(), key=lambda one: -one[1]):
        share = 100 * right[kind] / count
        print(f"{kind:<24}{count:>9}{right[kind]:>9}{share:>8.1f}{clear[kind]:>9}{certain[kind]:>9}")
    count, hits = sum(total.values()), sum(right.values())
    print(f"{'all':<24}{count:>9}{hits:>9}{100 * hits / count:>8.1f}{sum(clear.values()):>9}{sum(certain.values()):>9}")
    print(f"wrong ones posted by themselves: {len(wrong)}")
    for deposit, verdict in wrong:
        tell(deposit, verdict)
    print(f"matched: {1000 * spent / count:.2f} ms a deposit against {len(month.bills)} open items")
    slowest = time_cover()
    print(f"exact cover of 12 of 60, slowest of 20: {1000 * slowest:.0f} ms")
    return 0 if hits * 1000 >= RIGHT * count and not wrong and slowest < SECONDS else 1


def tell(deposit: Deposit, verdict: Verdict) -> None:
    """A deposit, what it meant, and what was suggested first."""
    best = verdict.best
    print(
        f"- {deposit.kind}: {deposit.amount} {deposit.payer!r} {deposit.iban[-6:]} {deposit.text!r} firm {deposit.firm}"
    )
    print(f"    meant {deposit.truth} {deposit.on_account or ''}")
    if best is None:
        print("    nothing was suggested")
        return
    settled = {share.item.id: (share.paid, share.given_up, share.reason_code) for share in best.shares}
    facts = ", ".join(fact for fact, _numbers in best.facts)
    print(
        f"    {verdict.standing}, {verdict.rivals} rivals: {best.customer.id} {settled} {best.on_account} {best.evidence} {facts}"
    )


if __name__ == "__main__":
    sys.exit(main())
