"""The arithmetic of the measurements, and that the reference they stand beside starts."""

from __future__ import annotations

import pytest

from benchmarks.start import BARE, BARE_READY, time_start
from benchmarks.statistics_ import Figure, median, percentile, render


def test_percentiles_are_values_that_were_measured():
    values = [5, 1, 4, 2, 3]
    assert [percentile(values, share) for share in (0, 0.2, 0.21, 0.5, 0.95, 1)] == [1, 1, 2, 3, 5, 5]
    assert median([1, 2, 3, 4]) == 2
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_figure_beside_its_targets():
    assert Figure("a", "ms", 16, 10, target=1.6).met and not Figure("a", "ms", 16.1, 10, target=1.6).met
    assert Figure("b", "B", 0, limit=0).met and not Figure("b", "B", 1, limit=0).met
    assert not Figure("c", "B", 310, 300, target=1.2, limit=300).met
    assert Figure("d", "ms", 9).met and Figure("d", "ms", 9).ratio is None
    table = render([Figure("start", "ms", 170, 100, target=1.6), Figure("idle", "B", 0, limit=0)])
    assert "1.70" in table and "MISSED" in table and "0 B" in table and "load" in table


@pytest.mark.xdist_group("terminal")
def test_the_reference_starts(tmp_path):
    start = time_start(BARE, BARE_READY, tmp_path)
    assert 0.02 < start.seconds < 5 and start.rss_kib > 10_000 and start.bytes > 1000
