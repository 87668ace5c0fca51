"""A document as lines to read; two columns of facts from 100 cells on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_billing.locale import N_, _, language_in_use
from tui_billing.models.queries.deliveries import DeliveryRow
from tui_billing.models.queries.history import AllocationOf, Document, Event
from tui_billing.rules.reasons import GIVEN_UP, RETURNS, return_code
from tui_billing.rules.status import GLYPHS, Status
from tui_billing.rules.terms import describe_terms, parse_terms
from tui_billing.rules.text import width as cells_of
from tui_billing.screens.amounts import ACTIONS, day, instant, money, number, short_day, word
from tui_billing.screens.desk import Desk
from tui_billing.screens.ways import CHANNELS, state_cell
from tui_billing.services.case_words import DISPUTE_STATUSES, OUTCOMES, REASONS
from tui_billing.widgets.cells import padded, status_cell
from tui_billing.widgets.reader import Line, Piece

ALLOCATIONS = {"payment": N_("payment"), "credit": N_("credit note"), "write_off": N_("write-off")}
MEANS = {
    "10": N_("cash"),
    "20": N_("cheque"),
    "30": N_("transfer"),
    "48": N_("card"),
    "49": N_("direct debit"),
    "58": N_("SEPA transfer"),
    "59": N_("SEPA direct debit"),
}
Fact = tuple[str, list[Piece]]
_CAPTION = 13


def _terms(text: str) -> str:
    """Terms in the clerk's words."""
    return describe_terms(parse_terms(text), language_in_use()) if text else ""


def describe(found: Document, width: int, desk: Desk, sent: Sequence[DeliveryRow] = ()) -> tuple[list[Line], int]:
    """(the lines, the place of the history among them)."""
    lines = _facts(found, width, desk)
    lines += _figures(found, width)
    lines += _life(found, width)
    if sent:
        lines += [[], [(" " + _("Sent to"), "bold")], *map(_delivery, sent)]
    lines.append([])
    place = len(lines)
    lines.append([(" " + _("History"), "bold")])
    lines += [_event(event, width) for event in found.events]
    return lines, place


def _delivery(row: DeliveryRow) -> Line:
    sign = state_cell(row.state)
    where = row.address or _(CHANNELS[row.channel])
    reason = f"{row.code} {row.reason}".strip()
    return [
        (f" {instant(row.changed_at)}  ", "dim"),
        (padded(sign.text, 18), sign.colour),
        (f"{where}  ", ""),
        (reason, "dim"),
    ]


def _facts(found: Document, width: int, desk: Desk) -> list[Line]:
    head = found.head
    code = head["currency"]
    sign = status_cell(found.status)
    status: list[Piece] = [(sign.text, sign.colour)]
    if found.status is Status.DISPUTED and head["next_due"] and head["next_due"] < desk.today:
        late = status_cell(Status.OVERDUE)
        status += [("  ", ""), (late.text, late.colour)]
    kind = _("credit note") if head["kind"] == "credit_note" else _("invoice")
    left: list[Fact] = [
        (_("Status"), status),
        (_("Document"), [(f"{kind} {head['number']}", "bold")]),
        (_("Customer"), [(f"{head['code']}  {head['buyer_name']}", "")]),
        *((("" if place else _("Address")), [(text, "")]) for place, text in enumerate(_address(head["buyer"]))),
    ]
    right: list[Fact] = [
        (_("To pay"), [(money(head["payable"], code, code=True), "bold")]),
        (_("Open"), [(money(head["open"], code, code=True), "bold")]),
        (_("Issued"), _text(day(head["issue_date"]))),
        (_("Due"), _text(" · ".join(p for p in (day(head["due_date"]), _terms(head["terms"])) if p))),
        (_("Delivered"), _text(day(head["delivery_date"]))),
        (_("Your order"), _text(head["purchase_order"])),
        (_("Contract"), _text(head["contract"])),
        (_("Paid by"), _text(word(MEANS, head["payment_means"]))),
        (_("Reference"), _text(head["payment_reference"])),
        (_("Reason"), _text(head["reason"])),
        (_("Belongs to"), _text(", ".join(label for _key, label in found.related))),
        (_("Note"), _text(head["note"])),
    ]
    if head["disputed"]:
        right.insert(2, (_("Disputed"), [(money(head["disputed"], code, code=True), GLYPHS[Status.DISPUTED].colour)]))
    right = [fact for fact in right if any(text for text, _colour in fact[1])]
    if width < 100:
        return [_fact(fact) for fact in [left[0], *right[:2], *left[1:], *right[2:]]]
    half = width // 2
    lines: list[Line] = []
    for y in range(max(len(left), len(right))):
        line = _fact(left[y]) if y < len(left) else []
        if y < len(right):
            used = sum(cells_of(text) for text, _colour in line)
            line = [*line, (" " * max(1, half - used), ""), *_fact(right[y])]
        lines.append(line)
    return lines


def _text(text: str) -> list[Piece]:
    return [(text, "")]


def _fact(fact: Fact) -> list[Piece]:
    return [(" " + padded(fact[0], _CAPTION), "dim"), *fact[1]]


def _address(buyer: dict[str, Any]) -> list[str]:
    place = buyer.get("address") or {}
    town = " ".join(p for p in (place.get("postcode", ""), place.get("city", "")) if p)
    last = " · ".join(p for p in (town, place.get("region", ""), place.get("country", "")) if p)
    return [p for p in (place.get("line1", ""), place.get("line2", ""), place.get("line3", ""), last) if p]


def _figures(found: Document, width: int) -> list[Line]:
    head, code = found.head, found.head["currency"]
    item, amount, side = 8, 13, 10
    text = max(10, width - 3 - item - side - 12 - 7 - 7 - amount - 8)
    lines: list[Line] = [
        [],
        [
            (
                f" {'#':>2} {padded(_('item'), item)} {padded(_('description'), text)} {padded(_('qty'), side, 'right')}"
                f" {padded(_('unit price'), 12, 'right')} {padded(_('disc'), 7, 'right')} {padded(_('vat'), 7, 'right')}"
                f" {padded(_('net'), amount, 'right')}",
                "bold",
            )
        ],
    ]
    for line in found.lines:
        discount = f"{number(line.discount_percent)} %" if line.discount_percent else ""
        vat = f"{number(line.vat.rate)} %" if line.vat.rate else line.vat.category
        quantity = padded(number(line.quantity), side, "right")
        price = padded(number(line.unit_price, None if line.unit_price.as_tuple().exponent < -2 else 2), 12, "right")  # type: ignore[operator]
        lines.append(
            [
                (
                    f" {line.position:>2} {padded(line.item, item)} {padded(line.description, text)} {quantity} {price}"
                    f" {padded(discount, 7, 'right')} {padded(vat, 7, 'right')}"
                    f" {padded(money(line.net, code), amount, 'right')}",
                    "",
                )
            ]
        )

    def total(words: str, minor: int, colour: str = "") -> Line:
        room = max(10, width - amount - 1)
        return [(padded(words, room, "right"), colour), (padded(money(minor, code), amount, "right"), colour)]

    for one in found.adjustments:
        words = one.reason or (_("charge") if one.is_charge else _("allowance"))
        lines.append(total(words, one.signed))
    lines.append(total(_("net"), head["net"]))
    for group in found.vat:
        why = group.vat.exemption_code or group.vat.category
        rate = f"{number(group.vat.rate)} %" if group.vat.rate else why
        lines.append(total(_("VAT {rate} on {base}", rate=rate, base=money(group.taxable, code)), group.tax))
    for words, minor in ((_("paid in advance"), -head["prepaid"]), (_("rounding"), head["rounding"])):
        if minor:
            lines.append(total(words, minor))
    lines.append(total(_("total {currency}", currency=code), head["payable"], "bold"))
    return lines


def _life(found: Document, width: int) -> list[Line]:
    code = found.head["currency"]
    lines: list[Line] = []
    if len(found.instalments) > 1:
        lines += [[], [(" " + _("Instalments"), "bold")]]
        for due, amount, opened in found.instalments:
            left = _("{amount} open", amount=money(opened, code)) if opened else _("settled")
            lines.append([(f" {short_day(due)} {money(amount, code):>14}  ", ""), (left, "" if opened else "green")])
    if found.allocations:
        lines += [[], [(" " + _("Allocations"), "bold")]]
        lines += [_allocation(one, code) for one in found.allocations]
    if found.disputes:
        lines += [[], [(" " + _("Disputes"), "bold")]]
        for _key, reason, amount, status, outcome, answer_by in found.disputes:
            state = word(OUTCOMES, outcome) if outcome else word(DISPUTE_STATUSES, status)
            when = "" if status == "closed" else "  " + _("answer by {day}", day=short_day(answer_by))
            colour = "" if status == "closed" else GLYPHS[Status.DISPUTED].colour
            lines.append([(f" {money(amount, code):>14}  {word(REASONS, reason)}  ", ""), (state + when, colour)])
    if found.renderings:
        lines += [[], [(" " + _("Files"), "bold")]]
        for at, path, missing in found.renderings:
            name = path if cells_of(path) < width - 20 else Path(path).name
            lacking = "  " + _("the fonts lack {signs}", signs=missing) if missing else ""
            lines.append([(f" {instant(at)}  ", "dim"), (name, ""), (lacking, "yellow")])
    return lines


def told_reason(reason: str) -> str:
    """A reason with the bank's code told in words: "AM04 insufficient funds"."""
    code = return_code(reason)
    return f"{code} {_(RETURNS[code])}{reason[len(code) :]}" if code and reason.upper().startswith(code) else reason


def _allocation(one: AllocationOf, code: str) -> Line:
    what = _(GIVEN_UP[one.reason_code] if one.reason_code in GIVEN_UP else ALLOCATIONS[one.kind])
    if one.amount < 0:
        what = _("{what} taken back", what=what)
    about = " · ".join(p for p in (one.other, one.reference, told_reason(one.reason), one.operator) if p)
    colour = "" if one.standing else "dim"
    return [(f" {short_day(one.date)} {money(one.amount, code):>14}  {padded(what, 22)} ", colour), (about, colour)]


def _event(event: Event, width: int) -> Line:
    """When, who, what, and from where."""
    who = padded(event.operator, 10)
    what = padded(word(ACTIONS, event.action), 22)
    return [
        (f" {instant(event.at)} {who} ", "dim"),
        (f"{what} ", ""),
        (_of(event), ""),
        (f"  {event.origin}" if event.origin else "", "dim"),
    ]


def _of(event: Event) -> str:
    payload = event.payload
    code = str(payload.get("currency", "") or "")
    if event.entity == "invoice":
        return f"{payload.get('number', '')}  {money(int(payload.get('payable', 0)), code or 'EUR', code=True)}"
    if event.entity == "allocation":
        kind = str(payload.get("kind", ""))
        amount = payload.get("amount")
        return f"{_(ALLOCATIONS[kind]) if kind in ALLOCATIONS else kind} {_minor(amount, code)}".strip()
    if event.entity == "dispute":
        state = str(payload.get("outcome") or payload.get("status") or "")
        words = word(OUTCOMES, state) if payload.get("outcome") else word(DISPUTE_STATUSES, state)
        return f"{word(REASONS, str(payload.get('reason', '')))} · {words}"
    return str(payload.get("text", ""))


def _minor(amount: object, code: str) -> str:
    return money(amount, code, code=True) if isinstance(amount, int) and code else ""
