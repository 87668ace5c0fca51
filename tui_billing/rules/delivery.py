"""What may become of a document that leaves the house: states, who may be written to, when it is tried again."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from enum import StrEnum

from tui_billing.rules.problem import Problem
from tui_billing.rules.status import Glyph
from tui_billing.rules.text import quote

CHANNELS = ("email", "post", "platform")
ROLES = ("to", "cc")
DOCUMENTS = ("all", "invoice", "letter")


class State(StrEnum):
    """How far a document has come on its way to one recipient.

    `unsure` is what nobody can know: the line broke after the whole mail was handed over and before the
    server's answer. The last four are what a platform says of an e-invoice (XP Z12-012: 200, 202, 210 and 213,
    212).
    """

    QUEUED = "queued"
    SENDING = "sending"
    UNSURE = "unsure"
    SENT = "sent"
    CONFIRMED = "confirmed"
    BOUNCED = "bounced"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEPOSITED = "deposited"
    RECEIVED = "received"
    REFUSED = "refused"
    PAID = "paid"


#: How a state is shown; the words are message ids.
SIGNS: dict[State, Glyph] = {
    State.QUEUED: Glyph("◌", ".", "grey", "waiting"),
    State.SENDING: Glyph("◔", "~", "blue", "under way"),
    State.UNSURE: Glyph("◑", "?", "magenta", "not certain"),
    State.SENT: Glyph("✉", ">", "blue", "sent"),
    State.CONFIRMED: Glyph("✔", "=", "green", "confirmed"),
    State.BOUNCED: Glyph("●", "*", "red", "came back"),
    State.FAILED: Glyph("✕", "x", "red", "given up"),
    State.CANCELLED: Glyph("✕", "x", "dim", "not sent"),
    State.DEPOSITED: Glyph("✉", ">", "blue", "deposited"),
    State.RECEIVED: Glyph("✔", "=", "cyan", "received"),
    State.REFUSED: Glyph("●", "*", "red", "refused"),
    State.PAID: Glyph("✔", "=", "green", "paid"),
}
#: What somebody has to look at.
TROUBLE = (State.BOUNCED, State.FAILED, State.REFUSED, State.UNSURE)
#: What has left the house, so that it is not sent again unless a clerk says so.
GONE = (State.SENT, State.CONFIRMED, State.DEPOSITED, State.RECEIVED, State.PAID)

#: Status codes of XP Z12-012 (CDAR D22B, MDT-105) -> state; a code that is not here changes nothing.
PLATFORM = {
    "200": State.DEPOSITED,
    "201": State.DEPOSITED,
    "202": State.RECEIVED,
    "203": State.RECEIVED,
    "204": State.RECEIVED,
    "205": State.RECEIVED,
    "206": State.RECEIVED,
    "207": State.RECEIVED,
    "208": State.RECEIVED,
    "209": State.RECEIVED,
    "210": State.REFUSED,
    "211": State.PAID,
    "212": State.PAID,
    "213": State.REFUSED,
    "501": State.REFUSED,
}
#: A status never goes back behind one that has come already: files may arrive in any order.
_RANK = {State.QUEUED: 0, State.SENDING: 0, State.UNSURE: 0, State.SENT: 1, State.DEPOSITED: 2, State.RECEIVED: 3}

#: Minutes to the next try after a server has said "later"; then every four hours (RFC 5321 4.5.4.1).
_PAUSES = (5, 15, 30, 60, 120, 240)
_GIVE_UP = dt.timedelta(days=5)
#: Minutes to the next try of a server that is not reached.
_OUTAGE = (1, 2, 5, 10, 30)


def goes_on(before: State, after: State) -> bool:
    """Whether a platform's word `after` is news where `before` is known; refused and paid are the last ones."""
    last = {State.REFUSED: 4, State.PAID: 5}
    return (_RANK | last).get(after, 9) > (_RANK | last).get(before, 9)


def next_try(now: dt.datetime, first: dt.datetime, tries: int) -> dt.datetime | None:
    """When a mail that was put off for the `tries`-th time is tried again; None once five days have gone by."""
    at = now + dt.timedelta(minutes=_PAUSES[min(tries, len(_PAUSES)) - 1])
    return at if at - first <= _GIVE_UP else None


def next_contact(now: dt.datetime, tries: int) -> dt.datetime:
    """When a server that was not reached `tries` times is tried again."""
    return now + dt.timedelta(minutes=_OUTAGE[min(tries, len(_OUTAGE)) - 1])


# Atoms of RFC 5322 3.2.3, and whatever RFC 6531 adds to them.
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+)*"
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.I)


#: Controls, formats, surrogates, and every blank but the plain one, which the pattern refuses by itself.
_FORBIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def check_address(text: str, field: str = "email") -> str:
    """An e-mail address as it is stored: trimmed, its domain in lower case; a Problem where it is none.

    A line break, a comma or a bracket would be another recipient or another header, and is refused. A local part
    beyond ASCII is kept as it is (RFC 6531); the domain is written in ASCII (IDNA).
    """
    typed = unicodedata.normalize("NFC", text).strip()
    if any(unicodedata.category(char) in _FORBIDDEN for char in typed.replace(" ", "")):
        raise Problem("an e-mail address holds no line break and no control character; type it again", field=field)
    local, at, domain = typed.rpartition("@")
    if not at or len(local.encode()) > 64 or not _LOCAL.fullmatch(local):
        raise Problem(
            "{text} is no e-mail address; type one like {example}",
            field=field,
            text=quote(typed),
            example="anna@example.com",
        )
    try:
        domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        domain = ""
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Problem("{text} is no e-mail address; look at what stands behind the @", field=field, text=quote(typed))
    return f"{local}@{domain}"


def needs_utf8(address: str) -> bool:
    """Whether only a server with SMTPUTF8 can take this address."""
    return not address.isascii()
