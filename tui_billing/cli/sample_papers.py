"""The papers of the sample: orders, signed delivery notes, mails, a photograph; the same bytes at every build.

They lie in `tui_billing/sample_papers`, in the store's own order, so that a copy of sample.db alone has them.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import sha256
from struct import pack
from typing import TYPE_CHECKING

from tui_billing.documents.store import Stored, media_type_of, place, store_bytes
from tui_billing.services.attachments import attach_in
from tui_billing.services.context import transact
from tui_billing.services.places import sample_papers

if TYPE_CHECKING:
    from tui_billing.cli.sample_desk import Desk

_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """A paper: its name, what it is, a word about it, its bytes."""

    name: str
    kind: str
    note: str
    content: bytes


def hang(desk: Desk, login: str, entity: str, entity_id: int, paper: SamplePaper) -> int:
    """Attach a paper; its file is written into the package where it is not there yet."""
    digest = sha256(paper.content).hexdigest()
    if not place(sample_papers(), digest).is_file():
        store_bytes(sample_papers(), paper.content, paper.name, _LIMIT)
    stored = Stored(digest, len(paper.content), media_type_of(paper.content[:8192]))
    return transact(
        desk.books,
        desk.by(login),
        "attach",
        lambda work: attach_in(work, entity, entity_id, paper.name, stored, kind=paper.kind, note=paper.note),
    )


def pdf(*lines: str, signed: bool = False) -> bytes:
    """One page of plain lines, the first one large; with a signature at its foot where it is signed."""
    drawn = [b"BT /F1 15 Tf 60 770 Td (" + _escaped(lines[0]) + b") Tj ET"]
    for row, line in enumerate(lines[1:]):
        drawn.append(b"BT /F1 11 Tf 60 %d Td (%s) Tj ET" % (736 - 17 * row, _escaped(line)))
    if signed:
        drawn.append(b"q 1.4 w 0.1 0.15 0.5 RG 330 150 m 352 214 368 118 388 168 c 396 190 402 150 436 176 c S Q")
    page = b"\n".join(drawn)
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(bodies) + 1, table, len(bodies) + 1, len(out))


def _escaped(text: str) -> bytes:
    return text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def mail(sender: str, date: str, subject: str, text: str) -> bytes:
    """A mail as it came in."""
    heads = (
        f"From: {sender}",
        "To: Facturation <comptes@duval.example>",
        f"Date: {date}",
        f"Subject: {subject}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    )
    return ("\r\n".join(heads) + "\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()


def photograph() -> bytes:
    """A table top with a chip in its varnish, 96 × 64 dots, stored as it is: the same wherever it is made."""
    rows = bytearray()
    for y in range(64):
        rows.append(0)
        for x in range(96):
            chip = (x - 61) ** 2 + 3 * (y - 30) ** 2 < 190
            grain = (x * 3 + y * y // 9) % 11
            rows += bytes((222, 205, 178)) if chip else bytes((150 + grain, 104 + grain, 62 + grain // 2))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", 96, 64, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(rows), 0))
        + chunk(b"IEND", b"")
    )
