"""Medians and percentiles without interpolation, and a figure beside its reference and its target."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile (`share` 0.95 for p95): one that was measured, never one between."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values to take a percentile of")
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def median(values: Iterable[float]) -> float:
    """The nearest-rank median."""
    return percentile(values, 0.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: ours, what stands beside it (None where the target is absolute), and the target.

    `target` is the highest ratio allowed, `limit` the highest absolute value of ours; either may be None.
    """

    what: str
    unit: str
    ours: float
    beside: float | None = None
    target: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the reference."""
        return self.ours / self.beside if self.beside else None

    @property
    def met(self) -> bool:
        """Whether both the ratio and the absolute limit are kept."""
        ratio_kept = self.target is None or self.ratio is None or self.ratio <= self.target
        return ratio_kept and (self.limit is None or self.ours <= self.limit)


def render(figures: Sequence[Figure]) -> str:
    """A table of figures beside their references and targets, with the machine's load at its foot."""
    head = ("what", "ours", "beside", "ratio", "at most", "")
    rows = [head, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "  ".join(
            text.ljust(width) if column in (0, 5) else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", f"{os.cpu_count()} cores, load {load}"])


def _row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    most = [] if figure.target is None else [f"{figure.target:g} x"]
    if figure.limit is not None:
        most.append(f"{figure.limit:g} {figure.unit}".strip())
    return (
        figure.what,
        f"{_short(figure.ours)} {figure.unit}".strip(),
        "" if figure.beside is None else f"{_short(figure.beside)} {figure.unit}".strip(),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        ", ".join(most),
        "" if not most else "ok" if figure.met else "MISSED",
    )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
