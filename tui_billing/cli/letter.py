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
from tui_billing.services import letter_texts, letters, papers
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
        answer |= {"path": output, "pages": papers.write_letter_to(books, letter, Path(output))}
    if send:
        answer |= letters.write_letter(books, context, customer, letter, send=True)
    if as_json:
        put_json(answer)
        return
    if output:
        put(_("{path} is written ({pages} pages)", path=output, pages=answer["pages"]))
    if send:
        put(_("{name} is kept, and queued for {count} recipients", name=answer["name"], count=len(answer["queued"])))


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
def cover(
    customer: Customer,
    numbers: Annotated[
        list[str] | None, typer.Argument(metavar="[NUMBER]…", help="The documents it goes with.")
    ] = None,
    output: Output = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """A letter that goes with documents: those named, else what is open of the last day that was billed."""
    books, context = session.open()
    key = _customer(books, customer)
    _finish(books, context, key, letters.cover(books, key, context.today, numbers or ()), output, send, as_json)


@app.command()
def make(
    customer: Customer,
    code: Annotated[str, typer.Argument(help="The letter's name, as letter texts lists it.")],
    output: Output = "",
    send: Send = False,
    as_json: Json = False,
) -> None:
    """A letter of the house's own, in the customer's language."""
    books, context = session.open()
    key = _customer(books, customer)
    _finish(books, context, key, letters.letter_by(books, key, context.today, code), output, send, as_json)


@app.command()
def texts(as_json: Json = False) -> None:
    """The texts of letters: those that come with the program, and the house's."""
    books, _context = session.open()
    found = letter_texts.list_texts(books)
    if as_json:
        put_json_array(
            {"code": one.code, "language": one.language, "title": one.title, "version": one.version} for one in found
        )
    else:
        rows = [(one.code, one.language, one.title, one.version or "") for one in found]
        put_table([_("name"), _("language"), _("title"), _("version")], rows, right=(3,))


@app.command()
def text(
    code: Annotated[str, typer.Argument(help="The letter's name.")],
    language: Annotated[str, typer.Argument(help="en or fr.")],
    title: Annotated[str, typer.Option("--title", help="What stands over it.")] = "",
    body: Annotated[str, typer.Option("--body", metavar="FILE", help="A file; an empty line ends a paragraph.")] = "",
    new: Annotated[bool, typer.Option("--new", help="A letter of the house's own.")] = False,
    as_json: Json = False,
) -> None:
    """Show or word the text of a letter; {contact} and the like are filled in, {table} is where documents stand."""
    books, context = session.open()
    if title or body:
        before = None if new else letter_texts.text_of(books, code, language)
        words = _read(body) if body else before.body if before else ""
        head = title or (before.title if before else "")
        letter_texts.set_text(books, context, code, language, head, words, new=new)
    now = letter_texts.text_of(books, code, language)
    if as_json:
        put_json({"code": now.code, "language": now.language, "title": now.title, "body": now.body})
        return
    put(now.title)
    for line in now.body.split("\n"):
        put(line)


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Problem("{path} is not UTF-8 text; save it as that", field="body", path=path) from None


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
    letter = letters.plain_letter(books, key, context.today, title, _read(text))
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
