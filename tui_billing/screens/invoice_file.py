"""The form that writes an issued document to a file: Word or Excel for those whose customers ask for it."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult

from tui_billing.locale import N_, _
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote
from tui_billing.screens.form_screen import FormScreen
from tui_billing.services.printing import OFFICE, path_of, write_office
from tui_billing.widgets.reader import Reader

_FORMATS = {
    "w": "docx",
    "word": "docx",
    "d": "docx",
    "docx": "docx",
    "e": "xlsx",
    "excel": "xlsx",
    "x": "xlsx",
    "xlsx": "xlsx",
}


class InvoiceFileScreen(FormScreen):
    """Format and file; Ctrl+S, Enter."""

    AUTO_FOCUS = "#format"
    SAVE = N_("write it")
    FIELDS = (("format", N_("Format"), 8), ("file", N_("File"), 60))

    def __init__(self, invoice_id: int, number: str) -> None:
        super().__init__()
        self.invoice_id, self.number = invoice_id, number

    @property
    def form_name(self) -> str:
        return f"file of {self.invoice_id}"

    def title_words(self) -> str:
        return f"{_('WORD OR EXCEL')}  {self.number}"

    def hints(self) -> ComposeResult:
        yield Reader(id="file-hints", focusable=False)

    async def start_values(self) -> dict[str, str]:
        told = (
            _("Format: w Word, e Excel"),
            _("Word: the house's own templates/invoice.docx beside the books, else the usual one"),
        )
        self.query_one("#file-hints", Reader).show([[(f" {line}", "dim")] for line in told])
        path = await self.desk.ask(path_of, self.invoice_id)
        return {"format": "w", "file": str(path.with_suffix(""))}

    def _typed(self) -> tuple[Path, str]:
        values = self.values()
        form = _FORMATS.get(values["format"].lower(), "")
        if form not in OFFICE:
            raise Problem(
                "{text} is no format; type w for Word, e for Excel", field="format", text=quote(values["format"])
            )
        if not values["file"]:
            raise Problem("where shall it be written? type a file", field="file")
        path = Path(values["file"]).expanduser()
        return (path if path.suffix == f".{form}" else path.with_name(f"{path.name}.{form}")), form

    def question(self) -> str:
        path, _form = self._typed()
        return _("write {name} to {path}: Enter does it", name=self.number, path=str(path))

    async def carry_out(self) -> str:
        path = await self.desk.ask(write_office, self.invoice_id, *self._typed())
        return _("{path} is written", path=str(path))
