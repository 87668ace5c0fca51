"""A field for the name of a file: Tab completes it as a shell does, and goes on where nothing is to complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui_billing.locale import N_
from tui_billing.widgets.field import Field

#: (completed text, names it could become) of a text; looks at the disk, in a thread of its own.
Complete = Callable[[str], tuple[str, list[str]]]


class FileField(Field):
    """A field that completes names of files; `Looked` tells which names there are."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", N_("complete"), show=False, id="file.complete"),
    ]

    class Looked(Message):
        """The names that the text could become; none where it stands for one file."""

        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.names = names

    def __init__(self, complete: Complete, *, width: int | None = None, id: str | None = None) -> None:
        super().__init__(width=width, id=id)
        self._complete_name = complete

    async def action_complete(self) -> None:
        """Complete as far as there is only one way to go on; where there is nothing to add, the next field."""
        text = self.value
        completed, names = await asyncio.to_thread(self._complete_name, text)
        if self.value != text:
            return  # typed on meanwhile
        if completed == text and len(names) <= 1:
            self.post_message(self.Looked([]))
            self.screen.focus_next()
            return
        if completed != text:
            self.value = completed
            self.cursor_position = len(completed)
        self.post_message(self.Looked(names if len(names) > 1 else []))
