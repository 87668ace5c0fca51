"""Sets that add up, beside trying all of them."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.matching.cover import Piece, Shape, find_covers


def pieces(*amounts: int) -> list[Piece]:
    """One due a day, in order."""
    return [Piece(key, amount, f"2026-10-{key % 28 + 1:02d}") for key, amount in enumerate(amounts)]


def by_trying(all_of_them: list[Piece], deposit: int, tolerance: int = 0) -> set[tuple[int, ...]]:
    return {
        tuple(piece.key for piece in chosen)
        for size in range(1, len(all_of_them) + 1)
        for chosen in combinations(all_of_them, size)
        if abs(deposit - sum(piece.amount for piece in chosen)) <= tolerance
        and any(piece.amount > 0 for piece in chosen)
    }


AMOUNTS = st.lists(st.one_of(st.integers(1, 40), st.integers(1, 10**6), st.integers(-60, -1)), min_size=1, max_size=10)


@given(AMOUNTS, st.data(), st.integers(0, 3))
def test_every_set_that_is_told_adds_up_and_the_best_is_never_missed(amounts, data, tolerance) -> None:
    items = pieces(*amounts)
    chosen = data.draw(st.lists(st.sampled_from(items), unique_by=lambda piece: piece.key, min_size=1))
    deposit = sum(piece.amount for piece in chosen) + data.draw(st.integers(-tolerance, tolerance))
    right = by_trying(items, deposit, tolerance)
    covers = find_covers(items, deposit, tolerance=tolerance, most=10_000)
    told = {cover.keys for cover in covers.found}
    assert told <= right
    assert bool(told) == bool(right)
    assert covers.sure
    assert len(told) == len(covers.found), "none is told twice"
    if right:
        assert all(cover.difference == deposit - sum(items[key].amount for key in cover.keys) for cover in covers.found)
        best = covers.found[0]
        nearest = by_trying(items, deposit, abs(best.difference))
        assert abs(best.difference) == 0 or not by_trying(items, deposit, abs(best.difference) - 1)
        assert (min(map(len, nearest)) == 1) == (best.shape == Shape.ONE)
        if best.shape == Shape.MANY:
            assert len(best.keys) == min(map(len, nearest))


@given(AMOUNTS, st.data())
def test_what_is_named_is_in_every_set(amounts, data) -> None:
    items = pieces(*amounts)
    named = data.draw(st.sets(st.sampled_from([piece.key for piece in items]), min_size=1, max_size=3))
    more = data.draw(st.sets(st.sampled_from([piece.key for piece in items])))
    deposit = sum(items[key].amount for key in named | more)
    right = {keys for keys in by_trying(items, deposit) if named <= set(keys)}
    told = {cover.keys for cover in find_covers(items, deposit, must=named, most=10_000).found}
    assert told <= right and bool(told) == bool(right)


def test_shapes_in_their_order() -> None:
    items = [Piece(1, 100, "a"), Piece(2, 200, "a"), Piece(3, 400, "b"), Piece(4, 800, "c"), Piece(5, 1600, "d")]
    shapes = {total: find_covers(items, total).found[0].shape for total in (3100, 800, 300, 700, 1200, 2600, 1300)}
    assert shapes == {
        3100: Shape.ALL,
        800: Shape.ONE,
        300: Shape.OLDEST,
        700: Shape.OLDEST,
        1200: Shape.PAIR,
        2600: Shape.FEW,
        1300: Shape.FEW,
    }


def test_equal_amounts_are_ambiguous_and_the_oldest_is_told_first() -> None:
    covers = find_covers(pieces(500, 700, 500), 500)
    assert covers.ambiguous and [cover.keys for cover in covers.found] == [(0,), (2,)]
    assert not find_covers(pieces(500, 700, 501), 500).ambiguous


def test_credit_notes_are_taken_off() -> None:
    covers = find_covers(pieces(1000, 700, -250), 750)
    assert covers.found[0].keys == (0, 2)
    assert find_covers(pieces(-250, -100), -250).found == ()


def test_a_deposit_over_twelve_of_sixty_is_bounded_and_the_same_every_time() -> None:
    rng = Random(12)
    items = pieces(*(rng.randrange(5_000, 300_000) for _ in range(60)))
    scattered = sum(piece.amount for piece in rng.sample(items, 12))
    covers = find_covers(items, scattered)
    assert covers == find_covers(items, scattered)
    assert covers.found and covers.ambiguous, "twelve of sixty add up in more ways than one"
    neighbours = find_covers(items, sum(piece.amount for piece in items[20:32]))
    assert neighbours.found[0].keys == tuple(range(20, 32)) and not neighbours.ambiguous
    oldest = find_covers(items, sum(piece.amount for piece in items[:12]))
    assert oldest.found[0].shape == Shape.OLDEST and not oldest.ambiguous


def test_a_large_customer_does_not_hold_the_search_up() -> None:
    rng = Random(5)
    items = pieces(*(rng.randrange(5_000, 300_000) for _ in range(2_000)))
    covers = find_covers(items, items[7].amount + items[900].amount, steps=20_000)
    assert covers.found == () or not covers.sure or covers.found[0].shape <= Shape.PAIR
