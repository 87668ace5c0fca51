"""Who gets a customer's documents and how; and the servers and folders by which they leave the house."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import DeliverySetting, Recipient
from tui_billing.models.write import add, change
from tui_billing.rules.delivery import CHANNELS, DOCUMENTS, ROLES, check_address
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.rules.text import clean, quote
from tui_billing.services.balances import locked
from tui_billing.services.context import Context, Work, transact

MOST_RECIPIENTS = 20


@dataclass(frozen=True, slots=True)
class Way:
    """One recipient: how (`channel`), as what (`role`), where to, in which language ("" the customer's), for what."""

    channel: str
    address: str = ""
    role: str = "to"
    name: str = ""
    language: str = ""
    documents: str = "all"

    @property
    def text(self) -> str:
        """The way as it is typed: "anna@acme.fr", "cc boss@acme.fr", "post", "platform"."""
        if self.channel != "email":
            return self.channel if self.documents == "all" else f"{self.documents} {self.channel}"
        words = ["cc"] if self.role == "cc" else []
        if self.documents != "all":
            words.append(self.documents)
        if self.language:
            words.append(self.language)
        return " ".join([*words, self.address])


def parse_ways(text: str) -> tuple[Way, ...]:
    """The ways that are typed, commas between them: "anna@acme.fr, cc fr boss@acme.fr, post"."""
    return tuple(_parse_way(part) for part in text.replace(";", ",").split(",") if part.strip())


def _parse_way(text: str) -> Way:
    *words, last = text.split() if "\n" not in text and "\r" not in text else [text]
    if last.lower() in ("post", "platform"):
        if len(words) > 1 or any(word.lower() not in DOCUMENTS for word in words):
            raise Problem(
                "{text} stands alone, or with invoice or letter before it", field="recipients", text=last.lower()
            )
        return Way(last.lower(), documents=words[0].lower() if words else "all")
    known: dict[str, str] = {}
    for word in map(str.lower, words):
        field = (
            "role"
            if word in ROLES
            else "language"
            if word in ("en", "fr")
            else "documents"
            if word in DOCUMENTS
            else ""
        )
        if not field:
            raise Problem(
                "{text} is not understood; type to, cc, en, fr, invoice or letter before the address",
                field="recipients",
                text=quote(word),
            )
        known[field] = word
    return Way("email", check_address(last, "recipients"), **known)


def ways_of(books: Books, customer_id: int) -> tuple[Way, ...]:
    """What the customer's card says; () where it says nothing."""
    rows = books.rows(
        "SELECT channel, address, role, name, language, documents FROM recipient"
        " WHERE customer_id = ? AND active = 1 ORDER BY position, id",
        (customer_id,),
    )
    return tuple(Way(*row) for row in rows)


def ways_for(books: Books, customer_id: int, kind: str) -> tuple[Way, ...]:
    """How a document of a kind ("invoice" or "letter") goes to a customer.

    Where the card says nothing: by mail to the customer's own address, by post where there is none.
    """
    known = ways_of(books, customer_id)
    chosen = tuple(way for way in known if way.documents in ("all", kind))
    if chosen or known:
        return chosen
    email = str(books.value("SELECT email FROM customer WHERE id = ?", (customer_id,)) or "")
    try:
        return (Way("email", check_address(email)),)
    except Problem:
        return (Way("post"),)


def set_ways(books: Books, context: Context, customer_id: int, ways: Sequence[Way]) -> list[str]:
    """Lay down who gets a customer's documents; () goes back to the customer's own address. Returns the ways' texts.

    A recipient that is no longer named stays as a row that is not active: what was sent to it is on record.
    """

    def do(work: Work) -> list[str]:
        row = locked(books, "customer", "code", customer_id)
        if row is None:
            raise NotFound("there is no customer with id {id}", id=customer_id)
        before = [way.text for way in ways_of(books, customer_id)]
        books.db.execute_sql(books.sql("UPDATE recipient SET active = 0 WHERE customer_id = ?"), (customer_id,))
        for position, way in enumerate(_checked(ways), 1):
            key = books.value(
                "SELECT id FROM recipient WHERE customer_id = ? AND channel = ? AND address = ? AND documents = ?",
                (customer_id, way.channel, way.address, way.documents),
            )
            values: dict[str, Any] = {"position": position, "role": way.role, "name": way.name}
            values |= {"language": way.language, "active": True}
            if key is None:
                add(
                    Recipient,
                    customer_id=customer_id,
                    channel=way.channel,
                    address=way.address,
                    documents=way.documents,
                    **values,
                )
            else:
                change(Recipient, key, **values)
        after = [way.text for way in ways_of(books, customer_id)]
        work.audit("change", "customer", customer_id, {"v": 1, "changed": {"recipients": [before, after]}}, str(row[0]))
        return after

    return transact(books, context, "customer", do)


def _checked(ways: Sequence[Way]) -> list[Way]:
    if len(ways) > MOST_RECIPIENTS:
        raise Problem("a customer has at most {count} recipients", field="recipients", count=MOST_RECIPIENTS)
    checked: list[Way] = []
    for way in ways:
        if way.channel not in CHANNELS:
            raise Problem(
                "{text} is no way of delivery; there are email, post and platform",
                field="recipients",
                text=quote(way.channel),
            )
        if way.role not in ROLES or way.documents not in DOCUMENTS or way.language not in ("", "en", "fr"):
            raise Problem("{text} is not understood", field="recipients", text=quote(way.text))
        address = check_address(way.address, "recipients") if way.channel == "email" else ""
        way = dataclasses.replace(way, address=address, name=clean(way.name, 100, "recipients"))
        if any((way.channel, way.address, way.documents) == (w.channel, w.address, w.documents) for w in checked):
            raise Problem("{text} is named twice", field="recipients", text=quote(way.text))
        checked.append(way)
    if checked and any(w.role == "cc" for w in checked) and not any(w.role == "to" for w in checked):
        raise Problem("a copy goes along with a mail; name somebody without cc first", field="recipients")
    return checked


# -- the house's own side ------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """How documents leave the house. `secret` and `mailbox_secret` say where a password is: env:NAME or file:PATH."""

    automatic: bool = False
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    archive: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    certificate: str = ""
    username: str = ""
    secret: str = ""
    mailbox: str = ""
    mailbox_secret: str = ""
    outbox: str = ""
    statuses: str = ""
    unsure: str = "ask"


_NAMES = tuple(field.name for field in dataclasses.fields(Settings))


def settings(books: Books) -> Settings:
    """The house's settings of delivery."""
    row = books.row(f"SELECT {', '.join(_NAMES)} FROM delivery_setting WHERE id = 1")
    assert row is not None
    return Settings(bool(row[0]), *row[1:])


def change_settings(books: Books, context: Context, changes: dict[str, Any], version: int | None = None) -> Settings:
    """Change some of the settings; what was changed is in the audit event, a password never is: it is in no setting."""

    def do(work: Work) -> None:
        row = locked(books, "delivery_setting", "version", 1)
        assert row is not None
        before = settings(books)
        if version is not None and row[0] != version:
            raise Conflict("somebody else has changed these settings; look at them again", mine=changes, theirs={})
        after = check_settings(dataclasses.replace(before, **_known(changes)))
        different = {name: getattr(after, name) for name in _NAMES if getattr(after, name) != getattr(before, name)}
        change(DeliverySetting, 1, **different, version=row[0] + 1, next_try=None)
        told = {name: [getattr(before, name), value] for name, value in different.items()}
        work.audit("change", "delivery_setting", 1, {"v": 1, "changed": told}, "delivery")

    transact(books, context, "delivery_setting", do)
    return settings(books)


def _known(changes: dict[str, Any]) -> dict[str, Any]:
    for name in changes:
        if name not in _NAMES:
            raise Problem(
                "{name} is no setting of delivery; there are {names}",
                field=quote(name),
                name=quote(name),
                names=", ".join(_NAMES),
            )
    return changes


def check_settings(given: Settings) -> Settings:
    """The settings as they are stored; the first wrong one is a Problem with its name."""
    values: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(given, name)
        values[name] = clean(value, 500, name) if isinstance(value, str) else value
    for name in ("sender", "reply_to", "archive"):
        if values[name]:
            values[name] = check_address(values[name], name)
    if not 0 < values["port"] < 65536:
        raise Problem("a port is a number from 1 to 65535", field="port")
    if values["security"] not in ("starttls", "tls", "none"):
        raise Problem("security is starttls, tls or none", field="security")
    if values["unsure"] not in ("ask", "resend"):
        raise Problem("unsure is ask or resend", field="unsure")
    for name in ("secret", "mailbox_secret"):
        kind, _, what = values[name].partition(":")
        if values[name] and (kind not in ("env", "file") or not what):
            raise Problem("a password is never kept in the books; say where it is: env:NAME or file:PATH", field=name)
    if values["username"] and values["security"] == "none" and values["host"] not in ("localhost", "127.0.0.1", "::1"):
        raise Problem("a password goes over a line with TLS alone; set security to starttls", field="security")
    return Settings(**values)


def password(where: str, field: str) -> str:
    """The password that `env:NAME` or `file:PATH` points to; its first line without its end."""
    import os

    if not where:
        return ""
    kind, _, what = where.partition(":")
    if kind == "env":
        if what not in os.environ:
            raise Problem("the environment has no {name}; set it to the password", field=field, name=what)
        return os.environ[what]
    try:
        return Path(what).expanduser().read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except OSError as error:
        raise Problem(
            "{path} cannot be read: {reason}; put the password there",
            field=field,
            path=what,
            reason=error.strerror or str(error),
        ) from None
