"""What a line is meant for: witnesses that agree, rivals, and what may be posted by itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.matching.book import OpenBook
from tui_billing.rules.matching.facts import Fact, Item, Line, Payer, Standing, Tier, Verdict
from tui_billing.rules.matching.many import match_many
from tui_billing.rules.matching.settle import Limits
from tui_billing.rules.matching.suggest import Matcher

ACCOUNT, OTHERS = "FR7630006000011234567890189", "FR1420041010050500013M02606"
ACME = Payer(1, "ACME", "ACME Industries", frozenset({ACCOUNT}))
BETA = Payer(2, "BETA", "Bêta & Fils")


def item(key: int, opened: int, customer: int = 1, **more: Any) -> Item:
    due = more.pop("due_date", f"2026-10-{key % 28 + 1:02d}")
    kind = more.pop("kind", "invoice")
    return Item(
        key, f"{'A' if kind == 'credit_note' else 'F'}2026-{key:05d}", kind, customer, due, "EUR", opened, **more
    )


ITEMS = [item(101, 40_037), item(102, 50_011), item(103, 35_023), item(104, 50_011, 2), item(105, 77_777, 2)]


def suggest(line: Line, items: list[Item] | None = None, **limits: int) -> Verdict:
    return Matcher(OpenBook(ITEMS if items is None else items, [ACME, BETA]), Limits(**limits)).suggest(line)


def paid(verdict: Verdict) -> dict[int, int]:
    return {share.item.id: share.paid for share in verdict.best.shares} if verdict.best else {}


def facts(verdict: Verdict) -> set[Fact]:
    return {fact for fact, _numbers in verdict.best.facts} if verdict.best else set()


def line(amount: int, text: str = "", payer: str = "", iban: str = "", **more: Any) -> Line:
    return Line(amount, "EUR", text, payer, iban, more.pop("date", "2026-11-20"), **more)


def test_a_reference_with_its_amount_is_certain():
    verdict = suggest(line(40_037, f"SEPA {payment_reference('F2026-00101')}"))
    assert paid(verdict) == {101: 40_037} and verdict.standing == Standing.CERTAIN
    assert {Fact.REFERENCE, Fact.EXACT} <= facts(verdict)


def test_a_number_needs_a_second_witness_to_be_certain():
    assert suggest(line(50_011, "F2026-00102", "ACME Industries")).standing == Standing.CERTAIN
    alone = suggest(line(50_011, "F2026-00102"))
    assert paid(alone) == {102: 50_011} and alone.standing == Standing.CLEAR, "104 is of the same amount"


def test_a_wrong_number_that_exists_is_not_believed_against_payer_and_amount():
    verdict = suggest(line(40_037, "F2026-00105", "ACME INDUSTRIES SAS"))
    assert verdict.best.customer == ACME and paid(verdict) == {101: 40_037}
    assert Fact.OTHER_NUMBER in facts(verdict) and verdict.standing == Standing.CLEAR


def test_a_misspelt_number_is_believed_where_the_amount_agrees():
    for text in ("FACT 2026 101", "F2026-101", "F26-00101", "F2O26-OO1O1", "F2026-00110", "2026/00101", "facture 101"):
        verdict = suggest(line(40_037, text, "ACME INDUSTRIES"))
        assert paid(verdict) == {101: 40_037} and verdict.best.tier == Tier.NAMED_AND_AMOUNT, text
        assert verdict.standing in (Standing.CLEAR, Standing.CERTAIN)


def test_an_equal_amount_at_two_customers_speaks_for_neither():
    verdict = suggest(line(50_011, "VIR"))
    assert verdict.standing == Standing.GUESS and verdict.rivals == 1


def test_a_known_account_and_an_amount_that_is_open_nowhere_else():
    verdict = suggest(line(40_037, "VIR", iban=ACCOUNT))
    assert verdict.standing == Standing.CERTAIN and Fact.IBAN in facts(verdict)
    assert suggest(line(50_011, "VIR", iban=ACCOUNT)).standing == Standing.CLEAR, "another has that amount open"
    double = [*ITEMS, item(106, 40_037)]
    assert suggest(line(40_037, "VIR", iban=ACCOUNT), double).standing == Standing.AMBIGUOUS
    half = [*ITEMS, item(106, 80_074)]
    assert suggest(line(40_037, "VIR", iban=ACCOUNT), half).standing == Standing.CLEAR, "it could be half of 106"


def test_an_amount_that_other_items_add_up_to_is_not_certain():
    for others in ((20_018, 20_019), (10_009, 10_009, 20_019), (13_345, 13_346, 13_346)):
        more = [*ITEMS, *(item(106 + place, part) for place, part in enumerate(others))]
        assert suggest(line(40_037, "VIR", iban=ACCOUNT), more).standing == Standing.CLEAR, others
    prices = [item(101, 40_044), *(item(key, 10_011) for key in (110, 112, 114, 116)), item(111, 9), item(113, 9)]
    assert suggest(line(40_044, "VIR", iban=ACCOUNT), prices).standing == Standing.CLEAR, "four of one price"


def test_a_remembered_name_alone_makes_nothing_certain():
    book = OpenBook(ITEMS, [ACME, BETA])
    book.remember(1, "Holding Roux", "")
    by_name = Matcher(book).suggest(line(40_037, "VIR", "HOLDING ROUX"))
    assert paid(by_name) == {101: 40_037} and by_name.standing == Standing.CLEAR
    book.remember(1, "Holding Roux", OTHERS)
    assert Matcher(book).suggest(line(40_037, "VIR", "HOLDING ROUX", OTHERS)).standing == Standing.CERTAIN


def test_a_list_that_breaks_off_is_completed_by_what_adds_up():
    many = [item(100 + key, part) for key, part in enumerate((30_000, 20_000, 50_000, 10_000, 40_000, 70_000))]
    verdict = suggest(line(130_000, "F2026-00101 ETC", "ACME INDUSTRIES"), many)
    assert 101 in paid(verdict) and sum(paid(verdict).values()) == 130_000 and not verdict.best.on_account
    assert verdict.standing == Standing.GUESS, "round amounts add up by chance"
    by_counters = suggest(line(120_000, "F2026-00101, 102, 103 ...", "ACME INDUSTRIES"), many)
    assert paid(by_counters) == {101: 20_000, 102: 50_000, 103: 10_000, 104: 40_000}


def test_lines_matched_at_once_know_who_paid_in_the_surest():
    first = line(50_011, f"SEPA {payment_reference('F2026-00104')}", "HOLDING ROUX", OTHERS)
    second = line(77_777, "VIR", "HOLDING ROUX", OTHERS)
    alone, verdicts = suggest(second), match_many(Matcher(OpenBook(ITEMS, [ACME, BETA])), [first, second])
    assert alone.standing == Standing.GUESS and verdicts[0].standing == Standing.CERTAIN
    assert Fact.IBAN in facts(verdicts[1]) and verdicts[1].best.customer == BETA
    assert verdicts[1].standing == Standing.GUESS, "what is learned in the run makes nothing certain"


def test_several_items_that_add_up_are_one_suggestion():
    verdict = suggest(line(90_048, "NOS FACTURES", "ACME INDUSTRIES"))
    assert paid(verdict) == {101: 40_037, 102: 50_011} and Fact.COVER in facts(verdict)
    assert verdict.standing == Standing.CLEAR
    listed = suggest(line(90_048, "F2026-00101, 102", "ACME INDUSTRIES"))
    assert paid(listed) == {101: 40_037, 102: 50_011} and listed.best.tier == Tier.NAMED_AND_AMOUNT


def test_a_credit_note_is_taken_off():
    items = [*ITEMS, item(107, 5_000, kind="credit_note")]
    verdict = suggest(line(35_037, "F2026-00101 - A2026-00107", "ACME INDUSTRIES"), items)
    assert paid(verdict) == {101: 35_037}
    assert [(use.credit.id, use.invoice.id, use.amount) for use in verdict.best.credits] == [(107, 101, 5_000)]


def test_a_discount_is_given_in_time_and_not_later():
    items = [item(101, 40_000, discounted=39_200, discount_until="2026-11-20")]
    early = suggest(line(39_200, "F2026-00101", "ACME INDUSTRIES"), items).best
    assert [(one.paid, one.given_up, one.reason_code) for one in early.shares] == [(39_200, 800, "early_payment")]
    late = suggest(line(39_200, "F2026-00101", "ACME INDUSTRIES", date="2026-11-21"), items)
    assert [(one.paid, one.given_up) for one in late.best.shares] == [(39_200, 0)]
    assert Fact.LATE in facts(late) and late.standing == Standing.CLEAR


def test_charges_fees_and_the_tolerance():
    stated = suggest(line(39_037, "F2026-00101", "ACME INDUSTRIES", charges=1_000)).best
    assert stated.bank_fee == 1_000 and [(one.paid, one.given_up) for one in stated.shares] == [(40_037, 0)]
    guessed = suggest(line(39_037, "F2026-00101", "ACME INDUSTRIES"), fee=3_000)
    assert [(one.paid, one.given_up, one.reason_code) for one in guessed.best.shares] == [(39_037, 1_000, "bank_fee")]
    assert guessed.standing == Standing.CLEAR, "what nobody stated is never given up by itself"
    cents = suggest(line(40_035, "F2026-00101", "ACME INDUSTRIES"), tolerance=5).best
    assert [(one.given_up, one.reason_code) for one in cents.shares] == [(2, "rounding")]


def test_what_was_billed_after_the_money_came_is_not_paid_by_it():
    items = [item(101, 40_037, issue_date="2026-11-21")]
    assert paid(suggest(line(40_037, "VIR", iban=ACCOUNT), items)) == {}


def test_two_lines_that_claim_one_item_are_certain_in_neither():
    lines = [line(40_037, "F2026-00101", "ACME INDUSTRIES"), line(40_037, "F2026-00101", "ACME INDUSTRIES")]
    verdicts = match_many(Matcher(OpenBook(ITEMS, [ACME, BETA])), lines)
    assert [one.standing == Standing.CERTAIN for one in verdicts] == [False, False]


TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(["F2026-00101 102", "A2026-00004", "2026 00102", "acme"]))


@given(st.integers(1, 10**6), TEXTS, TEXTS, st.lists(st.tuples(st.integers(1, 10**5), st.booleans()), max_size=9))
def test_no_suggestion_pays_more_than_there_is(amount, text, payer, opened):
    items = [
        item(100 + n, part, 1 + n % 2, kind="credit_note" if credit else "invoice")
        for n, (part, credit) in enumerate(opened)
    ]
    by_id = {one.id: one for one in items}
    verdict = suggest(line(amount, text, payer), items)
    for one in verdict.suggestions:
        assert sum(share.paid for share in one.shares) + one.on_account == amount + one.bank_fee
        settled: dict[int, int] = {}
        for share in one.shares:
            settled[share.item.id] = settled.get(share.item.id, 0) + share.paid + share.given_up
        for use in one.credits:
            settled[use.invoice.id] = settled.get(use.invoice.id, 0) + use.amount
            settled[use.credit.id] = settled.get(use.credit.id, 0) + use.amount
        assert all(0 < part <= by_id[key].open for key, part in settled.items())
        assert {by_id[key].customer_id for key in settled} <= {one.customer.id}
    assert len({one.key for one in verdict.suggestions}) == len(verdict.suggestions)
    if verdict.standing == Standing.AMBIGUOUS:
        assert verdict.suggestions[0].evidence == verdict.suggestions[1].evidence
