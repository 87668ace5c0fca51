"""What kind of invoice it is, by what its lines say: goods, services, works in progress, a subscription."""

from __future__ import annotations

from collections.abc import Iterable

#: UN/ECE Recommendation 20: per cent. Works billed by their progress are quantities in it.
PERCENT_UNIT = "P1"


def billed_kind(lines: Iterable[tuple[str, str, bool]], *, retained: bool = False) -> str:
    """ "progress", "subscription", "goods" or "services".

    `lines` are (nature, unit code, whether it has a period of its own); `retained` says that the terms keep a part
    back. Works: a part is retained, or a line is billed by the per cent. A subscription: every line has its period.
    """
    rows = list(lines)
    if retained or any(unit == PERCENT_UNIT for _, unit, _ in rows):
        return "progress"
    if rows and all(period for _, _, period in rows):
        return "subscription"
    return "goods" if rows and all(nature == "goods" for nature, _, _ in rows) else "services"
