"""The run of the mail queue: claims what is due, hands it to the server, and writes down what became of each.

How a mail is neither lost nor sent twice, whenever this process dies:

1. A row is claimed (`holder`), and stays queued until the server has taken its address. A dead holder's claim is
   void at once, so that nothing is lost; nothing has left, so that nothing doubles.
2. Right before the mail itself goes out its rows become `sending`, in a transaction of their own. What became of it
   is written in the next one. A crash between the two leaves at most one mail a run of which nobody can know.
3. Such a mail becomes `unsure`. It is never sent again by itself, unless its archive copy says that it did not
   arrive (`mailbox.read`), a clerk says so (`delivery.retry`), or the house has laid down `unsure = resend`: then the
   receiving side drops the second one by its Message-ID, which is the same at every try.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_billing.exchange.smtp import Outcome
from tui_billing.models.door import Books
from tui_billing.models.tables import Delivery, DeliverySetting
from tui_billing.models.write import change
from tui_billing.rules.delivery import State, next_contact, next_try
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.delivery import move
from tui_billing.services.drafts import is_alive, this_process
from tui_billing.services.recipients import Settings, password, settings

if TYPE_CHECKING:
    from tui_billing.exchange.smtp import MailLine, MailServer

#: Mails that are claimed at a time: their documents are made by both workers before the line is opened.
CLAIM = 50
#: Until a mail whose fate is unknown is sent again where the house wants that: its archive copy may come.
RESEND = dt.timedelta(minutes=15)
_ROW = (
    "id, document, edition, invoice_id, letter_id, customer_id, name, channel, role, address, language, state,"
    " message_id, tries, first_try"
)
_INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(slots=True)
class Run:
    """What a run has done: recipients that were reached, put off, refused for good, unknown, given up."""

    sent: int = 0
    put_off: int = 0
    bounced: int = 0
    unsure: int = 0
    failed: int = 0
    #: Why the server could not be used, "" where it could.
    outage: str = ""
    stopped: bool = False

    @property
    def done(self) -> int:
        """Recipients that this run has dealt with."""
        return self.sent + self.put_off + self.bounced + self.unsure + self.failed


@dataclass(frozen=True, slots=True)
class _Message:
    """One mail: the rows of its recipients that are still to be reached."""

    rows: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        return str(self.rows[0]["message_id"])

    @property
    def tries(self) -> int:
        return 1 + max(int(row["tries"]) for row in self.rows)


def instant(text: str) -> dt.datetime:
    """A stored instant."""
    return dt.datetime.strptime(text, _INSTANT).replace(tzinfo=dt.UTC)


def stored(at: dt.datetime) -> str:
    """An instant as it is stored."""
    return at.astimezone(dt.UTC).strftime(_INSTANT)


def mail_server(known: Settings) -> MailServer:
    """The server that the settings name, with its password; a Problem says what is missing."""
    from tui_billing.exchange.smtp import MailServer

    if not known.sender:
        raise Refused("no sender is set; say who writes with: tui-billing send set sender=ADDRESS")
    if not known.host:
        raise Refused("no mail server is set; name it with: tui-billing send set host=NAME")
    return MailServer(
        known.host,
        known.port,
        known.security,
        known.username,
        password(known.secret, "secret") if known.username else "",
        known.certificate,
    )


def run(
    books: Books,
    context: Context,
    *,
    server: MailServer | None = None,
    limit: int | None = None,
    now_anyway: bool = False,
    progress: Callable[[Run], None] = lambda run: None,
    stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Send what is due, at most `limit` mails. Run it as often as wanted, and from several places at once.

    While an outage lasts nothing is tried before its time, unless `now_anyway`. Raises `Refused` where sender or
    server are not set, and `Problem` where the password cannot be read.
    """
    from tui_billing.exchange.smtp import MailLine, NoServer

    known = settings(books)
    server = server or mail_server(known)
    holder = f"{this_process()}/{uuid.uuid4().hex[:8]}"
    done = Run()
    recover(books, context)
    pause = books.row("SELECT next_try, outage_reason FROM delivery_setting WHERE id = 1")
    if pause and pause[0] and pause[0] > context.now() and not now_anyway:
        done.outage = pause[1]
        return done
    with MailLine(server) as line:
        left = limit
        while left is None or left > 0:
            if stop():
                done.stopped = True
                break
            claimed = _claim(books, context, holder, CLAIM if left is None else min(CLAIM, left))
            if not claimed:
                break
            try:
                messages = _prepared(books, context, claimed, done)
                for message in messages:
                    if stop():
                        done.stopped = True
                        break
                    _send(books, context, line, known, message, holder, done)
                    progress(done)
            except NoServer as error:
                done.outage = str(error)
                break
            finally:
                _release(books, context, holder)
            if left is not None:
                left -= len(claimed)
    _note_outage(books, context, done)
    return done


def recover(books: Books, context: Context) -> int:
    """Look after what dead runs have left under way; return how many recipients that were.

    Whether those mails were taken nobody knows: they are `unsure` (see the head of this file).
    """
    now = context.now()

    def do(work: Work) -> int:
        lock = " FOR UPDATE" if books.engine == "postgres" else ""
        rows = books.rows("SELECT id, holder, held_at FROM delivery WHERE state = 'sending' ORDER BY id" + lock)
        found = 0
        for key, holder, held_at in rows:
            if not is_alive(holder or "", held_at or now, now):
                _leave_unsure(work, key, "", "the run ended while the mail was handed over")
                found += 1
        return found

    return transact(books, context.command(), "deliver", do, record=False)


def _leave_unsure(work: Work, key: int, code: str, reason: str) -> None:
    move(work, key, State.UNSURE, code=code, reason=reason)
    if settings(work.books).unsure == "resend":
        due = stored(instant(work.at) + RESEND)
        move(work, key, State.QUEUED, reason="it is sent again with the same Message-ID", due_at=due)


def _claim(books: Books, context: Context, holder: str, count: int) -> list[dict[str, Any]]:
    """Rows of the next mails that are due and nobody else has, now held by this run."""

    def do(work: Work) -> list[dict[str, Any]]:
        lock = " FOR UPDATE SKIP LOCKED" if books.engine == "postgres" else ""
        names = [name.strip() for name in _ROW.split(",")]
        select = (
            f"SELECT due_at, holder, held_at, {_ROW} FROM delivery WHERE state = 'queued' AND channel = 'email'"
            f" AND due_at <= ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT {count}{lock}"
        )
        free: dict[str, bool] = {"": True}
        chosen: list[tuple] = []
        after: tuple[str, int] = ("", 0)
        while len(chosen) < count and (page := books.rows(select, (work.at, *after))):
            after = (page[-1][0], page[-1][3])
            for row in page:
                held, held_at = str(row[1] or ""), row[2]
                if held not in free:
                    free[held] = not is_alive(held, held_at or work.at, work.at)
                if free[held] and len(chosen) < count:
                    chosen.append(row[3:])
        for row in chosen:
            change(Delivery, row[0], holder=holder, held_at=work.at)
        return [dict(zip(names, row, strict=True)) for row in chosen]

    return transact(books, context.command(), "deliver", do, record=False)


def _release(books: Books, context: Context, holder: str) -> None:
    def do(work: Work) -> None:
        books.db.execute_sql(
            books.sql("UPDATE delivery SET holder = NULL, held_at = NULL WHERE holder = ? AND state = 'queued'"),
            (holder,),
        )

    transact(books, context.command(), "deliver", do, record=False)


def _prepared(books: Books, context: Context, rows: Sequence[dict[str, Any]], done: Run) -> Iterator[_Message]:
    """The mails of claimed rows, their documents made."""
    from tui_billing.services.papers import make_papers

    wrong = make_papers(books, context, rows)
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["id"] in wrong:
            # a full disk, a broken font: mended, the same document goes out by itself
            _count(done, _put_off(books, context, row, wrong[row["id"]]))
        else:
            groups.setdefault(row["message_id"], []).append(row)
    for group in groups.values():
        yield _Message(tuple(group))


def _put_off(books: Books, context: Context, row: dict[str, Any], problem: Exception) -> State:
    """Try again later what may be mended meanwhile; what is refused for good is given up at once."""
    outcome = Outcome("later", "", str(problem)[:300])
    tries = int(row["tries"]) + 1

    def do(work: Work) -> State:
        if isinstance(problem, Refused):
            move(work, row["id"], State.FAILED, reason=outcome.reason)
            return State.FAILED
        return _settle(work, row, tries, outcome)

    return transact(books, context.command(), "deliver", do, record=False)


def _send(
    books: Books, context: Context, line: MailLine, known: Settings, message: _Message, holder: str, done: Run
) -> None:
    from tui_billing.services.papers import mail_of, read_papers

    try:
        papers = read_papers(books, message.rows[0])
        sha256 = hashlib.sha256(papers[0].content).hexdigest()
        content = mail_of(books, known, message.rows[0], papers, message.tries, instant(context.now()))
    except (Problem, ValueError) as problem:
        for row in message.rows:
            _count(done, _put_off(books, context, row, problem))
        return
    by_address = {row["address"]: row for row in message.rows}

    def before_data(taken: list[str], copied: bool) -> bool:
        keys = [by_address[address]["id"] for address in taken]
        return transact(
            books,
            context.command(),
            "deliver",
            lambda work: _mark(work, keys, holder, message.tries, sha256, copied),
            record=False,
        )

    outcomes = line.send(
        known.sender,
        list(by_address),
        content,
        copy_to=known.archive,
        envelope_id=message.id,
        before_data=before_data,
    )

    def do(work: Work) -> list[State]:
        return [_settle(work, by_address[address], message.tries, one) for address, one in outcomes.items()]

    for state in transact(books, context.command(), "deliver", do, record=False):
        _count(done, state)


def _mark(work: Work, keys: Sequence[int], holder: str, tries: int, sha256: str, copied: bool) -> bool:
    """The rows are under way from now on; False where another run has taken one of them meanwhile."""
    lock = " FOR UPDATE" if work.books.engine == "postgres" else ""
    for key in keys:
        row = work.books.row(f"SELECT state, holder FROM delivery WHERE id = ?{lock}", (key,))
        if row is None or row[0] not in ("queued", "sending") or row[1] != holder:
            return False
    for key in keys:
        # where the archive has a copy, it may be asked later whether this try arrived
        code = "archived" if copied else ""
        move(work, key, State.SENDING, code=code, tries=tries, sha256=sha256, held_at=work.at)
    return True


def _settle(work: Work, row: dict[str, Any], tries: int, outcome: Outcome) -> State:
    """Write down what became of a mail for one recipient; the state it is in now."""
    key, code, reason = row["id"], outcome.code, outcome.reason
    first = row["first_try"] or work.at
    if outcome.verdict == "taken":
        move(work, key, State.SENT, code=code, reason=reason, first_try=first)
        return State.SENT
    if outcome.verdict == "never":
        move(work, key, State.BOUNCED, code=code, reason=reason, first_try=first, tries=tries)
        return State.BOUNCED
    if outcome.verdict == "unsure":
        _leave_unsure(work, key, code, reason)
        return State.UNSURE
    due = next_try(instant(work.at), instant(first), tries)
    if due is None:
        move(work, key, State.FAILED, code=code, reason=reason, tries=tries)
        return State.FAILED
    move(work, key, State.QUEUED, code=code, reason=reason, due_at=stored(due), first_try=first, tries=tries)
    return State.QUEUED


def _count(done: Run, state: State) -> None:
    if state is State.SENT:
        done.sent += 1
    elif state is State.BOUNCED:
        done.bounced += 1
    elif state is State.UNSURE:
        done.unsure += 1
    elif state is State.FAILED:
        done.failed += 1
    else:
        done.put_off += 1


def _note_outage(books: Books, context: Context, done: Run) -> None:
    """An outage that begins, goes on or ends: when the server is tried again, and since when it has been away."""
    before = books.row("SELECT outage_since, outage_tries FROM delivery_setting WHERE id = 1")
    assert before is not None
    if not done.outage and (before[0] is None or not done.done):
        return

    def do(work: Work) -> None:
        if not done.outage:
            change(DeliverySetting, 1, outage_since=None, outage_reason="", outage_tries=0, next_try=None)
            return
        tries = before[1] + 1
        change(
            DeliverySetting,
            1,
            outage_since=before[0] or work.at,
            outage_reason=done.outage[:300],
            outage_tries=tries,
            next_try=stored(next_contact(instant(work.at), tries)),
        )

    transact(books, context.command(), "deliver", do, record=False)
