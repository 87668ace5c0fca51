"""The Word template of an invoice, made anew: `python -m tui_billing.documents.word_template` writes it.

What stands in braces is filled in by docxtpl (Jinja); a house lays its own file beside the books and has all the names
of `invoice_content.py`.
"""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "word_templates" / "invoice.docx"
#: Heads and cells of the lines, with their width in millimetres and whether they are figures.
_COLUMNS = (
    ("position", 8, False),
    ("item", 18, False),
    ("text", 56, False),
    ("quantity", 17, True),
    ("unit", 12, False),
    ("price", 20, True),
    ("discount", 13, True),
    ("vat", 13, True),
    ("net", 22, True),
)
_GREY = "68707D"


def build() -> bytes:
    """The file, always the same bytes."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(16), Mm(18)
    usual = document.styles["Normal"]
    usual.font.name, usual.font.size = "Noto Sans", Pt(9)
    usual.paragraph_format.space_after = Pt(2)

    def put(text: str, *, size: float = 9, bold: bool = False, grey: bool = False, where: Any = document) -> Any:
        paragraph = where.add_paragraph()
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        if grey:
            run.font.color.rgb = RGBColor.from_string(_GREY)
        return paragraph

    def cell(where: Any, text: str, *, figures: bool = False, bold: bool = False) -> None:
        paragraph = where.paragraphs[0]
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(8.5)
        if figures:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def table(columns: int, widths: tuple[float, ...], rows: int) -> Any:
        made = document.add_table(rows=rows, cols=columns)
        made.autofit = False
        for row in made.rows:
            for place, width in enumerate(widths):
                row.cells[place].width = Mm(width)
        return made

    put("{{ title }} {{ number }}", size=17)
    parties = table(2, (92, 82), 1)
    cell(parties.cell(0, 0), "{{ seller | join('\\n') }}")
    cell(parties.cell(0, 1), "{{ buyer | join('\\n') }}", bold=True)
    put(
        "{% for fact in facts %}{{ fact.label }}{{ colon }}{{ fact.value }}{% if not loop.last %} · {% endif %}{% endfor %}"
    )
    put("{%p if intro %}")
    put("{{ intro }}")
    put("{%p endif %}")
    lines = table(len(_COLUMNS), tuple(width for _, width, _ in _COLUMNS), 4)
    lines.style = "Light List Accent 1"
    for place, (name, _width, figures) in enumerate(_COLUMNS):
        cell(lines.cell(0, place), "{{ heads." + name + " }}", figures=figures, bold=True)
        cell(lines.cell(2, place), "{{ line." + name + " }}", figures=figures)
    cell(lines.cell(1, 0), "{%tr for line in lines %}")
    cell(lines.cell(3, 0), "{%tr endfor %}")
    put("")
    for rows, heads, cells in (
        ("vat", "vat_heads", (("group", 90, False), ("taxable", 40, True), ("tax", 44, True))),
        ("sums", "", (("label", 130, False), ("amount", 44, True))),
    ):
        made = table(len(cells), tuple(width for _, width, _ in cells), 4 if heads else 3)
        first = 1 if heads else 0
        for place, (name, _width, figures) in enumerate(cells):
            if heads:
                cell(made.cell(0, place), "{{ " + heads + "." + name + " }}", figures=figures, bold=True)
            cell(made.cell(first + 1, place), "{{ row." + name + " }}", figures=figures, bold=not heads)
        cell(made.cell(first, 0), "{%tr for row in " + rows + " %}")
        cell(made.cell(first + 2, 0), "{%tr endfor %}")
        put("")
    put(
        "{% for one in payment %}{{ one.label }}{{ colon }}{{ one.value }}{% if not loop.last %} · {% endif %}{% endfor %}"
    )
    put("{%p if dates %}")
    put(
        "{{ to_pay_by }}{{ colon }}{% for one in dates %}{{ one.day }} {{ one.amount }}{% if not loop.last %} · {% endif %}"
        "{% endfor %}",
        bold=True,
    )
    put("{%p endif %}")
    for name in ("terms", "note", "closing"):
        put("{%p if " + name + " %}")
        put("{{ " + name + " }}")
        put("{%p endif %}")
    put("{%p for mention in mentions %}")
    put("{{ mention }}", size=7, grey=True)
    put("{%p endfor %}")
    foot = section.footer.paragraphs[0]
    foot.text = "{{ footer }}"
    foot.runs[0].font.size = Pt(7)
    document.core_properties.author = document.core_properties.title = ""
    made = io.BytesIO()
    document.save(made)
    return settled(made.getvalue())


def settled(content: bytes) -> bytes:
    """A zipped file without the moments at which it was made: the same content is the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main() -> int:
    """Write the file that is shipped."""
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_bytes(build())
    return 0


if __name__ == "__main__":
    sys.exit(main())
