"""Which papers go with the answer to a dispute: they are proposed, picked by their numbers, and leave with the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_billing.locale import N_, _
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.screens.amounts import word
from tui_billing.screens.form_screen import FormScreen
from tui_billing.screens.paper_words import ENTITY_WORDS, size_words
from tui_billing.services.case_words import OUTCOMES
from tui_billing.services.dispute_answer import Choice, answer_papers
from tui_billing.services.recipients import ways_for
from tui_billing.widgets.cells import padded
from tui_billing.widgets.reader import Line, Reader

if TYPE_CHECKING:
    from tui_billing.screens.dispute_detail import DisputeScreen


def parse_numbers(text: str, most: int) -> list[int]:
    """The numbers named in a text such as `1 3-5`, each once, from 1 to `most`."""
    found: list[int] = []
    for part in text.replace(",", " ").replace(";", " ").split():
        first, dash, last = part.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise Problem("{text} is no paper of the list; type numbers, 1 3-5", field="papers", text=quote(part))
        for place in range(int(first), min(int(last or first), most + 1) + 1):
            if not 1 <= place <= most:
                raise Problem("there is no paper {number} in the list", field="papers", number=place)
            if place not in found:
                found.append(place)
    return found


class DisputeAnswerScreen(FormScreen):
    """The numbers of the papers; Ctrl+S, Enter writes the letter, queues it and closes the dispute."""

    AUTO_FOCUS = "#papers"
    SAVE = N_("answer and close")
    FIELDS = (("papers", N_("Papers"), 40),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "scroll(-10)", N_("read"), show=False, id="text.page_above"),
        Binding("pagedown", "scroll(10)", N_("read"), show=False, id="text.page_below"),
    ]

    def __init__(self, case: DisputeScreen, outcome: str, cause: str) -> None:
        super().__init__()
        self._dispute, self._outcome, self._cause = case, outcome, cause
        self._choices: list[Choice] = []
        self._ways = ""

    @property
    def form_name(self) -> str:
        return f"answer of dispute {self._dispute.dispute_id}"

    def title_words(self) -> str:
        return f"{_('ANSWER')}  {word(OUTCOMES, self._outcome)}"

    def hints(self) -> ComposeResult:
        yield Reader(id="hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        self._choices = await self.desk.ask(answer_papers, self._dispute.dispute_id)
        ways = await self.desk.ask(ways_for, self._dispute.customer_id, "letter")
        self._ways = ", ".join(way.text for way in ways if way.channel != "platform")
        proposed = " ".join(str(place) for place, one in enumerate(self._choices, 1) if one.proposed)
        self._show_hints(proposed)
        return {"papers": proposed}

    def on_resize(self) -> None:
        self._show_hints(self.values()["papers"])

    @on(Input.Changed, "#papers")
    def _picked(self) -> None:
        self._show_hints(self.values()["papers"])

    def action_scroll(self, lines: int) -> None:
        self.query_one("#hints", Reader).action_scroll_by(lines)

    def _show_hints(self, typed: str) -> None:
        try:
            picked = set(parse_numbers(typed, len(self._choices)))
        except Problem:
            picked = set()
        to = self._ways or _("nobody yet: m on the customer's card says to whom; the letter is kept")
        rows: list[Line] = [[(" " + _("the letter goes to {to}", to=to), "dim")], []]
        room = max(20, self.size.width - 44)
        for place, one in enumerate(self._choices, 1):
            mark = "◂" if place in picked else " "
            of = f"{_(ENTITY_WORDS[one.entity])} {one.where}"
            size = size_words(one.size) if one.size else ""
            text = f" {place:>3} {mark} {padded(one.name, room)} {padded(of, 24)} {size:>8}"
            rows.append([(text, "green" if place in picked else "")])
        self.query_one("#hints", Reader).show(rows)

    def _chosen(self) -> list[Choice]:
        return [self._choices[place - 1] for place in parse_numbers(self.values()["papers"], len(self._choices))]

    def question(self) -> str:
        chosen = self._chosen()
        if self._outcome == "documents_sent" and not chosen:
            raise Problem("no paper is picked; type the numbers of those that go, 1 3-5", field="papers")
        words = {"outcome": word(OUTCOMES, self._outcome), "count": len(chosen)}
        if len(chosen) == 1:
            return _("answer with 1 paper and close ({outcome}): Enter does it", **words)
        return _("answer with {count} papers and close ({outcome}): Enter does it", **words)

    async def _save(self) -> None:
        """Back to the case, which closes itself: what follows (the lesson) is asked there."""
        chosen = self._chosen()
        self.workstation.half_typed.pop(self.form_name, None)
        self.workstation.go_back()
        papers = [one.paper for one in chosen if one.paper]
        documents = [one.document for one in chosen if one.document]
        await self._dispute.close(self._outcome, self._cause, papers, documents)
