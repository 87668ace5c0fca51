"""Mails that come back: delivery reports (RFC 3464) and what servers write instead, read into plain facts."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from tui_billing.rules.text import safe

What = Literal["failed", "delayed", "delivered", "copy", "other"]
#: A report that is longer is read no further; its facts stand in the beginning.
LONGEST = 2_000_000
_ID = re.compile(r"<([^<>@\s]{1,200}@[^<>@\s]{1,253})>")
_ADDRESS = re.compile(r"[^\s<>;,]+@[^\s<>;,]+")
_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail of the mailbox says of one we sent: of which (its id), for whom ("" for all), what, and why.

    `attempt` is the try that an archive copy is of.
    """

    what: What
    message_ids: tuple[str, ...]
    recipient: str = ""
    code: str = ""
    reason: str = ""
    attempt: int = 0


def read_mail(content: bytes, try_header: str) -> list[Report]:
    """The reports in a mail, one a recipient; an archive copy is one; [] where it says nothing of ours.

    Never raises: whatever lies in a mailbox is somebody else's.
    """
    try:
        message = email.message_from_bytes(content[:LONGEST], policy=email.policy.compat32)
        if tried := str(message.get(try_header, "")).split():
            ids = tuple(_ID.findall(str(message.get("Message-ID", ""))))
            attempt = int(tried[-1]) if tried[-1].isdigit() else 0
            return [Report("copy", ids, attempt=attempt)] if ids else []
        if message.get_content_type() == "multipart/report":
            return list(_reports(message))
        return _plain(message)
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        return []


def _reports(message: Message) -> Iterator[Report]:
    ids: list[str] = []
    blocks: list[Message] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            payload = part.get_payload()
            blocks += [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            ids += _ids_inside(part)
    for block in blocks:
        envelope = str(block.get("Original-Envelope-Id", "")).strip()
        if "@" in envelope:
            ids.append(envelope.strip("<>"))
    found = tuple(dict.fromkeys(ids))
    for block in blocks:
        action = str(block.get("Action", "")).strip().lower()
        if action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
            continue
        what: What = "failed" if action == "failed" else "delayed" if action == "delayed" else "delivered"
        told = str(block.get("Original-Recipient", "") or block.get("Final-Recipient", ""))
        code = str(block.get("Status", "")).split(" ")[0].strip()[:20]
        reason = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Diagnostic-Code", ""))
        yield Report(what, found, _address(told), code, _tidy(reason))


def _ids_inside(part: Message) -> list[str]:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    if isinstance(inner, Message):
        return _ID.findall(str(inner.get("Message-ID", "")))
    return _ID.findall("\n".join(re.findall(r"(?im)^message-id:.*$", str(payload))))


def _plain(message: Message) -> list[Report]:
    """A report that follows no standard: from the mail system, and our own mail's id somewhere in it."""
    sender = str(message.get("From", "")).lower()
    empty = str(message.get("Return-Path", "x")).strip() == "<>"
    if not (empty or "mailer-daemon" in sender or "postmaster" in sender):
        return []
    text = _text_of(message)
    ids = tuple(dict.fromkeys(_ID.findall("\n".join(re.findall(r"(?im)^\s*message-id:.*$", text)))))
    ids += tuple(_ID.findall(str(message.get("In-Reply-To", "")) + str(message.get("References", ""))))
    if not ids:
        return []
    failed = str(message.get("X-Failed-Recipients", ""))
    code = match[1] if (match := _CODE.search(text)) else ""
    what: What = "delayed" if code.startswith("4") else "failed"
    words = next((line.strip() for line in text.splitlines() if _CODE.search(line)), "")
    everyone = _ADDRESS.findall(failed) or [""]
    return [Report(what, ids, _address(one), code, _tidy(words)) for one in everyone]


def _text_of(message: Message) -> str:
    texts = []
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            texts.append(payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload))
    return "\n".join(texts)


def _address(text: str) -> str:
    found = _ADDRESS.search(text.rpartition(";")[2])
    return found[0].strip(".").lower() if found else ""


def _tidy(text: str) -> str:
    return safe(re.sub(r"\s+", " ", text)).strip()[:300]
