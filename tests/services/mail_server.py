"""A real mail server that behaves as badly as it is told, by the first word of each address."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Taken:
    """A mail that the server has answered for: to whom, and what it holds."""

    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Habits:
    """What the server does: `refuse-`, `grey-` (first time later), `slow-`, `drop-` (in mid-message, first time),
    `lost-` (takes the mail and hangs up without an answer, first time), `twice-` (answers twice), `big-` (552)."""

    taken: list[Taken] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    #: Mails that lie in the archive, which gets a copy of whatever is delivered.
    archive: Path | None = None
    delay: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def times(self, address: str) -> int:
        """How often this address has come up, this time included."""
        with self.lock:
            self.seen[address] = self.seen.get(address, 0) + 1
            return self.seen[address]

    def deliveries(self) -> dict[str, int]:
        """Address -> how many mails reached it, the archive's copies left out."""
        counts: dict[str, int] = {}
        for one in self.taken:
            for address in one.recipients:
                counts[address] = counts.get(address, 0) + 1
        return counts

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("refuse-"):
            return "550 5.1.1 no such user here"
        if address.startswith("grey-") and self.times("grey " + address) == 1:
            return "451 4.7.1 greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        first = envelope.rcpt_tos[0]
        if first.startswith("slow-"):
            await asyncio.sleep(0.3)
        if self.delay:
            await asyncio.sleep(self.delay)
        if first.startswith("big-"):
            return "552 5.3.4 message too big"
        if first.startswith("lost-") and self.times("lost " + first) == 1:
            self._keep(envelope)
            server.transport.abort()
            return "250 OK"
        if first.startswith("vanish-") and self.times("vanish " + first) == 1:
            server.transport.abort()
            return "250 OK"
        self._keep(envelope)
        if first.startswith("twice-"):
            await server.push("250 OK, taken")
        return "250 OK, taken"

    def _keep(self, envelope: Envelope) -> None:
        content: Any = envelope.original_content
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        recipients = tuple(one for one in envelope.rcpt_tos if not one.startswith("archive"))
        with self.lock:
            self.taken.append(Taken(recipients, message))
            if self.archive is not None and len(recipients) < len(envelope.rcpt_tos):
                (self.archive / "new" / f"{time.time_ns()}.{len(self.taken)}").write_bytes(content)


class _Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        first = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else ""
        handler: Habits = self.event_handler
        if first.startswith("drop-") and handler.times("drop " + first) == 1:
            await self.push("354 go on")
            await self._reader.read(200)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class MailHouse(Controller):
    """The server in a thread of its own, on a port that is free."""

    habits: Habits

    def __init__(self, habits: Habits, *, port: int = 0, **options: Any) -> None:
        self.habits = habits
        super().__init__(habits, hostname="127.0.0.1", port=port or free_port(), **options)

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def small_papers(books: Any, context: Any, rows: Any) -> dict[int, Any]:
    """One small document stands for all: making real ones is proved elsewhere."""
    from tui_billing.services import papers

    for row in rows:
        path = papers.paper_of(books, row)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7 " + row["name"].encode())
    return {}


def make_maildir(folder: Path) -> Path:
    """An empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder
