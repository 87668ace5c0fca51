"""What `verify` proves of the bank's side: rules, accounts, mappings, mandates, investigations, proofs, closed months.

Each is what its audit events say; the order of the rules is what their events make of it, one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tui_billing.models.door import Books
from tui_billing.rules.canonical import canonical
from tui_billing.rules.direct_debit import LAST
from tui_billing.services.bank_rules import rule_content
from tui_billing.services.mandates import mandate_content
from tui_billing.services.proof import proof_content

#: check, number, sentence.
Fault = tuple[str, str, str]
#: (action, id, what the event says)
Event = tuple[str, int, dict[str, Any]]

_ENTITIES = (
    "bank_rule",
    "bank_account",
    "csv_mapping",
    "mandate",
    "investigation",
    "period_proof",
    "period",
    "payment_order",
)


def bank_differences(books: Books) -> Iterator[Fault]:
    """Everything of these that is not as it was written."""
    events: dict[str, list[Event]] = {entity: [] for entity in _ENTITIES}
    marks = ", ".join("?" * len(_ENTITIES))
    for entity, action, key, payload in books.rows(
        f"SELECT entity, action, entity_id, payload FROM audit WHERE entity IN ({marks}) ORDER BY seq", _ENTITIES
    ):
        events[entity].append((action, key, json.loads(payload)))
    wrong = [
        *_rules(books, events["bank_rule"]),
        *_accounts(books, events["bank_account"]),
        *_mappings(books, events["csv_mapping"]),
        *_mandates(books, events["mandate"]),
        *_investigations(books, events["investigation"]),
        *_proofs(books, events["period_proof"]),
        *_months(books, events["period"]),
        *_cancelled(books, events["payment_order"]),
    ]
    for what in wrong:
        yield "content", "", f"{what} is not what was written down"


def _rules(books: Books, events: list[Event]) -> Iterator[str]:
    """Each rule as its last event has it; the places follow from all of them."""
    order: list[int] = []
    last: dict[int, dict[str, Any]] = {}
    for action, key, told in events:
        if action == "change":
            told = {**told, "position": last.get(key, told)["position"]}
        elif key in order:
            order.remove(key)
        if action in ("add", "move"):
            order.insert(told["position"] - 1, key)
        last[key] = told
    stored = {key: rule_content(books, key) for (key,) in books.rows("SELECT id FROM bank_rule ORDER BY id")}
    for key in sorted(stored.keys() | last.keys()):
        wanted = {**last.get(key, {})}
        if key in order:
            wanted["position"] = order.index(key) + 1
        elif key in stored:
            wanted["position"] = stored[key]["position"]  # a rule that is not used has no place
        if canonical(stored.get(key, {})) != canonical(wanted):
            yield f"bank rule {key}"


def _accounts(books: Books, events: list[Event]) -> Iterator[str]:
    for _action, key, told in events:
        after = told["after"]
        row = books.row("SELECT name, iban, number, bic, currency, account FROM bank_account WHERE id = ?", (key,))
        wanted = (*(after[name] for name in ("name", "iban", "number", "bic", "currency", "account")),)
        if row is None or row != (wanted[0], wanted[1] or wanted[2], *wanted[2:]):
            yield f"bank account {key}"


def _mappings(books: Books, events: list[Event]) -> Iterator[str]:
    last = {key: (told["name"], canonical(told["after"])) for _action, key, told in events}
    stored = {
        key: (name, canonical(json.loads(mapping)))
        for key, name, mapping in books.rows("SELECT id, name, mapping FROM csv_mapping")
    }
    for key in sorted(stored.keys() | last.keys()):
        if stored.get(key) != last.get(key):
            yield f"mapping {key}"


def _mandates(books: Books, events: list[Event]) -> Iterator[str]:
    last = {key: told for _action, key, told in events}
    for key, told in last.items():
        if not books.row("SELECT 1 FROM mandate WHERE id = ?", (key,)):
            yield f"mandate {key}"
            continue
        now = mandate_content(books, key)
        if now["revoked_on"] != told["revoked_on"] and _is_last(books, key, now["revoked_on"]):
            now["revoked_on"] = told["revoked_on"]
        if canonical(now) != canonical(told):
            yield f"mandate {key}"
    for (key,) in books.rows(
        "SELECT m.id FROM mandate m LEFT JOIN (SELECT p.mandate_id, min(o.execution_date) AS first_day,"
        " max(o.execution_date) AS last_day FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE o.status = 'made' AND p.dropped_on IS NULL GROUP BY p.mandate_id) AS used ON used.mandate_id = m.id"
        " WHERE coalesce(m.first_used, '') <> coalesce(used.first_day, '')"
        " OR coalesce(m.last_used, '') <> coalesce(used.last_day, '') ORDER BY m.id"
    ):
        yield f"the use of mandate {key}"


def _is_last(books: Books, mandate_id: int, day: str | None) -> bool:
    """Whether a last collection ended the mandate on a day; the order's own event vouches for that."""
    row = books.row(
        "SELECT 1 FROM payment_order_part p JOIN payment_order o ON o.id = p.payment_order_id"
        " WHERE p.mandate_id = ? AND p.sequence_type = ? AND o.execution_date = ?",
        (mandate_id, LAST, day or ""),
    )
    return row is not None


def _investigations(books: Books, events: list[Event]) -> Iterator[str]:
    """Its subject, its notes in their order, the day, and how it ended."""
    told: dict[int, dict[str, Any]] = {}
    for action, key, said in events:
        one = told.setdefault(key, {"subject": "", "notes": [], "due_on": None, "end": ("open", "")})
        if action == "open":
            one["subject"] = said["subject"]
        if said.get("note"):
            one["notes"].append(said["note"])
        one["due_on"] = said.get("due_on") or one["due_on"]
        if action == "close":
            one["end"] = ("closed", said["outcome"])
    notes: dict[int, list[str]] = {}
    for key, text in books.rows("SELECT investigation_id, text FROM investigation_note ORDER BY id"):
        notes.setdefault(key, []).append(text)
    stored = {
        key: {"subject": subject, "notes": notes.get(key, []), "due_on": due, "end": (status, outcome)}
        for key, subject, due, status, outcome in books.rows(
            "SELECT id, subject, due_on, status, outcome FROM investigation"
        )
    }
    for key in sorted(stored.keys() | told.keys()):
        wanted, there = told.get(key), stored.get(key)
        if wanted is not None and there is not None and wanted["due_on"] is None:
            wanted["due_on"] = there["due_on"]  # the first day was not told
        if wanted != there:
            yield f"investigation {key}"


def _proofs(books: Books, events: list[Event]) -> Iterator[str]:
    told = {key: said for _action, key, said in events}
    for (key,) in books.rows("SELECT id FROM period_proof ORDER BY id"):
        said = told.pop(key, {})
        if canonical(proof_content(books, key, said.get("v", 0))) != canonical(said):
            yield f"proof {key}"
    yield from (f"proof {key}" for key in told)


def _months(books: Books, events: list[Event]) -> Iterator[str]:
    """A month is closed where an event says so, and by a proof that held."""
    told = {said["month"]: said["proof"] for action, _key, said in events if action == "close_period"}
    closed = {month for (month,) in books.rows("SELECT month FROM period")}
    for month in sorted(closed | told.keys()):
        held = books.row(
            "SELECT 1 FROM period_proof WHERE id = ? AND month = ? AND proved = 1", (told.get(month), month)
        )
        if month not in closed or held is None:
            yield f"the closing of {month}"


def _cancelled(books: Books, events: list[Event]) -> Iterator[str]:
    told = {key for action, key, _said in events if action == "cancel"}
    stored = {key for (key,) in books.rows("SELECT id FROM payment_order WHERE status = 'cancelled'")}
    yield from (f"order {key}" for key in sorted(told ^ stored))
