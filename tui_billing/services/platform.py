"""The way to a platform for e-invoices: what goes out is handed over once, what it says of it is read back.

`Platform` is the whole interface; a folder is the one that is built. An agreed platform's own API is another class
with these two methods.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tui_billing.documents.files import write_atomically
from tui_billing.exchange.cdar import read_cdar
from tui_billing.locale import _, translate
from tui_billing.models.door import Books
from tui_billing.rules.delivery import PLATFORM, State, goes_on
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.delivery import move
from tui_billing.services.drafts import this_process
from tui_billing.services.mailing import recover
from tui_billing.services.papers import make_papers, papers_of
from tui_billing.services.recipients import settings

_ROW = "id, invoice_id, letter_id, channel, name, state"


class Platform(Protocol):
    """Who takes e-invoices on for the house."""

    def hand_over(self, name: str, content: bytes) -> str:
        """Hand a file over; what it is known by there. Handed over twice it must be known as the same."""

    def has(self, name: str, sha256: str) -> bool:
        """Whether this very file has been handed over and not been fetched yet."""

    def statuses(self) -> Iterator[tuple[str, bytes]]:
        """(name, content) of each message that has not been read; it counts as read once the next is asked for."""


@dataclass(frozen=True, slots=True)
class FolderPlatform:
    """Files in an outbox that another program fetches, and a folder where it lays the answers."""

    outbox: Path
    answers: Path | None = None

    def hand_over(self, name: str, content: bytes) -> str:
        write_atomically(self.outbox / name, content)
        return str(self.outbox / name)

    def has(self, name: str, sha256: str) -> bool:
        try:
            return hashlib.sha256((self.outbox / name).read_bytes()).hexdigest() == sha256
        except OSError:
            return False

    def statuses(self) -> Iterator[tuple[str, bytes]]:
        if self.answers is None:
            return
        for path in sorted(self.answers.glob("*.xml")):
            with contextlib.suppress(FileNotFoundError):
                yield path.name, path.read_bytes()
                done = self.answers / "read"
                done.mkdir(mode=0o700, exist_ok=True)
                path.rename(done / path.name)


@dataclass(slots=True)
class Exchanged:
    """What went over: files handed over, statuses that were news, and what could not be read."""

    placed: int = 0
    statuses: int = 0
    problems: list[str] = field(default_factory=list)


def platform_of(books: Books) -> Platform:
    """The platform that the settings name."""
    known = settings(books)
    if not known.outbox:
        raise Refused("no outbox is set; name the folder with: tui-billing send set outbox=FOLDER")
    return FolderPlatform(
        Path(known.outbox).expanduser(), Path(known.statuses).expanduser() if known.statuses else None
    )


def exchange(books: Books, context: Context, platform: Platform | None = None) -> Exchanged:
    """Hand over what waits, then read what the platform says."""
    platform = platform or platform_of(books)
    done = Exchanged()
    recover(books, context)
    _hand_over_all(books, context, platform, done)
    for name, content in platform.statuses():
        try:
            told = read_cdar(content, name)
        except Problem as problem:
            done.problems.append(translate(problem))
            continue
        for one in told:
            news = _take_status(books, context, one.number, one.code, one.reason)
            if news is None:
                done.problems.append(
                    _("{file}: {number} was never handed over to the platform", file=name, number=one.number)
                )
            done.statuses += bool(news)
    return done


def _hand_over_all(books: Books, context: Context, platform: Platform, done: Exchanged) -> None:
    found = books.rows(
        f"SELECT {_ROW} FROM delivery WHERE channel = 'platform' AND state IN ('queued', 'unsure') ORDER BY id LIMIT 1000"
    )
    rows: list[dict[str, Any]] = [dict(zip(_ROW.split(", "), row, strict=True)) for row in found]
    wrong = make_papers(books, context, rows)
    for row in rows:
        if row["id"] in wrong:
            _move(books, context, row, State.FAILED, str(wrong[row["id"]])[:300])
            done.problems.append(f"{row['name']}: {translate(wrong[row['id']])}")
            continue
        (path,) = papers_of(books, {**row, "channel": "platform"})
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if row["state"] == State.UNSURE:
            # left by a run that died: lies it there, it is handed over; else the platform may have fetched it
            if platform.has(path.name, sha256):
                _move(books, context, row, State.SENT, path.name, sha256=sha256)
                done.placed += 1
            continue
        holder = f"{this_process()}/{uuid.uuid4().hex[:8]}"
        if not _move(books, context, row, State.SENDING, "", holder=holder, held_at=context.now(), sha256=sha256):
            continue
        try:
            reference = platform.hand_over(path.name, content)
        except OSError as error:
            reason = error.strerror or str(error)
            _move(books, context, {**row, "state": "sending"}, State.QUEUED, reason)
            raise Problem(
                "{path} could not be written: {reason}; make room or choose another folder, then send it again",
                path=path.name,
                reason=reason,
            ) from error
        _move(books, context, {**row, "state": "sending"}, State.SENT, reference)
        done.placed += 1


def _move(books: Books, context: Context, row: dict[str, Any], state: State, reason: str, **more: Any) -> bool:
    """Move a delivery on from the state it is known in; False where somebody else has moved it meanwhile."""

    def do(work: Work) -> bool:
        lock = " FOR UPDATE" if books.engine == "postgres" else ""
        now = books.row(f"SELECT state FROM delivery WHERE id = ?{lock}", (row["id"],))
        if now != (row["state"],):
            return False
        move(work, row["id"], state, reason=reason, **more)
        return True

    return transact(books, context.command(), "deliver", do, record=False)


def _take_status(books: Books, context: Context, number: str, code: str, reason: str) -> bool | None:
    """Whether the status was news; None where no such delivery is known."""

    def do(work: Work) -> bool | None:
        lock = " FOR UPDATE" if books.engine == "postgres" else ""
        row = books.row(
            "SELECT id, state FROM delivery WHERE name = ? AND channel = 'platform' AND invoice_id IS NOT NULL"
            f" ORDER BY edition DESC LIMIT 1{lock}",
            (number,),
        )
        if row is None:
            return None
        state = PLATFORM.get(code)
        if state is None or not goes_on(State(row[1]), state):
            return False
        move(work, row[0], state, code=code, reason=reason)
        return True

    return transact(books, context.command(), "deliver", do, record=False)
