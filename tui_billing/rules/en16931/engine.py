"""All our own checks of an electronic invoice at once: fast, pure, and stricter than the official rules.

A finding's `code` is the rule's official name where it has one; those that begin with OWN catch what no
official rule sees: wrong check digits of an IBAN, a due date before the issue, cents hidden by a tolerance.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_billing.rules.en16931.arithmetic import Mismatch, compare, odd_lines, rule_family
from tui_billing.rules.en16931.categories import check_categories
from tui_billing.rules.en16931.content import check_content
from tui_billing.rules.en16931.format import check_codes, check_decimals
from tui_billing.rules.en16931.model import EInvoice
from tui_billing.rules.en16931.profiles import check_profile
from tui_billing.rules.en16931.syntax import check_syntax
from tui_billing.rules.findings import Finding
from tui_billing.rules.problem import Problem

#: Rules that EXTENDED lifts: a price may be below zero, a row of the breakdown may give a reason of its own, and what is
#: not subject to VAT may stand beside what is (several sellers on one invoice).
LIFTED = frozenset({"BR-27", "BR-28"}) | {
    f"BR-{name}" for name in ["S-10", "Z-10", "AF-10", "AG-10", "O-02", "O-03", "O-04", "O-11", "O-12", "O-13", "O-14"]
}


def check(invoice: EInvoice, *, ours: bool = False) -> list[Finding]:
    """Every finding, what stops first; `ours` is a document that leaves this house: nothing is forgiven then."""
    found = [
        *check_content(invoice),
        *check_syntax(invoice.faults),
        *check_categories(invoice),
        *check_decimals(invoice),
        *check_codes(invoice),
        *_figures(compare(invoice, is_copy=ours and invoice.is_credit_note)),
        *check_profile(invoice, ours),
        *_own(invoice, ours),
    ]
    lifted = LIFTED if invoice.is_factur_x_extended else frozenset()
    unique = {(one.code, one.field, str(one)): one for one in found if one.code not in lifted}
    return sorted(unique.values(), key=lambda one: not one.blocking)


def _figures(mismatches: list[Mismatch]) -> Iterator[Finding]:
    for one in mismatches:
        values = {
            "name": one.field,
            "stated": "–" if one.stated is None else f"{one.stated:f}",
            "computed": f"{one.computed:f}",
        }
        message = _MESSAGES.get(one.field) or _GROUP_MESSAGES[one.field.rpartition(".")[2]]
        yield Finding(one.rule, message, f"totals.{one.field}", True, values)
        if one.rule == "BR-CO-17" and (family := rule_family(one.field.partition(".")[2].split(" ")[0])):
            yield Finding(f"BR-{family}-09", message, f"totals.{one.field}", True, values)


def N_(message: str) -> str:  # noqa: N802
    """A sentence said further on."""
    return message


_MESSAGES = {
    "lines": N_("The sum of the lines is stated as {stated}; they add up to {computed}"),
    "allowances": N_("The sum of the allowances is stated as {stated}; they add up to {computed}"),
    "charges": N_("The sum of the charges is stated as {stated}; they add up to {computed}"),
    "net": N_("The total without VAT is stated as {stated}; lines, allowances and charges make {computed}"),
    "tax": N_("The VAT is stated as {stated}; the rows of the breakdown add up to {computed}"),
    "gross": N_("The total with VAT is stated as {stated}; net and VAT make {computed}"),
    "payable": N_("The amount to pay is stated as {stated}; total, prepayment and rounding make {computed}"),
}
_GROUP_MESSAGES = {
    "taxable": N_("The taxable amount of {name} is stated as {stated}; its lines add up to {computed}"),
    "tax": N_("The VAT of {name} is stated as {stated}; it must be {computed}"),
}


def _own(invoice: EInvoice, ours: bool) -> Iterator[Finding]:
    from tui_billing.rules.identifiers import check_iban

    for means in invoice.payment_means:
        account = means.account.replace(" ", "")
        if account[:2].isalpha() and account[2:4].isdigit():
            try:
                check_iban(account)
            except Problem:
                yield Finding(
                    "OWN-IBAN",
                    "The IBAN {text} is wrong: its check digits do not prove it",
                    "iban",
                    ours,
                    {"text": account},
                )
    if invoice.due_date and invoice.issue_date and invoice.due_date < invoice.issue_date and not invoice.is_credit_note:
        yield Finding(
            "OWN-DUE",
            "The due date {due} is before the date of issue {date}",
            "due_date",
            ours,
            {"due": invoice.due_date, "date": invoice.issue_date},
        )
    for _, line, wanted in odd_lines(invoice):
        yield Finding(
            "OWN-LINE",
            "Line {line} states {stated}; quantity, price, allowances and charges make {computed}",
            f"lines.{line.number}.net",
            ours and not invoice.is_extended,
            {"line": line.number, "stated": f"{line.net:f}", "computed": f"{wanted:f}"},
        )
