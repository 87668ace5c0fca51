"""A company's payment link: a template with places for what a customer pays, filled once for each invoice."""

from __future__ import annotations

import re

from tui_billing.rules.money import plain
from tui_billing.rules.problem import Problem

#: What a template may name, and what it is filled with.
PLACES = ("number", "amount", "currency", "reference")
LONGEST = 500
_PLACE = re.compile(r"\{([^{}]*)\}")
#: What RFC 3986 lets stand in an address, besides the braces of the places.
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%{}]+")
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def check_payment_link(text: str, field: str = "payment_link") -> str:
    """The template, compact; Problem where it is no https address or names an unknown place.

    It must tell one invoice from another: {number} or {reference} stands in it.
    """
    link = text.strip()
    host = re.match(r"https://([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+(:[0-9]{1,5})?(/|\?|$)", link, re.ASCII)
    if len(link) > LONGEST or not host or not _ALLOWED.fullmatch(link):
        raise Problem(
            "{text} is no payment link; type for example {example}",
            field=field,
            text=link[:80],
            example="https://pay.example/{number}",
        )
    named = _PLACE.findall(link)
    for name in named:
        if name not in PLACES:
            raise Problem(
                "a payment link knows no {name}; it knows {known}",
                field=field,
                name="{" + name + "}",
                known=", ".join("{" + each + "}" for each in PLACES),
            )
    if set("{}") & set(_PLACE.sub("", link)):
        raise Problem(
            "a brace of the payment link is not closed; type for example {example}", field=field, example="{number}"
        )
    if not {"number", "reference"} & set(named):
        raise Problem(
            "the payment link is the same for all invoices; put {example} into it", field=field, example="{number}"
        )
    return link


def payment_link(template: str, *, number: str, amount: int, currency: str, reference: str) -> str:
    """The link of one invoice ("" without a template); `amount` in minor units of `currency`."""
    values = {"number": number, "amount": plain(amount, currency), "currency": currency, "reference": reference}
    return _PLACE.sub(lambda match: _quoted(values[match[1]]), template)


def _quoted(text: str) -> str:
    """Percent-encoded (RFC 3986): a number with a stroke stays one step of the path."""
    return "".join(c if c in _KEPT else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)
