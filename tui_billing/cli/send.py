"""send: what leaves the house, by mail, by post and by platform, and what became of it."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.engine import tell_absence
from tui_billing.cli.options import Json, make_app, parse_id
from tui_billing.cli.output import note, put, put_card, put_json, put_json_array, put_table
from tui_billing.cli.session import session
from tui_billing.locale import _, translate
from tui_billing.models.door import Books
from tui_billing.models.queries import deliveries, facts
from tui_billing.models.queries.deliveries import DeliveryRow, WantedDeliveries
from tui_billing.rules.dates import parse_iso
from tui_billing.rules.delivery import SIGNS
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.text import fold, quote
from tui_billing.services import answers, delivery, mail_texts, recipients
from tui_billing.services.postman import summary

app = make_app("Sending documents: by mail, by post, by platform.")
Numbers = Annotated[list[str] | None, typer.Argument(help="Numbers of documents.")]
Since = Annotated[str, typer.Option("--since", help="Issued on this day or later (YYYY-MM-DD).")]
Delivery = Annotated[str, typer.Argument(metavar="ID", help="The delivery's id, as send list names it.")]


def _documents(books: Books, numbers: list[str] | None, since: str) -> list[int]:
    if numbers:
        return [answers.find_document(books, number) for number in numbers]
    day = parse_iso(since, "since").isoformat() if since else ""
    return delivery.find_unsent(books, day)


@app.command()
def queue(numbers: Numbers = None, since: Since = "", as_json: Json = False) -> None:
    """Queue documents for their recipients; without numbers all that nobody has been sent. Said twice, done once."""
    books, context = session.open()
    ids = _documents(books, numbers, since)
    added = delivery.enqueue(books, context, ids)
    if as_json:
        put_json({"documents": len(ids), "queued": added})
    else:
        put(_("{documents} documents, queued for {count} recipients", documents=len(ids), count=added))


@app.command("run")
def run_queue(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many mails.")] = 1_000_000,
    now: Annotated[bool, typer.Option("--now", help="Ask a server that is away before its time.")] = False,
    dry: Annotated[str, typer.Option("--dry-run", metavar="FOLDER", help="Write .eml files, send nothing.")] = "",
    as_json: Json = False,
) -> None:
    """Send the mails that are due, and hand over what waits for the platform. Made for cron: run it as often as wanted.

    Exit code 1 where a mail server or the platform's folder cannot be used.
    """
    from tui_billing.services import mailing, papers, platform

    books, context = session.open()
    if dry:
        written = papers.write_dry(books, context, Path(dry), limit)
        if as_json:
            put_json({"written": [str(path) for path in written]})
        else:
            put(_("{count} mails are written to {path}", count=len(written), path=dry))
        return
    known = recipients.settings(books)
    answer: dict[str, Any] = {}
    if known.host or not known.outbox:
        with _until_interrupted() as stop:
            done = mailing.run(books, context, limit=limit, now_anyway=now, stop=stop)
        answer |= dataclasses.asdict(done)
    if known.outbox:
        handed = platform.exchange(books, context)
        answer |= {"placed": handed.placed, "statuses": handed.statuses}
        for problem in handed.problems:
            note(problem)
    if as_json:
        put_json(answer)
    else:
        put(summary(answer))
    if answer.get("outage"):
        raise typer.Exit(1)


@contextlib.contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl+C was pressed: what is in hand is finished, the rest waits for the next run."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def row_json(row: DeliveryRow) -> dict[str, Any]:
    """A delivery as it is answered."""
    names = ("id", "name", "edition", "customer_code", "channel", "role", "address", "language", "tries", "code")
    answer = {name: getattr(row, name) for name in names}
    answer["customer"] = answer.pop("customer_code")
    return answer | {
        "state": row.state.value,
        "reason": row.reason,
        "due_at": row.due_at if row.state == "queued" else None,
        "changed_at": row.changed_at,
        "batch": row.batch,
    }


@app.command("list")
def list_all(
    state: Annotated[str, typer.Option("--state", help="Only this state, for example bounced.")] = "",
    words: Annotated[list[str] | None, typer.Argument(help="Words: a number, a customer, an address.")] = None,
    as_json: Json = False,
) -> None:
    """List deliveries: what needs somebody first, then what waits, then the rest."""
    states = (delivery.require_state(state).value,) if state else ()
    books, _context = session.open()
    rows = deliveries.every(books, WantedDeliveries(tuple(map(fold, words or ())), states))
    if as_json:
        put_json_array(map(row_json, rows))
        return
    heads = [_("id"), _("document"), _("customer"), _("way"), _("to"), _("state"), _("reason")]
    lines = [
        [row.id, row.name, row.customer_code, row.channel, row.address, _(SIGNS[row.state].word), row.reason]
        for row in rows
    ]
    put_table(heads, lines, right=(0,))


@app.command()
def show(key: Delivery, as_json: Json = False) -> None:
    """Show a delivery with everything that befell it."""
    books, _context = session.open()
    row, attempts = deliveries.delivery(books, parse_id(key, "id"))
    if as_json:
        told = [dataclasses.asdict(one) | {"state": one.state.value} for one in attempts]
        put_json(row_json(row) | {"attempts": told})
        return
    put_card(row_json(row))
    for one in attempts:
        put(f"{one.at[:16].replace('T', ' ')}  {_(SIGNS[one.state].word)}  {one.code} {one.reason}".rstrip())


@app.command()
def retry(key: Delivery, as_json: Json = False) -> None:
    """Try again now what waits, came back, was given up or may not have arrived."""
    books, context = session.open()
    _answer(books, parse_id(key, "id"), delivery.retry(books, context, parse_id(key, "id")), as_json)


@app.command()
def anew(
    key: Delivery,
    to: Annotated[str, typer.Option("--to", help="Another e-mail address.")] = "",
    as_json: Json = False,
) -> None:
    """Send a document once more, to another address where one is given."""
    books, context = session.open()
    new = delivery.send_anew(books, context, parse_id(key, "id"), to)
    _answer(books, new, "queued", as_json)


@app.command()
def confirm(
    key: Delivery,
    reason: Annotated[str, typer.Option("--reason", help="How it is known.")] = "",
    as_json: Json = False,
) -> None:
    """Note that a document has arrived."""
    books, context = session.open()
    _answer(books, parse_id(key, "id"), delivery.confirm(books, context, parse_id(key, "id"), reason), as_json)


@app.command()
def cancel(
    key: Delivery,
    reason: Annotated[str, typer.Option("--reason", help="Why.")] = "",
    as_json: Json = False,
) -> None:
    """Take a document off the queue, or let what came back rest."""
    books, context = session.open()
    _answer(books, parse_id(key, "id"), delivery.cancel(books, context, parse_id(key, "id"), reason), as_json)


def _answer(books: Books, key: int, state: str, as_json: bool) -> None:
    row, _attempts = deliveries.delivery(books, key)
    if as_json:
        put_json(row_json(row))
    else:
        word = _(SIGNS[delivery.require_state(state)].word)
        put(_("delivery {id}: {name} to {address} is {state}", id=key, name=row.name, address=row.address, state=word))


@app.command()
def bounces(as_json: Json = False) -> None:
    """Read the mailbox: what came back, and what the archive knows of mails that are not certain."""
    from tui_billing.services.bounces import read_returns

    books, context = session.open()
    done = read_returns(books, context)
    if as_json:
        put_json(dataclasses.asdict(done))
    else:
        put(
            _(
                "{mails} mails read: {bounced} came back, {delayed} delayed, {confirmed} confirmed",
                mails=done.mails,
                bounced=done.bounced,
                delayed=done.delayed,
                confirmed=done.confirmed,
            )
        )


@app.command()
def post(
    output: Annotated[str, typer.Option("-o", "--output", help="The PDF to print.")],
    again: Annotated[str, typer.Option("--again", metavar="BATCH", help="An earlier batch once more.")] = "",
    as_json: Json = False,
) -> None:
    """Write what waits for the post into one PDF, in mailing order, with a cover list in front."""
    from tui_billing.services.post import print_batch

    books, context = session.open()
    done = print_batch(books, context, Path(output), batch=again)
    if as_json:
        put_json(dataclasses.asdict(done) | {"path": str(done.path)})
    else:
        put(
            _(
                "{path} is written: batch {batch}, {documents} documents, {pages} pages",
                path=done.path,
                batch=done.batch,
                documents=done.documents,
                pages=done.pages,
            )
        )


@app.command("render")
def render_all(
    numbers: Numbers = None,
    since: Since = "",
    workers: Annotated[int, typer.Option("--workers", min=1, max=16, help="Processes that work at once.")] = 2,
    as_json: Json = False,
) -> None:
    """Make the PDFs of many documents; without numbers of all issued ones. Ctrl+C stops, the next run goes on.

    Exit code 1 where a document could not be made, 130 where it was stopped.
    """
    from tui_billing.services.rendering import Batch, render_many

    books, context = session.open()
    if numbers:
        ids = [answers.find_document(books, number) for number in numbers]
    else:
        day = parse_iso(since, "since").isoformat() if since else ""
        found = books.rows(
            "SELECT id FROM invoice WHERE state = 'issued' AND issue_date >= ? ORDER BY id",
            (day,),
        )
        ids = [key for (key,) in found]
    bar = sys.stderr.isatty() and not as_json

    def progress(batch: Batch) -> None:
        if bar:
            full = 40 * batch.done // max(1, batch.total)
            sys.stderr.write(f"\r{'█' * full}{'░' * (40 - full)} {batch.done}/{batch.total} ")
            sys.stderr.flush()

    with _until_interrupted() as stop:
        done = render_many(books, context, ids, workers=workers, progress=progress, stop=stop)
    if bar:
        sys.stderr.write("\n")
    for key, problem in done.problems:
        note(f"{key}: {translate(problem)}")
    tell_absence(books, context, done.unruled)
    if as_json:
        answer = {"total": done.total, "made": done.made, "there": done.there, "stopped": done.stopped}
        put_json(answer | {"problems": [{"id": key, "error": str(problem)} for key, problem in done.problems]})
    else:
        put(
            _(
                "{made} documents made, {there} were there, of {total}",
                made=done.made,
                there=done.there,
                total=done.total,
            )
        )
    if done.stopped:
        raise typer.Exit(130)
    if done.problems:
        raise typer.Exit(1)


@app.command("set")
def set_values(
    changes: Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="What to change.")] = None,
    as_json: Json = False,
) -> None:
    """Show or change how documents leave the house: sender, host, port, security, username, secret, mailbox, outbox …

    A password is never kept in the books: secret=env:NAME or secret=file:PATH says where it is.
    """
    books, context = session.open()
    typed = dict(_pair(text) for text in changes or ())
    known = recipients.change_settings(books, context, typed) if typed else recipients.settings(books)
    if as_json:
        put_json(dataclasses.asdict(known))
    else:
        put_card(dataclasses.asdict(known))


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        raise Problem("{text} is not understood; write NAME=VALUE", field=quote(name), text=quote(text))
    if name == "automatic":
        return name, value.strip().lower() in ("1", "y", "yes", "o", "oui", "true", "on")
    if name == "port":
        if not (value.isascii() and value.isdigit() and len(value) < 6):
            raise Problem("a port is a number from 1 to 65535", field="port")
        return name, int(value)
    return name, value.strip()


@app.command("to")
def set_recipients(
    customer: Annotated[str, typer.Argument(help="The customer's code.")],
    ways: Annotated[
        list[str] | None, typer.Argument(metavar="[WAY]…", help='"anna@acme.fr", "cc fr boss@acme.fr", post, platform.')
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Back to the customer's own address.")] = False,
    as_json: Json = False,
) -> None:
    """Show or lay down who gets a customer's documents, and how."""
    books, context = session.open()
    found = facts.customer_by_code(books, customer)
    if found is None:
        raise NotFound(
            "there is no customer {code}; type part of the name to find the code",
            field="customer",
            code=quote(customer),
        )
    if ways or none:
        recipients.set_ways(books, context, found.id, recipients.parse_ways(", ".join(ways or ())))
    shown = [way.text for way in recipients.ways_for(books, found.id, "invoice")]
    if as_json:
        put_json({"customer": found.code, "recipients": shown})
    else:
        put(f"{found.code}  {', '.join(shown)}")


@app.command("text")
def set_text(
    code: Annotated[str, typer.Argument(help="invoice, credit_note, corrective, statement, reminder or letter.")],
    language: Annotated[str, typer.Argument(help="en or fr.")],
    subject: Annotated[str, typer.Option("--subject", help="The subject, {number} and the like in braces.")] = "",
    body: Annotated[str, typer.Option("--body", metavar="FILE", help="A file with the text.")] = "",
    as_json: Json = False,
) -> None:
    """Show or word the text of a kind of mail."""
    books, context = session.open()
    before = mail_texts.text_of(books, code, language)
    if subject or body:
        typed = _read(Path(body)) if body else before[1]
        mail_texts.set_text(books, context, code, language, subject or before[0], typed)
    now = mail_texts.text_of(books, code, language)
    if as_json:
        put_json({"code": code, "language": language, "subject": now[0], "body": now[1]})
    else:
        put(now[0])
        put()
        for line in now[1].split("\n"):
            put(line)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Problem("{path} is not UTF-8 text; save it as that", field="body", path=str(path)) from None
