"""What a payment is meant for, and why."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.identifiers import payment_reference
from tui_billing.rules.matching.proposal import (
    Item,
    Line,
    Reason,
    choose,
    customer_of,
    is_named,
    name_words,
    possible_numbers,
    rank,
)


def item(
    key: int, opened: int, *, customer: int = 1, name: str = "ACME Industries", due: str = "", **more: Any
) -> Item:
    return Item(
        key,
        f"F2026-{key:05d}",
        "invoice",
        customer,
        f"C{customer}",
        name,
        due or f"2026-10-{key:02d}",
        "EUR",
        opened,
        **more,
    )


A, B, C = item(1, 400_00), item(2, 500_00), item(3, 350_00)
OTHER = item(4, 500_00, customer=2, name="Bêta & Fils")


def reasons(line: Line, *items: Item) -> list[tuple[int, list[Reason]]]:
    return [(one.item.id, list(one.reasons)) for one in rank(line, items)]


def test_a_number_in_the_text_comes_before_an_equal_amount() -> None:
    line = Line(500_00, "EUR", "VIR FACT F2026 00003 MERCI")
    assert reasons(line, A, B, C) == [(3, [Reason.NUMBER]), (2, [Reason.AMOUNT]), (1, [])]


def test_a_number_inside_a_longer_one_is_not_named() -> None:
    assert reasons(Line(1, "EUR", "F2026-000031"), C) == [(3, [])]


def test_a_reference_is_read_in_blocks_of_four() -> None:
    whole = payment_reference(B.number)
    blocks = " ".join(whole[place : place + 4] for place in range(0, len(whole), 4))
    assert rank(Line(1, "EUR", f"SEPA {blocks} ACME"), [A, B])[0].reasons[0] is Reason.REFERENCE


def test_a_name_counts_whole_and_without_its_legal_form() -> None:
    line = Line(100, "EUR", "VIREMENT", payer="STE ACME INDUSTRIES SAS")
    assert reasons(line, A, OTHER) == [(1, [Reason.NAME]), (4, [])]
    assert not is_named("ACME Industries", name_words("ACME"))
    assert is_named("Bêta & Fils", name_words("BETA ET FILS SARL"))
    assert not is_named("US Co", name_words("pay us now")), "two letters tell nobody from others"


def test_an_account_that_paid_before_is_a_reason() -> None:
    known = item(5, 10, customer=3, name="X", ibans=frozenset({"FR7630006000011234567890189"}))
    line = Line(99, "EUR", "", payer_iban="FR76 3000 6000 0112 3456 7890 189")
    assert reasons(line, known, A)[0] == (5, [Reason.IBAN])


def test_other_currencies_credit_notes_and_other_customers_are_left_out() -> None:
    note = Item(8, "A2026-00001", "credit_note", 1, "C1", "ACME Industries", "", "EUR", 500_00)
    dollars = Item(9, "F2026-00009", "invoice", 1, "C1", "ACME Industries", "2026-10-01", "USD", 500_00)
    assert [key for key, _why in reasons(Line(500_00, "EUR"), A, note, dollars)] == [1]
    assert [key for key, _why in reasons(Line(500_00, "EUR", customer_id=1), A, OTHER)] == [1]


def test_what_the_payer_names_is_paid_and_nothing_else() -> None:
    line = Line(1000_00, "EUR", "F2026-00002 F2026-00003")
    assert choose(line, rank(line, [A, B, C])) == [(2, 500_00), (3, 350_00)]


def test_one_item_of_exactly_this_amount_else_the_oldest_due_first() -> None:
    exact = Line(350_00, "EUR", customer_id=1)
    assert choose(exact, rank(exact, [A, B, C])) == [(3, 350_00)]
    some = Line(1000_00, "EUR", customer_id=1)
    assert choose(some, rank(some, [C, B, A])) == [(1, 400_00), (2, 500_00), (3, 100_00)]


def test_an_amount_open_with_two_customers_speaks_for_neither() -> None:
    line = Line(500_00, "EUR", "VIR")
    candidates = rank(line, [B, OTHER])
    assert customer_of(line, candidates) == 0
    assert choose(line, candidates) == []
    assert customer_of(line, rank(line, [A, B])) == 1
    assert customer_of(line, rank(line, [A, C])) == 0, "no reason at all"


def test_possible_numbers_of_a_text() -> None:
    series = [("F", 2026), ("F", 2025)]
    assert "F2026-00042" in possible_numbers("VIR F202600042", series)
    assert "F2026-00042" in possible_numbers("FACT. 2026 / 42", series)
    assert "F2025-00042" in possible_numbers("no 00042", series)
    assert possible_numbers("nothing here 0", series) == set()
    assert len(possible_numbers("1 " * 5000, series)) < 1000


@given(
    st.integers(1, 10**7),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 3)), max_size=12),
    st.text(max_size=60),
    st.integers(0, 3),
)
def test_a_choice_is_one_customers_and_never_more_than_there_is(
    amount: int, opened: list[tuple[int, int]], text: str, customer: int
) -> None:
    items = [item(n, part, customer=who, name=f"Firm number{who}") for n, (part, who) in enumerate(opened, 1)]
    line = Line(amount, "EUR", text, customer_id=customer)
    chosen = choose(line, rank(line, items))
    by_id = {one.id: one for one in items}
    assert sum(part for _key, part in chosen) <= amount
    assert all(0 < part <= by_id[key].open for key, part in chosen)
    assert len({by_id[key].customer_id for key, _part in chosen}) <= 1
    assert len({key for key, _part in chosen}) == len(chosen)
