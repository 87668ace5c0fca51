"""letter: statements of account, reminders and letters, as PDF or workbook, kept and sent where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import put, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.documents.letter import PrintableLetter
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.models.queries import facts
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.problem import NotFound, Problem, Refused
from tui_billing.rules.text import quote
from tui_billing.services import letters, papers
from tui_billing.services.context import Context

app = make_app("Statements of account, reminders, letters.")
Customer = Annotated[str, typer.Argument(help="The customer's code.")]
Output = Annotated[str, typer.Option("-o", "--output", help="A file: .pdf, .xlsx or .docx by its end.")]
Send = Annotated[bool, typer.Option("--send", help="Keep it, and queue it for the customer's recipients.")]


def _customer(books: Books, code: str) -> int:
    found = facts.customer_by_code(books, code)
    if found is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code", field="customer", code=quote(code)
        )
    return found.id


def _finish(
    books: Books, context: Context, customer: int, letter: PrintableLetter, output: str, send: bool, as_json: bool
) -> None:
    if not output and not send:
        raise Refused("say where to: -o FILE writes it, --send queues it for the customer")
    answer: dict[str, Any] = {"name": letter.name, "customer": letter.facts[0][1] if letter.facts else ""}
    answer["open"] = letter.open
    if output:
        answer |= {"path": output, "pages": _write(books, letter, Path(output))}
    if send:
        answer |= letters.write_letter(books, context, customer, letter, send=True)
    if as_json:
        put_json(answer)
        return
    if output:
        put(_("{path} is written ({pages} pages)", path=output, pages=answer["pages"]))
    if send:
        put(_("{name} is kept, and queued for {count} recipients", name=answer["name"], count=len(answer["queued"])))


def _write(books: Books, letter: PrintableLetter, path: Path) -> int:
    end = path.suffix.lower()
    if end == ".pdf":
        return papers.render_letter_to(books, letter, path)
    if end == ".xlsx":
        from tui_billing.documents.workbook import letter_workbook

        papers.write_file(path, letter_workbook(letter))
        return 1
    if end == ".docx":
        from tui_billing.documents.word import letter_document

        papers.write_file(path, letter_document(letter))
        return 1
    raise Problem("{path} does not end in .pdf, .xlsx or .docx", field="output", path=quote(str(path)))


@app.command()
def statement(
    customer: Customer,
    as_of: Annotated[str, typer.Option("--as-of", help="The day (YYYY-MM-DD); today where it is left out.")] = "",
    since: Annotated[str, typer.Option("--from", help="All that happened from this day on, with the balances.")] = "",
    output: Output = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """The statement of account of a customer: what is open, or with --from what happened."""
    books, context = session.open()
    key = _customer(books, customer)
    day = parse_iso(as_of, "as_of") if as_of else context.today
    letter = letters.statement(books, key, day, parse_iso(since, "from") if since else None)
    _finish(books, context, key, letter, output, send, as_json)


@app.command()
def reminder(
    customer: Customer,
    level: Annotated[int, typer.Option("--level", help="1 reminder, 2 second reminder, 3 formal notice.")] = 1,
    output: Output = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """A reminder of what is overdue and not disputed."""
    books, context = session.open()
    key = _customer(books, customer)
    _finish(books, context, key, letters.reminder(books, key, context.today, level), output, send, as_json)


@app.command()
def write(
    customer: Customer,
    title: Annotated[str, typer.Option("--title", help="What stands over it.")],
    text: Annotated[str, typer.Option("--text", metavar="FILE", help="A file; an empty line ends a paragraph.")],
    output: Output = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """A letter in words of your own."""
    books, context = session.open()
    key = _customer(books, customer)
    try:
        words = Path(text).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Problem("{path} is not UTF-8 text; save it as that", field="text", path=text) from None
    letter = letters.plain_letter(books, key, context.today, title, words)
    _finish(books, context, key, letter, output, send, as_json)


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """All letters that were kept, the newest first."""
    books, _context = session.open()
    rows = books.rows(
        "SELECT l.id, l.name, l.kind, c.code, l.date FROM letter l JOIN customer c ON c.id = l.customer_id"
        " ORDER BY l.id DESC"
    )
    names = ("id", "name", "kind", "customer", "date")
    if as_json:
        put_json_array(dict(zip(names, row, strict=True)) for row in rows)
    else:
        put_table([_("id"), _("name"), _("kind"), _("customer"), _("date")], rows, right=(0,))
