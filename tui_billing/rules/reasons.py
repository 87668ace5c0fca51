"""Codes of reasons with their words: why a bank returned a payment, why a difference was given up.

Return reasons are ISO 20022 ExternalReturnReason1Code and ExternalStatusReason1Code, as SEPA R-transactions use
them (EPC173-14); the words are message ids.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coded:
    """A code and what it means (a message id)."""

    code: str
    words: str


_RETURNS = (
    Coded("AC01", "the account number is wrong"),
    Coded("AC03", "the creditor's account number is wrong"),
    Coded("AC04", "the account is closed"),
    Coded("AC06", "the account is blocked"),
    Coded("AC13", "the account is a consumer's"),
    Coded("AG01", "direct debits are not allowed on this account"),
    Coded("AG02", "wrong transaction code or file format"),
    Coded("AM04", "insufficient funds"),
    Coded("AM05", "collected twice"),
    Coded("AM09", "the amount is wrong"),
    Coded("BE04", "the creditor's address is missing"),
    Coded("BE05", "the creditor's identifier is wrong"),
    Coded("CNOR", "the creditor's bank is not registered"),
    Coded("CUST", "the customer's own decision"),
    Coded("DNOR", "the debtor's bank is not registered"),
    Coded("DUPL", "sent twice"),
    Coded("FF01", "wrong file format"),
    Coded("FF05", "wrong kind of direct debit"),
    Coded("FOCR", "returned on request for cancellation"),
    Coded("FRAD", "fraud is claimed"),
    Coded("MD01", "no valid mandate"),
    Coded("MD02", "mandate data is missing or wrong"),
    Coded("MD06", "the customer asked for the money back"),
    Coded("MD07", "the account's holder has died"),
    Coded("MS02", "refused by the customer, no reason given"),
    Coded("MS03", "returned by the bank, no reason given"),
    Coded("NOAS", "the customer did not answer"),
    Coded("RC01", "the bank's identifier (BIC) is wrong"),
    Coded("RR01", "the payer's account or identification is missing"),
    Coded("RR02", "the payer's name or address is missing"),
    Coded("RR03", "the payee's name or address is missing"),
    Coded("RR04", "a regulation forbids it"),
    Coded("SL01", "the customer's own rules with the bank"),
    Coded("SVNR", "the service was not rendered"),
    Coded("TECH", "a technical fault"),
    Coded("TM01", "sent after the bank's closing hour"),
    Coded("UPAY", "the payment is not justified"),
)
RETURNS: dict[str, str] = {each.code: each.words for each in _RETURNS}

_GIVEN_UP = (
    Coded("rounding", "rounding difference"),
    Coded("bank_fee", "fee taken off on the way"),
    Coded("early_payment", "early-payment discount"),
    Coded("goodwill", "goodwill"),
    Coded("bad_debt", "bad debt"),
)
#: The reasons that the books begin with; one that a firm has added has the name it was given.
GIVEN_UP: dict[str, str] = {each.code: each.words for each in _GIVEN_UP}


def return_code(text: str) -> str:
    """The bank's code that a reason begins with, "" where it begins with none."""
    first = text.split(maxsplit=1)[0].strip(":,;.-").upper() if text.strip() else ""
    return first if first in RETURNS else ""
