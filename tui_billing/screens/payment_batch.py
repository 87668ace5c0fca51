"""Many certain lines posted in one batch, slice by slice, and the batch taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from tui_billing.locale import _, translate
from tui_billing.rules.problem import Problem, Unusable
from tui_billing.screens.amounts import money_sums
from tui_billing.screens.desk import Desk
from tui_billing.screens.payment_deeds import Cleared, Deed
from tui_billing.services.clear import take_back_line
from tui_billing.services.matching import Matched, post_certain

#: Lines that are posted between two looks at the keys.
SLICE = 40


@dataclass(slots=True)
class Batch:
    """What was posted under one batch id so far, and why a line was not: (line, position) -> the sentence."""

    id: str
    posted: list[Cleared] = field(default_factory=list)
    refused: dict[tuple[int, int], str] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        """How many of the lines have been dealt with."""
        return len(self.posted) + len(self.refused)

    def words(self, chosen: int) -> str:
        """What posted and what did not."""
        total = money_sums((one.currency, one.amount) for one in self.posted)
        words = _("posted: {count} of {all}, {total}", count=len(self.posted), all=chosen, total=total)
        if self.refused:
            words += " · ! " + _("{count} refused, each with its reason", count=len(self.refused))
        return words

    def deed(self, words: str) -> Deed:
        """What `u` takes back."""
        return Deed("batch", (), words, lines=tuple(self.posted))


def slices(chosen: Sequence[Matched]) -> Iterator[list[Matched]]:
    """In parts of some SLICE; the transactions of one line stay together (two alike are two within a part)."""
    part: list[Matched] = []
    for _line, pieces in groupby(chosen, key=lambda one: one.line_id):
        part += pieces
        if len(part) >= SLICE:
            yield part
            part = []
    if part:
        yield part


async def post_slice(desk: Desk, batch: Batch, part: Sequence[Matched]) -> None:
    """Post them; what is refused stays waiting, and the batch knows why."""
    context = replace(desk.context.command(), batch_id=batch.id)
    answers = await desk.ask(post_certain, context, part)
    for one, answer in zip(part, answers, strict=True):
        if "problem" in answer:
            reason = translate(Problem(answer["problem"], **answer["values"]))
            batch.refused[one.line_id, one.position] = reason
        else:
            clearings = tuple(answer.get("clearings") or (answer["clearing"],))
            batch.posted.append(Cleared(one.line_id, clearings, one.amount, one.currency))


async def take_batch_back(
    desk: Desk, deed: Deed, command_id: str, tell: Callable[[str], None]
) -> tuple[str, Deed | None]:
    """Take the lines of a batch back, the last first: (what was done, what of the deed still stands, or None).

    Raises the first Problem where nothing could be taken back.
    """
    stands: list[Cleared] = []
    first: Problem | None = None
    for place, one in enumerate(reversed(deed.lines)):
        key = f"{command_id}:{one.line_id}:{one.clearings[0]}"
        reason = _("taken back at once")
        try:
            await desk.do(take_back_line, one.line_id, reason, only=one.clearings, command_id=key)
        except Unusable:
            raise
        except Problem as problem:
            first = first or problem
            stands.insert(0, one)
        if place % SLICE == SLICE - 1:
            tell(_("taking back: {count} of {all} …", count=place + 1, all=len(deed.lines)))
    if first is not None and len(stands) == len(deed.lines):
        raise first
    gone = [one for one in deed.lines if one not in stands]
    total = money_sums((one.currency, one.amount) for one in gone)
    words = _("taken back: {count} of {all}, {total}", count=len(gone), all=len(deed.lines), total=total)
    if first is None:
        return words, None
    return f"{words} · ! {translate(first)}", replace(deed, lines=tuple(stands))
