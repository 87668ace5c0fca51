"""Rules of the checklist that a supervisor wrote, for one customer or for all: what they ask, and whether they strike."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tui_billing.rules.findings import N_, Finding
from tui_billing.rules.match3 import shown
from tui_billing.rules.numbers import parse_plain
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import clean, quote

SEVERITIES = ("warning", "blocking")
#: Fields that a rule may ask for.
ASKED = (
    "purchase_order", "delivery_note", "contract", "buyer_reference", "project", "sales_order", "delivery_date",
    "period_start", "note",
)  # fmt: skip
#: kind -> codes of findings of the checklist whose severity it sets.
RAISES: dict[str, frozenset[str]] = {
    "price": frozenset({"price_order", "price_contract", "price_other", "price_old"}),
    "unusual": frozenset({"price_unusual", "quantity_unusual", "amount_unusual"}),
    "forgotten_discount": frozenset({"discount_forgotten", "document_discount_forgotten"}),
    "duplicate": frozenset({"duplicate"}),
    "delivered": frozenset({"before_delivery", "not_delivered", "delivery_usual"}),
    "ordered": frozenset({"not_ordered", "order_unknown", "order_usual", "order_fits", "orders_fit", "order_closed"}),
    "customer": frozenset(
        {"order_of_other", "delivery_of_other", "contract_of_other", "items_new", "order_unlike", "customer_unlike"}
    ),
    "terms": frozenset({"due_other", "term_too_long"}),
    "vat": frozenset({"vat_other"}),
    "credit_limit": frozenset({"credit_limit_exceeded"}),
    "confirmed": frozenset({"customer_unconfirmed"}),
}
#: kind -> (its words, its parameters)
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "required": (N_("a field must be filled in"), ("field",)),
    "pattern": (N_("a field must look like a pattern"), ("field", "pattern")),
    "attached": (N_("a paper must be attached to the delivery, order or draft"), ("paper",)),
    "maximum": (N_("no more than an amount, a quantity or a price"), ("amount", "quantity", "price", "item")),
    "discount": (N_("a discount must be given"), ("percent", "item")),
    "remind": (N_("a sentence to read"), ()),
    "price": (N_("prices as agreed or listed"), ()),
    "unusual": (N_("nothing unusual"), ()),
    "forgotten_discount": (N_("the usual discount"), ()),
    "duplicate": (N_("no double"), ()),
    "delivered": (N_("no more than is delivered"), ()),
    "ordered": (N_("what is ordered, by its number"), ()),
    "customer": (N_("the right customer"), ()),
    "terms": (N_("the due date of the terms"), ()),
    "vat": (N_("the item's VAT rate"), ()),
    "credit_limit": (N_("the credit limit"), ()),
    "confirmed": (N_("customer data confirmed within a year"), ()),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept; `customer_id` None holds for every customer."""

    id: int
    kind: str
    severity: str
    customer_id: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def blocks(self) -> bool:
        return self.severity == "blocking"


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules look at: typed fields by name, lines (number, item, quantity, unit price, discount), the net amount,
    and the kinds of paper that hang on the delivery note, the order and the draft."""

    fields: Mapping[str, str]
    lines: Sequence[tuple[int, str, Decimal, Decimal, Decimal]]
    net: Decimal
    papers: Collection[str] = ()


def check_parameters(kind: str, parameters: Mapping[str, Any], severity: str, text: str) -> dict[str, str]:
    """The parameters of a rule as they are stored; the first wrong one is a Problem with its name."""
    if kind not in KINDS:
        raise Problem(
            "{kind} is no kind of rule; it is one of {kinds}", field="kind", kind=quote(kind), kinds=", ".join(KINDS)
        )
    if severity not in SEVERITIES:
        raise Problem("a rule is a warning or blocking", field="severity")
    found: dict[str, str] = {}
    for name, value in parameters.items():
        if name not in KINDS[kind][1]:
            raise Problem(
                "{name} is no parameter of the rule {kind}; it has {names}",
                field=name,
                name=quote(name),
                kind=kind,
                names=", ".join(KINDS[kind][1]) or "—",
            )
        if str(value).strip():
            found[name] = clean(str(value), 100, name)
    if kind in ("required", "pattern") and found.get("field") not in ASKED:
        raise Problem("a rule asks for one of the fields {fields}", field="field", fields=", ".join(ASKED))
    if kind == "pattern" and not found.get("pattern"):
        raise Problem(
            "the pattern is missing: # stands for a digit, @ for a letter, * for anything, for example {example}",
            field="pattern",
            example="4500####",
        )
    for name in ("amount", "quantity", "price", "percent"):
        if name in found:
            parse_plain(found[name], 6, name)
    if kind == "maximum" and not {"amount", "quantity", "price"} & found.keys():
        raise Problem("say what is the most: an amount, a quantity or a price", field="amount")
    if kind == "discount" and "percent" not in found:
        raise Problem("say how many percent must be given", field="percent")
    if kind == "remind" and not text.strip():
        raise Problem("a reminder needs its sentence", field="text")
    return found


def fits(pattern: str, text: str) -> bool:
    """Whether a text looks like a pattern: `#` a digit, `@` a letter, `*` anything, every other sign itself.

    No regular expression: a pattern that a clerk writes can never run for long.
    """
    at, star, mark = 0, -1, 0
    for_text = text.upper()
    pattern = pattern.upper()
    place = 0
    while place < len(for_text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, place
            at += 1
        elif at < len(pattern) and _one(pattern[at], for_text[place]):
            at += 1
            place += 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")


def _one(sign: str, letter: str) -> bool:
    if sign == "#":
        return letter.isascii() and letter.isdigit()
    if sign == "@":
        return letter.isalpha()
    return sign == letter


def apply(rules: Sequence[Rule], findings: Sequence[Finding], asked: Asked) -> tuple[list[Finding], list[int]]:
    """The findings with what the rules add or make of them, and the ids of the rules that struck.

    A customer's own rule stands before one for everybody.
    """
    found = list(findings)
    struck: list[int] = []
    for rule in sorted(rules, key=lambda rule: (rule.customer_id is not None, rule.id)):
        codes = RAISES.get(rule.kind)
        if codes is not None:
            hit = [place for place, one in enumerate(found) if one.code in codes]
            for place in hit:
                found[place] = replace(found[place], blocking=rule.blocks)
            if hit:
                struck.append(rule.id)
            continue
        made = _strikes(rule, asked)
        if made is not None:
            found.append(replace(made, blocking=rule.blocks, source=f"rule {rule.id}"))
            struck.append(rule.id)
    return found, struck


def _strikes(rule: Rule, asked: Asked) -> Finding | None:
    code = f"rule_{rule.kind}"
    told = f" ({rule.text})" if rule.text else ""
    parameters = rule.parameters
    if rule.kind in ("required", "pattern"):
        name = parameters.get("field", "")
        typed = asked.fields.get(name, "").strip()
        if not typed:
            return Finding(
                code, "This customer asks for {name}{told}; type it", name, values={"name": name, "told": told}
            )
        if rule.kind == "pattern" and not fits(parameters.get("pattern", "*"), typed):
            return Finding(
                code,
                "{name} {typed} does not look like {pattern}{told}; check it",
                name,
                values={"name": name, "typed": quote(typed), "pattern": parameters.get("pattern", ""), "told": told},
            )
        return None
    if rule.kind == "attached":
        paper = parameters.get("paper", "") or "signed_delivery_note"
        if paper in asked.papers:
            return None
        return Finding(
            code,
            "This customer asks for {paper}{told}; attach it to the delivery, the order or this draft",
            "delivery_note",
            values={"paper": paper.replace("_", " "), "told": told},
        )
    if rule.kind == "remind":
        return Finding(code, "{text}", "", values={"text": rule.text})
    item = parameters.get("item", "").upper()
    lines = [line for line in asked.lines if not item or line[1] == item]
    if rule.kind == "discount":
        wanted = Decimal(parameters.get("percent", "0"))
        for number, code_of, _, _, discount in lines:
            if discount < wanted:
                return Finding(
                    code,
                    "Line {line} gives {item} at {given} % off, {wanted} % is agreed{told}; check the discount",
                    f"lines.{number}.discount_percent",
                    values={
                        "line": number,
                        "item": code_of,
                        "given": shown(discount),
                        "wanted": shown(wanted),
                        "told": told,
                    },
                )
        return None
    return _maximum(code, told, parameters, asked, lines)


def _maximum(
    code: str,
    told: str,
    parameters: Mapping[str, str],
    asked: Asked,
    lines: Sequence[tuple[int, str, Decimal, Decimal, Decimal]],
) -> Finding | None:
    for name, place in (("quantity", 2), ("price", 3)):
        if name not in parameters:
            continue
        most = Decimal(parameters[name])
        for line in lines:
            value = line[2] if place == 2 else line[3]
            if value > most:
                return Finding(
                    code,
                    "Line {line} has {value}, the most for this customer is {most}{told}; check it",
                    f"lines.{line[0]}.{'quantity' if place == 2 else 'unit_price'}",
                    values={"line": line[0], "value": shown(value), "most": shown(most), "told": told},
                )
    if "amount" in parameters and asked.net > Decimal(parameters["amount"]):
        return Finding(
            code,
            "The net of {net} is more than the {most} of this customer{told}; check it",
            "lines",
            values={"net": shown(asked.net, 2), "most": shown(Decimal(parameters["amount"]), 2), "told": told},
        )
    return None
