"""SEPA direct debits: which sequence a collection is, when a mandate has lapsed, how early it may be collected.

EPC016-06 (core) and EPC222-07 (business to business) rulebooks.
"""

from __future__ import annotations

import datetime as dt
import re

from tui_billing.rules.bank_days import add_bank_days
from tui_billing.rules.dates import add_months
from tui_billing.rules.identifiers import check_iban
from tui_billing.rules.problem import Problem

SCHEMES = ("CORE", "B2B")
FIRST, RECURRENT, ONCE, LAST = "FRST", "RCUR", "OOFF", "FNAL"
#: Days before the collection by which the debtor is told of it, unless both have agreed on fewer.
NOTICE_DAYS = 14
#: Open days of the bank between the file and the collection: one, for both schemes (since 21 November 2016).
LEAD_DAYS = 1
#: A mandate that was not used for so many months lapses.
LAPSES_AFTER = 36
_SCOPE = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS"
    " SE SI SK SM VA"
)
#: ISO 3166 codes of the geographical scope of SEPA (EPC409-09), as IBANs begin.
SEPA = frozenset(_SCOPE.split())
_REFERENCE = re.compile(r"[A-Za-z0-9+?/:().,'-](?:[A-Za-z0-9+?/:().,' -]{0,33}[A-Za-z0-9+?/:().,'-])?")


def sequence_of(*, used: bool, once: bool, last: bool) -> str:
    """The sequence type of the next collection under a mandate."""
    if once:
        return ONCE
    return LAST if last else RECURRENT if used else FIRST


def lapsed(signed: dt.date, last_used: dt.date | None, on: dt.date) -> bool:
    """Whether a mandate has lapsed by the day of the collection: unused for 36 months."""
    return on > add_months(last_used or signed, LAPSES_AFTER)


def earliest_collection(today: dt.date) -> dt.date:
    """The first day on which a file made today can be collected."""
    return add_bank_days(today, LEAD_DAYS)


def check_mandate_reference(text: str, field: str = "reference") -> str:
    """A unique mandate reference: up to 35 characters of the SEPA set, no stroke at either end, none twice."""
    reference = text.strip()
    if (
        len(reference) > 35
        or not _REFERENCE.fullmatch(reference)
        or reference.startswith("/")
        or reference.endswith("/")
        or "//" in reference
    ):
        raise Problem(
            "{text} is no mandate reference; use up to 35 letters, digits, dashes", field=field, text=reference[:50]
        )
    return reference


def check_sepa_iban(text: str, field: str = "iban") -> str:
    """An IBAN of a country in SEPA."""
    iban = check_iban(text, field)
    if iban[:2] not in SEPA:
        raise Problem("{country} is not in SEPA; nothing can be collected there", field=field, country=iban[:2])
    return iban
