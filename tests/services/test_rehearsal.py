"""A rehearsal laid down in a file gives back what was laid down, whatever was put in its place since."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.matching.facts import CreditUse, Fact, Item, Line, Payer, Share, Standing, Suggestion, Verdict
from tui_billing.services.matched import Rehearsal

PAYERS = {key: Payer(key, f"C{key}", f"Customer {key}", frozenset({"FR76"}), frozenset({"customer"})) for key in (1, 2)}
TEXTS = st.text(max_size=20)
NUMBERS = st.integers(-(10**15), 10**15)
ITEMS = st.builds(Item, NUMBERS, TEXTS, TEXTS, st.sampled_from([1, 2]), TEXTS, TEXTS, NUMBERS, NUMBERS, TEXTS)
SUGGESTIONS = st.builds(
    Suggestion,
    st.sampled_from(list(PAYERS.values())),
    st.lists(st.builds(Share, ITEMS, NUMBERS, NUMBERS, TEXTS), max_size=3).map(tuple),
    st.lists(NUMBERS, max_size=7).map(tuple),
    st.lists(st.tuples(st.sampled_from(Fact), st.lists(TEXTS, max_size=2).map(tuple)), max_size=3).map(tuple),
    st.lists(st.builds(CreditUse, ITEMS, ITEMS, NUMBERS), max_size=2).map(tuple),
    NUMBERS,
    NUMBERS,
    st.booleans(),
    NUMBERS,
    st.booleans(),
)
VERDICTS = st.builds(
    Verdict,
    st.lists(SUGGESTIONS, max_size=3).map(tuple),
    st.sampled_from(Standing),
    NUMBERS,
    st.booleans(),
    st.lists(TEXTS, max_size=2).map(tuple),
)
LINES = st.builds(Line, NUMBERS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, NUMBERS, NUMBERS, NUMBERS, TEXTS, TEXTS, NUMBERS)


@given(st.lists(st.tuples(LINES, VERDICTS), max_size=5), st.lists(st.tuples(st.integers(0, 4), VERDICTS), max_size=4))
def test_what_is_laid_down_comes_back(kept, changes):
    found = Rehearsal(PAYERS, [])
    for key, (line, verdict) in enumerate(kept):
        found.add(key // 2, key % 2, line, verdict, whole=bool(key % 3))
    verdicts = [verdict for _line, verdict in kept]
    for place, verdict in changes:
        if place < len(kept):
            found.put(place, verdict)
            verdicts[place] = verdict
    assert [found.line(place) for place in range(len(found))] == [line for line, _verdict in kept]
    assert [(one.line_id, one.position, one.whole) for one in found] == [
        (key // 2, key % 2, bool(key % 3)) for key in range(len(kept))
    ]
    assert [one.verdict for one in found] == verdicts == [found[place].verdict for place in range(len(found))]
    sure = [place for place, verdict in enumerate(verdicts) if verdict.standing == Standing.CERTAIN]
    assert list(found.certain()) == [found[place] for place in sure]
    assert found.others == len({place // 2 for place in range(len(kept))} - {place // 2 for place in sure})
    assert found.counts == {one.value: sum(each.standing == one for each in verdicts) for one in Standing}
